import { describe, expect, test } from 'vitest';
import { compile } from '../../src/compile/compile.ts';
import type { Graph } from '../../src/compile/graph.ts';
import { printProgram } from '../../src/ir/print.ts';
import type { Program } from '../../src/ir/program.ts';
import { fed, stored, type Tensor } from '../../src/ir/tensor.ts';
import { add, matmul } from '../../src/ops/index.ts';
import { adam } from '../../src/optim/index.ts';
import { native, noAddon, numbers, storageFor } from './programs.ts';

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

const STEPS = 3;
const STATE = ['p', 'm', 'v'];

/** What Adam makes of p, m and v by a gradient. */
function stepBy(gradient: Tensor): Graph['carry'] {
  const { shape } = gradient;
  const [p, m, v] = STATE.map((name) => stored(name, shape)) as [Tensor, Tensor, Tensor];
  const scalars = { rate: fed('rate', []), eps: fed('eps', []) };
  const next = adam().update(p, gradient, { m, v }, scalars);
  return [[p, next.param] as const, [m, next.state['m']!] as const, [v, next.state['v']!] as const];
}

/** p, m and v after some steps, and what was fetched. */
function stepped(program: Program, threads: number, feeds: Readonly<Record<string, Float32Array>>) {
  const backend = native(threads);
  const storage = storageFor(backend, program);
  // Squares are no less than 0.
  storage.write('v', numbers(storage.read('v').length).map(Math.abs));
  const all: Record<string, Float32Array> = {
    rate: new Float32Array(STEPS).fill(0.01),
    eps: new Float32Array(STEPS).fill(1e-6),
  };
  for (const [name, values] of Object.entries(feeds)) {
    all[name] = new Float32Array(STEPS * values.length);
    for (let step = 0; step < STEPS; step++) all[name].set(values, step * values.length);
  }
  const fetched = backend.prepare(program, storage).runSync(STEPS, all);
  return { fetched, state: STATE.map((name) => storage.read(name)) };
}

// Rows and columns of a weight, and the rows of a batch: some are cut into blocks, some rows are not of whole vectors,
// and those of more than 64 columns are updated by themselves.
describe.skipIf(noAddon).each([
  [64, 30, 32],
  [130, 64, 40],
  [200, 33, 300],
  [70, 1, 20],
  [7, 5, 1100],
  [3, 4, 5],
  [64, 65, 32],
  // By inner products, as the weights of a layer that multiplies from the left are.
  [9, 40, 64, { transB: true }],
  [60, 11, 64, { transB: true }],
  [60, 40, 64, { transB: true }],
] as [number, number, number, { transA?: boolean; transB?: boolean }?][])(
  'a step of Adam by a gradient of %i x %i from %i rows',
  (rows, columns, depth, sides = { transA: true }) => {
    const dy = fed('dy', sides.transA ? [depth, rows] : [rows, depth]);
    const x = fed('x', sides.transB ? [columns, depth] : [depth, columns]);
    const gradient = matmul(dy, x, sides);
    const feeds = { dy: numbers(depth * rows), x: numbers(depth * columns + 1).subarray(1) };

    test.each([false, true])('is that by the same numbers when they are fed; fetched as well: %s', (too) => {
      const { fuses } = native();
      const program = compile(
        { fetch: too ? { gradient } : {}, carry: stepBy(gradient) },
        { fuses, check: true },
      );
      expect(printProgram(program)).toContain('adam(');
      const product = compile({ fetch: { gradient }, carry: [] }, { fuses });
      const backend = native();
      const g = backend.prepare(product, backend.createStorage()).runSync(1, feeds)['gradient']!;
      const plain = compile({ fetch: {}, carry: stepBy(fed('g', [rows, columns])) }, { fuses });
      const { state: want } = stepped(plain, 1, { g: g as Float32Array });
      for (const threads of [1, 2, 3]) {
        const { state, fetched } = stepped(program, threads, feeds);
        expect(state).toEqual(want);
        if (too) expect(fetched['gradient']!.subarray(0, g.length)).toEqual(g);
      }
    });
  },
);
