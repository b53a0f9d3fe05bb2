import { LEAST_DRAWS } from './spread.ts';

/** What is made of a row's samples: their mean, the mean of their squares, or their variance. */
export type Variant = 'mean' | 'squared' | 'variance';

/**
 * Sums over samples of some numbers, as differences from the first sample, so that what is alike cancels. In float64,
 * up to fourth powers: the variance of a variance needs them.
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
    this.#sums = [1, 2, 3, 4].map(() => new Float64Array(width));
  }

  /** Begins anew. */
  clear(): void {
    this.#count = 0;
    for (const sum of this.#sums) sum.fill(0);
  }

  /** Takes a sample: `width` numbers from element `from` on. */
  add(values: ArrayLike<number>, from: number): void {
    const [s1, s2, s3, s4] = this.#sums as [Float64Array, Float64Array, Float64Array, Float64Array];
    const first = this.#first;
    const starts = this.#count++ === 0;
    for (let j = 0; j < first.length; j++) {
      const value = values[from + j]!;
      const x = this.#squared ? value * value : value;
      if (starts) first[j] = x;
      const d = x - first[j]!;
      s1[j]! += d;
      s2[j]! += d * d;
      s3[j]! += d * d * d;
      s4[j]! += d * d * d * d;
    }
  }

  /** Writes what is estimated, and its standard error, from element `to` on: 0 of one sample, NaN of too few. */
  write(values: Float32Array, stdError: Float32Array, to: number): void {
    const n = this.#count;
    const [s1, s2, s3, s4] = this.#sums as [Float64Array, Float64Array, Float64Array, Float64Array];
    for (let j = 0; j < s1.length; j++) {
      const mean = s1[j]! / n;
      const variance = Math.max(0, s2[j]! / n - mean * mean);
      let spread = variance;
      if (this.#variance) {
        const fourth = (s4[j]! - 4 * mean * s3[j]! + 6 * mean * mean * s2[j]!) / n - 3 * mean ** 4;
        spread = Math.max(0, fourth - variance * variance);
      }
      values[to + j] = this.#variance ? variance : this.#first[j]! + mean;
      stdError[to + j] = n === 1 ? 0 : n < this.#least ? Number.NaN : Math.sqrt(spread / (n - 1));
    }
  }
}
