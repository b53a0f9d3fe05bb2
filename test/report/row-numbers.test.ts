import { describe, expect, test } from 'vitest';
import { parseCsv } from '../../src/data/index.ts';
import { rowNumbers } from '../../src/report/row-numbers.ts';

/** A table whose first column has these cells, under this name. */
function table(name: string, cells: readonly (number | string)[]) {
  return parseCsv(`${name},y\n${cells.map((cell, i) => `${cell},${(i * 7) % 5}`).join('\n')}\n`);
}

const twelve = Array.from({ length: 12 }, (_, i) => i);
const mixed = [5, 3, 11, 7, 2, 0, 9, 1, 20, 33, 8, 4];

describe('columns that number the rows', () => {
  test.each<[string, string, readonly (number | string)[], RegExp]>([
    ['an index without a name', '', twelve, /^column1 counts the rows.*; --drop column1 leaves it out$/],
    ['an id from 1', 'id', twelve.map((i) => i + 1), /--drop id /],
    ['backwards', 'id', twelve.map((i) => 100 - i), /--drop id /],
    ['a name with a blank', 'row no', twelve, /--drop "row no" /],
    ['an index that was shuffled', '', mixed, /^column1 had no name.*--drop column1 /],
  ])('%s', (_name, column, cells, words) => {
    expect(rowNumbers(table(column, cells), 'y')).toEqual([expect.stringMatching(words)]);
  });

  test.each<[string, string, readonly (number | string)[]]>([
    ['a count that jumps', 'id', [...twelve.slice(0, -1), 99]],
    ['a few rows', 'id', [0, 1, 2]],
    ['whole numbers under a name', 'age', mixed],
    ['fractions without a name', '', mixed.map((x) => x + 0.5)],
    ['the same number twice', '', [...mixed.slice(0, -1), 5]],
    ['words', '', twelve.map((i) => `r${i}`)],
    ['a missing cell', 'id', ['', ...twelve.slice(1)]],
  ])('not %s', (_name, column, cells) => {
    expect(rowNumbers(table(column, cells), 'y')).toEqual([]);
  });

  test('not the target, and not in a table without columns', () => {
    expect(rowNumbers(table('id', twelve), 'id')).toEqual([]);
  });
});
