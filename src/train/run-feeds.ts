import type { Arrays } from '../backend/backend.ts';
import type { DType, NumberArray } from '../base/dtype.ts';
import type { Optimizer } from '../optim/index.ts';
import type { Dataset } from './dataset.ts';
import { copyRows } from './rows.ts';
import { Scalars } from './scalars.ts';
import { LEAVES } from './step.ts';

/** Steps of a call: `count` batches of `size` rows, which stand in `order` from `from` on. */
export interface Steps {
  readonly order: Int32Array;
  readonly from: number;
  readonly size: number;
  readonly count: number;
}

/** What some steps are fed. */
export interface Filled {
  readonly feeds: Arrays;
  /** Learning rate of each step, in double precision. */
  readonly rates: Float64Array;
}

/** The arrays that the calls of a run are fed: made for the longest call so far, and filled again for each. */
export class RunFeeds {
  readonly #train: Dataset;
  readonly #scalars: Scalars;
  readonly #room = new Map<string, NumberArray>();
  #rates = new Float64Array(0);

  /** For a run of so many updates. */
  constructor(train: Dataset, optimizer: Optimizer, updates: number) {
    this.#train = train;
    this.#scalars = new Scalars(optimizer, updates);
  }

  /**
   * What the next steps are fed, of the leaves that their program takes. `step` counts the steps of the run from 0,
   * `number` those of the model; `factor` is on the learning rate.
   *
   * @throws {OptionError} when the schedule gives no number that float32 can hold.
   */
  fill(leaves: readonly string[], steps: Steps, step: number, number: number, factor = 1): Filled {
    const { order, from, size, count } = steps;
    const to = from + size * count;
    const feeds: Record<string, NumberArray> = {};
    for (const leaf of leaves) {
      if (leaf === LEAVES.index) feeds[leaf] = order.subarray(from, to);
      else if (leaf === LEAVES.target) {
        const { y } = this.#train;
        feeds[leaf] = this.#take(leaf, 'i32', ((to - from) * y.data.length) / this.#train.rows);
        copyRows(y, order, from, to, feeds[leaf]);
      } else if (leaf === 'step') {
        const numbers = this.#take(leaf, 'i32', count);
        for (let i = 0; i < count; i++) numbers[i] = number + i;
        feeds[leaf] = numbers;
      } else feeds[leaf] = this.#take(leaf, 'f32', count);
    }
    const ports = this.#scalars.portsIn(feeds);
    if (this.#rates.length < count) this.#rates = new Float64Array(count);
    const rates = this.#rates;
    for (let i = 0; i < count; i++) rates[i] = this.#scalars.write(ports, step + i, i, factor);
    return { feeds, rates };
  }

  /** What the update of a last group of so many batches is fed, after `step` steps of the run. */
  rest(leaves: readonly string[], step: number, batches: number, factor: number): Arrays {
    const feeds = Object.fromEntries(leaves.map((leaf) => [leaf, new Float32Array(1)]));
    this.#scalars.write(this.#scalars.portsIn(feeds), step, 0, factor);
    feeds[LEAVES.batches]![0] = batches;
    return feeds;
  }

  #take(leaf: string, dtype: DType, length: number): NumberArray {
    let room = this.#room.get(leaf);
    if (room === undefined || room.length < length) {
      room = dtype === 'i32' ? new Int32Array(length) : new Float32Array(length);
      this.#room.set(leaf, room);
    }
    return room.subarray(0, length);
  }
}
