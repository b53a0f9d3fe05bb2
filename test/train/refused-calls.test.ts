import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type BackendName,
  categoricalCrossentropy,
  dense,
  type FitOptions,
  GliaError,
  load,
  type Model,
  ops,
  plateau,
  sequential,
  sgd,
  train,
  trainStep,
  valueAndGrad,
} from 'glia';
import { type Callback, earlyStopping } from 'glia/callbacks';
import { explain } from 'glia/explain';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { describeBackends } from './backends.ts';
import { problem } from './problems.ts';

const { x, labels } = problem(16, 5);
const wide = problem(16, 7);
const options: FitOptions = { loss: 'categoricalCrossentropy', epochs: 2, batchSize: 8 };
const unbuilt = (backend: BackendName): Model => sequential([dense(3)], { seed: 4, backend });

/** Fits that are refused, each for something else, by what they are given beside good inputs and options. */
const REFUSED: Readonly<Record<string, { y?: unknown; x?: unknown; options?: Record<string, unknown> }>> = {
  'a label beyond the classes': { y: labels.with(3, 3) },
  'too few targets': { y: labels.slice(1) },
  'targets that are not finite': { y: { data: new Float32Array(48).fill(Number.NaN), shape: [16, 3] } },
  'targets of another width': { y: { data: new Float32Array(32), shape: [16, 2] } },
  'no targets': { y: undefined },
  'inputs that are not finite': { x: { data: x.data.with(7, Number.NaN), shape: x.shape } },
  'no loss': { options: { loss: undefined } },
  'a loss that has another shape': { options: { loss: (output: never) => output } },
  'a loss that throws': { options: { loss: () => expect.fail('mine') } },
  'an option that there is not': { options: { epoch: 3 } },
  'epochs that are no number': { options: { epochs: '3' } },
  'a metric of another task': { options: { metrics: ['nothing'] } },
  'too few weights of rows': { options: { sampleWeight: [1, 2] } },
  'no weight that counts': { options: { sampleWeight: new Float32Array(16) } },
  'a weight of no class': { options: { classWeight: { 7: 2 } } },
  'validation data of another width': { options: { validation: [wide.x, labels] } },
  'validation targets beyond the classes': { options: { validation: [x, labels.with(0, 9)] } },
  'a share of all rows': { options: { validation: 1.5 } },
  'a schedule that watches nothing': {
    options: { optimizer: sgd({ learningRate: plateau({ initial: 0.1, monitor: 'val_loss' }) }) },
  },
  'an early stopping that watches nothing': {
    options: { callbacks: [earlyStopping({ monitor: 'nothing' })] },
  },
};

describeBackends('a call that is refused', (backend) => {
  test.each(Object.entries(REFUSED))('calls nobody and changes nothing: %s', async (_, bad) => {
    const called: string[] = [];
    const listen: Callback = {
      name: 'listen',
      onBegin: () => void called.push('begin'),
      onEnd: () => void called.push('end'),
    };
    const { callbacks = [], ...more } = bad.options ?? {};
    const given = { ...options, ...more, callbacks: [listen, ...(callbacks as Callback[])] } as FitOptions;
    const [inputs, targets] = [(bad.x ?? x) as typeof x, ('y' in bad ? bad.y : labels) as Int32Array];
    const fresh = unbuilt(backend);
    await expect(fresh.fit(inputs, targets, given)).rejects.toThrow(Error);
    expect([fresh.session.isBuilt, fresh.session.loss, fresh.session.steps]).toEqual([false, undefined, 0]);
    expect(fresh.session.metrics).toEqual([]);
    // Another width is as good as ever.
    await fresh.fit(wide.x, wide.labels, { ...options, epochs: 1 });
    // One that was trained stays so.
    const net = unbuilt(backend);
    await net.fit(x, labels, { ...options, loss: categoricalCrossentropy({ labelSmoothing: 0.1 }) });
    const state = async () => {
      const { loss, metrics, steps, epochs } = net.session;
      return { loss, metrics, steps, epochs, weights: await net.weights() };
    };
    const before = await state();
    await expect(net.fit(inputs, targets, given)).rejects.toThrow(Error);
    const { callbacks: _none, ...forLoop } = given;
    await expect(
      (async () => {
        if (callbacks !== undefined && (callbacks as Callback[]).length > 0)
          throw new Error('a loop has none');
        for await (const _event of train(net, { x: inputs, y: targets }, forLoop)) expect.fail('it began');
      })(),
    ).rejects.toThrow(Error);
    expect(await state()).toEqual(before);
    expect(called).toEqual([]);
    expect(() => net.session.checkFree()).not.toThrow();
  });

  test.each([
    ['evaluate', (net: Model) => net.evaluate(x, labels.with(2, 5), { loss: 'categoricalCrossentropy' })],
    ['trainStep', (net: Model) => trainStep(net, { loss: 'categoricalCrossentropy' })(x, labels.with(2, 5))],
    ['trainStep.sync', async (net: Model) => trainStep(net, { loss: 'mse' }).sync(x, labels)],
    [
      'trainStep with a loss of no scalar',
      (net: Model) => trainStep(net, { loss: (output) => output })(x, labels),
    ],
    ['valueAndGrad', (net: Model) => valueAndGrad(net, (output) => ops.mean(output))(x, [[Number.NaN]])],
    [
      'valueAndGrad with a loss of no scalar',
      (net: Model) => valueAndGrad(net, (output) => output)(x, labels),
    ],
    ['predict', (net: Model) => net.predict(x)],
    ['explain', (net: Model) => explain(net, x)],
  ] as const)('does not fix the width of the model: %s', async (_, call) => {
    const net = unbuilt(backend);
    await expect((async () => call(net))()).rejects.toBeInstanceOf(GliaError);
    expect(net.session.isBuilt).toBe(false);
    // What was allocated for a step that was refused is not what a later one takes.
    const step = trainStep(net, { loss: 'categoricalCrossentropy' });
    await expect(step(x, labels.with(2, 5))).rejects.toBeInstanceOf(GliaError);
    expect((await step(wide.x, wide.labels)).loss).toBeGreaterThan(0);
    expect(net.session.network.inputShapes).toEqual([[7]]);
  });

  test('as the second fit on a model leaves no trace, in what it saves either', async () => {
    const net = unbuilt(backend);
    const folder = await mkdtemp(join(tmpdir(), 'glia-refused-'));
    try {
      const first = net.fit(x, labels, options);
      const called: string[] = [];
      const listen: Callback = {
        name: 'listen',
        onBegin: () => void called.push('begin'),
        onEnd: () => void called.push('end'),
      };
      const second = net.fit(x, labels, {
        ...options,
        loss: categoricalCrossentropy({ labelSmoothing: 0.3 }),
        callbacks: [listen],
      });
      await expect(second).rejects.toMatchObject({ code: 'ERR_GLIA_STATE' });
      await net.save(join(folder, 'during'));
      await first;
      await net.save(join(folder, 'after'));
      expect(called).toEqual([]);
      for (const name of ['during', 'after']) {
        const { loss } = (await load(join(folder, name))).session;
        expect(loss?.config).not.toHaveProperty('labelSmoothing');
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describeBackends('a model that is saved while it is trained', (backend) => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'glia-moment-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('is that of one moment: its steps are those that its weights have taken', async () => {
    const net = sequential([dense(3)], { inputShape: [5], seed: 4, backend });
    const step = trainStep(net, { loss: 'categoricalCrossentropy' });
    const path = join(folder, 'net');
    const all = [step(x, labels), step(x, labels), net.save(path), step(x, labels)];
    await Promise.all(all);
    const other = sequential([dense(3)], { inputShape: [5], seed: 4, backend });
    const same = trainStep(other, { loss: 'categoricalCrossentropy' });
    await same(x, labels);
    await same(x, labels);
    const saved = await load(path, { backend });
    expect(saved.session.steps).toBe(2);
    expect(await saved.weights()).toEqual(await other.weights());
  });
});

test('a refused call leaves no rejection that nobody hears', async () => {
  const heard = vi.fn();
  process.on('unhandledRejection', heard);
  try {
    const net = unbuilt('typescript');
    await expect(net.fit(x, labels.with(0, 9), options)).rejects.toBeInstanceOf(GliaError);
    await new Promise((resolve) => setImmediate(resolve));
    expect(heard).not.toHaveBeenCalled();
  } finally {
    process.off('unhandledRejection', heard);
  }
});
