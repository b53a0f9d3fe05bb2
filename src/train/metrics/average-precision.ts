import { checkOptions } from '../../base/options.ts';
import { eachThreshold } from './rank.ts';
import { type BinaryScores, binaryScores, hasNaN, meanDefined, readScores } from './scores.ts';
import type { Input } from './values.ts';
import type { WeightOptions } from './weights.ts';

/**
 * Average precision: precision at each threshold, weighted by the recall gained there, `Σ (R_i - R_{i-1}) P_i`, without
 * interpolation (Zhu, 2004, "Recall, precision and average precision"). It tells more than AUC where positives are rare.
 *
 * | predictions                   | targets                          |
 * | ----------------------------- | -------------------------------- |
 * | `[n]` scores of class 1       | `[n]` of 0 and 1                 |
 * | `[n, 1]` scores of class 1    | `[n, 1]` of 0 and 1              |
 * | `[n, k]` scores of each class | `[n]` labels or `[n, k]` one-hot |
 *
 * With k = 2 it is that of class 1; with more, the mean of each class against the rest, over the classes that have
 * rows. Range 0 to 1, higher is better, the share of positives is chance; NaN without positive rows and for NaN
 * predictions.
 *
 * @throws {ShapeError} when the shapes are not a pair of the table; nothing is broadcast.
 * @throws {DataError} for labels that are not whole numbers below the number of classes.
 *
 * @example
 * metrics.averagePrecision([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]); // 0.8333333333333333
 */
export function averagePrecision(predictions: Input, targets: Input, options: WeightOptions = {}): number {
  options = checkOptions('averagePrecision', options, ['weights']);
  const scored = readScores('averagePrecision', predictions, targets, options.weights);
  return hasNaN(scored.scores) ? NaN : meanDefined(binaryScores(scored).map(meanPrecision));
}

function meanPrecision(scores: BinaryScores): number {
  let sum = 0;
  let found = 0;
  eachThreshold(scores, (_, positives, negatives) => {
    sum += ((positives - found) * positives) / (positives + negatives);
    found = positives;
  });
  // Without positives it is 0 / 0. Sums of weights may round above the whole.
  return Math.min(1, sum / found);
}
