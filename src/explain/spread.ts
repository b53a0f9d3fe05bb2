import { counted } from '../plot/numerals.ts';

/** A mean with what it is uncertain by. */
export interface Estimate {
  readonly mean: number;
  /** Standard error of the mean, with one degree of freedom less than there are numbers; NaN of a single one. */
  readonly stdError: number;
}

/**
 * Fewest draws of which the spread tells how far their mean may be off: an interval of Student's (1908) then holds the
 * truth in 93 to 97 of 100 cases. `repeats` are of numbers that are sums over rows or players already, and so hardly
 * skewed; squares, and with them variances, are most. `npm run bench -- coverage` shows it.
 */
export const LEAST_DRAWS = { repeats: 5, mean: 40, squared: 1000, variance: 1000 } as const;

/** What is to be said of so many draws: with too few standard errors are NaN. */
export function openErrors(draws: number, least: number, thing: string, option: string): string[] {
  if (draws >= least) return [];
  const leave = `${counted(draws, thing)} ${draws === 1 ? 'leaves' : 'leave'}`;
  return [`${leave} the standard errors open: give ${option} of ${least} or more`];
}

/** 97.5 % quantile of Student's distribution, from four degrees of freedom on to 1e-2, from ten on to 1e-3 (Fisher and Cornish, 1960). */
export function studentQuantile(freedom: number): number {
  const z = 1.959964;
  const first = (z ** 3 + z) / 4;
  const second = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96;
  const third = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384;
  return z + first / freedom + second / freedom ** 2 + third / freedom ** 3;
}

/**
 * How much wider an interval of 95 % must be to hold 95 % of means that are skewed, too, for each unit of their squared
 * skewness: (z⁴ + 2z² - 3) / 18 (Hall, 1992, section 2.6).
 */
const SKEWED = 1.08;

/** Standard error of a mean of `n` draws from their central moments, divisor n: `s/√n`, and more where they are skewed. */
export function errorOfMean(n: number, variance: number, third: number): number {
  return Math.sqrt(variance / (n - 1)) * forSkewness(third / n ** 2, variance / n);
}

/** By how much a standard error is enlarged, from the central moments of what it is of. */
function forSkewness(third: number, variance: number): number {
  return variance > 0 ? 1 + (SKEWED * third * third) / variance ** 3 : 1;
}

/** Mean of some numbers and its standard error, from their own spread; NaN of fewer than `least`. */
export function estimate(numbers: ArrayLike<number>, least = 2): Estimate {
  const { mean, variance, third } = momentsOf(numbers);
  const n = numbers.length;
  return { mean, stdError: n < least ? Number.NaN : errorOfMean(n, variance, third) };
}

/**
 * Standard error of a sum of means of as many draws each; NaN of fewer than `least`. It is enlarged as Student's quantile
 * is, so that 1.96 of it hold 95 %: how many degrees of freedom it has depends on how alike the spreads are (Welch, 1947).
 */
export function errorOfSum(draws: readonly ArrayLike<number>[], least: number): number {
  const n = draws[0]!.length;
  if (n < least) return Number.NaN;
  let [sum, squares, thirds] = [0, 0, 0];
  for (const { variance, third } of draws.map(momentsOf)) {
    sum += variance;
    squares += variance * variance;
    thirds += third;
  }
  if (sum === 0) return 0;
  const freedom = ((n + 1) * sum * sum) / squares - 2;
  const wider = studentQuantile(freedom) / studentQuantile(Number.POSITIVE_INFINITY);
  return wider * Math.sqrt(sum / (n - 1)) * forSkewness(thirds / n ** 2, sum / n);
}

/** Mean and central moments, divisor n. */
function momentsOf(numbers: ArrayLike<number>) {
  const n = numbers.length;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += numbers[i]!;
  const mean = sum / n;
  let [variance, third] = [0, 0];
  for (let i = 0; i < n; i++) {
    const d = numbers[i]! - mean;
    variance += (d * d) / n;
    third += (d * d * d) / n;
  }
  return { mean, variance, third };
}
