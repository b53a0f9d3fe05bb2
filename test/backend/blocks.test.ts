import { expect, test } from 'vitest';
import type { Backend } from '../../src/backend/backend.ts';
import { createReference } from '../../src/backend/reference.ts';
import { sizeOf } from '../../src/base/shape.ts';
import { compile } from '../../src/compile/compile.ts';
import type { Program } from '../../src/ir/program.ts';
import { fed, type Tensor } from '../../src/ir/tensor.ts';
import * as ops from '../../src/ops/index.ts';
import { native, noAddon, numbers } from './programs.ts';

// The conformance test runs every op on small tensors; here they are so large that kernels cut them into blocks.
const x = fed('x', [130, 700]);
const cube = fed('cube', [37, 40, 41]);
const tall = fed('tall', [3000, 9]);
const narrow = fed('narrow', [300, 3]);
const w = fed('w', [300, 700]);
const bias = fed('bias', [300]);
const square = fed('square', [700, 700]);
const index = fed('index', [60, 70], 'i32');
const labels = fed('labels', [3000], 'i32');
const few = fed('few', [130], 'i32');
const step = fed('step', [], 'i32');

const cases: Record<string, Tensor> = {
  'a row is read again and again': ops.add(x, ops.slice(bias, [0], [1])),
  'rows, columns and a number are repeated': ops.add(
    ops.mul(cube, ops.sum(cube, { axis: 0, keepDims: true })),
    ops.add(ops.sum(cube, { axis: 2, keepDims: true }), ops.sum(cube)),
  ),
  'the middle is repeated': ops.sub(cube, ops.sum(cube, { axis: 1, keepDims: true })),
  'sum of all': ops.sum(cube),
  'sum of rows': ops.sum(x, { axis: 1 }),
  'sum of columns': ops.sum(x, { axis: 0 }),
  'sum of many short columns': ops.sum(tall, { axis: 0 }),
  'sum of the middle': ops.sum(cube, { axis: 1 }),
  'sum of two axes': ops.sum(cube, { axis: [0, 1] }),
  'largest of rows': ops.max(x, { axis: 1 }),
  'largest of columns': ops.max(x, { axis: 0 }),
  'largest of the middle': ops.max(cube, { axis: 1 }),
  expand: ops.expand(bias, [100, 300]),
  transpose: ops.transpose(x),
  'transpose of three axes': ops.transpose(cube, [2, 0, 1]),
  'transpose of the outer axes': ops.transpose(cube, [1, 0, 2]),
  slice: ops.slice(cube, [1, 2, 3], [35, 38, 30]),
  pad: ops.pad(cube, [1, 2, 3], [3, 2, 1]),
  'concat of the last axis': ops.concat([cube, cube], 2),
  'concat of the first axis': ops.concat([x, ops.slice(x, [0, 0], [5, 700])], 0),
  gather: ops.gather(x, index),
  'scatter of wide rows': ops.scatterAdd(ops.gather(x, index), index, 130),
  'scatter of narrow rows': ops.scatterAdd(ops.gather(narrow, index), index, 150),
  oneHot: ops.oneHot(index, 130),
  toFloat: ops.toFloat(index),
  uniform: ops.uniform(step, [137, 301], [11, -12]),
  softmax: ops.softmax(x),
  logSoftmax: ops.logSoftmax(x),
  'a wide product': ops.matmul(x, square),
  'a wide product of a transposed matrix': ops.matmul(x, w, { transB: true }),
  'cross-entropy of many rows': ops.softmaxCrossEntropy(tall, labels),
  'cross-entropy of many classes': ops.softmaxCrossEntropy(x, few),
  'a product over rows': ops.matmul(x, ops.slice(x, [0, 0], [130, 690]), { transA: true }),
  'a product of transposed matrices': ops.matmul(square, w, { transA: true, transB: true }),
  'a narrow product': ops.matmul(tall, ops.slice(square, [0, 0], [9, 5])),
  'a batch of products': ops.matmul(cube, ops.transpose(cube, [0, 2, 1])),
  'a batch of tiny products': ops.matmul(ops.reshape(cube, [-1, 5, 2]), ops.reshape(cube, [-1, 5, 2]), {
    transA: true,
  }),
  'a dense layer': ops.add(ops.matmul(x, w, { transB: true }), bias),
  'a dense layer with one number for all columns': ops.add(
    ops.matmul(x, w, { transB: true }),
    ops.slice(bias, [3], [1]),
  ),
  'a dense layer cut into rows': ops.tanh(
    ops.add(ops.matmul(ops.concat([tall, tall], 0), ops.slice(w, [0, 0], [300, 9]), { transB: true }), bias),
  ),
  'columns and numbers of other tensors on each block of a product': ops.sub(
    ops.mul(ops.matmul(x, w, { transB: true }), ops.sum(x, { axis: 1, keepDims: true })),
    ops.sum(ops.matmul(x, w, { transB: true }), { axis: 0, keepDims: true }),
  ),
  'a weight gradient and what follows on it': ops.sub(
    square,
    ops.mul(0.1, ops.matmul(x, x, { transA: true })),
  ),
  'a long sum of products': ops.mul(
    ops.matmul(tall, ops.concat([tall, tall], 1), { transA: true }),
    ops.slice(square, [0, 0], [9, 18]),
  ),
  'a region on a batch of products': ops.neg(
    ops.mul(ops.matmul(cube, ops.transpose(cube, [0, 2, 1])), ops.slice(bias, [1], [1])),
  ),
  'a mask on a batch of products, repeated in the middle': ops.mul(
    ops.reshape(ops.matmul(cube, cube, { transA: true }), [37, 1, 41, 41]),
    ops.slice(square, [0, 0], [41, 41]),
  ),
  'a region on a sum of columns': ops.tanh(ops.mul(ops.sum(x, { axis: 0 }), 1e-3)),
  'a region on a sum of rows': ops.tanh(ops.mul(ops.sum(tall, { axis: 1 }), 0.1)),
  'a small dense layer': ops.add(
    ops.matmul(narrow, ops.slice(w, [0, 0], [7, 3]), { transB: true }),
    ops.slice(bias, [0], [7]),
  ),
};

const leaves = [x, cube, tall, narrow, w, bias, square, index, labels, few, step];

/** Values for every leaf; some indices lie outside. */
const feeds = Object.fromEntries(
  leaves.map(({ origin, shape, dtype }) => {
    const name = origin.kind === 'leaf' ? origin.name : '';
    const values = numbers(sizeOf(shape));
    return [name, dtype === 'i32' ? Int32Array.from(values, (v) => 140 * v) : values];
  }),
);

test.skipIf(noAddon).each(Object.entries(cases))('%s', (_name, y) => {
  const fuses = native().fuses;
  const program = compile({ fetch: { y }, carry: [] }, { fuses });
  const valueOn = (backend: Backend) => {
    const { y } = backend.prepare(program, backend.createStorage()).runSync(1, feeds);
    return y as Float32Array;
  };
  const got = valueOn(native(2));
  const want = valueOn(createReference('float32'));
  expect(got).toHaveLength(want.length);
  const largest = want.reduce((most, v) => Math.max(most, Number.isFinite(v) ? Math.abs(v) : 0), 1);
  const wrong = want.findIndex((v, i) => !Object.is(v, got[i]) && !(Math.abs(v - got[i]!) <= 1e-5 * largest));
  expect(wrong === -1 ? undefined : { wrong, got: got[wrong], want: want[wrong] }).toBeUndefined();
});

// Compiled programs have no two neighbouring axes that could be one; a program that is written by hand may.
test.skipIf(noAddon).each([
  [2, 8192],
  [3, 4096],
])('rows of %i x %i that lie behind each other, cut by elements', (rows, columns) => {
  const shape = [rows, columns];
  const strides = [columns, 1];
  const program: Program = {
    buffers: [0, rows * columns].map((arena) => ({ place: { arena }, shape, dtype: 'f32' as const })),
    arena: 2 * rows * columns,
    constants: [],
    feeds: [{ name: 'x', buffer: 0 }],
    steps: [
      {
        kind: 'region',
        dims: shape,
        inputs: [{ buffer: 0, strides }],
        body: [{ op: 'neg', args: [0] }],
        outputs: [{ buffer: 1, value: 1 }],
        path: '',
      },
    ],
    fetches: [{ name: 'y', buffer: 1 }],
  };
  const backend = native(2);
  const x = numbers(rows * columns);
  const { y } = backend.prepare(program, backend.createStorage()).runSync(1, { x });
  expect(y).toEqual(x.map((v) => -v));
});
