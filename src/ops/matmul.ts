import { ShapeError } from '../base/errors.ts';
import { checkOptions } from '../base/options.ts';
import { broadcastShapes, type Shape, sameShape, showShape, sizeOf } from '../base/shape.ts';
import { apply, checkTensor, defineOp, type OpEntry, type View } from '../ir/op.ts';
import { currentPath } from '../ir/scope.ts';
import type { Tensor } from '../ir/tensor.ts';
import { reshape } from './movement.ts';
import { type Matrix, multiply } from './product.ts';
import { expand } from './reduce.ts';

/** Which sides of a product are transposed. */
export interface MatmulOptions {
  /** Use `aᵀ`. */
  readonly transA?: boolean;
  /** Use `bᵀ`. */
  readonly transB?: boolean;
}

/**
 * Matrix product, `y = op(a) · op(b)`, where `op` transposes the last two axes on request. Leading axes are
 * batches and broadcast.
 *
 * | name | shape                                  |
 * | ---- | -------------------------------------- |
 * | `a`  | `[…, m, k]` (`[…, k, m]` when `transA`) |
 * | `b`  | `[…, k, n]` (`[…, n, k]` when `transB`) |
 * | `y`  | `[…, m, n]`                            |
 *
 * Cost: `2·m·k·n` FLOP a batch. Native: kernels for AVX2 and AVX-512, elsewhere `cblas_sgemm`.
 *
 * @throws {ShapeError} when an input is not a matrix, the inner dims differ or the batches do not broadcast.
 * @example
 * ops.matmul(x, weight, { transB: true });
 */
export function matmul(a: Tensor, b: Tensor, options: MatmulOptions = {}): Tensor {
  const { transA = false, transB = false } = checkOptions('matmul', options, ['transA', 'transB']);
  checkTensor('matmul', 'a', a);
  checkTensor('matmul', 'b', b);
  if (b.shape.length === 2 && a.shape.length > 2 && !transA) {
    // A batch of rows times one matrix is one larger product.
    const y = apply(matmulOp, [reshape(a, [-1, a.shape.at(-1)!]), b], { transA, transB });
    return reshape(y, [...a.shape.slice(0, -1), y.shape[1]!]);
  }
  const batch = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2));
  if (batch === undefined) {
    throw new ShapeError('matmul: batches do not broadcast', {
      at: currentPath() || undefined,
      a: showShape(a.shape),
      b: showShape(b.shape),
    });
  }
  return apply(matmulOp, [withBatch(a, batch), withBatch(b, batch)], { transA, transB });
}

function withBatch(x: Tensor, batch: Shape): Tensor {
  return x.shape.length < 2 ? x : expand(x, [...batch, ...x.shape.slice(-2)]);
}

/** The entry itself, for who looks for products in a graph. */
export const matmulOp: OpEntry = defineOp({
  name: 'matmul',
  inputs: ['a', 'b'],
  blocks: true,
  attrs: { transA: false, transB: false },
  shape({ a, b }, { transA, transB }, fail) {
    if (a!.length < 2 || b!.length < 2)
      fail('both sides must be matrices', 'reshape a vector to [1, n] or [n, 1]');
    if (!sameShape(a!.slice(0, -2), b!.slice(0, -2))) fail('batches differ');
    const [m, k] = matrix(a!, transA as boolean);
    const [k2, n] = matrix(b!, transB as boolean);
    if (k !== k2) fail(`inner dims differ, ${k} and ${k2}`, 'transpose one side with transA or transB');
    return [...a!.slice(0, -2), m, n];
  },
  grad({ a, b }, _y, dy, attrs) {
    const [transA, transB] = [attrs['transA'] as boolean, attrs['transB'] as boolean];
    const product = (l: Tensor, r: Tensor, lt: boolean, rt: boolean) =>
      apply(matmulOp, [l, r], { transA: lt, transB: rt });
    return {
      a: transA ? product(b!, dy, transB, true) : product(dy, b!, false, !transB),
      b: transB ? product(dy, a!, true, transA) : product(a!, dy, !transA, false),
    };
  },
  linear: [['a'], ['b']],
  kernel({ a, b }, y, { transA, transB }) {
    const [m, k] = matrix(a!.shape, transA as boolean);
    const n = y.shape.at(-1)!;
    const batch = sizeOf(y.shape) / Math.max(1, m * n);
    for (let g = 0; g < batch; g++) {
      multiply(
        matrixIn(a!, g * m * k, transA as boolean),
        matrixIn(b!, g * k * n, transB as boolean),
        matrixIn(y, g * m * n, false),
        m,
        k,
        n,
      );
    }
  },
  flops: ({ a }, y, { transA }) => 2 * sizeOf(y) * matrix(a!, transA as boolean)[1],
  samples: [
    { shapes: { a: [2, 3], b: [3, 4] } },
    { shapes: { a: [3, 2], b: [3, 4] }, attrs: { transA: true } },
    { shapes: { a: [2, 3], b: [4, 3] }, attrs: { transB: true } },
    { shapes: { a: [3, 2], b: [4, 3] }, attrs: { transA: true, transB: true } },
    { shapes: { a: [2, 3, 4], b: [2, 4, 5] } },
    { shapes: { a: [2, 4, 3], b: [2, 5, 4] }, attrs: { transA: true, transB: true } },
    { shapes: { a: [33, 70], b: [70, 65] } },
    { shapes: { a: [70, 33], b: [70, 65] }, attrs: { transA: true } },
    { shapes: { a: [130, 40], b: [50, 40] }, attrs: { transB: true } },
  ],
  tolerance: 1e-5, // float32 sums of up to 70 products of size 4
});

/** Rows and columns of `op(x)`. */
function matrix(x: Shape, transposed: boolean): [number, number] {
  const [rows, columns] = [x.at(-2)!, x.at(-1)!];
  return transposed ? [columns, rows] : [rows, columns];
}

/** `op(x)` for the matrix of a batch that begins at element `from`. */
function matrixIn({ data, shape }: View, from: number, isTransposed: boolean): Matrix {
  const width = shape.at(-1)!;
  return isTransposed ? { data, from, down: 1, across: width } : { data, from, down: width, across: 1 };
}
