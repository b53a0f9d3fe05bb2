import {
  adagrad,
  adam,
  adamw,
  dense,
  lion,
  OptionError,
  rmsprop,
  type Schedule,
  sequential,
  sgd,
  trainStep,
  warmup,
} from 'glia';
import { expect, test } from 'vitest';

const net = () => sequential([dense(1)], { inputShape: [1], backend: 'typescript' });
const [x, y] = [[[1]], [[2]]];

test.each([Number.NaN, Number.POSITIVE_INFINITY, -0.1, 1e300, undefined, '0.1', 1n, Symbol('rate')])(
  'a schedule that gives %o is refused before it reaches a weight',
  async (rate) => {
    const at = (update: number) => (update < 2 ? 0.01 : rate) as number;
    const learningRate: Schedule = { name: 'odd', config: {}, at };
    const [run, loop] = [net(), net()];
    const fitted = run.fit(x, y, { loss: 'mse', epochs: 5, optimizer: sgd({ learningRate }) });
    await expect(fitted).rejects.toThrow(OptionError);
    const step = trainStep(loop, { loss: 'mse', optimizer: sgd({ learningRate }) });
    for (let i = 0; i < 2; i++) await step(x, y);
    await expect(step(x, y)).rejects.toThrow(OptionError);
    for (const model of [run, loop]) {
      for (const { data } of Object.values(await model.weights())) {
        expect(data.every(Number.isFinite)).toBe(true);
      }
    }
  },
);

test.each([Number.NaN, -1, '0.1', undefined])(
  'a schedule that begins with %o is refused before the run',
  async (rate) => {
    const called: string[] = [];
    const listen = {
      name: 'listen',
      onBegin: () => void called.push('begin'),
      onEnd: () => void called.push('end'),
    };
    const model = sequential([dense(1)], { backend: 'typescript' });
    const learningRate: Schedule = { name: 'odd', config: {}, at: () => rate as number };
    const fitted = model.fit(x, y, { loss: 'mse', optimizer: sgd({ learningRate }), callbacks: [listen] });
    await expect(fitted).rejects.toThrow(OptionError);
    expect(called).toEqual([]);
    expect(model.session.isBuilt).toBe(false);
  },
);

test.each([Number.NaN, Number.NEGATIVE_INFINITY, -1, '2'])(
  'a schedule whose factor becomes %o is refused before it reaches a weight',
  async (factor) => {
    const model = net();
    const watch = { monitor: 'loss', factor: () => factor as number };
    const learningRate: Schedule = { name: 'odd', config: {}, at: () => 0.01, watch };
    const fitted = model.fit(x, y, { loss: 'mse', epochs: 3, optimizer: sgd({ learningRate }) });
    await expect(fitted).rejects.toThrow(OptionError);
    for (const { data } of Object.values(await model.weights()))
      expect(data.every(Number.isFinite)).toBe(true);
  },
);

/** What has `at`, and is no schedule. */
const LOOKALIKES: Readonly<Record<string, unknown>> = {
  'a list': [0.1],
  'a typed array': new Float32Array([0.1]),
  'a text object': Object('0.1'),
  'a function': Object.assign(() => 0.1, { at: () => 0.1 }),
  'an object with at alone': { at: () => 0.1 },
  'one without plain options': { name: 'mine', config: [], at: () => 0.1 },
  'one whose name is none': { name: 1, config: {}, at: () => 0.1 },
  'one that watches nothing': { name: 'mine', config: {}, at: () => 0.1, watch: {} },
  'one that throws when it is looked at': {
    name: 'mine',
    config: {},
    get at() {
      throw new Error('mine');
    },
  },
};

test.each(Object.entries(LOOKALIKES))('%s is no schedule', async (_, learningRate) => {
  const given = learningRate as Schedule;
  for (const make of [sgd, adam, adamw, rmsprop, adagrad, lion])
    expect(() => make({ learningRate: given })).toThrow(OptionError);
  expect(() => warmup({ steps: 1, to: given })).toThrow(OptionError);
  expect(() => trainStep(net(), { loss: 'mse', optimizer: { ...sgd(), schedule: given } })).toThrow(
    OptionError,
  );
  await expect(net().fit(x, y, { loss: 'mse', learningRate: given })).rejects.toThrow(OptionError);
});

test('one of one`s own is a schedule', async () => {
  const learningRate: Schedule = {
    name: 'mine',
    config: { of: 1 },
    at: (update, updates) => 0.1 / (update + updates),
  };
  const history = await net().fit(x, y, { loss: 'mse', optimizer: 'sgd', learningRate, epochs: 3 });
  expect(history.epochs.map((logs) => logs.learningRate)).toEqual([0.1 / 3, 0.1 / 4, 0.1 / 5]);
});
