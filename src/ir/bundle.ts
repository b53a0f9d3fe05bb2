import { ProgramError } from '../base/errors.ts';
import { byName, findOp, type Sample, signatureOf } from './op.ts';
import type { Region } from './program.ts';
import { stored, type Tensor } from './tensor.ts';

/** An op of a region's body. */
export type BodyOp = Region['body'][number];

/** Elementwise ops that a backend's kernel computes in one loop, with a result for each of them. */
export interface Bundle {
  readonly name: string;
  readonly inputs: readonly string[];
  /** The ops in order. Values are numbered as in a region: first the inputs, then the results. */
  readonly parts: readonly BodyOp[];
  readonly samples: readonly Sample[];
}

const bundles = new Map<string, Bundle>();

/**
 * Declares a bundle by its results, each an elementwise op of the inputs and of results before it. Where these ops
 * stand together in the body of a region, a backend that has a kernel of this name runs that.
 */
export function defineBundle({
  name,
  inputs,
  compose,
  samples,
}: Omit<Bundle, 'parts'> & {
  readonly compose: (x: Readonly<Record<string, Tensor>>) => readonly Tensor[];
}): Bundle {
  const leaves = inputs.map((input) => stored(input, []));
  const results = compose(byName({ inputs }, leaves));
  const values = [...leaves, ...results];
  const parts = results.map(({ origin }): BodyOp => {
    if (origin.kind !== 'op' || origin.op.map === undefined) {
      throw new ProgramError(`bundle ${name}: a result is no elementwise op`);
    }
    return { op: origin.op.name, args: origin.inputs.map((input) => values.indexOf(input)) };
  });
  const bundle = { name, inputs, parts, samples };
  bundles.set(name, bundle);
  return bundle;
}

/** Every declared bundle, in the order in which they are tried. */
export function allBundles(): readonly Bundle[] {
  return [...bundles.values()];
}

/** A bundle as both languages write it: `adam(p, m, …):3`, with the number of its results. */
export function bundleSignature({ name, inputs, parts }: Bundle): string {
  return `${signatureOf(name, inputs)}:${parts.length}`;
}

/** How many inputs the op `name` takes in a region's body, and how many results it has. */
export function arityOf(name: string): { readonly args: number; readonly results: number } | undefined {
  const bundle = bundles.get(name);
  if (bundle !== undefined) return { args: bundle.inputs.length, results: bundle.parts.length };
  const op = findOp(name);
  return op?.map && { args: op.inputs.length, results: 1 };
}

/** The body with each bundle replaced by its ops; values keep their numbers. */
export function unbundled(body: readonly BodyOp[], inputs: number): readonly BodyOp[] {
  const ops: BodyOp[] = [];
  for (const one of body) {
    const bundle = bundles.get(one.op);
    const first = inputs + ops.length;
    const outside = (value: number): number =>
      value < bundle!.inputs.length ? one.args[value]! : first + value - bundle!.inputs.length;
    if (bundle === undefined) ops.push(one);
    else for (const { op, args } of bundle.parts) ops.push({ op, args: args.map(outside) });
  }
  return ops;
}
