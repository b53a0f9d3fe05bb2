import { describe, expect, test } from 'vitest';
import { DataError, OptionError } from '../../src/base/errors.ts';
import { Random } from '../../src/base/random.ts';
import { apportion } from '../../src/data/apportion.ts';
import { type SplitIndices, splitIndices, Table } from '../../src/data/index.ts';

const all = ({ train, validation, test: held }: SplitIndices) => [...train, ...validation, ...held];
const numbers = (n: number) => Array.from({ length: n }, (_, i) => i);
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

describe('apportion', () => {
  test('totals are exact and every entry is the floor or ceiling of its share, for random tables', () => {
    const random = Random.of(1, 'apportion');
    for (let round = 0; round < 2000; round++) {
      const rows = Array.from({ length: 1 + random.integer(12) }, () => random.integer(9));
      const n = sum(rows);
      const a = random.integer(n + 1);
      const b = random.integer(n - a + 1);
      const columns = [a, b, n - a - b];
      if (n === 0) continue;
      const table = apportion(rows, columns);
      expect(table.map(sum)).toEqual(rows);
      expect(columns.map((_, p) => sum(table.map((row) => row[p]!)))).toEqual(columns);
      for (const [c, row] of table.entries()) {
        for (const [p, count] of row.entries()) {
          expect(Math.abs(count * n - rows[c]! * columns[p]!), `${rows} ${columns}`).toBeLessThan(n);
        }
      }
    }
  });

  test('needs no more than a moment for very many classes', () => {
    const table = apportion(Array(100_000).fill(3), [240_000, 30_000, 30_000]);
    expect(sum(table.map((row) => row[1]!))).toBe(30_000);
  });
});

describe('a split', () => {
  test.each([
    [100, 0.15, 0.15, [70, 15, 15]],
    [10, 0.25, 0, [7, 3, 0]],
    [7, 0.2, 0.2, [5, 1, 1]],
    [3, 0, 0, [3, 0, 0]],
  ])('of %i rows by %f and %f has %j', (n, validation, held, sizes) => {
    const parts = splitIndices(n, { validation, test: held, seed: 3 });
    expect([parts.train.length, parts.validation.length, parts.test.length]).toEqual(sizes);
    expect(all(parts).sort((a, b) => a - b)).toEqual(numbers(n));
  });

  test('is a function of its seed, and shuffled', () => {
    const split = (seed: number) => all(splitIndices(50, { validation: 0.2, seed }));
    expect(split(1)).toEqual(split(1));
    expect(split(1)).not.toEqual(split(2));
    expect(split(0)).toEqual(all(splitIndices(50, { validation: 0.2 })));
    expect(split(1)).not.toEqual(numbers(50));
  });

  test.each<[object, string]>([
    [{ validation: 0.5, test: 0.5 }, 'leave nothing to train on'],
    [{ validation: 1 }, 'share of the rows'],
    [{ test: -0.1 }, 'share of the rows'],
    [{ test: Number.NaN }, 'share of the rows'],
    [{ test: '0.1' }, 'share of the rows'],
    [{ seed: 1.5 }, 'whole number'],
    [{ valid: 0.1 }, 'unknown option'],
  ])('%j is refused', (options, words) => {
    expect(() => splitIndices(10, options)).toThrow(OptionError);
    expect(() => splitIndices(10, options)).toThrow(words);
  });

  test('that leaves a part empty is an error', () => {
    expect(() => splitIndices(3, { test: 0.1 })).toThrow('test would have no row');
    expect(() => splitIndices(0, {})).toThrow('train would have no row');
    expect(() => splitIndices(1, { validation: 0.5 })).toThrow(DataError);
  });
});

describe('a stratified split', () => {
  const table = Table.fromColumns({
    id: numbers(1000),
    churned: numbers(1000).map((i) =>
      i % 10 === 0 ? 'yes' : i % 7 === 0 ? 'maybe' : i === 1 ? 'once' : 'no',
    ),
  });
  const countOf = (part: Table, label: string) => part.filter(({ churned }) => churned === label).rows;

  test('keeps every class within one row of its share in every part, and the sizes exact', () => {
    for (let seed = 0; seed < 20; seed++) {
      const parts = table.split({ validation: 0.15, test: 0.13, stratify: 'churned', seed });
      expect([parts.train.rows, parts.validation.rows, parts.test.rows]).toEqual([720, 150, 130]);
      for (const part of Object.values(parts) as Table[]) {
        for (const label of ['yes', 'maybe', 'once', 'no']) {
          const share = (countOf(table, label) * part.rows) / 1000;
          expect(Math.abs(countOf(part, label) - share)).toBeLessThan(1);
        }
      }
    }
  });

  test('keeps a row of every class in training, however rare', () => {
    const random = Random.of(5, 'rare');
    for (let seed = 0; seed < 200; seed++) {
      const labels = numbers(40).map((i) => (i < 30 ? i % 2 : 2 + random.integer(6)));
      const { train, validation } = splitIndices(40, { validation: 0.3, test: 0.2, seed }, labels);
      expect(new Set([...train].map((row) => labels[row]))).toEqual(new Set(labels));
      expect(validation.length).toBeGreaterThanOrEqual(10);
    }
  });

  test('mixes the classes, so that training without a shuffle sees them all early', () => {
    const { train } = table.split({ test: 0.2, stratify: 'churned', seed: 1 });
    expect(new Set<unknown>(train.head(50).column('churned').values).size).toBeGreaterThanOrEqual(3);
  });

  test('counts missing labels as a class', () => {
    const labels = numbers(100).map((i) => (i < 10 ? null : 'x'));
    const { test: held } = splitIndices(100, { test: 0.3 }, labels);
    expect([...held].filter((row) => row < 10)).toHaveLength(3);
    const { test: nan } = splitIndices(
      100,
      { test: 0.3 },
      Float64Array.from(labels.map((x) => (x === null ? Number.NaN : 1))),
    );
    expect([...nan].filter((row) => row < 10)).toHaveLength(3);
  });

  test('by a column of different values has nothing to hold out, and says so', () => {
    expect(() => table.split({ test: 0.2, stratify: 'id' })).toThrow('1000 different labels');
    expect(() => table.split({ test: 0.2, stratify: 'churnd' })).toThrow('did you mean "churned"?');
    expect(() => splitIndices(3, {}, [1, 2])).toThrow('2 labels for 3 rows');
  });
});
