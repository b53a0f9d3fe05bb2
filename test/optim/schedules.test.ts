import { describe, expect, test } from 'vitest';
import { NumericError } from '../../src/base/errors.ts';
import {
  constant,
  cosine,
  cosineRestarts,
  exponential,
  multiStep,
  noam,
  oneCycle,
  plateau,
  polynomial,
  type Schedule,
  step,
  warmup,
} from '../../src/optim/index.ts';
import { casesFor, readGolden } from '../support/golden.ts';
import { schedules } from '../support/made.ts';

interface ScheduleCase {
  readonly name: string;
  /** The learning rate before each update; for plateau before each epoch. */
  readonly lr: readonly number[];
  /** Plateau: the value after each epoch. */
  readonly metric?: readonly number[];
}

const COVERED: Readonly<Record<string, Schedule>> = {
  constant: constant(0.1),
  step: step({ initial: 0.1, size: 7, gamma: 0.5 }),
  multistep: multiStep({ initial: 0.1, milestones: [5, 12, 20] }),
  exponential: exponential({ initial: 0.1, gamma: 0.9 }),
  cosine: cosine({ peak: 0.1, final: 0.001, steps: 25 }),
  cosine_restarts: cosineRestarts({ peak: 0.1, period: 6, growth: 2, final: 0.001 }),
  onecycle: oneCycle({ max: 1 }),
  linear_warmup: warmup({ steps: 10, from: 0.1, to: 0.1 }),
  polynomial: polynomial({ initial: 0.1, power: 2, steps: 20 }),
  noam_transformer_2017: noam({ width: 64, warmup: 8, factor: 0.1 }),
  plateau: plateau({ initial: 0.1, factor: 0.5, patience: 2, threshold: 1e-4, cooldown: 1 }),
};

/** Updates for which PyTorch's numbers are wanted, where not all of them are. */
const UNTIL: Readonly<Record<string, number>> = {
  // After T_max, 25 updates here, PyTorch's rate rises again; glia's stays at `final`.
  cosine: 26,
};

const cases = casesFor(readGolden<{ cases: ScheduleCase[] }>('schedules').cases, Object.keys(COVERED), []);

describe('schedules as in PyTorch', () => {
  test.each(cases.map((golden) => [golden.name, golden] as const))('%s', (name, { lr, metric }) => {
    const { at, watch } = COVERED[name]!;
    lr.slice(0, UNTIL[name]).forEach((wanted, t) => {
      const factor = watch === undefined ? 1 : watch.factor(metric!.slice(0, t));
      expect(Math.abs(at(t, lr.length) * factor - wanted), `update ${t}`).toBeLessThanOrEqual(1e-12 * wanted);
    });
  });
});

describe('lengths', () => {
  test('a number below 1 is a fraction of the run', () => {
    expect(step({ initial: 1, size: 0.25, gamma: 0.5 }).at(50, 200)).toBe(0.5);
    expect(multiStep({ initial: 1, milestones: [0.5, 0.75], gamma: 0.5 }).at(150, 200)).toBe(0.25);
    expect(exponential({ initial: 1, gamma: 0.5, every: 0.5 }).at(100, 200)).toBe(0.5);
    expect(warmup({ steps: 0.5, to: 1 }).at(9, 20)).toBeCloseTo(10 / 11, 12);
    expect(cosine({ peak: 1, warmup: 0.05 }).at(10, 200)).toBe(1);
  });

  test('the warm-up of cosine rises in even steps to the peak', () => {
    const { at } = cosine({ peak: 1, warmup: 3 });
    expect([0, 1, 2, 3].map((t) => at(t, 13))).toEqual([0.25, 0.5, 0.75, 1]);
    expect(at(8, 13)).toBeCloseTo(0.5, 12);
    expect(at(13, 13)).toBe(0);
    expect(at(99, 13)).toBe(0);
  });

  test('a warm-up ends where the next schedule starts', () => {
    const { at } = warmup({ steps: 4, to: step({ initial: 1, size: 2, gamma: 0.5 }) });
    expect([3, 4, 5, 6].map((t) => at(t, 10))).toEqual([0.8, 1, 1, 0.5]);
  });

  test.each(schedules)('%s has a rate in a run without an end, or asks for its length', (_, { at }) => {
    let rate: number;
    try {
      rate = at(0, Number.POSITIVE_INFINITY);
    } catch (error) {
      expect((error as Error).message).toMatch(/length of the run is not known/);
      return;
    }
    expect(rate).toBeGreaterThan(0);
    expect(rate).toBeLessThan(Infinity);
  });

  test.each([
    ['cosine', cosine({ peak: 1 })],
    ['oneCycle', oneCycle({ max: 1 })],
    ['polynomial', polynomial({ initial: 1 })],
    ['step', step({ initial: 1, size: 0.5 })],
  ])('%s asks for it', (_, { at }) => {
    expect(() => at(0, Number.POSITIVE_INFINITY)).toThrow(/length of the run is not known/);
  });

  test('a cycle that rises for one update starts at its top', () => {
    expect(oneCycle({ max: 1, pctStart: 0.25 }).at(0, 4)).toBe(1);
  });

  test('a run of one update has a learning rate', () => {
    for (const { at } of [
      ...schedules.map(([, schedule]) => schedule),
      cosine({ peak: 1, warmup: 0.05 }),
      oneCycle({ max: 1 }),
      step({ initial: 1, size: 0.1 }),
    ]) {
      expect(at(0, 1)).toBeGreaterThan(0);
    }
  });

  test.each(schedules)('%s has a rate at each update of a run, and is plain data', (_, schedule) => {
    const rates = Array.from({ length: 40 }, (_update, t) => schedule.at(t, 40));
    for (const rate of rates) {
      expect(rate).toBeGreaterThanOrEqual(0);
      expect(rate).toBeLessThan(Infinity);
    }
    expect(JSON.parse(JSON.stringify(schedule.config))).toEqual(schedule.config);
  });
});

describe('plateau', () => {
  test('follows a metric that should rise', () => {
    const { watch } = plateau({ initial: 1, factor: 0.5, patience: 1, monitor: 'val_auc', mode: 'max' });
    expect(watch!.factor([0.5, 0.6, 0.7, 0.8])).toBe(1);
    expect(watch!.factor([0.8, 0.7, 0.7])).toBe(0.5);
  });

  // Worse by a half, and better by a half, than the first value: whichever sign that has.
  test.each([
    ['min', 1],
    ['min', -1],
    ['max', 1],
    ['max', -1],
  ] as const)(
    'in mode %s, what is better than %d counts as better and what is worse as worse',
    (mode, first) => {
      const { watch } = plateau({ initial: 1, factor: 0.5, patience: 0, threshold: 0.1, monitor: 'm', mode });
      const better = mode === 'min' ? -0.5 : 0.5;
      expect(watch!.factor([first, first + better])).toBe(1);
      expect(watch!.factor([first, first - better])).toBe(0.5);
      // Within a tenth of the best value's size, as the threshold says.
      expect(watch!.factor([first, first + better / 6])).toBe(0.5);
    },
  );

  test('takes NaN and infinities for no improvement, and never for the best', () => {
    const { watch } = plateau({ initial: 1, factor: 0.5, patience: 1 });
    for (const none of [Number.NaN, Infinity, -Infinity]) {
      expect(watch!.factor([none, 3, 2, 1, 0])).toBe(1);
      expect(watch!.factor([3, none, 3])).toBe(0.5);
    }
  });

  test('ends the run where nothing but NaN speaks for a drop', () => {
    const { watch } = plateau({ initial: 1, patience: 2, monitor: 'val_auc', mode: 'max' });
    const nan = Number.NaN;
    expect(watch!.factor([nan, nan])).toBe(1);
    expect(() => watch!.factor([nan, nan, nan])).toThrow(NumericError);
    expect(() => watch!.factor([0.5, nan, nan, nan])).toThrow('plateau: val_auc was NaN in 3 epochs');
  });

  test('stops at the minimum', () => {
    const { watch } = plateau({ initial: 10, factor: 0.1, patience: 0, minimum: 0.5 });
    expect(watch!.factor([1, 1, 1, 1])).toBe(0.05);
  });

  test('asks which way is better unless it watches a loss', () => {
    expect(plateau({ initial: 1, monitor: 'loss' }).config).toMatchObject({ mode: 'min' });
    expect(() => plateau({ initial: 1, monitor: 'val_auc' })).toThrow(/is a higher val_auc better/);
  });
});

test.each<[string, () => Schedule]>([
  ['step: unknown option "every"', () => step({ initial: 1, size: 5, every: 3 } as never)],
  ['step: size must be a whole number', () => step({ initial: 1, size: 1.5 })],
  ['step: size must be a finite number above 0', () => step({ initial: 1, size: 0 })],
  ['multiStep: milestones must ascend', () => multiStep({ initial: 1, milestones: [5, 2] })],
  ['multiStep: milestones must be a list', () => multiStep({ initial: 1, milestones: 5 as never })],
  ['exponential: gamma must be a finite number above 0', () => exponential({ initial: 1, gamma: 0 })],
  ['cosine: peak must be a finite number above 0, got "1"', () => cosine({ peak: '1' as never })],
  ['cosine: peak must be a finite number above 0, got undefined', () => cosine({} as never)],
  ['oneCycle: pctStart must be a finite number above 0 and below 1', () => oneCycle({ max: 1, pctStart: 1 })],
  [
    'plateau: minimum must be a finite number at least 0 and at most 1',
    () => plateau({ initial: 1, minimum: 2 }),
  ],
  ['warmup: to must be a number above 0 or a schedule', () => warmup({ steps: 5, to: 'cosine' as never })],
])('refuses: %s', (message, make) => {
  expect(make).toThrow(message);
});
