import { describe, expect, test } from 'vitest';
import {
  cosine,
  cosineRestarts,
  exponential,
  multiStep,
  plateau,
  polynomial,
  type Schedule,
  step,
  warmup,
} from '../../src/optim/index.ts';
import { schedules } from '../support/made.ts';

/** Schedules that begin at 0.1 however long the run is. */
const NEXT: Readonly<Record<string, number | Schedule>> = {
  number: 0.1,
  cosine: cosine({ peak: 0.1 }),
  cosineRestarts: cosineRestarts({ peak: 0.1, period: 0.5 }),
  exponential: exponential({ initial: 0.1, gamma: 0.5, every: 0.5 }),
  multiStep: multiStep({ initial: 0.1, milestones: [0.75] }),
  plateau: plateau({ initial: 0.1 }),
  polynomial: polynomial({ initial: 0.1 }),
  step: step({ initial: 0.1, size: 0.5 }),
};

test.each(schedules)('a run no longer than the warm-up to %s begins with its first rate', (_, to) => {
  const { at } = warmup({ steps: 10, to });
  for (let t = 0; t < 10; t++) expect(at(t, 10)).toBeCloseTo((to.at(0, 1) * (t + 1)) / 11, 15);
});

describe.each(Object.entries(NEXT))('a run no longer than the warm-up to %s', (_name, to) => {
  test.each([1, 5, 9, 10])('of %d updates is its beginning', (totalSteps) => {
    const { at } = warmup({ steps: 10, to });
    for (let t = 0; t < totalSteps; t++) expect(at(t, totalSteps)).toBeCloseTo((0.1 * (t + 1)) / 11, 15);
  });
});

test('a warm-up that is a fraction of a run so short that it takes all of it', () => {
  const { at } = warmup({ steps: 0.9, to: cosine({ peak: 1 }) });
  expect([0, 1, 2].map((t) => at(t, 3))).toEqual([0.25, 0.5, 0.75]);
});

test('one update more, and the schedule begins', () => {
  const { at } = warmup({ steps: 10, to: cosine({ peak: 0.1 }) });
  expect(at(10, 11)).toBe(0.1);
});

test('what follows a warm-up is named by its option', () => {
  for (const to of [0, Number.NaN, undefined, [0.1]])
    expect(() => warmup({ steps: 10, to: to as never })).toThrow(/^warmup: (option )?to /);
});
