import { sizeOf } from '../base/shape.ts';
import { apply, defineOp } from '../ir/op.ts';
import type { Tensor } from '../ir/tensor.ts';

/**
 * Rows of a table by index: `y[i] = x[index[i]]`.
 *
 * | name    | shape                                   |
 * | ------- | --------------------------------------- |
 * | `x`     | `[rows, …]`                             |
 * | `index` | any, int32 in 0 to rows - 1             |
 * | `y`     | `[…index, …x.shape from axis 1 on]`     |
 *
 * Cost: a copy of the rows. An index out of range gives a row of NaN.
 *
 * @throws {ShapeError} when `x` is a scalar or `index` is not int32.
 * @example
 * ops.gather(embedding, tokens);
 */
export function gather(x: Tensor, index: Tensor): Tensor {
  return apply(gatherOp, [x, index]);
}

const gatherOp = defineOp({
  name: 'gather',
  inputs: ['x', 'index'],
  inputTypes: { index: 'i32' },
  shape: ({ x, index }, _attrs, fail) =>
    x!.length === 0 ? fail('x has no rows') : [...index!, ...x!.slice(1)],
  grad: ({ x, index }, _y, dy) => ({ x: scatterAdd(dy, index!, x!.shape[0]!) }),
  linear: [['x']],
  kernel({ x, index }, y) {
    const width = sizeOf(x!.shape.slice(1));
    const rows = x!.shape[0]!;
    for (let i = 0, to = 0; i < index!.data.length; i++, to += width) {
      const row = index!.data[i]!;
      if (row < 0 || row >= rows) y.data.fill(Number.NaN, to, to + width);
      else for (let j = 0, from = row * width; j < width; j++) y.data[to + j] = x!.data[from + j]!;
    }
  },
  samples: [
    { shapes: { x: [5, 3], index: [4] }, classes: 5 },
    { shapes: { x: [3], index: [2, 2] }, classes: 3 },
    { shapes: { x: [4, 2, 2], index: [2, 3] }, classes: 4 },
  ],
});

/**
 * The adjoint of `gather`: row i of `x` is added to row `index[i]` of a table of zeros, in order.
 *
 * | name    | shape                                   |
 * | ------- | --------------------------------------- |
 * | `x`     | `[…index, …]`                           |
 * | `index` | any, int32; out of range is left out    |
 * | `y`     | `[rows, …]`                             |
 *
 * Cost: one addition an element of `x`.
 *
 * @throws {ShapeError} when `x` does not begin with `index`'s shape.
 * @example
 * ops.scatterAdd(dy, tokens, vocabulary);
 */
export function scatterAdd(x: Tensor, index: Tensor, rows: number): Tensor {
  return apply(scatterAddOp, [x, index], { rows });
}

const scatterAddOp = defineOp({
  name: 'scatterAdd',
  inputs: ['x', 'index'],
  inputTypes: { index: 'i32' },
  attrs: { rows: 1 },
  shape({ x, index }, { rows }, fail) {
    if (index!.some((dim, i) => dim !== x![i])) fail("x must begin with index's shape");
    return [rows as number, ...x!.slice(index!.length)];
  },
  grad: ({ index }, _y, dy) => ({ x: gather(dy, index!) }),
  linear: [['x']],
  kernel({ x, index }, y, { rows }) {
    const width = sizeOf(y.shape.slice(1));
    y.data.fill(0);
    for (let i = 0, from = 0; i < index!.data.length; i++, from += width) {
      const row = index!.data[i]!;
      if (row < 0 || row >= (rows as number)) continue;
      for (let j = 0, to = row * width; j < width; j++) y.data[to + j]! += x!.data[from + j]!;
    }
  },
  flops: ({ x }) => sizeOf(x!),
  samples: [
    { shapes: { x: [6, 3], index: [6] }, attrs: { rows: 4 }, classes: 4 },
    { shapes: { x: [2, 3, 2], index: [2, 3] }, attrs: { rows: 3 }, classes: 3 },
  ],
});

/**
 * Class indices as rows with a single 1; an index out of range, such as -100, gives a row of zeros.
 *
 * | name    | shape             |
 * | ------- | ----------------- |
 * | `index` | any, int32        |
 * | `y`     | `[…, classes]`    |
 *
 * Cost: one write an element. Not differentiable.
 *
 * @throws {ShapeError} when `index` is not int32.
 * @example
 * ops.oneHot(labels, 10);
 */
export function oneHot(index: Tensor, classes: number): Tensor {
  return apply(oneHotOp, [index], { classes });
}

const oneHotOp = defineOp({
  name: 'oneHot',
  inputs: ['index'],
  inputTypes: { index: 'i32' },
  attrs: { classes: 1 },
  shape: ({ index }, { classes }) => [...index!, classes as number],
  kernel({ index }, y, { classes }) {
    const n = classes as number;
    y.data.fill(0);
    for (let i = 0; i < index!.data.length; i++) {
      const label = index!.data[i]!;
      if (label >= 0 && label < n) y.data[i * n + label] = 1;
    }
  },
  samples: [
    { shapes: { index: [5] }, attrs: { classes: 4 }, classes: 4 },
    { shapes: { index: [2, 3] }, attrs: { classes: 2 }, classes: 5 },
  ],
});

/**
 * Integers as floats.
 *
 * | name    | shape      |
 * | ------- | ---------- |
 * | `index` | any, int32 |
 * | `y`     | as `index` |
 *
 * Cost: one conversion an element; exact up to 2²⁴. Not differentiable.
 *
 * @throws {ShapeError} when `index` is not int32.
 * @example
 * ops.equal(ops.toFloat(labels), -100);
 */
export function toFloat(index: Tensor): Tensor {
  return apply(toFloatOp, [index]);
}

const toFloatOp = defineOp({
  name: 'toFloat',
  inputs: ['index'],
  inputTypes: { index: 'i32' },
  shape: ({ index }) => index!,
  kernel: ({ index }, y) => y.data.set(index!.data),
  samples: [{ shapes: { index: [7] }, classes: 100 }],
});
