import { trainStep } from '../dist/index.js';
import { flopsOf } from './networks.mjs';
import { Load, quantile } from './pace.mjs';

/**
 * @typedef {import('./networks.mjs').Workload} Workload
 * @typedef {import('./pace.mjs').Pace} Pace
 * @typedef {import('./pace.mjs').Times} Times
 * @typedef {import('../dist/index.js').Model} Model
 * @typedef {import('../dist/train/callbacks.js').Callback} Callback
 * @typedef {ReturnType<typeof import('./networks.mjs').dataFor>} Data
 */

/** Cuts a run into slices as its steps come in. */
class Slices {
  #times = /** @type {number[]} */ ([]);
  #created = performance.now();
  /** @type {{ at: number, steps: number } | undefined} */
  #from;
  #load = new Load();

  /** @param {Pace} pace */
  constructor(pace) {
    this.pace = pace;
  }

  /** Takes the number of steps that are done in all, and says whether that is enough. @param {number} steps */
  add(steps) {
    const at = performance.now();
    if (this.#from === undefined) {
      // The first call compiles, and the next ones find out how many steps fit into a call.
      if (at - this.#created < this.pace.warm * 1000) return false;
      this.#load = new Load();
      this.#from = { at, steps };
      return false;
    }
    const seconds = (at - this.#from.at) / 1000;
    if (seconds < this.pace.seconds) return false;
    this.#times.push(seconds / (steps - this.#from.steps));
    this.#from = { at, steps };
    return this.#times.length >= this.pace.slices;
  }

  /** @returns {Times} */
  get times() {
    return { median: quantile(this.#times, 0.5), best: Math.min(...this.#times), busy: this.#load.busy };
  }
}

/**
 * Trains by `fit` for as long as it takes.
 *
 * @param {Model} model
 * @param {Data} data
 * @param {Workload} workload
 * @param {Pace} pace
 * @param {readonly Callback[]} [callbacks] Others that listen.
 */
export async function timeFit(model, data, workload, pace, callbacks) {
  const slices = new Slices(pace);
  await fitUntil(model, data, workload, (steps) => slices.add(steps), callbacks);
  return slices.times;
}

/**
 * Trains until `enough` says so of the number of steps that are done.
 *
 * @param {Model} model
 * @param {Data} data
 * @param {Workload} workload
 * @param {(steps: number) => boolean} enough Asked after each call of the backend.
 * @param {readonly Callback[]} [callbacks]
 */
export async function fitUntil(model, { x, y }, { batch, rule }, enough, callbacks = []) {
  const stop = new AbortController();
  const onStep = (/** @type {import('../dist/train/callback.js').StepEvent} */ { epoch, step, steps }) => {
    if (enough((epoch - 1) * steps + step)) stop.abort();
  };
  await model.fit(x, y, {
    ...rule(),
    batchSize: batch,
    shuffle: false,
    epochs: 1_000_000,
    signal: stop.signal,
    callbacks: [...callbacks, { name: 'bench', onStep }],
  });
}

/**
 * Trains by one call of `step.sync` after the other: what a step costs that JavaScript drives.
 *
 * @param {Model} model
 * @param {Data} data
 * @param {Workload} workload
 * @param {Pace} pace
 */
export function timeSteps(model, data, workload, pace) {
  const step = trainStep(model, workload.rule());
  const batches = Array.from({ length: Math.min(64, Math.floor(workload.rows / workload.batch)) }, (_, i) =>
    batchOf(data, workload.batch, i),
  );
  const slices = new Slices(pace);
  // Reading the clock is not free beside the smallest step.
  const often = Math.max(1, Math.min(64, Math.round(1e6 / flopsOf(workload).train)));
  let steps = 0;
  do {
    for (let i = 0; i < often; i++) step.sync(...batches[steps++ % batches.length]);
  } while (!slices.add(steps));
  return slices.times;
}

/**
 * @param {Data} data
 * @param {number} batch
 * @param {number} i
 * @returns {[Data['x'], Data['y']]}
 */
export function batchOf({ x, y }, batch, i) {
  const width = x.shape[1];
  const [from, to] = [i * batch, (i + 1) * batch];
  const inputs = { data: x.data.subarray(from * width, to * width), shape: [batch, width] };
  if (y instanceof Int32Array) return [inputs, y.subarray(from, to)];
  return [inputs, { data: y.data.subarray(from, to), shape: [batch, 1] }];
}

/**
 * Calls of `predictSync` or `predict`, each timed by itself.
 *
 * @param {'predictSync' | 'predict'} how
 */
export function timePredictions(how) {
  /**
   * @param {Model} model
   * @param {Data} data
   * @param {Workload} workload
   * @param {Pace} pace
   * @returns {Promise<Times>}
   */
  return async (model, data, { batch, rows }, pace) => {
    const inputs = Array.from({ length: Math.floor(rows / batch) }, (_, i) => batchOf(data, batch, i)[0]);
    const during = async (/** @type {number} */ seconds) => {
      const end = performance.now() + seconds * 1000;
      const times = [];
      do {
        const started = performance.now();
        const y = model[how](inputs[times.length % inputs.length]);
        if (how === 'predict') await y;
        times.push((performance.now() - started) / 1000);
      } while (performance.now() < end);
      return times;
    };
    await during(pace.warm);
    const load = new Load();
    const times = await during(pace.slices * pace.seconds);
    return { median: quantile(times, 0.5), best: Math.min(...times), busy: load.busy };
  };
}
