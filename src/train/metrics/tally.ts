import { DataError } from '../../base/errors.ts';
import type { Labelled } from './labels.ts';
import { relativeWeights } from './weights.ts';

/** Sums of relative weights by class: all that ratios need of a confusion matrix, without its square. */
export interface Tally {
  /** Weight of all rows. */
  readonly total: number;
  /** Weight of the rows that are right, by class, `[k]`. */
  readonly hits: Float64Array;
  /** Weight of the rows predicted as a class, `[k]`. */
  readonly predicted: Float64Array;
  /** Weight of the rows that are of a class, `[k]`. */
  readonly actual: Float64Array;
}

// Three float64 arrays of this length are 96 MB; vocabularies stay far below.
const MOST_CLASSES = 2 ** 22;

/**
 * Counts rows by class.
 *
 * @throws {DataError} for labels too large to be class numbers.
 */
export function tally(what: string, { predicted, actual, classes, weights }: Labelled): Tally {
  if (classes > MOST_CLASSES) {
    throw new DataError(
      `${what}: label ${classes - 1} is too large, at most ${MOST_CLASSES} classes are counted`,
    );
  }
  const sums = {
    hits: new Float64Array(classes),
    predicted: new Float64Array(classes),
    actual: new Float64Array(classes),
  };
  const relative = relativeWeights(weights);
  for (let row = 0; row < actual.length; row++) {
    const weight = relative === undefined ? 1 : relative[row]!;
    sums.actual[actual[row]!]! += weight;
    if (predicted[row]! < 0) return undefinedTally(classes);
    sums.predicted[predicted[row]!]! += weight;
    if (predicted[row] === actual[row]) sums.hits[predicted[row]!]! += weight;
  }
  // Of the classes, as `hits` is summed: all rows right is then a total that rounds as they do.
  return { total: sum(sums.actual), ...sums };
}

/** Sum of an array. */
export function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}

/** What a NaN prediction leaves: NaN, which travels through every formula. */
function undefinedTally(classes: number): Tally {
  const nan = new Float64Array(classes).fill(NaN);
  return { total: NaN, hits: nan, predicted: nan, actual: nan };
}
