import { allBundles, type BodyOp, type Bundle } from '../ir/bundle.ts';
import type { Program, Region } from '../ir/program.ts';

/**
 * Puts ops that stand together in the body of a region, and that a bundle declares, into one op with several results.
 * Values keep their numbers.
 */
export function bundle(program: Program, has: (op: string) => boolean): Program {
  const known = allBundles().filter(({ name, elementwise }) => elementwise && has(name));
  if (known.length === 0) return program;
  const steps = program.steps.map((step) => {
    if (step.kind === 'region') return { ...step, body: bundled(step, known) };
    if (step.kind === 'copy' || step.epilogue === undefined) return step;
    return { ...step, epilogue: { ...step.epilogue, body: bundled(step.epilogue, known) } };
  });
  return { ...program, steps };
}

function bundled({ inputs, body }: Region, known: readonly Bundle[]): BodyOp[] {
  const ops: BodyOp[] = [];
  for (let i = 0; i < body.length; ) {
    const found = known
      .map((one) => ({ one, args: match(one, body.slice(i, i + one.parts.length), inputs.length + i) }))
      .find(({ args }) => args !== undefined);
    if (found === undefined) ops.push(body[i++]!);
    else {
      const { name, parts } = found.one;
      ops.push({ op: name, args: found.args!, results: parts.length });
      i += parts.length;
    }
  }
  return ops;
}

/** What the bundle's inputs are if `ops`, whose first result has the number `first`, are its parts. */
function match({ inputs, parts }: Bundle, ops: readonly BodyOp[], first: number): number[] | undefined {
  if (ops.length < parts.length) return undefined;
  const found: number[] = [];
  const agrees = (part: BodyOp, k: number): boolean =>
    ops[k]!.op === part.op &&
    part.args.every((value, j) => {
      const arg = ops[k]!.args[j]!;
      if (value >= inputs.length) return arg === first + value - inputs.length;
      found[value] ??= arg;
      return found[value] === arg && arg < first;
    });
  return parts.every(agrees) ? found : undefined;
}
