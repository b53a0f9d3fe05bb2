import type { Backend } from '../backend/backend.ts';
import { largest } from '../base/order.ts';
import { compile } from '../compile/compile.ts';
import { stored, type Tensor } from '../ir/tensor.ts';
import { matmul } from '../ops/index.ts';

/** How fast a matrix product is, beside what the machine can do. */
export interface ProductRate {
  /** Rows, columns and inner dimension. */
  readonly shape: readonly [number, number, number];
  readonly threads: number;
  /** Billions of floating-point operations a second, the best of several products. */
  readonly gflops: number;
  /** The same for multiply-adds in registers, which nothing can beat. */
  readonly limit: number;
  /** `gflops / limit`. */
  readonly share: number;
}

const SIZE = 512;
const MILLISECONDS = 600;

/**
 * Multiplies two matrices for half a second, and measures the limit before and after it. Of both the best counts, in
 * pieces of a few milliseconds: what else runs on the machine seldom leaves it alone for longer.
 */
export function productRate(
  backend: Backend,
  threads: number,
  peak: (threads: number, milliseconds: number) => number,
): ProductRate {
  const best = () => largest(Array.from({ length: 8 }, () => peak(threads, 15)));
  const before = best();
  const seconds = fastest(backend);
  const limit = Math.max(before, best()) / 1e9;
  const gflops = (2 * SIZE ** 3) / seconds / 1e9;
  return { shape: [SIZE, SIZE, SIZE], threads, gflops, limit, share: gflops / limit };
}

/** Seconds of the fastest product, which was disturbed least. */
function fastest(backend: Backend): number {
  const shape = [SIZE, SIZE];
  const [a, b, c] = ['a', 'b', 'c'].map((name) => stored(name, shape)) as [Tensor, Tensor, Tensor];
  // As in a forward pass; carried and not fetched, since a fetch would be copied.
  const program = compile({ fetch: {}, carry: [[c, matmul(a, b, { transB: true })]] });
  const storage = backend.createStorage();
  // Neither zero nor denormal.
  const values = Float32Array.from({ length: SIZE * SIZE }, (_, i) => (i % 61) / 61 - 0.5);
  for (const name of ['a', 'b', 'c']) {
    storage.allocate({ name, shape, dtype: 'f32' });
    storage.write(name, values);
  }
  const runnable = backend.prepare(program, storage);
  let best = Number.POSITIVE_INFINITY;
  const end = performance.now() + MILLISECONDS;
  do {
    const start = performance.now();
    runnable.runSync(1, {});
    best = Math.min(best, performance.now() - start);
  } while (performance.now() < end);
  runnable.dispose();
  return best / 1000;
}
