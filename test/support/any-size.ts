import { expect } from 'vitest';

/** Sizes of numbers that float32 holds; below the first, native numbers are 0. */
export const sizes = [1.2e-38, 1e-30, 1e-20, 1e19, 1e30, 1e38] as const;

/**
 * Expects float32 to hold what float64 computed of numbers of size `unit`: to some tens of roundings of the largest, and
 * infinite only what is beyond it. At its very end parts of a sum may be beyond it, too, and then the result shows it.
 */
export function expectHeld(got: readonly number[], wanted: readonly number[], unit: number): void {
  // What is lost below 1.2e-38, a norm divides by √1e-5, and a gradient adds up some tens of times.
  const lost = (1.2e-38 / Math.sqrt(1e-5)) * 20;
  const held = wanted.filter((value) => Math.abs(value) < 3.4e38);
  const least = 50 * 2 ** -24 * held.reduce((most, value) => Math.max(most, Math.abs(value)), 0) + lost;
  const wrong = got.flatMap((value, i) => {
    const beyond = Math.abs(wanted[i]!) >= 3.4e38 || (unit === 1e38 && !Number.isFinite(value));
    const right = beyond ? !Number.isFinite(value) : Math.abs(value - wanted[i]!) <= least;
    return right ? [] : [{ i, value, wanted: wanted[i] }];
  });
  expect(wrong).toEqual([]);
}
