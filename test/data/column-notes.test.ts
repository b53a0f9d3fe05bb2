import { describe, expect, test } from 'vitest';
import { DataError, OptionError } from '../../src/base/errors.ts';
import { columns, type InferOptions, inferColumns, parseCsv, Table } from '../../src/data/index.ts';

const y = (count: number) => Array.from({ length: count }, (_, i) => (i % 2 === 0 ? 'a' : 'b'));

/** A table of a column `c` with these cells, one of numbers beside it, and a target. */
function tableOf(c: readonly unknown[]): Table {
  return Table.fromColumns({ c, n: c.map((_, i) => i), y: y(c.length) });
}

function found(table: Table, options: InferOptions = {}) {
  const { numeric, categorical, date, dropped, notes } = inferColumns(table, 'y', options);
  const use = numeric.includes('c')
    ? 'numeric'
    : categorical.includes('c')
      ? 'categorical'
      : date.includes('c')
        ? 'date'
        : 'dropped';
  return { use, reason: dropped[0]?.reason, note: notes.find(({ column }) => column === 'c') };
}

describe('a column that is something else than it was meant to be is news', () => {
  test('38 ages and two NA', () => {
    const ages = Array.from({ length: 40 }, (_, i) => (i === 3 || i === 17 ? 'NA' : String(20 + i)));
    const { use, note } = found(tableOf(ages));
    expect(use).toBe('categorical');
    expect(note).toMatchObject({ column: 'c', rows: [3, 17], cells: 2 });
    expect(note!.message).toBe('2 of 40 cells are no numbers ("NA"), so the column is text');
    expect(note!.hint).toContain('--missing NA');
    expect(note!.hint).toContain('missing: ["NA"]');
  });

  test('also where it is dropped for it', () => {
    const cells = Array.from({ length: 60 }, (_, i) => (i === 5 ? '?' : String(i * 1.5)));
    const { use, reason, note } = found(tableOf(cells));
    expect([use, reason]).toEqual(['dropped', 'text with 60 different values']);
    expect(note).toMatchObject({ rows: [5], cells: 1 });
    expect(note!.hint).toContain("--missing '?'");
    const prepare = inferColumns(tableOf(cells), 'y').spec.fit(tableOf(cells));
    const { use: used, notes } = prepare.report.find(({ column }) => column === 'c')!;
    expect(used).toBe('unused');
    expect(notes.map(({ message }) => message)).toEqual([
      '1 of 60 cells is no number ("?"), so the column is text',
      'left out: text with 60 different values',
    ]);
  });

  test('many words are counted', () => {
    const cells = Array.from({ length: 60 }, (_, i) => (i % 3 === 0 ? `none ${i}` : String(i)));
    const { note } = found(tableOf(cells));
    expect(note!.cells).toBe(20);
    expect(note!.rows).toHaveLength(10);
    expect(note!.message).toContain('and 15 more)');
  });

  test('postcodes', () => {
    const { use, note } = found(tableOf(['01001', '75001', '20095', '01001']));
    expect(use).toBe('categorical');
    expect(note).toMatchObject({ rows: [0, 3], cells: 2 });
    expect(note!.message).toContain('begin with a zero ("01001")');
    expect(note!.hint).toContain('--numeric c');
  });

  test('identifiers beyond 2^53', () => {
    const { note } = found(tableOf(['9007199254740992', '9007199254740993', '5', '5']));
    expect(note!.message).toContain('too long to be told apart as numbers');
  });

  test('numbers that were given as text', () => {
    const { use, note } = found(tableOf(['1', '2', '3', '4']));
    expect(use).toBe('categorical');
    expect(note!.message).toContain('given as text');
    expect(found(tableOf(['1', '2', '3', '4']), { numeric: ['c'] }).use).toBe('numeric');
  });

  test.each([
    [['12 kg', '15 kg', '9 kg']],
    [['$1.50', '$20', '$3']],
    [['50%', '10%', '5 %']],
    [['1,80', '2,05', '1,95']],
  ])('numbers with something in them: %j', (cells) => {
    const { use, note } = found(tableOf([...cells, ...cells]));
    expect(use).toBe('categorical');
    expect(note!.message).toContain('numbers with something in them');
    expect(note!.cells).toBe(6);
  });

  test('dates with a word among them', () => {
    const { use, note } = found(tableOf(['2024-01-01', '2024-01-02', 'unknown', '2024-01-04']));
    expect(use).toBe('categorical');
    expect(note!.message).toBe('1 of 4 cells is no date ("unknown"), so the column is text');
    expect(note!.hint).toContain('--missing unknown');
  });

  test('years of two digits', () => {
    const cells = ['13/05/24', '14/05/24', '01/06/24', '02/06/24'];
    const { use, note } = found(tableOf(cells));
    expect(use).toBe('categorical');
    expect(note!.message).toContain('years of two digits');
    expect(found(tableOf(cells), { dates: { c: 'dmy' } }).use).toBe('date');
  });

  test('words are no news, nor are versions, empty columns and numbers', () => {
    for (const cells of [
      ['a', 'b', 'c', 'a'],
      ['1.2.3', '1.10.2', '2.0.0', '1.2.3'],
      [1, 2, 3, 4],
      [null, null, null, null],
    ]) {
      expect(found(tableOf(cells)).note).toBeUndefined();
    }
  });

  test('of the target, too', () => {
    const table = Table.fromColumns({ n: [1, 2, 3, 4, 5, 6], y: ['1.5', '2.5', 'x', '1.5', '2.5', '3'] });
    const { task, notes } = inferColumns(table, 'y');
    expect(task).toBe('classification');
    expect(notes[0]).toMatchObject({ column: 'y', rows: [2], cells: 1 });
    const target = inferColumns(table, 'y')
      .spec.fit(table)
      .report.find(({ column }) => column === 'y');
    expect(target!.notes).toHaveLength(1);
  });
});

describe('dates', () => {
  const dates = Array.from({ length: 222 }, (_, i) =>
    new Date(Date.UTC(2023, 0, 1 + i)).toISOString().slice(0, 10),
  );

  test.each([222, 20])('%i different ones enter as dates', (count) => {
    const { use, note } = found(tableOf(dates.slice(0, count)));
    expect([use, note]).toEqual(['date', undefined]);
  });

  test('in doubt are refused, naming the option', () => {
    const table = tableOf(['01/02/2024', '03/04/2024', '05/06/2024', '07/08/2024']);
    const run = () => inferColumns(table, 'y').spec.fit(table);
    expect(run).toThrow(DataError);
    expect(run).toThrow('--dates c=dmy');
    for (const options of [{ dates: 'dmy' }, { dates: { c: 'mdy' } }] as const) {
      expect(inferColumns(table, 'y', options).spec.fit(table).report[1]!.use).toBe('date');
    }
  });

  test('as a target are refused, not 327 classes', () => {
    const table = Table.fromColumns({ n: dates.map((_, i) => i), y: dates });
    for (const options of [{}, { task: 'regression' }, { task: 'classification' }] as const) {
      expect(() => inferColumns(table, 'y', options)).toThrow('the target "y" holds dates');
    }
  });
});

test('a column of one value is left out', () => {
  for (const [cells, reason] of [
    [[3, 3, 3, 3], 'every row has 3'],
    [['x', 'x', 'x', 'x'], 'every row has "x"'],
  ] as const) {
    expect(found(tableOf(cells))).toMatchObject({ use: 'dropped', reason });
  }
  expect(found(tableOf([3, null, 3, 3])).use).toBe('numeric');
});

test('numbers that are names enter as categories', () => {
  const table = parseCsv('c,n,y\n1001,1,a\n75001,2,b\n1001,3,a\n20095,4,b\n');
  expect(found(table).use).toBe('numeric');
  expect(found(table, { categorical: ['c'] }).use).toBe('categorical');
});

test.each<[InferOptions, string]>([
  [{ numeric: ['d'] }, 'no column "d"'],
  [{ numeric: ['c'], categorical: ['c'] }, '"c" is named twice'],
  [{ categorical: ['y'] }, '"y" is the target'],
  [{ dates: { c: 'iso' as 'ymd' } }, 'ymd, dmy, mdy'],
  [{ numerical: ['c'] } as InferOptions, 'did you mean "numeric"?'],
  [{ numeric: 'c' as unknown as string[] }, 'a list of names'],
])('options %j are refused', (options, words) => {
  expect(() => inferColumns(tableOf(['a', 'b', 'a', 'c']), 'y', options)).toThrow(words);
});

test('a number that is categorical on purpose, and one that is text on purpose, are not in doubt', () => {
  const table = tableOf(['1', '2', 'x', '4']);
  const prepare = columns({ categorical: { of: ['c'] }, target: { of: 'y' } }).fit(table);
  // Named by its user, it still says which cells are no numbers: the wrong file looks like this, too.
  expect(prepare.report[0]!.notes[0]!.message).toContain('("x")');
  expect(() => columns({ numeric: { of: ['c'] } }).fit(table)).toThrow('row 2 of "c" is "x", not a number');
  expect(() => columns({ missing: 5 as unknown as string })).toThrow(OptionError);
  expect([
    ...columns({ numeric: { of: ['c'], scale: 'none' }, missing: 'x' })
      .fit(table)
      .transform(table).x.data,
  ]).toEqual([1, 2, 2, 4]);
});
