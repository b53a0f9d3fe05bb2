import { OptionError } from '../base/errors.ts';
import { checkOptions, choose, didYouMean } from '../base/options.ts';
import { checkNumber } from '../base/ranges.ts';
import type { Callback, Run } from './callback.ts';
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
  /** Put the weights of the best epoch back at the end. Default false. */
  readonly restoreBest?: boolean;
}

/**
 * Ends a run when a number has not become better for a while (Prechelt, 1998). NaN never counts as better.
 *
 * @throws {OptionError} for unknown options, and at the start of the run for a number that is not logged.
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
    onBegin(run) {
      watches.set(run, watch(options, run));
    },
    async onEpoch({ logs }, run) {
      const state = watches.get(run)!;
      const score = state.sign * logs[state.monitor]!;
      if (score > state.best + (Number.isFinite(state.best) ? minDelta : 0)) {
        state.best = score;
        state.waited = 0;
        if (restoreBest) state.weights = await run.readWeights();
      } else if (++state.waited >= patience) {
        run.stop(`earlyStopping: ${state.monitor} has not improved for ${state.waited} epochs`);
      }
    },
    async onEnd(_event, run) {
      const { weights } = watches.get(run)!;
      if (weights !== undefined) await run.writeWeights(weights);
    },
  };
}

/** What is known of one run. */
interface Watch {
  readonly monitor: string;
  readonly sign: number;
  best: number;
  waited: number;
  weights: Record<string, Weight> | undefined;
}

function watch({ monitor: asked, better: said }: EarlyStoppingOptions, run: Run): Watch {
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
    sign: better === 'higher' ? 1 : -1,
    best: Number.NEGATIVE_INFINITY,
    waited: 0,
    weights: undefined,
  };
}
