import { OptionError } from '../base/errors.ts';
import { checkOptions } from '../base/options.ts';
import type { Data } from '../data/matrix.ts';
import { Table } from '../data/table.ts';
import { type Loss, type LossFunction, type LossName, lossOf } from '../loss/index.ts';
import { type Inputs, readDataset } from './dataset.ts';
import { evaluateDataset, type Logs } from './evaluate.ts';
import type { Metric, MetricName, Targets, Task } from './metrics/index.ts';
import { type MetricChoice, metricsOf } from './metrics/table.ts';
import { checkFinite } from './predict.ts';
import { ResponseScale } from './response.ts';
import type { Session } from './session.ts';
import type { Values } from './values.ts';

/** Options of `evaluate`. */
export interface EvaluateOptions {
  /** Default: the loss of the last `fit`, or the one that was saved with the model. */
  readonly loss?: LossName | Loss | LossFunction;
  /**
   * Default: those of the last `fit`, or those that were saved with the model; of a model that was trained without any,
   * accuracy for classes and yes or no, `rmse` and `r2` for values. They see what people read: probabilities, and of a
   * numeric target of the preprocessing values in its units, for a table as for arrays, which are taken to be what
   * `prepare.transform` gives. The loss is that of training, of a scaled target in its scale.
   */
  readonly metrics?: readonly (MetricName | Metric)[];
}

let evaluations = 0;

/** Loss and metrics of a model on some data. */
export async function evaluateModel(
  session: Session,
  inputs: Inputs | Table,
  targets: Data | undefined,
  given: EvaluateOptions = {},
): Promise<Logs> {
  const options = checkOptions('evaluate', given, ['loss', 'metrics']);
  const loss = options.loss === undefined ? session.loss : lossOf(options.loss);
  if (loss === undefined) {
    throw new OptionError('evaluate: the model was not trained yet, so the loss must be given', {
      hint: "evaluate(x, y, { loss: 'mse' })",
    });
  }
  const { task, unit } = new ResponseScale(session, loss);
  const metrics = metricsOf(options.metrics ?? usualMetrics(session, task), task);
  const dataset = { ...readDataset(session, loss, inputs, targets), truth: truthOf(inputs, unit) };
  const key = `evaluate ${evaluations++} `;
  try {
    const check = (outputs: Values) => checkFinite('evaluate', session, outputs);
    return (await evaluateDataset(session, loss, dataset, metrics, key, undefined, check)).logs;
  } finally {
    session.engine.forget(key);
  }
}

/** A copy of the numeric target of a table as it stands there: it is handed to metrics of one's own. */
function truthOf(inputs: Inputs | Table, unit: string | undefined): Targets | undefined {
  if (!(inputs instanceof Table) || unit === undefined) return undefined;
  const { type, values } = inputs.column(unit);
  return type === 'number'
    ? { data: (values as Float64Array).slice(), shape: [values.length, 1] }
    : undefined;
}

/** With a loss of another task, metrics of the last `fit` may make no sense. */
function usualMetrics({ metrics }: Session, task: Task): readonly MetricChoice[] {
  const fitting = metrics.filter(({ needs }) => needs === undefined || needs.includes(task));
  if (fitting.length > 0) return fitting;
  return task === 'values' ? ['rmse', 'r2'] : ['accuracy'];
}
