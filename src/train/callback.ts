import { checkList, readGiven } from '../base/check.ts';
import { describe } from '../base/describe.ts';
import { OptionError } from '../base/errors.ts';
import type { EpochLogs, History } from './history.ts';
import type { Session, Weight } from './session.ts';

/** A call of the backend is done: some steps further. */
export interface StepEvent {
  readonly type: 'step';
  /** Counts from 1. */
  readonly epoch: number;
  /** Steps of this epoch that are done, and how many it has. */
  readonly step: number;
  readonly steps: number;
  /** Mean loss of the epoch so far. */
  readonly loss: number;
  readonly learningRate: number;
}

/** An epoch is done, validation included. */
export interface EpochEvent {
  readonly type: 'epoch';
  readonly logs: EpochLogs;
}

/** The run is over, however it ended. */
export interface EndEvent {
  readonly type: 'end';
  readonly history: History;
  /** What ended the run, if an error did: a NumericError, or what a callback threw. `fit` throws it afterwards. */
  readonly error?: unknown;
}

/** What `train` yields. */
export type TrainEvent = StepEvent | EpochEvent | EndEvent;

/** What is known of a run before it begins. */
export interface RunFacts {
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  readonly rows: number;
  /** Names of the numbers that each epoch logs. */
  readonly logged: readonly string[];
  /** Which way a logged number gets better; undefined for a metric that does not say. */
  readonly better: (name: string) => 'higher' | 'lower' | undefined;
}

/** A run, as callbacks see it. */
export interface Run extends RunFacts {
  /** The state behind the model that is trained: `new Model(run.session)` is the model. */
  readonly session: Session;
  /** Ends the run after this epoch; the reason becomes `history.stopReason`. */
  readonly stop: (reason: string) => void;
  readonly readWeights: () => Promise<Record<string, Weight>>;
  readonly writeWeights: (weights: Readonly<Record<string, Weight>>) => Promise<void>;
}

/**
 * Something that happens beside a run. Each method may be left out and may be async: the run waits for it.
 *
 * An error in one ends the run and is thrown by `fit`. However a run ends, be it done, stopped, aborted or by an error,
 * its own or that of a callback, `onEnd` is then called once for every callback, in their order; also for one whose
 * `onBegin` did not come, because another's failed. What it writes into the weights stays.
 *
 * @example
 * const log: Callback = { name: 'log', onEpoch: ({ logs }) => console.log(logs.epoch, logs.loss) };
 */
export interface Callback {
  readonly name: string;
  /** Refuses a run by throwing, before anything has happened and anybody else was called; not async. */
  readonly check?: (run: RunFacts) => void;
  readonly onBegin?: (run: Run) => void | Promise<void>;
  readonly onStep?: (event: StepEvent, run: Run) => void | Promise<void>;
  readonly onEpoch?: (event: EpochEvent, run: Run) => void | Promise<void>;
  readonly onEnd?: (event: EndEvent, run: Run) => void | Promise<void>;
}

const METHODS = ['check', 'onBegin', 'onStep', 'onEpoch', 'onEnd'] as const;

/**
 * Refuses what is not a list of callbacks.
 *
 * @throws {OptionError} naming the entry.
 */
export function checkCallbacks(callbacks: readonly Callback[]): readonly Callback[] {
  const list = checkList('fit', 'callbacks', callbacks, 'a list of callbacks') as Callback[];
  for (const [i, callback] of list.entries()) {
    if (typeof callback !== 'object' || callback === null)
      throw new OptionError(`callbacks[${i}] is ${describe(callback)}`);
    for (const method of METHODS) {
      const own: unknown = readGiven(`callbacks[${i}].${method}`, () => callback[method]);
      if (own === undefined || typeof own === 'function') continue;
      throw new OptionError(`callbacks[${i}].${method} is not a function`);
    }
  }
  return list;
}
