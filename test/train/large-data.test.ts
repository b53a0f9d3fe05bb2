import { runInNewContext } from 'node:vm';
import { DataError, dense, type FitOptions, GliaError, type Model, sequential } from 'glia';
import { expect, test, vi } from 'vitest';
import { atOnce, inTurns, type Pieces } from '../../src/base/pieces.ts';
import { copyInPieces, toMatrix } from '../../src/data/matrix.ts';
import { describeBackends } from './backends.ts';

/** 1.3 million numbers: several turns of the event loop. */
const [rows, width] = [1 << 14, 77];
const numbers = Float32Array.from({ length: rows * width }, (_, i) => (i % 17) / 17);
const labels = Int32Array.from({ length: rows }, (_, i) => i % 2);
const options: FitOptions = { loss: 'categoricalCrossentropy', epochs: 1, batchSize: 4096, shuffle: false };
const turn = () => new Promise((resolve) => setImmediate(resolve));

describeBackends('much data', (backend) => {
  const make = (): Model => sequential([dense(2)], { inputShape: [width], seed: 1, backend });
  const trained = (net: Model, data: Float32Array, more: Partial<FitOptions> = {}) =>
    net.fit({ data, shape: [rows, width] }, labels, { ...options, ...more });

  test('are copied and checked with turns of the event loop in between, to the same end', async () => {
    const [net, calm] = [make(), make()];
    let turns = 0;
    let begun = false;
    const onBegin = () => {
      begun = true;
    };
    const running = trained(net, numbers, { callbacks: [{ name: 'begin', onBegin }] });
    while (!begun) {
      await turn();
      turns++;
    }
    // They are copied, checked and looked at again, by a million a turn.
    expect(turns).toBeGreaterThanOrEqual(3);
    const history = await running;
    // The same numbers as float64, of another realm, as rows, and with room for a validation.
    const wide = Float64Array.from(numbers);
    expect(await trained(calm, wide as never)).toEqual(history);
    expect(await net.weights()).toEqual(await calm.weights());
    const held = await Promise.all(
      [make(), make()].map((one) => trained(one, numbers, { validation: 0.25 })),
    );
    expect(held[0]).toEqual(held[1]);
    expect(held[0]!.final['val_loss']).toBeGreaterThan(0);
  });

  test('that are given away or changed before the run begins are refused, and leave no trace', async () => {
    const spoil: Readonly<Record<string, (data: Float32Array) => void>> = {
      transferred: (data) => void structuredClone(data, { transfer: [data.buffer as ArrayBuffer] }),
      'filled anew': (data) => void data.fill(0.5),
      'scaled in place from the middle on': (data) => {
        for (let i = data.length >> 1; i < data.length; i++) data[i]! *= 2;
      },
    };
    for (const [how, change] of Object.entries(spoil)) {
      const net = sequential([dense(2)], { seed: 1, backend });
      const onBegin = vi.fn();
      const data = numbers.slice();
      const running = trained(net, data, { callbacks: [{ name: 'listen', onBegin, onEnd: onBegin }] });
      change(data);
      await expect(running, how).rejects.toBeInstanceOf(DataError);
      expect(onBegin).not.toHaveBeenCalled();
      expect([net.session.isBuilt, net.session.loss]).toEqual([false, undefined]);
      expect(() => net.session.checkFree()).not.toThrow();
    }
  });

  test('may be changed and given away as soon as the run has begun', async () => {
    const [net, calm] = [make(), make()];
    const wanted = await trained(calm, numbers);
    const data = numbers.slice();
    const meddle = () => {
      data.fill(1e30);
      structuredClone(data, { transfer: [data.buffer as ArrayBuffer] });
    };
    expect(await trained(net, data, { callbacks: [{ name: 'meddle', onBegin: meddle }] })).toEqual(wanted);
    expect(await net.weights()).toEqual(await calm.weights());
  });

  test('of which a number is not finite are refused by its place, and the model is free meanwhile and after', async () => {
    const net = make();
    const running = trained(net, numbers.with(rows * width - 2, Number.NaN));
    expect(net.predictSync([Array.from(numbers.subarray(0, width))]).shape).toEqual([1, 2]);
    await expect(trained(net, numbers)).rejects.toMatchObject({ code: 'ERR_GLIA_STATE' });
    await expect(running).rejects.toThrow(`x[${rows - 1}][${width - 2}] is NaN`);
    expect((await trained(net, numbers)).stopReason).toBe('completed');
  });
});

test('pieces give the copy that one go gives, of every kind of data', async () => {
  const length = 600_000;
  const list = Array.from({ length }, (_, i) => (i % 2 === 0 ? i / 7 : i % 3 === 0));
  const kinds: Readonly<Record<string, unknown>> = {
    float32: Float32Array.from({ length }, (_, i) => i / 7),
    float64: Float64Array.from({ length }, (_, i) => i / 7),
    int32: Int32Array.from({ length }, (_, i) => i - 9),
    uint8: Uint8Array.from({ length }, (_, i) => i),
    'of another realm': runInNewContext(`Float32Array.from({ length: ${length} }, (_, i) => i / 7)`),
    'a list': list,
    'a list with a shape': { data: list, shape: [300_000, 2] },
    rows: Array.from({ length: 2000 }, (_, i) => list.slice(300 * i, 300 * i + 300)),
    'typed rows': Array.from({ length: 2000 }, (_, i) =>
      Float32Array.from({ length: 300 }, (_v, j) => i + j),
    ),
    'shared memory': new Float32Array(new SharedArrayBuffer(4 * length)).fill(2),
  };
  for (const [kind, data] of Object.entries(kinds)) {
    const copy = await inTurns(copyInPieces(data as never), 1 << 18);
    expect(copy.shape, kind).toEqual(toMatrix(data as never).shape);
    // Plain loops: expect takes seconds for a million numbers.
    const wanted = toMatrix(data as never).data;
    expect(copy.data.constructor).toBe(wanted.constructor);
    expect(
      copy.data.length === wanted.length && wanted.every((value, i) => value === copy.data[i]),
      kind,
    ).toBe(true);
  }
});

test('lists that change between two pieces are refused', async () => {
  const three = () => new Array<number>(300).fill(3);
  const changes: Readonly<Record<string, (list: unknown[]) => unknown>> = {
    'another length': (list) => list.pop(),
    'a row of another length': (list) => list.splice(1999, 1, [1]),
    'other rows': (list) => list.splice(0, 2000, ...Array.from({ length: 2000 }, three)),
    nothing: (list) => list.fill(Number.NaN),
  };
  for (const [how, change] of Object.entries(changes)) {
    const list = Array.from({ length: 2000 }, () => new Array<number>(300).fill(1));
    const copying = inTurns(copyInPieces(list), 1 << 18);
    change(list);
    await expect(copying, how).rejects.toBeInstanceOf(GliaError);
  }
});

test('work in pieces: little is done at once, more in turns, and an error comes as it would', async () => {
  const done: number[] = [];
  function* work(pieces: number): Pieces<string> {
    for (let i = 0; i < pieces; i++) {
      done.push(i);
      yield 10;
    }
    return 'all';
  }
  expect(inTurns(work(2), 30)).toBe('all');
  expect(atOnce(work(9))).toBe('all');
  done.length = 0;
  const later = inTurns(work(7), 30);
  expect(done).toEqual([0, 1, 2]);
  await turn();
  await turn();
  expect(done.length).toBeGreaterThanOrEqual(6);
  expect(await later).toBe('all');
  function* failing(): Pieces<never> {
    yield 30;
    throw new DataError('mine');
  }
  await expect(inTurns(failing(), 30)).rejects.toThrow('mine');
});
