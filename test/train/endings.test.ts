import {
  type BackendName,
  dense,
  type FitOptions,
  type History,
  layer,
  type Model,
  NumericError,
  OptionError,
  ops,
  sequential,
  sgd,
  type Tensor,
  train,
  type Weight,
} from 'glia';
import { type Callback, type EndEvent, earlyStopping, type Run } from 'glia/callbacks';
import { expect, test } from 'vitest';
import { describeBackends } from './backends.ts';
import { problem } from './problems.ts';

const { x, labels, values } = problem(64, 5);
const options: FitOptions = { loss: 'mse', epochs: 5, batchSize: 16, learningRate: 0.01 };

/** A network whose loss is NaN from the step on that follows `steps` steps, whatever its weights are. */
function fused(steps: number, backend: BackendName): Model {
  const fuse = layer({
    state: () => ({ burnt: { shape: [], initial: 0 } }),
    apply(own: Readonly<Record<string, Tensor>>, input, { update }) {
      update('burnt', ops.add(own['burnt']!, 1));
      return ops.mul(input, ops.log(ops.sub(steps - 0.5, own['burnt']!)));
    },
  });
  return sequential([fuse, dense(1)], { inputShape: [5], seed: 4, backend });
}

interface Ending {
  readonly epochs?: number;
  readonly signal?: AbortSignal;
  readonly callback?: Callback;
  /** Steps before the loss is NaN. */
  readonly steps?: number;
}

const inSecondEpoch = (act: (run: Run) => void): Callback => ({
  name: 'act',
  onEpoch({ logs }, run) {
    if (logs.epoch === 2) act(run);
  },
});

/** Ways in which a run ends: what it is given to end so after its second epoch, and the reason that its history gives. */
const ENDINGS: Readonly<Record<string, { reason: string; throws: boolean; ends: () => Ending }>> = {
  done: { reason: 'completed', throws: false, ends: () => ({ epochs: 2 }) },
  stopped: {
    reason: 'enough',
    throws: false,
    ends: () => ({ callback: inSecondEpoch((run) => run.stop('enough')) }),
  },
  aborted: {
    reason: 'aborted',
    throws: false,
    ends() {
      const controller = new AbortController();
      return { signal: controller.signal, callback: inSecondEpoch(() => controller.abort()) };
    },
  },
  diverged: { reason: 'diverged', throws: true, ends: () => ({ steps: 10 }) },
  'an error in onEpoch': {
    reason: 'failed',
    throws: true,
    ends: () => ({ callback: inSecondEpoch(() => expect.fail('mine')) }),
  },
  'an error in onStep': {
    reason: 'failed',
    throws: true,
    ends: () => ({
      callback: { name: 'throw', onStep: ({ epoch }) => void (epoch === 3 && expect.fail('mine')) },
    }),
  },
};

describeBackends('a run that ends', (backend) => {
  test.each(Object.entries(ENDINGS))(
    '%s calls each onEnd once, and leaves the best weights',
    async (_, ending) => {
      const { epochs = 5, signal, callback, steps = 1e6 } = ending.ends();
      const net = fused(steps, backend);
      const each: Record<string, Weight>[] = [];
      const ends: EndEvent[] = [];
      const keep: Callback = {
        name: 'keep',
        async onEpoch(_event, run) {
          each.push(await run.readWeights());
        },
        onEnd: (event) => void ends.push(event),
      };
      // The first epoch is the best, so that neither the last weights nor those from before the run are.
      let epoch = 0;
      const metrics = [{ name: 'score', better: 'higher' as const, of: () => -epoch++ }];
      const best = earlyStopping({ monitor: 'score', patience: 9, restoreBest: true });
      const callbacks = [keep, best, keep, ...(callback ? [callback] : [])];
      const running = net.fit(x, values, {
        ...options,
        epochs,
        metrics,
        callbacks,
        ...(signal && { signal }),
      });
      const outcome = await running.then(
        (history: History) => ({ history }),
        (error: unknown) => ({ error }),
      );
      expect('error' in outcome).toBe(ending.throws);
      expect(ends).toHaveLength(2);
      expect(ends[0]).toBe(ends[1]);
      const { history, ...rest } = ends[0]!;
      expect(history.stopReason).toBe(ending.reason);
      expect(history.epochs).toHaveLength(2);
      if ('error' in outcome) expect(rest).toEqual({ type: 'end', error: outcome.error });
      else expect({ ...rest, history }).toEqual({ type: 'end', history: outcome.history });
      expect(await net.weights()).toEqual(each[0]);
      expect(each.at(-1)).not.toEqual(each[0]);
      // And the model is free.
      expect((await net.fit(x, values, { ...options, epochs: 0 })).stopReason).toBe('completed');
    },
  );

  test('keeps the weights that an onEnd writes, whatever the ending', async () => {
    for (const ending of Object.values(ENDINGS)) {
      const { epochs = 5, signal, callback, steps = 1e6 } = ending.ends();
      const net = fused(steps, backend);
      const wanted = await net.weights();
      const write: Callback = { name: 'write', onEnd: (_event, run) => run.writeWeights(wanted) };
      const callbacks = [...(callback ? [callback] : []), write];
      await net
        .fit(x, values, { ...options, epochs, callbacks, ...(signal && { signal }) })
        .catch(() => undefined);
      expect(net.session.steps).toBeGreaterThan(0);
      expect(await net.weights()).toEqual(wanted);
    }
  });

  test('by an error in onBegin calls every onEnd all the same, and leaves the loss that the model had', async () => {
    const net = fused(1e6, backend);
    await net.fit(x, values, { ...options, loss: 'mae', epochs: 1 });
    const own = new Error('mine');
    const ends: string[] = [];
    const named = (name: string, onBegin?: () => void): Callback => ({
      name,
      ...(onBegin && { onBegin }),
      onEnd: ({ error, history }) =>
        void ends.push(`${name} ${error === own} ${history.stopReason} ${history.steps}`),
    });
    const failing = () => {
      throw own;
    };
    const callbacks = [named('first'), named('second', failing), named('third'), earlyStopping()];
    await expect(net.fit(x, values, { ...options, callbacks })).rejects.toBe(own);
    expect(ends).toEqual(['first', 'second', 'third'].map((name) => `${name} true failed 0`));
    expect(net.session.loss?.name).toBe('mae');
  });

  test('throws the first error as it is, with those of the clean-up', async () => {
    const [first, second, third] = [new Error('1'), new Error('2'), new Error('3')];
    const throwing = (at: 'onStep' | 'onEnd', error: unknown): Callback => ({
      name: at,
      [at]: () => Promise.reject(error),
    });
    const after: string[] = [];
    const last: Callback = { name: 'last', onEnd: () => void after.push('last') };
    const callbacks = [throwing('onStep', first), throwing('onEnd', second), throwing('onEnd', third), last];
    const net = fused(1e6, backend);
    await expect(net.fit(x, values, { ...options, callbacks })).rejects.toBe(first);
    expect(first).toMatchObject({ suppressed: [second, third] });
    expect(after).toEqual(['last']);
    // What takes no property is thrown along with the others; who ends a run without an error gets a NumericError as it is.
    const frozen = Object.freeze(new Error('0'));
    const all = [throwing('onStep', frozen), throwing('onEnd', second)];
    await expect(net.fit(x, values, { ...options, callbacks: all })).rejects.toMatchObject({
      errors: [frozen, second],
    });
    const broken = fused(6, backend).fit(x, values, { ...options, callbacks: [throwing('onEnd', third)] });
    await expect(broken).rejects.toBeInstanceOf(NumericError);
    await expect(broken).rejects.toMatchObject({ suppressed: [third] });
  });

  test('leaves no weight that is not finite, when a callback fails after the update that broke it', async () => {
    // The loss is 0 and finite, its derivative 0 · ∞.
    const rooted = (logits: Tensor) => ops.mean(ops.sqrt(ops.mul(0, logits)));
    const net = sequential([dense(3)], { inputShape: [5], seed: 4, backend });
    const before = await net.weights();
    const own = new Error('mine');
    const fail: Callback = { name: 'fail', onStep: () => Promise.reject(own) };
    await expect(net.fit(x, labels, { ...options, loss: rooted, callbacks: [fail] })).rejects.toBe(own);
    expect(own).toMatchObject({ suppressed: [expect.any(NumericError)] });
    expect(await net.weights()).toEqual(before);
    // A loop that is left over such a step says so.
    const leave = async () => {
      for await (const _event of train(net, { x, y: labels }, { ...options, loss: rooted })) break;
    };
    await expect(leave()).rejects.toBeInstanceOf(NumericError);
    expect(await net.weights()).toEqual(before);
    expect((await net.fit(x, labels, { ...options, loss: rooted, epochs: 0 })).steps).toBe(0);
  });
});

describeBackends('a last group of batches that is not full', (backend) => {
  const rate = 0.1;
  const accumulate = 3;
  const linear = () => sequential([dense(1, { bias: false })], { inputShape: [2], seed: 1, backend });
  const rows = [
    [1, 2],
    [-1, 0.5],
    [0.25, -2],
    [3, 1],
    [0.5, 0.5],
    [-2, 1],
    [1, -1],
  ];
  const targets = [1, -1, 0.5, 2, 0, -0.5, 1];

  /** Plain SGD in float64: means of the gradients of up to three batches of two rows, the last batch of one. */
  function byHand(start: readonly number[], batches: number): number[] {
    const w = [...start];
    let group: number[][] = [];
    for (let step = 0; step < batches; step++) {
      const from = (step % 4) * 2;
      const batch = rows.slice(from, from + 2);
      const sum = [0, 0];
      batch.forEach((row, i) => {
        const error = row[0]! * w[0]! + row[1]! * w[1]! - targets[from + i]!;
        row.forEach((value, j) => {
          sum[j]! += (2 * error * value) / batch.length;
        });
      });
      group.push(sum);
      if (group.length < accumulate && step + 1 < batches) continue;
      for (const j of [0, 1]) w[j]! -= (rate * group.reduce((all, one) => all + one[j]!, 0)) / group.length;
      group = [];
    }
    return w;
  }

  const settings = (): FitOptions => ({
    loss: 'mse',
    optimizer: sgd({ learningRate: rate, accumulate }),
    batchSize: 2,
    shuffle: false,
    epochs: 2,
  });
  const y = targets.map((value) => [value]);
  const weightOf = async (net: Model) => [...(await net.weights())['dense1.weight']!.data];

  /** Some roundings of numbers around 1, by 2⁻²⁴ each. */
  const near = (numbers: readonly number[]) => numbers.map((value) => expect.closeTo(value, 5));

  test.each([0, 1, 2, 3, 4])(
    'is applied at the end of %i epochs, divided by the batches in it',
    async (epochs) => {
      const net = linear();
      const start = await weightOf(net);
      const history = await net.fit(rows, y, { ...settings(), epochs });
      expect(await weightOf(net)).toEqual(near(byHand(start, 4 * epochs)));
      expect(history).toMatchObject({ steps: 4 * epochs, updates: Math.ceil((4 * epochs) / 3) });
    },
  );

  test('is applied when the run is stopped, aborted, left or ended by a callback`s error', async () => {
    const controller = new AbortController();
    const after = (act: (run: { stop: (reason: string) => void }) => void): Callback => ({
      name: 'after',
      onEpoch: (_event, run) => act(run),
    });
    const ways: Readonly<Record<string, (net: Model) => Promise<unknown>>> = {
      stop: (net) => net.fit(rows, y, { ...settings(), callbacks: [after((run) => run.stop('now'))] }),
      abort: (net) =>
        net.fit(rows, y, {
          ...settings(),
          signal: controller.signal,
          callbacks: [after(() => controller.abort())],
        }),
      error: (net) =>
        net
          .fit(rows, y, { ...settings(), callbacks: [after(() => expect.fail('mine'))] })
          .catch(() => undefined),
      async leave(net) {
        for await (const event of train(net, { x: rows, y }, settings())) if (event.type === 'epoch') break;
      },
    };
    for (const [way, run] of Object.entries(ways)) {
      const net = linear();
      const start = await weightOf(net);
      await run(net);
      expect(await weightOf(net), way).toEqual(near(byHand(start, 4)));
    }
  });

  test('does not go over to the next run, and is not applied when the numbers break', async () => {
    const net = linear();
    const start = await weightOf(net);
    await net.fit(rows, y, { ...settings(), epochs: 1 });
    await net.fit(rows, y, { ...settings(), epochs: 1 });
    expect(await weightOf(net)).toEqual(near(byHand(byHand(start, 4), 4)));
    const broken = linear();
    const before = await broken.weights();
    const bad = y.map(([value], i) => [i === 6 ? 1e30 : value!]);
    await expect(broken.fit(rows, bad, settings())).rejects.toBeInstanceOf(NumericError);
    expect(await broken.weights()).toEqual(before);
  });

  test('is what the schedule counts as its last update', async () => {
    const asked = new Set<string>();
    const schedule = {
      name: 'mine',
      config: {},
      at(step: number, total: number) {
        asked.add(`${step} of ${total}`);
        return rate;
      },
    };
    const optimizer = sgd({ learningRate: schedule, accumulate });
    const history = await linear().fit(rows, y, { ...settings(), optimizer });
    expect([...asked]).toEqual(['0 of 3', '1 of 3', '2 of 3']);
    expect(history.updates).toBe(3);
  });
});

describeBackends('a callback that refuses a run', (backend) => {
  test('does so before anybody else is called and anything has changed', async () => {
    const net = sequential([dense(1)], { seed: 1, backend });
    const called: string[] = [];
    const other: Callback = {
      name: 'other',
      onBegin: () => void called.push('begin'),
      onEnd: () => void called.push('end'),
    };
    const callbacks = [other, earlyStopping({ monitor: 'accurcy' })];
    await expect(net.fit(x, values, { ...options, callbacks })).rejects.toBeInstanceOf(OptionError);
    expect(called).toEqual([]);
    expect(net.session.isBuilt).toBe(false);
    expect(net.session.loss).toBeUndefined();
  });
});
