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

/** Sizes of weights that are taken as they are: no product or square of such numbers leaves float64. */
const [SMALL, LARGE] = [2 ** -64, 2 ** 64];

/**
 * The weights as ratios of them see them: where the largest is very large or small, over a power of two, which is exact.
 * Their sums and squares are then numbers that float64 has, whatever the unit of the weights.
 */
export function relativeWeights(weights: Numeric | undefined): Numeric | undefined {
  if (weights === undefined) return undefined;
  let largest = 0;
  for (const weight of weights) if (weight > largest) largest = weight;
  if (largest === 0 || (largest >= SMALL && largest <= LARGE)) return weights;
  const unit = unitFor(largest);
  return Float64Array.from(weights, (weight) => weight / unit);
}

/** A power of two near a number above 0: to divide by it is exact, and leaves what is near 1. */
export function unitFor(largest: number): number {
  // The logarithm of the largest float64 rounds up to 1024.
  return 2 ** Math.min(1023, Math.floor(Math.log2(largest)));
}

/**
 * Mean of `value(row)` over `n` rows by their weights; NaN when there are none. Where only the sum is too large for
 * float64 and the mean is not, it is taken of smaller numbers.
 */
export function weightedMean(
  n: number,
  weights: Numeric | undefined,
  value: (row: number) => number,
): number {
  const relative = relativeWeights(weights);
  const mean = meanBy(n, relative, value);
  if (Number.isFinite(mean)) return mean;
  let largest = 0;
  for (let row = 0; row < n; row++) largest = Math.max(largest, Math.abs(value(row)));
  if (!Number.isFinite(largest) || largest === 0) return mean;
  const unit = unitFor(largest);
  return unit * meanBy(n, relative, (row) => value(row) / unit);
}

function meanBy(n: number, weights: Numeric | undefined, value: (row: number) => number): number {
  let sum = 0;
  let total = 0;
  for (let row = 0; row < n; row++) {
    const weight = weights === undefined ? 1 : weights[row]!;
    sum += weight * value(row);
    total += weight;
  }
  return sum / total;
}
