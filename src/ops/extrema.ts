import { apply, defineOp } from '../ir/op.ts';
import type { Tensor } from '../ir/tensor.ts';
import { div, mul } from './arithmetic.ts';
import { equal } from './compare.ts';
import { reshape } from './movement.ts';
import { expand, folded, foldedShape, type ReduceOptions, reduce, sum } from './reduce.ts';

/**
 * Largest element over axes; NaN if any is. The gradient is shared equally by all that are largest.
 *
 * | name | shape                                    |
 * | ---- | ---------------------------------------- |
 * | `x`  | any                                      |
 * | `y`  | without `axis` (1 there with `keepDims`) |
 *
 * Cost: one comparison an element.
 *
 * @throws {ShapeError} when an axis does not exist.
 * @example
 * ops.max(logits, { axis: -1 });
 */
export function max(x: Tensor, options: ReduceOptions = {}): Tensor {
  return reduce(x, options, (y, axis, count) => apply(maxOp, [y], { axis, count }), 'max');
}

const maxOp = defineOp({
  name: 'max',
  inputs: ['x'],
  attrs: { axis: 0, count: 1 },
  shape: ({ x }, { axis, count }, fail) => foldedShape(x!, axis as number, count as number, fail),
  grad({ x }, y, dy, attrs) {
    const [axis, count] = [attrs['axis'] as number, attrs['count'] as number];
    const kept = x!.shape.map((dim, i) => (i >= axis && i < axis + count ? 1 : dim));
    const axes = Array.from({ length: count }, (_, i) => axis + i);
    const largest = equal(x!, expand(reshape(y, kept), x!.shape));
    const share = div(largest, sum(largest, { axis: axes, keepDims: true }));
    return { x: mul(share, reshape(dy, kept)) };
  },
  kernel({ x }, y, { axis, count }) {
    const { outer, n, inner } = folded(x!.shape, axis as number, count as number);
    for (let o = 0; o < outer; o++) {
      for (let i = 0; i < inner; i++) {
        let largest = Number.NEGATIVE_INFINITY;
        for (let k = 0, at = o * n * inner + i; k < n; k++, at += inner)
          largest = Math.max(largest, x!.data[at]!);
        y.data[o * inner + i] = largest;
      }
    }
  },
  samples: [
    { shapes: { x: [3, 4] }, attrs: { axis: 1, count: 1 } },
    { shapes: { x: [2, 3, 4] }, attrs: { axis: 1, count: 1 } },
    { shapes: { x: [2, 3, 4] }, attrs: { axis: 0, count: 3 } },
  ],
});
