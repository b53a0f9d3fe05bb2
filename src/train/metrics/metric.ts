import { checkList } from '../../base/check.ts';
import { describe, describeList } from '../../base/describe.ts';
import { DataError, OptionError } from '../../base/errors.ts';
import { checkOptions } from '../../base/options.ts';
import type { Shape } from '../../base/shape.ts';
import type { Numeric } from './values.ts';

/** What a model predicts: probabilities of classes, probabilities of yes, or plain values. */
export type Task = 'classes' | 'binary' | 'values';

/** What a run hands to a metric beside predictions and targets. */
export interface MetricContext {
  readonly task: Task;
  /** How much each row of the batch axis counts, `[n]`. Default: all the same. */
  readonly weights?: Numeric | undefined;
  /** A label that leaves its row out; for the task 'classes' every negative label does. */
  readonly ignoreIndex?: number | undefined;
}

/**
 * Predictions of a whole data set, as people read them: probabilities rather than logits, and in float64 where they are
 * brought to the units of the target column.
 */
export interface Predictions {
  readonly data: Float32Array | Float64Array;
  readonly shape: Shape;
}

/** Targets of the same rows, in the same units. */
export interface Targets {
  readonly data: Numeric;
  readonly shape: Shape;
}

/**
 * A number that `fit` reports after each epoch; `{ name, of }` is enough for one of your own.
 *
 * | task      | predictions                         | targets                                    |
 * | --------- | ----------------------------------- | ------------------------------------------ |
 * | `classes` | `[n, ..., k]` probabilities         | `[n, ...]` labels or `[n, ..., k]` one-hot |
 * | `binary`  | `[n, ...]` probabilities of yes     | 0 and 1 in the shape of the predictions    |
 * | `values`  | `[n, ...]`                          | the shape of the predictions               |
 *
 * @example
 * const within = { name: 'within1', better: 'higher', of: ({ data }, targets) => {
 *   return data.filter((y, i) => Math.abs(y - targets.data[i]) < 1).length / data.length;
 * } };
 * await model.fit(x, y, { metrics: ['mae', within] });
 */
export interface Metric {
  /** Key in the history; `val_` is put before it for validation data. Letters, digits, `_`, `-`, `.` and `@`. */
  readonly name: string;
  /** Which way is better, for early stopping and checkpoints; without it they ask for the direction. */
  readonly better?: 'higher' | 'lower';
  /** The tasks that it is made for. Default: all. */
  readonly needs?: readonly Task[];
  /** The metric of a data set. NaN means that it is not defined there, and does not stop a run. */
  readonly of: (predictions: Predictions, targets: Targets, context: MetricContext) => number;
}

// The name becomes a key of the history and a column of logs.
const NAME = /^\p{L}[\p{L}\p{N}_.@-]*$/u;
const TASKS: readonly Task[] = ['classes', 'binary', 'values'];
const TAKEN = ['loss', 'epoch', 'step'];

/**
 * A metric of one's own, checked; its `of` is led through a check that it returns a number.
 *
 * @throws {OptionError} for a name that cannot be a key of the history, for unknown keys and values.
 */
export function checkMetric(metric: Metric): Metric {
  if (typeof metric !== 'object' || metric === null) {
    throw new OptionError(`metrics: wanted a name or { name, of }, came ${describe(metric)}`);
  }
  const own = checkOptions('metric', metric, ['name', 'better', 'needs', 'of']);
  const { name, better, of } = own;
  const needs = checkList('metric', 'needs', own.needs ?? [], 'a list of tasks');
  if (typeof name !== 'string' || !NAME.test(name) || isTaken(name)) {
    throw new OptionError(`metric: ${describe(name)} cannot be the name of a metric`, {
      hint: `letters, digits, "_", "-", "." and "@"; not val_…, ${TAKEN.join(', ')}`,
    });
  }
  if (typeof of !== 'function')
    throw new OptionError(`metric "${name}": of is a function, came ${describe(of)}`);
  if (better !== undefined && better !== 'higher' && better !== 'lower') {
    throw new OptionError(`metric "${name}": better is "higher" or "lower", came ${describe(better)}`);
  }
  if (!needs.every((task) => TASKS.some((known) => known === task))) {
    throw new OptionError(
      `metric "${name}": needs lists "classes", "binary" or "values", came ${describeList(needs)}`,
    );
  }
  return {
    ...own,
    of(...inputs) {
      const value: unknown = metric.of(...inputs);
      if (typeof value === 'number') return value;
      throw new DataError(`metric "${name}": wanted a number, came ${describe(value)}`);
    },
  };
}

/** Keys that a history has of its own, or that every object has. */
function isTaken(name: string): boolean {
  return TAKEN.includes(name) || name.startsWith('val_') || name in Object.prototype;
}
