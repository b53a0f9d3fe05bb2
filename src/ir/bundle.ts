import type { DType } from '../base/dtype.ts';
import { ProgramError } from '../base/errors.ts';
import { byName, findOp, type Sample, signatureOf } from './op.ts';
import type { Region } from './program.ts';
import { stored, type Tensor } from './tensor.ts';

/** An op of a region's body, or of a bundle. */
export type BodyOp = Region['body'][number];

/** Ops that a backend's kernel computes in one go, with a result for each of them. */
export interface Bundle {
  readonly name: string;
  readonly inputs: readonly string[];
  /** Of the inputs that are not f32. */
  readonly inputTypes?: Readonly<Record<string, DType>>;
  /** Whether it stands in the body of a region; else it is a kernel of its own. */
  readonly elementwise: boolean;
  /** The ops in order. Values are numbered as in a region: first the inputs, then the results. */
  readonly parts: readonly BodyOp[];
  readonly samples: readonly Sample[];
}

const bundles = new Map<string, Bundle>();

/**
 * Declares a bundle by its results: elementwise ops of the inputs and of results before them, which it replaces where
 * they stand together in the body of a region, or else ops of the inputs alone, which it replaces anywhere. A backend
 * that has a kernel of this name runs that.
 */
export function defineBundle({
  compose,
  ...declared
}: Omit<Bundle, 'parts' | 'elementwise'> & {
  readonly compose: (x: Readonly<Record<string, Tensor>>) => readonly Tensor[];
}): Bundle {
  const { name, inputs, inputTypes, samples } = declared;
  const leaves = inputs.map((input) => stored(input, samples[0]!.shapes[input]!, inputTypes?.[input]));
  const values = [...leaves, ...compose(byName({ inputs }, leaves))];
  const parts = values.slice(leaves.length).map(({ origin }): BodyOp => {
    if (origin.kind !== 'op') throw new ProgramError(`bundle ${name}: a result is no op`);
    return { op: origin.op.name, args: origin.inputs.map((input) => values.indexOf(input)) };
  });
  const elementwise = parts.every(({ op }) => findOp(op)!.map !== undefined);
  if (!elementwise && parts.some(({ args }) => args.some((arg) => arg >= leaves.length)))
    throw new ProgramError(`bundle ${name}: a kernel needs the result of another`);
  const bundle = { ...declared, elementwise, parts };
  bundles.set(name, bundle);
  return bundle;
}

/** Every declared bundle, in the order in which they are tried. */
export function allBundles(): readonly Bundle[] {
  return [...bundles.values()];
}

/** The bundle of that name. */
export function findBundle(name: string): Bundle | undefined {
  return bundles.get(name);
}

/** A bundle as both languages write it: `adam(p, m, …):3`, with the number of its results. */
export function bundleSignature({ name, inputs, inputTypes, parts }: Bundle): string {
  const typed = inputs.map((input) => (inputTypes?.[input] === 'i32' ? `${input}:i32` : input));
  return `${signatureOf(name, typed)}:${parts.length}`;
}

/** How many inputs the op `name` takes in a region's body, and how many results it has. */
export function arityOf(name: string): { readonly args: number; readonly results: number } | undefined {
  const bundle = bundles.get(name);
  if (bundle?.elementwise) return { args: bundle.inputs.length, results: bundle.parts.length };
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
