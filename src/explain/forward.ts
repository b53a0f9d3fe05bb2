import { grad } from '../compile/autodiff.ts';
import { fed } from '../ir/tensor.ts';
import type { Subject } from './subject.ts';

/** Name under which rows are fed. */
export const ROWS = 'x0';

/** Scores of some rows of the width of the subject's, `[rows, outputs]`. */
export async function scoresOf(
  subject: Subject,
  x: Float32Array = subject.x,
  share?: (done: number) => number,
): Promise<Float32Array> {
  const { width, shape, outputs, passes } = subject;
  const rows = x.length / width;
  const scores = new Float32Array(rows * outputs);
  await passes.run(
    {
      key: `scores ${subject.key}`,
      rows,
      width,
      trace: (batch) => ({ scores: subject.scores(fed(ROWS, [batch, ...shape])) }),
      each: {},
      feed: (from, count) => ({ [ROWS]: x.subarray(from * width, (from + count) * width) }),
      take: (fetched, from) => scores.set(fetched['scores']!, from * outputs),
    },
    share,
  );
  return scores;
}

/** Gradients of a weighted sum of scores, where each row has weights of its own: `seeds` is `[rows, outputs]`. */
export async function gradientsOf(
  subject: Subject,
  x: Float32Array,
  seeds: Float32Array,
  share?: (done: number) => number,
): Promise<Float32Array> {
  const { width, shape, outputs, passes } = subject;
  const rows = x.length / width;
  const gradients = new Float32Array(x.length);
  await passes.run(
    {
      key: `gradients ${subject.key}`,
      rows,
      width: width + outputs,
      trace: (batch) => {
        const leaf = fed(ROWS, [batch, ...shape]);
        const scores = subject.scores(leaf);
        const [gradient] = grad(scores, [leaf], fed('seeds', scores.shape));
        return { gradient: gradient! };
      },
      each: {},
      feed: (from, count) => ({
        [ROWS]: x.subarray(from * width, (from + count) * width),
        seeds: seeds.subarray(from * outputs, (from + count) * outputs),
      }),
      take: (fetched, from) => gradients.set(fetched['gradient']!, from * width),
      cost: { forward: 1, backward: 1 },
    },
    share,
  );
  return gradients;
}

/** Weights that pick an output of each row: 1 there, else 0. */
export function seedsFor(targets: ArrayLike<number>, outputs: number): Float32Array {
  const seeds = new Float32Array(targets.length * outputs);
  for (let i = 0; i < targets.length; i++) seeds[i * outputs + targets[i]!] = 1;
  return seeds;
}

/** A method for one weighted sum of scores: values of the rows, `[rows, width]`. */
export type OneOutput = (seeds: Float32Array, share: (done: number) => number) => Promise<Float32Array>;

/** The method for the output that is asked of each row, or for all of them side by side, in the shape of values. */
export async function forTargets(
  subject: Subject,
  scores: Float32Array,
  one: OneOutput,
  share: (done: number) => number = (done) => done,
): Promise<Float32Array> {
  const { rows, outputs, all } = subject;
  if (!all) return one(seedsFor(subject.targets(scores), outputs), share);
  const parts: Float32Array[] = [];
  for (let k = 0; k < outputs; k++) {
    const seeds = seedsFor(new Int32Array(rows).fill(k), outputs);
    parts.push(await one(seeds, (done) => share((k + done) / outputs)));
  }
  return sideBySide(parts);
}

/** Values of one output after the other as values with a trailing axis of outputs. */
export function sideBySide(parts: readonly Float32Array[]): Float32Array {
  const values = new Float32Array(parts.length * parts[0]!.length);
  parts.forEach((part, k) => {
    for (let i = 0; i < part.length; i++) values[i * parts.length + k] = part[i]!;
  });
  return values;
}
