import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseCsv, readCsv } from '../../src/data/index.ts';
import { lineOf } from '../../src/data/row-lines.ts';
import { folder } from '../cli/host.ts';

const files: readonly (readonly [name: string, text: string, options: object, lines: readonly number[]])[] = [
  ['rows below a header', 'a,b\n1,2\n3,4\n5,6\n', {}, [2, 3, 4]],
  ['no header', '1,2\n3,4\n', { header: false }, [1, 2]],
  ['names from outside', '1,2\n3,4\n', { header: ['a', 'b'] }, [1, 2]],
  ['lines to pass over', 'by hand\n\na,b\n1,2\n3,4', { skipLines: 2 }, [4, 5]],
  ['blank lines', 'a,b\n\n1,2\n\n\n3,4\n5,6\n', {}, [3, 6, 7]],
  ['cells with line breaks', 'a,b\n1,"x\ny"\n2,"z\r\n\n"\n3,w\n', {}, [2, 4, 7]],
  ['a header with a line break', '"a\nA",b\r\n1,2\r\n3,4\r\n', {}, [3, 4]],
  ['CR alone', 'a,b\r1,2\r3,4\r', {}, [2, 3]],
  ['blank lines that are missing cells', 'a\n1\n\n\n4\n\n6\n', {}, [2, 3, 4, 5, 6, 7]],
  ['words after numbers, read twice', 'a,b\n1,2\n\nx,4\n', {}, [2, 4]],
];

test.each(files)('%s: each row knows its line', async (_name, text, options, lines) => {
  const path = join(folder(), 'rows.csv');
  writeFileSync(path, text);
  for (const table of [parseCsv(text, options), await readCsv(path, options)]) {
    expect(Array.from({ length: table.rows }, (_, row) => lineOf(table, row))).toEqual(lines);
    expect([-1, 0.5, table.rows].map((row) => lineOf(table, row))).toEqual([undefined, undefined, undefined]);
    // Rows that were taken are no rows of the file any more.
    expect(lineOf(table.take([0]), 0)).toBeUndefined();
  }
});

test('many rows that jump are found, each on its line', () => {
  const jumps = Array.from({ length: 500 }, (_, i) => (i % 3 === 0 ? '\n' : ''));
  const text = `a,b\n${jumps.map((blank, i) => `${blank}${i},1\n`).join('')}`;
  const table = parseCsv(text);
  const all = text.split('\n');
  for (let row = 0; row < table.rows; row++) expect(all[lineOf(table, row)! - 1]).toBe(`${row},1`);
});
