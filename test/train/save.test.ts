import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Activation,
  activation,
  activations,
  add,
  batchNorm,
  binaryCrossentropy,
  categoricalCrossentropy,
  concat,
  dense,
  dropout,
  FileError,
  GliaError,
  huber,
  init,
  input,
  type LayerMaker,
  l1l2,
  layer,
  layerNorm,
  load,
  type Model,
  type ModelOptions,
  model,
  OptionError,
  ops,
  reshape,
  sequential,
  type Tensor,
} from 'glia';
import { columns, Table } from 'glia/data';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeSafetensors, encodeSafetensors } from '../../src/io/safetensors.ts';
import { describeBackends } from './backends.ts';
import { problem } from './problems.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'glia-save-'));
});
afterAll(() => rm(folder, { recursive: true }));

let saves = 0;
const nextPath = () => join(folder, `model-${saves++}`);
const { x, labels, values } = problem(40, 6);

describeBackends('a saved model', (backend) => {
  const kinds: Readonly<Record<string, (options: ModelOptions) => Model>> = {
    'with every kind of layer': (o) =>
      sequential(
        [
          dense(12, {
            name: 'first',
            activation: activations.leakyRelu({ slope: 0.3 }),
            init: init.normal({ std: 0.3 }),
            biasInit: 'ones',
            regularizer: l1l2(0.001, 0.002),
          }),
          batchNorm({ momentum: 0.2, eps: 1e-4 }),
          reshape([3, 4]),
          layerNorm({ axes: 2 }),
          activation(activations.softplus({ beta: 2 })),
          reshape([-1]),
          dropout(0.25),
          dense(3, { bias: false }),
        ],
        { ...o, inputShape: [6] },
      ),
    'with branches and a shared layer'(o) {
      const a = input([6]);
      const shared = dense(6, { name: 'shared', activation: 'tanh' });
      const h = add().call(a, shared.call(shared.call(a)));
      return model({ inputs: a, outputs: dense(3).call(concat().call(a, h)), ...o });
    },
    'with an initialiser of one`s own': (o) =>
      sequential(
        [
          dense(3, {
            init: { name: 'mine', config: { to: 0.1 }, fill: () => new Float32Array(18).fill(0.1) },
          }),
        ],
        {
          ...o,
          inputShape: [6],
        },
      ),
  };

  test.each(Object.entries(kinds))('%s comes back whole', async (_name, make) => {
    const net = make({ seed: 12, backend });
    await net.fit(x, labels, { loss: 'categoricalCrossentropy', epochs: 3 });
    const path = nextPath();
    await net.save(path);
    const again = await load(path, { backend });
    expect(await again.weights()).toEqual(await net.weights());
    expect(await again.predict(x)).toEqual(await net.predict(x));
    expect(await again.predictProbabilities(x)).toEqual(await net.predictProbabilities(x));
    // The loss came with it, and so did what depends on the seed and on options.
    expect(await again.evaluate(x, labels)).toEqual(await net.evaluate(x, labels));
    expect(String(again.summary())).toBe(String(net.summary()));
    // Saved again it is the same to the byte.
    const second = nextPath();
    await again.save(second);
    for (const file of ['model.json', 'weights.safetensors']) {
      expect(await readFile(join(second, file))).toEqual(await readFile(join(path, file)));
    }
  });

  test.each(['with branches and a shared layer', 'with every kind of layer'])(
    '%s trains on as the one that was saved would, with its seed, penalties, shuffles and masks',
    async (kind) => {
      const net = kinds[kind]!({ seed: 12, backend });
      const options = { loss: 'categoricalCrossentropy', epochs: 2, batchSize: 3 } as const;
      await net.fit(x, labels, options);
      const path = nextPath();
      await net.save(path);
      const again = await load(path, { backend });
      expect(await again.fit(x, labels, options)).toEqual(await net.fit(x, labels, options));
      expect(await again.weights()).toEqual(await net.weights());
    },
  );

  test('of one backend computes on the other', async () => {
    const net = kinds['with every kind of layer']!({ seed: 12, backend });
    const path = nextPath();
    await net.save(path);
    const other = await load(path, { backend: 'typescript' });
    const [ours, theirs] = [(await net.predict(x)).data, (await other.predict(x)).data];
    // Six layers of float32 in another order of summation.
    for (const [i, value] of ours.entries()) expect(Math.abs(value - theirs[i]!)).toBeLessThan(1e-5);
  });

  test('can be saved and read while it is trained', async () => {
    const net = kinds['with branches and a shared layer']!({ seed: 12, backend });
    const path = nextPath();
    const seen: (readonly number[])[] = [];
    await net.fit(x, labels, {
      loss: 'categoricalCrossentropy',
      epochs: 3,
      callbacks: [
        {
          name: 'save',
          async onEpoch(_event, run) {
            await net.save(path);
            const weights = await run.readWeights();
            expect(await (await load(path, { backend })).weights()).toEqual(weights);
            seen.push([...weights['shared.bias']!.data]);
          },
        },
      ],
    });
    expect(new Set(seen.map((one) => one.join())).size).toBe(3);
  });

  test('keeps its preprocessing and the names of its classes', async () => {
    const names = ['cat', 'dog', 'eel'];
    const table = Table.fromRows(
      Array.from({ length: 40 }, (_, i) => ({
        a: x.data[6 * i]!,
        b: i % 2 === 0 ? 'x' : 'y',
        kind: names[labels[i]!]!,
      })),
    );
    const prepare = columns({
      numeric: { of: ['a'], scale: 'standard' },
      categorical: { of: ['b'], encode: 'onehot' },
      target: { of: 'kind', encode: 'label' },
    }).fit(table);
    const net = sequential([dense(3)], { prepare, backend });
    await net.fit(table, { loss: 'categoricalCrossentropy', epochs: 2 });
    const path = nextPath();
    await net.save(path);
    const again = await load(path, { backend });
    const rows = [{ a: 0.3, b: 'y' }, { b: 'unheard of' }];
    expect(await again.predict(rows)).toEqual(await net.predict(rows));
    expect(await again.predict(rows[0]!)).toMatchObject({ probabilities: { cat: expect.any(Number) } });
    expect(await again.evaluate(table)).toEqual(await net.evaluate(table));
  });
});

describe('layers of one`s own', () => {
  const scaled = (factor: number, name?: string) =>
    layer({
      kind: 'scaled',
      config: { factor },
      ...(name !== undefined && { name }),
      params: ([d]) => ({ w: [d] }),
      state: () => ({ seen: { shape: [2], initial: 1 } }),
      apply: ({ w }, input) => ops.mul(factor, ops.mul(input, w)),
    });
  const layers: Readonly<Record<string, LayerMaker>> = {
    scaled: (config, name) => scaled(config['factor'] as number, name),
  };

  test('come back by their kind and options', async () => {
    const net = sequential([scaled(3), dense(1), scaled(0.5, 'last')], { inputShape: [6] });
    const path = nextPath();
    await net.save(path);
    const again = await load(path, { layers });
    expect(await again.predict(x)).toEqual(await net.predict(x));
    expect(Object.keys(await again.weights())).toContain('last.seen');
  });

  test('of a kind that nobody knows are named', async () => {
    const path = nextPath();
    await sequential([scaled(3)], { inputShape: [6] }).save(path);
    await expect(load(path)).rejects.toThrow(OptionError);
    await expect(load(path, { layers: { scalde: layers['scaled']! } })).rejects.toThrow(
      /no "scaled"[\s\S]*did you mean "scalde"/,
    );
    await expect(load(path, { layers: { toString: layers['scaled']! } })).rejects.toThrow(/no "scaled"/);
  });

  test('that could not be loaded again are refused when they are saved', async () => {
    const nameless = sequential([layer({ name: 'mine', apply: (_own, y) => y })], { inputShape: [6] });
    await expect(nameless.save(nextPath())).rejects.toThrow(OptionError);
    await expect(nameless.save(nextPath())).rejects.toThrow(
      /mine is custom and has no kind[\s\S]*layers: \{ \[kind\]/,
    );
    const own: Activation = { name: 'wave', config: {}, apply: (y) => ops.tanh(ops.mul(3, y)) };
    for (const made of [dense(2, { activation: own }), activation(own)]) {
      const net = sequential([made], { inputShape: [6] });
      await net.predict(x);
      await expect(net.save(nextPath())).rejects.toThrow(
        /could not be loaded again[\s\S]*no "wave"[\s\S]*layer\(\{ kind/,
      );
    }
  });
});

describe('files that are no model', () => {
  const small = () =>
    sequential(
      [dense(3, { activation: 'relu' }), batchNorm(), reshape([3]), dropout(0.1), concatFree(), dense(1)],
      {
        inputShape: [6],
        backend: 'typescript',
      },
    );
  const concatFree = () => activation(activations.elu({ alpha: 0.5 }));

  /** A saved model of which some files were overwritten. */
  async function damaged(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
    const path = nextPath();
    await small().save(path);
    for (const [file, content] of Object.entries(files)) await writeFile(join(path, file), content);
    return path;
  }

  const opened = (path: string) => load(path, { backend: 'typescript' });

  test('nothing there, or a file in place of the folder', async () => {
    await expect(opened(join(folder, 'nowhere'))).rejects.toThrow(FileError);
    await expect(opened(join(folder, 'nowhere'))).rejects.toThrow(/nowhere/);
    const file = join(folder, 'file');
    await writeFile(file, 'x');
    await expect(opened(file)).rejects.toThrow(FileError);
    for (const path of [undefined, null, 3, '', '\0']) {
      await expect(opened(path as never), String(path)).rejects.toThrow(GliaError);
    }
  });

  test.each([
    ['nothing', ''],
    ['no JSON', '{ "format": '],
    ['a number', '3'],
    ['a list', '[]'],
    ['null', 'null'],
    ['another format', '{ "format": "keras" }'],
    ['a later version', '{ "format": "glia.model", "version": 2 }'],
    ['bytes', new Uint8Array([0xff, 0xfe, 0x00])],
  ])('model.json with %s', async (_name, content) => {
    const path = await damaged({ 'model.json': content });
    const error = await opened(path).catch((one: GliaError) => one);
    expect(error).toBeInstanceOf(FileError);
    expect((error as FileError).facts.at).toBe(`${path}/model.json`);
  });

  test('model.json with anything in any place: a FileError that names the file, or a model', async () => {
    const path = await damaged({});
    const file = join(path, 'model.json');
    const whole: unknown = JSON.parse(await readFile(file, 'utf8'));
    const wrong: unknown[] = [
      null,
      -1,
      0,
      0.5,
      2 ** 31 - 1,
      1e300,
      true,
      '',
      'x',
      'constructor',
      [],
      [0],
      [-1],
      [2 ** 30],
      {},
      { a: 1 },
    ];
    wrong.push(undefined);
    let refused = 0;
    const attempt = async (place: Place, value: unknown) => {
      await writeFile(file, JSON.stringify(replaced(whole, place, value)));
      const result = await opened(path).catch((error: unknown) => error);
      if (!(result instanceof Error)) return;
      refused++;
      // A kind that is not glia's may be one of the caller's, so that is no fault of the file.
      const expected = place.at(-1) === 'kind' ? GliaError : FileError;
      expect(result, `${place.join('.')} = ${JSON.stringify(value)}`).toBeInstanceOf(expected);
    };
    for (const place of placesIn(whole)) for (const value of wrong) await attempt(place, value);
    expect(refused).toBeGreaterThan(500);
  });

  // JSON of its own, since no writer makes it: beyond numbers, deep beyond any stack, with the names that conversions ask for.
  const HOSTILE_TEXTS = [
    '{"toString":1,"valueOf":2,"length":3,"__proto__":{"toString":4}}',
    `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
    `"${'x'.repeat(100_000)}"`,
    '1e400',
    '-0',
    '123456789012345678901234567890',
  ];

  test.each(HOSTILE_TEXTS.map((text) => [text.slice(0, 20), text]))(
    'model.json with %s in any place: a FileError, or a model that can be saved',
    async (_name, text) => {
      const path = await damaged({});
      const file = join(path, 'model.json');
      const whole: unknown = JSON.parse(await readFile(file, 'utf8'));
      for (const place of placesIn(whole)) {
        await writeFile(
          file,
          JSON.stringify(replaced(whole, place, '@')).replace('"@"', () => text),
        );
        const result = await opened(path).catch((error: unknown) => error);
        if (!(result instanceof Error)) continue;
        const expected = place.at(-1) === 'kind' ? GliaError : FileError;
        expect(result, place.join('.')).toBeInstanceOf(expected);
        expect(result.message.length, place.join('.')).toBeLessThan(20_000);
      }
    },
  );

  test('a flag that is a text is refused: it would pass for true', async () => {
    const path = await damaged({});
    const file = join(path, 'model.json');
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace('"bias": true', '"bias": "no"'));
    await expect(opened(path)).rejects.toThrow(FileError);
    await expect(opened(path)).rejects.toThrow('bias must be true or false, got "no"');
  });

  test('preprocessing of another width or other classes than the layers is refused', async () => {
    const rows = Array.from({ length: 6 }, (_, i) => ({ a: i, b: -i, y: 'uvw'[i % 3]! }));
    const preparing = (numeric: string[], table: Table) =>
      columns({ numeric: { of: numeric }, target: { of: 'y', encode: 'label' } }).fit(table);
    const table = Table.fromRows(rows);
    const fewer = Table.fromRows(rows.map((row) => ({ ...row, y: row.y === 'w' ? 'v' : row.y })));
    const path = nextPath();
    const prepare = preparing(['a', 'b'], table);
    await sequential([dense(3)], { prepare, backend: 'typescript' }).save(path);
    await expect(opened(path)).resolves.toBeDefined();
    const file = join(path, 'model.json');
    const whole = JSON.parse(await readFile(file, 'utf8')) as object;
    for (const [other, message] of [
      [preparing(['a'], table), 'the preprocessing gives rows of 1'],
      [preparing(['a', 'b'], fewer), 'the preprocessing knows 2 classes, and the model has 3 outputs'],
    ] as const) {
      await writeFile(file, JSON.stringify({ ...whole, prepare: other.toJSON() }));
      await expect(opened(path)).rejects.toThrow(FileError);
      await expect(opened(path)).rejects.toThrow(message);
    }
  });

  test('__proto__ in model.json changes no prototype', async () => {
    const path = await damaged({});
    const file = join(path, 'model.json');
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace('"config": {', '"config": { "__proto__": { "polluted": true },'));
    await expect(opened(path))
      .rejects.toThrow(GliaError)
      .catch(() => undefined);
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  test('a layer far larger than its weights is refused before memory is asked for', async () => {
    const path = await damaged({});
    const file = join(path, 'model.json');
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replaceAll('"units": 3', '"units": 2000000000'));
    await expect(opened(path)).rejects.toThrow(FileError);
  });

  test('weights that are missing, too many, misshapen, or integers', async () => {
    const path = await damaged({});
    const file = join(path, 'weights.safetensors');
    const { tensors } = decodeSafetensors(await readFile(file), { at: file });
    const kept = Object.fromEntries(tensors) as Record<
      string,
      { shape: readonly number[]; data: Float32Array }
    >;
    const { 'dense1.bias': bias, ...others } = kept;
    const variants: Readonly<Record<string, [Parameters<typeof encodeSafetensors>[0], RegExp]>> = {
      missing: [others, /dense1\.bias is missing/],
      more: [{ ...kept, 'dense9.bias': bias! }, /has no dense9\.bias/],
      misshapen: [
        { ...kept, 'dense1.bias': { shape: [1, 3], data: bias!.data } },
        /dense1\.bias has another shape/,
      ],
      integer: [
        { ...kept, 'dense1.bias': { shape: [3], data: new Int32Array(3) } },
        /dense1\.bias must hold floats/,
      ],
      none: [{}, /missing/],
    };
    for (const [name, [weights, message]] of Object.entries(variants)) {
      await writeFile(file, encodeSafetensors(weights));
      await expect(opened(path), name).rejects.toThrow(FileError);
      await expect(opened(path), name).rejects.toThrow(message);
    }
    await writeFile(file, encodeSafetensors(kept));
    expect((await opened(path)).summary().parameters).toBe(6 * 3 + 3 + 6 + 3 + 1);
  });

  test('weights that are cut short, or no safetensors', async () => {
    const path = await damaged({});
    const file = join(path, 'weights.safetensors');
    const bytes = await readFile(file);
    for (const content of [
      bytes.subarray(0, -1),
      bytes.subarray(0, 7),
      new Uint8Array(0),
      Buffer.from('{}'),
    ]) {
      await writeFile(file, content);
      await expect(opened(path)).rejects.toThrow(FileError);
    }
  });
});

test('a model that was never built cannot be saved, and says why', async () => {
  await expect(sequential([dense(1)]).save(nextPath())).rejects.toMatchObject({ code: 'ERR_GLIA_STATE' });
  const net = sequential([dense(1)], { inputShape: [6] });
  await expect(net.save(undefined as never)).rejects.toThrow(GliaError);
});

test.each([
  ['huber', [[0.1], [2]], huber({ delta: 0.1 })],
  ['categoricalCrossentropy', Int32Array.of(-1, 1), categoricalCrossentropy({ ignoreIndex: -1 })],
  [
    'categoricalCrossentropy',
    Int32Array.of(0, 1),
    categoricalCrossentropy({ labelSmoothing: 0.2, reduction: 'sum' }),
  ],
  ['binaryCrossentropy', [[0], [1]], binaryCrossentropy({ posWeight: 3 })],
])('%s is saved with its options', async (_name, y, loss) => {
  const width = y instanceof Int32Array ? 3 : 1;
  const net = sequential([dense(width)], { inputShape: [1], seed: 5, backend: 'typescript' });
  const data = [[0.5], [-2]];
  await net.fit(data, y, { loss, epochs: 1 });
  const path = nextPath();
  await net.save(path);
  const again = await load(path, { backend: 'typescript' });
  expect(await again.evaluate(data, y)).toEqual(await net.evaluate(data, y));
});

test('a function that has the name of a loss is not taken for it', async () => {
  const mae = (y: Tensor, t: Tensor) => ops.mean(ops.square(ops.sub(y, t)));
  const net = sequential([dense(1)], { inputShape: [1], backend: 'typescript' });
  await net.fit([[1]], [[3]], { loss: mae, epochs: 1 });
  const path = nextPath();
  await net.save(path);
  const again = await load(path, { backend: 'typescript' });
  await expect(again.evaluate([[1]], [[3]])).rejects.toThrow(/the loss must be given/);
});

test('a loss of one`s own is not saved: evaluate asks for one', async () => {
  const net = sequential([dense(1)], { inputShape: [6] });
  await net.fit(x, values, {
    loss: function cubic(y, t) {
      return ops.mean(ops.abs(ops.sub(y, t)));
    },
    epochs: 1,
  });
  const path = nextPath();
  await net.save(path);
  await expect((await load(path)).evaluate(x, values)).rejects.toThrow(OptionError);
});

type Place = readonly (string | number)[];

/** Every place in a JSON document, the whole of it included. */
function placesIn(value: unknown, place: Place = []): Place[] {
  if (typeof value !== 'object' || value === null) return [place];
  return [place, ...Object.entries(value).flatMap(([key, inner]) => placesIn(inner, [...place, key]))];
}

/** A copy with another value in one place, or without it. */
function replaced(value: unknown, [key, ...rest]: Place, by: unknown): unknown {
  if (key === undefined) return by ?? null;
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<string, unknown>;
  copy[key] = rest.length === 0 ? by : replaced(copy[key], rest, by);
  return copy;
}
