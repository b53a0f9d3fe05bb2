import { describe, expect, test } from 'vitest';
import { DataError, OptionError } from '../../src/base/errors.ts';
import { inferColumns, Table } from '../../src/data/index.ts';

const n = 200;
const table = Table.fromRows(
  Array.from({ length: n }, (_, i) => ({
    id: `user-${i}`,
    age: i * 0.37,
    plan: ['basic', 'pro'][i % 2],
    nothing: null,
    churned: i % 3 === 0 ? 'yes' : 'no',
    grade: i % 20,
    price: i * 1.5,
    count: i,
  })),
);

describe('the task', () => {
  test.each([
    ['churned', 'classification'],
    ['grade', 'classification'],
    ['price', 'regression'],
    ['count', 'regression'],
  ])('of %s is %s', (target, task) => {
    expect(inferColumns(table, target).task).toBe(task);
  });

  test('whole numbers that hardly ever repeat are a regression', () => {
    expect(inferColumns(table.head(12), 'count').task).toBe('regression');
  });

  test('can be said', () => {
    const { spec, task } = inferColumns(table, 'grade', { task: 'regression' });
    expect(task).toBe('regression');
    const y = spec.fit(table).transform(table).y!;
    expect(y.shape).toEqual([n, 1]);
    // Standardised, in float32.
    expect(Math.abs(Float64Array.from(y.data).reduce((sum, value) => sum + value, 0) / n)).toBeLessThan(1e-6);
    expect(() => inferColumns(table, 'churned', { task: 'regression' })).toThrow(
      'a regression wants numbers',
    );
    expect(() => inferColumns(table, 'churned', { task: 'guess' as 'regression' })).toThrow(OptionError);
  });
});

test('numbers and words are used, identifiers and empty columns dropped with a reason', () => {
  const { spec, numeric, categorical, dropped } = inferColumns(table, 'churned');
  expect(numeric).toEqual(['age', 'grade', 'price', 'count']);
  expect(categorical).toEqual(['plan']);
  expect(dropped).toEqual([
    { column: 'id', reason: 'text with 200 different values' },
    { column: 'nothing', reason: 'no value' },
  ]);
  const prepare = spec.fit(table);
  expect(prepare.width).toBe(6);
  expect(prepare.classes).toEqual(['no', 'yes']);
});

test('many categories that repeat are kept', () => {
  const words = Array.from({ length: n }, (_, i) => `w${i % 90}`);
  const { categorical } = inferColumns(
    Table.fromColumns({ word: words, y: words.map((_, i) => i % 2) }),
    'y',
  );
  expect(categorical).toEqual(['word']);
  const few = Table.fromColumns({ word: words.slice(0, 40), y: words.slice(0, 40).map((_, i) => i % 2) });
  expect(inferColumns(few, 'y').categorical).toEqual(['word']);
});

test.each<[string, Table, string, string]>([
  [
    'one class',
    Table.fromColumns({ a: [1, 2, 3, 4], y: [1, 1, 1, 1] }),
    'y',
    'every row of the target "y" is 1',
  ],
  ['no value', Table.fromColumns({ a: [1, 2], y: [null, null] }), 'y', 'has no value'],
  ['an unknown target', table, 'churnd', 'did you mean "churned"?'],
  ['nothing to learn from', table.select(['id', 'churned']), 'churned', 'no column is left'],
])('%s is an error', (_, data, target, words) => {
  expect(() => inferColumns(data, target)).toThrow(DataError);
  expect(() => inferColumns(data, target)).toThrow(words);
});
