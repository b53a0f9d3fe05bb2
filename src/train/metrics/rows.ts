import { ShapeError } from '../../base/errors.ts';
import { type Shape, sameShape, showShape, sizeOf } from '../../base/shape.ts';
import type { MetricContext, Predictions, Targets } from './metric.ts';
import type { Numeric, Values } from './values.ts';

/** Predictions and targets in the form that the functions take. */
interface Rows {
  readonly predictions: Values;
  readonly targets: Values;
  readonly weights: Numeric | undefined;
}

/**
 * Brings the predictions of a run into rows: leading axes are flattened (a label for each word of each text), binary
 * outputs become one question a row, rows of ignored labels leave.
 *
 * | task      | predictions in    | out      | targets in                  | out               |
 * | --------- | ----------------- | -------- | --------------------------- | ----------------- |
 * | `classes` | `[n, ..., k]`     | `[r, k]` | `[n, ...]` or `[n, ..., k]` | `[r]` or `[r, k]` |
 * | `binary`  | `[n, ...]`        | `[r, 1]` | `[n, ...]`                  | `[r, 1]`          |
 * | `values`  | `[n, ...]`        | the same | `[n, ...]`                  | the same          |
 *
 * @throws {ShapeError} when the shapes are not those of the table.
 */
export function rowsOf(
  name: string,
  predictions: Predictions,
  targets: Targets,
  context: MetricContext,
): Rows {
  const { task, weights, ignoreIndex } = context;
  const { shape } = predictions;
  const labels = task === 'classes' && sameShape(targets.shape, shape.slice(0, -1));
  const columnless = task === 'classes' && shape.length < 2;
  if (columnless || (!labels && !sameShape(targets.shape, shape)))
    throw mismatch(name, predictions.shape, targets.shape);
  if (task === 'values') return { predictions, targets, weights };
  const columns = task === 'classes' ? shape.at(-1)! : 1;
  const count = columns === 0 ? 0 : sizeOf(shape) / columns;
  const rows: Rows = {
    predictions: { data: predictions.data, shape: [count, columns] },
    targets: { data: targets.data, shape: labels ? [count] : [count, columns] },
    weights: weights && spread(weights, count),
  };
  const ignored = (label: number) => label === ignoreIndex || (task === 'classes' && label < 0);
  const named = labels || task === 'binary';
  return named && targets.data.some((label: number) => ignored(label)) ? without(rows, ignored) : rows;
}

function mismatch(name: string, predictions: Shape, targets: Shape): ShapeError {
  return new ShapeError(
    `metric "${name}": predictions and targets do not belong together, nothing is broadcast`,
    {
      predictions: showShape(predictions),
      targets: showShape(targets),
    },
  );
}

/** The weight of each row of the batch for each of its parts. */
function spread(weights: Numeric, count: number): Numeric {
  const parts = count / weights.length;
  // A number that does not divide is left for the metric to refuse.
  if (parts === 1 || !Number.isInteger(parts)) return weights;
  return Float64Array.from({ length: count }, (_, row) => weights[Math.floor(row / parts)]!);
}

function without({ predictions, targets, weights }: Rows, ignored: (label: number) => boolean): Rows {
  const columns = predictions.shape[1]!;
  const kept = Uint32Array.from(targets.data.keys()).filter((row) => !ignored(targets.data[row]!));
  const data = new Float32Array(kept.length * columns);
  kept.forEach((row, i) => {
    for (let column = 0; column < columns; column++) {
      data[i * columns + column] = predictions.data[row * columns + column]!;
    }
  });
  return {
    predictions: { data, shape: [kept.length, columns] },
    targets: {
      data: Float64Array.from(kept, (row) => targets.data[row]!),
      shape: [kept.length, ...targets.shape.slice(1)],
    },
    weights: weights && Float64Array.from(kept, (row) => weights[row]!),
  };
}
