import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

type Folds = { stratifiedFolds: (labels: readonly string[], count: number, seed: number) => number[][] };

const built = existsSync(new URL('../../dist/index.js', import.meta.url));
const { stratifiedFolds } = (
  built ? await import(new URL('../../bench/rows/folds.mjs', import.meta.url).href) : {}
) as Folds;

describe.skipIf(!built)('stratifiedFolds', () => {
  const labels = Array.from({ length: 569 }, (_, i) => (i % 8 < 3 ? 'malignant' : 'benign'));
  const folds = built ? stratifiedFolds(labels, 10, 0) : [];

  it('puts each row into one fold', () => {
    expect(folds.flat().sort((a, b) => a - b)).toEqual(labels.map((_, i) => i));
  });

  it('makes folds that differ by at most one row, in all and in each class', () => {
    for (const kind of ['malignant', 'benign']) {
      const counts = folds.map((fold) => fold.filter((row) => labels[row] === kind).length);
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
    }
    const sizes = folds.map(({ length }) => length);
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
  });

  it('is decided by the seed', () => {
    expect(stratifiedFolds(labels, 10, 0)).toEqual(folds);
    expect(stratifiedFolds(labels, 10, 1)).not.toEqual(folds);
  });
});
