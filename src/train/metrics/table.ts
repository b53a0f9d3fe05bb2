import { checkList, readGiven } from '../../base/check.ts';
import { describe } from '../../base/describe.ts';
import { OptionError } from '../../base/errors.ts';
import { checkOptions, choose } from '../../base/options.ts';
import { accuracy, balancedAccuracy, checkK, topKAccuracy } from './accuracy.ts';
import { cohenKappa, matthews } from './agreement.ts';
import { averagePrecision } from './average-precision.ts';
import { checkMetric, type Metric, type Task } from './metric.ts';
import { f1, precision, recall } from './precision-recall.ts';
import { brier, logLoss } from './probability.ts';
import {
  explainedVariance,
  meanAbsoluteError,
  meanSquaredError,
  r2,
  rootMeanSquaredError,
} from './regression.ts';
import { rocAuc } from './roc.ts';
import { rowsOf } from './rows.ts';
import type { Input } from './values.ts';
import type { WeightOptions } from './weights.ts';

type Measure = (predictions: Input, targets: Input, options: WeightOptions) => number;

const LABELS: readonly Task[] = ['classes', 'binary'];
// An autoencoder with a sigmoid is of the task 'binary' and yet measured in its values.
const VALUES: readonly Task[] = ['values', 'binary'];

/** Those that are made here: a model that is saved can name them. */
const own = new WeakSet<Metric>();

function metric(name: string, better: 'higher' | 'lower', needs: readonly Task[], of: Measure): Metric {
  const made: Metric = {
    name,
    better,
    needs,
    of: (predictions, targets, context) => {
      const rows = rowsOf(name, predictions, targets, context);
      return of(rows.predictions, rows.targets, { weights: rows.weights });
    },
  };
  own.add(made);
  return made;
}

const METRICS = {
  accuracy: metric('accuracy', 'higher', LABELS, accuracy),
  balancedAccuracy: metric('balancedAccuracy', 'higher', LABELS, balancedAccuracy),
  topK: metric('topK', 'higher', ['classes'], topKAccuracy),
  precision: metric('precision', 'higher', LABELS, precision),
  recall: metric('recall', 'higher', LABELS, recall),
  f1: metric('f1', 'higher', LABELS, f1),
  auc: metric('auc', 'higher', LABELS, rocAuc),
  averagePrecision: metric('averagePrecision', 'higher', LABELS, averagePrecision),
  logLoss: metric('logLoss', 'lower', LABELS, logLoss),
  brier: metric('brier', 'lower', LABELS, brier),
  matthews: metric('matthews', 'higher', LABELS, matthews),
  cohenKappa: metric('cohenKappa', 'higher', LABELS, cohenKappa),
  mse: metric('mse', 'lower', VALUES, meanSquaredError),
  rmse: metric('rmse', 'lower', VALUES, rootMeanSquaredError),
  mae: metric('mae', 'lower', VALUES, meanAbsoluteError),
  r2: metric('r2', 'higher', VALUES, r2),
  explainedVariance: metric('explainedVariance', 'higher', VALUES, explainedVariance),
} as const;

/** Names of the metrics that `fit` knows. */
export type MetricName = keyof typeof METRICS;

/** A metric by name, by factory such as `topK({ k: 3 })`, or of one's own, `{ name, of }`. */
export type MetricChoice = MetricName | Metric;

/** The names, in the order of documentation. */
export const metricNames = Object.freeze(Object.keys(METRICS)) as readonly MetricName[];

/**
 * The metric for a choice; with the task of the run, also whether it makes sense there.
 *
 * @throws {OptionError} for an unknown name, with "did you mean", for a malformed metric, and for one that is not made
 * for the task.
 *
 * @example
 * metricOf('auc').better; // 'higher'
 */
export function metricOf(choice: MetricChoice, task?: Task): Metric {
  const found =
    typeof choice === 'string'
      ? choose<Metric>('metrics', choice, METRICS)
      : own.has(choice)
        ? choice
        : checkMetric(choice);
  const { name, needs } = found;
  if (task === undefined || needs === undefined || needs.length === 0 || needs.includes(task)) return found;
  throw new OptionError(
    `metric "${name}": made for ${needs.join(' and ')}, the loss of this run for ${task}`,
    {
      hint: `for ${task} there are ${metricNames.filter((known) => METRICS[known].needs?.includes(task)).join(', ')}`,
    },
  );
}

/**
 * The metrics of a run.
 *
 * @throws {OptionError} as `metricOf`, and for two of one name.
 */
export function metricsOf(choices: readonly MetricChoice[], task?: Task): Metric[] {
  const isList = readGiven('metrics', () => Array.isArray(choices));
  if (!isList) throw new OptionError(`metrics: wanted a list, came ${describe(choices)}`);
  const list = checkList('fit', 'metrics', choices) as MetricChoice[];
  const found = list.map((choice) => metricOf(choice, task));
  const names = found.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) throw new OptionError(`metrics: there are two of the name "${twice}"`);
  return found;
}

/** Names by which `metricFrom` makes the same metrics again; those of one's own have none. */
export function savedNames(metrics: readonly Metric[]): string[] {
  return metrics.filter((one) => own.has(one)).map(({ name }) => name);
}

/** The metric that was saved under a name; undefined where there is none, as in a file of a later glia. */
export function metricFrom(name: string): Metric | undefined {
  if (Object.hasOwn(METRICS, name)) return METRICS[name as MetricName];
  const k = /^top([1-9]\d{0,8})$/.exec(name)?.[1];
  return k === undefined ? undefined : topK({ k: Number(k) });
}

/**
 * The metric `topKAccuracy` for `fit`, under the name `top5` and the like.
 *
 * @throws {OptionError} when k is not a whole number from 1.
 *
 * @example
 * await model.fit(x, labels, { metrics: ['accuracy', metrics.topK({ k: 3 })] }); // history.final.top3
 */
export function topK(options: { readonly k?: number } = {}): Metric {
  options = checkOptions('topK', options, ['k']);
  const k = checkK(options.k === undefined ? 5 : options.k);
  return metric(`top${k}`, 'higher', ['classes'], (predictions, targets, { weights }) =>
    topKAccuracy(predictions, targets, { k, weights }),
  );
}
