import { Random } from '../base/random.ts';
import { checkNumber } from '../base/ranges.ts';
import type { Model } from '../train/model.ts';
import { readBackground } from './baselines.ts';
import type { Explanation } from './explanation.ts';
import { conclude } from './findings.ts';
import { gradientsOf, scoresOf } from './forward.ts';
import { noiseOf, readStdev, type Stdev } from './noise.ts';
import { EXPLAIN_OPTIONS, type ExplainOptions, readOptions } from './options.ts';
import { type Sampled, sample } from './sampled.ts';
import { type Explained, Subject } from './subject.ts';

/** Options of {@link gradientShap}. */
export interface GradientShapOptions extends ExplainOptions {
  /** Rows that the model usually sees, such as a hundred of the training set: what is explained is the difference from them. */
  readonly background: Explained;
  /** Points at which the gradient is taken, at least 2. Default 200. */
  readonly nSamples?: number;
  /** Standard deviation of noise added to the row, in units of the inputs; one for all or one for each. Default 0. */
  readonly stdev?: Stdev;
  /** Decides the points. Default 0. */
  readonly seed?: number;
}

/** What is drawn; all rows get the same. */
export interface ShapDraws {
  /** Row of the background. */
  readonly index: ArrayLike<number>;
  /** How far from it to the row, 0 to 1. */
  readonly alpha: ArrayLike<number>;
  /** Added to the row, `[draws, width]`. */
  readonly noise: Float32Array;
}

const WHERE = 'gradientShap';

/**
 * Expected gradients (Erion et al., 2021), which Captum and SHAP call GradientSHAP: integrated gradients averaged over a
 * background of baselines, by drawing a baseline and a point of the path at a time.
 *
 *     A_i = 1/n · Σₖ (x_i - b_i) · ∂f/∂x_i (b + αₖ (x - b)),   b = background[jₖ],  αₖ ~ U(0, 1)
 *
 * | name         | shape                                                                          |
 * | ------------ | ------------------------------------------------------------------------------ |
 * | `inputs`     | `[n, …input]`, a table, or rows by name                                        |
 * | `background` | `[m, …input]`, a table, or rows by name                                        |
 * | `values`     | `[n, …input]`, with `target: 'all'` and an axis of outputs                     |
 * | `stdError`   | that of `values`: it falls with the root of `nSamples`                         |
 * | `baseValues` | `[n]`, with `'all'` `[n, outputs]`: the mean of what the model says of the background |
 *
 * The standard error has `nSamples - 1` degrees of freedom; with fewer than 40 samples it is NaN, and a warning says so.
 * The expected values add up to `output - base value`; what chance leaves of it is in `convergenceDelta`.
 *
 * Units: those of the output. Cost: `nSamples` passes forward and backward a row.
 *
 * @throws {OptionError} for unknown options and targets, and without a background.
 * @throws {ShapeError | DataError} for rows that the model cannot take.
 * @example
 * const { values, stdError } = await gradientShap(model, x, { background: train, nSamples: 500, seed: 7 });
 */
export async function gradientShap(
  model: Model,
  inputs: Explained,
  options: GradientShapOptions,
): Promise<Explanation> {
  const known = [...EXPLAIN_OPTIONS, 'background', 'nSamples', 'stdev', 'seed'];
  const {
    background: given,
    nSamples = 200,
    stdev = 0,
    seed = 0,
    ...rest
  } = readOptions(WHERE, options, known);
  checkNumber(WHERE, 'nSamples', nSamples, { least: 2, most: 1e6, whole: true });
  checkNumber(WHERE, 'seed', seed, { whole: true });
  const subject = new Subject(WHERE, model, inputs, rest);
  const { width, rows, outputs: K } = subject;
  const background = readBackground(WHERE, subject, given);
  const spreads = readStdev(WHERE, stdev, width);
  const count = background.length / width;
  const random = Random.of(seed, WHERE);
  const draws: ShapDraws = {
    index: Int32Array.from({ length: nSamples }, () => random.integer(count)),
    alpha: Float64Array.from({ length: nSamples }, () => random.uniform()),
    noise: noiseOf(random, spreads, nSamples),
  };
  const scores = await scoresOf(subject, subject.x, () => 0);
  const base = meanScores(await scoresOf(subject, background, () => 0), K);
  const found = await shapOf(subject, scores, background, draws);
  return conclude({
    method: WHERE,
    options: { background: count, nSamples, stdev, seed },
    ...{ subject, scores, ...found },
    baseScores: Float32Array.from({ length: rows * K }, (_, i) => base[i % K]!),
    complete: true,
    remedy: 'take more nSamples; stdError says how far chance may have moved each value',
  });
}

/** The same for points that are drawn already. */
export function shapOf(
  subject: Subject,
  scores: Float32Array,
  background: Float32Array,
  { index, alpha, noise }: ShapDraws,
): Promise<Sampled> {
  const { x, width } = subject;
  const way = (row: number, draw: number, j: number): number =>
    x[row * width + j]! + noise[draw * width + j]! - background[index[draw]! * width + j]!;
  const draws = {
    count: index.length,
    point(row: number, draw: number, points: Float32Array, to: number) {
      const from = index[draw]! * width;
      for (let j = 0; j < width; j++)
        points[to + j] = background[from + j]! + alpha[draw]! * way(row, draw, j);
    },
  };
  return sample(subject, scores, draws, async ({ points, seeds, row, draw }, share) => {
    const slopes = await gradientsOf(subject, points, seeds, share);
    return slopes.map((slope, i) => {
      const point = Math.floor(i / width);
      return slope * way(row(point), draw(point), i % width);
    });
  });
}

/** The mean of each output. */
function meanScores(scores: Float32Array, outputs: number): Float64Array {
  const sums = new Float64Array(outputs);
  for (let i = 0; i < scores.length; i++) sums[i % outputs]! += scores[i]!;
  return sums.map((sum) => (sum * outputs) / scores.length);
}
