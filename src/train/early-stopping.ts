import { OptionError } from '../base/errors.ts';
import { isImprovement } from '../base/improvement.ts';
import { checkOptions, choose, didYouMean } from '../base/options.ts';
import { checkNumber } from '../base/ranges.ts';
import type { Callback, Run, RunFacts } from './callback.ts';
import type { Weight } from './session.ts';

/** Options of {@link earlyStopping}. */
export interface EarlyStoppingOptions {
  /** The number to watch. Default `val_loss`, or `loss` without validation data. */
  readonly monitor?: string;
  /** Epochs without improvement before the run ends. Default 10. */
  readonly patience?: number;
  /** Smallest change that counts as improvement. Default 0. */
  readonly minDelta?: number;
  /** Whether larger or smaller is better; by default what the metric says. */
  readonly better?: 'higher' | 'lower';
  /** Put the weights of the best epoch back at the end, where an epoch had a finite number. Default false. */
  readonly restoreBest?: boolean;
}

/**
 * Ends a run when a number has not become better for a while (Prechelt, 1998). What is not finite never counts as
 * better, and is never the best epoch. Where the number was not finite in all epochs that were waited for, or in all
 * epochs of the run, the run's `stopReason` says that, since it tells nothing of whether the model has stopped learning.
 *
 * @throws {OptionError} for unknown options, and by `fit`, before it begins, for a number that is not logged.
 * @example
 * earlyStopping({ monitor: 'val_auc', patience: 10, restoreBest: true });
 */
export function earlyStopping(given: EarlyStoppingOptions = {}): Callback {
  const options = checkOptions('earlyStopping', given, [
    'monitor',
    'patience',
    'minDelta',
    'better',
    'restoreBest',
  ]);
  const { patience = 10, minDelta = 0, restoreBest = false, better } = options;
  checkNumber('earlyStopping', 'patience', patience, { least: 0, whole: true });
  checkNumber('earlyStopping', 'minDelta', minDelta, { least: 0 });
  if (better !== undefined) choose('earlyStopping: better', better, { higher: true, lower: true });
  // By run, since one callback may serve several at once: no model may get the weights of another.
  const watches = new WeakMap<Run, Watch>();
  return {
    name: 'earlyStopping',
    check: (run) => void watch(options, run),
    onBegin(run) {
      watches.set(run, watch(options, run));
    },
    async onEpoch({ logs }, run) {
      const state = watches.get(run)!;
      const value = logs[state.monitor]!;
      if (isImprovement(value, state.best, state.better, { absolute: minDelta })) {
        [state.best, state.waited, state.notFinite] = [value, 0, 0];
        if (restoreBest) state.weights = await run.readWeights();
        return;
      }
      state.waited++;
      if (!Number.isFinite(value)) state.notFinite++;
      const never = state.best === undefined && logs.epoch === run.epochs;
      if (state.waited >= patience || never) run.stop(`earlyStopping: ${reasonFor(state, value)}`);
    },
    async onEnd(_event, run) {
      // None when the run ended before its beginning came here.
      const weights = watches.get(run)?.weights;
      if (weights !== undefined) await run.writeWeights(weights);
    },
  };
}

/** What is known of one run. */
interface Watch {
  readonly monitor: string;
  readonly better: 'higher' | 'lower';
  best: number | undefined;
  /** Epochs since the best one, and how many of them had no finite number. */
  waited: number;
  notFinite: number;
  weights: Record<string, Weight> | undefined;
}

function watch({ monitor: asked, better: said }: EarlyStoppingOptions, run: RunFacts): Watch {
  const monitor = asked ?? (run.logged.includes('val_loss') ? 'val_loss' : 'loss');
  if (!run.logged.includes(monitor)) {
    throw new OptionError(`earlyStopping: ${monitor} is not logged`, {
      logged: run.logged.join(', '),
      hint: didYouMean(monitor, run.logged) ?? 'give validation data, or the metric under `metrics`',
    });
  }
  const better = said ?? run.better(monitor);
  if (better === undefined) {
    throw new OptionError(`earlyStopping: ${monitor} does not say which way is better`, {
      hint: "earlyStopping({ better: 'higher' })",
    });
  }
  return {
    monitor,
    better,
    best: undefined,
    waited: 0,
    notFinite: 0,
    weights: undefined,
  };
}

function reasonFor({ monitor, waited, notFinite }: Watch, value: number): string {
  const epochs = waited === 1 ? '1 epoch' : `${waited} epochs`;
  if (notFinite === waited) return `${monitor} has been ${value} for ${epochs}`;
  const some = notFinite === 0 ? '' : `, in ${notFinite} of which it was not finite`;
  return `${monitor} has not improved for ${epochs}${some}`;
}
