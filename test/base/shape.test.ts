import { describe, expect, test } from 'vitest';
import { ShapeError } from '../../src/base/errors.ts';
import {
  broadcastShapes,
  broadcastStrides,
  resolveAxis,
  sameShape,
  showShape,
  sizeOf,
  stridesOf,
} from '../../src/base/shape.ts';

test.each([
  [[], 1, []],
  [[5], 5, [1]],
  [[2, 3], 6, [3, 1]],
  [[2, 3, 4], 24, [12, 4, 1]],
  [[0, 3], 0, [3, 1]],
])('%j has %d elements and strides %j', (shape, size, strides) => {
  expect(sizeOf(shape)).toBe(size);
  expect(stridesOf(shape)).toEqual(strides);
});

test.each([
  [[2, 3], [2, 3], true],
  [[2, 3], [3, 2], false],
  [[2], [2, 1], false],
  [[], [], true],
])('sameShape(%j, %j) is %j', (a, b, same) => expect(sameShape(a, b)).toBe(same));

// What numpy.broadcast_shapes gives.
test.each([
  [[], [], []],
  [[3], [], [3]],
  [[2, 3], [3], [2, 3]],
  [
    [2, 1],
    [1, 3],
    [2, 3],
  ],
  [
    [5, 1],
    [2, 5, 3],
    [2, 5, 3],
  ],
  [[0], [1], [0]],
  [[2, 3], [2], undefined],
  [[4], [3], undefined],
  [[0], [2], undefined],
])('%j and %j broadcast to %j', (a, b, out) => {
  expect(broadcastShapes(a, b)).toEqual(out);
  expect(broadcastShapes(b, a)).toEqual(out);
});

test.each([
  [[3], [2, 3], [0, 1]],
  [
    [2, 1],
    [2, 4],
    [1, 0],
  ],
  [[], [2, 2], [0, 0]],
  [
    [2, 3],
    [2, 3],
    [3, 1],
  ],
  [
    [3, 1, 2],
    [5, 3, 4, 2],
    [0, 2, 0, 1],
  ],
])('%j read as %j has strides %j', (from, to, strides) =>
  expect(broadcastStrides(from, to)).toEqual(strides),
);

describe('resolveAxis', () => {
  test.each([
    [0, 2, 0],
    [1, 2, 1],
    [-1, 2, 1],
    [-2, 2, 0],
  ])('axis %d of rank %d is %d', (axis, rank, resolved) =>
    expect(resolveAxis(axis, rank, 'sum')).toBe(resolved),
  );

  test.each([2, -3, 0.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses axis %d of rank 2', (axis) => {
    expect(() => resolveAxis(axis, 2, 'sum')).toThrow(ShapeError);
    expect(() => resolveAxis(axis, 2, 'sum')).toThrow(
      `sum: axis ${axis} does not exist in a tensor of rank 2`,
    );
  });
});

test('shapes are written as in messages', () =>
  expect([showShape([]), showShape([4, 3])]).toEqual(['[]', '[4, 3]']));
