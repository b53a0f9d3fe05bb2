import { describe, expect, test } from 'vitest';
import { type CsvOptions, parseCsv } from '../../src/data/index.ts';
import { readingOf } from '../../src/data/table.ts';

/** The rows as lists of cells. */
const cells = (csv: string, options: CsvOptions = {}) =>
  parseCsv(csv, options)
    .toRows()
    .map((row) => Object.values(row));

describe('the delimiter', () => {
  test('is not a comma that stands in quotes', () => {
    const table = parseCsv('id;"height, cm";"weight, kg"\n1;"1,80";"75,5"\n2;"1,75";"60"\n');
    expect(table.columns).toEqual(['id', 'height, cm', 'weight, kg']);
    expect(table.toRows()).toEqual([
      { id: 1, 'height, cm': 1.8, 'weight, kg': 75.5 },
      { id: 2, 'height, cm': 1.75, 'weight, kg': 60 },
    ]);
  });

  test.each<[string, string, string[][] | (string | number | null)[][]]>([
    [
      'lists in cells',
      'name;tags\nx;red,green\ny;red,blue\n',
      [
        ['x', 'red,green'],
        ['y', 'red,blue'],
      ],
    ],
    [
      'punctuation',
      'name|note\nx|hello, you\ny|well, no\n',
      [
        ['x', 'hello, you'],
        ['y', 'well, no'],
      ],
    ],
    [
      'tabs beside commas',
      'a\tb, c\n1,5\tx, y\n2,5\ty, z\n',
      [
        [1.5, 'x, y'],
        [2.5, 'y, z'],
      ],
    ],
    ['a single row', 'a;b\n1,5;2', [[1.5, 2]]],
    [
      'a row too long',
      'a;"b, c"\n1;"1,5"\n2;"2,5"\n3;"3,5"',
      [
        [1, 1.5],
        [2, 2.5],
        [3, 3.5],
      ],
    ],
    ['quotes around all', '"a";"b"\n"1,5";"x"\n', [[1.5, 'x']]],
    ['a comma at the end of lines', 'a,b,\n1,2,\n', [[1, 2, null]]],
    [
      'text in quotes with the other delimiters',
      'a;b\n"x, y|z";1\n"u, v|w";2\n',
      [
        ['x, y|z', 1],
        ['u, v|w', 2],
      ],
    ],
  ])('is found: %s', (_, csv, rows) => {
    expect(cells(csv)).toEqual(rows);
  });

  test('is found without a header', () => {
    expect(cells('1,5;2,5\n', { header: false })).toEqual([[1.5, 2.5]]);
  });

  test.each([
    ['sep=;\na;b\n1,5;2\n', [1.5, 2]],
    ['\ufeffSEP=;\r\na;b\r\n1;2\r\n', [1, 2]],
    ['"sep=|"\na|b\n1|2\n', [1, 2]],
    ['sep=,,,\na,b\n1,2\n', [1, 2]],
    ['Sep=\t\na\tb\n1\t2', [1, 2]],
    ['sep=^\na^b\n1^2', [1, 2]],
  ])('is named by a first line: %j', (csv, row) => {
    const table = parseCsv(csv);
    expect(table.columns).toEqual(['a', 'b']);
    expect(table.rows).toBe(1);
    expect(Object.values(table.row(0))).toEqual(row);
  });

  test('a first line that names it is one of the lines to skip, is no data, and yields to the option', () => {
    expect(cells('sep=;\na;b\n1;2\n', { skipLines: 1 })).toEqual([[1, 2]]);
    expect(cells('sep=;\nnote\na;b\n1;2\n', { skipLines: 2 })).toEqual([[1, 2]]);
    expect(cells('sep=;\n1;2\n', { header: ['a', 'b'] })).toEqual([[1, 2]]);
    expect(cells('sep=;\na|b\n1|2\n', { delimiter: '|' })).toEqual([[1, 2]]);
    expect(() => parseCsv('sep=;\na;b\n1;2;3\n')).toThrow('line 3 has 3 cells');
  });

  test('a header such as `sep` is a header', () => {
    expect(parseCsv('sep,b\n1,2\n').columns).toEqual(['sep', 'b']);
    expect(parseCsv('sep=,b\n1,2\n').columns).toEqual(['sep=', 'b']);
  });

  test('where the first line has one cell, the error says what to try', () => {
    expect(() => parseCsv('# made by hand\na;b\n1;2\n')).toThrow('skipLines passes over lines');
    expect(() => parseCsv('price\n1,5\n2,5\n')).toThrow('delimiter says what stands between cells');
    expect(cells('price\n1,5\n2,5\n', { delimiter: ';' })).toEqual([[1.5], [2.5]]);
  });
});

describe('numbers of spreadsheets', () => {
  test.each<[string, string, (string | number | null)[][]]>([
    [
      'German',
      'a;b\n1.234,56;x\n12;y\n',
      [
        [1234.56, 'x'],
        [12, 'y'],
      ],
    ],
    [
      'German, in quotes with commas',
      'a,b\n"1.234,56",x\n"12,5",y\n',
      [
        [1234.56, 'x'],
        [12.5, 'y'],
      ],
    ],
    [
      'French',
      'a;b\n"1 234,50";x\n"12,5";y\n',
      [
        [1234.5, 'x'],
        [12.5, 'y'],
      ],
    ],
    [
      'French, blanks that do not break',
      'a;b\n1\u00a0234,50;x\n1\u202f000;y\n',
      [
        [1234.5, 'x'],
        [1000, 'y'],
      ],
    ],
    [
      'Swiss',
      "a;b\n1'234.50;x\n12;y\n",
      [
        [1234.5, 'x'],
        [12, 'y'],
      ],
    ],
    [
      'Swiss, typographic',
      'a;b\n1\u2019234.50;x\n12;y\n',
      [
        [1234.5, 'x'],
        [12, 'y'],
      ],
    ],
    [
      'American',
      'a,b\n"1,234.50",x\n12,y\n',
      [
        [1234.5, 'x'],
        [12, 'y'],
      ],
    ],
    [
      'millions',
      'a;b\n1,234,567;x\n12;y\n',
      [
        [1234567, 'x'],
        [12, 'y'],
      ],
    ],
    [
      'a column decides for another',
      'a;b\n1,80;1,234\n2,5;2,345\n',
      [
        [1.8, 1.234],
        [2.5, 2.345],
      ],
    ],
    [
      'groups of several lengths beside a sign',
      'a;b\n1,80;1.234\n2,5;999\n',
      [
        [1.8, 1234],
        [2.5, 999],
      ],
    ],
    [
      'missing cells',
      'a;b\n;x\n1,80;y\n',
      [
        [null, 'x'],
        [1.8, 'y'],
      ],
    ],
  ])('%s', (_, csv, rows) => {
    expect(cells(csv)).toEqual(rows);
  });

  test.each<[string, string]>([
    ['what may be a thousand or not', 'a;b\n1,234;x\n2,345;y\n'],
    ['signs that contradict each other', 'a;b\n1,80;x\n2.50;y\n'],
    ['names in groups of one length', 'a;b\n732 829 320;x\n552 100 554;y\n'],
    ['thousands of one length beside a comma', 'a;b;c\n1.234;x;1,8\n2.345;y;2,5\n'],
    ['percent', 'a;b\n50%;x\n7,5%;y\n'],
    ['money', 'a;b\n1,80 €;x\n$2;y\n'],
    ['negative amounts in brackets', 'a;b\n(12);x\n3,5;y\n'],
    ['a dash for nothing', 'a;b\n-;x\n3,5;y\n'],
    ['groups that are none', 'a;b\n1.23.456,5;x\n3,5;y\n'],
  ])('%s: text', (_, csv) => {
    const table = parseCsv(csv);
    expect(table.types['a']).toBe('text');
    expect(table.column('a').values).toEqual(
      csv
        .split('\n')
        .slice(1, -1)
        .map((line) => line.split(';')[0]),
    );
  });

  test('columns of two signs leave the plain notation, and only the other sign makes text', () => {
    const table = parseCsv('a;b\n1,80;2.50\n2,5;3.75\n');
    expect(table.types).toEqual({ a: 'text', b: 'number' });
    expect(readingOf(table)).toMatchObject({ decimal: '.', thousands: '' });
  });

  test('options decide where cells do not', () => {
    expect(cells('a;b\n1,234;x\n', { decimal: ',' })).toEqual([[1.234, 'x']]);
    expect(cells('a;b\n1,234;x\n', { thousands: ',' })).toEqual([[1234, 'x']]);
    expect(cells('a;b\n1.234;x\n', { thousands: '.' })).toEqual([[1234, 'x']]);
    expect(cells('a;b\n1.234;x\n', { decimal: ',' })).toEqual([['1.234', 'x']]);
    expect(cells('a;b\n1,80;x\n', { decimal: '.' })).toEqual([['1,80', 'x']]);
    expect(cells("a;b\n1'234,5;x\n", { thousands: '' })).toEqual([["1'234,5", 'x']]);
    expect(cells('a;b\n732 829 320;x\n', { thousands: ' ' })).toEqual([[732829320, 'x']]);
    expect(cells('a;b\n"1,5";x\n', { types: { a: 'text' } })).toEqual([['1,5', 'x']]);
  });

  test('a cell that breaks the notation behind the beginning makes its column text, never another number', () => {
    const rows = Array.from({ length: 8000 }, (_, i) => `${i},5;${i}`);
    const table = parseCsv(['a;b', ...rows, '1.5;7'].join('\n'));
    expect(table.types).toEqual({ a: 'text', b: 'number' });
    expect(table.column('a').values.at(-1)).toBe('1.5');
  });

  test('the table knows the notation', () => {
    expect(readingOf(parseCsv('a;b\n1.234,56;x\n12;y\n'))).toMatchObject({ decimal: ',', thousands: '.' });
  });

  test('forced numbers name the sign that is wanted', () => {
    expect(() => parseCsv('a;b\n1,5;x\n1.5;x\n', { types: { a: 'number' }, decimal: ',' })).toThrow(
      'at most one ","',
    );
  });
});
