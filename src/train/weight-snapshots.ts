import { checkOptions } from '../base/options.ts';
import { checkNumber } from '../base/ranges.ts';
import type { Callback } from './callback.ts';
import type { Weight } from './session.ts';

/** Weights as they were at some epochs of the last run. */
export interface WeightSnapshots extends Callback {
  /** Counted from 1. */
  readonly epochs: readonly number[];
  /** As `weights()` gives them. */
  readonly weights: readonly Readonly<Record<string, Weight>>[];
  /** That of the epoch's last step. */
  readonly learningRates: readonly number[];
}

/**
 * Keeps copies of a model's weights in memory while it is trained, for what looks back at the training, such as
 * `influence`. A new run begins anew.
 *
 * @throws {OptionError} for unknown options.
 * @example
 * const snapshots = weightSnapshots({ every: 10 });
 * await net.fit(x, y, { loss: 'mse', epochs: 50, callbacks: [snapshots] });
 * snapshots.weights.length; // 5
 */
export function weightSnapshots(options: { readonly every?: number } = {}): WeightSnapshots {
  const { every = 1 } = checkOptions('weightSnapshots', options, ['every']);
  checkNumber('weightSnapshots', 'every', every, { least: 1, whole: true });
  const epochs: number[] = [];
  const weights: Record<string, Weight>[] = [];
  const learningRates: number[] = [];
  return {
    name: 'weightSnapshots',
    epochs,
    weights,
    learningRates,
    onBegin() {
      for (const list of [epochs, weights, learningRates]) list.length = 0;
    },
    async onEpoch({ logs }, run) {
      if (logs.epoch % every !== 0) return;
      weights.push(await run.readWeights());
      epochs.push(logs.epoch);
      learningRates.push(logs.learningRate);
    },
  };
}
