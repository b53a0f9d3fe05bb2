import { sizeOf } from '../base/shape.ts';
import { apply } from '../ir/op.ts';
import type { Tensor } from '../ir/tensor.ts';
import { div } from './arithmetic.ts';
import { addUp, defineFold, type ReduceOptions, reduce, unfolded } from './reduce.ts';

/**
 * Arithmetic mean over axes.
 *
 * | name | shape                                    |
 * | ---- | ---------------------------------------- |
 * | `x`  | any                                      |
 * | `y`  | without `axis` (1 there with `keepDims`) |
 *
 * Cost: one addition an element. Added and divided in float64, so it is right also where float32 does not hold the sum.
 *
 * @throws {ShapeError} when an axis does not exist.
 * @example
 * const loss = ops.mean(ops.square(ops.sub(y, target)));
 */
export function mean(x: Tensor, options: ReduceOptions = {}): Tensor {
  // Means of equally many numbers: their mean is that of all.
  return reduce(x, options, (y, axis, count) => apply(meanOp, [y], { axis, count }), 'mean');
}

const meanOp = defineFold({
  // Not `mean`, a word of options: what is an op's name stands in no other floor.
  name: 'meanOver',
  grad: ({ x }, y, dy, attrs) => ({
    x: unfolded(div(dy, sizeOf(x!.shape) / sizeOf(y.shape)), x!.shape, attrs),
  }),
  kernel: ({ x }, y, attrs) => addUp(x!, y, attrs, sizeOf(x!.shape) / sizeOf(y.shape)),
});
