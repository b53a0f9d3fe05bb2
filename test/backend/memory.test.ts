import { constants } from 'node:buffer';
import { totalmem } from 'node:os';
import { concat, dense, GliaError, input, layer, model, ops, sequential } from 'glia';
import { describe, expect, test } from 'vitest';
import type { Backend, BackendName } from '../../src/backend/backend.ts';
import { createReference } from '../../src/backend/reference.ts';
import { BackendError, OptionError, ProgramError, ShapeError } from '../../src/base/errors.ts';
import { compile } from '../../src/compile/compile.ts';
import { fed } from '../../src/ir/tensor.ts';
import { expand, sum } from '../../src/ops/index.ts';
import { counter, native, noAddon, prepared } from './programs.ts';

const names: readonly BackendName[] = noAddon ? ['typescript'] : ['native', 'typescript'];

/** More numbers than this machine has room for, but as few as that. */
const tooMany = Math.ceil(totalmem() / 4) + 1;

describe.each(names)('what does not fit into memory is refused before it is allocated: %s', (backend) => {
  const make = (): Backend => (backend === 'native' ? native() : createReference());

  test.each([2 ** 20, 2 ** 26, 2 ** 31, 2 ** 40])(
    'the first values of %i units of as many inputs',
    (units) => {
      // 2^31 units are refused as an argument, fewer by the memory that they need.
      expect(() => sequential([dense(units)], { inputShape: [units], backend })).toThrow(GliaError);
    },
  );

  test('first values that no array holds, of an initialiser of the user’s own', () => {
    const init = { name: 'own', config: {}, fill: () => new Float32Array(2 ** 40) };
    const wide = layer({ params: () => ({ w: { shape: [2], init } }), apply: ({ w }, x) => ops.add(x, w!) });
    expect(() => sequential([wide], { inputShape: [2], backend })).toThrow(BackendError);
  });

  test('a value that is doubled 30 or 50 times', () => {
    for (const times of [30, 50]) {
      let value = input([2]);
      const first = value;
      for (let i = 0; i < times; i++) value = concat().call(value, value);
      const net = model({ inputs: first, outputs: value, backend });
      // 2^31 numbers in a row: one more than an index can say.
      expect(() => net.predictSync([[1, 2]])).toThrow(ShapeError);
    }
  });

  test('a program', () => {
    const x = fed('x', [1]);
    const wide = expand(x, [4096, Math.ceil(tooMany / 4096)]);
    const program = compile({ fetch: { y: sum(wide), wide }, carry: [] });
    const backend = make();
    expect(() => backend.prepare(program, backend.createStorage())).toThrow('more memory than there is');
  });

  test('a tensor, a room and the fetches of many steps', async () => {
    const { runnable, storage } = prepared(make(), counter());
    for (const size of [tooMany, 2 ** 40, 2 ** 60]) {
      expect(() => storage.allocate({ name: 'x', shape: [size], dtype: 'f32' })).toThrow(BackendError);
      expect(() => make().room(size)).toThrow(BackendError);
      const feeds = { x: { length: size, slice: () => feeds.x } as unknown as Float32Array };
      expect(() => runnable.runSync(size, feeds)).toThrow(BackendError);
      await expect(runnable.run(size, feeds)).rejects.toThrow(BackendError);
    }
    expect(storage.has('x')).toBe(false);
    expect(runnable.runSync(1, { x: Float32Array.of(0) })['next']).toHaveLength(1);
  });

  test('data that says of itself that it has many rows', async () => {
    const net = sequential([dense(1)], { inputShape: [2], backend });
    for (const length of [tooMany, 2 ** 40]) {
      const rows = new Proxy([[1, 2]], {
        get: (from, key) => (key === 'length' ? length : Reflect.get(from, key)),
      });
      const options = { loss: 'mse', optimizer: 'sgd', epochs: 1 } as const;
      await expect(net.fit(rows, rows, options)).rejects.toThrow(GliaError);
      await expect(net.predict(rows)).rejects.toThrow(GliaError);
      expect(() => net.predictSync(rows)).toThrow(GliaError);
    }
  });
});

test.skipIf(noAddon || constants.MAX_LENGTH >= 2 ** 33)(
  'data beyond what a buffer may hold lies in an array that is copied, not in memory of the addon',
  () => {
    const length = constants.MAX_LENGTH / 4 + 16;
    const storage = native().createStorage();
    const room = native().room(length);
    expect(room).toHaveLength(length);
    // Nothing is touched, so that none of it is really there.
    expect(storage.adopt({ name: 'x', shape: [length], dtype: 'f32' }, room)).toBe(false);
    storage.allocate({ name: 'x', shape: [length], dtype: 'f32' });
    storage.write('x', Float32Array.of(7), length - 1);
    storage.release('x');
  },
);

describe('what would be compiled for minutes is refused', () => {
  test('40,000 layers', () => {
    const one = dense(2);
    const deep = () =>
      sequential(
        Array.from({ length: 40_000 }, () => one),
        { inputShape: [2] },
      );
    expect(deep).toThrow(OptionError);
    expect(deep).toThrow('the network has 40000 layers, and at most 5000 can be compiled');
  });

  test('a graph of more than 2^18 tensors', () => {
    const leaf = (i: number) => fed(`x${i}`, [1]);
    const carry = Array.from({ length: 2 ** 17 + 1 }, (_, i) => [leaf(2 * i), leaf(2 * i + 1)] as const);
    expect(() => compile({ fetch: {}, carry })).toThrow(ProgramError);
  });
});
