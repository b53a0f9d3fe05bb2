import { checkList } from '../base/check.ts';
import { OptionError } from '../base/errors.ts';
import { checkOptions } from '../base/options.ts';
import { checkNumber } from '../base/ranges.ts';
import { checkUpdates, lengthOf, updates } from './lengths.ts';
import type { Schedule } from './schedule.ts';

/** Options of {@link step}. */
export interface StepOptions {
  /** Learning rate at the start, above 0. */
  readonly initial: number;
  /** Updates from one drop to the next; below 1, a fraction of the run. */
  readonly size: number;
  /** Factor of each drop, above 0. Default 0.1. */
  readonly gamma?: number;
}

/**
 * Drops at even distances: `initial · gamma^⌊t / size⌋`, t counting updates from 0.
 *
 * @throws {OptionError} for an unknown option or one out of range.
 * @example
 * sgd({ learningRate: step({ initial: 0.1, size: 0.25, gamma: 0.5 }) });
 */
export function step(options: StepOptions): Schedule {
  const own = checkOptions('step', options, ['initial', 'size', 'gamma']);
  const { gamma = 0.1 } = own;
  const initial = checkNumber('step', 'initial', own.initial, { above: 0 });
  const size = checkUpdates('step', 'size', own.size, 1);
  checkNumber('step', 'gamma', gamma, { above: 0 });
  return {
    name: 'step',
    config: { initial, size, gamma },
    at: (t, totalSteps) =>
      initial * gamma ** Math.floor(t / Math.max(1, updates('step', 'size', size, totalSteps))),
  };
}

/** Options of {@link multiStep}. */
export interface MultiStepOptions {
  /** Learning rate at the start, above 0. */
  readonly initial: number;
  /** Updates before which each drop happens, ascending; below 1, fractions of the run. */
  readonly milestones: readonly number[];
  /** Factor of each drop, above 0. Default 0.1. */
  readonly gamma?: number;
}

/**
 * Drops at given updates: `initial · gamma^k` after k of the milestones.
 *
 * @throws {OptionError} for an unknown option or one out of range, or milestones that do not ascend.
 * @example
 * sgd({ learningRate: multiStep({ initial: 0.1, milestones: [0.5, 0.75] }) });
 */
export function multiStep(options: MultiStepOptions): Schedule {
  const own = checkOptions('multiStep', options, ['initial', 'milestones', 'gamma']);
  const { gamma = 0.1 } = own;
  const initial = checkNumber('multiStep', 'initial', own.initial, { above: 0 });
  const list = checkList('multiStep', 'milestones', own.milestones, 'a list of numbers');
  const milestones = list.map((at, i) => checkUpdates('multiStep', `milestones[${i}]`, at));
  if (milestones.some((at, i) => i > 0 && at <= milestones[i - 1]!)) {
    throw new OptionError('multiStep: milestones must ascend', { milestones });
  }
  checkNumber('multiStep', 'gamma', gamma, { above: 0 });
  return {
    name: 'multiStep',
    config: { initial, milestones, gamma },
    at: (t, totalSteps) =>
      initial *
      gamma ** milestones.filter((at) => t >= updates('multiStep', 'milestones', at, totalSteps)).length,
  };
}

/** Options of {@link exponential}. */
export interface ExponentialOptions {
  /** Learning rate at the start, above 0. */
  readonly initial: number;
  /** Factor over `every` updates, above 0. */
  readonly gamma: number;
  /** Updates over which the rate falls by `gamma`; below 1, a fraction of the run. Default 1. */
  readonly every?: number;
}

/**
 * A constant rate of decay: `initial · gamma^(t / every)`.
 *
 * @throws {OptionError} for an unknown option or one out of range.
 * @example
 * sgd({ learningRate: exponential({ initial: 0.1, gamma: 0.5, every: 1000 }) });
 */
export function exponential(options: ExponentialOptions): Schedule {
  const own = checkOptions('exponential', options, ['initial', 'gamma', 'every']);
  const initial = checkNumber('exponential', 'initial', own.initial, { above: 0 });
  const gamma = checkNumber('exponential', 'gamma', own.gamma, { above: 0 });
  const every = checkUpdates('exponential', 'every', own.every ?? 1, 1);
  return {
    name: 'exponential',
    config: { initial, gamma, every },
    at: (t, totalSteps) =>
      initial * gamma ** (t / Math.max(1, updates('exponential', 'every', every, totalSteps))),
  };
}

/** Options of {@link polynomial}. */
export interface PolynomialOptions {
  /** Learning rate at the start, above 0. */
  readonly initial: number;
  /** Learning rate at the end, at least 0. Default 0. */
  readonly final?: number;
  /** Exponent, above 0; 1 is a straight line. Default 1. */
  readonly power?: number;
  /** Updates that it takes. Default: all of the run. */
  readonly steps?: number;
}

/**
 * Decay to `final` after T updates: `final + (initial - final)·(1 - t/T)^power`.
 *
 * @throws {OptionError} for an unknown option or one out of range; from `at` when T is not known.
 * @example
 * adamw({ learningRate: polynomial({ initial: 1e-3 }) });
 */
export function polynomial(options: PolynomialOptions): Schedule {
  const own = checkOptions('polynomial', options, ['initial', 'final', 'power', 'steps']);
  const { final = 0, power = 1, steps } = own;
  const initial = checkNumber('polynomial', 'initial', own.initial, { above: 0 });
  checkNumber('polynomial', 'final', final, { least: 0 });
  checkNumber('polynomial', 'power', power, { above: 0 });
  if (steps !== undefined) checkNumber('polynomial', 'steps', steps, { least: 1, whole: true });
  return {
    name: 'polynomial',
    config: { initial, final, power, ...(steps !== undefined && { steps }) },
    at(t, totalSteps) {
      const left = 1 - Math.min(1, t / lengthOf('polynomial', steps, totalSteps));
      return final + (initial - final) * left ** power;
    },
  };
}
