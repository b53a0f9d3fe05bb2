import { describe, expect, test } from 'vitest';
import { adam, type Optimizer, sgd } from '../../src/optim/index.ts';
import { areOrdinary, isBounded, ORDINARY_EXPONENT, ORDINARY_OPTIONS } from '../../src/optim/ordinary.ts';
import { backendOf } from '../support/evaluate.ts';
import { type MakesOptimizer, optimizers } from '../support/optimizers.ts';
import { updateProgram } from '../support/trajectory.ts';

/** Options of a rule at the ends of what is ordinary, one or two at once; what it refuses is left out. */
function extremes(make: MakesOptimizer): Optimizer[] {
  const { config } = make();
  const names = Object.keys(config).filter((name) => !['learningRate', 'accumulate'].includes(name));
  const choices: Readonly<Record<string, unknown>>[] = names.flatMap((name): Record<string, unknown>[] =>
    typeof config[name] === 'boolean'
      ? [{ [name]: true }]
      : [0, ...ORDINARY_OPTIONS, 0.5, 1 - 2 ** -24].map((value) => ({ [name]: value })),
  );
  return choices.flatMap((one) =>
    choices.flatMap((other) => {
      try {
        return [make({ ...one, ...other, learningRate: 2 ** 19 })];
      } catch {
        return [];
      }
    }),
  );
}

/** The largest ordinary number. */
const most = (1 - 2 ** -24) * 2 ** ORDINARY_EXPONENT;

/** Gradients step by step: as large as may be, of either sign, once and then never, late, and with squares that are 0. */
const GRADIENTS = Array.from({ length: 12 }, (_, step) => [
  most,
  -most,
  step % 2 ? most : -most,
  step === 0 ? most : 0,
  step < 10 ? 1e-30 : most,
]);

/** Whether weights and state stay finite as long as all that goes in is ordinary. */
function staysFinite(rule: Optimizer): boolean {
  const backend = backendOf('float32');
  const storage = backend.createStorage();
  const shape = [GRADIENTS[0]!.length];
  const tensors = ['p', ...Object.keys(rule.state).map((name) => `p.${name}`)];
  for (const name of tensors) {
    storage.allocate({ name, shape, dtype: 'f32' });
    storage.write(name, new Float32Array(shape[0]!).fill(name === 'p' ? most : rule.state[name.slice(2)]!));
  }
  const runnable = backend.prepare(updateProgram(rule, shape), storage);
  for (const [step, gradients] of GRADIENTS.entries()) {
    const numbers = rule.scalars(step + 1, rule.schedule.at(step, GRADIENTS.length));
    const feeds = Object.entries(numbers).map(([name, value]) => [name, Float32Array.of(value)] as const);
    if (!areOrdinary(feeds.map(([, value]) => value))) return true;
    runnable.runSync(1, { g: Float32Array.from(gradients), ...Object.fromEntries(feeds) });
    if (tensors.some((name) => !storage.read(name).every(Number.isFinite))) return false;
    // Of what comes in, only the state has no limit.
    storage.write(
      'p',
      Array.from(storage.read('p'), (p) => Math.min(most, Math.max(-most, p))),
    );
  }
  return true;
}

test('every optimizer is tried', () => {
  expect(optimizers.map(([name]) => name)).toEqual(expect.arrayContaining(['sgd', 'adam', 'lion']));
});

describe.each(optimizers)('%s', (_, make) => {
  test('is bounded by default', () => {
    expect(isBounded(make())).toBe(true);
  });

  test('stays finite where it says that it does', () => {
    for (const rule of extremes(make)) {
      if (isBounded(rule)) expect([rule.config, staysFinite(rule)]).toEqual([rule.config, true]);
    }
  });
});

test('an update with options of another size is not bounded, nor one that somebody else wrote', () => {
  expect(isBounded(adam({ eps: 1e-20 }))).toBe(false);
  expect(isBounded(sgd({ weightDecay: 1e6 }))).toBe(false);
  const exploding = { ...sgd(), update: sgd().update.bind(undefined) };
  expect(isBounded(exploding)).toBe(false);
  // A copy with other options of its own keeps the update, and what it is.
  expect(isBounded({ ...sgd(), accumulate: 2 })).toBe(true);
});

test.each([
  [[[0], [-1], [2 ** 20]], true],
  [[[0], [2 ** 20 + 1]], false],
  [[[Number.NaN]], false],
])('numbers that are fed: %j', (fed, ordinary) => {
  expect(areOrdinary(fed)).toBe(ordinary);
});
