/** A mean with what it is uncertain by. */
export interface Estimate {
  readonly mean: number;
  /** Standard error of the mean; NaN of a single number. */
  readonly stdError: number;
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
