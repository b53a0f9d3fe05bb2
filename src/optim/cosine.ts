import { checkOptions } from '../base/options.ts';
import { checkNumber } from '../base/ranges.ts';
import { checkUpdates, cosineBetween, lengthOf, updates } from './lengths.ts';
import type { Schedule } from './schedule.ts';
import { ramp } from './warmup.ts';

/** Options of {@link cosine}. */
export interface CosineOptions {
  /** Highest learning rate, above 0. */
  readonly peak: number;
  /** Updates of a straight rise to the peak; below 1, a fraction of the whole. Default 0. */
  readonly warmup?: number;
  /** Learning rate after the last update, at least 0. Default 0. */
  readonly final?: number;
  /** Updates that it takes, warm-up and all. Default: all of the run. */
  readonly steps?: number;
}

/**
 * Cosine annealing (Loshchilov and Hutter, 2017, eq. 5) after a warm-up of w updates: with T updates in all,
 *
 *     t < w:  peak · (t + 1) / (w + 1)
 *     else    final + (peak - final)/2 · (1 + cos(π·(t - w)/(T - w)))
 *
 * @throws {OptionError} for an unknown option or one out of range; from `at` when T is not known.
 * @example
 * adamw({ learningRate: cosine({ peak: 3e-3, warmup: 0.05 }) });
 */
export function cosine(options: CosineOptions): Schedule {
  const own = checkOptions('cosine', options, ['peak', 'warmup', 'final', 'steps']);
  const { final = 0, steps } = own;
  const peak = checkNumber('cosine', 'peak', own.peak, { above: 0 });
  const warmup = checkUpdates('cosine', 'warmup', own.warmup ?? 0);
  checkNumber('cosine', 'final', final, { least: 0 });
  if (steps !== undefined) checkNumber('cosine', 'steps', steps, { least: 1, whole: true });
  return {
    name: 'cosine',
    config: { peak, warmup, final, ...(steps !== undefined && { steps }) },
    at(t, totalSteps) {
      const total = lengthOf('cosine', steps, totalSteps);
      const rise = updates('cosine', 'warmup', warmup, total);
      if (t < rise) return peak * ramp(t, rise);
      return cosineBetween(peak, final, Math.min(1, (t - rise) / Math.max(1, total - rise)));
    },
  };
}

/** Options of {@link cosineRestarts}. */
export interface CosineRestartsOptions {
  /** Learning rate after each restart, above 0. */
  readonly peak: number;
  /** Updates of the first period; below 1, a fraction of the run. */
  readonly period: number;
  /** Each period is this many times as long as the one before, a whole number. Default 1. */
  readonly growth?: number;
  /** Learning rate at the end of a period, at least 0. Default 0. */
  readonly final?: number;
}

/**
 * Cosine annealing with warm restarts (SGDR; Loshchilov and Hutter, 2017).
 *
 * @throws {OptionError} for an unknown option or one out of range.
 * @example
 * sgd({ learningRate: cosineRestarts({ peak: 0.1, period: 1000, growth: 2 }) });
 */
export function cosineRestarts(options: CosineRestartsOptions): Schedule {
  const own = checkOptions('cosineRestarts', options, ['peak', 'period', 'growth', 'final']);
  const { growth = 1, final = 0 } = own;
  const peak = checkNumber('cosineRestarts', 'peak', own.peak, { above: 0 });
  const first = checkUpdates('cosineRestarts', 'period', own.period, 1);
  checkNumber('cosineRestarts', 'growth', growth, { least: 1, whole: true });
  checkNumber('cosineRestarts', 'final', final, { least: 0 });
  return {
    name: 'cosineRestarts',
    config: { peak, period: first, growth, final },
    at(t, totalSteps) {
      let period = Math.max(1, updates('cosineRestarts', 'period', first, totalSteps));
      let since = t;
      if (growth === 1) since %= period;
      for (; since >= period; period *= growth) since -= period;
      return cosineBetween(peak, final, since / period);
    },
  };
}

/** Options of {@link oneCycle}. */
export interface OneCycleOptions {
  /** Highest learning rate, above 0. */
  readonly max: number;
  /** Part of the run in which the rate rises, in (0, 1). Default 0.3. */
  readonly pctStart?: number;
  /** The run starts at max / divFactor. At least 1. Default 25. */
  readonly divFactor?: number;
  /** The run ends at its starting rate / finalDivFactor. At least 1. Default 10⁴. */
  readonly finalDivFactor?: number;
  /** Updates that it takes. Default: all of the run. */
  readonly steps?: number;
}

/**
 * One-cycle policy (Smith and Topin, 2018), as PyTorch's OneCycleLR: from `max / divFactor` up to `max`, then down to
 * `max / divFactor / finalDivFactor`, both along half a cosine.
 *
 * @throws {OptionError} for an unknown option or one out of range; from `at` when the length is not known.
 * @example
 * sgd({ learningRate: oneCycle({ max: 0.5 }), momentum: 0.9 });
 */
export function oneCycle(options: OneCycleOptions): Schedule {
  const own = checkOptions('oneCycle', options, ['max', 'pctStart', 'divFactor', 'finalDivFactor', 'steps']);
  const { pctStart = 0.3, divFactor = 25, finalDivFactor = 1e4, steps } = own;
  const max = checkNumber('oneCycle', 'max', own.max, { above: 0 });
  checkNumber('oneCycle', 'pctStart', pctStart, { above: 0, below: 1 });
  checkNumber('oneCycle', 'divFactor', divFactor, { least: 1 });
  checkNumber('oneCycle', 'finalDivFactor', finalDivFactor, { least: 1 });
  if (steps !== undefined) checkNumber('oneCycle', 'steps', steps, { least: 1, whole: true });
  const start = max / divFactor;
  return {
    name: 'oneCycle',
    config: { max, pctStart, divFactor, finalDivFactor, ...(steps !== undefined && { steps }) },
    at(t, totalSteps) {
      const last = lengthOf('oneCycle', steps, totalSteps) - 1;
      const turn = pctStart * (last + 1) - 1;
      if (turn > 0 && t <= turn) return cosineBetween(start, max, t / turn);
      const top = Math.max(0, turn);
      return cosineBetween(max, start / finalDivFactor, Math.min(1, (t - top) / Math.max(1, last - top)));
    },
  };
}
