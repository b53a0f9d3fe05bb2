import { describe, expect, test } from 'vitest';
import { Crossings, type Cuts, cutPoints, lengths, middles, whole } from '../../src/explain/pieces.ts';

/** The values of some functions at all cuts, handed over so many cuts at a time. */
function crossed(cuts: Cuts, functions: readonly ((row: number, alpha: number) => number)[], at: number) {
  const { row, alpha } = cutPoints(cuts);
  const values = Float64Array.from(row, () => 0);
  const crossings = new Crossings(cuts);
  for (let from = 0; from < values.length; from += at) {
    const count = Math.min(at, values.length - from);
    const some = Array.from({ length: count }, (_, i) =>
      functions.map((f) => f(row[from + i]!, alpha[from + i]!)),
    ).flat();
    crossings.take(Float32Array.from(some), count, functions.length);
  }
  return crossings;
}

describe('crossings', () => {
  const functions = [
    (row: number, alpha: number) => alpha - 0.25 * (row + 1),
    (_row: number, alpha: number) => 1 - 4 * alpha,
    () => 0,
    () => 3,
  ];

  test.each([1, 2, 3, 100])('are where a function passes zero, %i cuts at a time', (at) => {
    const { cuts, left } = crossed(whole(3), functions, at).merge(10);
    expect(cuts.map((own) => Array.from(own))).toEqual([
      [0, 0.25, 1],
      [0, 0.25, 0.5, 1],
      [0, 0.25, 0.75, 1],
    ]);
    expect(left).toEqual([]);
  });

  test('are looked for between the cuts that are known', () => {
    const bent = (_row: number, alpha: number) => Math.abs(alpha - 0.5) - 0.125;
    const { cuts } = crossed([Float64Array.of(0, 0.5, 1)], [bent], 2).merge(10);
    expect(Array.from(cuts[0]!)).toEqual([0, 0.375, 0.5, 0.625, 1]);
  });

  test('are thinned out evenly where there are too many, and the row is told', () => {
    const many = Array.from({ length: 63 }, (_, i) => (row: number, alpha: number) => {
      return row === 0 ? 1 : alpha - (i + 1) / 64;
    });
    const { cuts, left } = crossed(whole(2), many, 5).merge(8);
    expect(left).toEqual([1]);
    expect(Array.from(cuts[0]!)).toEqual([0, 1]);
    expect(cuts[1]!.length).toBe(9);
    expect(Math.max(...lengths(cuts).subarray(1))).toBeLessThan(0.2);
  });

  test('at the same place are one', () => {
    const near = [0.5, 0.5 + 2 ** -26, 0.5 - 2 ** -26].map((zero) => (_row: number, alpha: number) => {
      return Math.sign(alpha - 0.5) * (alpha < 0.5 ? zero : 1 - zero);
    });
    expect(crossed(whole(1), near, 2).merge(10).cuts[0]!.length).toBe(3);
  });
});

test('pieces have middles and lengths', () => {
  const cuts = [Float64Array.of(0, 0.25, 1), Float64Array.of(0, 1)];
  expect(Array.from(middles(cuts).alpha)).toEqual([0.125, 0.625, 0.5]);
  expect(Array.from(middles(cuts).row)).toEqual([0, 0, 1]);
  expect(Array.from(lengths(cuts))).toEqual([0.25, 0.75, 1]);
});
