import { createNative } from '../dist/backend/native.js';
import { ops } from '../dist/index.js';
import { compile, stored } from '../dist/unstable.js';
import { timeTurns } from './pace.mjs';
import { threadsUsed } from './rates.mjs';

/**
 * The shapes of the products of W2, W3, W3L and W7 and, for comparison, a large one: rows, columns, inner dimension, and
 * whether each factor is transposed (NT is a forward pass, NN a gradient of inputs, TN one of weights).
 *
 * @type {readonly (readonly [number, number, number, 'NT' | 'NN' | 'TN'])[]}
 */
const SHAPES = [
  [32, 64, 64, 'NT'],
  [32, 64, 64, 'NN'],
  [64, 64, 32, 'TN'],
  [128, 512, 784, 'NT'],
  [128, 512, 512, 'NT'],
  [128, 512, 512, 'NN'],
  [512, 784, 128, 'TN'],
  [512, 512, 128, 'TN'],
  [128, 10, 512, 'NT'],
  [4096, 512, 784, 'NT'],
  [512, 784, 4096, 'TN'],
  [1, 512, 784, 'NT'],
  [1024, 1024, 1024, 'NN'],
];

/**
 * Each product in a program of its own, so that what is measured is what networks run on.
 *
 * @param {import('./machine.mjs').Addon} addon
 * @param {readonly number[]} threads
 * @param {import('./pace.mjs').Pace} pace
 * @param {import('./roof.mjs').Roof} roof
 */
export function* measureProducts(addon, threads, pace, roof) {
  for (const [m, n, k, layout] of SHAPES) {
    for (const count of threads) {
      const { median, best, busy } = timeProduct(createNative(addon, count), [m, n, k], layout, pace);
      const flops = 2 * m * n * k;
      const bytes = 4 * (m * k + k * n + m * n);
      yield {
        what: 'product',
        shape: [m, n, k].join('x'),
        layout,
        threads: count,
        gflops: flops / median / 1e9,
        best: flops / best / 1e9,
        busy,
        ...roof.share(median, { flops, bytes, threads: threadsUsed(busy, count) }),
      };
    }
  }
}

/**
 * @param {import('../dist/unstable.js').Backend} backend
 * @param {readonly [number, number, number]} size
 * @param {'NT' | 'NN' | 'TN'} layout
 * @param {import('./pace.mjs').Pace} pace
 */
function timeProduct(backend, [m, n, k], layout, pace) {
  const [transA, transB] = [layout === 'TN', layout === 'NT'];
  const a = stored('a', transA ? [k, m] : [m, k]);
  const b = stored('b', transB ? [n, k] : [k, n]);
  const c = stored('c', [m, n]);
  // Carried and not fetched: a fetch would be copied.
  const program = compile({ fetch: {}, carry: [[c, ops.matmul(a, b, { transA, transB })]] });
  const storage = backend.createStorage();
  for (const [name, { shape }] of Object.entries({ a, b, c })) {
    storage.allocate({ name, shape, dtype: 'f32' });
    const size = shape.reduce((product, dim) => product * dim, 1);
    // Any numbers will do that are neither zero nor denormal.
    const values = new Float32Array(size).map((_, i) => (i % 61) / 61 - 0.5);
    storage.write(name, values);
  }
  const runnable = backend.prepare(program, storage);
  const times = timeTurns((turns) => runnable.runSync(turns, {}), pace);
  runnable.dispose();
  return times;
}
