import { describe, expect, test } from 'vitest';
import { OptionError } from '../../src/base/errors.ts';
import { stored } from '../../src/ir/tensor.ts';
import {
  adagrad,
  adam,
  adamw,
  clipByGlobalNorm,
  clipByValue,
  clipGradients,
  cosine,
  lion,
  optimizerOf,
  rmsprop,
  sgd,
} from '../../src/optim/index.ts';
import { evaluate } from '../support/evaluate.ts';
import { optimizerNames, optimizers } from '../support/made.ts';
import { exportsOf } from '../support/sources.ts';
import { trajectory } from '../support/trajectory.ts';

test.each<[string, () => unknown]>([
  ['adam: unknown option "lr"', () => adam({ lr: 1 } as never)],
  ['adam: learningRate must be a finite number above 0, got 0', () => adam({ learningRate: 0 })],
  ['adam: learningRate must be a finite number above 0, got NaN', () => adam({ learningRate: Number.NaN })],
  [
    'adam: learningRate must be a number above 0 or a schedule',
    () => adam({ learningRate: '1e-3' as never }),
  ],
  ['adam: beta1 must be a finite number at least 0 and below 1, got 1', () => adam({ beta1: 1 })],
  ['adam: eps must be a finite number above 0', () => adam({ eps: 0 })],
  ['adam: clipNorm must be a finite number above 0', () => adam({ clipNorm: -1 })],
  ['adam: clipValue must be a finite number above 0', () => adam({ clipValue: 0 })],
  ['adam: accumulate must be a whole number at least 1, got 1.5', () => adam({ accumulate: 1.5 })],
  ['adamw: weightDecay must be a finite number at least 0', () => adamw({ weightDecay: -1 })],
  ['sgd: momentum must be a finite number at least 0 and below 1', () => sgd({ momentum: 1 })],
  ['sgd: nesterov needs momentum and no dampening', () => sgd({ nesterov: true })],
  [
    'sgd: nesterov needs momentum and no dampening',
    () => sgd({ nesterov: true, momentum: 0.9, dampening: 0.1 }),
  ],
  ['rmsprop: rho must be a finite number at least 0 and below 1', () => rmsprop({ rho: 2 })],
  [
    'adagrad: initialAccumulator must be a finite number at least 0',
    () => adagrad({ initialAccumulator: -1 }),
  ],
  ['lion: beta2 must be a finite number at least 0 and below 1', () => lion({ beta2: 1 })],
  ['clipByGlobalNorm: max must be a finite number above 0', () => clipByGlobalNorm([], 0)],
  ['clipByValue: limit must be a finite number above 0', () => clipByValue([], Number.POSITIVE_INFINITY)],
  ['optimizer: there is no "adamm"', () => optimizerOf('adamm')],
  ['optimizer: must be a name or an optimizer', () => optimizerOf(adam as never)],
  ['learningRate: the optimizer has its own', () => optimizerOf(adam(), { learningRate: 1 })],
])('refuses: %s', (message, make) => {
  expect(make).toThrow(OptionError);
  expect(make).toThrow(message);
});

test('a misspelt option or name is met with the right one', () => {
  expect(() => adam({ weightdecay: 1 } as never)).toThrow('did you mean "weightDecay"?');
  expect(() => optimizerOf('Adam')).toThrow('did you mean "adam"?');
});

describe('optimizerOf', () => {
  /** The table in its documentation, a row for each rate. */
  const { doc } = exportsOf('src/optim/index.ts').find(({ name }) => name === 'optimizerOf')!;
  const rates = [...doc!.matchAll(/\| (`.*`) +\| ([\d.]+) +\|/g)].flatMap(([, names, rate]) =>
    [...names!.matchAll(/`(\w+)`/g)].map(([, name]) => [name!, Number(rate)] as const),
  );

  test('says of every optimizer how fast it starts', () => {
    expect(rates.map(([name]) => name).sort()).toEqual([...optimizerNames].sort());
  });

  test.each(rates)('%s starts with a learning rate of %d', (name, rate) => {
    const { schedule, ...made } = optimizerOf(name);
    expect(made.name).toBe(name);
    expect(schedule.at(0, 1)).toBe(rate);
    expect(optimizerOf(name, { learningRate: 0.5 }).schedule.at(0, 1)).toBe(0.5);
  });

  test('takes a schedule, and gives an optimizer back as it is', () => {
    const learningRate = cosine({ peak: 0.1 });
    expect(optimizerOf('adam', { learningRate }).schedule).toBe(learningRate);
    const own = adam();
    expect(optimizerOf(own)).toBe(own);
    expect(optimizerOf(own, { learningRate: undefined })).toBe(own);
  });
});

describe('config', () => {
  test('is complete, and plain data', () => {
    const { config } = adamw({ learningRate: cosine({ peak: 0.1, warmup: 0.05 }), clipNorm: 1 });
    expect(config).toEqual({
      learningRate: { name: 'cosine', peak: 0.1, warmup: 0.05, final: 0 },
      beta1: 0.9,
      beta2: 0.999,
      eps: 1e-8,
      amsgrad: false,
      weightDecay: 0.01,
      clipNorm: 1,
      accumulate: 1,
    });
    expect(JSON.parse(JSON.stringify(config))).toEqual(config);
  });
});

test('what the training step does is handed to it', () => {
  const made = sgd({ clipNorm: 1, clipValue: 2, accumulate: 3 });
  expect(made).toMatchObject({ clipNorm: 1, clipValue: 2, accumulate: 3 });
  expect(sgd()).toMatchObject({ accumulate: 1 });
  expect(sgd()).not.toHaveProperty('clipNorm');
});

describe('learningRate among the scalars', () => {
  test.each(optimizers())('%s', (_, make) => {
    const { scalars } = make();
    expect(scalars(3, 0.25)).toMatchObject({ learningRate: 0.25 });
    expect(Object.keys(scalars(1, 0.1))).toEqual(Object.keys(scalars(1000, 0.1)));
  });
});

describe('edges', () => {
  test.each(optimizers(0))('%s leaves a parameter without gradient alone', (_, make) => {
    const zeros = [[0], [0], [0]];
    expect(trajectory(make(), [1.5], zeros, 'float32')).toEqual([[1.5], [1.5], [1.5]]);
  });

  test('centred rmsprop survives rounding: where a gradient never changes, v - a² can fall below 0', () => {
    const gradient = [13, 15, 17, 26, 27].map((k) => k / 997);
    const same = Array.from({ length: 60 }, () => gradient);
    const rule = rmsprop({ learningRate: 1e-6, rho: 0.5, centered: true });
    const after = trajectory(rule, [1, 1, 1, 1, 1], same, 'float32');
    expect(after.flat().every((x) => Number.isFinite(x))).toBe(true);
  });

  test('clipping limits each element first, then the norm of what is left', () => {
    const [clipped] = evaluate(
      clipGradients([stored('g', [2])], { clipValue: 3, clipNorm: 1 }),
      { g: [30, 4] },
      'float64',
    );
    expect(clipped![0]).toBeCloseTo(3 / Math.hypot(3, 3), 6);
    expect(clipped![1]).toBeCloseTo(3 / Math.hypot(3, 3), 6);
  });

  test('no option, no clipping; no gradient, no norm', () => {
    const grads = [stored('g', [2])];
    expect(clipGradients(grads, {})).toEqual(grads);
    expect(clipByGlobalNorm([], 1)).toEqual([]);
  });

  test('NaN in one gradient reaches all of them through the norm', () => {
    const grads = [stored('g0', [1]), stored('g1', [1])];
    const [g0, g1] = evaluate(clipByGlobalNorm(grads, 1), { g0: [Number.NaN], g1: [1] }, 'float64');
    expect([g0, g1]).toEqual([[Number.NaN], [Number.NaN]]);
  });
});
