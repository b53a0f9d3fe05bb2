import { OptionError } from '../base/errors.ts';
import { checkOptions, choose } from '../base/options.ts';
import { checkNumber } from '../base/ranges.ts';
import type { Schedule } from './schedule.ts';

/** Options of {@link plateau}. */
export interface PlateauOptions {
  /** Learning rate at the start, above 0. */
  readonly initial: number;
  /** Factor of each drop, in (0, 1). Default 0.1. */
  readonly factor?: number;
  /** Epochs without an improvement that are let pass. Default 10. */
  readonly patience?: number;
  /** Relative change that counts as an improvement, in [0, 1). Default 1e-4. */
  readonly threshold?: number;
  /** Epochs after a drop that do not count against it. Default 0. */
  readonly cooldown?: number;
  /** Lowest learning rate, from 0 to `initial`. Default 0. */
  readonly minimum?: number;
  /** Value to watch, as the history names it. Default `val_loss`. */
  readonly monitor?: string;
  /** Whether less or more is better. Default `min` for a loss; any other value needs it. */
  readonly mode?: 'min' | 'max';
}

/**
 * Drops the learning rate when a metric has stopped improving, as PyTorch's ReduceLROnPlateau with a relative threshold.
 * Epochs, not updates: the factor follows from the metric's history alone, so a resumed run goes on as it would have.
 *
 * @throws {OptionError} for an unknown option or one out of range, or a `monitor` that is no loss without a `mode`.
 * @example
 * adam({ learningRate: plateau({ initial: 1e-3, factor: 0.5, patience: 5 }) });
 */
export function plateau(options: PlateauOptions): Schedule {
  const known = ['initial', 'factor', 'patience', 'threshold', 'cooldown', 'minimum', 'monitor', 'mode'];
  const own = checkOptions('plateau', options, known);
  const {
    factor = 0.1,
    patience = 10,
    threshold = 1e-4,
    cooldown = 0,
    minimum = 0,
    monitor = 'val_loss',
  } = own;
  const initial = checkNumber('plateau', 'initial', own.initial, { above: 0 });
  checkNumber('plateau', 'factor', factor, { above: 0, below: 1 });
  checkNumber('plateau', 'patience', patience, { least: 0, whole: true });
  checkNumber('plateau', 'threshold', threshold, { least: 0, below: 1 });
  checkNumber('plateau', 'cooldown', cooldown, { least: 0, whole: true });
  checkNumber('plateau', 'minimum', minimum, { least: 0, most: initial });
  if (typeof monitor !== 'string') {
    throw new OptionError(`plateau: monitor must be a name of the history, got ${typeof monitor}`, {
      hint: "such as 'val_loss'",
    });
  }
  const mode = modeOf(monitor, own.mode);
  const config = { initial, factor, patience, threshold, cooldown, minimum, monitor, mode };
  return {
    name: 'plateau',
    config,
    at: () => initial,
    watch: { monitor, factor: (history) => factorAfter(history, config) },
  };
}

function modeOf(monitor: string, mode: 'min' | 'max' | undefined): 'min' | 'max' {
  if (mode !== undefined) return choose('plateau: mode', mode, { min: 'min', max: 'max' });
  if (monitor.toLowerCase().endsWith('loss')) return 'min';
  throw new OptionError(`plateau: is a higher ${monitor} better, or a lower one?`, {
    hint: "say mode: 'max' or mode: 'min'",
  });
}

function factorAfter(history: readonly number[], config: Required<PlateauOptions>): number {
  const { initial, factor, patience, threshold, cooldown, minimum, mode } = config;
  const better = (value: number, best: number): boolean =>
    mode === 'min' ? value < best * (1 - threshold) : value > best * (1 + threshold);
  let [scale, best, bad, resting] = [1, mode === 'min' ? Infinity : -Infinity, 0, 0];
  for (const value of history) {
    bad++;
    if (better(value, best)) [best, bad] = [value, 0];
    if (resting > 0) [resting, bad] = [resting - 1, 0];
    if (bad <= patience) continue;
    scale = Math.max(scale * factor, minimum / initial);
    [resting, bad] = [cooldown, 0];
  }
  return scale;
}
