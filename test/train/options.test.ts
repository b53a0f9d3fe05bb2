import {
  adam,
  batchNorm,
  categoricalCrossentropy,
  DataError,
  dense,
  type FitOptions,
  GliaError,
  init,
  input,
  load,
  model,
  OptionError,
  ShapeError,
  sequential,
  train,
  trainStep,
  valueAndGrad,
} from 'glia';
import { csvLog, earlyStopping, progress } from 'glia/callbacks';
import { columns } from 'glia/data';
import { gradCheck } from 'glia/testing';
import { describe, expect, test } from 'vitest';
import { backend, classifier, column, crossentropy, errorOf, mse, regression, x } from './refused.ts';

describe('options', () => {
  const misspelt: Readonly<Record<string, [call: () => unknown, right: string]>> = {
    fit: [() => regression().fit(x, column, { ...mse, epcohs: 3 } as never), 'epochs'],
    train: [() => train(regression(), { x, y: column }, { ...mse, bachSize: 3 } as never), 'batchSize'],
    evaluate: [() => regression().evaluate(x, column, { los: 'mse' } as never), 'loss'],
    trainStep: [() => trainStep(regression(), { loss: 'mse', optimiser: 'adam' } as never), 'optimizer'],
    sequential: [() => sequential([dense(1)], { inputshape: [2] } as never), 'inputShape'],
    model: [() => model({ inputs: input([1]), output: input([1]) } as never), 'outputs'],
    load: [() => load('nowhere', { layer: {} } as never), 'layers'],
    gradCheck: [() => gradCheck(regression(), { tolerence: 1 } as never), 'tolerance'],
    earlyStopping: [() => earlyStopping({ patince: 3 } as never), 'patience'],
    csvLog: [() => csvLog('x', { apend: true } as never), 'append'],
    progress: [() => progress({ steam: process.stderr } as never), 'stream'],
    'the name of a loss': [() => regression().fit(x, column, { loss: 'msee' as 'mse' }), 'mse'],
    'the name of an optimizer': [
      () => regression().fit(x, column, { ...mse, optimizer: 'adma' as 'adam' }),
      'adam',
    ],
    'the name of a metric': [
      () => regression().fit(x, column, { ...mse, metrics: ['accuraccy' as 'accuracy'] }),
      'accuracy',
    ],
  };
  test.each(Object.entries(misspelt))('%s: did you mean?', async (_name, [call, right]) => {
    const error = await errorOf(call);
    expect(error).toBeInstanceOf(OptionError);
    expect(error.facts.hint).toBe(`did you mean "${right}"?`);
  });

  const fits: Readonly<Record<string, object>> = {
    'no loss': { loss: undefined },
    'a loss of null': { loss: null },
    'a loss that is a number': { loss: 3 },
    'a factory of losses': { loss: categoricalCrossentropy },
    'an optimizer that is a function': { optimizer: adam },
    'a learning rate beside an optimizer of its own': { optimizer: adam(), learningRate: 0.1 },
    'a learning rate of 0': { learningRate: 0 },
    'a learning rate in words': { learningRate: '0.1' },
    'epochs below 0': { epochs: -1 },
    'half an epoch': { epochs: 0.5 },
    'epochs in words': { epochs: '3' },
    'epochs without end': { epochs: Infinity },
    'batches of nothing': { batchSize: 0 },
    'batches of NaN': { batchSize: Number.NaN },
    'all rows for validation': { validation: 1 },
    'a negative share': { validation: -0.1 },
    'a share in words': { validation: 'half' },
    'no validation data': { validation: null },
    'metrics that are no list': { metrics: 'accuracy' },
    'a metric of another task': { metrics: ['accuracy'] },
    'a metric twice': { metrics: ['rmse', 'rmse'] },
    'a class weight without classes': { classWeight: 'balanced', loss: 'mse', y: [[0.5], [1], [2], [0]] },
    'a class weight in words': { classWeight: 'even' },
    'callbacks that are no list': { callbacks: earlyStopping() },
    'a callback that is none': { callbacks: [undefined] },
    'a callback whose method is none': { callbacks: [{ name: 'x', onEpoch: 'log' }] },
    'a signal that is none': { signal: { abort: true } },
    'shuffle in words': { shuffle: 'yes' },
    'stratify in words': { stratify: 'yes' },
  };
  test.each(Object.entries(fits))(
    'fit refuses %s',
    async (_name, { y = column, ...wrong }: { y?: number[][] }) => {
      const net = regression();
      const before = await net.weights();
      expect(await errorOf(() => net.fit(x, y, { ...mse, ...wrong } as FitOptions))).toBeInstanceOf(
        OptionError,
      );
      expect(await net.weights()).toEqual(before);
      // A run that was refused leaves no trace: the next one is allowed.
      await net.fit(x, column, mse);
    },
  );

  test('threads that are no count, by every way to a model', async () => {
    const layers = () => [dense(1)];
    for (const threads of [0, -1, 1.5, 1025, Number.NaN, Infinity, '2', null, {}] as never[]) {
      const one = input([2]);
      for (const call of [
        () => sequential(layers(), { threads }),
        () => model({ inputs: one, outputs: dense(1).call(one), threads }),
        () => load('nowhere', { threads }),
      ]) {
        const error = await errorOf(call);
        expect(error).toBeInstanceOf(OptionError);
        expect(error.message).toMatch(/threads must be a whole number at least 1 and at most 1024, got /);
      }
    }
  });

  test.each([
    ['too few', [1, 1]],
    ['too many', [1, 1, 1, 1, 1]],
    ['a column of', [[1], [1], [1], [1]]],
  ])('%s sample weights are refused', async (_name, sampleWeight) => {
    expect(await errorOf(() => regression().fit(x, column, { ...mse, sampleWeight }))).toBeInstanceOf(
      ShapeError,
    );
  });

  test.each([
    ['one below 0', [1, -1, 1, 1]],
    ['nothing but 0', [0, 0, 0, 0]],
  ])('sample weights with %s are refused', async (_name, sampleWeight) => {
    expect(await errorOf(() => regression().fit(x, column, { ...mse, sampleWeight }))).toBeInstanceOf(
      DataError,
    );
  });

  test.each([
    ['a class that does not exist', { yes: 2 }],
    ['a class that no output has', { 3: 2 }],
    ['a weight below 0', { 1: -1 }],
    ['a weight of NaN', { 1: Number.NaN }],
  ])('class weights with %s are refused', async (_name, classWeight) => {
    const net = classifier();
    expect(await errorOf(() => net.fit(x, [0, 1, 2, 1], { ...crossentropy, classWeight }))).toBeInstanceOf(
      OptionError,
    );
  });

  test('fit without options, without targets, without anything', async () => {
    const net = regression();
    for (const args of [
      [x, column],
      [x],
      [],
      [x, mse],
      [x, column, null],
      [x, column, 'mse'],
      [x, undefined, mse],
    ]) {
      expect(await errorOf(() => Reflect.apply(net.fit, net, args))).toBeInstanceOf(OptionError);
    }
  });

  test('evaluate before fit needs a loss', async () => {
    expect((await errorOf(() => regression().evaluate(x, column))).facts.hint).toBe(
      "evaluate(x, y, { loss: 'mse' })",
    );
  });

  test('train has no callbacks', async () => {
    expect(
      await errorOf(() => train(regression(), { x, y: column }, { ...mse, callbacks: [] } as never)),
    ).toBeInstanceOf(OptionError);
    for (const data of [undefined, null, x]) {
      expect(await errorOf(() => train(regression(), data as never, mse))).toBeInstanceOf(GliaError);
    }
  });

  const models: Readonly<Record<string, () => unknown>> = {
    'no layers': () => sequential([]),
    'a layer instead of a list': () => sequential(dense(1) as never),
    'a hole in the list': () => sequential([undefined as never]),
    'a factory instead of a layer': () => sequential([dense as never]),
    'a layer that is an object': () => sequential([{} as never]),
    'a seed that is no number': () => sequential([dense(1)], { seed: '7' as never }),
    'half a seed': () => sequential([dense(1)], { seed: 0.5 }),
    'a seed of NaN': () => sequential([dense(1)], { seed: Number.NaN }),
    'a preprocessing that is not fitted': () =>
      sequential([dense(1)], { prepare: columns({ numeric: { of: ['age'] } }) as never }),
    'a shape that is a number': () => sequential([dense(1)], { inputShape: 2 as never }),
    'a shape with a hole': () => sequential([dense(1)], { inputShape: [undefined as never] }),
    'a width of 0': () => sequential([dense(1)], { inputShape: [0] }),
    'nothing at all': () => model(undefined as never),
    'no inputs': () => model({ inputs: [], outputs: [] }),
    'no outputs': () => model({ inputs: input([1]) } as never),
    'a layer for an output': () => model({ inputs: input([1]), outputs: dense(1) as never }),
    'a layer that is not called': () => dense(1).call(dense(2) as never),
    'a call without inputs': () => dense(1).call(),
    'a call of undefined': () => dense(1).call(undefined as never),
    'trainStep without a model': () => trainStep(undefined as never, { loss: 'mse' }),
    'trainStep without options': () => trainStep(regression(), undefined as never),
    'trainStep without a loss': () => trainStep(regression(), {} as never),
    'trainStep over no steps': () => trainStep(regression(), { loss: 'mse', totalSteps: 0 }),
    'valueAndGrad without a loss': () => valueAndGrad(regression(), undefined as never),
    'patience below 0': () => earlyStopping({ patience: -1 }),
    'a change below 0': () => earlyStopping({ minDelta: -1 }),
    'better in other words': () => earlyStopping({ better: 'more' as never }),
    'a log without a path': () => csvLog(undefined as never),
    'a line every so often': () => progress({ every: 0 }),
    'a stream that is none': () => progress({ stream: {} as never }),
  };
  test.each(Object.entries(models))('%s is refused', async (_name, make) => {
    expect(await errorOf(make)).toBeInstanceOf(GliaError);
  });

  test('a backend that does not exist', async () => {
    expect(
      (await errorOf(() => sequential([dense(1)], { inputShape: [1], backend: 'natvie' as never }))).facts
        .hint,
    ).toBe('did you mean "native"?');
  });

  test('what needs shapes says how to give them', async () => {
    const net = sequential([dense(1)], { backend });
    for (const call of [() => net.summary(), () => net.weights(), () => net.l2(), () => gradCheck(net)]) {
      const error = await errorOf(call);
      expect(error.code).toBe('ERR_GLIA_STATE');
      expect(error.facts.hint).toMatch(/inputShape/);
    }
    expect(await errorOf(() => sequential([batchNorm()], { inputShape: [2] }).l2())).toBeInstanceOf(
      OptionError,
    );
  });

  test('a watched number that is not logged', async () => {
    const error = await errorOf(() =>
      regression().fit(x, column, {
        ...mse,
        callbacks: [earlyStopping({ monitor: 'val_los' })],
        validation: 0.5,
      }),
    );
    expect(error).toBeInstanceOf(OptionError);
    expect(error.facts.hint).toBe('did you mean "val_loss"?');
  });

  test('an initialiser that gives too few numbers', async () => {
    const short = { ...init.constant(1), fill: () => new Float32Array(1) };
    expect(
      await errorOf(() => sequential([dense(1, { init: short })], { inputShape: [2], backend })),
    ).toBeInstanceOf(GliaError);
  });
});
