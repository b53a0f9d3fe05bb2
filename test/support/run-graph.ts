import type { Backend } from '../../src/backend/backend.ts';
import type { NumberArray } from '../../src/base/dtype.ts';
import { Random } from '../../src/base/random.ts';
import { sizeOf } from '../../src/base/shape.ts';
import type { Program } from '../../src/ir/program.ts';
import type { Tensor } from '../../src/ir/tensor.ts';
import { nameOf } from './naive.ts';

/** Random numbers for a leaf, exact in float32: `[-2, 2]`, or indices below `classes`. */
export function numbersFor(leaf: Tensor, seed: number, classes = 1): Float64Array {
  const random = Random.of(seed, nameOf(leaf));
  const draw = () => (leaf.dtype === 'i32' ? random.integer(classes) : Math.fround(4 * random.uniform() - 2));
  return Float64Array.from({ length: sizeOf(leaf.shape) }, draw);
}

/** What a run over several steps gave: the fetches of each step, and the stored tensors after the last. */
export interface Outcome {
  readonly fetched: Readonly<Record<string, NumberArray>>;
  readonly stored: Readonly<Record<string, NumberArray>>;
}

/** Runs a program for `steps` steps from the given stored values, with the same feeds at each step. */
export function runProgram(
  backend: Backend,
  program: Program,
  stored: readonly Tensor[],
  fed: readonly Tensor[],
  values: Readonly<Record<string, ArrayLike<number>>>,
  steps = 1,
): Outcome {
  const storage = backend.createStorage();
  for (const leaf of stored) {
    storage.allocate({ name: nameOf(leaf), shape: leaf.shape, dtype: leaf.dtype });
    storage.write(nameOf(leaf), values[nameOf(leaf)]!);
  }
  const runnable = backend.prepare(program, storage);
  try {
    const feeds = Object.fromEntries(fed.map((leaf) => [nameOf(leaf), repeat(values[nameOf(leaf)]!, steps)]));
    const fetched = runnable.runSync(steps, feeds);
    return {
      fetched,
      stored: Object.fromEntries(stored.map((leaf) => [nameOf(leaf), storage.read(nameOf(leaf))])),
    };
  } finally {
    runnable.dispose();
  }
}

function repeat(values: ArrayLike<number>, steps: number): Float64Array {
  const all = new Float64Array(values.length * steps);
  for (let k = 0; k < steps; k++) all.set(values, k * values.length);
  return all;
}
