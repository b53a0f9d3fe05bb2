import { errorOfMean, LEAST_DRAWS } from './spread.ts';

/** What is made of a row's samples: their mean, the mean of their squares, or their variance. */
export type Variant = 'mean' | 'squared' | 'variance';

/**
 * Sums over samples of some numbers, as differences from the first sample, so that what is alike cancels. In float64,
 * up to third powers, and of a variance, which is a mean of squares, up to sixth: its standard error needs them.
 */
export class Moments {
  readonly #least: number;
  readonly #squared: boolean;
  readonly #variance: boolean;
  readonly #first: Float64Array;
  readonly #sums: readonly Float64Array[];
  #count = 0;

  constructor(width: number, variant: Variant) {
    this.#least = LEAST_DRAWS[variant];
    this.#squared = variant === 'squared';
    this.#variance = variant === 'variance';
    this.#first = new Float64Array(width);
    this.#sums = Array.from({ length: this.#variance ? 6 : 3 }, () => new Float64Array(width));
  }

  /** Begins anew. */
  clear(): void {
    this.#count = 0;
    for (const sum of this.#sums) sum.fill(0);
  }

  /** Takes a sample: `width` numbers from element `from` on. */
  add(values: ArrayLike<number>, from: number): void {
    const [first, sums] = [this.#first, this.#sums];
    const starts = this.#count++ === 0;
    for (let j = 0; j < first.length; j++) {
      const value = values[from + j]!;
      const x = this.#squared ? value * value : value;
      if (starts) first[j] = x;
      const d = x - first[j]!;
      for (let k = 0, power = d; k < sums.length; k++, power *= d) sums[k]![j]! += power;
    }
  }

  /** Writes what is estimated, and its standard error, from element `to` on: 0 of one sample, NaN of too few. */
  write(values: Float32Array, stdError: Float32Array, to: number): void {
    const n = this.#count;
    for (let j = 0; j < this.#first.length; j++) {
      const mean = this.#sums[0]![j]! / n;
      const [m2, m3, m4, , m6] = this.#centralMoments(j, mean) as [number, number, number, number, number];
      values[to + j] = this.#variance ? m2 : this.#first[j]! + mean;
      // A variance is the mean of squared differences, whose own central moments are those.
      const [spread, third] = this.#variance
        ? [Math.max(0, m4 - m2 * m2), m6 - 3 * m2 * m4 + 2 * m2 ** 3]
        : [m2, m3];
      stdError[to + j] = n === 1 ? 0 : n < this.#least ? Number.NaN : errorOfMean(n, spread, third);
    }
  }

  /** Of second order and above, from the powers that are summed: binomially, about the mean. */
  #centralMoments(j: number, mean: number): readonly number[] {
    const raw = [1, ...this.#sums.map((sum) => sum[j]! / this.#count)];
    return raw.slice(2).map((_, i) => {
      const order = i + 2;
      let [moment, factor] = [0, 1];
      for (let k = order; k >= 0; k--) {
        moment += factor * raw[k]!;
        factor *= (-mean * k) / (order - k + 1);
      }
      return order % 2 === 0 ? Math.max(0, moment) : moment;
    });
  }
}
