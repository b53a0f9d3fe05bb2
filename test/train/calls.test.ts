import {
  adam,
  type BackendName,
  batchNorm,
  cosine,
  dense,
  dropout,
  type FitOptions,
  type Model,
  ops,
  plateau,
  sequential,
  sgd,
  type Tensor,
} from 'glia';
import type { Callback, StepEvent } from 'glia/callbacks';
import { expect, test, vi } from 'vitest';
import { describeBackends } from './backends.ts';
import { problem } from './problems.ts';

const { x, labels, values } = problem(32, 5);
const oneHot = {
  data: Float32Array.from({ length: 3 * 32 }, (_, i) => (i % 3 === labels[Math.floor(i / 3)] ? 1 : 0)),
  shape: [32, 3],
};
const sampleWeight = Float32Array.from({ length: 32 }, (_, i) => (i % 5) / 2);

/** What decides how a run is cut into calls; none of it may decide a number. */
type Cut = 'one step a call' | 'one epoch a call' | 'epochs together';

interface Kind {
  readonly y: Int32Array | typeof values;
  readonly options: Partial<FitOptions> & Pick<FitOptions, 'loss'>;
  /** Whether several of its epochs may go in one call. */
  readonly together: boolean;
}

const KINDS: Readonly<Record<string, Kind>> = {
  labels: { y: labels, options: { loss: 'categoricalCrossentropy' }, together: true },
  'one-hot targets, not shuffled': {
    y: oneHot,
    options: { loss: 'categoricalCrossentropy', shuffle: false },
    together: true,
  },
  'one batch': { y: oneHot, options: { loss: 'mse', batchSize: 32 }, together: true },
  'weights of rows': {
    y: oneHot,
    options: { loss: 'categoricalCrossentropy', sampleWeight },
    together: true,
  },
  'weights of rows and classes, with labels': {
    y: labels,
    options: { loss: 'categoricalCrossentropy', sampleWeight, classWeight: { 0: 3, 2: 0.5 } },
    together: true,
  },
  'accumulated gradients': {
    y: labels,
    options: { loss: 'categoricalCrossentropy', optimizer: sgd({ learningRate: 0.1, accumulate: 3 }) },
    together: true,
  },
  'a schedule': {
    y: labels,
    options: {
      loss: 'categoricalCrossentropy',
      optimizer: adam({ learningRate: cosine({ peak: 0.02, warmup: 7 }), clipNorm: 1 }),
    },
    together: true,
  },
  'a shorter last batch': {
    y: labels,
    options: { loss: 'categoricalCrossentropy', batchSize: 12 },
    together: false,
  },
  metrics: {
    y: labels,
    options: { loss: 'categoricalCrossentropy', metrics: ['accuracy'] },
    together: false,
  },
  validation: { y: oneHot, options: { loss: 'mse', validation: 0.25 }, together: false },
  'a schedule that watches': {
    y: oneHot,
    options: {
      loss: 'mse',
      optimizer: sgd({ learningRate: plateau({ initial: 0.5, patience: 1, monitor: 'loss' }) }),
    },
    together: false,
  },
};

/** Trains with calls cut in one way: weights, history, and what the next run would begin with. */
async function outcome(make: () => Model, { y, options }: Kind, cut: Cut, inputs = x) {
  const net = make();
  const { engine } = net.session;
  const calls: number[] = [];
  // The length of a call follows from the time of the last one: calls seem to take no time at all, or for ever.
  const clock = vi.spyOn(performance, 'now');
  let now = 0;
  clock.mockImplementation(() => {
    now += cut === 'one step a call' ? 1e6 : 0;
    return now;
  });
  const run = engine.run.bind(engine);
  vi.spyOn(engine, 'run').mockImplementation((program, steps, feeds) => {
    calls.push(steps);
    return run(program, steps, feeds);
  });
  const events: StepEvent[] = [];
  const apart: Callback = { name: 'apart', onEpoch: () => undefined };
  const watch: Callback = { name: 'watch', onStep: (event) => void events.push(event) };
  try {
    const callbacks = cut === 'epochs together' ? [watch] : [watch, apart];
    const history = await net.fit(inputs, y, { epochs: 40, batchSize: 8, callbacks, ...options });
    const again = await net.fit(inputs, y, { epochs: 1, batchSize: 8, ...options });
    const { steps, epochs } = net.session;
    return {
      numbers: { history, again, steps, epochs, weights: await net.weights() },
      calls,
      events,
    };
  } finally {
    clock.mockRestore();
  }
}

describeBackends('steps and epochs in one call', (backend) => {
  const make = (): Model =>
    sequential([dense(6, { activation: 'tanh' }), batchNorm(), dropout(0.25), dense(3)], {
      inputShape: [5],
      seed: 8,
      backend,
    });

  test.each(Object.entries(KINDS))('leave the same bits and history, with %s', async (_name, kind) => {
    const single = await outcome(make, kind, 'one step a call');
    const apart = await outcome(make, kind, 'one epoch a call');
    const together = await outcome(make, kind, 'epochs together');
    expect(apart.numbers).toEqual(single.numbers);
    expect(together.numbers).toEqual(single.numbers);
    // Otherwise this compares nothing.
    if (kind.options.batchSize !== 32) expect(apart.calls.length).toBeLessThan(single.calls.length);
    if (kind.together) expect(together.calls.length).toBeLessThan(apart.calls.length / 2);
    else expect(together.calls).toEqual(apart.calls);
  });

  test('are told by the step event of the last epoch, whose loss is that of the epoch', async () => {
    const { numbers, events } = await outcome(make, KINDS['labels']!, 'epochs together');
    expect(events.length).toBeLessThan(20);
    expect(events.at(-1)).toMatchObject({ epoch: 40, step: 4, steps: 4 });
    for (const { epoch, step, steps, loss, learningRate } of events) {
      if (step < steps) continue;
      expect({ loss, learningRate }).toEqual({
        loss: numbers.history.epochs[epoch - 1]!.loss,
        learningRate: numbers.history.epochs[epoch - 1]!.learningRate,
      });
    }
  });

  test('end with a stop or an abort that a callback asks for, with whole epochs', async () => {
    const clock = vi.spyOn(performance, 'now').mockReturnValue(0);
    try {
      const options = { loss: 'categoricalCrossentropy', batchSize: 8, epochs: 1000 } as const;
      for (const way of ['stop', 'abort'] as const) {
        const net = make();
        const controller = new AbortController();
        let last: StepEvent | undefined;
        const { epochs, steps, stopReason } = await net.fit(x, labels, {
          ...options,
          signal: controller.signal,
          callbacks: [
            {
              name: 'end',
              onStep(event, run) {
                last = event;
                if (event.epoch < 9) return;
                if (way === 'stop') run.stop('enough');
                else controller.abort();
              },
            },
          ],
        });
        expect(stopReason).toBe(way === 'stop' ? 'enough' : 'aborted');
        expect(last).toMatchObject({ step: 4, steps: 4 });
        expect(steps).toBe(4 * last!.epoch);
        // As when an epoch goes alone: one that is aborted at its last step is not logged, one that is stopped is.
        expect(epochs).toHaveLength(last!.epoch - (way === 'abort' ? 1 : 0));
        expect(net.session.epochs).toBe(epochs.length);
      }
    } finally {
      clock.mockRestore();
    }
  });
});

describeBackends('a run that fails', (backend) => {
  // Rows along few directions, so that this rate lets the weights grow by a little at each step, for some 40 epochs.
  const skewed = {
    data: Float32Array.from({ length: 160 }, (_, i) => 2 * Math.sin(12.9 * i) + 1),
    shape: [32, 5],
  };

  /** Weights, counters and message after a run that swings up until float32 ends. */
  async function failed(cut: Cut, on: BackendName) {
    const net = sequential([dense(3)], { inputShape: [5], seed: 4, backend: on });
    const options = {
      loss: (output: Tensor) => ops.mean(ops.square(output)),
      optimizer: sgd({ learningRate: 0.28 }),
      epochs: 2000,
    };
    let message = '';
    await outcome(() => net, { y: labels, options, together: true }, cut, skewed).catch((error: Error) => {
      message = error.message;
    });
    const { steps, epochs } = net.session;
    return { message, steps, epochs, weights: await net.weights() };
  }

  test('fails at the same step and goes back to the same weights, however it was cut into calls', async () => {
    const single = await failed('one step a call', backend);
    expect(single.message).toMatch(/^the loss became \S+ in epoch \d+\n {2}at {4}step \d+\n/);
    expect(await failed('one epoch a call', backend)).toEqual(single);
    expect(await failed('epochs together', backend)).toEqual(single);
    // Far from the start, or there would be nothing to tell apart.
    expect(single.epochs).toBeGreaterThan(16);
    expect(Object.values(single.weights).some(({ data }) => data.some((w) => Math.abs(w) > 1e6))).toBe(true);
  });
});
