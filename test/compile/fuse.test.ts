import { describe, expect, test } from 'vitest';
import { createReference } from '../../src/backend/reference.ts';
import { grad } from '../../src/compile/autodiff.ts';
import { compile } from '../../src/compile/compile.ts';
import { fuse } from '../../src/compile/fuse.ts';
import { simplify } from '../../src/compile/simplify.ts';
import { toposort } from '../../src/compile/toposort.ts';
import { defineFusion } from '../../src/ir/fusion.ts';
import { fed, type Tensor } from '../../src/ir/tensor.ts';
import { add, exp, matmul, mul, neg, sum, tanh } from '../../src/ops/index.ts';
import { runProgram } from '../support/run-graph.ts';

// Patterns of this test alone, so that it does not change with the fusions that ops declare.
defineFusion({
  name: 'test: product and bias',
  inputs: ['x', 'w', 'b'],
  compose: ({ x, w, b }) => add(matmul(x!, w!, { transB: true }), b!),
  samples: [{ shapes: { x: [2, 3], w: [4, 3], b: [4] } }],
});
defineFusion({
  name: 'test: twice the same',
  inputs: ['x'],
  compose: ({ x }) => mul(exp(x!), neg(x!)),
  samples: [{ shapes: { x: [3] } }, { shapes: { x: [2, 3] } }],
});

defineFusion({
  name: 'test: of a sum',
  inputs: ['x'],
  compose: ({ x }) => tanh(sum(exp(x!))),
  samples: [{ shapes: { x: [2, 3] } }],
});
defineFusion({
  name: 'test: of a double',
  inputs: ['x'],
  elementwise: true,
  compose: ({ x }) => tanh(mul(exp(x!), 2)),
  samples: [{ shapes: { x: [2, 3] } }],
});

/** Names of the ops of a graph in which every fusion of this test is applied where it can be. */
function fused(...outputs: Tensor[]): string[] {
  const small = fuse(simplify(outputs), (name) => name.startsWith('test: '));
  return toposort(small).flatMap(({ origin }) => (origin.kind === 'op' ? [origin.op.name] : []));
}

const x = fed('x', [2, 3]);
const w = fed('w', [4, 3]);
const b = fed('b', [4]);
const layer = (input: Tensor) => add(matmul(input, w, { transB: true }), b);

describe('a fusion stands', () => {
  test('where its pattern stands', () => expect(fused(layer(x))).toEqual(['test: product and bias']));

  test('twice where it stands twice, one on the other', () => {
    const square = fed('square', [4, 4]);
    const y = add(matmul(layer(x), square, { transB: true }), b);
    expect(fused(y)).toEqual(['test: product and bias', 'test: product and bias']);
  });

  test('within a larger graph, whose other users read its result', () => {
    const y = layer(x);
    expect(fused(tanh(y), sum(y))).toEqual(['test: product and bias', 'tanh', 'sum']);
  });

  test('where one input comes twice', () => {
    expect(fused(mul(exp(x), neg(x)))).toEqual(['test: twice the same']);
  });
});

describe('inner values', () => {
  test('may be shared by fusions that all compute them for themselves', () => {
    const e = exp(x);
    expect(fused(tanh(sum(e)), tanh(mul(e, 2)))).toEqual(['test: of a sum', 'test: of a double']);
  });

  test('are kept where one that needs them is no fusion', () => {
    const e = exp(x);
    const names = fused(tanh(sum(e)), tanh(mul(e, 2)), neg(e));
    expect(names.filter((name) => name.startsWith('test: '))).toEqual([]);
  });
});

describe('a fusion does not stand', () => {
  test.each<[string, () => Tensor]>([
    ['where an attribute differs', () => add(matmul(x, fed('v', [3, 4])), b)],
    ['where only the shapes say so', () => add(matmul(x, fed('v', [3, 3])), fed('c', [3]))],
    [
      'where a full matrix would pass for a bias',
      () => add(matmul(x, w, { transB: true }), fed('m', [2, 4])),
    ],
    ['where a scalar would pass for a bias', () => add(matmul(x, w, { transB: true }), fed('s', []))],
    [
      'where a bias is broadcast along the other axis',
      () => add(matmul(x, w, { transB: true }), fed('c', [2, 1])),
    ],
    ['where one input of the pattern is two tensors', () => mul(exp(x), neg(fed('z', [2, 3])))],
    ['where the product is on the other side', () => add(b, matmul(x, w, { transB: true }))],
  ])('%s', (_, build) => {
    expect(fused(build()).filter((name) => name.startsWith('test: '))).toEqual([]);
  });

  test('where an inner value is fetched', () => {
    const product = matmul(x, w, { transB: true });
    expect(fused(add(product, b), product)).toEqual(['matmul', 'add']);
  });

  test('where an inner value is used by something else', () => {
    const product = matmul(x, w, { transB: true });
    expect(fused(add(product, b), tanh(product))).toEqual(['matmul', 'add', 'tanh']);
  });

  test('where the backward pass needs an inner value', () => {
    const y = mul(exp(x), neg(x));
    expect(fused(y, ...grad(sum(y), [x]))).not.toContain('test: twice the same');
    // The gradient of a product and a bias needs neither the product nor the sum.
    expect(fused(layer(x), ...grad(sum(layer(x)), [w]))).toContain('test: product and bias');
  });

  test('where the backend has no kernel for it', () => {
    const [step] = compile({ fetch: { y: layer(x) }, carry: [] }).steps;
    expect(step).toMatchObject({ kind: 'kernel', op: 'matmul', epilogue: { body: [{ op: 'add' }] } });
  });
});

test('a product that only looks like a fusion is compiled and run, not refused', () => {
  // The pattern traced with these shapes breaks its own shape rule: 1 and 3 are no inner dims of a transposed product.
  const [a, v] = [fed('a', [4, 1]), fed('v', [1, 3])];
  const bias = fed('c', [3]);
  const program = compile({ fetch: { y: add(matmul(a, v), bias) }, carry: [] }, { fuses: () => true });
  const numbers = { a: [1, 2, 3, 4], v: [1, 10, 100], c: [1, 2, 3] };
  const { fetched } = runProgram(createReference(), program, [], [a, v, bias], numbers);
  expect([...fetched['y']!.subarray(0, 3)]).toEqual([2, 12, 103]);
});
