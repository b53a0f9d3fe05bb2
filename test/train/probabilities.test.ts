import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  activation,
  categoricalCrossentropy,
  dense,
  type LossFunction,
  load,
  type Model,
  type ModelOptions,
  NumericError,
  OptionError,
  ops,
  reshape,
  sequential,
  sgd,
  trainStep,
  type Values,
} from 'glia';
import { columns, Table } from 'glia/data';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeBackends } from './backends.ts';

const x = [
  [0.5, -1],
  [2, 1],
  [0, 0],
];
const labels = Int32Array.of(1, 1, 0);
const table = Table.fromRows(x.map(([a, b], i) => ({ a: a!, b: b!, c: ['yes', 'yes', 'no'][i]! })));
const prepare = columns({
  numeric: { of: ['a', 'b'], scale: 'none' },
  target: { of: 'c', encode: 'label' },
}).fit(table);

// float32 against float64, of numbers up to 1.
const ROUNDING = 1e-6;

const ownLoss: LossFunction = (logits, target) => ops.mean(ops.softmaxCrossEntropy(logits, target));
// With so small a step the weights stay where they are.
const step = { optimizer: sgd({ learningRate: 1e-30 }) };
const still = { optimizer: 'sgd', learningRate: 1e-30, epochs: 1 } as const;

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'glia-probabilities-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Logits 2a + b and a - b of rows `[a, b]`. */
const weight = { shape: [2, 2], data: Float32Array.of(2, 1, 1, -1) };
const bias = { shape: [2], data: new Float32Array(2) };

/** Softmax of them. */
const wanted = x.map(([a, b]) => {
  const [no, yes] = [Math.exp(2 * a! + b!), Math.exp(a! - b!)];
  return [no / (no + yes), yes / (no + yes)];
});
const named = wanted.map(([no, yes]) => ({
  class: no! >= yes! ? 'no' : 'yes',
  probabilities: { no: expect.closeTo(no!, 6), yes: expect.closeTo(yes!, 6) },
}));

function expectWanted(p: Values): void {
  expect(p.shape).toEqual([3, 2]);
  wanted.flat().forEach((value, i) => {
    expect(Math.abs(p.data[i]! - value)).toBeLessThan(ROUNDING);
  });
}

describeBackends('class probabilities', (backend) => {
  const plain = async (options: ModelOptions = {}, ...more: Parameters<typeof sequential>[0]) => {
    const net = sequential([dense(2), ...more], { inputShape: [2], backend, ...options });
    await net.setWeights({ 'dense1.weight': weight, 'dense1.bias': bias });
    return net;
  };
  let saved = 0;
  const again = async (net: Model) => {
    const path = join(folder, `${backend}${saved++}.glia`);
    await net.save(path);
    return load(path, { backend });
  };

  test.each<[string, (net: Model) => Promise<unknown>]>([
    ['nothing', async () => undefined],
    ['fit', (net) => net.fit(table, { ...still, loss: 'categoricalCrossentropy' })],
    ['fit by a loss of one`s own', (net) => net.fit(table, { ...still, loss: ownLoss })],
    ['trainStep', (net) => trainStep(net, { ...step, loss: 'categoricalCrossentropy' })(x, labels)],
    ['trainStep by a loss of one`s own', (net) => trainStep(net, { ...step, loss: ownLoss })(x, labels)],
    [
      'steps at once',
      async (net) => trainStep(net, { ...step, loss: categoricalCrossentropy() }).sync(x, labels),
    ],
  ])('of a model with classes are those of its logits after %s, and after it was loaded', async (_by, by) => {
    const net = await plain({ prepare });
    await by(net);
    for (const one of [net, await again(net)]) {
      expectWanted(await one.predictProbabilities(x));
      expect(await one.predict(table)).toEqual(named);
    }
  });

  test.each<[string, Parameters<typeof sequential>[0]]>([
    ['the layer', [activation('softmax')]],
    ['a layer that reshapes it', [activation('softmax'), reshape([2])]],
  ])('are seen in the graph where a softmax ends it, at %s', async (_at, more) => {
    const net = await plain({}, ...more);
    for (const one of [net, await again(net)]) {
      expectWanted(await one.predictProbabilities(x));
      expectWanted(await one.predictProbabilities(x, { link: 'softmax' }));
    }
    await trainStep(net, { ...step, loss: ownLoss })(x, labels);
    expectWanted(await net.predictProbabilities(x));
    await expect(net.predictProbabilities(x, { link: 'sigmoid' })).rejects.toThrow(/output is a softmax/);
  });

  test('come from steps by a named loss, and with the loss that is saved', async () => {
    const net = await plain();
    await trainStep(net, { ...step, loss: 'categoricalCrossentropy' })(x, labels);
    for (const one of [net, await again(net)]) expectWanted(await one.predictProbabilities(x));
    expect(await net.evaluate(x, labels)).toEqual({
      loss: expect.closeTo(-Math.log(wanted[0]![1]! * wanted[1]![1]! * wanted[2]![0]!) / 3, 6),
      accuracy: expect.closeTo(2 / 3, 12),
    });
  });

  test.each<[string, (net: Model) => Promise<unknown>]>([
    ['nothing', async () => undefined],
    ['a loss of one`s own', (net) => net.fit(x, labels, { ...still, loss: ownLoss })],
    ['steps by one', (net) => trainStep(net, { ...step, loss: ownLoss })(x, labels)],
    ['a loss of values', (net) => net.fit(x, [[0, 1], [1, 0], [1, 0]], { ...still, loss: 'mse' })], // biome-ignore format: a row each would be a page
  ])('are refused after %s where nothing says how logits become them, unless it is said', async (_by, by) => {
    const net = await plain();
    await by(net);
    for (const one of [net, await again(net)]) {
      const error = await one.predictProbabilities(x).catch((thrown) => thrown);
      expect(error).toBeInstanceOf(OptionError);
      expect(error.message).toMatch(
        /nothing says how the output becomes probabilities[\s\S]*link: 'softmax'/,
      );
      expectWanted(await one.predictProbabilities(x, { link: 'softmax' }));
    }
    const each = await net.predictProbabilities(x, { link: 'sigmoid' });
    expect(each.data[0]).toBeCloseTo(1 / (1 + Math.exp(-0)), 6);
    expect(each.data[2]).toBeCloseTo(1 / (1 + Math.exp(-5)), 6);
    expect(await net.predictProbabilities(x, { link: 'none' })).toEqual(await net.predict(x));
    for (const link of ['softmx', null, Symbol('softmax'), {}, ['softmax', 'softmax'], []] as never[]) {
      await expect(net.predictProbabilities(x, { link })).rejects.toBeInstanceOf(OptionError);
    }
  });

  test('of one output for two classes are that of the second, by its sigmoid', async () => {
    const one = sequential([dense(1)], { prepare, backend });
    await one.setWeights({
      'dense1.weight': { shape: [1, 2], data: Float32Array.of(1, 2) },
      'dense1.bias': { shape: [1], data: new Float32Array(1) },
    });
    const p = 1 / (1 + Math.exp(-4));
    for (const net of [one, await again(one)]) {
      expect((await net.predictProbabilities(x)).data[1]).toBeCloseTo(p, 6);
      expect(await net.predict({ a: 2, b: 1 })).toEqual({
        class: 'yes',
        probabilities: { no: expect.closeTo(1 - p, 6), yes: expect.closeTo(p, 6) },
      });
      await expect(net.predictProbabilities(x, { link: 'softmax' })).rejects.toThrow(/is always 1/);
    }
  });

  test('are what metrics see after a loss of one`s own, and accuracy is what is told then', async () => {
    const net = await plain({ prepare });
    const options = { ...still, loss: ownLoss, metrics: ['accuracy', 'logLoss'], validation: table } as const;
    const { final } = await net.fit(table, options);
    const logLoss = -Math.log(wanted[0]![1]! * wanted[1]![1]! * wanted[2]![0]!) / 3;
    expect(final['val_accuracy']).toBeCloseTo(2 / 3, 12);
    expect(final['val_logLoss']).toBeCloseTo(logLoss, 5);
    expect(final['logLoss']).toBeCloseTo(logLoss, 5);
    const stepped = await plain({ prepare });
    expect(Object.keys(await stepped.evaluate(table, { loss: ownLoss }))).toEqual(['loss', 'accuracy']);
  });
});

describeBackends('outputs that are not finite', (backend) => {
  const huge = async (units: number, options: ModelOptions, ...more: Parameters<typeof sequential>[0]) => {
    const net = sequential([dense(units), ...more], { inputShape: [2], backend, ...options });
    await net.setWeights({
      'dense1.weight': { shape: [units, 2], data: new Float32Array(2 * units).fill(1e10) },
      'dense1.bias': { shape: [units], data: new Float32Array(units) },
    });
    return net;
  };
  const values = columns({
    numeric: { of: ['a', 'b'], scale: 'none' },
    target: { of: 'c', encode: 'none', scale: 'standard' },
  }).fit(Table.fromRows(x.map(([a, b], i) => ({ a: a!, b: b!, c: i }))));
  const far = [
    [1, 0],
    [1e30, 0],
  ];
  const rows = far.map(([a, b]) => ({ a: a!, b: b! }));

  test.each<[string, () => Promise<Model>]>([
    ['two logits', () => huge(2, { prepare })],
    ['one logit', () => huge(1, { prepare })],
    ['a softmax', () => huge(2, { prepare }, activation('softmax'))],
    ['a value', () => huge(1, { prepare: values })],
  ])('of %s are no class and no value', async (_of, make) => {
    const net = await make();
    const refused: [string, Promise<unknown>][] = [
      ['rows', net.predict(rows)],
      ['a table', net.predict(Table.fromRows(rows))],
    ];
    for (const [what, promise] of refused) {
      const error: unknown = await promise.catch((thrown: unknown) => thrown);
      expect(error, what).toBeInstanceOf(NumericError);
      expect(String(error), what).toMatch(/the model gives (NaN|Infinity) for row 1\n[\s\S]*weights/);
    }
    expect(await net.predict(rows[0]!)).toBeTypeOf('object');
    // Numbers for numbers: what the network gives.
    expect((await net.predict(far)).data.every(Number.isFinite)).toBe(false);
  });

  test('are no probabilities', async () => {
    for (const net of [await huge(2, { prepare }), await huge(2, {}, activation('softmax'))]) {
      await expect(net.predictProbabilities(far)).rejects.toBeInstanceOf(NumericError);
    }
    const link = 'sigmoid';
    await expect((await huge(1, {})).predictProbabilities(far, { link })).rejects.toThrow(
      /Infinity for row 1/,
    );
  });

  test('are not evaluated', async () => {
    for (const metrics of [[], ['accuracy'], ['topK']] as const) {
      const net = await huge(2, { prepare });
      const evaluated = net.evaluate(far, Int32Array.of(0, 1), { loss: 'categoricalCrossentropy', metrics });
      await expect(evaluated).rejects.toThrow(/evaluate: the model gives Infinity for row 1/);
    }
    await expect((await huge(1, {})).evaluate(far, [[0], [1]], { loss: 'mse' })).rejects.toBeInstanceOf(
      NumericError,
    );
  });
});
