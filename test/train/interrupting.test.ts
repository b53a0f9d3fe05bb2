import {
  adagrad,
  type BackendName,
  dense,
  dropout,
  type FitOptions,
  GliaError,
  type LossFunction,
  layer,
  type Model,
  NumericError,
  ops,
  sequential,
  sgd,
  type Tensor,
  train,
  trainStep,
  valueAndGrad,
} from 'glia';
import type { TrainEvent } from 'glia/callbacks';
import { describe, expect, test, vi } from 'vitest';
import { describeBackends, hasNative } from './backends.ts';
import { problem } from './problems.ts';

const { x, labels, values } = problem(64, 5);
const options: FitOptions = { loss: 'categoricalCrossentropy', epochs: 20, batchSize: 16 };
const turn = () => new Promise((resolve) => setImmediate(resolve));

const make = (backend: BackendName): Model =>
  sequential([dense(8, { activation: 'tanh' }), dropout(0.2), dense(3)], {
    inputShape: [5],
    seed: 4,
    backend,
  });

/** Expects that a model trains, evaluates and predicts finite numbers. */
async function expectUsable(net: Model): Promise<void> {
  const { final, stopReason } = await net.fit(x, labels, { ...options, epochs: 2 });
  expect(stopReason).toBe('completed');
  expect(final.loss).toBeGreaterThan(0);
  expect((await net.predict(x)).data.every(Number.isFinite)).toBe(true);
  expect((await net.evaluate(x, labels)).loss).toBeGreaterThan(0);
}

describeBackends('an AbortSignal', (backend) => {
  test('that is set before the start ends the run before its first step', async () => {
    const net = make(backend);
    const before = await net.weights();
    const history = await net.fit(x, labels, { ...options, signal: AbortSignal.abort() });
    expect(history).toMatchObject({ stopReason: 'aborted', steps: 0, epochs: [] });
    expect(await net.weights()).toEqual(before);
    await expectUsable(net);
  });

  test('ends the run within one call, in the middle of an epoch', async () => {
    const net = make(backend);
    const controller = new AbortController();
    const after: string[] = [];
    const history = await net.fit(x, labels, {
      ...options,
      signal: controller.signal,
      callbacks: [
        {
          name: 'abort',
          onStep({ epoch, step }) {
            if (controller.signal.aborted) after.push(`step ${epoch}.${step}`);
            // The first call of the third epoch: others follow in it, since calls end with their epoch.
            if (epoch === 3) controller.abort();
          },
          onEpoch({ logs }) {
            if (controller.signal.aborted) after.push(`epoch ${logs.epoch}`);
          },
        },
      ],
    });
    expect(history.stopReason).toBe('aborted');
    expect(after).toEqual([]);
    expect(history.epochs.length).toBeLessThan(4);
    expect(history.steps).toBeLessThanOrEqual(3 * 4);
    await expectUsable(net);
  });

  test('ends it between the calls of a validation, which leaves no half-measured epoch', async () => {
    const wide = 4096;
    const net = sequential([dense(2)], { inputShape: [wide], backend });
    const rows = (count: number) => ({
      data: new Float32Array(count * wide).fill(0.5),
      shape: [count, wide],
    });
    const controller = new AbortController();
    const { engine } = net.session;
    const run = engine.run.bind(engine);
    let calls = 0;
    vi.spyOn(engine, 'run').mockImplementation((...args) => {
      // One call trains; each of the next takes 512 rows, 2²¹ numbers.
      if (++calls === 3) controller.abort();
      return run(...args);
    });
    const history = await net.fit(rows(4), [0, 1, 0, 1], {
      ...options,
      signal: controller.signal,
      validation: [rows(2560), new Int32Array(2560)],
    });
    expect(history).toMatchObject({ stopReason: 'aborted', steps: 1, epochs: [] });
    expect(calls).toBe(3);
  });

  test('that is set after the end changes nothing', async () => {
    const controller = new AbortController();
    const history = await make(backend).fit(x, labels, { ...options, signal: controller.signal });
    controller.abort();
    expect(history.stopReason).toBe('completed');
  });
});

describeBackends('a loss that is not finite', (backend) => {
  const explosive = () => sequential([dense(1)], { inputShape: [5], seed: 4, backend });

  test('ends fit with the step at which it came', async () => {
    const net = explosive();
    // Rows that fit only in float64: an error of 1e20 has a square beyond float32.
    const y = { data: values.data.slice(), shape: [64, 1] };
    y.data[50] = 1e20;
    const running = net.fit(x, y, {
      loss: 'mse',
      shuffle: false,
      batchSize: 16,
      epochs: 3,
      optimizer: 'sgd',
    });
    await expect(running).rejects.toThrow(NumericError);
    await expect(running).rejects.toMatchObject({
      code: 'ERR_GLIA_NUMERIC',
      message: expect.stringMatching(
        /^the loss became Infinity in epoch 1\n {2}at {4}step 4\n {2}hint .*clipNorm/,
      ),
    });
  });

  /** A network whose loss is NaN from the step on that follows `steps` steps, whatever its weights are. */
  const fused = (steps: number) => {
    const fuse = layer({
      state: () => ({ burnt: { shape: [], initial: 0 } }),
      apply(own: Readonly<Record<string, Tensor>>, input, { update }) {
        update('burnt', ops.add(own['burnt']!, 1));
        return ops.mul(input, ops.log(ops.sub(steps - 0.5, own['burnt']!)));
      },
    });
    return sequential([fuse, dense(1)], { inputShape: [5], seed: 4, backend });
  };

  test('counts steps over epochs', async () => {
    const running = fused(7).fit(x, values, { loss: 'mse', batchSize: 16, epochs: 5, learningRate: 1e-3 });
    await expect(running).rejects.toThrow(/became NaN in epoch 2\n {2}at {4}step 8\n/);
  });

  test('leaves no weights from which the loss was not finite, even those of the start of an epoch', async () => {
    const net = fused(32);
    const before = await net.weights();
    // 32 steps an epoch, and from the weights after them the loss is NaN: the good ones are those before them.
    const running = net.fit(x, values, { loss: 'mse', batchSize: 2, epochs: 5, learningRate: 1e-3 });
    await expect(running).rejects.toThrow(/became NaN in epoch 2\n {2}at {4}step 33\n/);
    expect(await net.weights()).toEqual(before);
  });

  test('ends a step of trainStep, which is not counted', async () => {
    const step = trainStep(explosive(), { loss: 'mse', optimizer: 'sgd' });
    const bad = { data: new Float32Array(64).fill(1e20), shape: [64, 1] };
    await step(x, values);
    // The others are asked for before the second has failed.
    const [second, third, fourth] = [step(x, bad), step(x, values), step(x, bad)];
    await expect(second).rejects.toThrow(/became Infinity\n {2}at {4}step 2\n/);
    expect((await third).loss).toBeGreaterThan(0);
    await expect(fourth).rejects.toThrow(/\n {2}at {4}step 3\n/);
  });

  const square: LossFunction = (logits) => ops.mean(ops.square(logits));

  test('leaves the weights from before the run, if that broke at once, and the model usable', async () => {
    const net = make(backend);
    const before = await net.weights();
    const wild = sgd({ learningRate: 1e25 });
    await expect(net.fit(x, labels, { ...options, loss: square, optimizer: wild })).rejects.toThrow(
      NumericError,
    );
    expect(await net.weights()).toEqual(before);
    await expectUsable(net);
  });

  test('leaves the weights of the start of an epoch whose loss was finite', async () => {
    const net = sequential([dense(3)], { inputShape: [5], seed: 4, backend });
    const starts: unknown[] = [await net.weights()];
    // A rate a little too large: the weights swing up over several epochs, until float32 ends.
    const running = net.fit(x, labels, {
      ...options,
      loss: square,
      epochs: 100,
      batchSize: 2,
      shuffle: false,
      optimizer: sgd({ learningRate: 0.55 }),
      callbacks: [
        {
          name: 'keep',
          async onEpoch(_event, run) {
            starts.push(await run.readWeights());
          },
        },
      ],
    });
    await expect(running).rejects.toThrow(NumericError);
    const left = await net.weights();
    // An epoch of 32 steps is as long as the least distance between two copies, and the distance grows with a run of a
    // tiny network: there is one after 0, 1, 2, 4, 8 … epochs. The last is the good one, or the one before, if the first
    // loss from the last is not finite.
    const copied = starts.filter((_, epoch) => epoch === 0 || Number.isInteger(Math.log2(epoch)));
    expect(copied.length).toBeGreaterThan(2);
    expect(copied.slice(-2)).toContainEqual(left);
    const first = { data: x.data.slice(0, 10), shape: [2, 5] };
    const { value } = await valueAndGrad(net, square)(first, labels.slice(0, 2));
    expect(Number.isFinite(value)).toBe(true);
  });

  test('in a weight that the last update broke is found, too', async () => {
    // The loss is 0 and finite, its derivative 0 · ∞.
    const rooted = (logits: Tensor) => ops.mean(ops.sqrt(ops.mul(0, logits)));
    const net = sequential([dense(3)], { inputShape: [5], seed: 4, backend });
    const before = await net.weights();
    const running = net.fit(x, labels, { ...options, loss: rooted, epochs: 1, batchSize: 64 });
    await expect(running).rejects.toThrow(/^dense1\.weight is not finite any more\n {2}at {4}step 1\n/);
    expect(await net.weights()).toEqual(before);
  });
});

describeBackends('train', (backend) => {
  test('yields each call, each epoch and the end, and fit is the same', async () => {
    const [net, fitted] = [make(backend), make(backend)];
    const events: TrainEvent[] = [];
    for await (const event of train(net, { x, y: labels }, { ...options, epochs: 2 })) events.push(event);
    const history = await fitted.fit(x, labels, { ...options, epochs: 2 });
    const types = events.map(({ type }) => type).join(' ');
    expect(types).toMatch(/^(step )+epoch (step )+epoch end$/);
    expect(events.at(-1)).toEqual({ type: 'end', history });
    expect(events.flatMap((event) => (event.type === 'epoch' ? [event.logs] : []))).toEqual(history.epochs);
    for (const event of events) {
      if (event.type === 'step') expect(event).toMatchObject({ steps: 4, learningRate: 0.001 });
    }
    expect(await net.weights()).toEqual(await fitted.weights());
  });

  test('ends with the loop, and frees the model', async () => {
    const net = make(backend);
    for await (const event of train(net, { x, y: labels }, options)) {
      await expect(net.fit(x, labels, options)).rejects.toMatchObject({ code: 'ERR_GLIA_STATE' });
      if (event.type === 'epoch') break;
    }
    await expectUsable(net);
    const broken = async () => {
      for await (const _event of train(net, { x, y: labels }, options)) throw new Error('mine');
    };
    await expect(broken()).rejects.toThrow('mine');
    await expectUsable(net);
  });

  test('does nothing before it is asked for its first event', async () => {
    const net = make(backend);
    const before = await net.weights();
    train(net, { x, y: labels }, options);
    await turn();
    expect(await net.weights()).toEqual(before);
    await expectUsable(net);
  });

  test('releases the data and the state of the optimizer with the run', async () => {
    const net = make(backend);
    const { storage } = net.session.engine;
    const [allocate, adopt, release] = [
      vi.spyOn(storage, 'allocate'),
      vi.spyOn(storage, 'adopt'),
      vi.spyOn(storage, 'release'),
    ];
    for await (const event of train(net, { x, y: labels }, options)) {
      if (event.type === 'epoch') break;
    }
    // Two moments for each of four parameters, and the inputs.
    const held = [...allocate.mock.calls, ...adopt.mock.calls].map(([{ name }]) => name);
    expect(held).toHaveLength(9);
    expect(release.mock.calls.flat()).toEqual(expect.arrayContaining(held));
    expect(held.filter((name) => storage.has(name))).toEqual([]);
  });
});

describeBackends('several things at once', (backend) => {
  test('a second fit on a model is refused while the first goes on, which it does not disturb', async () => {
    const [net, alone] = [make(backend), make(backend)];
    const first = net.fit(x, labels, options);
    const second = net.fit(x, labels, options);
    await expect(second).rejects.toBeInstanceOf(GliaError);
    await expect(second).rejects.toMatchObject({
      code: 'ERR_GLIA_STATE',
      facts: { hint: 'await the first run' },
    });
    expect(await first).toEqual(await alone.fit(x, labels, options));
    expect(await net.weights()).toEqual(await alone.weights());
  });

  test('predictions, evaluations and copies of the weights take their turn between the calls of a run', async () => {
    const [net, alone] = [make(backend), make(backend)];
    let running = true;
    const fit = net.fit(x, labels, options).finally(() => {
      running = false;
    });
    let during = 0;
    while (running) {
      const [weights, predicted] = await Promise.all([
        net.weights(),
        net.predict(x),
        net.evaluate(x, labels),
      ]);
      const copy = make(backend);
      await copy.setWeights(weights);
      // A prediction is of one moment: that of the weights, or of steps later, but always of finite numbers.
      expect(predicted.data.every(Number.isFinite)).toBe(true);
      expect((await copy.predict(x)).shape).toEqual([64, 3]);
      during++;
    }
    expect(during).toBeGreaterThan(0);
    expect(await fit).toEqual(await alone.fit(x, labels, options));
    expect(await net.weights()).toEqual(await alone.weights());
  });

  test('a fit that is asked for while a prediction goes on waits for it', async () => {
    const net = make(backend);
    // Enough rows that a prediction in TypeScript gives the event loop turns.
    const many = problem(20_000, 5).x;
    const predicting = net.predict(many);
    await turn();
    const history = await net.fit(x, labels, { ...options, epochs: 1 });
    expect(history.stopReason).toBe('completed');
    expect((await predicting).shape).toEqual([20_000, 3]);
    const again = net.predict(many);
    await turn();
    // An optimizer whose state does not begin with 0.
    const optimizer = adagrad({ initialAccumulator: 0.1 });
    const step = trainStep(net, { loss: 'categoricalCrossentropy', optimizer });
    expect((await step(x, labels)).loss).toBeGreaterThan(0);
    await again;
  });

  test('two models train at once as they would alone', async () => {
    const together = [make(backend), make(backend)];
    const histories = await Promise.all(together.map((net) => net.fit(x, labels, options)));
    const alone = make(backend);
    const wanted = await alone.fit(x, labels, options);
    for (const [i, net] of together.entries()) {
      expect(histories[i]).toEqual(wanted);
      expect(await net.weights()).toEqual(await alone.weights());
    }
  });

  test('steps that are not awaited run one after the other, in order', async () => {
    const [net, alone] = [make(backend), make(backend)];
    const step = trainStep(net, { loss: 'categoricalCrossentropy' });
    const single = trainStep(alone, { loss: 'categoricalCrossentropy' });
    const losses = await Promise.all(Array.from({ length: 10 }, () => step(x, labels)));
    for (const { loss } of losses) expect((await single(x, labels)).loss).toBe(loss);
    expect(await net.weights()).toEqual(await alone.weights());
  });

  test('two steppers and a fit on one model keep their optimizers apart', async () => {
    const rows = (count: number) => ({ data: x.data.slice(0, 5 * count), shape: [count, 5] });
    const loss = 'categoricalCrossentropy';
    const run = async (disturb: boolean) => {
      const net = make(backend);
      const step = trainStep(net, { loss, optimizer: 'adam' });
      await step(rows(8), labels.slice(0, 8));
      const between = await net.weights();
      if (disturb) {
        const { steps, epochs } = net.session;
        await trainStep(net, { loss, optimizer: 'adam' })(x, labels);
        await net.fit(x, labels, { ...options, epochs: 1 });
        await net.setWeights(between);
        Object.assign(net.session, { steps, epochs });
      }
      // A batch size of its own, so that a program is compiled now.
      await step(rows(7), labels.slice(0, 7));
      return net.weights();
    };
    expect(await run(true)).toEqual(await run(false));
  });
});

describe('the event loop', () => {
  /** Turns that the event loop takes while something goes on. */
  async function turnsDuring(work: Promise<unknown>): Promise<number> {
    let [turns, over] = [0, false];
    const done = work.finally(() => {
      over = true;
    });
    while (!over) {
      await turn();
      turns++;
    }
    await done;
    return turns;
  }

  const { x: wide, labels: y } = problem(512, 64);
  const big = (backend: BackendName) =>
    sequential([dense(256, { activation: 'tanh' }), dense(256, { activation: 'tanh' }), dense(3)], {
      inputShape: [64],
      backend,
    });

  test.skipIf(!hasNative)('keeps turning while one native call goes on', async () => {
    const net = big('native');
    const { engine } = net.session;
    const many = problem(2 ** 15, 64).x;
    await net.predict(many);
    const calls = vi.spyOn(engine, 'run');
    // 5 GFLOP in one call on threads of its own: the loop turns some thousand times, and a few under any load.
    const turns = await turnsDuring(net.predict(many));
    expect(calls).toHaveBeenCalledOnce();
    expect(turns).toBeGreaterThan(10);
  });

  test.skipIf(!hasNative)('turns far more often than a native run makes calls', async () => {
    const net = big('native');
    const { engine } = net.session;
    const calls = vi.spyOn(engine, 'run');
    const turns = await turnsDuring(net.fit(wide, y, { ...options, batchSize: 64, epochs: 10 }));
    expect(turns).toBeGreaterThan(2 * calls.mock.calls.length);
  });

  test('gets its turns in TypeScript between the steps', async () => {
    const net = big('typescript');
    const turns = await turnsDuring(net.fit(wide, y, { ...options, batchSize: 64, epochs: 1 }));
    expect(turns).toBeGreaterThan(2);
  });
});
