import { OptionError } from '../base/errors.ts';
import { choose } from '../base/options.ts';
import { Random } from '../base/random.ts';
import { checkNumber } from '../base/ranges.ts';
import type { Model } from '../train/model.ts';
import { BASELINE_OPTIONS, type BaselineOptions, type BaselineRows, readBaselines } from './baselines.ts';
import type { Explanation } from './explanation.ts';
import { conclude } from './findings.ts';
import { gradientsOf, scoresOf } from './forward.ts';
import type { Variant } from './moments.ts';
import { noiseOf, readStdev, type Stdev } from './noise.ts';
import { EXPLAIN_OPTIONS, type ExplainOptions, readOptions } from './options.ts';
import { integrate } from './path.ts';
import { RULES } from './quadrature.ts';
import { type Attribute, type Drawn, type Draws, sample } from './sampled.ts';
import { type Explained, Subject } from './subject.ts';

/** Methods that can be smoothed. */
export type Smoothed = 'saliency' | 'inputXGradient' | 'integratedGradients';

/** Options of {@link smoothGrad}. */
export interface SmoothGradOptions extends ExplainOptions, BaselineOptions {
  /** Noisy copies of a row, at least 2. Default 50: the paper sees no change in the pictures beyond. */
  readonly nSamples?: number;
  /**
   * Standard deviation of the noise, in units of the inputs; one for all or one for each input. Default 0.15, for inputs
   * of standard deviation 1 or pixels from 0 to 1, where the paper takes a tenth to a fifth.
   */
  readonly stdev?: Stdev;
  /** The method that is applied to the noisy copies. Default `'saliency'`. */
  readonly of?: Smoothed;
  /**
   * What is made of their attributions: `'mean'` (SmoothGrad), the mean of the squares, `'squared'`, or `'variance'`
   * (VarGrad). Default `'mean'`.
   */
  readonly variant?: Variant;
  /** Decides the noise. Default 0. */
  readonly seed?: number;
}

const WHERE = 'smoothGrad';
const VARIANTS: Readonly<Record<Variant, true>> = { mean: true, squared: true, variance: true };

/** Points of a path where the smoothed method has one. */
const STEPS = 50;

/** Each method for points near the rows. */
export const METHODS: Readonly<Record<Smoothed, (subject: Subject, baselines: BaselineRows) => Attribute>> = {
  saliency:
    (subject) =>
    ({ points, seeds }, share) =>
      gradientsOf(subject, points, seeds, share),
  inputXGradient:
    (subject) =>
    async ({ points, seeds }, share) => {
      const slopes = await gradientsOf(subject, points, seeds, share);
      return slopes.map((slope, i) => slope * points[i]!);
    },
  integratedGradients: (subject, baselines) => (drawn, share) => {
    const own = baselinesAt(drawn, baselines, subject.width);
    return integrate(
      subject,
      { x: drawn.points, baselines: own, seeds: drawn.seeds },
      RULES.gausslegendre(STEPS),
      share,
    );
  },
};

/** The baselines of the rows that points are of. */
function baselinesAt({ points, row }: Drawn, baselines: BaselineRows, width: number): BaselineRows {
  if (baselines.shared) return baselines;
  const data = new Float32Array(points.length);
  for (let to = 0; to < data.length; to += width) {
    const from = row(to / width) * width;
    data.set(baselines.data.subarray(from, from + width), to);
  }
  return { ...baselines, data };
}

/**
 * A method's attributions averaged over noisy copies of a row, which takes out what changes from one point to the next:
 * SmoothGrad (Smilkov et al., 2017), or with `variant: 'variance'` VarGrad (Adebayo et al., 2018).
 *
 *     A = 1/n · Σₖ S(x + eₖ),   eₖ ~ N(0, stdev²)
 *
 * | name       | shape                                                                    |
 * | ---------- | ------------------------------------------------------------------------ |
 * | `inputs`   | `[n, …input]`, a table, or rows by name                                  |
 * | `values`   | `[n, …input]`, with `target: 'all'` and an axis of outputs               |
 * | `stdError` | that of `values`: it falls with the root of `nSamples`                   |
 *
 * The standard error has `nSamples - 1` degrees of freedom. With fewer than 40 samples, 1000 of squares and variances,
 * it is NaN, and a warning says so: so few do not tell what is rare among them, and their spread would understate it.
 *
 * All rows get the same noise. Without noise the values are those of the method itself, bit for bit.
 *
 * Units: those of the method, squared for squares and variances. Cost: `nSamples` times that of the method.
 *
 * @throws {OptionError} for unknown options and targets, a negative `stdev`, and baselines for a method without.
 * @throws {ShapeError | DataError} for rows that the model cannot take.
 * @example
 * const { values, stdError } = await smoothGrad(model, x, { nSamples: 100, stdev: 0.1, seed: 7 });
 */
export async function smoothGrad(
  model: Model,
  inputs: Explained,
  options: SmoothGradOptions = {},
): Promise<Explanation> {
  const known = [...EXPLAIN_OPTIONS, ...BASELINE_OPTIONS, 'nSamples', 'stdev', 'of', 'variant', 'seed'];
  const own = readOptions(WHERE, options, known);
  const { nSamples = 50, stdev = 0.15, of = 'saliency', variant = 'mean', seed = 0, ...rest } = own;
  checkNumber(WHERE, 'nSamples', nSamples, { least: 2, most: 1e6, whole: true });
  checkNumber(WHERE, 'seed', seed, { whole: true });
  choose(`${WHERE}: of`, of, METHODS);
  choose(`${WHERE}: variant`, variant, VARIANTS);
  const subject = new Subject(WHERE, model, inputs, rest);
  const spreads = readStdev(WHERE, stdev, subject.width);
  const baselines = baselinesFor(of, subject, rest);
  // Without noise all copies are alike, and one is enough.
  const count = spreads.some((one) => one > 0) ? nSamples : 1;
  const noise = noiseOf(Random.of(seed, WHERE), spreads, count);
  const scores = await scoresOf(subject, subject.x, () => 0);
  const method = METHODS[of](subject, baselines);
  const found = await sample(subject, scores, noisy(subject, noise), method, variant);
  const about = {
    of,
    variant,
    nSamples,
    stdev,
    seed,
    ...(of === 'integratedGradients' && { baselines: baselines.about }),
  };
  return conclude({ method: WHERE, options: about, subject, scores, ...found });
}

/** Each row with each row of noise, `[count, width]`, added. */
export function noisy({ x, width }: Subject, noise: Float32Array): Draws {
  return {
    count: noise.length / width,
    point(row, draw, points, to) {
      const [here, there] = [row * width, draw * width];
      for (let j = 0; j < width; j++) points[to + j] = x[here + j]! + noise[there + j]!;
    },
  };
}

function baselinesFor(of: Smoothed, subject: Subject, options: BaselineOptions): BaselineRows {
  const given = BASELINE_OPTIONS.find((name) => options[name] !== undefined);
  if (of !== 'integratedGradients' && given !== undefined)
    throw new OptionError(`${WHERE}: ${given} is for of: 'integratedGradients', got of: '${of}'`);
  return readBaselines(WHERE, subject, options);
}
