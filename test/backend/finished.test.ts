import { expect, test } from 'vitest';
import { compile } from '../../src/compile/compile.ts';
import { fed, stored } from '../../src/ir/tensor.ts';
import { add, matmul } from '../../src/ops/index.ts';
import { native, noAddon } from './programs.ts';

// Sums of 600 products are added up in pieces, which lie in the result until they are finished.
const [rows, columns, depth] = [5, 70, 600];

test.skipIf(noAddon)('a product is added to the matrix that the result takes the place of', () => {
  const [a, b] = [fed('a', [rows, depth]), fed('b', [depth, columns])];
  const total = stored('total', [rows, columns]);
  const backend = native();
  const next = add(matmul(a, b), total);
  const program = compile({ fetch: {}, carry: [[total, next]] }, { fuses: backend.fuses });
  const storage = backend.createStorage();
  storage.allocate({ name: 'total', shape: total.shape, dtype: 'f32' });
  const first = Float32Array.from({ length: rows * columns }, (_, i) => i % 11);
  storage.write('total', first);
  // Whole numbers, so that nothing is rounded.
  const ones = new Float32Array(rows * depth).fill(1);
  const feeds = { a: ones, b: Float32Array.from({ length: depth * columns }, (_, i) => i % columns) };
  const runnable = backend.prepare(program, storage);
  for (let step = 1; step <= 2; step++) {
    runnable.runSync(1, feeds);
    const want = first.map((value, i) => value + step * depth * (i % columns));
    expect(storage.read('total')).toEqual(want);
  }
});
