import { expect, test } from 'vitest';
import { allFinite } from '../../src/base/finite.ts';

const BAD = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];

test('every place of arrays of every length up to 21 counts', () => {
  for (let length = 0; length <= 21; length++) {
    // The largest numbers and their negatives, whose sum would overflow.
    const numbers = Float32Array.from({ length }, (_, i) => (i % 2 === 0 ? 3.4e38 : -3.4e38));
    expect(allFinite(numbers)).toBe(true);
    for (let at = 0; at < length; at++) {
      for (const bad of BAD)
        expect(allFinite(numbers.with(at, bad)), `${bad} at ${at} of ${length}`).toBe(false);
    }
  }
});

test('infinities do not cancel, and many large numbers are no infinity', () => {
  expect(allFinite(Float32Array.of(1, Number.POSITIVE_INFINITY, 2, Number.NEGATIVE_INFINITY))).toBe(false);
  expect(allFinite(new Float32Array(100_000).fill(3.4e38))).toBe(true);
});

test('every place around the ends of pieces counts', () => {
  const numbers = new Float32Array(40_000).fill(1);
  for (const end of [16_384, 32_768, numbers.length]) {
    for (let at = end - 9; at < Math.min(end + 9, numbers.length); at++)
      expect(allFinite(numbers.with(at, Number.NaN)), `at ${at}`).toBe(false);
  }
});
