import { DataError } from '../../base/errors.ts';
import { checkOptions } from '../../base/options.ts';
import { eachThreshold } from './rank.ts';
import { type BinaryScores, binaryScores, hasNaN, meanDefined, readScores } from './scores.ts';
import type { Input } from './values.ts';
import type { WeightOptions } from './weights.ts';

/** Points of a receiver operating characteristic, from (0, 0) to (1, 1). */
export interface RocCurve {
  /** Share of the negative rows that score at least the threshold; NaN when there are none. */
  readonly falsePositiveRate: number[];
  /** Share of the positive rows that score at least the threshold; NaN when there are none. */
  readonly truePositiveRate: number[];
  /** Distinct scores from the highest down, after Infinity. */
  readonly thresholds: number[];
}

/**
 * Area under the ROC curve: how often a row of the class scores higher than a row that is not of it, ties counting
 * half (Hanley and McNeil, 1982, "The meaning and use of the area under a ROC curve").
 *
 * | predictions                   | targets                          |
 * | ----------------------------- | -------------------------------- |
 * | `[n]` scores of class 1       | `[n]` of 0 and 1                 |
 * | `[n, 1]` scores of class 1    | `[n, 1]` of 0 and 1              |
 * | `[n, k]` scores of each class | `[n]` labels or `[n, k]` one-hot |
 *
 * With k = 2 it is that of class 1; with more, the mean of each class against the rest, over the classes for which it
 * is defined. Only the order of the scores counts, so logits do as well. Range 0 to 1, higher is better, 0.5 is
 * chance; NaN when all rows are of one class, for no rows and for NaN predictions. Cost: a sort of n scores a class.
 *
 * @throws {ShapeError} when the shapes are not a pair of the table; nothing is broadcast.
 * @throws {DataError} for labels that are not whole numbers below the number of classes.
 *
 * @example
 * metrics.rocAuc([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]); // 0.75
 */
export function rocAuc(predictions: Input, targets: Input, options: WeightOptions = {}): number {
  options = checkOptions('rocAuc', options, ['weights']);
  const scored = readScores('rocAuc', predictions, targets, options.weights);
  return hasNaN(scored.scores) ? NaN : meanDefined(binaryScores(scored).map(areaUnderCurve));
}

/** Area by the trapezoidal rule, which counts ties half. */
function areaUnderCurve(scores: BinaryScores): number {
  let area = 0;
  let up = 0;
  let right = 0;
  eachThreshold(scores, (_, positives, negatives) => {
    area += ((negatives - right) * (positives + up)) / 2;
    up = positives;
    right = negatives;
  });
  // One class only makes it 0 / 0. Sums of weights may round above the whole.
  return Math.min(1, area / (up * right));
}

/**
 * The ROC curve: true against false positive rate at each distinct score.
 *
 * | predictions                | targets                          |
 * | -------------------------- | -------------------------------- |
 * | `[n]` scores of class 1    | `[n]` of 0 and 1                 |
 * | `[n, 1]` scores of class 1 | `[n, 1]` of 0 and 1              |
 * | `[n, 2]` scores            | `[n]` labels or `[n, 2]` one-hot |
 *
 * Rates are from 0 to 1; those of a class without rows are NaN.
 *
 * @throws {ShapeError} when the shapes are not a pair of the table; nothing is broadcast.
 * @throws {DataError} for labels that are not 0 or 1, for more than two classes and for NaN scores.
 *
 * @example
 * metrics.rocCurve([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]);
 * // { falsePositiveRate: [0, 0, 0.5, 0.5, 1], truePositiveRate: [0, 0.5, 0.5, 1, 1], thresholds: [Infinity, 0.8, ...] }
 */
export function rocCurve(predictions: Input, targets: Input, options: WeightOptions = {}): RocCurve {
  options = checkOptions('rocCurve', options, ['weights']);
  const scored = readScores('rocCurve', predictions, targets, options.weights);
  if (hasNaN(scored.scores)) throw new DataError('rocCurve: a score is NaN');
  const [scores, ...more] = binaryScores(scored);
  if (more.length > 0) {
    throw new DataError(`rocCurve: wanted two classes, came ${scored.columns}`, {
      hint: 'pass the column of one class and targets that are 1 for it',
    });
  }
  const counts = [{ threshold: Infinity, positives: 0, negatives: 0 }];
  eachThreshold(scores!, (threshold, positives, negatives) =>
    counts.push({ threshold, positives, negatives }),
  );
  const last = counts.at(-1)!;
  return {
    falsePositiveRate: counts.map(({ negatives }) => negatives / last.negatives),
    truePositiveRate: counts.map(({ positives }) => positives / last.positives),
    thresholds: counts.map(({ threshold }) => threshold),
  };
}
