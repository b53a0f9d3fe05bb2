import { Worker } from 'node:worker_threads';
import type { FitOptions } from 'glia';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { hasNative } from './backends.ts';
import { problem } from './problems.ts';

afterEach(() => {
  vi.doUnmock('../../src/backend/load.ts');
  vi.unstubAllEnvs();
  vi.resetModules();
});

/** The library with a native backend of so many threads, which all take part in every program. */
async function gliaWith(threads: number): Promise<typeof import('glia')> {
  vi.resetModules();
  vi.doMock('../../src/backend/load.ts', async () => {
    const { native } = await import('../backend/programs.ts');
    return { loadBackend: () => native(threads) };
  });
  return import('glia');
}

const { x, labels } = problem(300, 40);

/** What a run leaves behind: its numbers, weights, states and predictions. */
async function outcome(glia: typeof import('glia'), options: Partial<FitOptions> = {}): Promise<unknown> {
  const { activation, adamw, batchNorm, dense, dropout, layerNorm, sequential } = glia;
  const layers = [
    dense(130),
    batchNorm(),
    activation('gelu'),
    dropout(0.2),
    dense(70, { activation: 'tanh' }),
    layerNorm(),
    dense(3),
  ];
  const net = sequential(layers, { seed: 9 });
  const { epochs } = await net.fit(x, labels, {
    loss: 'categoricalCrossentropy',
    optimizer: adamw({ learningRate: 0.01, clipNorm: 1, accumulate: 2 }),
    metrics: ['accuracy'],
    validation: 0.2,
    epochs: 3,
    batchSize: 64,
    ...options,
  });
  return { epochs, weights: await net.weights(), predictions: (await net.predict(x)).data };
}

/** A run whose batches are so large that products, regions, sums and updates are all cut into several blocks. */
async function wide({
  adam,
  batchNorm,
  dense,
  dropout,
  sequential,
}: typeof import('glia')): Promise<unknown> {
  const { x, labels } = problem(1200, 96);
  const layers = [
    dense(200, { activation: 'relu' }),
    batchNorm(),
    dropout(0.25),
    dense(170, { activation: 'tanh' }),
    dense(3),
  ];
  const net = sequential(layers, { seed: 4 });
  const { epochs } = await net.fit(x, labels, {
    loss: 'categoricalCrossentropy',
    optimizer: adam({ learningRate: 0.01 }),
    epochs: 3,
    batchSize: 600,
  });
  return { epochs, weights: await net.weights() };
}

/** Threads of JavaScript that take all the time they can get, until the work is done. */
async function beside<T>(count: number, work: () => Promise<T>): Promise<T> {
  const start = () =>
    new Worker('require("node:worker_threads").parentPort.postMessage(0); for (;;);', { eval: true });
  const busy = Array.from({ length: count }, start);
  try {
    await Promise.all(busy.map((worker) => new Promise((resolve) => worker.once('message', resolve))));
    return await work();
  } finally {
    await Promise.all(busy.map((worker) => worker.terminate()));
  }
}

describe.skipIf(!hasNative)('a run of large batches', () => {
  test('leaves the same bits on 1, 2 and 3 threads, beside busy ones, and beside runs that share its own', async () => {
    const alone = await wide(await gliaWith(1));
    for (const threads of [2, 3]) {
      const glia = await gliaWith(threads);
      expect(await wide(glia)).toEqual(alone);
      expect(await beside(2, () => wide(glia))).toEqual(alone);
      expect(await Promise.all([wide(glia), wide(glia)])).toEqual([alone, alone]);
    }
  });
});

describe.skipIf(!hasNative)('a run on any number of threads', () => {
  test('leaves the same bits on 1, 2 and 3 of them', async () => {
    const alone = await outcome(await gliaWith(1));
    expect(await outcome(await gliaWith(2))).toEqual(alone);
    expect(await outcome(await gliaWith(3))).toEqual(alone);
  });

  test('leaves the same bits when another run shares the threads', async () => {
    const glia = await gliaWith(2);
    const alone = await outcome(glia);
    const [a, b] = await Promise.all([outcome(glia), outcome(glia)]);
    expect(a).toEqual(alone);
    expect(b).toEqual(alone);
  });

  test('is asked for with GLIA_THREADS', async () => {
    const found: unknown[] = [];
    for (const threads of ['1', '2']) {
      vi.resetModules();
      vi.stubEnv('GLIA_THREADS', threads);
      const { loadBackend } = await import('../../src/backend/load.ts');
      expect(loadBackend('native').describe()).toMatch(threads === '1' ? /, 1 thread$/ : /, 2 threads$/);
      vi.stubEnv('GLIA_BACKEND', 'native');
      found.push(await outcome(await import('glia')));
    }
    expect(found[0]).toEqual(found[1]);
  });
});
