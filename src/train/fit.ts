import { checkFlag, checkSignal } from '../base/check.ts';
import { describe } from '../base/describe.ts';
import { GliaError, OptionError } from '../base/errors.ts';
import { checkOptions, didYouMean } from '../base/options.ts';
import { checkNumber } from '../base/ranges.ts';
import { splitIndices } from '../data/index.ts';
import type { Data } from '../data/matrix.ts';
import { Table } from '../data/table.ts';
import { type Loss, type LossFunction, type LossName, lossOf } from '../loss/index.ts';
import { type Optimizer, type OptimizerName, optimizerOf, type Schedule } from '../optim/index.ts';
import { type Callback, checkCallbacks, type TrainEvent } from './callback.ts';
import { type ClassWeight, sampleWeights, weighClasses } from './class-weight.ts';
import { type Dataset, type Inputs, readDataset } from './dataset.ts';
import type { History } from './history.ts';
import type { Metric, MetricName } from './metrics/index.ts';
import { metricsOf } from './metrics/table.ts';
import { ResponseScale } from './response.ts';
import { selectRows } from './rows.ts';
import { loggedNames, type RunPlan, Training } from './run.ts';
import type { Session } from './session.ts';

/** Validation data: a share of the rows, inputs and targets, or a table. */
export type Validation = number | readonly [Inputs, Data] | { readonly x: Inputs; readonly y: Data } | Table;

/** Options of `fit`. */
export interface FitOptions {
  /** What is minimised. */
  readonly loss: LossName | Loss | LossFunction;
  /** The update rule. Default `adam`. */
  readonly optimizer?: OptimizerName | Optimizer;
  /** Step size for an optimizer given by name. */
  readonly learningRate?: number | Schedule;
  /** Passes over the data. Default 10; 0 is allowed. */
  readonly epochs?: number;
  /** Rows a step. Default 32; more than there are rows is all of them. */
  readonly batchSize?: number;
  /** Take the rows in a new order each epoch. Default true. */
  readonly shuffle?: boolean;
  /** Reported after each epoch, beside the loss: of a numeric target of the preprocessing in its units. */
  readonly metrics?: readonly (MetricName | Metric)[];
  /** Data that is evaluated after each epoch. A share is held out after shuffling by the model's seed. */
  readonly validation?: Validation;
  /** Hold out the same share of each class. Default false. */
  readonly stratify?: boolean;
  /** Weight of each row in the loss, `[n]`. */
  readonly sampleWeight?: Data;
  /** Weight of each class in the loss. */
  readonly classWeight?: ClassWeight;
  readonly callbacks?: readonly Callback[];
  /** Ends the run within one call of the backend; the history then says `aborted`. */
  readonly signal?: AbortSignal;
}

const KNOWN = [
  'loss',
  'optimizer',
  'learningRate',
  'epochs',
  'batchSize',
  'shuffle',
  'metrics',
  'validation',
  'stratify',
  'sampleWeight',
  'classWeight',
  'callbacks',
  'signal',
] as const;

/** Checks options and data and makes a run of them. */
export function planRun(
  session: Session,
  inputs: Inputs | Table,
  targets: Data | undefined,
  given: FitOptions,
): RunPlan {
  const options = checkOptions('fit', given, KNOWN);
  // Here as well as when the run begins: a call that is refused must change nothing and call nobody.
  if (session.training) {
    throw new GliaError('ERR_GLIA_STATE', 'the model is being trained already', {
      hint: 'await the first run',
    });
  }
  if (options.loss === undefined) {
    throw new OptionError('fit: loss is missing', { hint: "such as 'mse' or 'categoricalCrossentropy'" });
  }
  const loss = lossOf(options.loss);
  const optimizer = optimizerOf(options.optimizer ?? 'adam', { learningRate: options.learningRate });
  const metrics = metricsOf(options.metrics ?? [], new ResponseScale(session, loss).task);
  const { epochs = 10, batchSize = 32, shuffle = true, signal } = options;
  checkNumber('fit', 'epochs', epochs, { least: 0, whole: true });
  checkNumber('fit', 'batchSize', batchSize, { least: 1, whole: true });
  checkFlag('fit', 'shuffle', shuffle);
  checkFlag('fit', 'stratify', options.stratify ?? false);
  checkSignal('fit', signal);
  const callbacks = checkCallbacks(options.callbacks ?? []);
  // The inputs are most of the data: they are copied to where they are trained from.
  const room = (length: number) => session.backend.room(length);
  const all = readDataset(session, loss, inputs, targets, room);
  const names = session.prepare?.classes ?? [];
  const { sampleWeight } = options;
  const weight = sampleWeight === undefined ? undefined : sampleWeights(all.rows, sampleWeight);
  const parts = divide(session, loss, { ...all, weight }, options);
  const train = weighClasses(parts.train, options.classWeight, names);
  const { validation } = parts;
  checkWatched(optimizer, loggedNames(metrics, validation !== undefined));
  session.loss = loss;
  session.metrics = metrics;
  return {
    session,
    loss,
    optimizer,
    metrics,
    train,
    validation,
    epochs,
    batchSize: Math.min(batchSize, train.rows),
    shuffle,
    signal,
    callbacks,
  };
}

function checkWatched({ schedule: { name, watch } }: Optimizer, logged: readonly string[]): void {
  if (watch === undefined || logged.includes(watch.monitor)) return;
  throw new OptionError(`fit: the schedule ${name} watches ${watch.monitor}, which is not logged`, {
    logged: logged.join(', '),
    hint: didYouMean(watch.monitor, logged) ?? 'give validation data, or the metric under `metrics`',
  });
}

function divide(
  session: Session,
  loss: Loss,
  all: Dataset,
  options: FitOptions,
): { train: Dataset; validation: Dataset | undefined } {
  const { validation, stratify = false } = options;
  if (validation === undefined || validation === 0) return { train: all, validation: undefined };
  if (typeof validation !== 'number') {
    const [x, y] = asPair(validation);
    return { train: all, validation: readDataset(session, loss, x, y) };
  }
  const strata = stratify ? Array.from(all.y.data) : undefined;
  if (strata !== undefined && strata.length !== all.rows) {
    throw new OptionError('fit: stratify needs targets with one number a row');
  }
  const parts = splitIndices(all.rows, { validation, seed: session.seed }, strata);
  // Weights are for training; the validation loss is the plain mean.
  return {
    train: select(all, parts.train),
    validation: { ...select(all, parts.validation), weight: undefined },
  };
}

function asPair(validation: Exclude<Validation, number>): [Inputs | Table, Data | undefined] {
  if (Array.isArray(validation)) return [validation[0], validation[1]];
  if (validation instanceof Table) return [validation, undefined];
  if (typeof validation === 'object' && validation !== null && 'x' in validation && 'y' in validation)
    return [validation.x, validation.y];
  throw new OptionError('fit: validation must be a share of the rows, [x, y], { x, y } or a table', {
    got: describe(validation),
  });
}

function select(all: Dataset, order: Int32Array): Dataset {
  return {
    ...all,
    rows: order.length,
    x: all.x.map((x) => selectRows(x, order)),
    y: selectRows(all.y, order),
    weight: all.weight && selectRows(all.weight, order),
  };
}

/** Runs a plan to its end, with callbacks. */
export async function runWithCallbacks(plan: RunPlan): Promise<History> {
  const { callbacks } = plan;
  const training = new Training(plan);
  const { run } = training;
  for (const callback of callbacks) await callback.onBegin?.(run);
  // Asked for each time: a callback may be given its methods later.
  const hears = () => callbacks.some(({ onEpoch }) => onEpoch !== undefined);
  for await (const event of training.events(hears)) {
    for (const callback of callbacks) await notify(callback, event, run);
    if (event.type === 'end') return event.history;
  }
  throw new TypeError('a run ends with its end event');
}

async function notify(callback: Callback, event: TrainEvent, run: Training['run']): Promise<void> {
  if (event.type === 'step') await callback.onStep?.(event, run);
  else if (event.type === 'epoch') await callback.onEpoch?.(event, run);
  else await callback.onEnd?.(event, run);
}
