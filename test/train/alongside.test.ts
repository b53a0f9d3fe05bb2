import { lookup } from 'node:dns';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import {
  adam,
  type BackendName,
  batchNorm,
  dense,
  dropout,
  type FitOptions,
  type Model,
  sequential,
} from 'glia';
import { describe, expect, test, vi } from 'vitest';
import type { Engine } from '../../src/train/engine.ts';
import { describeBackends, hasNative } from './backends.ts';
import { problem } from './problems.ts';

const { x, labels } = problem(96, 5);

const make = (seed: number, where: { backend?: BackendName; threads?: number } = {}): Model =>
  sequential([dense(9, { activation: 'tanh' }), batchNorm(), dropout(0.25), dense(3)], {
    inputShape: [5],
    seed,
    ...where,
  });
const options = (): FitOptions => ({
  loss: 'categoricalCrossentropy',
  optimizer: adam({ learningRate: 0.01 }),
  epochs: 12,
  batchSize: 16,
});

/** All numbers that a training leaves behind. */
async function outcome(net: Model): Promise<unknown> {
  const history = await net.fit(x, labels, options());
  return { history, weights: await net.weights() };
}

describeBackends('trainings at once', (backend) => {
  test('in one process leave the bits of each alone', async () => {
    const seeds = [1, 2, 3];
    const alone: unknown[] = [];
    for (const seed of seeds) alone.push(await outcome(make(seed, { backend })));
    const together = await Promise.all(seeds.map((seed) => outcome(make(seed, { backend }))));
    expect(together).toEqual(alone);
  });

  test('of data that its owner changes or gives away meanwhile are as if nothing had happened', async () => {
    const weights = Float32Array.from({ length: 96 }, (_, i) => (i % 3) / 2);
    const calm = make(4, { backend });
    const wanted = await calm.fit(x, labels, { ...options(), sampleWeight: weights.slice() });
    const own = { data: x.data.slice(), shape: [...x.shape] };
    const classes = labels.slice();
    const net = make(4, { backend });
    const running = net.fit(own, classes, {
      ...options(),
      sampleWeight: weights,
      callbacks: [{ name: 'meddle', onStep: () => void classes.fill(0) }],
    });
    own.data.fill(1e30);
    own.shape[0] = 1;
    weights.fill(-1);
    structuredClone(own.data, { transfer: [own.data.buffer as ArrayBuffer] });
    expect(await running).toEqual(wanted);
    expect(await net.weights()).toEqual(await calm.weights());
  });
});

/** What a worker thread runs, on the built package: trainings of the same data. */
const SCRIPT = `
  const { parentPort, workerData } = require('node:worker_threads');
  import(workerData.glia).then(async ({ adam, batchNorm, dense, dropout, sequential }) => {
    const { seed, x, labels } = workerData;
    const layers = [dense(9, { activation: 'tanh' }), batchNorm(), dropout(0.25), dense(3)];
    const net = sequential(layers, { inputShape: [5], seed });
    const history = await net.fit(x, labels, {
      loss: 'categoricalCrossentropy', optimizer: adam({ learningRate: 0.01 }), epochs: 12, batchSize: 16,
    });
    parentPort.postMessage({ losses: history.epochs.map(({ loss }) => loss), weights: await net.weights() });
  });
`;
const built = join(import.meta.dirname, '../../dist/index.js');

describe.skipIf(!existsSync(built))('trainings in worker threads', () => {
  const inWorker = (seed: number): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(SCRIPT, {
        eval: true,
        workerData: { glia: `file://${built}`, seed, x, labels },
      });
      worker.once('message', resolve);
      worker.once('error', reject);
    });

  test('leave the bits of each alone, beside one on the main thread', async () => {
    const alone = [await inWorker(1), await inWorker(2)];
    const net = make(1);
    const [first, second, here] = await Promise.all([inWorker(1), inWorker(2), outcome(net)]);
    expect([first, second]).toEqual(alone);
    const { history, weights } = here as { history: { epochs: { loss: number }[] }; weights: unknown };
    expect({ losses: history.epochs.map(({ loss }) => loss), weights }).toEqual(alone[0]);
  });
});

describe.skipIf(!hasNative)('the option threads', () => {
  test('is what the backend of the model says, and changes no bit', async () => {
    const native = { backend: 'native' } as const;
    vi.stubEnv('GLIA_THREADS', '2');
    try {
      const one = make(5, { ...native, threads: 1 });
      const two = make(5, { ...native, threads: 2 });
      expect(one.session.backend.describe()).toMatch(/, 1 thread$/);
      expect(await outcome(one)).toEqual(await outcome(two));
    } finally {
      vi.unstubAllEnvs();
    }
  });

  test('limits the threads that a program is prepared for', () => {
    const backend = make(5, { backend: 'native', threads: 1 }).session.backend;
    expect(backend.limited!(8).describe()).toMatch(/, 1 thread$/);
  });
});

describe.skipIf(!hasNative)('while one native call is in flight', () => {
  test('files are read, names are looked up, timers and immediates run, and the call is still in flight', async () => {
    const wide = problem(64, 64);
    const net = sequential([dense(512, { activation: 'tanh' }), dense(512), dense(3)], {
      inputShape: [64],
      backend: 'native',
    });
    const { engine } = net.session;
    const find = vi.spyOn(engine, 'program');
    await net.predict(wide.x);
    const { runnable } = find.mock.results[0]!.value as ReturnType<Engine['program']>;
    // 80 GFLOP in one call: a second or more, where all of the below is some turns of the event loop.
    const steps = 1 << 11;
    const feed = new Float32Array(64 * 64 * steps);
    let over = false;
    const call = runnable.run(steps, { x0: feed }).finally(() => {
      over = true;
    });
    const done: string[] = [];
    const note = async (what: string, work: Promise<unknown>) => {
      await work;
      if (!over) done.push(what);
    };
    await Promise.all([
      note('a file', readFile(import.meta.filename)),
      // Both go through libuv's pool, more of them than it has threads.
      note('names', Promise.all(Array.from({ length: 8 }, () => promisify(lookup)('127.0.0.1')))),
      note('files', Promise.all(Array.from({ length: 8 }, () => readFile(import.meta.filename)))),
      note('a timer', new Promise((resolve) => setTimeout(resolve, 1))),
      note('an immediate', new Promise((resolve) => setImmediate(resolve))),
    ]);
    expect(done.sort()).toEqual(['a file', 'a timer', 'an immediate', 'files', 'names']);
    await call;
  });
});
