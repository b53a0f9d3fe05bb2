import { checkOptions } from '../../base/options.ts';
import { type LabelOptions, readLabels } from './labels.ts';
import { sum, tally } from './tally.ts';
import type { Input } from './values.ts';

/**
 * Matthews correlation coefficient, for any number of classes (Gorodkin, 2004, "Comparing two K-category assignments by
 * a K-category correlation coefficient"; Matthews, 1975).
 *
 * | predictions                       | targets                          |
 * | --------------------------------- | -------------------------------- |
 * | `[n]` labels                      | `[n]` labels                     |
 * | `[n, 1]` probabilities of class 1 | `[n, 1]` of 0 and 1              |
 * | `[n, k]` probabilities            | `[n]` labels or `[n, k]` one-hot |
 *
 * Range -1 to 1, higher is better, 0 is chance and also what a constant prediction or target gives; NaN for no rows and
 * for NaN predictions.
 *
 * @throws {ShapeError} when the shapes are not a pair of the table; nothing is broadcast.
 * @throws {DataError} for labels that are not whole numbers from 0, or not below k.
 *
 * @example
 * metrics.matthews([1, 0, 1, 1], [1, 0, 0, 1]); // 0.5773502691896258
 */
export function matthews(predictions: Input, targets: Input, options: LabelOptions = {}): number {
  const { total, hits, expected, predicted, actual } = agreement('matthews', predictions, targets, options);
  if (total === 0) return NaN;
  const bottom = (total * total - sumOfSquares(predicted)) * (total * total - sumOfSquares(actual));
  return bottom === 0 ? 0 : (hits * total - expected) / Math.sqrt(bottom);
}

/**
 * Cohen's kappa: agreement beyond that of chance, `(p_o - p_e) / (1 - p_e)` (Cohen, 1960, "A coefficient of agreement
 * for nominal scales").
 *
 * Shapes as for `matthews`. Range -1 to 1, higher is better, 0 is chance; NaN for no rows, for NaN predictions and when
 * predictions and targets are one and the same class throughout.
 *
 * @throws {ShapeError} when the shapes do not belong together; nothing is broadcast.
 * @throws {DataError} for labels that are not whole numbers from 0, or not below k.
 *
 * @example
 * metrics.cohenKappa([1, 0, 1, 1], [1, 0, 0, 1]); // 0.5
 */
export function cohenKappa(predictions: Input, targets: Input, options: LabelOptions = {}): number {
  const { total, hits, expected } = agreement('cohenKappa', predictions, targets, options);
  return (hits * total - expected) / (total * total - expected);
}

/** Hits, and `Σ predicted_k · actual_k`: as many hits as chance would give, times `total`. */
function agreement(what: string, predictions: Input, targets: Input, options: LabelOptions) {
  options = checkOptions(what, options, ['threshold', 'weights']);
  const { total, hits, predicted, actual } = tally(what, readLabels(what, predictions, targets, options));
  const expected = predicted.reduce((all, count, label) => all + count * actual[label]!, 0);
  return { total, hits: sum(hits), expected, predicted, actual };
}

function sumOfSquares(counts: Float64Array): number {
  return counts.reduce((all, count) => all + count * count, 0);
}
