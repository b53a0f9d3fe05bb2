import type { TableSplit } from '../data/index.ts';
import { type Leakage, leakage } from '../explain/leakage.ts';
import { sample } from './sample.ts';

/** What speaks against one of the parts that a model is judged by. */
export interface Leak {
  readonly part: 'validation' | 'test';
  readonly found: Leakage;
}

/** Rows that are compared at most: with each of them nearly all of the training rows may have to be. */
const [MOST_ROWS, MOST_TRAINING] = [2000, 50_000];

/** Looks for rows and columns that make each part too easy. */
export async function leaksIn(
  { train, validation, test }: TableSplit,
  target: string,
  seed: number,
  options: { readonly signal?: AbortSignal },
): Promise<Leak[]> {
  const parts = (
    [
      ['validation', validation],
      ['test', test],
    ] as const
  ).filter(([, { rows }]) => rows > 0);
  const known = sample(train, MOST_TRAINING, seed, 'leaks');
  const leaks: Leak[] = [];
  for (const [part, table] of parts) {
    leaks.push({
      part,
      found: await leakage(known, sample(table, MOST_ROWS, seed, part), { ...options, target }),
    });
  }
  return leaks;
}
