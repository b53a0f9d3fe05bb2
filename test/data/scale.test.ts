import { columns, Table } from 'glia/data';
import { describe, expect, test } from 'vitest';
import { fitScale, mean } from '../../src/data/scale.ts';

/** Of 1, 2, 3, 5: mean 2.75, variance 35/16, quartiles 1.75, 2.5 and 3.5. */
const numbers = [1, 2, 3, 5];
const maps = {
  standard: { shift: 2.75, scale: Math.sqrt(35 / 16) },
  robust: { shift: 2.5, scale: 1.75 },
  minmax: { shift: 1, scale: 4 },
} as const;
const scalings = ['standard', 'robust', 'minmax'] as const;
// The squares of the first three, and the sum of the first, are beyond float64; 3e307 · 5 is its end, nearly.
const sizes = [3e307, 1e300, 1e155, 1, 1e-155, 1e-200, 1e-300];

describe.each(sizes)('numbers of the size of %s', (size) => {
  const values = Float64Array.from(numbers, (number) => number * size);

  test.each(scalings)('are scaled as those of the size of 1: %s', (scaling) => {
    const got = fitScale(values, scaling);
    // A few roundings of float64.
    expect(Math.abs(got.shift / size / maps[scaling].shift - 1)).toBeLessThan(1e-14);
    expect(Math.abs(got.scale / size / maps[scaling].scale - 1)).toBeLessThan(1e-14);
  });

  test.each(scalings)('enter a network as they should: %s', (scale) => {
    const table = Table.fromRows([...values].map((a) => ({ a })));
    const { data } = columns({ numeric: { of: ['a'], scale } })
      .fit(table)
      .transform(table).x;
    // Rounding of float32.
    for (const [i, number] of numbers.entries())
      expect(data[i]).toBeCloseTo((number - maps[scale].shift) / maps[scale].scale, 6);
  });
});

test('two numbers that are further apart than a number can say have a mean, a median and a deviation', () => {
  const most = Number.MAX_VALUE;
  expect(mean(Float64Array.of(most, most, most))).toBe(most);
  expect(fitScale(Float64Array.of(-most, most), 'standard')).toEqual({ shift: 0, scale: most });
  expect(fitScale(Float64Array.of(-most, most), 'robust').shift).toBe(0);
  // Their distance is no number, and said so.
  const table = Table.fromRows([{ a: -most }, { a: most }]);
  expect(() => columns({ numeric: { of: ['a'], scale: 'minmax' } }).fit(table)).toThrow('too large');
});
