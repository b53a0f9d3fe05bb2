import {
  adam,
  binaryCrossentropy,
  categoricalCrossentropy,
  dense,
  dropout,
  type FitOptions,
  init,
  type Model,
  type ModelOptions,
  metrics,
  mse,
  sequential,
  sgd,
  trainStep,
  type Weight,
} from 'glia';
import { columns, epochOrder, splitIndices, Table } from 'glia/data';
import { expect, test } from 'vitest';
import { takeRows } from '../../src/train/rows.ts';
import { describeBackends } from './backends.ts';
import { problem } from './problems.ts';

const { x, labels, values } = problem(40, 5);
const classes: FitOptions = { loss: 'categoricalCrossentropy', batchSize: 8, epochs: 3 };

type Rows = { readonly data: Float32Array | Int32Array; readonly shape: readonly number[] };

/** Some rows of an input, a target or a weight, in the given order. */
function rowsOf(of: Rows, order: ArrayLike<number>): Rows {
  const rows = Int32Array.from(order);
  return { data: takeRows(of, rows, 0, rows.length), shape: [rows.length, ...of.shape.slice(1)] };
}

const vector = (data: Int32Array | Float32Array): Rows => ({ data, shape: [data.length] });
const all = Array.from({ length: 40 }, (_, i) => i);

/**
 * Expects the same weights but for rounding. Two sums of a few dozen float32 numbers in another order differ in the last
 * bits, 2⁻²³ of numbers around 1; a hundred of those are allowed after some dozen steps.
 */
function expectSame(got: Record<string, Weight>, wanted: Record<string, Weight>): void {
  expect(Object.keys(got)).toEqual(Object.keys(wanted));
  for (const [path, { data }] of Object.entries(got)) {
    data.forEach((value, i) => {
      expect(Math.abs(value - wanted[path]!.data[i]!), path).toBeLessThan(100 * 2 ** -23);
    });
  }
}

describeBackends('rows', (backend) => {
  const net = (options: ModelOptions = {}): Model =>
    sequential([dense(6, { activation: 'tanh' }), dense(3)], {
      inputShape: [5],
      seed: 2,
      backend,
      ...options,
    });
  /** A network whose first weights do not depend on the seed. */
  const plain = (seed: number): Model =>
    sequential([dense(3, { init: 'zeros' })], { inputShape: [5], seed, backend });

  test('come in an order that the seed and the epoch decide', async () => {
    const losses = async (seed: number, shuffle: boolean) =>
      (await plain(seed).fit(x, labels, { ...classes, shuffle })).epochs.map(({ loss }) => loss);
    expect(await losses(1, true)).not.toEqual(await losses(2, true));
    expect(await losses(1, false)).toEqual(await losses(2, false));
    expect(await losses(1, true)).not.toEqual(await losses(1, false));
  });

  test('come in the order of epochOrder: a loop of one`s own leaves the same bits', async () => {
    const fitted = net();
    await fitted.fit(x, labels, { ...classes, batchSize: 16, optimizer: adam({ learningRate: 0.01 }) });
    const looped = net();
    const step = trainStep(looped, {
      loss: 'categoricalCrossentropy',
      optimizer: adam({ learningRate: 0.01 }),
    });
    for (let epoch = 0; epoch < 3; epoch++) {
      const order = epochOrder(40, 2, epoch);
      for (let from = 0; from < 40; from += 16) {
        const batch = order.slice(from, from + 16);
        await step(rowsOf(x, batch), rowsOf(vector(labels), batch));
      }
    }
    expect(await looped.weights()).toEqual(await fitted.weights());
  });

  test('a second fit goes on with new orders and masks', async () => {
    const make = () => sequential([dense(6), dropout(0.5), dense(3)], { inputShape: [5], seed: 2, backend });
    const optimizer = sgd({ learningRate: 0.1 });
    const [once, twice, again] = [make(), make(), make()];
    await once.fit(x, labels, { ...classes, optimizer, epochs: 4 });
    await twice.fit(x, labels, { ...classes, optimizer, epochs: 2 });
    await twice.fit(x, labels, { ...classes, optimizer, epochs: 2 });
    // Plain SGD carries nothing over, so two halves are the whole, to the bit.
    expect(await twice.weights()).toEqual(await once.weights());
    await again.fit(x, labels, { ...classes, optimizer, epochs: 4, shuffle: false });
    expect(await again.weights()).not.toEqual(await once.weights());
  });

  test('are the same in every form that data takes', async () => {
    const nested = all.map((row) => Array.from(x.data.subarray(row * 5, (row + 1) * 5)));
    const forms: [unknown, unknown][] = [
      [nested, Array.from(labels)],
      [nested.map((row) => Float64Array.from(row)), Uint8Array.from(labels)],
      [{ data: Float64Array.from(x.data), shape: [40, 5] }, Float32Array.from(labels)],
      [
        { data: Array.from(x.data), shape: [40, 5] },
        { data: labels, shape: [40] },
      ],
    ];
    const wanted = net();
    const history = await wanted.fit(x, labels, classes);
    for (const [inputs, targets] of forms) {
      const other = net();
      expect(await other.fit(inputs as never, targets as never, classes)).toEqual(history);
      expect(await other.weights()).toEqual(await wanted.weights());
    }
  });

  test('one-hot rows are what labels are', async () => {
    const hot = new Float32Array(120);
    labels.forEach((label, row) => {
      hot[row * 3 + label] = 1;
    });
    const [a, b] = [net(), net()];
    const first = await a.fit(x, labels, { ...classes, metrics: ['accuracy'] });
    const second = await b.fit(x, { data: hot, shape: [40, 3] }, { ...classes, metrics: ['accuracy'] });
    first.epochs.forEach((logs, i) => {
      expect(second.epochs[i]!['accuracy']).toBe(logs['accuracy']);
    });
    expectSame(await b.weights(), await a.weights());
  });
});

describeBackends('a share for validation', (backend) => {
  const net = () => sequential([dense(4), dense(3)], { inputShape: [5], seed: 3, backend });

  async function expectSplit(
    parts: ReturnType<typeof splitIndices>,
    options: Partial<FitOptions>,
  ): Promise<void> {
    const [share, given] = [net(), net()];
    const [train, held] = [parts.train, parts.validation];
    const fromShare = await share.fit(x, labels, {
      ...classes,
      metrics: ['accuracy'],
      validation: 0.25,
      ...options,
    });
    const fromRows = await given.fit(rowsOf(x, train), rowsOf(vector(labels), train), {
      ...classes,
      metrics: ['accuracy'],
      validation: { x: rowsOf(x, held), y: rowsOf(vector(labels), held) },
    });
    expect(fromShare).toEqual(fromRows);
    expect(await share.weights()).toEqual(await given.weights());
    const { loss, accuracy } = await given.evaluate(rowsOf(x, held), rowsOf(vector(labels), held));
    expect(fromShare.final['val_accuracy']).toBe(accuracy);
    expect(fromShare.final['val_loss']).toBe(loss);
  }

  test('is held out after shuffling by the seed, and never trained on', () =>
    expectSplit(splitIndices(40, { validation: 0.25, seed: 3 }), {}));

  test('holds the same share of each class', async () => {
    const parts = splitIndices(40, { validation: 0.25, seed: 3 }, labels);
    for (const label of [0, 1, 2]) {
      const [whole, held] = [labels, parts.validation.map((row) => labels[row]!)].map(
        (of) => of.filter((one) => one === label).length,
      );
      expect(Math.abs(held! - whole! / 4)).toBeLessThan(1);
    }
    await expectSplit(parts, { stratify: true });
  });

  test('is measured without the weights of the training', async () => {
    const weights = labels.map((label) => 1 + label);
    const [a, b] = [net(), net()];
    const optimizer = sgd({ learningRate: 1e-12 });
    const options = { ...classes, epochs: 1, optimizer, validation: 0.25 };
    const weighed = await a.fit(x, labels, { ...options, sampleWeight: weights });
    const unweighed = await b.fit(x, labels, options);
    expect(weighed.final['val_loss']).toBe(unweighed.final['val_loss']);
    expect(weighed.final.loss).not.toBe(unweighed.final.loss);
  });

  test('of nothing is none', async () => {
    expect(Object.keys((await net().fit(x, labels, { ...classes, validation: 0 })).final)).not.toContain(
      'val_loss',
    );
  });
});

describeBackends('weights of rows and classes', (backend) => {
  const net = () =>
    sequential([dense(4, { activation: 'tanh' }), dense(3)], { inputShape: [5], seed: 3, backend });
  const whole: FitOptions = {
    ...classes,
    epochs: 10,
    shuffle: false,
    batchSize: 1000,
    optimizer: sgd({ learningRate: 0.2, momentum: 0.9 }),
  };

  async function weightsAfter(
    order: readonly number[],
    options: Partial<FitOptions>,
  ): Promise<Record<string, Weight>> {
    const one = net();
    await one.fit(rowsOf(x, order), rowsOf(vector(labels), order), { ...whole, ...options });
    return one.weights();
  }

  test('weight 2 is a row twice, weight 0 is no row: the mean divides by the sum of the weights', async () => {
    const sampleWeight = all.map((i) => i % 3);
    const repeated = all.flatMap((i) => new Array<number>(i % 3).fill(i));
    expectSame(await weightsAfter(all, { sampleWeight }), await weightsAfter(repeated, {}));
  });

  test('so it is for a sum', async () => {
    const loss = categoricalCrossentropy({ reduction: 'sum' });
    const optimizer = sgd({ learningRate: 0.005 });
    const sampleWeight = all.map((i) => i % 3);
    const repeated = all.flatMap((i) => new Array<number>(i % 3).fill(i));
    const options = { loss, optimizer };
    expectSame(await weightsAfter(all, { ...options, sampleWeight }), await weightsAfter(repeated, options));
  });

  test('one factor on all of them changes nothing in a mean', async () => {
    const sampleWeight = all.map(() => 4);
    expectSame(await weightsAfter(all, { sampleWeight }), await weightsAfter(all, {}));
  });

  test('a class weight is the weight of its rows, beside their own', async () => {
    const classWeight = { 0: 3, 2: 0.5 };
    const of = [3, 1, 0.5];
    const sampleWeight = all.map((i) => (1 + (i % 2)) * of[labels[i]!]!);
    expectSame(
      await weightsAfter(all, { classWeight, sampleWeight: all.map((i) => 1 + (i % 2)) }),
      await weightsAfter(all, { sampleWeight }),
    );
  });

  test('balanced is rows / (classes · rows of the class)', async () => {
    const skewed = all.filter((i) => labels[i] !== 1 || i % 3 === 0);
    const count = (label: number) => skewed.filter((i) => labels[i] === label).length;
    const sampleWeight = skewed.map((i) => skewed.length / (3 * count(labels[i]!)));
    // In a sum, unlike in a mean, a common factor would show.
    const options = {
      loss: categoricalCrossentropy({ reduction: 'sum' }),
      optimizer: sgd({ learningRate: 0.005 }),
    };
    expectSame(
      await weightsAfter(skewed, { ...options, classWeight: 'balanced' }),
      await weightsAfter(skewed, { ...options, sampleWeight }),
    );
  });

  test('classes of one-hot rows, of yes and no, and of names are weighed, too', async () => {
    const hot = { data: new Float32Array(120), shape: [40, 3] };
    labels.forEach((label, row) => {
      hot.data[row * 3 + label] = 1;
    });
    const one = net();
    await one.fit(x, hot, { ...whole, classWeight: { 1: 5 } });
    expectSame(await one.weights(), await weightsAfter(all, { classWeight: { 1: 5 } }));

    const yes = () => sequential([dense(1)], { inputShape: [5], seed: 3, backend });
    const y = all.map((i) => [labels[i] === 0 ? 1 : 0]);
    const [a, b] = [yes(), yes()];
    const binary = { ...whole, loss: binaryCrossentropy() };
    await a.fit(x, y, { ...binary, classWeight: { 1: 5 } });
    await b.fit(x, y, { ...binary, sampleWeight: y.map(([t]) => (t === 1 ? 5 : 1)) });
    expectSame(await a.weights(), await b.weights());

    const table = Table.fromRows(
      all.map((i) => ({ a: x.data[5 * i]!, kind: ['cat', 'dog', 'eel'][labels[i]!]! })),
    );
    const prepare = columns({ numeric: { of: ['a'] }, target: { of: 'kind', encode: 'label' } }).fit(table);
    const named = () => sequential([dense(3)], { prepare, seed: 3, backend });
    const [c, d] = [named(), named()];
    await c.fit(table, { ...whole, classWeight: { dog: 5 } });
    await d.fit(table, { ...whole, classWeight: { 1: 5 } });
    expect(await c.weights()).toEqual(await d.weights());
  });

  test('the loss of an epoch is the weighted mean', async () => {
    const sampleWeight = all.map((i) => i % 3);
    const one = net();
    const still = { ...whole, epochs: 1, optimizer: sgd({ learningRate: 1e-12 }) };
    const { final } = await one.fit(x, labels, { ...still, sampleWeight });
    const { data } = await one.predictProbabilities(x);
    // logLoss is the mean of the rows' losses by their weights, and is tested against scikit-learn.
    const wanted = metrics.logLoss({ data, shape: [40, 3] }, labels, { weights: sampleWeight });
    expect(final.loss).toBeCloseTo(wanted, 5); // float32 against float64
  });
});

describeBackends('what belongs to the caller', (backend) => {
  const net = () =>
    sequential([dense(6, { activation: 'tanh' }), dense(1)], { inputShape: [5], seed: 2, backend });
  const options: FitOptions = { loss: 'mse', epochs: 5, batchSize: 8 };
  const fresh = () => ({
    x: { data: x.data.slice(), shape: [40, 5] },
    y: { data: values.data.slice(), shape: [40, 1] },
    weight: Float32Array.from({ length: 40 }, (_, i) => 1 + (i % 3)),
    validation: {
      x: { data: x.data.slice(), shape: [40, 5] },
      y: { data: values.data.slice(), shape: [40, 1] },
    },
  });
  type Given = ReturnType<typeof fresh>;
  const arrays = ({ x: a, y: b, weight, validation }: Given) => [
    a.data,
    b.data,
    weight,
    validation.x.data,
    validation.y.data,
  ];
  const spoil: Readonly<Record<string, (given: Given) => void>> = {
    changed: (given) => {
      for (const array of arrays(given)) array.fill(1e9);
    },
    'transferred away': (given) => {
      const buffers = arrays(given).map(({ buffer }) => buffer);
      structuredClone(buffers, { transfer: buffers });
    },
    'given another shape': (given) => {
      given.x.shape.splice(0, 2, 5, 40);
      given.validation.y.shape.length = 0;
    },
  };

  test.each(Object.entries(spoil))('changes nothing when it is %s after the call', async (_name, damage) => {
    const run = async (hurt: (given: Given) => void) => {
      const one = net();
      const given = fresh();
      const { weight: sampleWeight, validation } = given;
      const settings = { ...options, sampleWeight, validation, callbacks: [], metrics: ['rmse' as const] };
      const running = one.fit(given.x, given.y, settings);
      hurt(given);
      Object.assign(settings, { epochs: 0, loss: 'nothing' });
      (settings.callbacks as unknown[]).push('nothing');
      settings.metrics.length = 0;
      return { history: await running, weights: await one.weights() };
    };
    expect(await run(damage)).toEqual(await run(() => undefined));
  });

  test.each(Object.entries(spoil))(
    'nor in predict, evaluate and trainStep when it is %s',
    async (_name, damage) => {
      const run = async (hurt: (given: Given) => void) => {
        const one = net();
        const step = trainStep(one, { loss: mse() });
        const found: unknown[] = [];
        for (const call of [
          (given: Given) => one.predict(given.x),
          (given: Given) => one.evaluate(given.x, given.y, { loss: 'mse' }),
          (given: Given) => step(given.x, given.y),
        ]) {
          const given = fresh();
          const running = call(given);
          hurt(given);
          found.push(await running);
        }
        return found;
      };
      expect(await run(damage)).toEqual(await run(() => undefined));
    },
  );

  test('is not changed by a run, nor are weights that were handed out', async () => {
    const one = net();
    const given = fresh();
    const { weight: sampleWeight, validation } = given;
    const handed = await one.weights();
    const before = structuredClone(handed);
    await one.fit(given.x, given.y, { ...options, sampleWeight, validation });
    expect(given).toEqual(fresh());
    expect(handed).toEqual(before);
    const predicted = await one.predict(given.x);
    predicted.data.fill(7);
    expect((await one.predict(given.x)).data).not.toEqual(predicted.data);
  });

  test('an initialiser that keeps its array keeps no hold of the weights', async () => {
    const array = new Float32Array([1, 2, 3, 4, 5]);
    const kept = { ...init.constant(0), fill: () => array };
    const one = sequential([dense(1, { init: kept })], { inputShape: [5], backend });
    array.fill(9);
    expect((await one.weights())['dense1.weight']!.data).toEqual(new Float32Array([1, 2, 3, 4, 5]));
  });
});
