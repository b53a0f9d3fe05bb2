import type { Backend } from '../../src/backend/backend.ts';
import type { NumberArray } from '../../src/base/dtype.ts';
import { ShapeError } from '../../src/base/errors.ts';
import { Random } from '../../src/base/random.ts';
import { type Shape, sizeOf } from '../../src/base/shape.ts';
import { plan } from '../../src/compile/plan.ts';
import { type Attrs, apply, byName, type OpEntry, type Sample } from '../../src/ir/op.ts';
import type { Program } from '../../src/ir/program.ts';
import { fed, type Tensor } from '../../src/ir/tensor.ts';

/** Name under which a case's output is fetched; no input is called so. */
export const OUTPUT = 'the output';

/** Numbers by the names of an op's inputs. */
export type Numbers = Readonly<Record<string, Float64Array>>;

/** An op applied to one of its samples. */
export interface Case {
  readonly op: OpEntry;
  readonly sample: Sample;
  readonly inputs: readonly Tensor[];
  readonly y: Tensor;
  /** Values for the inputs, exact in float32, so that every precision starts from the same numbers. */
  readonly numbers: Numbers;
}

/** An op applied to a sample, with random numbers from the sample's domain. */
export function caseOf(op: OpEntry, sample: Sample): Case {
  const inputs = op.inputs.map((name) => fed(name, sample.shapes[name]!, op.inputTypes[name]));
  const values = inputs.map(({ shape, dtype }, i) => {
    const random = Random.of(i, `${op.name} ${JSON.stringify(sample)}`);
    const [low, high] = sample.domain ?? [-2, 2];
    const draw = () =>
      dtype === 'i32'
        ? random.integer(sample.classes ?? 1)
        : Math.fround(low + (high - low) * random.uniform());
    // Large tensors repeat their numbers; 4099 is prime, so no row or block begins like the one before it.
    const size = sizeOf(shape);
    const drawn = Float64Array.from({ length: Math.min(size, 4099) }, draw);
    const all = new Float64Array(size);
    for (let at = 0; at < size; at += drawn.length) all.set(drawn.subarray(0, size - at), at);
    return all;
  });
  return { op, sample, inputs, y: apply(op, inputs, sample.attrs), numbers: byName(op, values) };
}

/**
 * The program that does nothing but one case: its op is one step, and nothing is simplified or fused away. The
 * inputs are fetched as well, so that nothing takes their memory.
 */
export function programOf({ y, inputs, op }: Case): Program {
  return plan({ fetch: { ...byName(op, inputs), [OUTPUT]: y }, carry: [] });
}

/** Runs a program that is fed by a case's numbers at each of `steps` steps, and gives all that it fetched. */
export function run(
  backend: Backend,
  program: Program,
  numbers: Numbers,
  steps = 1,
): Readonly<Record<string, NumberArray>> {
  const runnable = backend.prepare(program, backend.createStorage());
  try {
    const feeds = program.feeds.map(({ name }) => [name, repeat(numbers[name]!, steps)] as const);
    return runnable.runSync(steps, Object.fromEntries(feeds));
  } finally {
    runnable.dispose();
  }
}

function repeat(numbers: Float64Array, steps: number): Float64Array {
  const all = new Float64Array(numbers.length * steps);
  for (let k = 0; k < steps; k++) all.set(numbers, k * numbers.length);
  return all;
}

/** Largest difference, relative to max(1, |want|); infinite where one is NaN or infinite and the other is not. */
export function furthest(got: ArrayLike<number>, want: ArrayLike<number>): number {
  if (got.length !== want.length) return Number.POSITIVE_INFINITY;
  let worst = 0;
  for (let i = 0; i < want.length; i++) {
    const [a, b] = [got[i]!, want[i]!];
    if (Object.is(a, b) || a === b) continue;
    const difference = Math.abs(a - b) / Math.max(1, Math.abs(b));
    worst = Math.max(worst, Number.isFinite(difference) ? difference : Number.POSITIVE_INFINITY);
  }
  return worst;
}

/** The bits of an array, to compare by: unlike `===` they tell 0 from -0, and one NaN equals itself. */
export function bitsOf(array: NumberArray): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/** Elements with which even a copy is worth sharing among threads natively (60 µs of work, 0.3 ns an element moved). */
const LARGE = 130_000;

/**
 * The sample with its dimensions multiplied until its largest tensor is large, if the op's shape rule takes it so:
 * dimensions of 1 are kept, and attributes grow along where that makes the rule agree.
 */
export function enlarged(op: OpEntry, sample: Sample): Sample | undefined {
  for (let factor = 2; factor <= LARGE; factor = Math.ceil(1.4 * factor)) {
    const grown = multiplied(op, sample, factor);
    if (grown === undefined) return undefined;
    const { inputs, y } = caseOf(op, grown);
    if ([...inputs, y].some(({ shape }) => sizeOf(shape) >= LARGE)) return grown;
  }
  return undefined;
}

function multiplied(op: OpEntry, sample: Sample, factor: number): Sample | undefined {
  const grow = (n: number) => (n > 1 ? n * factor : n);
  const shapes = Object.fromEntries(
    Object.entries(sample.shapes).map(([name, shape]) => [name, shape.map(grow)]),
  );
  for (const [lists, scalars] of [
    [true, true],
    [true, false],
    [false, true],
    [false, false],
  ]) {
    const attrs = Object.fromEntries(
      Object.entries(sample.attrs ?? {}).map(([name, value]) => {
        if (typeof value === 'object') return [name, lists ? value.map(grow) : value];
        return [name, typeof value === 'number' && scalars ? grow(value) : value];
      }),
    );
    if (isAccepted(op, shapes, attrs))
      return { ...sample, shapes, attrs, classes: grow(sample.classes ?? 1) };
  }
  return undefined;
}

/** Whether an op takes these shapes with these attributes. */
export function isAccepted(op: OpEntry, shapes: Readonly<Record<string, Shape>>, attrs: Attrs): boolean {
  const refused = new Error('refused');
  try {
    op.shape(shapes, { ...op.attrs, ...attrs }, () => {
      throw refused;
    });
    return true;
  } catch (error) {
    // What a fusion is composed of refuses by itself.
    if (error === refused || error instanceof ShapeError) return false;
    throw error;
  }
}
