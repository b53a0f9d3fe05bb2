import { describe } from '../base/describe.ts';
import { NumericError, OptionError } from '../base/errors.ts';
import { isImprovement } from '../base/improvement.ts';
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
  /** Change that counts as an improvement, as a share of the size of the best value, in [0, 1). Default 1e-4. */
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
 * Drops the learning rate when a metric has stopped improving, as PyTorch's ReduceLROnPlateau with a relative threshold,
 * except that the threshold is a share of the best value's size: below 0, too, better means better, where
 * `best · (1 - threshold)` would take worse for it. Epochs, not updates: the factor follows from the metric's history
 * alone, so a resumed run goes on as it would have.
 *
 * A value that is not finite is no improvement, as in PyTorch; but where no other speaks for a drop, the run ends.
 *
 * @throws {OptionError} for an unknown option or one out of range, or a `monitor` that is no loss without a `mode`.
 * @throws {NumericError} in the run, when the value was not finite in each of the epochs that would cause a drop.
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
    throw new OptionError(`plateau: monitor must be a name of the history, got ${describe(monitor)}`, {
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
  const { initial, factor, patience, threshold, cooldown, minimum, monitor, mode } = config;
  const better = mode === 'min' ? 'lower' : 'higher';
  let best: number | undefined;
  let [scale, bad, finite, resting] = [1, 0, 0, 0];
  for (const value of history) {
    bad++;
    if (Number.isFinite(value)) finite++;
    if (isImprovement(value, best, better, { relative: threshold })) [best, bad, finite] = [value, 0, 0];
    if (resting > 0) [resting, bad, finite] = [resting - 1, 0, 0];
    if (bad <= patience) continue;
    if (finite === 0) {
      throw new NumericError(
        `plateau: ${monitor} was ${value} in ${bad === 1 ? 'an epoch' : `${bad} epochs`}`,
        {
          hint: 'watch a number that is defined for this data, such as val_loss',
        },
      );
    }
    scale = Math.max(scale * factor, minimum / initial);
    [resting, bad, finite] = [cooldown, 0, 0];
  }
  return scale;
}
