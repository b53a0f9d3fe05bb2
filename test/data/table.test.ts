import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { DataError, OptionError } from '../../src/base/errors.ts';
import { Table } from '../../src/data/index.ts';

const people = () =>
  Table.fromRows([
    { age: 41, plan: 'basic', member: true },
    { age: null, plan: 'pro', member: false },
    { age: 29, plan: undefined, member: true },
  ]);

describe('a table from rows', () => {
  test('has the keys as columns, booleans that count as 0 and 1, and missing cells', () => {
    const table = people();
    expect(table).toMatchObject({ rows: 3, columns: ['age', 'plan', 'member'] });
    expect(table.types).toEqual({ age: 'number', plan: 'text', member: 'number' });
    expect(table.toRows()).toEqual([
      { age: 41, plan: 'basic', member: true },
      { age: null, plan: 'pro', member: false },
      { age: 29, plan: null, member: true },
    ]);
    expect([...table.column('member').values]).toEqual([1, 0, 1]);
    expect(Table.fromRows(table.toRows()).toRows()).toEqual(table.toRows());
  });

  test('takes the union of keys, and own ones only', () => {
    const row = Object.assign(Object.create({ inherited: 1 }), { b: 2 });
    expect(Table.fromRows([{ a: 1 }, row]).toRows()).toEqual([
      { a: 1, b: null },
      { a: null, b: 2 },
    ]);
  });

  test.each<[string, unknown, string]>([
    ['a bigint', [{ a: 1 }, { a: 2n }], 'Number(value)'],
    ['an object', [{ a: new Map() }], 'Map'],
    ['words among numbers', [{ a: 1 }, { a: 'x' }], 'both numbers and text'],
    ['a row that is an array', [[1, 2]], 'row 0 is an array'],
    ['a row that is null', [{ a: 1 }, null], 'row 1 is null'],
    ['no list at all', { a: [1] }, 'an array of objects'],
    ['a symbol', [{ a: Symbol('x') }], 'a symbol'],
  ])('refuses %s', (_, rows, words) => {
    expect(() => Table.fromRows(rows as object[])).toThrow(DataError);
    expect(() => Table.fromRows(rows as object[])).toThrow(words);
  });

  test('takes dates as text, and what is no date or blank as missing', () => {
    const foreign = runInNewContext('new Date(0)') as Date;
    const when = [new Date(Date.UTC(2024, 1, 29)), new Date(Number.NaN), ' ', foreign];
    expect(Table.fromColumns({ when }).toRows()).toEqual([
      { when: '2024-02-29T00:00:00.000Z' },
      { when: null },
      { when: null },
      { when: '1970-01-01T00:00:00.000Z' },
    ]);
  });

  test('truth values among numbers are numbers', () => {
    expect(Table.fromColumns({ a: [true, 2, null] }).toRows()).toEqual([{ a: 1 }, { a: 2 }, { a: null }]);
    expect(() => Table.fromColumns({ a: [true, 'yes'] })).toThrow('both booleans and text');
  });

  test('a key __proto__ is a column like any other', () => {
    const rows = JSON.parse('[{"__proto__": 1, "constructor": 2}]') as object[];
    expect(Object.entries(Table.fromRows(rows).row(0))).toEqual([
      ['__proto__', 1],
      ['constructor', 2],
    ]);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});

describe('a table from columns', () => {
  test('copies them', () => {
    const age = Float64Array.of(1, 2);
    const plan = ['a', 'b'];
    const table = Table.fromColumns({ age, plan });
    age[0] = 9;
    plan[0] = 'z';
    expect(table.row(0)).toEqual({ age: 1, plan: 'a' });
  });

  test('refuses columns of different length, and what is no column', () => {
    expect(() => Table.fromColumns({ a: [1], b: [1, 2] })).toThrow('column "b" has 2 rows, "a" has 1');
    expect(() => Table.fromColumns({ a: 5 as unknown as number[] })).toThrow(DataError);
    expect(() => Table.fromColumns(null as unknown as Record<string, number[]>)).toThrow(DataError);
  });
});

test('a table never changes: what comes out is a copy', () => {
  const table = people();
  const age = table.column('age').values as Float64Array;
  age[0] = 1;
  (table.column('plan').values as (string | null)[])[0] = 'z';
  expect(table.row(0)).toMatchObject({ age: 41, plan: 'basic' });
  expect(() => (table.columns as string[]).push('x')).toThrow(TypeError);
});

test('rows and columns are selected into another table', () => {
  const table = people();
  expect(table.select(['member', 'age']).row(2)).toEqual({ member: true, age: 29 });
  expect(
    table
      .take([2, 0, 2])
      .toRows()
      .map(({ age }) => age),
  ).toEqual([29, 41, 29]);
  expect(table.take(new Int32Array(0))).toMatchObject({ rows: 0, columns: table.columns });
  expect(table.filter(({ age }, i) => age !== null && i < 2).rows).toBe(1);
  expect(table.head(2).rows).toBe(2);
  expect(table.head().rows).toBe(3);
  expect(table.rows).toBe(3);
});

test('a column is found however the letters of its name are composed', () => {
  const table = Table.fromColumns({ ['sa\u0303o']: [1], b: [2] });
  expect(table.has('s\u00e3o')).toBe(true);
  expect(table.has('sao')).toBe(false);
  expect(table.column('s\u00e3o').values).toEqual(Float64Array.of(1));
  const both = Table.fromColumns({ ['a\u0301']: [1], ['\u00e1']: [2] });
  expect(both.column('\u00e1').values).toEqual(Float64Array.of(2));
});

test.each<[string, (table: Table) => unknown, string]>([
  ['an unknown column', (table) => table.column('agee'), 'did you mean "age"?'],
  ['a name of Object.prototype', (table) => table.column('toString'), 'no column "toString"'],
  ['an unknown column to select', (table) => table.select(['plam']), 'did you mean "plan"?'],
  ['a row that is not there', (table) => table.row(3), 'no row 3'],
  ['a row that is a fraction', (table) => table.take([0.5]), 'no row 0.5'],
  ['row numbers that are none', (table) => table.take('01' as unknown as number[]), 'not a list'],
])('%s is an error', (_, run, words) => {
  expect(() => run(people())).toThrow(DataError);
  expect(() => run(people())).toThrow(words);
});

test('arguments of a wrong kind are errors of ours', () => {
  const table = people();
  for (const run of [
    () => table.head(-1),
    () => table.select('age' as unknown as string[]),
    () => table.filter(5 as unknown as () => boolean),
    () => table.split(null as unknown as object),
    () => table.split({ stratifyy: 'age' } as object),
  ]) {
    expect(run).toThrow(OptionError);
  }
  expect(() => Reflect.construct(Table, [5])).toThrow('use Table.fromRows');
});
