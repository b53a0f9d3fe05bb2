import { batchNorm, dense, dropout, layer, layerNorm, type Model, ops, sequential } from 'glia';
import { describe, expect, test, vi } from 'vitest';
import type { Runnable } from '../../src/backend/backend.ts';
import { createReference } from '../../src/backend/reference.ts';
import type { Program } from '../../src/ir/program.ts';
import { fed } from '../../src/ir/tensor.ts';
import { Engine, roundedUp } from '../../src/train/engine.ts';
import { describeBackends } from './backends.ts';

const WIDTH = 3;

const rowsOf = (rows: number): { data: Float32Array; shape: number[] } => ({
  data: Float32Array.from({ length: rows * WIDTH }, (_, i) => Math.sin(1.3 * i)),
  shape: [rows, WIDTH],
});

test('sizes are rounded up by half at most, to few sizes', () => {
  const sizes = Array.from({ length: 512 }, (_, i) => roundedUp(i + 1));
  expect(sizes.every((size, i) => size >= i + 1 && size <= 1.5 * (i + 1))).toBe(true);
  expect(new Set(sizes).size).toBe(18);
});

describeBackends('batch sizes', (backend) => {
  const network = (...layers: Parameters<typeof sequential>[0][number][]): Model =>
    sequential(layers, { inputShape: [WIDTH], seed: 1, backend });
  const ways = {
    predict: async (model: Model, x: ReturnType<typeof rowsOf>) => (await model.predict(x)).data,
    predictSync: async (model: Model, x: ReturnType<typeof rowsOf>) => model.predictSync(x).data,
  };

  describe.each(Object.entries(ways))('%s', (_way, predict) => {
    test('of a hundred sizes compiles a handful of programs, and gives each row what it gets alone', async () => {
      const model = network(
        dense(4, { activation: 'tanh' }),
        batchNorm(),
        layerNorm(),
        dropout(0.5),
        dense(2, { activation: 'softmax' }),
      );
      const prepare = vi.spyOn(model.session.engine.backend, 'prepare');
      const all = await predict(model, rowsOf(100));
      for (let round = 0; round < 2; round++) {
        for (let rows = 1; rows <= 100; rows++) {
          const got = await predict(model, rowsOf(rows));
          expect(got).toHaveLength(2 * rows);
          // Where a product of few numbers becomes one of more, sums are rounded at other places: some 2^-24 of 1.
          expect(Math.max(...got.map((value, i) => Math.abs(value - all[i]!)))).toBeLessThan(5e-7);
        }
      }
      expect(prepare.mock.calls.length).toBeLessThanOrEqual(24);
      prepare.mockRestore();
    });

    test('leaves a model alone whose rows depend on each other', async () => {
      const centred = layer({ apply: (_own, x) => ops.sub(x, ops.mean(x, { axis: 0, keepDims: true })) });
      const model = network(centred);
      for (let rows = 1; rows <= 40; rows++) {
        const got = await predict(model, rowsOf(rows));
        // Columns less their mean: each sums up to 0, but for the rounding of 40 numbers below 1 in float32.
        const sums = Array.from({ length: WIDTH }, (_, j) =>
          got.reduce((sum, value, i) => (i % WIDTH === j ? sum + value : sum), 0),
        );
        expect(Math.max(...sums.map(Math.abs))).toBeLessThan(1e-5);
      }
    });

    test('is not disturbed by what an earlier call has left behind its rows', async () => {
      const model = network(dense(2));
      for (let rows = 1; rows <= 8; rows++) await predict(model, rowsOf(rows));
      const want = await predict(network(dense(2)), rowsOf(9));
      await predict(model, { data: new Float32Array(11 * WIDTH).fill(3e38), shape: [11, WIDTH] });
      expect(await predict(model, rowsOf(9))).toEqual(want);
    });
  });

  test('a loss that reduces rows by itself is evaluated on batches of just their size', async () => {
    const model = network(dense(1));
    const loss = (y: Parameters<typeof ops.sub>[0], target: Parameters<typeof ops.sub>[1]) => {
      const gap = ops.sub(y, target);
      return ops.mean(ops.mul(gap, gap));
    };
    const engine = model.session.engine;
    const sized = vi.spyOn(engine, 'sized');
    for (const rows of [5, 9]) {
      const x = rowsOf(rows);
      const y = Array.from({ length: rows }, () => [1]);
      const { data } = await model.predict(x);
      const want = data.reduce((sum, value) => sum + (value - 1) ** 2, 0) / rows;
      expect((await model.evaluate(x, y, { loss, metrics: [] })).loss).toBeCloseTo(want, 5);
    }
    expect(sized.mock.results.every(({ value }) => value.rows === 5 || value.rows === 9)).toBe(true);
    sized.mockRestore();
  });
});

describe('an engine', () => {
  /** A backend whose programs hold as many bytes as their rows say, and which counts those that are held. */
  function engineOf(bytes: (rows: number) => number) {
    const held = new Set<number>();
    const backend = {
      ...createReference(),
      prepare: ({ buffers, feeds }: Program) => {
        const rows = buffers[feeds[0]!.buffer]!.shape[0]!;
        held.add(rows);
        const run = async () => ({});
        return { bytes: bytes(rows), run, dispose: () => void held.delete(rows) } as unknown as Runnable;
      },
    };
    const engine = new Engine(backend);
    const program = (rows: number) =>
      engine.program(`p ${rows}`, () => ({ fetch: { y: fed('x', [rows]) }, carry: [] }));
    return { engine, held, program };
  }

  test('keeps half a gigabyte of programs: those that were used last, and the newest however large', () => {
    const { engine, held, program } = engineOf((rows) => (rows === 9 ? 2 ** 33 : 2 ** 27));
    const first = program(1);
    for (const rows of [2, 3, 4]) program(rows);
    expect(engine.bytes).toBe(2 ** 29);
    expect(program(1)).toBe(first);
    program(5);
    // Freed at once, in the same turn of the event loop.
    expect([...held].sort()).toEqual([1, 3, 4, 5]);
    program(9);
    expect([...held]).toEqual([9]);
    expect(first.live).toBe(false);
    program(10);
    expect([...held]).toEqual([10]);
    engine.forget('p');
    expect([held.size, engine.bytes]).toEqual([0, 0]);
  });

  test('keeps 64 programs that hold little', () => {
    const { held, program } = engineOf(() => 1);
    for (let rows = 1; rows <= 100; rows++) program(rows);
    expect([...held]).toEqual(Array.from({ length: 64 }, (_, i) => 37 + i));
  });

  test('frees a program after the call that uses it', async () => {
    const { engine, held, program } = engineOf(() => 2 ** 29);
    const call = engine.run(program(1), 1, { x: new Float32Array(1) });
    program(2);
    expect(held.has(1)).toBe(true);
    await call;
    await engine.exclusive(() => undefined);
    expect([...held]).toEqual([2]);
  });
});
