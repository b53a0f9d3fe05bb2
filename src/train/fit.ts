import { checkFlag, checkSignal, readGiven } from '../base/check.ts';
import { OptionError } from '../base/errors.ts';
import { checkOptions, didYouMean } from '../base/options.ts';
import { inTurns, type Pieces } from '../base/pieces.ts';
import { checkNumber } from '../base/ranges.ts';
import { checkInPieces, copyInPieces, type Data } from '../data/matrix.ts';
import type { Table } from '../data/table.ts';
import { type Loss, type LossFunction, type LossName, lossOf } from '../loss/index.ts';
import { type Optimizer, type OptimizerName, optimizerOf, type Schedule } from '../optim/index.ts';
import { type Callback, checkCallbacks } from './callback.ts';
import { type ClassWeight, sampleWeights, weighClasses } from './class-weight.ts';
import { builtFor, checkPair, copyPair, datasetOf, type Inputs } from './dataset.ts';
import { Failures } from './failures.ts';
import { divide, gather, readValidation, type Validation } from './held-out.ts';
import type { History } from './history.ts';
import type { Metric, MetricName } from './metrics/index.ts';
import { metricsOf } from './metrics/table.ts';
import { ResponseScale } from './response.ts';
import { Training } from './run.ts';
import { factsOf, type RunPlan, traceSteps, updatesOf } from './run-plan.ts';
import type { Session } from './session.ts';
import { rateOf } from './step.ts';

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

/** Numbers after which the event loop gets a turn while data are read: 4 MB. */
const TURN = 1 << 20;

/**
 * Trains a model, which is taken for the run from the call on.
 *
 * The data are copied first of all, 4 MB before this returns its promise, and more in turns of the event loop.
 */
export async function fitModel(
  session: Session,
  inputs: Inputs | Table,
  targets: Data | undefined,
  options: FitOptions,
): Promise<History> {
  const release = session.claim();
  try {
    const plan = inTurns(planRun(session, inputs, targets, options), TURN);
    // Little data are read by now, and the run begins with this call.
    return await runWithCallbacks(plan instanceof Promise ? await plan : plan);
  } finally {
    release();
  }
}

/**
 * Checks options and data and makes a run of them, piece by piece. Nobody is called but the `check` of callbacks, and
 * the model stays as it is until everything is checked.
 */
export function* planRun(
  session: Session,
  inputs: Inputs | Table,
  targets: Data | undefined,
  given: FitOptions,
): Pieces<RunPlan> {
  const options = readOptions(session, given);
  const { loss, optimizer, metrics, epochs, shuffle, stratify, signal, callbacks, held } = options;
  // The inputs are most of the data: they are copied to where they are trained from.
  const room = (length: number) => session.backend.room(length);
  const pair = yield* copyPair(
    session,
    inputs,
    targets,
    held === 0 || Array.isArray(held) ? room : undefined,
  );
  const weights =
    options.sampleWeight === undefined
      ? undefined
      : yield* copyInPieces(options.sampleWeight, 'sampleWeight');
  const other = typeof held === 'number' ? undefined : yield* copyPair(session, ...held);
  // All of the copies, before the first look at one.
  yield* checkPair(pair);
  if (weights !== undefined) yield* checkInPieces(weights, 'sampleWeight');
  if (other !== undefined) yield* checkPair(other);
  // Targets are looked at again, and the network is made.
  yield pair.x.reduce((sum, { data }) => sum + data.length, 0);
  const checked = builtFor(session, pair.x, () => {
    const all = datasetOf(session, loss, pair);
    const weight = weights && sampleWeights(all.rows, weights);
    const parts =
      typeof held === 'number' && held !== 0
        ? divide({ ...all, weight }, held, stratify, session.seed)
        : undefined;
    const train = weighClasses(
      parts?.train.data ?? { ...all, weight },
      options.classWeight,
      session.prepare?.classes ?? [],
      loss.reduction,
    );
    const validation = other && datasetOf(session, loss, other);
    const batchSize = Math.min(options.batchSize, train.rows);
    const facts = factsOf({ epochs, batchSize, metrics }, train.rows, held !== 0);
    checkWatched(optimizer, facts.logged);
    // A schedule that has no rate to begin with is refused before the run begins.
    rateOf(optimizer, 0, updatesOf(optimizer, facts));
    for (const callback of callbacks) callback.check?.(facts);
    const graphs = traceSteps({ session, loss, optimizer, metrics, train }, batchSize);
    return { train, validation, parts, batchSize, facts, graphs };
  });
  const { parts, batchSize, facts, graphs } = checked;
  const train =
    parts === undefined ? checked.train : yield* gather({ ...parts.train, data: checked.train }, room);
  const validation = parts === undefined ? checked.validation : yield* gather(parts.validation);
  const plan = { session, loss, optimizer, metrics, epochs, shuffle, signal, callbacks };
  return { ...plan, train, validation, batchSize, facts, graphs };
}

/** The options with their defaults, as far as they can be checked without the data. */
function readOptions(session: Session, given: FitOptions) {
  const options = checkOptions('fit', given, KNOWN);
  if (options.loss === undefined) {
    throw new OptionError('fit: loss is missing', { hint: "such as 'mse' or 'categoricalCrossentropy'" });
  }
  const loss = lossOf(options.loss);
  const optimizer = optimizerOf(options.optimizer ?? 'adam', { learningRate: options.learningRate });
  const metrics = metricsOf(options.metrics ?? [], new ResponseScale(session, loss).task);
  const { epochs = 10, batchSize = 32, shuffle = true, stratify = false, signal } = options;
  checkNumber('fit', 'epochs', epochs, { least: 0, whole: true });
  checkNumber('fit', 'batchSize', batchSize, { least: 1, whole: true });
  checkFlag('fit', 'shuffle', shuffle);
  checkFlag('fit', 'stratify', stratify);
  checkSignal('fit', signal);
  const callbacks = checkCallbacks(options.callbacks ?? []);
  const held = readValidation(options.validation);
  const { sampleWeight } = options;
  const classWeight = readGiven('fit: classWeight', () => copyOfWeights(options.classWeight));
  const checked = { loss, optimizer, metrics, epochs, batchSize, shuffle, stratify, signal, callbacks };
  return { ...checked, held, sampleWeight, classWeight };
}

/** They are read later, when the caller may have changed them; what is no plain list of weights is refused then. */
function copyOfWeights(weights: ClassWeight | undefined): ClassWeight | undefined {
  if (typeof weights !== 'object' || weights === null || Symbol.iterator in weights) return weights;
  return { ...weights };
}

function checkWatched({ schedule: { name, watch } }: Optimizer, logged: readonly string[]): void {
  if (watch === undefined || logged.includes(watch.monitor)) return;
  throw new OptionError(`fit: the schedule ${name} watches ${watch.monitor}, which is not logged`, {
    logged: logged.join(', '),
    hint: didYouMean(watch.monitor, logged) ?? 'give validation data, or the metric under `metrics`',
  });
}

/** Runs a plan to its end, with callbacks. */
async function runWithCallbacks(plan: RunPlan): Promise<History> {
  const { callbacks } = plan;
  const training = new Training(plan);
  const { run } = training;
  const failures = new Failures();
  // Asked for each time: a callback may be given its methods later.
  const hears = () => callbacks.some(({ onEpoch }) => onEpoch !== undefined);
  try {
    training.begin();
    await failures.during(async () => {
      for (const callback of callbacks) await callback.onBegin?.(run);
      for await (const event of training.steps(hears)) {
        for (const callback of callbacks) {
          if (event.type === 'step') await callback.onStep?.(event, run);
          else await callback.onEpoch?.(event, run);
        }
      }
    });
    await failures.during(() => training.settle());
    const end = training.end(failures.all);
    for (const callback of callbacks) await failures.during(() => callback.onEnd?.(end, run));
    failures.rethrow();
    return end.history;
  } finally {
    training.release();
  }
}
