import { describe, expect, test } from 'vitest';
import { fed, type Tensor } from '../../src/ir/tensor.ts';
import { erfOf } from '../../src/ops/erf.ts';
import * as ops from '../../src/ops/index.ts';
import { furthest } from '../support/cases.ts';
import { evaluate, type Judge, judges } from '../support/evaluate.ts';

// mpmath 1.3 with 30 digits, rounded to float64: float(mp.erf(x)).
const ERF: readonly (readonly [number, number])[] = [
  [1e-300, 1.1283791670955126e-300],
  [1e-10, 1.1283791670955126e-10],
  [0.001, 0.0011283787909692365],
  [0.1, 0.1124629160182849],
  [0.25, 0.27632639016823696],
  [0.5, 0.5204998778130465],
  [0.75, 0.7111556336535151],
  [1, 0.8427007929497149],
  [1.25, 0.9229001282564583],
  [1.5, 0.9661051464753108],
  [2, 0.9953222650189527],
  [2.5, 0.999593047982555],
  [2.9, 0.9999589021219005],
  [3, 0.9999779095030014],
  [3.5, 0.9999992569016276],
  [4, 0.9999999845827421],
  [4.5, 0.9999999998033839],
  [5, 0.9999999999984626],
  [5.5, 0.9999999999999927],
  [5.9, 0.9999999999999999],
];

describe('erf', () => {
  test.each(ERF)('of %d is %d', (x, y) => {
    // The error that its comment promises.
    expect(Math.abs(erfOf(x) - y)).toBeLessThanOrEqual(1e-15 * Math.max(1, y));
    expect(erfOf(-x)).toBe(-erfOf(x));
    // Near 0 the error is relative: four roundings of the series.
    if (x < 1) expect(Math.abs(erfOf(x) / y - 1)).toBeLessThan(1e-15);
  });

  test('is odd, bounded, and NaN for NaN', () => {
    expect([0, -0, 7, -7, Infinity, -Infinity, NaN].map(erfOf)).toEqual([0, -0, 1, -1, 1, -1, NaN]);
  });

  test('has no seam where the series hands over to the fraction', () => {
    expect(erfOf(3) - erfOf(3 - 1e-9)).toBeCloseTo((2 / Math.sqrt(Math.PI)) * Math.exp(-9) * 1e-9, 15);
  });
});

/** Value of `build` at each of `x`, by one backend. */
function at(build: (x: Tensor) => Tensor, x: readonly number[], judge: Judge): number[] {
  return evaluate([build(fed('x', [x.length]))], { x }, judge)[0]!;
}

const [INF, NAN] = [Number.POSITIVE_INFINITY, Number.NaN];

/** What the doc comments promise at the edges; exact in float32, so exact everywhere. */
const EDGES: readonly (readonly [string, (x: Tensor) => Tensor, readonly number[], readonly number[]])[] = [
  ['relu', ops.relu, [-1, -0, 0, 2, -INF, INF, NAN], [0, 0, 0, 2, 0, INF, NAN]],
  ['sign', ops.sign, [-3, 0, 0.5, -INF, NAN], [-1, 0, 1, -1, NAN]],
  ['abs', ops.abs, [-3, 0, 0.5, -INF, NAN], [3, 0, 0.5, INF, NAN]],
  ['sigmoid', ops.sigmoid, [0, 1000, -1000, INF, -INF, NAN], [0.5, 1, 0, 1, 0, NAN]],
  ['softplus', ops.softplus, [1000, -1000, INF, -INF, NAN], [1000, 0, INF, 0, NAN]],
  ['tanh', ops.tanh, [0, 100, -100, INF, -INF, NAN], [0, 1, -1, 1, -1, NAN]],
  ['exp', ops.exp, [0, 1000, -1000, INF, -INF, NAN], [1, INF, 0, INF, 0, NAN]],
  ['expm1', ops.expm1, [0, 1000, -1000, INF, -INF, NAN], [0, INF, -1, INF, -1, NAN]],
  ['log', ops.log, [1, 0, -1, INF, NAN], [0, -INF, NAN, INF, NAN]],
  ['log1p', ops.log1p, [0, -1, -2, INF, NAN], [0, -INF, NAN, INF, NAN]],
  ['sqrt', ops.sqrt, [0, 4, -1, INF, NAN], [0, 2, NAN, INF, NAN]],
  ['x / 0', (x) => ops.div(x, 0), [1, -1, 0, NAN], [INF, -INF, NAN, NAN]],
  ['x ** 2', (x) => ops.pow(x, 2), [-3, 0, 3, -INF, NAN], [9, 0, 9, INF, NAN]],
  ['x ** 0', (x) => ops.pow(x, 0), [-3, 0, INF, NAN], [1, 1, 1, 1]],
  ['x ** -1', (x) => ops.pow(x, -1), [-4, 4, INF, NAN], [-0.25, 0.25, 0, NAN]],
  ['maximum with 1', (x) => ops.maximum(x, 1), [0, 2, -INF, INF, NAN], [1, 2, 1, INF, NAN]],
  ['minimum with 1', (x) => ops.minimum(x, 1), [0, 2, -INF, INF, NAN], [0, 1, -INF, 1, NAN]],
  ['greater than 1', (x) => ops.greater(x, 1), [0, 1, 2, INF, NAN], [0, 0, 1, 1, 0]],
  ['equal to 1', (x) => ops.equal(x, 1), [0, 1, INF, NAN], [0, 1, 0, 0]],
  ['where', (x) => ops.where(x, 5, 6), [0, -0, 1, -2, INF, NAN], [6, 6, 5, 5, 5, 5]],
  ['clip', (x) => ops.clip(x, -1, 1), [-5, 0.5, 5, -INF, NAN], [-1, 0.5, 1, -1, NAN]],
];

describe.each(judges)('at the edges, in %s', (judge) => {
  test.each(EDGES)('%s', (_, build, x, y) => {
    const got = at(build, x, judge);
    expect(furthest(got, y), `${got}`).toBe(0);
  });

  test('exp and its kin keep their digits where they are small', () => {
    // Relative to the result itself: four units in the last place of float32. With smaller numbers a product on the
    // way would be below what native programs hold.
    const tiny = [1e-3, -1e-3, 1e-6, -1e-6, 1e-20, 1e-37];
    const same = (build: (x: Tensor) => Tensor, f: (x: number) => number) =>
      at(build, tiny, judge).forEach((y, i) => {
        expect(Math.abs(y / f(Math.fround(tiny[i]!)) - 1)).toBeLessThan(4 * 2 ** -24);
      });
    same(ops.expm1, Math.expm1);
    same(ops.log1p, Math.log1p);
    same(ops.tanh, Math.tanh);
    same(ops.erf, erfOf);
  });

  test('exp and log are right at the ends of the range of float32', () => {
    const [big, small] = [88.7, -87.3];
    // 4 units in the last place, and the argument's own rounding, which e^x multiplies by x.
    const tolerance = 100 * 2 ** -24;
    const [high, low] = at(ops.exp, [big, small], judge);
    expect(Math.abs(high! / Math.exp(Math.fround(big)) - 1)).toBeLessThan(tolerance);
    expect(Math.abs(low! / Math.exp(Math.fround(small)) - 1)).toBeLessThan(tolerance);
    const ends = [3e38, 1.2e-38, 1e-40];
    at(ops.log, ends, judge).forEach((y, i) => {
      expect(Math.abs(y / Math.log(Math.fround(ends[i]!)) - 1)).toBeLessThan(4 * 2 ** -24);
    });
  });
});
