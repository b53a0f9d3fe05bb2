import { describe } from '../../base/describe.ts';
import { OptionError } from '../../base/errors.ts';
import { checkOptions } from '../../base/options.ts';
import { type LabelOptions, readLabels } from './labels.ts';
import { readScores } from './scores.ts';
import { tally } from './tally.ts';
import type { Input, Numeric } from './values.ts';
import { type WeightOptions, weightedMean } from './weights.ts';

/** Options of `topKAccuracy`. */
export interface TopKOptions extends WeightOptions {
  /** How many of the most probable classes may hold the right one, from 1. Default 5. */
  readonly k?: number;
}

/**
 * Share of the rows whose predicted class is the true one.
 *
 * | predictions                       | targets                          |
 * | --------------------------------- | -------------------------------- |
 * | `[n]` labels                      | `[n]` labels                     |
 * | `[n, 1]` probabilities of class 1 | `[n, 1]` of 0 and 1              |
 * | `[n, k]` probabilities            | `[n]` labels or `[n, k]` one-hot |
 *
 * Range 0 to 1, higher is better; NaN for no rows and for NaN predictions.
 *
 * @throws {ShapeError} when the shapes are not a pair of the table; nothing is broadcast.
 * @throws {DataError} for labels that are not whole numbers from 0, or not below k.
 *
 * @example
 * metrics.accuracy([0, 1, 1, 0], [0, 1, 0, 0]); // 0.75
 */
export function accuracy(predictions: Input, targets: Input, options: LabelOptions = {}): number {
  options = checkOptions('accuracy', options, ['threshold', 'weights']);
  const { predicted, actual, weights } = readLabels('accuracy', predictions, targets, options);
  return weightedMean(actual.length, weights, (row) => {
    return predicted[row]! < 0 ? NaN : Number(predicted[row] === actual[row]);
  });
}

/**
 * Mean of the recalls of the classes that occur in the targets (Brodersen et al., 2010, "The balanced accuracy and its
 * posterior distribution"): guessing the most frequent class is worth no more than 1/k.
 *
 * Shapes as for `accuracy`. Range 0 to 1, higher is better; NaN for no rows and for NaN predictions.
 *
 * @throws {ShapeError} when the shapes do not belong together; nothing is broadcast.
 * @throws {DataError} for labels that are not whole numbers from 0, or not below k.
 *
 * @example
 * metrics.balancedAccuracy([0, 0, 0, 0], [0, 0, 0, 1]); // 0.5
 */
export function balancedAccuracy(predictions: Input, targets: Input, options: LabelOptions = {}): number {
  options = checkOptions('balancedAccuracy', options, ['threshold', 'weights']);
  const labelled = readLabels('balancedAccuracy', predictions, targets, options);
  const { hits, actual } = tally('balancedAccuracy', labelled);
  const recalls = [...hits].map((hit, c) => hit / actual[c]!).filter((_, c) => actual[c] !== 0);
  return recalls.reduce((sum, recall) => sum + recall, 0) / recalls.length;
}

/**
 * Share of the rows whose true class is among the `k` most probable ones. Of equal probabilities the last class counts
 * as the most probable, as in scikit-learn: a net that finds all classes equally probable gets no more than chance.
 *
 * | predictions            | targets                          |
 * | ---------------------- | -------------------------------- |
 * | `[n, c]` probabilities | `[n]` labels or `[n, c]` one-hot |
 *
 * Range 0 to 1, higher is better; 1 when `k >= c`, NaN for no rows and for NaN predictions.
 *
 * @throws {ShapeError} when the shapes do not belong together; nothing is broadcast.
 * @throws {DataError} for labels that are not whole numbers below c.
 * @throws {OptionError} when k is not a whole number from 1.
 *
 * @example
 * metrics.topKAccuracy([[0.5, 0.3, 0.2], [0.1, 0.2, 0.7]], [1, 0], { k: 2 }); // 0.5
 */
export function topKAccuracy(predictions: Input, targets: Input, options: TopKOptions = {}): number {
  options = checkOptions('topKAccuracy', options, ['k', 'weights']);
  const k = checkK(options.k === undefined ? 5 : options.k);
  const { scores, columns, actual, weights } = readScores(
    'topKAccuracy',
    predictions,
    targets,
    options.weights,
    2,
  );
  return weightedMean(actual.length, weights, (row) => {
    const place = placeOf(scores, row * columns, columns, actual[row]!);
    return Number.isNaN(place) ? NaN : Number(place < k);
  });
}

/** Refuses a `k` that is not a whole number from 1. */
export function checkK(k: number): number {
  if (Number.isSafeInteger(k) && k >= 1) return k;
  throw new OptionError(`topKAccuracy: k is a whole number from 1, came ${describe(k)}`);
}

/** How many classes of a row are more probable than the given one. */
function placeOf(scores: Numeric, start: number, columns: number, label: number): number {
  const own = scores[start + label]!;
  let place = 0;
  for (let column = 0; column < columns; column++) {
    const score = scores[start + column]!;
    if (Number.isNaN(score)) return NaN;
    if (score > own || (score === own && column > label)) place++;
  }
  return place;
}
