import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { adam, BackendError, dense, sequential, sgd, train, trainStep } from 'glia';
import { type Callback, earlyStopping } from 'glia/callbacks';
import { expect, test, vi } from 'vitest';
import type { Engine } from '../../src/train/engine.ts';
import { describeBackends } from './backends.ts';

const x = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
];
const y = [[0], [1], [1], [0]];
const far = [[9], [-7], [8], [-6]];

describeBackends('several steps and runs on one model', (backend) => {
  const net = (units = 4) =>
    sequential([dense(units, { activation: 'tanh' }), dense(1)], { inputShape: [2], seed: 1, backend });
  const optimizer = sgd({ learningRate: 0.01, momentum: 0.9 });

  /** Puts the weights back after each call, so that a step shows nothing but its own momentum. */
  async function alone(between: (model: ReturnType<typeof net>) => Promise<unknown>): Promise<number[]> {
    const model = net();
    const first = await model.weights();
    const step = trainStep(model, { loss: 'mse', optimizer });
    await step(x, y);
    await between(model);
    await model.setWeights(first);
    await step(x.slice(0, 2), y.slice(0, 2));
    return Object.values(await model.weights()).flatMap(({ data }) => [...data]);
  }

  test('have optimizer states of their own, whatever batch sizes come', async () => {
    const want = await alone(async () => undefined);
    expect(await alone((model) => trainStep(model, { loss: 'mse', optimizer })(x, far))).toEqual(want);
    expect(await alone((model) => model.fit(x, far, { loss: 'mse', optimizer, epochs: 1 }))).toEqual(want);
  });

  test('let go of what they hold when they are dropped', async () => {
    const model = net();
    const { storage } = model.session.engine;
    const names = new Set<string>();
    const allocate = storage.allocate.bind(storage);
    storage.allocate = (slot) => {
      names.add(slot.name);
      allocate(slot);
    };
    for (let i = 0; i < 20; i++) await trainStep(model, { loss: 'mse', optimizer: 'adam' })(x, y);
    expect(names.size).toBe(20 * 8);
    const held = () => [...names].filter((name) => storage.has(name)).length;
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    for (let i = 0; i < 50 && held() > 8; i++) {
      collect();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(held()).toBeLessThanOrEqual(8);
  });

  test('do not count a step that was not taken', async () => {
    const [model, other] = [net(), net()];
    const options = { loss: 'mse', optimizer: adam({ learningRate: 0.1 }) } as const;
    const [step, same] = [trainStep(model, options), trainStep(other, options)];
    const find = vi.spyOn(model.session.engine, 'program');
    expect(step.sync(x, y)).toEqual(same.sync(x, y));
    const { runnable } = find.mock.results[0]!.value as ReturnType<Engine['program']>;
    vi.spyOn(runnable.mailbox(), 'step').mockImplementationOnce(() => {
      throw new BackendError('a run uses it');
    });
    expect(() => step.sync(x, y)).toThrow(BackendError);
    for (let i = 0; i < 3; i++) expect(step.sync(x, y)).toEqual(same.sync(x, y));
    expect(await model.weights()).toEqual(await other.weights());
  });

  test('a run that is refused changes nothing and calls nobody', async () => {
    const model = net();
    const first = model.fit(x, y, { loss: 'mse', epochs: 20 });
    const called: string[] = [];
    const spy: Callback = { name: 'spy', onBegin: () => void called.push('onBegin') };
    const second = model.fit(x, y, { loss: 'binaryCrossentropy', callbacks: [spy] });
    await expect(second).rejects.toThrow('being trained already');
    expect(() => train(model, { x, y }, { loss: 'mae' })).toThrow('being trained already');
    await first;
    expect(called).toEqual([]);
    expect(model.session.loss?.name).toBe('mse');
  });

  test('one earlyStopping may watch two runs at once', async () => {
    const stop = () => earlyStopping({ monitor: 'loss', patience: 3, restoreBest: true });
    const options = { loss: 'mse', epochs: 15, learningRate: 0.5, optimizer: 'sgd' } as const;
    const outcome = async (units: number, callback: Callback) => {
      const model = net(units);
      const { stopReason } = await model.fit(x, far, { ...options, callbacks: [callback] });
      return { stopReason, weights: await model.weights() };
    };
    const want = [await outcome(4, stop()), await outcome(7, stop())];
    const shared = stop();
    expect(await Promise.all([outcome(4, shared), outcome(7, shared)])).toEqual(want);
  });

  test('short runs leave the event loop its turns, so that what waits for one can end them', async () => {
    const stop = new AbortController();
    setImmediate(() => stop.abort());
    const { stopReason } = await net().fit(x, y, { loss: 'mse', epochs: 2_000_000, signal: stop.signal });
    expect(stopReason).toBe('aborted');
  });

  test('data that is copied into storage leaves the event loop its turns', async () => {
    let turns = 0;
    let ended = false;
    const turn = () => {
      turns++;
      if (!ended) setImmediate(turn);
    };
    const large = { data: new Float32Array(4 << 20), shape: [1 << 20, 4] };
    const targets = { data: new Float32Array(1 << 20), shape: [1 << 20, 1] };
    const model = sequential([dense(1)], { backend });
    // Held-out rows are copied out, the others as well: only rows that are taken as they come are adopted.
    const run = model.fit(large, targets, { loss: 'mse', epochs: 0, validation: 0.01 });
    setImmediate(turn);
    await run;
    ended = true;
    // Four million numbers go in four slices.
    expect(turns).toBeGreaterThanOrEqual(3);
  });

  test('a model that no memory can hold is refused as such', () => {
    expect(() => sequential([dense(2 ** 30)], { inputShape: [2 ** 20], backend })).toThrow(BackendError);
  });
});
