import {
  adam,
  cosine,
  dense,
  type FitOptions,
  type LossFunction,
  type Model,
  type Optimizer,
  OptionError,
  oneCycle,
  ops,
  plateau,
  rmsprop,
  type Schedule,
  sequential,
  sgd,
  step,
  trainStep,
  valueAndGrad,
  type Weight,
} from 'glia';
import type { Callback } from 'glia/callbacks';
import { expect, test } from 'vitest';
import { optimizers } from '../support/made.ts';
import { describeBackends } from './backends.ts';
import { problem } from './problems.ts';

const { x, labels } = problem(64, 5);

/** The mean of the output: linear in the weights of a linear model, so its gradient is the same at each step. */
const level: LossFunction = (output) => ops.mean(output);

describeBackends('gradients on their way to an update', (backend) => {
  const net = (): Model =>
    sequential([dense(4, { activation: 'tanh' }), dense(3)], { inputShape: [5], seed: 4, backend });

  /** Minus the step that one update of plain SGD with rate 1 takes: the gradient as the optimizer uses it. */
  async function used(clip: { clipNorm?: number; clipValue?: number }): Promise<Map<string, Float32Array>> {
    const one = net();
    const before = await one.weights();
    await trainStep(one, { loss: 'categoricalCrossentropy', optimizer: sgd({ learningRate: 1, ...clip }) })(
      x,
      labels,
    );
    const after = await one.weights();
    return new Map(
      Object.entries(before).map(([path, { data }]) => [path, data.map((w, i) => w - after[path]!.data[i]!)]),
    );
  }

  async function gradients(): Promise<Map<string, Float32Array>> {
    const of = valueAndGrad(net(), (logits, target) => ops.mean(ops.softmaxCrossEntropy(logits, target)));
    return new Map(Object.entries((await of(x, labels)).gradients).map(([path, { data }]) => [path, data]));
  }

  const norm = (of: Map<string, Float32Array>) =>
    Math.sqrt([...of.values()].flatMap((data) => [...data]).reduce((sum, g) => sum + g * g, 0));

  function expectScaled(
    got: Map<string, Float32Array>,
    by: (g: number) => number,
    raw: Map<string, Float32Array>,
  ) {
    for (const [path, data] of raw) {
      data.forEach((g, i) => {
        // A weight around 1 and its successor were subtracted: each rounded by half of 2⁻²³.
        expect(Math.abs(got.get(path)![i]! - by(g))).toBeLessThan(4 * 2 ** -23);
      });
    }
  }

  test('are used as they are', async () => {
    expectScaled(await used({}), (g) => g, await gradients());
  });

  test('are scaled together by clipNorm', async () => {
    const raw = await gradients();
    const whole = norm(raw);
    expectScaled(await used({ clipNorm: whole / 3 }), (g) => g / 3, raw);
    expectScaled(await used({ clipNorm: whole * 3 }), (g) => g, raw);
  });

  test('are limited one by one by clipValue, before clipNorm', async () => {
    const raw = await gradients();
    const limit = 0.02;
    const clip = (g: number) => Math.max(-limit, Math.min(limit, g));
    const limited = new Map([...raw].map(([path, data]) => [path, data.map(clip)]));
    expect(norm(limited)).toBeLessThan(norm(raw) / 2);
    expectScaled(await used({ clipValue: limit }), clip, raw);
    const max = norm(limited) / 2;
    expectScaled(await used({ clipValue: limit, clipNorm: max }), (g) => clip(g) / 2, raw);
  });
});

describeBackends('accumulation', (backend) => {
  const several: Readonly<Record<string, (accumulate: number) => Optimizer>> = {
    'a fast sgd': (accumulate) => sgd({ learningRate: 0.1, momentum: 0.9, accumulate }),
    'adam with clipNorm': (accumulate) => adam({ learningRate: 0.01, clipNorm: 0.5, accumulate }),
    'rmsprop with clipValue': (accumulate) => rmsprop({ learningRate: 0.003, clipValue: 0.1, accumulate }),
    'a schedule': (accumulate) => sgd({ learningRate: cosine({ peak: 0.2, warmup: 2 }), accumulate }),
  };
  const all = [
    ...optimizers().map(([name, make]) => [name, (accumulate: number) => make({ accumulate })] as const),
    ...Object.entries(several),
  ];

  const trained = async (
    optimizer: Optimizer,
    batchSize: number,
    epochs: number,
    callbacks: readonly Callback[] = [],
  ) => {
    const net = sequential([dense(6, { activation: 'tanh' }), dense(3)], {
      inputShape: [5],
      seed: 4,
      backend,
    });
    const loss = 'categoricalCrossentropy';
    const history = await net.fit(x, labels, { loss, optimizer, batchSize, epochs, callbacks });
    return { history, weights: await net.weights() };
  };

  test.each(all)('of 2 batches of 16 is a batch of 32, with %s', async (_name, of) => {
    const [two, one] = [await trained(of(2), 16, 4), await trained(of(1), 32, 4)];
    expect(two.history.steps).toBe(2 * one.history.steps);
    expect(two.history.epochs.map(({ learningRate }) => learningRate)).toEqual(
      one.history.epochs.map(({ learningRate }) => learningRate),
    );
    for (const [path, { data }] of Object.entries(one.weights)) {
      data.forEach((value, i) => {
        // The mean of 32 rows in another order, over 8 updates: some roundings of 2⁻²³, amplified a little.
        expect(Math.abs(two.weights[path]!.data[i]! - value), path).toBeLessThan(64 * 2 ** -23);
      });
    }
    // The loss of an epoch lies over other steps, so it agrees only at the start.
    expect(two.history.epochs[0]!.loss).toBeCloseTo(one.history.epochs[0]!.loss, 1);
  });

  test('that is not full does not update before the end, and goes over the end of an epoch', async () => {
    const begin = (await trained(sgd({ learningRate: 0.1, accumulate: 3 }), 32, 0)).weights;
    const each: unknown[] = [];
    const keep: Callback = {
      name: 'keep',
      async onEpoch(_event, run) {
        each.push(await run.readWeights());
      },
    };
    // 64 rows in batches of 32: an update after steps 3 and 6, of which the first is in the second epoch.
    await trained(sgd({ learningRate: 0.1, accumulate: 3 }), 32, 3, [keep]);
    expect(each[0]).toEqual(begin);
    expect(each[1]).not.toEqual(begin);
    expect(each[2]).not.toEqual(each[1]);
  });
});

describeBackends('schedules', (backend) => {
  const linear = () => sequential([dense(1, { bias: false })], { inputShape: [5], seed: 4, backend });
  const moved = (before: Record<string, Weight>, after: Record<string, Weight>) =>
    before['dense1.weight']!.data.map((w, i) => w - after['dense1.weight']!.data[i]!);

  /** Expects rates in the history, and that the weights moved by their sum times the constant gradient. */
  async function expectRates(
    schedule: Schedule | number,
    rates: readonly number[],
    options: Partial<FitOptions> = {},
  ) {
    const net = linear();
    const before = await net.weights();
    const { gradients } = await valueAndGrad(net, level)(x, labels);
    const g = gradients['dense1.weight']!.data;
    const optimizer = sgd({ learningRate: schedule });
    const epochs = rates.length;
    const history = await net.fit(x, labels, { loss: level, optimizer, epochs, batchSize: 64, ...options });
    history.epochs.forEach(({ learningRate }, t) => {
      expect(learningRate).toBeCloseTo(rates[t]!, 12); // the same formula in another order, in float64
    });
    const sum = rates.reduce((total, rate) => total + rate, 0);
    moved(before, await net.weights()).forEach((step, i) => {
      // A rounding of a weight around 1 at each step, and of a sum of 64 rows in the gradient.
      expect(Math.abs(step - sum * g[i]!)).toBeLessThan((rates.length + 64) * 2 ** -24);
    });
  }

  test('decide each update, and stand in the history', async () => {
    await expectRates(0.1, [0.1, 0.1]);
    await expectRates(step({ initial: 0.1, size: 2, gamma: 0.5 }), [0.1, 0.1, 0.05, 0.05, 0.025]);
    // Fractions are of the whole run, whose length the schedule is told.
    await expectRates(step({ initial: 0.1, size: 0.5, gamma: 0.1 }), [0.1, 0.1, 0.01, 0.01]);
    await expectRates(
      cosine({ peak: 0.1, final: 0.02 }),
      [0, 1, 2, 3].map((t) => 0.06 + 0.04 * Math.cos((Math.PI * t) / 4)),
    );
  });

  test('are told the updates of the run, not its epochs', async () => {
    const seen: (readonly [number, number])[] = [];
    const spy: Schedule = {
      name: 'spy',
      config: {},
      at(t, total) {
        seen.push([t, total]);
        return 0.1;
      },
    };
    await linear().fit(x, labels, {
      loss: level,
      optimizer: sgd({ learningRate: spy }),
      epochs: 2,
      batchSize: 24,
    });
    // 64 rows in batches of 24 are 3 steps an epoch. The first rate is asked for before the run, too: one that cannot be is refused.
    expect(seen).toEqual([0, 0, 1, 2, 3, 4, 5].map((t) => [t, 6]));
  });

  test('that need the length of the run are told it by trainStep`s totalSteps, or throw', async () => {
    const loss = level as never;
    const optimizer = sgd({ learningRate: oneCycle({ max: 0.1 }) });
    await expect(trainStep(linear(), { loss, optimizer })(x, labels)).rejects.toThrow(OptionError);
    expect((await trainStep(linear(), { loss, optimizer, totalSteps: 4 })(x, labels)).loss).toBeTypeOf(
      'number',
    );
  });

  test('a plateau drops the rate when the watched number stands still', async () => {
    // The loss is constant, so every epoch but the first is one without improvement.
    const still: LossFunction = (output) => ops.add(ops.mul(0, ops.mean(output)), 1);
    const learningRate = plateau({ initial: 0.1, factor: 0.5, patience: 1, monitor: 'loss' });
    const history = await linear().fit(x, labels, {
      loss: still,
      optimizer: sgd({ learningRate }),
      epochs: 7,
    });
    expect(history.epochs.map((logs) => logs.learningRate)).toEqual([
      0.1, 0.1, 0.1, 0.05, 0.05, 0.025, 0.025,
    ]);
    const falling = await linear().fit(x, labels, {
      loss: level,
      optimizer: sgd({ learningRate: plateau({ initial: 0.1, patience: 0, monitor: 'val_loss' }) }),
      validation: 0.25,
      epochs: 4,
    });
    expect(falling.epochs.map((logs) => logs.learningRate)).toEqual([0.1, 0.1, 0.1, 0.1]);
  });

  test('a plateau that watches what is not logged is refused before the first step', async () => {
    const net = linear();
    const before = await net.weights();
    const optimizer = sgd({ learningRate: plateau({ initial: 0.1 }) });
    const y = { data: Float32Array.from(labels), shape: [64, 1] };
    await expect(net.fit(x, y, { loss: 'mse', optimizer, epochs: 2 })).rejects.toThrow(
      /watches val_loss, which is not logged[\s\S]*logged loss/,
    );
    expect(await net.weights()).toEqual(before);
    expect(() => trainStep(net, { loss: 'mse', optimizer })).toThrow(/a step logs nothing/);
  });
});
