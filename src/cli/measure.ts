import { DataError } from '../base/errors.ts';
import type { Prepared, Table, Task } from '../data/index.ts';
import { classBaseline, type Measured, valueBaseline } from '../report/measured.ts';
import { accuracy, balancedAccuracy, confusionMatrix, f1, rocAuc } from '../train/metrics/index.ts';
import type { Model } from '../train/model.ts';

/** A matrix of more classes is not made. */
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

/** How well a model does on a table with its target column. */
export function measure(model: Model, prepare: Prepared, table: Table): Promise<Measured> {
  return taskOf(prepare) === 'classification'
    ? measureClasses(model, prepare, table)
    : measureValues(model, prepare, table);
}

async function measureClasses(model: Model, prepare: Prepared, table: Table): Promise<Measured> {
  // First, as it checks the target column.
  const { loss } = await model.evaluate(table, { metrics: [] });
  const predictions = await model.predict(table);
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
    rows,
    task: 'classification',
    metrics: {
      accuracy: accuracy(given, wanted),
      balancedAccuracy: balancedAccuracy(given, wanted),
      f1: f1(given, wanted, { average: 'macro' }),
      auc: rocAuc(given, wanted),
      loss,
    },
    confusion: classes.length > MOST_COUNTED ? undefined : confusionMatrix(given, wanted, { classes }),
    baseline: classBaseline(wanted.data, classes),
  };
}

async function measureValues(model: Model, prepare: Prepared, table: Table): Promise<Measured> {
  const { loss, ...metrics } = await model.evaluate(table, { metrics: ['rmse', 'mae', 'r2'] });
  const baseline = valueBaseline(table.column(prepare.target!.column).values as Float64Array);
  return {
    rows: table.rows,
    task: 'regression',
    metrics: { ...metrics, loss },
    confusion: undefined,
    baseline,
  };
}
