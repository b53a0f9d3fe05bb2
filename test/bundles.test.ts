import { describe, expect, test } from 'vitest';
import type { Backend } from '../src/backend/backend.ts';
import { createReference } from '../src/backend/reference.ts';
import { sizeOf } from '../src/base/shape.ts';
import { compile, type Graph } from '../src/compile/compile.ts';
import {
  allBundles,
  arityOf,
  type BodyOp,
  type Bundle,
  bundleSignature,
  unbundled,
} from '../src/ir/bundle.ts';
import { apply, findOp, type Sample } from '../src/ir/op.ts';
import { printProgram } from '../src/ir/print.ts';
import type { Program, Step } from '../src/ir/program.ts';
import { fed, stored, type Tensor } from '../src/ir/tensor.ts';
import '../src/ops/index.ts';
import { native, noAddon, numbers } from './backend/programs.ts';
import { bitsOf } from './support/cases.ts';

/** A bundle's results as graph, from stored inputs; or what `parts` in its place give. */
function resultsOf(
  { inputs, parts: own }: Bundle,
  { shapes }: Sample,
  parts: readonly BodyOp[] = own,
): Tensor[] {
  const values = inputs.map((name) => stored(name, shapes[name]!));
  for (const { op, args } of parts)
    values.push(
      apply(
        findOp(op)!,
        args.map((arg) => values[arg]!),
      ),
    );
  return values.slice(inputs.length);
}

/** The results fetched, or each carried over the first input of its shape that has none yet. */
function graphOf(bundle: Bundle, sample: Sample, carried: boolean): Graph {
  const results = resultsOf(bundle, sample);
  if (!carried) return { fetch: Object.fromEntries(results.map((y, i) => [`y${i}`, y])), carry: [] };
  const free = bundle.inputs.filter((name) => sizeOf(sample.shapes[name]!) === sizeOf(results[0]!.shape));
  return { fetch: {}, carry: results.map((y, i) => [stored(free[i]!, y.shape), y] as const) };
}

/** The parts with one argument in another's place or two of them swapped, where they are the bundle no longer. */
function wiredOtherwise({ inputs, parts }: Bundle, { shapes }: Sample): BodyOp[][] {
  const isNumber = (value: number) => value < inputs.length && sizeOf(shapes[inputs[value]!]!) === 1;
  const isInput = (value: number) => value < inputs.length;
  const uses = (value: number) => parts.flatMap(({ args }) => args).filter((arg) => arg === value).length;
  return parts.flatMap(({ op, args }, k) => {
    const replaced = args.flatMap((value, j) =>
      Array.from({ length: inputs.length + k }, (_, other) => other)
        .filter((other) => other !== value && !isNumber(other) && !isNumber(value))
        // An input that is read once may be any.
        .filter((other) => !isInput(value) || !isInput(other) || uses(value) > 1)
        .map((other) => args.with(j, other)),
    );
    const swapped = args.flatMap((one, i) =>
      args
        .slice(i + 1)
        .flatMap((other, j) =>
          isInput(one) || isNumber(other) ? [] : [args.with(i, other).with(i + 1 + j, one)],
        ),
    );
    return [...replaced, ...swapped].map((others) => parts.with(k, { op, args: others }));
  });
}

function compiled(graph: Graph, bundle: Bundle, bundles: boolean): Program {
  return compile(graph, { fuses: (op) => op === bundle.name && bundles, check: true });
}

/** Everything that a program leaves behind: fetches and storage, as bits. */
function trace(
  backend: Backend,
  program: Program,
  { inputs }: Bundle,
  { shapes, domain }: Sample,
): Uint8Array[] {
  const storage = backend.createStorage();
  for (const name of inputs) {
    const [low, high] = domain ?? [-2, 2];
    const values = numbers(sizeOf(shapes[name]!)).map((v) => low + (high - low) * Math.abs(v % 1));
    storage.allocate({ name, shape: shapes[name]!, dtype: 'f32' });
    storage.write(name, values);
  }
  const fetched = backend.prepare(program, storage).runSync(3, {});
  return [...Object.values(fetched), ...inputs.map((name) => storage.read(name))].map(bitsOf);
}

const bodies = ({ steps }: Program) =>
  steps.flatMap((step: Step) => (step.kind === 'region' ? [step.body.map(({ op }) => op)] : []));

const named = (elementwise: boolean) =>
  allBundles()
    .filter((bundle) => bundle.elementwise === elementwise)
    .map((bundle) => [bundleSignature(bundle), bundle] as const);

describe.each(named(true))('%s', (_, bundle) => {
  test.each([false, true])('stands where its ops stand, carried: %s', (carried) => {
    for (const sample of bundle.samples) {
      const graph = graphOf(bundle, sample, carried);
      expect(bodies(compiled(graph, bundle, true))).toEqual([[bundle.name]]);
      expect(bodies(compiled(graph, bundle, false))).toEqual([bundle.parts.map(({ op }) => op)]);
    }
  });

  const backends: [string, () => Backend][] = [['in TypeScript', () => createReference('float32')]];
  if (!noAddon && process.env['GLIA_BACKEND'] !== 'typescript') backends.push(['natively', () => native(1)]);
  test.each(backends)('gives the bits of its ops %s, over its inputs as well', (_name, backend) => {
    for (const sample of bundle.samples) {
      for (const carried of [false, true]) {
        const graph = graphOf(bundle, sample, carried);
        const [got, want] = [true, false].map((bundles) =>
          trace(backend(), compiled(graph, bundle, bundles), bundle, sample),
        );
        expect(got).toEqual(want);
      }
    }
  });

  test('is printed with all of its results', () => {
    const text = printProgram(compiled(graphOf(bundle, bundle.samples[0]!, false), bundle, true));
    const first = bundle.inputs.length;
    const made = bundle.parts.map((_part, i) => `%${first + i}`).join(', ');
    expect(text).toContain(`${made} = ${bundle.name}(`);
  });

  test('has the arity of its declaration', () => {
    expect(arityOf(bundle.name)).toEqual({ args: bundle.inputs.length, results: bundle.parts.length });
  });

  test('is left to its ops where these are wired otherwise', () => {
    const sample = bundle.samples[0]!;
    const others = wiredOtherwise(bundle, sample);
    expect(others.length).toBeGreaterThan(0);
    for (const parts of others) {
      const fetch = Object.fromEntries(resultsOf(bundle, sample, parts).map((y, i) => [`y${i}`, y]));
      const body = bodies(compiled({ fetch, carry: [] }, bundle, true)).flat();
      expect(body.sort()).toEqual(parts.map(({ op }) => op).sort());
    }
  });

  test('is left to its ops where one of them stands apart', () => {
    // The first result is used before the others are made: nothing may move.
    const results = resultsOf(bundle, bundle.samples[0]!);
    const early = apply(findOp('neg')!, [results[0]!]);
    const program = compiled({ fetch: { early, last: results.at(-1)! }, carry: [] }, bundle, true);
    const body = bodies(program).flat();
    const parts = bundle.parts.map(({ op }) => op);
    const together = body.includes(bundle.name) ? unbundledNames(program) : body;
    expect([...together].sort()).toEqual([...parts, 'neg'].sort());
  });
});

function unbundledNames({ steps }: Program): string[] {
  return steps.flatMap((step) =>
    step.kind === 'region' ? unbundled(step.body, step.inputs.length).map(({ op }) => op) : [],
  );
}

describe.each(named(false))('%s', (_, bundle) => {
  const { name, inputs, parts, samples } = bundle;
  const names = parts.map(({ op }) => op);
  const fuses = (op: string) => op === name;
  const kernels = (program: Program) =>
    program.steps.flatMap((step) => (step.kind === 'kernel' ? [step.op] : [])).sort();
  const leavesOf = ({ shapes }: Sample) =>
    inputs.map((input) => fed(input, shapes[input]!, bundle.inputTypes?.[input]));
  const partOf = (i: number, leaves: readonly Tensor[]) => {
    const { op, args } = parts[i]!;
    return apply(
      findOp(op)!,
      args.map((arg) => leaves[arg]!),
    );
  };
  const feedsOf = ({ shapes, classes = 1 }: Sample) =>
    Object.fromEntries(
      inputs.map((input): [string, Float32Array | Int32Array] => {
        const size = sizeOf(shapes[input]!);
        const integer = bundle.inputTypes?.[input] === 'i32';
        return [input, integer ? Int32Array.from({ length: size }, (_, i) => i % classes) : numbers(size)];
      }),
    );

  test('takes the place of its kernels', () => {
    const leaves = leavesOf(samples[0]!);
    const fetch = Object.fromEntries(parts.map((_, i) => [`y${i}`, partOf(i, leaves)]));
    expect(kernels(compile({ fetch, carry: [] }, { fuses, check: true }))).toEqual([name]);
    expect(kernels(compile({ fetch, carry: [] }, { check: true }))).toEqual([...names].sort());
  });

  test('is left to its kernels where one waits for the other', () => {
    // The second result of numbers that the first is part of.
    const leaves = leavesOf(samples[0]!);
    const first = partOf(0, leaves);
    const dy = apply(findOp('add')!, [leaves[2]!, first]);
    const fetch = { first, second: partOf(1, leaves.with(2, dy)) };
    expect(kernels(compile({ fetch, carry: [] }, { fuses, check: true }))).toEqual([...names].sort());
  });

  test('is left to its kernels where their inputs are others', () => {
    const [leaves, others] = [leavesOf(samples[0]!), leavesOf(samples[0]!)];
    const fetch = {
      first: partOf(0, leaves),
      second: partOf(1, [fed('other', others[0]!.shape), ...leaves.slice(1)]),
    };
    expect(kernels(compile({ fetch, carry: [] }, { fuses, check: true }))).toEqual([...names].sort());
  });

  test('joins each pair of its kernels', () => {
    const [a, b] = [
      leavesOf(samples[0]!),
      leavesOf(samples[0]!).with(0, fed('other', samples[0]!.shapes[inputs[0]!]!)),
    ];
    const fetch = { a0: partOf(0, a), b0: partOf(0, b), b1: partOf(1, b), a1: partOf(1, a) };
    expect(kernels(compile({ fetch, carry: [] }, { fuses, check: true }))).toEqual([name, name]);
  });

  test.skipIf(noAddon || process.env['GLIA_BACKEND'] === 'typescript')(
    'gives the bits of its kernels',
    () => {
      for (const sample of samples) {
        const leaves = leavesOf(sample);
        const fetch = Object.fromEntries(parts.map((_, i) => [`y${i}`, partOf(i, leaves)]));
        const [got, want] = [true, false].map((joined) => {
          const backend = native(2);
          const program = compile({ fetch, carry: [] }, { fuses: (op) => joined && fuses(op) });
          const made = backend.prepare(program, backend.createStorage()).runSync(1, feedsOf(sample));
          return Object.values(made).map(bitsOf);
        });
        expect(got).toEqual(want);
      }
    },
  );

  test('is printed with all of its results', () => {
    const leaves = leavesOf(samples[0]!);
    const fetch = Object.fromEntries(parts.map((_, i) => [`y${i}`, partOf(i, leaves)]));
    const text = printProgram(compile({ fetch, carry: [] }, { fuses }));
    expect(text).toMatch(new RegExp(`^@\\S+\\[.*\\], @.* = ${name}\\(`, 'm'));
  });
});
