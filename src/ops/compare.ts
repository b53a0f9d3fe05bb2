import { apply } from '../ir/op.ts';
import type { Tensor } from '../ir/tensor.ts';
import { add, mul } from './arithmetic.ts';
import { asTensor, defineElementwise, type Operand } from './define.ts';

/**
 * The larger of two, element by element; NaN if either is. At a tie the gradient goes to both in halves.
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
 * ops.maximum(0, ops.sub(1, ops.mul(y, score)));
 */
export function maximum(a: Operand, b: Operand): Tensor {
  return apply(maximumOp, [asTensor(a), asTensor(b)]);
}

const maximumOp = defineElementwise('maximum', {
  inputs: ['a', 'b'],
  map: (a, b) => Math.max(a!, b!),
  grad: ({ a, b }, _y, dy) => ({ a: mul(dy, share(a!, b!)), b: mul(dy, share(b!, a!)) }),
});

/**
 * The smaller of two, element by element; NaN if either is. At a tie the gradient goes to both in halves.
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
 * ops.minimum(x, 6);
 */
export function minimum(a: Operand, b: Operand): Tensor {
  return apply(minimumOp, [asTensor(a), asTensor(b)]);
}

const minimumOp = defineElementwise('minimum', {
  inputs: ['a', 'b'],
  map: (a, b) => Math.min(a!, b!),
  grad: ({ a, b }, _y, dy) => ({ a: mul(dy, share(b!, a!)), b: mul(dy, share(a!, b!)) }),
});

/** 1 where `a > b`, 1/2 where they are equal, else 0. */
function share(a: Tensor, b: Tensor): Tensor {
  return add(greater(a, b), mul(0.5, equal(a, b)));
}

/**
 * 1 where `a > b`, else 0. Not differentiable.
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
 * ops.mul(dy, ops.greater(x, 0));
 */
export function greater(a: Operand, b: Operand): Tensor {
  return apply(greaterOp, [asTensor(a), asTensor(b)]);
}

const greaterOp = defineElementwise('greater', { inputs: ['a', 'b'], map: (a, b) => (a! > b! ? 1 : 0) });

/**
 * 1 where `a = b`, else 0. Not differentiable.
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
 * ops.equal(ops.toFloat(labels), 3);
 */
export function equal(a: Operand, b: Operand): Tensor {
  return apply(equalOp, [asTensor(a), asTensor(b)]);
}

const equalOp = defineElementwise('equal', { inputs: ['a', 'b'], map: (a, b) => (a === b ? 1 : 0) });

/**
 * `a` where the condition is not 0, else `b`. No gradient flows to the condition.
 *
 * | name                  | shape                     |
 * | --------------------- | ------------------------- |
 * | `condition`, `a`, `b` | broadcast to each other   |
 * | `y`                   | what they broadcast to    |
 *
 * Cost: one operation an element.
 *
 * @throws {ShapeError} when the shapes do not broadcast.
 * @example
 * ops.where(ops.greater(x, 0), x, ops.mul(0.01, x));
 */
export function where(condition: Operand, a: Operand, b: Operand): Tensor {
  return apply(whereOp, [asTensor(condition), asTensor(a), asTensor(b)]);
}

const whereOp = defineElementwise('where', {
  inputs: ['condition', 'a', 'b'],
  map: (condition, a, b) => (condition !== 0 ? a! : b!),
  grad: ({ condition }, _y, dy) => ({ a: where(condition!, dy, 0), b: where(condition!, 0, dy) }),
  linear: [['a', 'b']],
});
