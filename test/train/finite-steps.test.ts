import {
  adam,
  type BackendName,
  batchNorm,
  dense,
  dropout,
  GliaError,
  type Model,
  NumericError,
  type Optimizer,
  ops,
  rmsprop,
  sequential,
  sgd,
  type Tensor,
  trainStep,
} from 'glia';
import { expect, test } from 'vitest';
import { describeBackends } from './backends.ts';
import { problem } from './problems.ts';

const { x, labels, values } = problem(16, 5);

/** With a state that is carried, which a step must not change either. */
const make = (backend: BackendName, units = 3): Model =>
  sequential([dense(6, { activation: 'tanh' }), batchNorm(), dropout(0.2), dense(units)], {
    inputShape: [5],
    seed: 3,
    backend,
  });

const loss = 'mse';
/** Its square is beyond float32. */
const huge = { data: values.data.with(5, 1e20), shape: [16, 1] };
const optimizers: Readonly<Record<string, () => Optimizer>> = {
  sgd: () => sgd({ learningRate: 0.1, momentum: 0.9 }),
  adam: () => adam({ learningRate: 0.01, amsgrad: true }),
  'rmsprop, clipped': () => rmsprop({ clipNorm: 1, clipValue: 0.5 }),
  'accumulated gradients': () => sgd({ learningRate: 0.1, accumulate: 2 }),
};

describeBackends('a step whose loss is not finite', (backend) => {
  test.each(Object.entries(optimizers))(
    'changes no bit and is not counted, with %s',
    async (_, optimizer) => {
      const [net, calm] = [make(backend, 1), make(backend, 1)];
      const [step, same] = [net, calm].map((one) => trainStep(one, { loss, optimizer: optimizer() }));
      const ways = [
        async () => step!(x, huge),
        async () => step!.sync(x, huge),
        async () => Promise.all([step!(x, huge), step!(x, huge)]),
      ];
      for (const way of ways) {
        await step!(x, values);
        await same!(x, values);
        const before = await net.weights();
        await expect(way()).rejects.toThrow(NumericError);
        await expect(way()).rejects.toThrow(/the loss became Infinity/);
        expect(await net.weights()).toEqual(before);
        expect(net.session.steps).toBe(calm.session.steps);
      }
      // The state of the optimizer shows in what it does next, sums of gradients included.
      for (let i = 0; i < 3; i++) expect(step!.sync(x, values)).toEqual(await same!(x, values));
      expect(await net.weights()).toEqual(await calm.weights());
    },
  );

  test('is refused, too, as the first one', async () => {
    const net = make(backend, 1);
    const before = await net.weights();
    const step = trainStep(net, { loss });
    expect(() => step.sync(x, huge)).toThrow(/at {4}step 1\n/);
    await expect(step(x, huge)).rejects.toThrow(/at {4}step 1\n/);
    expect(await net.weights()).toEqual(before);
    expect(net.session.steps).toBe(0);
    expect(net.session.loss).toBeUndefined();
  });
});

describeBackends('a step with a gradient that is not finite', (backend) => {
  test('and a loss that is, changes no bit either', async () => {
    // The loss is 0, its derivative 0 · ∞.
    const rooted = (output: Tensor) => ops.mean(ops.sqrt(ops.mul(0, output)));
    for (const optimizer of Object.values(optimizers)) {
      const net = make(backend);
      const before = await net.weights();
      const step = trainStep(net, { loss: rooted, optimizer: optimizer() });
      expect(() => step.sync(x, labels)).toThrow(/^a gradient is not finite\n {2}at {4}step 1\n/);
      await expect(step(x, labels)).rejects.toBeInstanceOf(NumericError);
      expect(await net.weights()).toEqual(before);
      expect(net.session.steps).toBe(0);
    }
  });

  test('is told from one with gradients that are huge, whose sum would be beyond float32', async () => {
    const net = sequential([dense(2, { bias: false })], { inputShape: [2], seed: 1, backend });
    const before = (await net.weights())['dense1.weight']!.data;
    // The gradient of each weight is 3e38.
    const steep = (output: Tensor) => ops.mul(ops.sum(output), 1e38);
    const step = trainStep(net, { loss: steep, optimizer: sgd({ learningRate: 1e-38 }) });
    const { loss: value } = step.sync([[3, 3]], [[0]]);
    expect(Number.isFinite(value)).toBe(true);
    const after = (await net.weights())['dense1.weight']!.data;
    // Roundings of numbers around 3 by 2⁻²³, and of 1e38 · 1e-38.
    expect([...after]).toEqual([...before].map((weight) => expect.closeTo(weight - 3, 5)));
  });
});

describeBackends('a call that runs at once', (backend) => {
  test('does not overtake those that wait: it is refused and changes nothing', async () => {
    const [net, calm] = [make(backend), make(backend)];
    const options = { loss: 'categoricalCrossentropy' } as const;
    const [step, same] = [trainStep(net, options), trainStep(calm, options)];
    const refuse = (call: () => unknown) => {
      expect(call).toThrow(GliaError);
      expect(call).toThrow(expect.objectContaining({ code: 'ERR_GLIA_STATE' }));
    };
    // The first of all, and later ones, which have a short way.
    for (let round = 0; round < 2; round++) {
      const waiting = [step(x, labels), step(x, labels)];
      refuse(() => step.sync(x, labels));
      refuse(() => net.predictSync(x));
      await Promise.all(waiting);
      for (let i = 0; i < 2; i++) same.sync(x, labels);
      expect(step.sync(x, labels)).toEqual(same.sync(x, labels));
      expect(net.predictSync(x)).toEqual(calm.predictSync(x));
      const writing = net.setWeights(await calm.weights());
      refuse(() => net.predictSync(x));
      await writing;
      expect(net.predictSync(x)).toEqual(calm.predictSync(x));
    }
    expect(net.session.steps).toBe(calm.session.steps);
    expect(await net.weights()).toEqual(await calm.weights());
  });

  test('is free between the calls of a run, and refused during one', async () => {
    const net = make(backend);
    const seen: unknown[] = [];
    const running = net.fit(x, labels, {
      loss: 'categoricalCrossentropy',
      epochs: 2,
      callbacks: [{ name: 'ask', onStep: () => void seen.push(net.predictSync(x).shape) }],
    });
    // By then the run has begun to place its data.
    await new Promise((resolve) => setImmediate(resolve));
    expect(() => net.predictSync(x)).toThrow(expect.objectContaining({ code: 'ERR_GLIA_STATE' }));
    await running;
    expect(seen).toEqual([
      [16, 3],
      [16, 3],
    ]);
    expect(net.predictSync(x).shape).toEqual([16, 3]);
  });

  test('is free after a call that failed', async () => {
    const net = make(backend, 1);
    const step = trainStep(net, { loss });
    await expect(step(x, huge)).rejects.toBeInstanceOf(NumericError);
    expect(step.sync(x, values).loss).toBeGreaterThan(0);
    await expect(net.predict([[1]])).rejects.toBeInstanceOf(GliaError);
    expect(net.predictSync(x).shape).toEqual([16, 1]);
  });
});
