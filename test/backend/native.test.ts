import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Backend } from '../../src/backend/backend.ts';
import { createReference } from '../../src/backend/reference.ts';
import { BackendError, GliaError, ProgramError } from '../../src/base/errors.ts';
import { compile } from '../../src/compile/compile.ts';
import type { Program } from '../../src/ir/program.ts';
import { counter, long, native, noAddon, numbers, prepared, storageFor, training } from './programs.ts';

const f32 = 'f32' as const;

/** y = a + b, where `a` is read with the given strides, y overwrites nothing. */
function sumOf(strides: readonly number[], size: number): Program {
  return {
    buffers: [
      { place: { stored: 'a' }, shape: [size], dtype: f32 },
      { place: { stored: 'b' }, shape: [3, 4], dtype: f32 },
      { place: { arena: 0 }, shape: [3, 4], dtype: f32 },
    ],
    arena: 16,
    constants: [],
    feeds: [],
    steps: [
      {
        kind: 'region',
        dims: [3, 4],
        inputs: [
          { buffer: 0, strides },
          { buffer: 1, strides: [4, 1] },
        ],
        body: [{ op: 'add', args: [0, 1] }],
        outputs: [{ buffer: 2, value: 2 }],
        path: 'here',
      },
    ],
    fetches: [{ name: 'y', buffer: 2 }],
  };
}

describe.skipIf(noAddon)('programs', () => {
  test('a region reads an input with strides', () => {
    const b = numbers(12);
    for (const strides of [
      [4, 1],
      [0, 1],
      [1, 0],
      [0, 0],
      [1, 3],
    ]) {
      const { runnable } = prepared(native(), sumOf(strides, 12));
      const want = Float32Array.from(
        b,
        (x, i) => numbers(12)[Math.floor(i / 4) * strides[0]! + (i % 4) * strides[1]!]! + x,
      );
      expect(runnable.runSync(1, {})).toEqual({ y: want });
    }
  });

  test('a region works in place and over several tiles and blocks', () => {
    for (const size of [1, 511, 512, 513, 8192, 20_001]) {
      const { runnable, storage } = prepared(native(2), counter(size));
      const x = numbers(size);
      const once = Float32Array.from(x, (value) => value + value);
      expect(runnable.runSync(1, { x })).toEqual({ next: once });
      expect(storage.read('total')).toEqual(once);
    }
  });

  test('hands inputs through, doubles outputs, copies and fills constants', () => {
    const at = (arena: number) => ({ place: { arena }, shape: [2], dtype: f32 });
    const program: Program = {
      buffers: [at(0), at(16), at(32), at(48), { place: { arena: 64 }, shape: [2], dtype: 'i32' }],
      arena: 80,
      constants: [
        { buffer: 0, value: 1.5 },
        { buffer: 4, value: -7 },
      ],
      feeds: [],
      steps: [
        {
          kind: 'region',
          dims: [2],
          inputs: [{ buffer: 0, strides: [1] }],
          body: [{ op: 'neg', args: [0] }],
          outputs: [
            { buffer: 1, value: 0 },
            { buffer: 2, value: 1 },
            { buffer: 3, value: 1 },
          ],
          path: '',
        },
        { kind: 'copy', from: 2, to: 1, path: '' },
      ],
      fetches: [1, 2, 3, 4].map((buffer) => ({ name: `y${buffer}`, buffer })),
    };
    const y = new Float32Array([-1.5, -1.5]);
    const { runnable } = prepared(native(), program);
    expect(runnable.runSync(1, {})).toEqual({ y1: y, y2: y, y3: y, y4: new Int32Array([-7, -7]) });
  });

  test('fetches of k steps stand one after the other, and feeds are taken step by step', async () => {
    const feeds = { x: new Float32Array([1, 10, 100]) };
    const want = { next: new Float32Array([1, 11, 111]) };
    for (const way of ['run', 'runSync'] as const) {
      const { runnable, storage } = prepared(native(), counter());
      storage.write('total', [0]);
      expect(await runnable[way](3, feeds)).toEqual(want);
      expect(await runnable[way](0, { x: new Float32Array(0) })).toEqual({ next: new Float32Array(0) });
    }
  });

  test('a mailbox runs single steps, between runs with arrays of their own, until the program is given up', () => {
    for (const backend of [native(), createReference()]) {
      const { runnable, storage } = prepared(backend, counter(20));
      storage.write('total', new Float32Array(20));
      const { feeds, fetches, step } = runnable.mailbox();
      expect(runnable.mailbox().feeds).toBe(feeds);
      feeds['x']!.fill(1);
      step();
      step();
      expect(fetches['next']).toEqual(new Float32Array(20).fill(2));
      expect(runnable.runSync(1, { x: new Float32Array(20).fill(7) })['next']![19]).toBe(9);
      // The mailbox still holds what was put into it, and gets what it asked for, not what the run did.
      expect(fetches['next']![19]).toBe(2);
      step();
      expect(fetches['next']).toEqual(new Float32Array(20).fill(10));
      runnable.dispose();
      if (backend.name === 'native') expect(step).toThrow(BackendError);
    }
  });

  test('a training step agrees with the reference', () => {
    const program = compile(training(32, 48));
    const feeds = { x: numbers(32 * 48) };
    const outcome = (backend: Backend) => {
      const { runnable, storage } = prepared(backend, program);
      return [
        ...runnable.runSync(1, feeds)['loss']!,
        ...storage.read('w'),
        ...storage.read('v'),
        ...storage.read('b'),
      ];
    };
    const want = outcome(createReference('float32'));
    for (const [i, got] of outcome(native()).entries()) expect(got).toBeCloseTo(want[i]!, 5);
  });
});

describe.skipIf(noAddon)('bits', () => {
  const STEPS = 5;

  /** A digest of every number that some training steps leave behind. */
  async function bits(threads: number, way: 'run' | 'runSync' = 'runSync', each = STEPS): Promise<string> {
    const backend = native(threads);
    const { runnable, storage } = prepared(backend, compile(training(), { fuses: backend.fuses }));
    const x = numbers(STEPS * 256 * 256);
    const found: Float32Array[] = [];
    for (let step = 0; step < STEPS; step += each) {
      const feeds = { x: x.subarray(step * 256 * 256, (step + each) * 256 * 256) };
      found.push((await runnable[way](each, feeds))['loss'] as Float32Array);
    }
    for (const name of ['w', 'v', 'b']) found.push(storage.read(name) as Float32Array);
    expect(found.some((array) => array.some(Number.isNaN))).toBe(false);
    const hash = createHash('sha256');
    for (const array of found) hash.update(array);
    return hash.digest('hex');
  }

  test('are the same at each run, on 1, 2 and 3 threads, in the background, and step by step', async () => {
    const want = await bits(1);
    expect(await bits(1)).toEqual(want);
    expect(await bits(2)).toEqual(want);
    expect(await bits(3)).toEqual(want);
    expect(await bits(2, 'run')).toEqual(want);
    expect(await bits(2, 'run', 1)).toEqual(want);
  });

  test('are the same when two runs share the threads', async () => {
    const want = await bits(1);
    const both = await Promise.all([bits(2, 'run'), bits(2, 'run')]);
    expect(both).toEqual([want, want]);
  });
});

describe.skipIf(noAddon)('a run in the background', () => {
  test('leaves the event loop free', async () => {
    const { runnable } = prepared(native(2), long());
    let running = true;
    const run = runnable.run(2000, {}).finally(() => {
      running = false;
    });
    let turns = 0;
    while (running) {
      await new Promise((resolve) => setImmediate(resolve));
      turns++;
    }
    await run;
    // A run on this thread, or one that the loop waits for, would leave a turn or two.
    expect(turns).toBeGreaterThan(100);
  });

  test('has copied its feeds: detaching or changing them changes nothing', async () => {
    const { runnable, storage } = prepared(native(), counter(1000));
    storage.write('total', new Float32Array(1000));
    const x = new Float32Array(1000).fill(1);
    const want = { next: x.slice() };
    const moved = runnable.run(1, { x });
    structuredClone(x, { transfer: [x.buffer] });
    expect(await moved).toEqual(want);
    storage.write('total', new Float32Array(1000));
    const again = new Float32Array(1000).fill(1);
    const changed = runnable.run(1, { x: again });
    again.fill(5);
    expect(await changed).toEqual(want);
  });

  test('refuses others what it uses, and only that', async () => {
    const backend = native();
    const program = long();
    const storage = storageFor(backend, program);
    storage.allocate({ name: 'free', shape: [2], dtype: 'f32' });
    const runnable = backend.prepare(program, storage);
    const other = backend.prepare(program, storage);
    const running = runnable.run(200, {});
    for (const use of [
      () => storage.read('w'),
      () => storage.write('w', [1]),
      () => runnable.runSync(1, {}),
      () => other.runSync(1, {}),
      () => other.mailbox().step(),
    ]) {
      expect(use).toThrow(BackendError);
      expect(use).toThrow(/await the run first/);
    }
    await expect(other.run(1, {})).rejects.toThrow(BackendError);
    storage.write('free', [1, 2]);
    expect(storage.read('free')).toEqual(new Float32Array([1, 2]));
    await running;
    other.runSync(1, {});
    expect(storage.read('w')).toHaveLength(256 * 256);
  });

  test('goes on when everything it uses is given up', async () => {
    const { runnable, storage } = prepared(native(2), long());
    const running = runnable.run(100, {});
    runnable.dispose();
    storage.release('w');
    expect((await running)['peak']).toHaveLength(100);
    expect(() => runnable.runSync(1, {})).toThrow(BackendError);
    await expect(runnable.run(1, {})).rejects.toThrow(BackendError);
    expect(() => runnable.mailbox()).toThrow(BackendError);
    runnable.dispose();
  });
});

describe.skipIf(noAddon)('storage', () => {
  test('keeps integers, takes any numbers and writes from an offset', () => {
    const storage = native().createStorage();
    storage.allocate({ name: 'i', shape: [2, 2], dtype: 'i32' });
    expect(storage.read('i')).toEqual(new Int32Array(4));
    storage.write('i', new Float64Array([5, -6]), 2);
    expect(storage.read('i')).toEqual(new Int32Array([0, 0, 5, -6]));
    storage.release('i');
    expect(storage.has('i')).toBe(false);
    expect(() => storage.read('i')).toThrow('there is no stored tensor i');
  });

  test('keeps a replaced tensor alive for the programs that use it', () => {
    const { runnable, storage } = prepared(native(), counter());
    storage.write('total', [1]);
    storage.allocate({ name: 'total', shape: [1], dtype: 'f32' });
    expect(runnable.runSync(1, { x: new Float32Array([1]) })).toEqual({ next: new Float32Array([2]) });
    expect(storage.read('total')).toEqual(new Float32Array([0]));
  });

  test('adopts the room that its backend gave, and no other memory', () => {
    for (const backend of [native(), createReference()]) {
      const storage = backend.createStorage();
      const slot = { name: 'x', shape: [2, 2], dtype: f32 };
      const room = backend.room(4);
      expect(room).toEqual(new Float32Array(4));
      room.set([1, 2, 3, 4]);
      expect(storage.adopt({ ...slot, shape: [3] }, room.subarray(1))).toBe(false);
      expect(storage.adopt({ ...slot, shape: [5] }, room)).toBe(false);
      expect(storage.adopt(slot, new Float32Array(4))).toBe(false);
      expect(storage.has('x')).toBe(false);
      expect(storage.adopt(slot, room)).toBe(true);
      expect(storage.read('x')).toEqual(Float32Array.of(1, 2, 3, 4));
      // A second storage does not get it.
      expect(backend.createStorage().adopt(slot, room)).toBe(false);
      storage.write('x', [7], 1);
      storage.release('x');
      expect(storage.has('x')).toBe(false);
    }
  });

  test('refuses what does not fit', () => {
    const storage = native().createStorage();
    storage.allocate({ name: 'x', shape: [3], dtype: 'f32' });
    for (const [length, offset] of [
      [4, 0],
      [1, 3],
      [1, -1],
      [1, 0.5],
      [1, Number.NaN],
    ]) {
      expect(() => storage.write('x', new Float32Array(length!), offset)).toThrow(BackendError);
    }
    expect(() => storage.allocate({ name: 'y', shape: [2 ** 40, 2 ** 10], dtype: 'f32' })).toThrow(
      BackendError,
    );
    expect(storage.has('y')).toBe(false);
  });
});

describe.skipIf(noAddon)('what cannot be run is refused', () => {
  test('a feed of another length, by name', async () => {
    const { runnable } = prepared(native(), counter(2));
    expect(() => runnable.runSync(2, { x: new Float32Array(3) })).toThrow('feed x holds 3, wanted 4 numbers');
    await expect(runnable.run(2, {})).rejects.toThrow('feed x holds nothing, wanted 4 numbers');
    const gone = new Float32Array(4);
    structuredClone(gone, { transfer: [gone.buffer] });
    await expect(runnable.run(2, { x: gone })).rejects.toThrow(BackendError);
    for (const steps of [-1, 1.5, Number.NaN, 2 ** 60]) {
      await expect(runnable.run(steps, { x: new Float32Array(2) })).rejects.toThrow(BackendError);
    }
  });

  test('more fetches than there is memory', async () => {
    const { runnable } = prepared(native(), long());
    expect(() => runnable.runSync(2 ** 39, {})).toThrow(BackendError);
    await expect(runnable.run(2 ** 47, {})).rejects.toThrow(BackendError);
  });

  test('a storage without the tensor, with another one, or of another backend', () => {
    const program = counter(2);
    const storage = native().createStorage();
    expect(() => native().prepare(program, storage)).toThrow('there is no stored tensor total');
    storage.allocate({ name: 'total', shape: [3], dtype: 'f32' });
    expect(() => native().prepare(program, storage)).toThrow(ProgramError);
    storage.allocate({ name: 'total', shape: [2], dtype: 'i32' });
    expect(() => native().prepare(program, storage)).toThrow(ProgramError);
    expect(() => native().prepare(program, createReference().createStorage())).toThrow(BackendError);
  });

  const buffer = (arena: number, ...shape: number[]) => ({ place: { arena }, shape, dtype: f32 });
  const crossEntropy = {
    buffers: [
      buffer(0, 1, 2),
      { ...buffer(2, 1), dtype: 'i32' as const },
      buffer(3, 1),
      buffer(4, 1, 2),
      buffer(6, 1),
    ],
    steps: [
      {
        kind: 'kernel' as const,
        op: 'labelCrossEntropyWithGrad',
        inputs: [0, 1, 4],
        output: 2,
        more: [3],
        attrs: {},
        path: '',
      },
    ],
  };
  test('but not the bundle that the next are spoilt from', () => {
    const whole: Program = { arena: 16, constants: [], feeds: [], fetches: [], ...crossEntropy };
    native().prepare(whole, native().createStorage()).runSync(1, {});
  });
  const broken: Record<string, Partial<Program>> = {
    'a buffer beyond the arena': { buffers: [buffer(16, 1)] },
    'a buffer before the arena': { buffers: [buffer(-1, 1)] },
    'a buffer between words': { buffers: [buffer(0.5, 1)] },
    'a size that overflows': { buffers: [buffer(0, 2 ** 30, 2 ** 30, 2 ** 30)] },
    'a negative size': { buffers: [buffer(0, -1, -1)] },
    'an arena of no size': { arena: Number.NaN },
    'a fetch of nothing': { buffers: [buffer(0, 1)], fetches: [{ name: 'y', buffer: 1 }] },
    'a region that reads outside': { ...sumOf([4, 1], 11) },
    'a region with negative strides': { ...sumOf([-4, 1], 12) },
    'a region that writes another size': {
      ...sumOf([4, 1], 12),
      buffers: [...sumOf([4, 1], 12).buffers.slice(0, 2), buffer(0, 2, 2)],
    },
    'a kernel with shapes that break its rule': {
      buffers: [buffer(0, 2, 2), buffer(0, 2, 3)],
      steps: [
        { kind: 'kernel', op: 'transpose', inputs: [0], output: 1, attrs: { perm: [1, 0] }, path: 'a.b' },
      ],
    },
    'a kernel without an input': {
      buffers: [buffer(0, 2, 2)],
      steps: [{ kind: 'kernel', op: 'transpose', inputs: [], output: 0, attrs: { perm: [1, 0] }, path: '' }],
    },
    'a kernel without an attribute': {
      buffers: [buffer(0, 2, 2)],
      steps: [{ kind: 'kernel', op: 'transpose', inputs: [0], output: 0, attrs: {}, path: '' }],
    },
    'a kernel with an output too many': {
      buffers: [buffer(0, 2, 2), buffer(4, 2, 2)],
      steps: [
        {
          kind: 'kernel',
          op: 'transpose',
          inputs: [0],
          output: 1,
          more: [1],
          attrs: { perm: [1, 0] },
          path: '',
        },
      ],
    },
    'a bundle without its second output': {
      ...crossEntropy,
      steps: [{ ...crossEntropy.steps[0]!, more: [] }],
    },
    'a bundle with outputs of each other’s shape': {
      ...crossEntropy,
      steps: [{ ...crossEntropy.steps[0]!, output: 3, more: [2] }],
    },
    'an op that does not exist': {
      buffers: [buffer(0, 1)],
      steps: [{ kind: 'kernel', op: 'toString', inputs: [0], output: 0, attrs: {}, path: '' }],
    },
  };
  test.each(Object.entries(broken))('%s', (_name, part) => {
    const empty: Program = { buffers: [], arena: 16, constants: [], feeds: [], steps: [], fetches: [] };
    const storage = native().createStorage();
    for (const name of ['a', 'b']) storage.allocate({ name, shape: [name === 'a' ? 11 : 12], dtype: 'f32' });
    expect(() => native().prepare({ ...empty, ...part }, storage)).toThrow(GliaError);
  });
});
