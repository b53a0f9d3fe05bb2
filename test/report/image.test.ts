import { describe, expect, test } from 'vitest';
import { columns, Table } from '../../src/data/index.ts';
import { asImage, findImage, pixelsOf } from '../../src/report/image.ts';

/** A table whose columns have these names; `cell` gives their values. */
function table(names: readonly string[], cell: (row: number, column: number) => number | string): Table {
  const rows = Array.from({ length: 6 }, (_, row) => {
    const cells = names.map((name, column) => [name, cell(row, column)] as const);
    return { ...Object.fromEntries(cells), kind: row % 2 ? 'a' : 'b' };
  });
  return Table.fromRows(rows);
}

function found(names: readonly string[], cell: (row: number, column: number) => number | string = grey) {
  const given = table(names, cell);
  const { spec } = { spec: columns({ target: { of: 'kind' } }) };
  return findImage(spec.fit(given), given);
}

const grey = (row: number, column: number) => (row * 7 + column * 3) % 256;
const count = (n: number, name: (i: number) => string) => Array.from({ length: n }, (_, i) => name(i));
const grid = (h: number, w: number, name: (y: number, x: number) => string) =>
  count(h * w, (i) => name(Math.floor(i / w), i % w));

describe('columns are pixels', () => {
  test('that say row and column, in any order', () => {
    const names = grid(4, 5, (y, x) => `pixel_${y}_${x}`);
    expect(found([...names].reverse())).toEqual({ width: 5, height: 4, columns: names });
    expect(found(grid(4, 4, (y, x) => `${y + 1}x${x + 1}`))).toMatchObject({ width: 4, height: 4 });
  });

  test('that count to a square', () => {
    const names = count(16, (i) => `p${i}`);
    expect(found(names)).toEqual({ width: 4, height: 4, columns: names });
    expect(found(count(25, (i) => `pixel${i + 1}`))).toMatchObject({ width: 5, height: 5 });
    expect(
      found(
        count(16, (i) => `p${i}`),
        (row, column) => ((row + column) % 5) / 4,
      ),
    ).toBeDefined();
  });
});

describe('columns are a table', () => {
  test.each<[string, readonly string[], ((row: number, column: number) => number | string)?]>([
    ['that are no square', count(15, (i) => `p${i}`)],
    ['with a gap', count(16, (i) => `p${i === 15 ? 16 : i}`)],
    ['with a name of its own', [...count(15, (i) => `p${i}`), 'age']],
    ['of two stems', count(16, (i) => `${i < 8 ? 'p' : 'q'}${i}`)],
    ['that are few', count(9, (i) => `p${i}`)],
    ['that are narrow', grid(8, 2, (y, x) => `p_${y}_${x}`)],
    ['with a hole in the grid', grid(4, 4, (y, x) => `p_${y}_${y === 3 && x === 3 ? 4 : x}`)],
    ['of negative numbers', count(16, (i) => `p${i}`), (row, column) => row - column],
    ['of fractions beyond 1', count(16, (i) => `p${i}`), (row, column) => row + column / 10],
    ['of numbers beyond 255', count(16, (i) => `p${i}`), (row, column) => 100 * row + column],
    ['of words', count(16, (i) => `p${i}`), (row, column) => (column === 3 ? `w${row}` : row)],
    [
      'with missing cells',
      count(16, (i) => `p${i}`),
      (row, column) => (row + column === 3 ? Number.NaN : row),
    ],
  ])('%s', (_name, names, cell) => {
    expect(found(names, cell)).toBeUndefined();
  });
});

test('a size that is asked for takes the columns as they stand', () => {
  const given = table(['a', 'b', 'c', 'd', 'e', 'f'], grey);
  const prepare = columns({ target: { of: 'kind' } }).fit(given);
  const image = asImage(prepare, given, { width: 3, height: 2 });
  expect(image.columns).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  expect(() => asImage(prepare, given, { width: 2, height: 2 })).toThrow(/takes 4 columns.*has 6/s);
  expect([...pixelsOf(image, (column) => ({ a: 1, c: Number.NaN, d: 'x' })[column])]).toEqual([
    1, 0, 0, 0, 0, 0,
  ]);
});
