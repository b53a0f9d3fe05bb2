import { cpuUsage } from 'node:process';

/**
 * How long things are measured. A figure is the median of some slices, beside the best of them: on a machine that others
 * use too, the median is what one gets and the best what it could be.
 *
 * @typedef {object} Pace
 * @property {number} slices
 * @property {number} seconds Length of a slice; the step that is under way then still counts.
 * @property {number} warm Seconds before the first slice.
 * @property {number} limit Milliseconds for each limit of the machine.
 * @property {number} watch Seconds that the event loop is watched.
 */

/**
 * Seconds that a step, call or turn takes, and how many processors were busy with it.
 *
 * @typedef {{ median: number, best: number, busy: number }} Times
 */

/** @type {Pace} */
export const USUAL = { slices: 7, seconds: 0.3, warm: 0.3, limit: 100, watch: 4 };

/** Shows that everything works; the numbers mean nothing. @type {Pace} */
export const QUICK = { slices: 2, seconds: 0.01, warm: 0, limit: 1, watch: 0.2 };

/**
 * Seconds that a turn of `work` takes: of each slice the mean.
 *
 * @param {(turns: number) => unknown} work Takes so many turns, at once.
 * @param {Pace} pace
 * @returns {Times}
 */
export function timeTurns(work, { slices, seconds }) {
  let turns = 1;
  const times = [];
  const load = new Load();
  while (times.length < slices) {
    const started = performance.now();
    work(turns);
    const taken = (performance.now() - started) / 1000;
    if (taken >= seconds / 2) times.push(taken / turns);
    else turns *= 2;
  }
  return { median: quantile(times, 0.5), best: Math.min(...times), busy: load.busy };
}

/** Processors that this process keeps busy from now on. */
export class Load {
  #cpu = cpuUsage();
  #started = performance.now();

  get busy() {
    const { user, system } = cpuUsage(this.#cpu);
    return (user + system) / 1000 / (performance.now() - this.#started);
  }
}

/**
 * The nearest value with at least that share of the others at or below it.
 *
 * @param {readonly number[]} values
 * @param {number} share
 * @returns {number}
 */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}
