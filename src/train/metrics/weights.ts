import { DataError, ShapeError } from '../../base/errors.ts';
import { showShape } from '../../base/shape.ts';
import { type Input, type Numeric, read } from './values.ts';

/** What every metric takes. */
export interface WeightOptions {
  /** How much each row counts, `[n]`, at least 0; a row of weight 2 counts as two rows. Default: all the same. */
  readonly weights?: Input | undefined;
}

/**
 * Reads the weights of `n` rows; `undefined` stands for all ones.
 *
 * @throws {ShapeError} when there is not one weight a row.
 * @throws {DataError} for a weight that is negative or not finite.
 */
export function readWeights(what: string, weights: Input | undefined, n: number): Numeric | undefined {
  if (weights === undefined) return undefined;
  const { data, shape } = read(`${what}: weights`, weights);
  if (shape.length !== 1 || data.length !== n) {
    throw new ShapeError(`${what}: wanted a weight for each of ${n} rows`, { weights: showShape(shape) });
  }
  const row = data.findIndex((weight: number) => !(weight >= 0 && weight < Infinity));
  if (row >= 0) throw new DataError(`${what}: weight ${data[row]} of row ${row} is not a number from 0`);
  return data;
}

/** Mean of `value(row)` over `n` rows by their weights; NaN when there are none. */
export function weightedMean(
  n: number,
  weights: Numeric | undefined,
  value: (row: number) => number,
): number {
  let sum = 0;
  let total = 0;
  for (let row = 0; row < n; row++) {
    const weight = weights === undefined ? 1 : weights[row]!;
    sum += weight * value(row);
    total += weight;
  }
  return sum / total;
}
