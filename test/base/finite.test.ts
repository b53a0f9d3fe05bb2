import { expect, test } from 'vitest';
import { allFinite } from '../../src/base/finite.ts';

const BAD = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];

test('every place of arrays of every length up to 13 counts', () => {
  for (let length = 0; length <= 13; length++) {
    // The largest numbers and their negatives, whose sum would overflow.
    const numbers = Float32Array.from({ length }, (_, i) => (i % 2 === 0 ? 3.4e38 : -3.4e38));
    expect(allFinite(numbers)).toBe(true);
    for (let at = 0; at < length; at++) {
      for (const bad of BAD)
        expect(allFinite(numbers.with(at, bad)), `${bad} at ${at} of ${length}`).toBe(false);
    }
  }
});
