import { ShapeError } from '../../base/errors.ts';
import { checkOptions } from '../../base/options.ts';
import { sameShape, showShape } from '../../base/shape.ts';
import { columnsOf, type Input, type Numeric, read } from './values.ts';
import { readWeights, unitFor, type WeightOptions, weightedMean } from './weights.ts';

/** Predicted and true values, row by row. */
interface Pairs {
  readonly rows: number;
  readonly columns: number;
  readonly predicted: Numeric;
  readonly wanted: Numeric;
  readonly weights: Numeric | undefined;
}

/**
 * Mean squared error, `mean((y - t)²)` over all rows and columns.
 *
 * | predictions | targets                   |
 * | ----------- | ------------------------- |
 * | `[n, ...]`  | the shape of predictions  |
 *
 * Range from 0, lower is better; NaN for no rows and where a value is NaN.
 *
 * @throws {ShapeError} when the shapes differ; nothing is broadcast.
 *
 * @example
 * metrics.meanSquaredError([1, 2, 5], [1, 2, 3]); // 1.3333333333333333
 */
export function meanSquaredError(predictions: Input, targets: Input, options: WeightOptions = {}): number {
  return meanOf('meanSquaredError', predictions, targets, options, (difference) => difference * difference);
}

/**
 * Root of the mean squared error over all rows and columns, in the unit of the targets.
 *
 * Shapes as for `meanSquaredError`. Range from 0, lower is better; NaN for no rows and where a value is NaN.
 *
 * @throws {ShapeError} when the shapes differ; nothing is broadcast.
 *
 * @example
 * metrics.rootMeanSquaredError([1, 2, 5], [1, 2, 3]); // 1.1547005383792515
 */
export function rootMeanSquaredError(
  predictions: Input,
  targets: Input,
  options: WeightOptions = {},
): number {
  return rootMeanSquare(readPairs('rootMeanSquaredError', predictions, targets, options));
}

/**
 * Mean absolute error, `mean(|y - t|)` over all rows and columns, in the unit of the targets.
 *
 * Shapes as for `meanSquaredError`. Range from 0, lower is better; NaN for no rows and where a value is NaN.
 *
 * @throws {ShapeError} when the shapes differ; nothing is broadcast.
 *
 * @example
 * metrics.meanAbsoluteError([1, 2, 5], [1, 2, 3]); // 0.6666666666666666
 */
export function meanAbsoluteError(predictions: Input, targets: Input, options: WeightOptions = {}): number {
  return meanOf('meanAbsoluteError', predictions, targets, options, Math.abs);
}

/**
 * R², the coefficient of determination: the share of the targets' variance that the predictions explain,
 * `1 - Σ(t - y)² / Σ(t - mean t)²` (Wright, 1921, "Correlation and causation"); of several columns, the mean.
 *
 * Shapes as for `meanSquaredError`. At most 1, higher is better, 0 is what the mean of the targets gives. Targets that
 * are all the same give 1 when met exactly, else 0; fewer than two rows and NaN give NaN.
 *
 * @throws {ShapeError} when the shapes differ; nothing is broadcast.
 *
 * @example
 * metrics.r2([2.5, 0, 2, 8], [3, -0.5, 2, 7]); // 0.9486081370449679
 */
export function r2(predictions: Input, targets: Input, options: WeightOptions = {}): number {
  return explained('r2', predictions, targets, options, 'zero');
}

/**
 * Explained variance, `1 - Var(t - y) / Var(t)`: R² that forgives a constant offset; of several columns, the mean.
 *
 * Shapes as for `meanSquaredError`. At most 1, higher is better. Targets that are all the same give 1 when the errors
 * are all the same, too, else 0; few rows and NaN as for `r2`.
 *
 * @throws {ShapeError} when the shapes differ; nothing is broadcast.
 *
 * @example
 * metrics.explainedVariance([2.5, 0, 2, 8], [3, -0.5, 2, 7]); // 0.9571734475374732
 */
export function explainedVariance(predictions: Input, targets: Input, options: WeightOptions = {}): number {
  return explained('explainedVariance', predictions, targets, options, 'mean');
}

function meanOf(
  what: string,
  predictions: Input,
  targets: Input,
  options: WeightOptions,
  cost: (difference: number) => number,
): number {
  return meanCost(readPairs(what, predictions, targets, options), cost);
}

/** Mean over rows and columns of the cost of a difference. */
function meanCost(pairs: Pairs, cost: (difference: number) => number): number {
  const { rows, columns, predicted, wanted, weights } = pairs;
  return weightedMean(rows, weights, (row) => {
    let sum = 0;
    for (let i = row * columns; i < (row + 1) * columns; i++) sum += cost(predicted[i]! - wanted[i]!);
    return sum / columns;
  });
}

/** Squares between these are exact enough to take the root of their mean as it is. */
const [SMALLEST, LARGEST] = [1e-290, 1e290];

function rootMeanSquare(pairs: Pairs): number {
  const mean = meanCost(pairs, (difference) => difference * difference);
  if (mean >= SMALLEST && mean <= LARGEST) return Math.sqrt(mean);
  let largest = 0;
  pairs.predicted.forEach((y: number, i: number) => {
    largest = Math.max(largest, Math.abs(y - pairs.wanted[i]!));
  });
  if (!Number.isFinite(largest) || largest === 0) return Math.sqrt(mean);
  const unit = unitFor(largest);
  return unit * Math.sqrt(meanCost(pairs, (difference) => (difference / unit) ** 2));
}

/** Mean over the columns of `1 - (spread of the errors around centre) / (spread of the targets around their mean)`. */
function explained(
  what: string,
  predictions: Input,
  targets: Input,
  options: WeightOptions,
  centre: Centre,
): number {
  const { rows, columns, predicted, wanted, weights } = readPairs(what, predictions, targets, options);
  if (rows < 2) return NaN;
  let sum = 0;
  for (let column = 0; column < columns; column++) {
    const target = (row: number) => wanted[row * columns + column]!;
    const error = (row: number) => target(row) - predicted[row * columns + column]!;
    const all = spread(rows, weights, target, 'mean');
    const left = spread(rows, weights, error, centre);
    sum +=
      all.unit === 0 ? Number(left.unit === 0) : 1 - (left.unit / all.unit) ** 2 * (left.square / all.square);
  }
  return sum / columns;
}

/** What deviations are taken from: the mean of the numbers, or 0. */
type Centre = 'mean' | 'zero';

/** Deviations of some numbers from their centre: about the size of the largest, and their mean square in units of it. */
interface Spread {
  /** 0 where there is no deviation, NaN where a number is. */
  readonly unit: number;
  readonly square: number;
}

/**
 * Numbers that are all the same have no spread around their mean, which their range says: their mean may round to a
 * neighbour, and the mean of thrice 0.1 does.
 */
function spread(
  rows: number,
  weights: Numeric | undefined,
  value: (row: number) => number,
  centre: Centre,
): Spread {
  let [low, high] = [Infinity, -Infinity];
  for (let row = 0; row < rows; row++) {
    if (weights?.[row] === 0) continue;
    low = Math.min(low, value(row));
    high = Math.max(high, value(row));
  }
  if (centre === 'mean' && low === high) return { unit: 0, square: 0 };
  const around = centre === 'mean' ? weightedMean(rows, weights, value) : 0;
  const largest = Math.max(Math.abs(low - around), Math.abs(high - around));
  if (largest === 0 || !Number.isFinite(largest)) return { unit: largest, square: 1 };
  const unit = unitFor(largest);
  return { unit, square: weightedMean(rows, weights, (row) => ((value(row) - around) / unit) ** 2) };
}

function readPairs(what: string, predictions: Input, targets: Input, options: WeightOptions): Pairs {
  options = checkOptions(what, options, ['weights']);
  const outputs = read(`${what}: predictions`, predictions);
  const values = read(`${what}: targets`, targets);
  if (!sameShape(outputs.shape, values.shape)) {
    throw new ShapeError(`${what}: predictions and targets differ in shape, nothing is broadcast`, {
      predictions: showShape(outputs.shape),
      targets: showShape(values.shape),
    });
  }
  const rows = outputs.shape[0]!;
  return {
    rows,
    columns: columnsOf(outputs.shape),
    predicted: outputs.data,
    wanted: values.data,
    weights: readWeights(what, options.weights, rows),
  };
}
