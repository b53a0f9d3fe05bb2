import { checkOptions } from '../base/options.ts';
import { checkNumber } from '../base/ranges.ts';
import { sizeOf } from '../base/shape.ts';
import { apply, checkTensor, defineOp } from '../ir/op.ts';
import type { Tensor } from '../ir/tensor.ts';
import { add, div, mul } from './arithmetic.ts';
import { sqrt } from './functions.ts';
import { mean } from './mean.ts';
import { reshape } from './movement.ts';
import { foldedShape, unfolded } from './reduce.ts';

/**
 * Root of the mean of squares over the last axes, `y = √(mean(x²) + eps)`.
 *
 * | name | shape                            |
 * | ---- | -------------------------------- |
 * | `x`  | any, at least `axes` axes        |
 * | `y`  | as `x`, with 1 for the last axes |
 *
 * Cost: two operations an element. Squared, added and rooted in float64, so it is right wherever float32 holds the
 * result: also of elements of 1e30, whose squares it does not hold. Range above `√eps`, so that it may divide.
 *
 * @throws {ShapeError} when there are not so many axes.
 * @throws {OptionError} when `axes` is not a positive integer or `eps` is not positive.
 * @example
 * const normalised = ops.div(x, ops.rootMeanSquare(x));
 */
export function rootMeanSquare(x: Tensor, options: { axes?: number; eps?: number } = {}): Tensor {
  const { axes = 1, eps = 1e-5 } = checkOptions('rootMeanSquare', options, ['axes', 'eps']);
  checkNumber('rootMeanSquare', 'axes', axes, { least: 1, whole: true });
  checkNumber('rootMeanSquare', 'eps', eps, { above: 0 });
  const { shape } = checkTensor('rootMeanSquare', 'x', x);
  const y = apply(rootMeanSquareOp, [x], { axis: shape.length - axes, count: axes, eps });
  return reshape(
    y,
    shape.map((dim, i) => (i < shape.length - axes ? dim : 1)),
  );
}

const rootMeanSquareOp = defineOp({
  name: 'rootMeanSquare',
  inputs: ['x'],
  attrs: { axis: 0, count: 1, eps: 1e-5 },
  shape({ x }, { axis, count }, fail) {
    if ((axis as number) + (count as number) !== x!.length) fail('only the last axes can be folded');
    return foldedShape(x!, axis as number, count as number, fail);
  },
  // Of two numbers of a size: neither the square of y nor its inverse may be beyond float32.
  grad({ x }, y, dy, attrs) {
    const share = div(dy, sizeOf(x!.shape) / sizeOf(y.shape));
    return { x: mul(div(x!, unfolded(y, x!.shape, attrs)), unfolded(share, x!.shape, attrs)) };
  },
  parts({ x }, { axis, count, eps }) {
    const axes = Array.from({ length: count as number }, (_, i) => (axis as number) + i);
    return sqrt(add(mean(mul(x!, x!), { axis: axes }), eps as number));
  },
  kernel({ x }, y, { eps }) {
    const { length } = y.data;
    const n = x!.data.length / length;
    for (let row = 0; row < length; row++) {
      let total = 0;
      for (let i = row * n; i < (row + 1) * n; i++) total += x!.data[i]! * x!.data[i]!;
      y.data[row] = Math.sqrt(total / n + (eps as number));
    }
  },
  flops: ({ x }) => 2 * sizeOf(x!),
  samples: [
    { shapes: { x: [3, 4] }, attrs: { axis: 1, count: 1, eps: 1e-5 } },
    { shapes: { x: [2, 3, 4] }, attrs: { axis: 1, count: 2, eps: 0.5 } },
    { shapes: { x: [40] }, attrs: { axis: 0, count: 1, eps: 1e-5 } },
    { shapes: { x: [300, 70] }, attrs: { axis: 1, count: 1, eps: 1e-5 } },
  ],
});
