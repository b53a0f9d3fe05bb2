import { apply, type OpEntry } from '../ir/op.ts';
import type { Tensor } from '../ir/tensor.ts';
import { asTensor, defineElementwise, type Operand } from './define.ts';
import { expand } from './reduce.ts';

/**
 * Sum, element by element: `y = a + b`.
 *
 * | name     | shape                     |
 * | -------- | ------------------------- |
 * | `a`, `b` | broadcast to each other   |
 * | `y`      | what they broadcast to    |
 *
 * Cost: one operation an element.
 *
 * @throws {ShapeError} when the shapes do not broadcast.
 * @example
 * ops.add(ops.matmul(x, w), bias);
 */
export function add(a: Operand, b: Operand): Tensor {
  return apply(addOp, [asTensor(a), asTensor(b)]);
}

/** The entry itself, for who looks for sums in a graph. */
export const addOp: OpEntry = defineElementwise('add', {
  inputs: ['a', 'b'],
  map: (a, b) => a! + b!,
  grad: (_x, _y, dy) => ({ a: dy, b: dy }),
  linear: [['a', 'b']],
  simplify: ({ a, b }, y) => (is(b, 0) ? only(a!, y) : is(a, 0) ? only(b!, y) : undefined),
});

/**
 * Difference, element by element: `y = a - b`.
 *
 * | name     | shape                     |
 * | -------- | ------------------------- |
 * | `a`, `b` | broadcast to each other   |
 * | `y`      | what they broadcast to    |
 *
 * Cost: one operation an element.
 *
 * @throws {ShapeError} when the shapes do not broadcast.
 * @example
 * ops.square(ops.sub(y, target));
 */
export function sub(a: Operand, b: Operand): Tensor {
  return apply(subOp, [asTensor(a), asTensor(b)]);
}

const subOp = defineElementwise('sub', {
  inputs: ['a', 'b'],
  map: (a, b) => a! - b!,
  grad: (_x, _y, dy) => ({ a: dy, b: neg(dy) }),
  linear: [['a', 'b']],
  simplify: ({ a, b }, y) => (is(b, 0) ? only(a!, y) : undefined),
});

/**
 * Product, element by element: `y = a · b`.
 *
 * | name     | shape                     |
 * | -------- | ------------------------- |
 * | `a`, `b` | broadcast to each other   |
 * | `y`      | what they broadcast to    |
 *
 * Cost: one operation an element.
 *
 * @throws {ShapeError} when the shapes do not broadcast.
 * @example
 * ops.mul(x, ops.sigmoid(x));
 */
export function mul(a: Operand, b: Operand): Tensor {
  return apply(mulOp, [asTensor(a), asTensor(b)]);
}

/** The entry itself, for who looks for products in a graph. */
export const mulOp: OpEntry = defineElementwise('mul', {
  inputs: ['a', 'b'],
  map: (a, b) => a! * b!,
  grad: ({ a, b }, _y, dy) => ({ a: mul(dy, b!), b: mul(dy, a!) }),
  linear: [['a'], ['b']],
  simplify: ({ a, b }, y) => (is(b, 1) ? only(a!, y) : is(a, 1) ? only(b!, y) : undefined),
});

/**
 * Quotient, element by element: `y = a / b`.
 *
 * | name     | shape                     |
 * | -------- | ------------------------- |
 * | `a`, `b` | broadcast to each other   |
 * | `y`      | what they broadcast to    |
 *
 * Cost: one operation an element. Division by zero gives Inf or NaN as in IEEE 754.
 *
 * @throws {ShapeError} when the shapes do not broadcast.
 * @example
 * ops.div(x, ops.sum(x, { axis: -1, keepDims: true }));
 */
export function div(a: Operand, b: Operand): Tensor {
  return apply(divOp, [asTensor(a), asTensor(b)]);
}

const divOp = defineElementwise('div', {
  inputs: ['a', 'b'],
  map: (a, b) => a! / b!,
  grad: ({ b }, y, dy) => ({ a: div(dy, b!), b: neg(div(mul(dy, y), b!)) }),
  linear: [['a']],
  simplify: ({ a, b }, y) => (is(b, 1) ? only(a!, y) : undefined),
  domain: [0.5, 2],
});

/**
 * `y = -x`.
 *
 * | name | shape  |
 * | ---- | ------ |
 * | `x`  | any    |
 * | `y`  | as `x` |
 *
 * Cost: one operation an element.
 *
 * @example
 * ops.exp(ops.neg(x));
 */
export function neg(x: Operand): Tensor {
  return apply(negOp, [asTensor(x)]);
}

const negOp = defineElementwise('neg', {
  inputs: ['x'],
  map: (x) => -x!,
  grad: (_x, _y, dy) => ({ x: neg(dy) }),
  linear: [['x']],
});

/** Whether a tensor is the constant `value`. */
function is(x: Tensor | undefined, value: number): boolean {
  return x?.origin.kind === 'constant' && x.origin.value === value;
}

/** `kept`, if the op then still has its shape. */
function only(kept: Tensor, y: Tensor): Tensor {
  return expand(kept, y.shape);
}
