import { describe, expect, test } from 'vitest';
import { DataError } from '../../src/base/errors.ts';
import { columns, type Prepared, parseCsv, Table } from '../../src/data/index.ts';

/** The category of column `c` that each row is taken for; undefined for none. */
function categoriesOf(prepare: Prepared, x: { data: Float32Array; shape: readonly number[] }) {
  const [rows, width] = x.shape as [number, number];
  return Array.from({ length: rows }, (_, row) => {
    const at = x.data.subarray(row * width, (row + 1) * width).indexOf(1);
    return prepare.features[at]?.slice(2);
  });
}

/** Every way in which a cell reaches a model that was trained on `table`. */
function waysIn(table: Table, cells: readonly unknown[]) {
  const prepare = columns({ categorical: { of: ['c'] } }).fit(table);
  const text = `c,d\n${cells.map((cell) => `${String(cell)},1`).join('\n')}\n`;
  return {
    rows: categoriesOf(prepare, prepare.transformRow(cells.map((c) => ({ c })))),
    'each row': cells.flatMap((c) => categoriesOf(prepare, prepare.transformRow({ c }))),
    'a table of rows': categoriesOf(prepare, prepare.inputs(Table.fromRows(cells.map((c) => ({ c }))))),
    'a CSV': categoriesOf(prepare, prepare.inputs(parseCsv(text))),
  };
}

function allTake(table: Table, cells: readonly unknown[], wanted: readonly (string | undefined)[]): void {
  for (const [way, got] of Object.entries(waysIn(table, cells))) expect(got, way).toEqual(wanted);
}

const csv = (...cells: string[]) => parseCsv(`c,d\n${cells.map((cell) => `${cell},1`).join('\n')}\n`);
const rows = (...cells: unknown[]) => Table.fromRows(cells.map((c) => ({ c })));

describe('a category means the same wherever it comes from', () => {
  test.each<[string, Table, string, string]>([
    ['booleans of rows', rows(true, false, true), 'true', 'false'],
    ['True and False of a CSV', csv('True', 'False'), 'True', 'False'],
    ['TRUE and FALSE of a CSV', csv('TRUE', 'FALSE'), 'TRUE', 'FALSE'],
    ['0 and 1 of a CSV', csv('1', '0'), '1', '0'],
    ['0.0 and 1.0 of a CSV', csv('1.0', '0.0'), '1.0', '0.0'],
  ])('truth values, trained on %s', (_, table, yes, no) => {
    for (const cells of [
      [true, false],
      ['True', 'False'],
      ['true', 'false'],
      ['TRUE', 'FALSE'],
      [1, 0],
    ]) {
      allTake(table, cells, [yes, no]);
    }
  });

  test('spelling is kept: a postcode that begins with a zero', () => {
    const table = csv('01001', '75001');
    expect(columns({ categorical: { of: ['c'] } }).fit(table).features).toEqual(['c=01001', 'c=75001']);
    allTake(table, ['01001', '75001'], ['01001', '75001']);
    // 1001 is another name, not the postcode without its zero.
    allTake(table, ['1001', '1001'], [undefined, undefined]);
    const prepare = columns({ categorical: { of: ['c'] } }).fit(table);
    expect(categoriesOf(prepare, prepare.transformRow({ c: 75001 }))).toEqual(['75001']);
  });

  test('identifiers beyond 2^53 stay apart, as categories and as classes', () => {
    const ids = ['9007199254740992', '9007199254740993'];
    allTake(csv(...ids), ids, ids);
    const table = parseCsv(`x,c\n1,${ids[0]}\n2,${ids[1]}\n`);
    const prepare = columns({ numeric: { of: ['x'] }, target: { of: 'c' } }).fit(table);
    expect(prepare.classes).toEqual(ids);
    expect([...prepare.transform(table).y!.data]).toEqual([0, 1]);
    // As a number it has lost its last digit before it came here.
    const numbers = rows(2 ** 53, 1);
    expect(() => columns({ categorical: { of: ['c'] } }).fit(numbers)).toThrow(DataError);
    expect(() => columns({ categorical: { of: ['c'] } }).fit(numbers)).toThrow(
      'may stand for several numbers',
    );
  });

  test('other spellings of a number find it, where no category is spelled so', () => {
    allTake(csv('1', '2'), ['1.0', '2.00'], ['1', '2']);
    allTake(csv('1.0', '2.0'), [1, 2], ['1.0', '2.0']);
    // Versions: both were seen, so each is itself.
    allTake(csv('1.1', '1.10'), ['1.1', '1.10'], ['1.1', '1.10']);
    // Either of them could be meant.
    allTake(csv('1.10', '1.100'), ['1.1', '1.1'], [undefined, undefined]);
  });

  test('letters that look the same are the same, blanks around them are none', () => {
    const [composed, apart] = ['S\u00e3o Paulo', 'Sa\u0303o Paulo'];
    expect(composed).not.toBe(apart);
    for (const table of [rows(composed, 'Rio'), rows(apart, 'Rio'), csv(apart, 'Rio')]) {
      allTake(table, [composed, apart], [composed, composed]);
      allTake(table, [` ${composed} `, 'Rio\t'], [composed, 'Rio']);
    }
    expect(columns({ categorical: { of: ['c'] } }).fit(rows(composed, apart, ' Rio')).width).toBe(2);
    // A no-break space, as pages and spreadsheets have it.
    allTake(rows('a', 'b'), ['\u00a0a', 'b\u00a0'], ['a', 'b']);
  });

  test('case and inner blanks are spelling', () => {
    allTake(rows('a b', 'A b'), ['a b', 'A b'], ['a b', 'A b']);
    allTake(rows('paris', 'rome'), ['Paris', 'r ome'], [undefined, undefined]);
  });

  test('names of columns, too', () => {
    const table = Table.fromRows([
      { 'a\u0303': 1, y: 'p' },
      { 'a\u0303': 2, y: 'q' },
    ]);
    const prepare = columns({ numeric: { of: ['\u00e3'], scale: 'none' }, target: { of: 'y' } }).fit(table);
    for (const key of ['\u00e3', 'a\u0303']) {
      expect([...prepare.transformRow({ [key]: 5 }).data]).toEqual([5]);
      expect([...prepare.inputs(Table.fromRows([{ [key]: 5 }])).data]).toEqual([5]);
    }
    expect(() => prepare.transformRow({ '\u00e3': 5, 'a\u0303': 6 })).toThrow('twice');
  });
});

describe('a number means the same wherever it comes from', () => {
  const table = parseCsv('h,y\n"1,80",a\n"2,20",b\n', { delimiter: ',', decimal: ',' });
  const german = columns({ numeric: { of: ['h'], scale: 'none' }, target: { of: 'y' } }).fit(table);

  test('text that spells one is one', () => {
    const prepare = columns({ numeric: { of: ['n'], scale: 'none' } }).fit(
      Table.fromRows([{ n: '1' }, { n: '2.5' }]),
    );
    expect([...prepare.transformRow([{ n: '41' }, { n: 41 }, { n: ' 4.1e1 ' }, { n: true }]).data]).toEqual([
      41, 41, 41, 1,
    ]);
    expect(() => prepare.transformRow({ n: '41 kg' })).toThrow('"41 kg", not a number');
    expect(() => prepare.transformRow({ n: '1,5' })).toThrow('not a number');
  });

  test('as the training file writes it', () => {
    expect([...german.transformRow([{ h: '1,5' }, { h: 1.5 }]).data]).toEqual([1.5, 1.5]);
  });

  test('what meant missing in training means it in rows and other tables', () => {
    const training = parseCsv('n,c,y\n1,x,a\nNA,NA,b\n3,z,a\n-999,x,b\n', { missing: ['NA', '-999'] });
    const prepare = columns({
      numeric: { of: ['n'], scale: 'none' },
      categorical: { of: ['c'] },
      target: { of: 'y' },
    }).fit(training);
    // The median of 1 and 3 stands in; a missing category is one of its own, since training had it.
    const wanted = [2, 0, 0, 1];
    expect([...prepare.inputs(training).data.subarray(4, 8)]).toEqual(wanted);
    for (const row of [{ n: 'NA', c: 'NA' }, { n: -999, c: null }, { n: '-999.0' }]) {
      expect([...prepare.transformRow(row).data], JSON.stringify(row)).toEqual(wanted);
      expect([...prepare.inputs(Table.fromRows([{ c: null, ...row }])).data]).toEqual(wanted);
    }
    expect([...prepare.inputs(parseCsv('n,c\nNA,NA\n')).data]).toEqual(wanted);
    expect([...prepare.inputs(parseCsv('n,c\n-999,\n')).data]).toEqual(wanted);
  });
});

describe('what training never saw', () => {
  const prepare = columns({ categorical: { of: ['c', 'd'] } }).fit(
    Table.fromRows([
      { c: 'a', d: 'x' },
      { c: 'b', d: 'y' },
    ]),
  );

  test('is counted, with its rows and values', () => {
    const given = [{ c: 'a', d: 'z' }, { c: 'q', d: 'x' }, { c: 'q' }, { c: null, d: 'w' }];
    const wanted = [
      { column: 'c', rows: [1, 2], values: ['q', 'q'] },
      { column: 'd', rows: [0, 3], values: ['z', 'w'] },
    ];
    expect(prepare.transformRow(given).unknown).toEqual(wanted);
    expect(prepare.transform(Table.fromRows(given)).x.unknown).toEqual(wanted);
    expect(prepare.transformRow({ c: 'a', d: 'y' }).unknown).toEqual([]);
  });
});

describe('a column of one value', () => {
  const table = Table.fromRows([
    { a: 3, b: 1 },
    { a: 3, b: 2 },
  ]);

  test('enters as 0 whatever comes later, since no weight for it was ever trained', () => {
    const prepare = columns({ numeric: { of: ['a', 'b'] } }).fit(table);
    expect([
      ...prepare.transformRow([
        { a: 3, b: 1 },
        { a: 1e6, b: 1 },
      ]).data,
    ]).toEqual([0, -1, 0, -1]);
    expect(prepare.report.find(({ column }) => column === 'a')!.notes[0]!.message).toContain(
      'every training row has "3"',
    );
    expect(() => prepare.transformRow({ a: Number.POSITIVE_INFINITY })).toThrow('is Infinity');
  });

  test('keeps its numbers where none are scaled', () => {
    const prepare = columns({ numeric: { of: ['a'], scale: 'none' } }).fit(table);
    expect([...prepare.transformRow({ a: 5 }).data]).toEqual([5]);
  });
});

describe('categories that have an order', () => {
  const table = Table.fromColumns({ size: ['low', 'high', 'medium', null], y: ['p', 'q', 'p', 'r'] });

  test('rank as said', () => {
    const order = { size: ['low', 'medium', 'high', 'huge'] };
    const prepare = columns({ categorical: { of: ['size'], encode: 'ordinal', order } }).fit(table);
    expect([...prepare.transform(table).x.data]).toEqual([0, 2, 1, 4]);
    expect([...prepare.transformRow([{ size: 'huge' }, { size: 'tiny' }]).data]).toEqual([3, -1]);
    expect(prepare.report[0]!.notes).toEqual([]);
  });

  test('and where nothing is said, by the alphabet, which is said', () => {
    const prepare = columns({ categorical: { of: ['size'], encode: 'ordinal' } }).fit(table);
    const { message, hint } = prepare.report[0]!.notes[0]!;
    expect(message).toContain('by the alphabet: high < low < medium');
    expect(hint).toContain('order: { size: [');
  });

  test('also of outputs and classes', () => {
    const prepare = columns({
      categorical: { of: ['size'], order: { size: ['medium', 'low', 'high'] } },
      target: { of: 'y', order: ['r', 'q', 'p'] },
    }).fit(table);
    expect(prepare.features).toEqual(['size=medium', 'size=low', 'size=high', 'size=(missing)']);
    expect(prepare.classes).toEqual(['r', 'q', 'p']);
    expect([...prepare.transform(table).y!.data]).toEqual([2, 1, 2, 0]);
  });

  test.each<[string, unknown, string]>([
    ['a category that it lacks', { size: ['low', 'high'] }, 'has "medium", which its order does not have'],
    ['a category twice', { size: ['low', 'low'] }, 'name each category once'],
    ['no list', { size: 'low' }, 'a list of names'],
    ['a column that is not there', { sizes: ['low'] }, 'names "sizes"'],
    ['no object', ['low'], "{ size: ['low', 'medium', 'high'] }"],
  ])('an order with %s is refused', (_, order, words) => {
    expect(() =>
      columns({
        categorical: { of: ['size'], encode: 'ordinal', order: order as Record<string, string[]> },
      }).fit(table),
    ).toThrow(words);
  });
});
