/**
 * A learning rate over time. `at` is a pure function of the update (from 0) and of how many there will be (Infinity
 * where that is not known), so that a run can be resumed anywhere; it gives a number of at least 0 that float32 holds.
 *
 * @example
 * const halving: Schedule = { name: 'halving', config: {}, at: (update) => 0.1 * 0.5 ** Math.floor(update / 1000) };
 */
export interface Schedule {
  readonly name: string;
  /** Options as plain data. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly at: (step: number, totalSteps: number) => number;
  /**
   * Schedules that watch a metric: the factor on the learning rate after an epoch, from all values so far. The run
   * multiplies `at` by it.
   */
  readonly watch?: { readonly monitor: string; readonly factor: (history: readonly number[]) => number };
}
