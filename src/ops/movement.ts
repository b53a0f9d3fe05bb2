import { checkList, readGiven } from '../base/check.ts';
import { describe } from '../base/describe.ts';
import type { NumberArray } from '../base/dtype.ts';
import { OptionError } from '../base/errors.ts';
import { ascending } from '../base/order.ts';
import { type Shape, sizeOf, stridesOf } from '../base/shape.ts';
import { checkIntegers } from '../ir/attr.ts';
import { apply, checkTensor, defineOp, type View } from '../ir/op.ts';
import type { Tensor } from '../ir/tensor.ts';

/**
 * The same numbers under another shape; one dimension may be -1 and is then computed.
 *
 * | name | shape                        |
 * | ---- | ---------------------------- |
 * | `x`  | any                          |
 * | `y`  | `shape`, as many elements    |
 *
 * Cost: none, `y` is `x`'s memory.
 *
 * @throws {ShapeError} when the number of elements differs.
 * @example
 * ops.reshape(x, [-1, 784]);
 */
export function reshape(x: Tensor, shape: Shape): Tensor {
  const wanted = checkIntegers('reshape', 'shape', shape);
  const size = sizeOf(checkTensor('reshape', 'x', x).shape);
  const missing = size / wanted.reduce((known, dim) => (dim === -1 ? known : known * dim), 1);
  // Where it is no whole number, -1 stays, and the shape rule refuses it.
  const to = wanted.map((dim) => (dim === -1 && Number.isInteger(missing) ? missing : dim));
  return apply(reshapeOp, [x], { shape: to });
}

const reshapeOp = defineOp({
  name: 'reshape',
  inputs: ['x'],
  attrs: { shape: [] },
  view: true,
  shape({ x }, { shape }, fail) {
    const to = shape as number[];
    if (sizeOf(x!) !== sizeOf(to)) fail(`${sizeOf(x!)} elements do not fill [${to.join(', ')}]`);
    return to;
  },
  grad: ({ x }, _y, dy) => ({ x: reshape(dy, x!.shape) }),
  linear: [['x']],
  kernel: ({ x }, y) => y.data.set(x!.data),
  simplify({ x }, y) {
    if (x!.shape.length === y.shape.length && x!.shape.every((dim, i) => dim === y.shape[i])) return x;
    const { origin } = x!;
    return origin.kind === 'op' && origin.op === reshapeOp ? reshape(origin.inputs[0]!, y.shape) : undefined;
  },
  samples: [
    { shapes: { x: [2, 3] }, attrs: { shape: [3, 2] } },
    { shapes: { x: [4] }, attrs: { shape: [2, 1, 2] } },
  ],
});

/**
 * `y = x`, and no gradient flows back through it.
 *
 * | name | shape    |
 * | ---- | -------- |
 * | `x`  | any      |
 * | `y`  | as `x`   |
 *
 * Cost: none.
 *
 * @example
 * const peak = ops.detach(ops.max(logits, { axis: -1, keepDims: true }));
 */
export function detach(x: Tensor): Tensor {
  return apply(detachOp, [x]);
}

const detachOp = defineOp({
  name: 'detach',
  inputs: ['x'],
  view: true,
  shape: ({ x }) => x!,
  held: true,
  kernel: ({ x }, y) => y.data.set(x!.data),
  exempt: { gradient: 'that none flows back is its meaning' },
  samples: [{ shapes: { x: [2, 3] } }],
});

/**
 * Axes in another order: `y.shape[i] = x.shape[perm[i]]`. Default: reversed.
 *
 * | name | shape                       |
 * | ---- | --------------------------- |
 * | `x`  | any                         |
 * | `y`  | `x`'s dimensions in `perm`  |
 *
 * Cost: a copy.
 *
 * @throws {ShapeError} when `perm` is not a permutation of the axes.
 * @example
 * ops.transpose(x, [0, 2, 1]);
 */
export function transpose(x: Tensor, perm?: readonly number[]): Tensor {
  const axes = checkTensor('transpose', 'x', x).shape.map((_, i) => i);
  return apply(transposeOp, [x], { perm: perm === undefined ? axes.reverse() : perm });
}

const transposeOp = defineOp({
  name: 'transpose',
  inputs: ['x'],
  attrs: { perm: [] },
  shape({ x }, { perm }, fail) {
    const order = perm as number[];
    const sorted = [...order].sort((a, b) => ascending(a, b));
    if (order.length !== x!.length || sorted.some((axis, i) => axis !== i)) {
      fail(`[${order.join(', ')}] is not a permutation of the axes`);
    }
    return order.map((axis) => x![axis]!);
  },
  grad(_x, _y, dy, { perm }) {
    const inverse: number[] = [];
    (perm as number[]).forEach((axis, i) => {
      inverse[axis] = i;
    });
    return { x: transpose(dy, inverse) };
  },
  linear: [['x']],
  kernel({ x }, y, { perm }) {
    const from = stridesOf(x!.shape);
    copyStrided(
      x!,
      0,
      (perm as number[]).map((axis) => from[axis]!),
      y,
    );
  },
  simplify: ({ x }, _y, { perm }) => ((perm as number[]).every((axis, i) => axis === i) ? x : undefined),
  samples: [
    { shapes: { x: [2, 3] }, attrs: { perm: [1, 0] } },
    { shapes: { x: [2, 3, 4] }, attrs: { perm: [2, 0, 1] } },
  ],
});

/**
 * A box out of a tensor: `sizes[i]` elements from `starts[i]` on, along each axis.
 *
 * | name | shape    |
 * | ---- | -------- |
 * | `x`  | any      |
 * | `y`  | `sizes`  |
 *
 * Cost: a copy of the box.
 *
 * @throws {ShapeError} when the box leaves the tensor.
 * @example
 * ops.slice(x, [0, 8], [x.shape[0]!, 8]);
 */
export function slice(x: Tensor, starts: readonly number[], sizes: Shape): Tensor {
  return apply(sliceOp, [x], { starts, sizes });
}

const sliceOp = defineOp({
  name: 'slice',
  inputs: ['x'],
  attrs: { starts: [], sizes: [] },
  shape({ x }, { starts, sizes }, fail) {
    const [from, size] = [starts as number[], sizes as number[]];
    const inside = x!.every((dim, i) => from[i]! >= 0 && size[i]! >= 0 && from[i]! + size[i]! <= dim);
    if (from.length !== x!.length || size.length !== x!.length || !inside) {
      fail(`the box at [${from.join(', ')}] of size [${size.join(', ')}] leaves the tensor`);
    }
    return size;
  },
  grad({ x }, _y, dy, { starts, sizes }) {
    const after = x!.shape.map((dim, i) => dim - (starts as number[])[i]! - (sizes as number[])[i]!);
    return { x: pad(dy, starts as number[], after) };
  },
  linear: [['x']],
  kernel({ x }, y, { starts }) {
    const strides = stridesOf(x!.shape);
    copyStrided(x!, offsetOf(starts as number[], strides), strides, y);
  },
  samples: [
    { shapes: { x: [4, 5] }, attrs: { starts: [1, 2], sizes: [2, 3] } },
    { shapes: { x: [4, 5] }, attrs: { starts: [1, 0], sizes: [2, 5] } },
    { shapes: { x: [6] }, attrs: { starts: [0], sizes: [6] } },
  ],
});

/**
 * Zeros around a tensor: `before[i]` in front of and `after[i]` behind each axis.
 *
 * | name | shape                             |
 * | ---- | --------------------------------- |
 * | `x`  | any                               |
 * | `y`  | `x.shape[i] + before[i] + after[i]` |
 *
 * Cost: a copy.
 *
 * @throws {ShapeError} when a width is negative or missing.
 * @example
 * ops.pad(x, [0, 1], [0, 1]);
 */
export function pad(x: Tensor, before: readonly number[], after: readonly number[]): Tensor {
  return apply(padOp, [x], { before, after });
}

const padOp = defineOp({
  name: 'pad',
  inputs: ['x'],
  attrs: { before: [], after: [] },
  shape({ x }, { before, after }, fail) {
    const [front, back] = [before as number[], after as number[]];
    if (
      front.length !== x!.length ||
      back.length !== x!.length ||
      [...front, ...back].some((n) => !(n >= 0))
    ) {
      fail('each axis needs a width of 0 or more before and after it');
    }
    return x!.map((dim, i) => dim + front[i]! + back[i]!);
  },
  grad: ({ x }, _y, dy, { before }) => ({ x: slice(dy, before as number[], x!.shape) }),
  linear: [['x']],
  kernel({ x }, y, { before }) {
    const strides = stridesOf(y.shape);
    y.data.fill(0);
    writeStrided(x!, y, offsetOf(before as number[], strides), strides);
  },
  samples: [
    { shapes: { x: [2, 3] }, attrs: { before: [1, 0], after: [0, 2] } },
    { shapes: { x: [3] }, attrs: { before: [0], after: [0] } },
  ],
});

/**
 * Two or more tensors behind each other along `axis`.
 *
 * | name | shape                                  |
 * | ---- | -------------------------------------- |
 * | `xs` | equal but for `axis`                   |
 * | `y`  | as each, with the sum along `axis`     |
 *
 * Cost: a copy for each tensor after the first.
 *
 * @throws {ShapeError} when other dimensions differ.
 * @throws {OptionError} when there is no tensor, or the axis is no integer.
 * @example
 * ops.concat([left, right], -1);
 */
export function concat(xs: readonly Tensor[], axis = -1): Tensor {
  const isList = readGiven('concat: xs', () => Array.isArray(xs));
  const list = isList ? checkList('concat', 'xs', xs) : [];
  if (list.length === 0) {
    throw new OptionError('concat: needs a list of one tensor or more', {
      got: isList ? 'an empty list' : describe(xs),
    });
  }
  const tensors = list.map((x, i) => checkTensor('concat', `xs[${i}]`, x));
  if (!Number.isInteger(axis))
    throw new OptionError(`concat: axis must be an integer, got ${describe(axis)}`);
  return tensors.reduce((a, b) => apply(concatOp, [a, b], { axis: axis < 0 ? axis + a.shape.length : axis }));
}

const concatOp = defineOp({
  name: 'concat',
  inputs: ['a', 'b'],
  attrs: { axis: 0 },
  shape({ a, b }, { axis }, fail) {
    const at = axis as number;
    if (a!.length !== b!.length || !(at >= 0 && at < a!.length))
      fail(`both need an axis ${at} and the same rank`);
    if (a!.some((dim, i) => i !== at && dim !== b![i])) fail(`dimensions other than axis ${at} differ`);
    return a!.map((dim, i) => (i === at ? dim + b![i]! : dim));
  },
  grad({ a, b }, _y, dy, { axis }) {
    const starts = a!.shape.map((dim, i) => (i === axis ? dim : 0));
    return {
      a: slice(dy, new Array<number>(starts.length).fill(0), a!.shape),
      b: slice(dy, starts, b!.shape),
    };
  },
  linear: [['a', 'b']],
  kernel({ a, b }, y, { axis }) {
    const strides = stridesOf(y.shape);
    writeStrided(a!, y, 0, strides);
    writeStrided(b!, y, a!.shape[axis as number]! * strides[axis as number]!, strides);
  },
  samples: [
    { shapes: { a: [2, 3], b: [2, 1] }, attrs: { axis: 1 } },
    { shapes: { a: [1, 2, 2], b: [3, 2, 2] }, attrs: { axis: 0 } },
  ],
});

function offsetOf(starts: readonly number[], strides: readonly number[]): number {
  return starts.reduce((sum, start, i) => sum + start * strides[i]!, 0);
}

/** `y[i] = x[offset + i · strides]`; strides of 0 repeat. */
export function copyStrided(x: View, offset: number, strides: readonly number[], y: View): void {
  copyRows(y.shape, x.data, offset, strides, y.data, 0, stridesOf(y.shape));
}

function writeStrided(x: View, y: View, offset: number, strides: readonly number[]): void {
  copyRows(x.shape, x.data, 0, stridesOf(x.shape), y.data, offset, strides);
}

/** `y[to + i · yStrides] = x[from + i · xStrides]` for each index i of `shape`, a row along the last axis at a time. */
function copyRows(
  shape: Shape,
  x: NumberArray,
  from: number,
  xStrides: readonly number[],
  y: NumberArray,
  to: number,
  yStrides: readonly number[],
): void {
  const last = shape.length - 1;
  const length = shape[last] ?? 1;
  const dx = xStrides[last] ?? 0;
  const dy = yStrides[last] ?? 0;
  const index = shape.slice(0, -1).fill(0);
  const rows = sizeOf(shape.slice(0, -1));
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < length; i++) y[to + i * dy] = x[from + i * dx]!;
    for (let axis = last - 1; axis >= 0; axis--) {
      const wraps = ++index[axis]! === shape[axis]!;
      const moved = wraps ? 1 - shape[axis]! : 1;
      from += moved * xStrides[axis]!;
      to += moved * yStrides[axis]!;
      if (!wraps) break;
      index[axis] = 0;
    }
  }
}
