import type { Data } from '../data/index.ts';
import type { Table } from '../data/table.ts';
import { type BarOptions, bar } from '../plot/bar.ts';
import type { Input, Numeric } from '../train/metrics/values.ts';
import type { Model } from '../train/model.ts';
import { type CalibrationOptions, checkBins } from './calibration.ts';
import type { Cost } from './explanation.ts';
import { reliabilityOf } from './reliability.ts';
import { optionsOf, type Scored, score } from './scored.ts';
import type { Explained } from './subject.ts';
import { type Pictured, type Plain, withPicture } from './with-picture.ts';

/** What {@link temperature} found; plain data. */
export interface Temperature extends Pictured<BarOptions> {
  readonly method: 'temperature';
  /** What logits are to be divided by. */
  readonly temperature: number;
  /** Mean negative log-likelihood with the logits as they are, and divided. */
  readonly nll: { readonly before: number; readonly after: number };
  /** Expected calibration error of both. */
  readonly ece: { readonly before: number; readonly after: number };
  readonly rows: number;
  readonly classes: number;
  readonly cost: Cost;
  readonly warnings: readonly string[];
}

/** Temperatures beyond these say that there is none. */
const [COLDEST, HOTTEST] = [0.01, 100];
const ITERATIONS = 100;

/**
 * The temperature that makes a model say what it knows (Guo et al., 2017, section 4.2): the T for which `softmax(z / T)`
 * has the least negative log-likelihood. No prediction changes, since the order of the logits stays.
 *
 *     T = argmin_T  mean_i [ log Σ_k exp(z_ik / T) - z_iy / T ]
 *
 * | name     | shape                                                         |
 * | -------- | ------------------------------------------------------------- |
 * | `logits` | `[n, k]`, or `[n]` or `[n, 1]` of class 1 against class 0     |
 * | `labels` | `[n]` or one-hot `[n, k]`; the shape of the logits of class 1 |
 *
 * It takes logits and labels, or a model with a table, or a model with rows and labels: rows that it was not trained
 * on. The likelihood is convex in 1/T: Newton's method, kept in a bracket, finds its minimum between 0.01 and 100; at
 * either end a warning says so. Cost: one pass forward a row of a model.
 *
 * @throws {DataError | ShapeError | OptionError} as `calibration`.
 * @example
 * const { temperature: T } = await temperature(model, xValidation, yValidation);
 */
export function temperature(logits: Input, labels: Input, options?: CalibrationOptions): Promise<Temperature>;
export function temperature(model: Model, table: Table, options?: CalibrationOptions): Promise<Temperature>;
export function temperature(
  model: Model,
  inputs: Explained,
  labels: Data,
  options?: CalibrationOptions,
): Promise<Temperature>;
export async function temperature(...given: readonly unknown[]): Promise<Temperature> {
  const { bins, ...rest } = checkBins('temperature', optionsOf<CalibrationOptions>(given));
  const scored = await score('temperature', given as never, { ...rest, output: 'logit' });
  const { actual, cost } = scored;
  const logits = asClasses(scored);
  const { length: rows } = actual;
  const classes = logits.length / rows;
  const beta = coldness(logits, classes, actual);
  const ece = (b: number) => reliabilityOf(softmax(logits, classes, b), classes, actual, bins).ece;
  const nll = (b: number) => likelihood(logits, classes, actual, b).nll;
  const result: Plain<Temperature> = {
    method: 'temperature',
    temperature: 1 / beta,
    nll: { before: nll(1), after: nll(beta) },
    ece: { before: ece(1), after: ece(beta) },
    rows,
    classes,
    cost,
    warnings: warningsOf(1 / beta),
  };
  return withPicture(result, bar);
}

function warningsOf(T: number): string[] {
  if (T <= COLDEST) return [`every row is right: the likelihood grows to the least temperature, ${COLDEST}`];
  if (T < HOTTEST) return [];
  return [
    `the logits say nothing of the labels: the likelihood grows to the greatest temperature, ${HOTTEST}`,
  ];
}

/** One logit of class 1 as two, of which the first is 0. */
function asClasses({ scores, columns }: Scored): Numeric {
  if (columns > 1) return scores;
  const logits = new Float64Array(2 * scores.length);
  for (const [row, z] of scores.entries()) logits[2 * row + 1] = z;
  return logits;
}

/** The 1/T of least negative log-likelihood. */
function coldness(logits: Numeric, classes: number, actual: Int32Array): number {
  const at = (beta: number) => likelihood(logits, classes, actual, beta);
  if (at(1).slope === 0) return 1;
  let [low, high] = [1 / HOTTEST, 1 / COLDEST];
  if (at(low).slope >= 0) return low;
  if (at(high).slope <= 0) return high;
  let beta = 1;
  for (let i = 0; i < ITERATIONS; i++) {
    const { slope, curvature } = at(beta);
    if (slope < 0) low = beta;
    else high = beta;
    const newton = beta - slope / curvature;
    const next = newton > low && newton < high ? newton : Math.sqrt(low * high);
    if (Math.abs(next - beta) <= 1e-14 * beta) return next;
    beta = next;
  }
  return beta;
}

/** Mean negative log-likelihood of `softmax(beta z)`, and its derivatives by beta: `E z - z_y` and the variance of z. */
function likelihood(logits: Numeric, classes: number, actual: Int32Array, beta: number) {
  const p = softmax(logits, classes, beta);
  let [nll, slope, curvature] = [0, 0, 0];
  actual.forEach((label, row) => {
    const from = row * classes;
    let [mean, square] = [0, 0];
    // About the logit of the label, so that nothing large is taken from something large.
    for (let k = 0; k < classes; k++) {
      const z = logits[from + k]! - logits[from + label]!;
      mean += p[from + k]! * z;
      square += p[from + k]! * z * z;
    }
    nll += logSum(logits, from, classes, beta, logits[from + label]!);
    slope += mean;
    curvature += square - mean * mean;
  });
  const { length: n } = actual;
  return { nll: nll / n, slope: slope / n, curvature: curvature / n };
}

function softmax(logits: Numeric, classes: number, beta: number): Float64Array {
  const p = new Float64Array(logits.length);
  for (let from = 0; from < p.length; from += classes) {
    const log = logSum(logits, from, classes, beta, 0);
    for (let k = from; k < from + classes; k++) p[k] = Math.exp(beta * logits[k]! - log);
  }
  return p;
}

/** `log Σ exp(beta (z - of))` of a row. */
function logSum(logits: Numeric, from: number, classes: number, beta: number, of: number): number {
  let most = Number.NEGATIVE_INFINITY;
  for (let k = from; k < from + classes; k++) most = Math.max(most, logits[k]!);
  let sum = 0;
  for (let k = from; k < from + classes; k++) sum += Math.exp(beta * (logits[k]! - most));
  return Math.log(sum) + beta * (most - of);
}
