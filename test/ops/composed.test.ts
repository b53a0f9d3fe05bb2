import { describe, expect, test } from 'vitest';
import { ShapeError } from '../../src/base/errors.ts';
import { sizeOf } from '../../src/base/shape.ts';
import { grad } from '../../src/compile/autodiff.ts';
import { fed, type Tensor } from '../../src/ir/tensor.ts';
import * as ops from '../../src/ops/index.ts';
import { furthest } from '../support/cases.ts';
import { evaluate, judges } from '../support/evaluate.ts';

const ROWS = [
  [1, 2, 4],
  [-1, 0.5, 3],
];
const x = fed('x', [2, 3]);
const values = { x: ROWS.flat() };
const byRow = (f: (row: readonly number[]) => readonly number[]) => ROWS.flatMap((row) => f(row));
const total = (row: readonly number[]) => row.reduce((sum, v) => sum + v, 0);
const exps = (row: readonly number[]) => row.map(Math.exp);
const average = (row: readonly number[]) => total(row) / row.length;
const squares = (row: readonly number[]) => total(row.map((v) => (v - average(row)) ** 2));

const CLOSED: readonly (readonly [string, () => Tensor, readonly number[], readonly number[]])[] = [
  ['square', () => ops.square(x), [2, 3], values.x.map((v) => v * v)],
  ['scale', () => ops.scale(x, -2), [2, 3], values.x.map((v) => -2 * v)],
  ['clip', () => ops.clip(x, 0, 2), [2, 3], [1, 2, 2, 0, 0.5, 2]],
  ['sum', () => ops.sum(x), [], [9.5]],
  ['sum over rows', () => ops.sum(x, { axis: 0, keepDims: true }), [1, 3], [0, 2.5, 7]],
  ['max', () => ops.max(x, { axis: -1 }), [2], [4, 3]],
  ['mean', () => ops.mean(x), [], [9.5 / 6]],
  ['mean of rows', () => ops.mean(x, { axis: 1 }), [2], byRow((row) => [average(row)])],
  ['variance', () => ops.variance(x, { axis: 1 }), [2], byRow((row) => [squares(row) / 3])],
  [
    'variance, corrected',
    () => ops.variance(x, { axis: 1, correction: 1 }),
    [2],
    byRow((row) => [squares(row) / 2]),
  ],
  [
    'rootMeanSquare',
    () => ops.rootMeanSquare(x, { eps: 0.5 }),
    [2, 1],
    byRow((row) => [Math.sqrt(average(row.map((v) => v * v)) + 0.5)]),
  ],
  ['logSumExp', () => ops.logSumExp(x, { axis: 1 }), [2], byRow((row) => [Math.log(total(exps(row)))])],
  ['softmax', () => ops.softmax(x), [2, 3], byRow((row) => exps(row).map((e) => e / total(exps(row))))],
  [
    'logSoftmax',
    () => ops.logSoftmax(x),
    [2, 3],
    byRow((row) => row.map((v) => v - Math.log(total(exps(row))))),
  ],
  [
    'softmax over columns',
    () => ops.transpose(ops.softmax(ops.transpose(x), { axis: 0 })),
    [2, 3],
    byRow((row) => exps(row).map((e) => e / total(exps(row)))),
  ],
  ['logSigmoid', () => ops.logSigmoid(x), [2, 3], values.x.map((v) => -Math.log(1 + Math.exp(-v)))],
  ['norm', () => ops.norm(x), [], [Math.sqrt(total(values.x.map((v) => v * v)))]],
  [
    'two axes that are not neighbours',
    () => ops.sum(ops.reshape(x, [2, 1, 3, 1]), { axis: [0, 2] }),
    [1, 1],
    [9.5],
  ],
  ['no axes', () => ops.sum(x, { axis: [] }), [2, 3], values.x],
];

describe.each(judges)('in %s', (judge) => {
  // A few roundings of numbers below 20.
  const tolerance = judge === 'float64' ? 1e-14 : 3e-6;

  test.each(CLOSED)('%s is its closed form', (_, build, shape, want) => {
    const y = build();
    expect(y.shape).toEqual(shape);
    expect(furthest(evaluate([y], values, judge)[0]!, want)).toBeLessThan(tolerance);
  });

  test('nothing overflows where the result is finite', () => {
    const far = { x: [1000, 999, -1000, -1000, -1001, -1002] };
    const [p, logP, lse] = evaluate(
      [ops.softmax(x), ops.logSoftmax(x), ops.logSumExp(x, { axis: 1 })],
      far,
      judge,
    );
    const e = Math.exp(-1);
    expect(furthest(p!.slice(0, 3), [1 / (1 + e), e / (1 + e), 0])).toBeLessThan(tolerance);
    expect(furthest(lse!, [1000 + Math.log(1 + e), -1000 + Math.log(1 + e + e * e)])).toBeLessThan(tolerance);
    // Softmax has lost this class; its logarithm has not.
    expect(furthest([logP![2]!], [-2000 - Math.log(1 + e)])).toBeLessThan(tolerance);
    const [low] = evaluate([ops.logSigmoid(x)], { x: [-1000, 1000, 0, 0, 0, 0] }, judge);
    expect(low!.slice(0, 2).map((v) => v + 0)).toEqual([-1000, 0]);
  });

  test('a mean is right where float32 does not hold the sum, and a root where it does not hold the squares', () => {
    const far = { x: [3e38, 2e38, 1e38, -3e38, -3e38, -3e38] };
    // Of few numbers all at once, of rows, of columns.
    const wide = ops.expand(ops.reshape(x, [2, 3, 1]), [2, 3, 40]);
    const [few, rows, columns, root] = evaluate(
      [
        ops.mean(x, { axis: 1 }),
        ops.mean(wide, { axis: [1, 2] }),
        ops.mean(wide, { axis: 1 }),
        ops.rootMeanSquare(x),
      ],
      far,
      judge,
    );
    for (const found of [few!, rows!]) {
      expect(found[0]! / 2e38).toBeCloseTo(1, 6);
      expect(found[1]! / -3e38).toBeCloseTo(1, 6);
    }
    for (const [i, one] of columns!.entries()) expect(one / (i < 40 ? 2e38 : -3e38)).toBeCloseTo(1, 6);
    expect(root![0]! / 1e38).toBeCloseTo(Math.sqrt(14 / 3), 5);
  });

  test('a maximum shares its gradient among equals', () => {
    const [dx] = grad(ops.sum(ops.max(x, { axis: 1 })), [x]);
    expect(evaluate([dx!], { x: [2, 2, 1, 0, 3, -1] }, judge)[0]).toEqual([0.5, 0.5, 0, 0, 1, 0]);
    const [da] = grad(ops.sum(ops.maximum(x, ops.sub(x, 0))), [x]);
    expect(evaluate([da!], values, judge)[0]).toEqual([1, 1, 1, 1, 1, 1]);
  });
});

describe('shapes', () => {
  test.each<[string, () => Tensor]>([
    ['an axis that does not exist', () => ops.softmax(x, { axis: 2 })],
    ['a scalar without axes', () => ops.softmax(fed('s', []))],
    ['another number of elements', () => ops.reshape(x, [4])],
    ['two unknown dimensions', () => ops.reshape(x, [-1, -1])],
    ['a dimension that does not divide', () => ops.reshape(x, [4, -1])],
    ['an unknown dimension beside one of 0', () => ops.reshape(fed('none', [0]), [0, -1])],
    ['a dimension that is no whole number', () => ops.oneHot(fed('i', [2], 'i32'), 2.5)],
    ['no permutation', () => ops.transpose(x, [0, 0])],
    ['a box that leaves', () => ops.slice(x, [1, 1], [2, 2])],
    ['a negative width', () => ops.pad(x, [-1, 0], [0, 0])],
    ['another rank', () => ops.concat([x, fed('v', [3])])],
    ['a concatenation along no axis', () => ops.concat([x, x], 2)],
    ['batches that differ', () => ops.matmul(fed('a', [2, 3, 4]), fed('b', [3, 4, 5]))],
    ['an expansion of 3 to 4', () => ops.expand(x, [2, 4])],
  ])('refuses %s', (_, build) => expect(build).toThrow(ShapeError));

  test('one dimension of a reshape is computed', () => {
    expect(ops.reshape(x, [-1]).shape).toEqual([6]);
    expect(ops.reshape(x, [3, -1, 1]).shape).toEqual([3, 2, 1]);
    expect(ops.reshape(fed('none', [0, 3]), [-1, 3]).shape).toEqual([0, 3]);
  });

  test('products take batches on either side', () => {
    const [a, b] = [fed('a', [2, 1, 3, 4]), fed('b', [5, 4, 6])];
    expect(ops.matmul(a, b).shape).toEqual([2, 5, 3, 6]);
    expect(ops.matmul(a, fed('w', [4, 7])).shape).toEqual([2, 1, 3, 7]);
    expect(ops.matmul(fed('v', [3, 4]), fed('w', [2, 4, 7])).shape).toEqual([2, 3, 7]);
    expect(ops.matmul(a, fed('w', [7, 4]), { transB: true }).shape).toEqual([2, 1, 3, 7]);
  });

  test('an empty tensor has a sum, and no mean', () => {
    const none = fed('none', [0, 2]);
    expect(sizeOf(ops.sum(none, { axis: 0 }).shape)).toBe(2);
    for (const judge of judges) {
      const [s, m] = evaluate([ops.sum(none, { axis: 0 }), ops.mean(none, { axis: 0 })], { none: [] }, judge);
      expect([s, m]).toEqual([
        [0, 0],
        [NaN, NaN],
      ]);
    }
  });
});
