import { ShapeError } from '../../base/errors.ts';
import { checkOptions } from '../../base/options.ts';
import { sameShape, showShape } from '../../base/shape.ts';
import { columnsOf, type Input, type Numeric, read } from './values.ts';
import { readWeights, type WeightOptions, weightedMean } from './weights.ts';

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
  return Math.sqrt(
    meanOf('rootMeanSquaredError', predictions, targets, options, (difference) => difference ** 2),
  );
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
 * Shapes as for `meanSquaredError`. At most 1, higher is better, 0 is what the mean of the targets gives. Constant
 * targets give 1 when met exactly, else 0; fewer than two rows and NaN give NaN.
 *
 * @throws {ShapeError} when the shapes differ; nothing is broadcast.
 *
 * @example
 * metrics.r2([2.5, 0, 2, 8], [3, -0.5, 2, 7]); // 0.9486081370449679
 */
export function r2(predictions: Input, targets: Input, options: WeightOptions = {}): number {
  return explained('r2', predictions, targets, options, () => 0);
}

/**
 * Explained variance, `1 - Var(t - y) / Var(t)`: R² that forgives a constant offset; of several columns, the mean.
 *
 * Shapes as for `meanSquaredError`. At most 1, higher is better; constant targets, few rows and NaN as for `r2`.
 *
 * @throws {ShapeError} when the shapes differ; nothing is broadcast.
 *
 * @example
 * metrics.explainedVariance([2.5, 0, 2, 8], [3, -0.5, 2, 7]); // 0.9571734475374732
 */
export function explainedVariance(predictions: Input, targets: Input, options: WeightOptions = {}): number {
  return explained('explainedVariance', predictions, targets, options, weightedMean);
}

function meanOf(
  what: string,
  predictions: Input,
  targets: Input,
  options: WeightOptions,
  cost: (difference: number) => number,
): number {
  const { rows, columns, predicted, wanted, weights } = readPairs(what, predictions, targets, options);
  return weightedMean(rows, weights, (row) => {
    let sum = 0;
    for (let i = row * columns; i < (row + 1) * columns; i++) sum += cost(predicted[i]! - wanted[i]!);
    return sum / columns;
  });
}

/** Mean over the columns of `1 - (spread of the errors around centre) / (spread of the targets around their mean)`. */
function explained(
  what: string,
  predictions: Input,
  targets: Input,
  options: WeightOptions,
  centre: typeof weightedMean,
): number {
  const { rows, columns, predicted, wanted, weights } = readPairs(what, predictions, targets, options);
  if (rows < 2) return NaN;
  const spread = (value: (row: number) => number, around: number) =>
    weightedMean(rows, weights, (row) => (value(row) - around) ** 2);
  let sum = 0;
  for (let column = 0; column < columns; column++) {
    const target = (row: number) => wanted[row * columns + column]!;
    const error = (row: number) => target(row) - predicted[row * columns + column]!;
    const left = spread(error, centre(rows, weights, error));
    const all = spread(target, weightedMean(rows, weights, target));
    sum += all === 0 ? Number(left === 0) : 1 - left / all;
  }
  return sum / columns;
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
