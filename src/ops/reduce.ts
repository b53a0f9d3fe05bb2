import { describe } from '../base/describe.ts';
import { OptionError } from '../base/errors.ts';
import { checkOptions } from '../base/options.ts';
import { broadcastStrides, resolveAxis, type Shape, sameShape, sizeOf } from '../base/shape.ts';
import { checkIntegers } from '../ir/attr.ts';
import {
  type Attrs,
  apply,
  checkTensor,
  defineOp,
  type Fail,
  type OpDefinition,
  type OpEntry,
  type View,
} from '../ir/op.ts';
import type { Tensor } from '../ir/tensor.ts';
import { copyStrided, reshape } from './movement.ts';

/** Which axes a reduction folds away. */
export interface ReduceOptions {
  /** One axis, several, or all when left out; negative ones count from the end. */
  readonly axis?: number | readonly number[];
  /** Keep a folded axis as a dimension of 1. */
  readonly keepDims?: boolean;
}

/** A reduction over runs of adjacent axes. */
type Fold = (x: Tensor, axis: number, count: number) => Tensor;

/** Splits `axis` into runs of adjacent axes and folds them from the last to the first. */
export function reduce(x: Tensor, options: ReduceOptions, fold: Fold, what: string): Tensor {
  const { axis, keepDims = false } = checkOptions(what, options, ['axis', 'keepDims']);
  const rank = checkTensor(what, 'x', x).shape.length;
  if (typeof keepDims !== 'boolean')
    throw new OptionError(`${what}: keepDims must be true or false, got ${describe(keepDims)}`);
  const given = axis === undefined ? x.shape.map((_, i) => i) : typeof axis === 'number' ? [axis] : axis;
  const listed = checkIntegers(what, 'axis', given);
  const axes = new Set(listed.map((one) => resolveAxis(one, rank, what)));
  let y = x;
  for (let last = rank - 1; last >= 0; last--) {
    if (!axes.has(last)) continue;
    let first = last;
    while (axes.has(first - 1)) first--;
    y = fold(y, first, last - first + 1);
    last = first;
  }
  return keepDims
    ? reshape(
        y,
        x.shape.map((dim, i) => (axes.has(i) ? 1 : dim)),
      )
    : y;
}

/** Shape rule of the ops that fold `count` axes from `axis` on. */
export function foldedShape(x: Shape, axis: number, count: number, fail: Fail): Shape {
  if (!(axis >= 0 && count >= 1 && axis + count <= x.length))
    fail(`axes ${axis} to ${axis + count - 1} do not exist`);
  return [...x.slice(0, axis), ...x.slice(axis + count)];
}

/** `x` seen as [outer, n, inner], where n are the axes that are folded. */
export function folded(x: Shape, axis: number, count: number): { outer: number; n: number; inner: number } {
  return {
    outer: sizeOf(x.slice(0, axis)),
    n: sizeOf(x.slice(axis, axis + count)),
    inner: sizeOf(x.slice(axis + count)),
  };
}

/**
 * Sum over axes.
 *
 * | name | shape                                            |
 * | ---- | ------------------------------------------------ |
 * | `x`  | any                                              |
 * | `y`  | without `axis` (1 there with `keepDims`)         |
 *
 * Cost: one addition an element. Added in order in float64, so the result depends on nothing but the numbers.
 *
 * @throws {ShapeError} when an axis does not exist.
 * @example
 * ops.sum(x, { axis: -1, keepDims: true });
 */
export function sum(x: Tensor, options: ReduceOptions = {}): Tensor {
  return reduce(x, options, (y, axis, count) => apply(sumOp, [y], { axis, count }), 'sum');
}

const sumOp = defineFold({
  name: 'sum',
  grad: ({ x }, _y, dy, attrs) => ({ x: unfolded(dy, x!.shape, attrs) }),
  kernel: ({ x }, y, attrs) => addUp(x!, y, attrs, 1),
  tolerance: 1e-5, // float32 sums of up to 300 terms of size 2
});

/** An op that adds up over `count` adjacent axes from `axis` on, and divides all by one number, or by none. */
export function defineFold(
  own: Pick<OpDefinition, 'name' | 'grad' | 'kernel'> & { readonly tolerance?: number },
): OpEntry {
  return defineOp({
    inputs: ['x'],
    blocks: true,
    attrs: { axis: 0, count: 1 },
    shape: ({ x }, { axis, count }, fail) => foldedShape(x!, axis as number, count as number, fail),
    linear: [['x']],
    // Of one term each.
    simplify: ({ x }, y) =>
      sizeOf(x!.shape) === sizeOf(y.shape) && sizeOf(y.shape) > 0 ? reshape(x!, y.shape) : undefined,
    flops: ({ x }) => sizeOf(x!),
    samples: [
      { shapes: { x: [3, 4] }, attrs: { axis: 0, count: 1 } },
      { shapes: { x: [3, 4] }, attrs: { axis: 1, count: 1 } },
      { shapes: { x: [2, 3, 4] }, attrs: { axis: 1, count: 1 } },
      { shapes: { x: [2, 3, 4] }, attrs: { axis: 0, count: 3 } },
      { shapes: { x: [70, 300] }, attrs: { axis: 0, count: 1 } },
    ],
    ...own,
  });
}

/** Sums over the folded axes, each divided once it is complete. */
export function addUp(x: View, y: View, { axis, count }: Attrs, divisor: number): void {
  const { outer, n, inner } = folded(x.shape, axis as number, count as number);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      let total = 0;
      for (let k = 0, at = o * n * inner + i; k < n; k++, at += inner) total += x.data[at]!;
      y.data[o * inner + i] = total / divisor;
    }
  }
}

/** What arrives at each folded element: what arrives at the one that it went into. */
export function unfolded(dy: Tensor, to: Shape, { axis, count }: Attrs): Tensor {
  const end = (axis as number) + (count as number);
  const kept = to.map((dim, i) => (i >= (axis as number) && i < end ? 1 : dim));
  return expand(reshape(dy, kept), to);
}

/**
 * Repeats a tensor to a larger shape by NumPy's broadcasting rules.
 *
 * | name | shape                    |
 * | ---- | ------------------------ |
 * | `x`  | broadcasts to `shape`    |
 * | `y`  | `shape`                  |
 *
 * Cost: a copy, or nothing where an elementwise op reads it.
 *
 * @throws {ShapeError} when `x` does not broadcast to `shape`.
 * @example
 * ops.expand(bias, [batch, units]);
 */
export function expand(x: Tensor, shape: Shape): Tensor {
  const to = checkIntegers('expand', 'shape', shape);
  return sameShape(checkTensor('expand', 'x', x).shape, to) ? x : apply(expandOp, [x], { shape: to });
}

/** Entry of {@link expand}; elementwise ops read through it. */
export const expandOp: OpEntry = defineOp({
  name: 'expand',
  inputs: ['x'],
  attrs: { shape: [] },
  shape({ x }, { shape }, fail) {
    const to = shape as number[];
    const lead = to.length - x!.length;
    if (lead < 0 || x!.some((dim, i) => dim !== 1 && dim !== to[lead + i])) {
      fail(`does not broadcast to [${to.join(', ')}]`);
    }
    return to;
  },
  grad: ({ x }, _y, dy) => ({ x: sumTo(dy, x!.shape) }),
  linear: [['x']],
  kernel: ({ x }, y) => copyStrided(x!, 0, broadcastStrides(x!.shape, y.shape), y),
  samples: [
    { shapes: { x: [3] }, attrs: { shape: [2, 3] } },
    { shapes: { x: [2, 1] }, attrs: { shape: [2, 4] } },
    { shapes: { x: [] }, attrs: { shape: [3, 2] } },
    { shapes: { x: [3, 1, 2] }, attrs: { shape: [2, 3, 4, 2] } },
  ],
});

/**
 * The adjoint of broadcasting: sums `x` down to `shape`, over the axes on which `shape` was repeated.
 *
 * | name | shape                            |
 * | ---- | -------------------------------- |
 * | `x`  | what `shape` broadcasts to       |
 * | `y`  | `shape`                          |
 *
 * Cost: one addition an element of `x`.
 *
 * @throws {ShapeError} when `shape` does not broadcast to `x`'s.
 * @example
 * const dbias = ops.sumTo(dy, bias.shape);
 */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  const to = checkIntegers('sumTo', 'shape', shape);
  if (sameShape(checkTensor('sumTo', 'x', x).shape, to)) return x;
  const lead = x.shape.length - to.length;
  const axis = x.shape.flatMap((dim, i) => (i < lead || (to[i - lead] === 1 && dim !== 1) ? [i] : []));
  return reshape(axis.length > 0 ? sum(x, { axis }) : x, to);
}
