import {
  activation,
  add,
  batchNorm,
  concat,
  DataError,
  dense,
  dropout,
  input,
  l2,
  layer,
  type Model,
  model,
  ops,
  ShapeError,
  sequential,
  sgd,
  type Tensor,
  trainStep,
  valueAndGrad,
  type Weight,
} from 'glia';
import { earlyStopping } from 'glia/callbacks';
import { columns, Table } from 'glia/data';
import { describe, expect, test } from 'vitest';
import { describeBackends } from './backends.ts';
import { problem } from './problems.ts';

const { x, labels, values } = problem(40, 4);

/** Rounding of a float32 number around 1, a few dozen times. */
const ROUNDING = 64 * 2 ** -24;

describeBackends('weights', (backend) => {
  const net = () => sequential([dense(3), batchNorm(), dense(2)], { inputShape: [4], seed: 3, backend });

  test('are copies by path, parameters and states', async () => {
    const one = net();
    const weights = await one.weights();
    expect(Object.fromEntries(Object.entries(weights).map(([path, { shape }]) => [path, shape]))).toEqual({
      'dense1.weight': [3, 4],
      'dense1.bias': [3],
      'batchNorm1.weight': [3],
      'batchNorm1.bias': [3],
      'dense2.weight': [2, 3],
      'dense2.bias': [2],
      'batchNorm1.running_mean': [3],
      'batchNorm1.running_var': [3],
    });
    for (const { data } of Object.values(weights)) data.fill(Number.NaN);
    expect((await one.predict(x)).data.every(Number.isFinite)).toBe(true);
  });

  test('go from one model into another', async () => {
    const [one, other] = [
      net(),
      sequential([dense(3), batchNorm(), dense(2)], { inputShape: [4], seed: 9, backend }),
    ];
    await one.fit(x, { data: new Float32Array(80), shape: [40, 2] }, { loss: 'mse' });
    await other.setWeights(await one.weights());
    expect(await other.predict(x)).toEqual(await one.predict(x));
  });

  test('are written all or not at all', async () => {
    const one = net();
    const before = await one.weights();
    const wrong: Readonly<
      Record<string, [change: (weights: Record<string, Weight>) => unknown, error: unknown, says: RegExp]>
    > = {
      'one is missing': [
        (w) => Reflect.deleteProperty(w, 'dense2.bias'),
        DataError,
        /dense2\.bias is missing/,
      ],
      'one is too many': [
        (w) => Object.assign(w, { 'dense2.weigth': w['dense2.weight'] }),
        DataError,
        /no dense2\.weigth[\s\S]*did you mean "dense2\.weight"/,
      ],
      'one has another shape': [
        (w) => Object.assign(w, { 'dense2.weight': { ...w['dense2.weight'], shape: [3, 2] } }),
        ShapeError,
        /dense2\.weight has another shape[\s\S]*\[2, 3\][\s\S]*\[3, 2\]/,
      ],
      'one has too few numbers': [
        (w) => Object.assign(w, { 'dense2.bias': { shape: [2], data: new Float32Array(1) } }),
        ShapeError,
        /dense2\.bias/,
      ],
      'one is no tensor': [(w) => Object.assign(w, { 'dense2.bias': [1, 2] }), DataError, /dense2\.bias/],
      'one was transferred away': [
        (w) => structuredClone(0, { transfer: [w['dense2.bias']!.data.buffer as ArrayBuffer] }),
        ShapeError,
        /dense2\.bias/,
      ],
    };
    for (const [what, [change, error, says]] of Object.entries(wrong)) {
      const weights = structuredClone(before);
      for (const { data } of Object.values(weights)) data.fill(7);
      change(weights);
      const writing = async () => one.setWeights(weights);
      await expect(writing(), what).rejects.toThrow(error as typeof DataError);
      await expect(writing(), what).rejects.toThrow(says);
      expect(await one.weights(), what).toEqual(before);
    }
    for (const nothing of [undefined, null, 3, []]) {
      await expect((async () => one.setWeights(nothing as never))()).rejects.toThrow(DataError);
    }
  });

  test('that were handed over may be changed at once', async () => {
    const one = net();
    const weights = await one.weights();
    const wanted = structuredClone(weights);
    for (const { data } of Object.values(wanted)) data.fill(0.25);
    for (const { data } of Object.values(weights)) data.fill(0.25);
    // A prediction goes first, so that the writing has to wait.
    const predicting = one.predict(x);
    const writing = one.setWeights(weights);
    for (const { data } of Object.values(weights)) data.fill(9);
    await Promise.all([predicting, writing]);
    expect(await one.weights()).toEqual(wanted);
  });
});

describe('summary', () => {
  test('counts the parameters of 784-128-10', () => {
    const summary = sequential([dense(128, { activation: 'relu' }), dense(10)], {
      inputShape: [784],
    }).summary();
    expect(summary.parameters).toBe(101_770);
    expect(summary.bytes).toBe(4 * 101_770);
    expect(summary.layers.map(({ name, parameters, shape }) => [name, parameters, shape])).toEqual([
      ['dense1', 100_480, [128]],
      ['dense2', 1290, [10]],
    ]);
    // Two operations for each weight; with the bias, the rectifier and nothing else.
    expect(summary.layers[1]!.flops).toBe(2 * 1280 + 10);
    expect(summary.flops).toBe(2 * 784 * 128 + 128 + 128 + 2 * 1280 + 10);
  });

  test('counts states apart, and a shared layer once', () => {
    const a = input([4]);
    const shared = dense(4, { name: 'shared' });
    const net = model({ inputs: a, outputs: batchNorm().call(shared.call(shared.call(a))) });
    const summary = net.summary();
    expect(summary.parameters).toBe(20 + 8);
    expect(summary.states).toBe(8);
    expect(summary.bytes).toBe(4 * 36);
    expect(summary.layers.map(({ name, parameters }) => [name, parameters])).toEqual([
      ['shared', 20],
      ['shared', 0],
      ['batchNorm1', 8],
    ]);
  });

  test('is a table in words', () => {
    const net = sequential([dense(3, { name: 'hidden' }), activation('tanh'), dense(1)], { inputShape: [2] });
    expect(String(net.summary())).toBe(
      [
        'layer        kind        output  parameters  FLOP/row',
        'hidden       dense       [n, 3]           9        15',
        'activation1  activation  [n, 3]           0         3',
        'dense2       dense       [n, 1]           4         7',
        '13 parameters, 0 states, 52 bytes, 25 FLOP a row',
      ].join('\n'),
    );
  });
});

describeBackends('valueAndGrad', (backend) => {
  const linear = (options = {}) => sequential([dense(1, options)], { inputShape: [4], seed: 5, backend });
  const squared = (y: Tensor, t: Tensor) => ops.mean(ops.square(ops.sub(y, t)));

  test('of a linear model is the closed form: 2/n · Xᵀ(Xw + b - t)', async () => {
    const net = linear();
    const weights = await net.weights();
    const [w, b] = [weights['dense1.weight']!.data, weights['dense1.bias']!.data[0]!];
    const { value, gradients } = await valueAndGrad(net, squared)(x, values);
    const residual = Array.from({ length: 40 }, (_, i) => {
      const row = x.data.subarray(4 * i, 4 * i + 4);
      return row.reduce((sum, xi, j) => sum + xi * w[j]!, b) - values.data[i]!;
    });
    const mean = (of: (i: number) => number) => residual.reduce((sum, _r, i) => sum + of(i), 0) / 40;
    const close = (got: number, wanted: number) =>
      expect(Math.abs(got - wanted)).toBeLessThan(ROUNDING * Math.max(1, Math.abs(wanted)));
    close(
      value,
      mean((i) => residual[i]! ** 2),
    );
    expect(Object.keys(gradients)).toEqual(['dense1.weight', 'dense1.bias']);
    expect(gradients['dense1.weight']!.shape).toEqual([1, 4]);
    for (let j = 0; j < 4; j++) {
      close(
        gradients['dense1.weight']!.data[j]!,
        mean((i) => 2 * residual[i]! * x.data[4 * i + j]!),
      );
    }
    close(
      gradients['dense1.bias']!.data[0]!,
      mean((i) => 2 * residual[i]!),
    );
    // Nothing was updated.
    expect(await net.weights()).toEqual(weights);
  });

  test('includes penalties, and gives zeros where the loss does not look', async () => {
    const net = linear({ regularizer: l2(0.5) });
    const { data: w } = (await net.weights())['dense1.weight']!;
    const { value, gradients } = await valueAndGrad(net, (y) => ops.mul(0, ops.mean(y)))(x, values);
    expect(value).toBeCloseTo(0.5 * w.reduce((sum, one) => sum + one * one, 0), 6);
    for (const [j, g] of gradients['dense1.weight']!.data.entries()) expect(g).toBeCloseTo(w[j]!, 6);
    expect([...gradients['dense1.bias']!.data]).toEqual([0]);
  });

  test('takes batches of any size, and targets of any kind', async () => {
    const f = valueAndGrad(linear(), squared);
    const part = (n: number) =>
      [
        { data: x.data.slice(0, 4 * n), shape: [n, 4] },
        { data: values.data.slice(0, n), shape: [n, 1] },
      ] as const;
    const sizes = [1, 7, 40, 7, 1];
    const found = [];
    for (const n of sizes) found.push((await f(...part(n))).value);
    expect(found[3]).toBe(found[1]);
    expect(found[4]).toBe(found[0]);
    const logits = sequential([dense(3)], { inputShape: [4], backend });
    const g = valueAndGrad(logits, (y, t) => ops.mean(ops.softmaxCrossEntropy(y, t)));
    expect((await g(x, labels)).value).toBeGreaterThan(0);
  });

  test('of a model with two outputs gives the loss both', async () => {
    const a = input([4]);
    const net = model({ inputs: a, outputs: [dense(1).call(a), dense(1).call(a)], seed: 5, backend });
    const both = (outputs: readonly Tensor[], t: Tensor) =>
      ops.add(squared(outputs[0]!, t), squared(outputs[1]!, t));
    const { gradients } = await valueAndGrad(net, both)(x, values);
    for (const path of ['dense1.weight', 'dense2.weight']) {
      expect(
        gradients[path]!.data.some((g) => g !== 0),
        path,
      ).toBe(true);
    }
  });
});

describeBackends('functional models', (backend) => {
  const rows = (of: { data: Float32Array; shape: readonly number[] }, from: number, to: number) => {
    const width = of.shape[1]!;
    const columns = Array.from({ length: of.shape[0]! }, (_, i) =>
      Array.from(of.data.subarray(i * width + from, i * width + to)),
    );
    return columns;
  };
  const left = rows(x, 0, 3);
  const right = rows(x, 3, 4);

  /** A model with a residual, a branch, a shared layer and two inputs, once by layers and once by hand. */
  function twoInputs(): Model {
    const [a, b] = [input([3]), input([1])];
    const shared = dense(3, { name: 'shared', activation: 'tanh' });
    const h = add().call(a, shared.call(shared.call(a)));
    return model({
      inputs: [a, b],
      outputs: dense(1, { name: 'head' }).call(concat().call(h, b)),
      seed: 6,
      backend,
    });
  }

  test('compute what they say', async () => {
    const net = twoInputs();
    const weights = await net.weights();
    const affine = (path: string, input: readonly number[]) => {
      const { data: w, shape } = weights[`${path}.weight`]!;
      const b = weights[`${path}.bias`]!.data;
      return Array.from(b, (start, o) =>
        input.reduce((sum, xi, i) => sum + xi * w[o * shape[1]! + i]!, start),
      );
    };
    const wanted = left.map((row, i) => {
      const once = affine('shared', row).map(Math.tanh);
      const twice = affine('shared', once).map(Math.tanh);
      return affine('head', [...row.map((value, j) => value + twice[j]!), ...right[i]!])[0]!;
    });
    const { data, shape } = await net.predict([left, right]);
    expect(shape).toEqual([40, 1]);
    for (const [i, value] of data.entries()) expect(Math.abs(value - wanted[i]!)).toBeLessThan(ROUNDING * 4);
  });

  test('learn from fit, train and evaluate with two inputs', async () => {
    const net = twoInputs();
    const history = await net.fit([left, right], values, {
      loss: 'mse',
      epochs: 60,
      learningRate: 0.02,
      validation: 0.2,
      metrics: ['rmse'],
    });
    expect(history.final.loss).toBeLessThan(0.5 * history.epochs[0]!.loss);
    const { loss, rmse } = await net.evaluate([left, right], values, { metrics: ['rmse'] });
    expect(rmse! ** 2).toBeCloseTo(loss, 5);
    expect(net.predictSync([left, right])).toEqual(await net.predict([left, right]));
  });

  test('with two outputs train by steps of one`s own, and predict both', async () => {
    const a = input([4]);
    const trunk = dense(8, { activation: 'tanh' }).call(a);
    const net = model({ inputs: a, outputs: [dense(1).call(trunk), dense(3).call(trunk)], seed: 6, backend });
    const target = { data: new Float32Array(160), shape: [40, 4] };
    for (let i = 0; i < 40; i++) {
      target.data[4 * i] = values.data[i]!;
      target.data[4 * i + 1 + labels[i]!] = 1;
    }
    const both = ([value, logits]: readonly Tensor[], t: Tensor): Tensor => {
      const n = t.shape[0]!;
      const miss = ops.mean(ops.square(ops.sub(value!, ops.slice(t, [0, 0], [n, 1]))));
      return ops.add(miss, ops.mean(ops.softmaxCrossEntropy(logits!, ops.slice(t, [0, 1], [n, 3]))));
    };
    const step = trainStep(net, { loss: both, optimizer: sgd({ learningRate: 0.2 }) });
    const losses: number[] = [];
    for (let i = 0; i < 100; i++) losses.push((await step(x, target)).loss);
    expect(losses.at(-1)).toBeLessThan(0.5 * losses[0]!);
    const [first, second] = await net.predictAll(x);
    expect([first!.shape, second!.shape]).toEqual([
      [40, 1],
      [40, 3],
    ]);
    await expect(net.fit(x, target, { loss: 'mse' })).rejects.toThrow(
      /one output, this has 2[\s\S]*trainStep/,
    );
  });

  test('take an input straight through, and outputs of any rank', async () => {
    const a = input([4]);
    const net = model({ inputs: a, outputs: [a, add().call(a, a)], backend });
    const [same, twice] = await net.predictAll(x);
    expect(same!.data).toEqual(x.data);
    expect(twice!.data).toEqual(x.data.map((value) => 2 * value));
  });
});

describeBackends('a custom layer with state', (backend) => {
  /** Divides by the largest absolute value that any batch had so far. */
  const scaled = () =>
    layer({
      params: ([d]) => ({ gain: { shape: [d], init: 'ones' } }),
      state: () => ({ peak: { shape: [], initial: 1 } }),
      apply({ gain, peak }, y, { training, update }) {
        const now = training ? ops.maximum(peak, ops.max(ops.abs(y))) : peak;
        update('peak', now);
        return ops.mul(ops.div(y, now), gain);
      },
    });

  test('carries it from step to step, and reads it in prediction', async () => {
    const net = sequential([scaled()], { inputShape: [4], backend });
    const step = trainStep(net, { loss: (y) => ops.mean(y), optimizer: sgd({ learningRate: 1e-9 }) });
    const peak = async () => (await net.weights())['custom1.peak']!.data[0];
    expect(await peak()).toBe(1);
    await step([[3, -5, 0, 1]], [0]);
    expect(await peak()).toBe(5);
    await step([[2, 2, 2, 2]], [0]);
    expect(await peak()).toBe(5);
    expect(net.session.network.params.map(({ path }) => path)).toEqual(['custom1.gain']);
    const { data } = await net.predict([[10, 5, 0, -10]]);
    for (const [i, value] of data.entries()) expect(value).toBeCloseTo([2, 1, 0, -2][i]!, 6);
    expect(await peak()).toBe(5);
    step.sync([[8, 0, 0, 0]], [0]);
    expect(await peak()).toBe(8);
  });
});

describeBackends('predictions', (backend) => {
  const net = () => sequential([dense(8), dropout(0.5), dense(3)], { inputShape: [4], seed: 2, backend });

  test('are the same for a row whatever stands beside it', async () => {
    const one = net();
    const many = problem(1100, 4).x;
    const whole = (await one.predict(many)).data;
    // 1100 rows are two full batches and a short one.
    for (const i of [0, 511, 512, 1023, 1024, 1099]) {
      const { data } = await one.predict({ data: many.data.slice(4 * i, 4 * i + 4), shape: [1, 4] });
      data.forEach((value, k) => {
        // Products of another size may be added in another order.
        expect(Math.abs(value - whole[3 * i + k]!)).toBeLessThan(ROUNDING);
      });
    }
  });

  test('have no dropout, repeat themselves, and come nested as asked', async () => {
    const one = net();
    const first = await one.predict(x);
    expect(await one.predict(x)).toEqual(first);
    expect(one.predictSync(x)).toEqual(first);
    const rows = first.toArray() as number[][];
    expect(rows).toHaveLength(40);
    expect(rows.flat()).toEqual([...first.data]);
  });

  test('go through the loss where probabilities are asked for', async () => {
    const one = net();
    await one.fit(x, labels, { loss: 'categoricalCrossentropy', epochs: 1 });
    const rows = (await one.predictProbabilities(x)).toArray() as number[][];
    for (const row of rows) {
      expect(row.every((p) => p >= 0 && p <= 1)).toBe(true);
      expect(row.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 5);
    }
    expect((await one.predict(x)).toArray()).not.toEqual(rows);
  });
});

describe('a polluted Object.prototype', () => {
  const dirt: Readonly<Record<string, unknown>> = {
    seed: 99,
    backend: 'nowhere',
    prepare: {},
    inputShape: [9],
    epochs: 1,
    batchSize: 1,
    shuffle: false,
    metrics: ['accuracy'],
    validation: 0.5,
    stratify: true,
    sampleWeight: [1],
    classWeight: 'balanced',
    callbacks: [{ name: 'dirt' }],
    signal: { aborted: true },
    optimizer: 'sgd',
    patience: 0,
    restoreBest: true,
    monitor: 'dirt',
    better: 'higher',
    totalSteps: 3,
    learningRate: 5,
    clipNorm: 1e-9,
    clipValue: 1e-9,
    accumulate: 2,
    beta1: 0.1,
    weightDecay: 0.5,
    reduction: 'sum',
    labelSmoothing: 0.5,
    ignoreIndex: 0,
    threshold: 0.9,
    weights: [1],
    k: 1,
    regularizer: { l1: 1, l2: 1 },
    name: 'dirt',
    bias: false,
  };

  async function outcome(): Promise<unknown> {
    const net = sequential([dense(4, { activation: 'tanh' }), dropout(0.2), dense(3)], { seed: 1 });
    const history = await net.fit(x, labels, {
      loss: 'categoricalCrossentropy',
      callbacks: [earlyStopping()],
      epochs: 4,
    });
    const step = trainStep(net, { loss: 'categoricalCrossentropy' });
    const { loss } = await step(x, labels);
    const table = Table.fromRows([
      { a: 1, b: 'x' },
      { a: 2, b: 'y' },
    ]);
    const prepare = columns({ numeric: { of: ['a'] }, target: { of: 'b', encode: 'label' } }).fit(table);
    const named = sequential([dense(2)], { prepare });
    return {
      history,
      loss,
      weights: await net.weights(),
      evaluated: await net.evaluate(x, labels),
      named: await named.predict({ a: 1.5 }),
      summary: String(net.summary()),
    };
  }

  test('changes nothing in a model, a run, a step and what they give', async () => {
    const clean = await outcome();
    for (const [key, value] of Object.entries(dirt)) {
      Object.defineProperty(Object.prototype, key, { value, configurable: true, writable: true });
    }
    let dirty: unknown;
    try {
      dirty = await outcome();
    } finally {
      for (const key of Object.keys(dirt)) Reflect.deleteProperty(Object.prototype, key);
    }
    expect(dirty).toEqual(clean);
  });
});
