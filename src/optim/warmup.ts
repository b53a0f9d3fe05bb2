import { checkOptions } from '../base/options.ts';
import { checkNumber } from '../base/ranges.ts';
import { checkUpdates, updates } from './lengths.ts';
import { scheduleOf } from './rule.ts';
import type { Schedule } from './schedule.ts';

/** Part of the full rate at update t of a warm-up over `steps`; by default its first update is not wasted on 0. */
export function ramp(t: number, steps: number, from = 1 / (steps + 1)): number {
  return t >= steps ? 1 : from + (1 - from) * (t / steps);
}

/** Options of {@link warmup}. */
export interface WarmupOptions {
  /** Updates of the warm-up; below 1, a fraction of the run. */
  readonly steps: number;
  /** What follows it: a learning rate or a schedule, which then starts from its own update 0. */
  readonly to: number | Schedule;
  /** Part of the full rate at the first update, in [0, 1]. Default: 1 / (steps + 1). */
  readonly from?: number;
}

/**
 * A straight rise to the first rate of another schedule, then that schedule (Goyal et al., 2017), which has the rest of
 * the run for its length. A run shorter than the warm-up is all warm-up.
 *
 * @throws {OptionError} for an unknown option or one out of range.
 * @example
 * sgd({ learningRate: warmup({ steps: 500, to: step({ initial: 0.1, size: 10_000 }) }) });
 */
export function warmup(options: WarmupOptions): Schedule {
  const own = checkOptions('warmup', options, ['steps', 'to', 'from']);
  const { from } = own;
  const length = checkUpdates('warmup', 'steps', own.steps);
  const next = scheduleOf('warmup', own.to, 'to');
  if (from !== undefined) checkNumber('warmup', 'from', from, { least: 0, most: 1 });
  return {
    name: 'warmup',
    config: { steps: length, to: { name: next.name, ...next.config }, ...(from !== undefined && { from }) },
    at(t, totalSteps) {
      const steps = updates('warmup', 'steps', length, totalSteps);
      // A run that ends before the warm-up does only ever asks for the first rate of what follows.
      return next.at(Math.max(0, t - steps), Math.max(1, totalSteps - steps)) * ramp(t, steps, from);
    },
    ...(next.watch && { watch: next.watch }),
  };
}

/** Options of {@link noam}. */
export interface NoamOptions {
  /** Width of the model, at least 1. */
  readonly width: number;
  /** Updates of the warm-up, at least 1. */
  readonly warmup: number;
  /** Factor on the whole, above 0. Default 1. */
  readonly factor?: number;
}

/**
 * The Transformer's schedule (Vaswani et al., 2017, eq. 3): `factor · width^-½ · min(s^-½, s · warmup^-1.5)`, s = t + 1.
 *
 * @throws {OptionError} for an unknown option or one out of range.
 * @example
 * adam({ learningRate: noam({ width: 512, warmup: 4000 }), beta2: 0.98 });
 */
export function noam(options: NoamOptions): Schedule {
  const own = checkOptions('noam', options, ['width', 'warmup', 'factor']);
  const { factor = 1 } = own;
  const width = checkNumber('noam', 'width', own.width, { least: 1 });
  const steps = checkNumber('noam', 'warmup', own.warmup, { least: 1 });
  checkNumber('noam', 'factor', factor, { above: 0 });
  return {
    name: 'noam',
    config: { width, warmup: steps, factor },
    at: (t) => factor * width ** -0.5 * Math.min((t + 1) ** -0.5, (t + 1) * steps ** -1.5),
  };
}
