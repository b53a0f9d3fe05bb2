import { DataError } from '../base/errors.ts';
import type { Prepared, Table, Task } from '../data/index.ts';
import {
  accuracy,
  balancedAccuracy,
  type ConfusionMatrix,
  confusionMatrix,
  f1,
  meanAbsoluteError,
  r2,
  rocAuc,
  rootMeanSquaredError,
} from '../train/metrics/index.ts';
import type { Model } from '../train/model.ts';
import type { RowPrediction } from '../train/predict.ts';
import { counted, type Output } from './output.ts';

/** How well a model does on some rows. */
export interface Measured {
  readonly rows: number;
  /** By name; those of a regression are in the units of the target. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly task: Task;
  /** For classification, unless there are too many classes for a table. */
  readonly confusion: ConfusionMatrix | undefined;
}

/** A matrix of more classes is not printed, and of very many not made. */
const MOST_PRINTED = 30;
const MOST_COUNTED = 1000;

/** The preprocessing of a model. @throws {DataError} when it has none, as one that was fitted on arrays. */
export function preparedOf(model: Model, at: string): Prepared {
  const { prepare } = model.session;
  if (prepare !== undefined) return prepare;
  throw new DataError('the model has no preprocessing, so it takes numbers, not the columns of a table', {
    at,
    hint: 'train it with glia train, or in code with sequential(layers, { prepare: columns({ … }).fit(train) })',
  });
}

/** What a model learned, by its target. */
export function taskOf({ classes }: Prepared): Task {
  return classes.length > 0 ? 'classification' : 'regression';
}

/** Compares predictions with the target column of a table. */
export async function measure(model: Model, prepare: Prepared, table: Table): Promise<Measured> {
  // First, as it checks the target column.
  const { loss } = await model.evaluate(table, { metrics: [] });
  const predictions = await model.predict(table);
  const task = taskOf(prepare);
  const { metrics, confusion } =
    task === 'classification'
      ? measureClasses(predictions, prepare, table)
      : measureValues(predictions, prepare, table);
  return { rows: table.rows, task, metrics: { ...metrics, loss }, confusion };
}

type Compared = Pick<Measured, 'metrics' | 'confusion'>;

function measureClasses(predictions: readonly RowPrediction[], prepare: Prepared, table: Table): Compared {
  const { classes } = prepare;
  const rows = predictions.length;
  const data = new Float32Array(rows * classes.length);
  predictions.forEach((prediction, row) => {
    if (!('probabilities' in prediction)) return;
    data.set(
      classes.map((name) => prediction.probabilities[name] ?? Number.NaN),
      row * classes.length,
    );
  });
  const given = { data, shape: [rows, classes.length] };
  const wanted = prepare.transform(table).y as { data: Int32Array | Float32Array; shape: number[] };
  return {
    metrics: {
      accuracy: accuracy(given, wanted),
      balancedAccuracy: balancedAccuracy(given, wanted),
      f1: f1(given, wanted, { average: 'macro' }),
      auc: rocAuc(given, wanted),
    },
    confusion: classes.length > MOST_COUNTED ? undefined : confusionMatrix(given, wanted, { classes }),
  };
}

function measureValues(predictions: readonly RowPrediction[], prepare: Prepared, table: Table): Compared {
  const given = predictions.map((prediction) => ('value' in prediction ? prediction.value : Number.NaN));
  const wanted = table.column(prepare.target!.column).values as Float64Array;
  return {
    metrics: {
      rmse: rootMeanSquaredError(given, wanted),
      mae: meanAbsoluteError(given, wanted),
      r2: r2(given, wanted),
    },
    confusion: undefined,
  };
}

/** Metrics and confusion matrix for people. */
export function printMeasured(
  { rows, task, metrics, confusion }: Measured,
  target: string,
  out: Output,
): void {
  if (task === 'regression') {
    out.fact('RMSE', `${short(metrics['rmse']!)}, in units of ${target}, on ${counted(rows, 'row')}`);
    out.fact('MAE', short(metrics['mae']!));
    out.fact('R2', metrics['r2']!.toFixed(4));
    return;
  }
  const hits = Math.round(metrics['accuracy']! * rows);
  out.fact('accuracy', `${percent(metrics['accuracy']!)}, ${hits} of ${counted(rows, 'row')}`);
  out.fact('balanced', `${percent(metrics['balancedAccuracy']!)}, mean of the accuracies of the classes`);
  out.fact('macro F1', metrics['f1']!.toFixed(4));
  // Not defined where all rows are of one class.
  if (!Number.isNaN(metrics['auc'])) out.fact('AUC', metrics['auc']!.toFixed(4));
  out.fact('loss', metrics['loss']!.toFixed(4));
  if (confusion === undefined || confusion.classes.length > MOST_PRINTED) return;
  out.line();
  out.line(confusion.toString());
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(6)));
}
