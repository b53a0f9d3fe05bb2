import { describe, expect, test } from 'vitest';
import { ShapeError } from '../../src/base/errors.ts';
import { grad } from '../../src/compile/autodiff.ts';
import { simplify } from '../../src/compile/simplify.ts';
import { withScope } from '../../src/ir/scope.ts';
import { constant, fed, stored, type Tensor } from '../../src/ir/tensor.ts';
import {
  add,
  concat,
  detach,
  exp,
  gather,
  greater,
  matmul,
  max,
  mean,
  mul,
  reshape,
  slice,
  softmax,
  square,
  sub,
  sum,
  tanh,
  transpose,
} from '../../src/ops/index.ts';
import { derivativeError } from '../support/derivative.ts';
import { evaluateNaively, nameOf } from '../support/naive.ts';
import { numbersFor } from '../support/run-graph.ts';

const x = fed('x', [3]);
const values = { x: [1, -2, 0.5] };
const at = (y: Tensor): number[] => [...evaluateNaively(y, values)];
const first = (gradients: Tensor[]): Tensor => gradients[0]!;

describe('grad', () => {
  test('adds up what arrives on several ways', () => {
    expect(at(first(grad(sum(add(mul(x, x), x)), [x])))).toEqual([3, -3, 2]);
  });

  test('starts from the gradient that arrives', () => {
    expect(at(first(grad(mul(x, x), [x], constantVector(10))))).toEqual([20, -40, 10]);
  });

  test('is 1 for a value itself, and stops there', () => {
    const y = mean(square(x));
    expect(at(first(grad(y, [y])))).toEqual([1]);
  });

  test('gives the gradient of an inner value', () => {
    const inner = mul(x, 2);
    expect(at(first(grad(sum(square(inner)), [inner])))).toEqual([4, -8, 2]);
  });

  test('gives zeros where nothing depends, in its shape', () => {
    const other = stored('other', [2, 2]);
    const gradient = first(grad(sum(x), [other]));
    expect([gradient.shape, at(gradient)]).toEqual([
      [2, 2],
      [0, 0, 0, 0],
    ]);
  });

  test('flows through no detach and no comparison', () => {
    expect(at(first(grad(sum(mul(detach(x), x)), [x])))).toEqual(values.x);
    expect(at(first(grad(sum(greater(x, 0)), [x])))).toEqual([0, 0, 0]);
  });

  test('can be taken again and again: the fourth derivative of e^2x is 16 e^2x', () => {
    let y = exp(mul(x, 2));
    for (let order = 0; order < 4; order++) y = first(grad(sum(y), [x]));
    at(y).forEach((value, i) => {
      // Four roundings of a product.
      expect(value / (16 * Math.exp(2 * values.x[i]!))).toBeCloseTo(1, 14);
    });
  });

  test('leaves out what only the others need', () => {
    const [w, v] = [stored('w', [3]), stored('v', [3])];
    const y = sum(mul(mul(x, w), tanh(v)));
    const [only] = simplify(grad(y, [w]));
    const [both] = simplify(grad(y, [w, v]));
    expect(only!.shape).toEqual(both!.shape);
    expect(evaluateNaively(only!, { ...values, w: [1, 1, 1], v: [0, 1, 2] })).toEqual(
      evaluateNaively(both!, { ...values, w: [1, 1, 1], v: [0, 1, 2] }),
    );
  });

  test("carries the layer's path on to its backward pass", () => {
    const y = withScope('net', () => withScope('hidden', () => tanh(x)));
    expect(first(grad(sum(y), [x])).path).toBe('net.hidden');
  });

  test('refuses what is no scalar, and says what to do', () => {
    expect(() => grad(x, [x])).toThrow(ShapeError);
    expect(() => grad(x, [x])).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: grad: the gradient that arrives must have the shape of y
        y     [3]
        seed  []
        hint  differentiate a scalar: take the mean or the sum first]
    `);
    expect(() => grad(sum(x), [x], fed('dy', [1]))).toThrow(ShapeError);
  });
});

function constantVector(value: number): Tensor {
  return mul(constant(value), sub(x, sub(x, 1)));
}

test('the gradient of a network with shared weights, views, rows by index and a softmax is what it does', () => {
  const table = fed('table', [5, 4]);
  const index = fed('index', [6], 'i32');
  const w = fed('w', [4, 4]);
  const b = fed('b', [4]);
  const layer = (input: Tensor) => tanh(add(matmul(input, w, { transB: true }), b));
  const rows = gather(table, index);
  const mixed = concat([layer(layer(rows)), slice(rows, [0, 0], [6, 2])], 1);
  const images = transpose(reshape(mixed, [2, 3, 6]), [1, 0, 2]);
  const y = mul(softmax(images), sub(images, max(images, { axis: 1, keepDims: true })));
  const leaves = [table, index, w, b];
  const numbers = Object.fromEntries(leaves.map((leaf) => [nameOf(leaf), numbersFor(leaf, 1, 5)]));
  // Central differences came to 2e-10 at this depth; a wrong gradient is off by far more than this.
  expect(derivativeError({ y, wrt: [table, w, b], leaves, numbers })).toBeLessThan(1e-7);
});
