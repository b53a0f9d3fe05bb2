import { checkOptions } from '../base/options.ts';
import { checkNumber } from '../base/ranges.ts';
import { sizeOf } from '../base/shape.ts';
import type { Tensor } from '../ir/tensor.ts';
import { add, div, mul, neg, sub } from './arithmetic.ts';
import { maximum, minimum } from './compare.ts';
import { asTensor, type Operand } from './define.ts';
import { max } from './extrema.ts';
import { abs, exp, log, softplus, sqrt } from './functions.ts';
import { linked } from './logits.ts';
import { mean } from './mean.ts';
import { detach } from './movement.ts';
import { type ReduceOptions, sum } from './reduce.ts';

/**
 * Square, `y = x²`.
 *
 * | name | shape  |
 * | ---- | ------ |
 * | `x`  | any    |
 * | `y`  | as `x` |
 *
 * Cost: one operation an element.
 *
 * @example
 * ops.mean(ops.square(ops.sub(y, target)));
 */
export function square(x: Operand): Tensor {
  const tensor = asTensor(x);
  return mul(tensor, tensor);
}

/**
 * Product with a number, `y = factor · x`.
 *
 * | name     | shape  |
 * | -------- | ------ |
 * | `x`      | any    |
 * | `factor` | number |
 * | `y`      | as `x` |
 *
 * Cost: one operation an element.
 *
 * @example
 * ops.add(loss, ops.scale(net.l2(), 1e-4));
 */
export function scale(x: Tensor, factor: number): Tensor {
  return mul(x, factor);
}

/**
 * `x` limited to `[low, high]`.
 *
 * | name | shape  |
 * | ---- | ------ |
 * | `x`  | any    |
 * | `y`  | as `x` |
 *
 * Cost: two operations an element.
 *
 * @example
 * ops.clip(gradient, -1, 1);
 */
export function clip(x: Operand, low: number, high: number): Tensor {
  return minimum(maximum(x, low), high);
}

/**
 * Variance over axes; `correction` 0 divides by n, 1 (Bessel) by n - 1.
 *
 * | name | shape                                    |
 * | ---- | ---------------------------------------- |
 * | `x`  | any                                      |
 * | `y`  | without `axis` (1 there with `keepDims`) |
 *
 * Cost: four operations an element, in two passes.
 *
 * @throws {ShapeError} when an axis does not exist.
 * @example
 * ops.variance(x, { axis: 0, correction: 1 });
 */
export function variance(x: Tensor, options: ReduceOptions & { correction?: 0 | 1 } = {}): Tensor {
  const own = checkOptions('variance', options, ['axis', 'keepDims', 'correction']);
  const { correction = 0, ...axes } = own;
  checkNumber('variance', 'correction', correction, { least: 0 });
  const squares = square(sub(x, mean(x, { ...axes, keepDims: true })));
  const biased = mean(squares, axes);
  const n = sizeOf(x.shape) / sizeOf(biased.shape);
  return correction === 0 ? biased : mul(biased, n / (n - correction));
}

/**
 * `log Σ e^x` over one axis, without overflow.
 *
 * | name | shape                                    |
 * | ---- | ---------------------------------------- |
 * | `x`  | any                                      |
 * | `y`  | without `axis` (1 there with `keepDims`) |
 *
 * Cost: four operations an element.
 *
 * @throws {ShapeError} when the axis does not exist.
 * @example
 * ops.logSumExp(logits, { axis: -1 });
 */
export function logSumExp(x: Tensor, options: ReduceOptions = {}): Tensor {
  const own = checkOptions('logSumExp', options, ['axis', 'keepDims']);
  const peak = detach(max(x, { ...own, keepDims: true }));
  const total = sum(exp(sub(x, peak)), own);
  return add(log(total), detach(max(x, own)));
}

/**
 * Softmax, `y = e^x / Σ e^x` over one axis: probabilities that add up to 1.
 *
 * | name | shape  |
 * | ---- | ------ |
 * | `x`  | any    |
 * | `y`  | as `x` |
 *
 * Cost: five operations an element. Range [0, 1]. Source: Bridle (1990).
 *
 * @throws {ShapeError} when the axis does not exist.
 * @example
 * ops.softmax(logits);
 */
export function softmax(x: Tensor, options: { axis?: number } = {}): Tensor {
  const { axis = -1 } = checkOptions('softmax', options, ['axis']);
  const e = exp(sub(x, detach(max(x, { axis, keepDims: true }))));
  const y = div(e, sum(e, { axis, keepDims: true }));
  return axis === -1 || axis === x.shape.length - 1 ? linked(y, 'softmax', x) : y;
}

/**
 * Logarithm of the softmax over one axis, exact where the softmax itself is 0.
 *
 * | name | shape  |
 * | ---- | ------ |
 * | `x`  | any    |
 * | `y`  | as `x` |
 *
 * Cost: five operations an element.
 *
 * @throws {ShapeError} when the axis does not exist.
 * @example
 * ops.logSoftmax(logits);
 */
export function logSoftmax(x: Tensor, options: { axis?: number } = {}): Tensor {
  const { axis = -1 } = checkOptions('logSoftmax', options, ['axis']);
  const centred = sub(x, detach(max(x, { axis, keepDims: true })));
  return sub(centred, log(sum(exp(centred), { axis, keepDims: true })));
}

/**
 * Logarithm of the sigmoid, `y = -log(1 + e^-x)`, without overflow.
 *
 * | name | shape  |
 * | ---- | ------ |
 * | `x`  | any    |
 * | `y`  | as `x` |
 *
 * Cost: three operations an element.
 *
 * @example
 * ops.logSigmoid(score);
 */
export function logSigmoid(x: Tensor): Tensor {
  return neg(softplus(neg(x)));
}

/**
 * Euclidean norm of all elements, `y = √Σx²`.
 *
 * | name | shape |
 * | ---- | ----- |
 * | `x`  | any   |
 * | `y`  | `[]`  |
 *
 * Squares are taken of `x` over its largest element, so that the norm is right wherever float32 holds it: also of
 * elements of 1e30 and of 1e-30 (Blue, 1978). Cost: five operations an element.
 *
 * @example
 * ops.norm(gradient);
 */
export function norm(x: Tensor): Tensor {
  const { unit, length } = unitNorm(x);
  return mul(unit, length);
}

/** The smallest unit, squares of whose parts are no denormal numbers, and the largest float32. */
const [SMALL, LARGE] = [1e-20, 3.4028234663852886e38];

/** A norm as `unit · length`: the length is that of `x / unit`, which neither overflows nor comes to nothing. */
export function unitNorm(x: Tensor): { unit: Tensor; length: Tensor } {
  const unit = detach(clip(max(abs(x)), SMALL, LARGE));
  return { unit, length: sqrt(sum(square(div(x, unit)))) };
}
