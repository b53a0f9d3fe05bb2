/** A mean with what it is uncertain by. */
export interface Estimate {
  readonly mean: number;
  /** Standard error of the mean, with one degree of freedom less than there are numbers; NaN of a single one. */
  readonly stdError: number;
}

/**
 * Fewest draws of which the spread tells how far their mean may be off: the interval of Student (1908) then holds the
 * truth in 93 to 97 of 100 cases, also where the numbers are skewed. Squares, and with them variances, are more so.
 * `npm run bench -- coverage` shows it.
 */
export const LEAST_DRAWS = { mean: 20, squared: 400, variance: 400 } as const;

/** 97.5 % quantile of Student's distribution, from ten degrees of freedom on to 1e-3 (Fisher and Cornish, 1960). */
export function studentQuantile(freedom: number): number {
  const z = 1.959964;
  const first = (z ** 3 + z) / 4;
  const second = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96;
  const third = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384;
  return z + first / freedom + second / freedom ** 2 + third / freedom ** 3;
}

/** Mean of some numbers and its standard error, from their own spread. */
export function estimate(numbers: ArrayLike<number>): Estimate {
  const n = numbers.length;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += numbers[i]!;
  const mean = sum / n;
  let squares = 0;
  for (let i = 0; i < n; i++) squares += (numbers[i]! - mean) ** 2;
  return { mean, stdError: Math.sqrt(squares / (n - 1) / n) };
}
