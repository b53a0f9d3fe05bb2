import { DataError } from '../../base/errors.ts';
import { checkOptions } from '../../base/options.ts';
import { checkRows, labelsIn } from './labels.ts';
import { type Input, type Numeric, type Read, read } from './values.ts';
import { readWeights, type WeightOptions, weightedMean } from './weights.ts';

/** Predicted and true probabilities, row by row. */
interface Probabilities {
  readonly rows: number;
  /** Classes, or 1 for the probability of class 1. */
  readonly columns: number;
  readonly predicted: Numeric;
  /** True probability of a column: 0 or 1 unless targets are smoothed or mixed. */
  readonly wanted: (row: number, column: number) => number;
  readonly weights: Numeric | undefined;
}

// Softmax and sigmoid in float32 may leave [0, 1] by a few units in the last place.
const ROUNDING = 1e-5;

/**
 * Logarithmic loss, the mean of `-Σ t ln p` in nats: cross-entropy as a metric (Good, 1952, "Rational decisions").
 *
 * | predictions                       | targets                                        |
 * | --------------------------------- | ---------------------------------------------- |
 * | `[n]` probabilities of class 1    | `[n]` from 0 to 1                              |
 * | `[n, 1]` probabilities of class 1 | `[n, 1]` from 0 to 1                           |
 * | `[n, k]` probabilities            | `[n]` labels or `[n, k]` one-hot, may be mixed |
 *
 * Probabilities are kept `eps` away from 0 and 1, where `eps` is the rounding unit of their array: 2^-23 for
 * Float32Array, 2^-52 otherwise. Range 0 to 36.05, lower is better; NaN for no rows and for NaN predictions.
 *
 * @throws {ShapeError} when the shapes are not a pair of the table; nothing is broadcast.
 * @throws {DataError} for numbers that are no probabilities, and for labels not below k.
 *
 * @example
 * metrics.logLoss([[0.9, 0.1], [0.2, 0.8]], [0, 1]); // 0.164252033486018
 */
export function logLoss(predictions: Input, targets: Input, options: WeightOptions = {}): number {
  options = checkOptions('logLoss', options, ['weights']);
  const { rows, columns, predicted, wanted, weights } = readProbabilities(
    'logLoss',
    predictions,
    targets,
    options,
  );
  const eps = predicted instanceof Float32Array ? 2 ** -23 : 2 ** -52;
  // What is not probable is not worth a logarithm, unless it is NaN.
  const term = (t: number, p: number) => (t === 0 && p >= 0 ? 0 : -t * Math.log(clip(p, eps)));
  return weightedMean(rows, weights, (row) => {
    if (columns === 1)
      return term(wanted(row, 0), predicted[row]!) + term(1 - wanted(row, 0), 1 - predicted[row]!);
    return sumOver(columns, (column) => term(wanted(row, column), predicted[row * columns + column]!));
  });
}

/**
 * Brier score: mean squared distance of the probabilities from what came true (Brier, 1950, "Verification of forecasts
 * expressed in terms of probability").
 *
 * | predictions                       | targets                                        |
 * | --------------------------------- | ---------------------------------------------- |
 * | `[n]` probabilities of class 1    | `[n]` from 0 to 1                              |
 * | `[n, 1]` probabilities of class 1 | `[n, 1]` from 0 to 1                           |
 * | `[n, k]` probabilities            | `[n]` labels or `[n, k]` one-hot, may be mixed |
 *
 * One or two columns give the squared distance of class 1, range 0 to 1; more give Brier's sum over the classes, range
 * 0 to 2. Lower is better; NaN for no rows and for NaN predictions.
 *
 * @throws {ShapeError} when the shapes are not a pair of the table; nothing is broadcast.
 * @throws {DataError} for numbers that are no probabilities, and for labels not below k.
 *
 * @example
 * metrics.brier([0.9, 0.2], [1, 0]); // 0.025
 */
export function brier(predictions: Input, targets: Input, options: WeightOptions = {}): number {
  options = checkOptions('brier', options, ['weights']);
  const { rows, columns, predicted, wanted, weights } = readProbabilities(
    'brier',
    predictions,
    targets,
    options,
  );
  const scale = columns === 2 ? 0.5 : 1;
  return weightedMean(rows, weights, (row) => {
    return (
      scale * sumOver(columns, (column) => (predicted[row * columns + column]! - wanted(row, column)) ** 2)
    );
  });
}

function readProbabilities(
  what: string,
  predictions: Input,
  targets: Input,
  options: WeightOptions,
): Probabilities {
  const outputs = read(`${what}: predictions`, predictions);
  const truth = read(`${what}: targets`, targets);
  checkRows(what, outputs.shape, truth.shape);
  checkProbabilities(
    `${what}: predictions`,
    outputs.data,
    'these look like logits: apply softmax or sigmoid first',
  );
  const columns = outputs.shape[1] ?? 1;
  return {
    rows: outputs.shape[0]!,
    columns,
    predicted: outputs.data,
    wanted: probabilityOf(what, truth, columns),
    weights: readWeights(what, options.weights, outputs.shape[0]!),
  };
}

function probabilityOf(what: string, truth: Read, columns: number): (row: number, column: number) => number {
  const { data } = truth;
  if (truth.shape.length === 1 && columns > 1) {
    const labels = labelsIn(`${what}: targets`, data, columns);
    return (row, column) => Number(labels[row] === column);
  }
  checkProbabilities(`${what}: targets`, data);
  return (row, column) => data[row * columns + column]!;
}

function checkProbabilities(what: string, data: Numeric, hint?: string): void {
  const at = data.findIndex((p: number) => p < -ROUNDING || p > 1 + ROUNDING);
  if (at >= 0)
    throw new DataError(`${what}: wanted probabilities from 0 to 1, came ${data[at]} at ${at}`, { hint });
}

/** `Math.min` and `Math.max` keep NaN. */
function clip(p: number, eps: number): number {
  return Math.max(eps, Math.min(1 - eps, p));
}

function sumOver(columns: number, value: (column: number) => number): number {
  let sum = 0;
  for (let column = 0; column < columns; column++) sum += value(column);
  return sum;
}
