import { describe, expect, test } from 'vitest';
import { arrayFor, type NumberArray, type Precision } from '../../src/base/dtype.ts';
import { Random } from '../../src/base/random.ts';
import { type Matrix, multiply } from '../../src/ops/product.ts';

type Dims = readonly [m: number, k: number, n: number];

/** Every edge of the tiles, of one row of tiles and of nothing, and products that are packed in several blocks. */
const SMALL = [0, 1, 2, 3, 4, 5, 6, 7, 11];
const dims: Dims[] = [
  ...SMALL.flatMap((m) => SMALL.flatMap((n) => [0, 1, 2, 5, 17].map((k): Dims => [m, k, n]))),
  [64, 33, 65],
  [20, 7001, 5],
  [13, 30_000, 4],
];

const random = Random.of(1, 'products');
const draw = () => Math.fround(random.uniform() - 0.5);
const ODD = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 1e-40, 3e38];
const drawOdd = () => (random.integer(9) === 0 ? ODD[random.integer(ODD.length)]! : draw());

/** A matrix between other numbers, by rows or by columns, with a gap after each. */
function matrix(
  rows: number,
  columns: number,
  { byColumns, precision, next }: { byColumns: boolean; precision: Precision; next: () => number },
): Matrix {
  const [outer, inner] = byColumns ? [columns, rows] : [rows, columns];
  const data = arrayFor('f32', 5 + outer * (inner + 2), precision);
  for (let i = 0; i < data.length; i++) data[i] = next();
  const [down, across] = byColumns ? [1, inner + 2] : [inner + 2, 1];
  return { data, from: 5, down, across };
}

/** What a product means: three loops. */
function multiplyNaively(a: Matrix, b: Matrix, y: Matrix, [m, k, n]: Dims): NumberArray {
  const data = y.data.slice();
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let p = 0; p < k; p++) {
        sum += a.data[a.from + i * a.down + p * a.across]! * b.data[b.from + p * b.down + j * b.across]!;
      }
      data[y.from + i * y.down + j * y.across] = sum;
    }
  }
  return data;
}

describe.each(['float32', 'float64'] as const)('the product in %s', (precision) => {
  describe.each([
    ['of usual numbers', draw],
    ['of NaN, infinities, zeros and denormal numbers', drawOdd],
  ])('%s', (_, next) => {
    test.each([
      [false, false],
      [false, true],
      [true, false],
      [true, true],
    ])('is that of three loops to the last bit, with a by columns: %s, b by columns: %s', (aBy, bBy) => {
      for (const [m, k, n] of dims) {
        const a = matrix(m, k, { byColumns: aBy, precision, next });
        const b = matrix(k, n, { byColumns: bBy, precision, next });
        for (const byColumns of [false, true]) {
          const y = matrix(m, n, { byColumns, precision, next: () => 7 });
          const want = multiplyNaively(a, b, y, [m, k, n]);
          multiply(a, b, y, m, k, n);
          // Not by toEqual, which takes minutes for so many numbers.
          const wrong = y.data.findIndex((got, i) => !Object.is(got, want[i]));
          expect(wrong, `[${m}, ${k}] · [${k}, ${n}], y by columns: ${byColumns}`).toBe(-1);
        }
      }
    });
  });
});
