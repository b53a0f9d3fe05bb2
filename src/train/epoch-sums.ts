import type { NumberArray } from '../base/dtype.ts';
import type { Loss } from '../loss/index.ts';
import type { Dataset } from './dataset.ts';
import { takeRows } from './rows.ts';
import { asFloat32 } from './session.ts';
import { Values } from './values.ts';

/** The loss of an epoch out of those of its steps. */
export class EpochLoss {
  readonly #train: Dataset;
  readonly #sum: boolean;
  readonly #plainMean: boolean;
  #total = 0;
  #mass = 0;
  /** Steps so far, and the loss of the last: that of an epoch of one step, whatever its rows weigh. */
  #steps = 0;
  #last = Number.NaN;

  constructor(train: Dataset, { reduction }: Loss) {
    this.#train = train;
    this.#sum = reduction === 'sum';
    this.#plainMean = train.weight === undefined && train.ignoreIndex === undefined;
  }

  /** Mean over the rows so far, or their sum; NaN before the first. */
  get value(): number {
    if (this.#steps < 2) return this.#last;
    return this.#sum ? this.#total : this.#total / Math.max(this.#mass, Number.MIN_VALUE);
  }

  /** Begins the next epoch. */
  reset(): void {
    this.#total = 0;
    this.#mass = 0;
    this.#steps = 0;
    this.#last = Number.NaN;
  }

  /** Adds `count` steps on `size` rows each: their losses from `losses[first]` on, their rows from `order[from]` on. */
  add(
    losses: NumberArray,
    first: number,
    order: Int32Array,
    from: number,
    size: number,
    count: number,
  ): void {
    for (let i = 0; i < count; i++) {
      const mass = this.#sum ? 1 : this.#massOf(order, from + i * size, size);
      this.#total += losses[first + i]! * mass;
      this.#mass += mass;
    }
    this.#steps += count;
    this.#last = losses[first + count - 1]!;
  }

  /** What the mean of a batch was divided by: its rows, or the sum of their weights, times the labels that count. */
  #massOf(order: Int32Array, from: number, size: number): number {
    if (this.#plainMean) return size;
    const { y, weight, ignoreIndex } = this.#train;
    const width = y.data.length / this.#train.rows;
    let mass = 0;
    for (let i = from; i < from + size; i++) {
      const row = order[i]!;
      let counted = ignoreIndex === undefined ? 1 : 0;
      if (ignoreIndex !== undefined)
        for (let k = row * width; k < (row + 1) * width; k++) if (y.data[k] !== ignoreIndex) counted++;
      mass += counted * (weight?.data[row] ?? 1);
    }
    return mass;
  }
}

/** What the steps of an epoch predicted, with the rows that they predicted it for. */
export class EpochPredictions {
  readonly values: Values;
  readonly #train: Dataset;
  readonly #order: Int32Array;

  /** `shape` is that of a prediction for one row. */
  constructor(train: Dataset, order: Int32Array, shape: readonly number[]) {
    const all = [train.rows, ...shape];
    this.values = new Values(new Float32Array(all.reduce((a, b) => a * b, 1)), all);
    this.#train = train;
    this.#order = order;
  }

  /** The data set in the order of the predictions. */
  get seen(): Dataset {
    const { y, weight, ...rest } = this.#train;
    const ordered = (rows: typeof y) => ({
      data: takeRows(rows, this.#order, 0, rest.rows),
      shape: rows.shape,
    });
    return { ...rest, y: ordered(y), weight: weight && ordered(weight) };
  }

  /** Adds what was predicted for the rows from `from` on. */
  add(predictions: NumberArray, from: number): void {
    const { data, shape } = this.values;
    data.set(asFloat32(predictions), (from * data.length) / shape[0]!);
  }
}
