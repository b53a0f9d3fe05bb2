import { describe, expect, test } from 'vitest';
import { DataError, GliaError, OptionError } from '../../src/base/errors.ts';
import { Random } from '../../src/base/random.ts';
import {
  type Aggregation,
  type Cell,
  type JoinOptions,
  type NumberColumn,
  parseCsv,
  type Row,
  Table,
} from '../../src/data/index.ts';
import { spellingOf } from '../../src/data/spelling.ts';
import { columnOf, readingOf } from '../../src/data/table.ts';

const people = () =>
  Table.fromRows([
    { name: 'Ann', age: 41, plan: 'basic' },
    { name: 'Bob', age: null, plan: 'pro' },
    { name: 'Cid', age: 29, plan: null },
    { name: 'Dee', age: 41, plan: 'pro' },
  ]);
const names = (table: Table) => table.column('name').values;

describe('derive', () => {
  test('adds a column, or replaces one in its place', () => {
    const table = people().derive('old', ({ age }) => (age === null ? null : Number(age) > 40));
    expect(table.columns).toEqual(['name', 'age', 'plan', 'old']);
    expect([...table.column('old').values]).toEqual([1, Number.NaN, 0, 1]);
    const replaced = people().derive('age', (_, i) => `row ${i}`);
    expect(replaced.columns).toEqual(['name', 'age', 'plan']);
    expect(replaced.types['age']).toBe('text');
    expect(replaced.row(2)['age']).toBe('row 2');
  });

  test('takes several, and each sees the ones before it', () => {
    const table = people().derive({
      half: (row) => Number(row['age']) / 2,
      quarter: (row) => Number(row['half']) / 2,
    });
    expect([...table.column('quarter').values]).toEqual([10.25, 0, 7.25, 10.25]);
  });

  test('leaves the table alone, and works without rows', () => {
    const table = people();
    table.derive('x', () => 1);
    expect(table.columns).toEqual(['name', 'age', 'plan']);
    expect(table.take([]).derive('x', () => 'never')).toMatchObject({
      rows: 0,
      columns: ['name', 'age', 'plan', 'x'],
    });
  });

  test('takes names that are special elsewhere', () => {
    const table = people()
      .derive('__proto__', () => 1)
      .derive('constructor', () => 'c');
    expect(table.columns.slice(3)).toEqual(['__proto__', 'constructor']);
    expect(Object.entries(table.row(0)).slice(3)).toEqual([
      ['__proto__', 1],
      ['constructor', 'c'],
    ]);
  });

  test.each<[string, unknown]>([
    ['an object', { a: 1 }],
    ['a promise', Promise.resolve(1)],
    ['a symbol', Symbol('x')],
    ['a function', () => 1],
  ])('refuses %s from a function, naming row and column', (_, value) => {
    const run = () => people().derive('x', (_row, i) => (i < 2 ? 1 : (value as number)));
    expect(run).toThrow(DataError);
    expect(run).toThrow('cannot be a cell');
    expect(run).toThrow(/row +2/);
    expect(run).toThrow(/column +x/);
  });

  test('takes nothing and NaN as missing, and refuses numbers beside text', () => {
    const values = [undefined, Number.NaN, null, 3];
    expect([
      ...people()
        .derive('x', (_, i) => values[i])
        .column('x').values,
    ]).toEqual([Number.NaN, Number.NaN, Number.NaN, 3]);
    expect(() => people().derive('x', (_, i) => (i === 3 ? 'a' : i))).toThrow('both numbers and text');
  });

  test('lets an error of a function through', () => {
    expect(() =>
      people().derive('x', () => {
        throw new RangeError('mine');
      }),
    ).toThrow('mine');
  });
});

describe('map', () => {
  test('makes a table of the rows that it gets', () => {
    const table = people().map(({ name, age }, i) => ({ i, name, ...(age === null ? {} : { age }) }));
    expect(table.columns).toEqual(['i', 'name', 'age']);
    expect(table.row(1)).toEqual({ i: 1, name: 'Bob', age: null });
  });

  test('refuses what is no row, and has no columns without rows', () => {
    expect(() => people().map((_, i) => (i === 1 ? undefined : {}) as Row)).toThrow('row 1 is undefined');
    expect(
      people()
        .take([])
        .map((row) => row),
    ).toMatchObject({ rows: 0, columns: [] });
  });
});

describe('columns', () => {
  test('are dropped and renamed', () => {
    expect(people().drop('age').columns).toEqual(['name', 'plan']);
    expect(people().drop(['name', 'plan']).columns).toEqual(['age']);
    expect(people().drop([]).columns).toEqual(['name', 'age', 'plan']);
    expect(people().rename({ age: 'years' }).columns).toEqual(['name', 'years', 'plan']);
    const swapped = people().rename({ name: 'plan', plan: 'name' });
    expect(swapped.row(0)).toEqual({ plan: 'Ann', age: 41, name: 'basic' });
    expect(people().rename({}).columns).toEqual(['name', 'age', 'plan']);
  });

  test('are refused where there are none, or two of a name', () => {
    expect(() => people().drop('agee')).toThrow('did you mean "age"?');
    expect(() => people().rename({ agee: 'x' })).toThrow('did you mean "age"?');
    expect(() => people().rename({ age: 'name' })).toThrow('two columns would be called "name"');
  });
});

describe('sort', () => {
  test('orders numbers by value and text by code unit, missing last in both directions', () => {
    expect(names(people().sort('age'))).toEqual(['Cid', 'Ann', 'Dee', 'Bob']);
    expect(names(people().sort('age', { descending: true }))).toEqual(['Ann', 'Dee', 'Cid', 'Bob']);
    expect(names(people().sort('plan'))).toEqual(['Ann', 'Bob', 'Dee', 'Cid']);
    expect(names(people().sort('plan', { descending: true }))).toEqual(['Bob', 'Dee', 'Ann', 'Cid']);
    const words = Table.fromColumns({ w: ['b', 'B', 'ä', '10', '9'] });
    expect(words.sort('w').column('w').values).toEqual(['10', '9', 'B', 'b', 'ä']);
    const numbers = Table.fromColumns({ n: [10, 9, -Infinity, -0, 1e-40, Infinity, 0] });
    expect([...numbers.sort('n').column('n').values]).toEqual([-Infinity, -0, 0, 1e-40, 9, 10, Infinity]);
  });

  test('takes several columns, each in its direction', () => {
    expect(names(people().sort(['age', 'name'], { descending: [true, false] }))).toEqual([
      'Ann',
      'Dee',
      'Cid',
      'Bob',
    ]);
    expect(names(people().sort(['age', 'name'], { descending: true }))).toEqual(['Dee', 'Ann', 'Cid', 'Bob']);
  });

  test('keeps the order of rows that are alike, in both directions', () => {
    const random = Random.of(1, 'sort');
    const table = Table.fromColumns({
      key: Array.from({ length: 1000 }, () => random.integer(7)),
      at: Array.from({ length: 1000 }, (_, i) => i),
    });
    for (const descending of [false, true]) {
      const rows = table.sort('key', { descending }).toRows() as { key: number; at: number }[];
      const wanted = [...(table.toRows() as typeof rows)].sort(
        (a, b) => (descending ? b.key - a.key : a.key - b.key) || a.at - b.at,
      );
      expect(rows).toEqual(wanted);
    }
  });

  test('works on no rows and one', () => {
    expect(people().take([]).sort('age').rows).toBe(0);
    expect(names(people().head(1).sort('age'))).toEqual(['Ann']);
  });
});

describe('join', () => {
  const left = () => Table.fromColumns({ id: [1, 2, 2, null, 3], x: ['a', 'b', 'c', 'd', 'e'] });
  const right = () => Table.fromColumns({ y: [10, 20, 30, 40, 50], id: [2, 1, 2, null, 4] });
  const rows = (how: JoinOptions['how']) =>
    left()
      .join(right(), { on: 'id', ...(how && { how }) })
      .toRows()
      .map((row) => Object.values(row));

  test('gives every pair of rows with one key, in the order of the left table', () => {
    expect(left().join(right(), { on: 'id' }).columns).toEqual(['id', 'x', 'y']);
    expect(rows('inner')).toEqual([
      [1, 'a', 20],
      [2, 'b', 10],
      [2, 'b', 30],
      [2, 'c', 10],
      [2, 'c', 30],
    ]);
    expect(rows(undefined)).toEqual(rows('inner'));
  });

  test('keeps rows without a partner on request; missing keys have none', () => {
    const pairs = rows('inner');
    expect(rows('left')).toEqual([...pairs, [null, 'd', null], [3, 'e', null]]);
    expect(rows('right')).toEqual([
      [2, 'b', 10],
      [2, 'c', 10],
      [1, 'a', 20],
      [2, 'b', 30],
      [2, 'c', 30],
      [null, null, 40],
      [4, null, 50],
    ]);
    expect(rows('outer')).toEqual([
      ...pairs,
      [null, 'd', null],
      [3, 'e', null],
      [null, null, 40],
      [4, null, 50],
    ]);
  });

  test('takes several columns as the key', () => {
    const a = Table.fromColumns({ p: ['x', 'x', 'y'], q: [1, 2, 1], v: [1, 2, 3] });
    const b = Table.fromColumns({ q: [1, 1, 2], p: ['y', 'x', 'z'], w: [5, 6, 7] });
    expect(a.join(b, { on: ['p', 'q'] }).toRows()).toEqual([
      { p: 'x', q: 1, v: 1, w: 6 },
      { p: 'y', q: 1, v: 3, w: 5 },
    ]);
  });

  test('gives columns of one name a suffix, or refuses them', () => {
    const a = Table.fromColumns({ id: [1], v: [2] });
    const b = Table.fromColumns({ id: [1], v: [3] });
    expect(() => a.join(b, { on: 'id' })).toThrow('two columns would be called "v"');
    expect(a.join(b, { on: 'id', suffix: '_b' }).row(0)).toEqual({ id: 1, v: 2, v_b: 3 });
    const taken = Table.fromColumns({ id: [1], v: [2], v_b: [4] });
    expect(() => taken.join(b, { on: 'id', suffix: '_b' })).toThrow('two columns would be called "v_b"');
    expect(() => a.join(taken, { on: 'id', suffix: '_b' })).toThrow('two columns would be called "v_b"');
  });

  test('refuses keys of different types, naming both, unless one has no value', () => {
    const text = Table.fromColumns({ id: ['1', '2'], z: [1, 2] });
    expect(() => left().join(text, { on: 'id' })).toThrow(
      '"id" is number in the left table and text in the right',
    );
    const none = parseCsv('id,z\n');
    expect(text.join(none.rename({ z: 'w' }), { on: 'id', how: 'outer' }).toRows()).toEqual([
      { id: '1', z: 1, w: null },
      { id: '2', z: 2, w: null },
    ]);
  });

  test('works without rows', () => {
    expect(left().take([]).join(right(), { on: 'id' }).rows).toBe(0);
    expect(left().take([]).join(right(), { on: 'id', how: 'right' }).rows).toBe(5);
    expect(left().join(right().take([]), { on: 'id', how: 'left' }).rows).toBe(5);
    expect(left().take([]).join(right().take([]), { on: 'id', how: 'outer' }).rows).toBe(0);
  });

  test('refuses a product that memory cannot hold, before it is made', () => {
    const many = Table.fromColumns({ id: new Float64Array(70_000) });
    expect(() => many.join(many, { on: 'id' })).toThrow(DataError);
    expect(() => many.join(many, { on: 'id' })).toThrow('4900000000 rows');
  });

  test('agrees with pairs found one by one, for random tables', () => {
    const random = Random.of(5, 'join');
    const table = (name: string) => {
      const length = random.integer(12);
      const cell = (): Cell => (random.integer(5) === 0 ? null : random.integer(3));
      return Table.fromColumns({
        k: Array.from({ length }, cell),
        l: Array.from({ length }, () => ['u', 'v', null][random.integer(3)]),
        [name]: Array.from({ length }, (_, i) => i),
      });
    };
    for (let round = 0; round < 60; round++) {
      const [a, b] = [table('a'), table('b')];
      const fits = (r: Row, s: Row) => ['k', 'l'].every((key) => r[key] !== null && r[key] === s[key]);
      const [as, bs] = [a.toRows(), b.toRows()];
      const inner = as.flatMap((r) => bs.filter((s) => fits(r, s)).map((s) => ({ ...r, ...s })));
      const withLeft = as.flatMap((r) => {
        const partners = bs.filter((s) => fits(r, s));
        return partners.length > 0 ? partners.map((s) => ({ ...r, ...s })) : [{ ...r, b: null }];
      });
      const alone = bs.filter((s) => !as.some((r) => fits(r, s))).map((s) => ({ ...s, a: null }));
      const on = ['k', 'l'];
      expect(a.join(b, { on }).toRows()).toEqual(inner);
      expect(a.join(b, { on, how: 'left' }).toRows()).toEqual(withLeft);
      expect(a.join(b, { on, how: 'outer' }).toRows()).toEqual([...withLeft, ...alone]);
      const mirrored = b.join(a, { on, how: 'left' }).select(['k', 'l', 'a', 'b']).toRows();
      expect(a.join(b, { on, how: 'right' }).toRows()).toEqual(mirrored);
    }
  });
});

describe('groupBy', () => {
  const sales = () =>
    Table.fromColumns({
      city: ['Rom', 'Bern', 'Rom', null, 'Bern', 'Rom'],
      year: [1, 1, 2, 1, 1, 1],
      sold: [4, null, 2, 8, null, 6],
      who: ['x', 'y', 'x', null, 'z', 'w'],
    });

  test('aggregates each group, in the order in which they appear; a missing key is a key', () => {
    const table = sales()
      .groupBy('city')
      .aggregate({
        n: ['sold', 'size'],
        count: ['sold', 'count'],
        sum: ['sold', 'sum'],
        mean: ['sold', 'mean'],
        min: ['sold', 'min'],
        max: ['sold', 'max'],
        median: ['sold', 'median'],
        std: ['sold', 'std'],
        first: ['who', 'first'],
        last: ['who', 'last'],
        kinds: ['who', 'nunique'],
        least: ['who', 'min'],
      });
    // std of 4, 2, 6 is sqrt((0 + 4 + 4) / 2) = 2.
    expect(table.toRows()).toEqual([
      {
        city: 'Rom',
        n: 3,
        count: 3,
        sum: 12,
        mean: 4,
        min: 2,
        max: 6,
        median: 4,
        std: 2,
        first: 'x',
        last: 'w',
        kinds: 2,
        least: 'w',
      },
      {
        city: 'Bern',
        n: 2,
        count: 0,
        sum: 0,
        mean: null,
        min: null,
        max: null,
        median: null,
        std: null,
        first: 'y',
        last: 'z',
        kinds: 2,
        least: 'y',
      },
      {
        city: null,
        n: 1,
        count: 1,
        sum: 8,
        mean: 8,
        min: 8,
        max: 8,
        median: 8,
        std: null,
        first: null,
        last: null,
        kinds: 0,
        least: null,
      },
    ]);
  });

  test('takes several keys and functions of a group', () => {
    const groups = sales().groupBy(['city', 'year']);
    expect(groups.size).toBe(4);
    const table = groups.aggregate({
      all: (rows) => rows.rows,
      names: (rows) => rows.column('who').values.join('+'),
    });
    expect(table.toRows()).toEqual([
      { city: 'Rom', year: 1, all: 2, names: 'x+w' },
      { city: 'Bern', year: 1, all: 2, names: 'y+z' },
      { city: 'Rom', year: 2, all: 1, names: 'x' },
      { city: null, year: 1, all: 1, names: null },
    ]);
  });

  test('works without rows', () => {
    const table = sales()
      .take([])
      .groupBy('city')
      .aggregate({ mean: ['sold', 'mean'], f: () => 1 });
    expect(table).toMatchObject({ rows: 0, columns: ['city', 'mean', 'f'] });
  });

  const of = (values: readonly number[], how: Aggregation) =>
    Table.fromColumns({ k: values.map(() => 1), v: values })
      .groupBy('k')
      .aggregate({ x: ['v', how] })
      .row(0)['x'];

  test('knows very large, very small and very different numbers', () => {
    expect(of([1e308, 1e308], 'mean')).toBe(1e308);
    expect(of([1e308, 1.2e308], 'median')).toBeCloseTo(1.1e308, -295);
    expect(of([-1.5e308, 1.5e308], 'mean')).toBe(0);
    // The deviations are 1e200 and 1e-200 each way: sqrt(2 d² / 1) = d sqrt(2), to a rounding or two.
    expect((of([-1e200, 1e200], 'std') as number) / (1e200 * Math.SQRT2)).toBeCloseTo(1, 14);
    expect((of([-1e-200, 1e-200], 'std') as number) / (1e-200 * Math.SQRT2)).toBeCloseTo(1, 14);
    expect(of([1e16, 1, -1e16, 1], 'sum')).toBe(2);
    expect(of([0.1, 0.1, 0.1], 'std')).toBe(0);
    expect(of([0.1, 0.1, 0.1], 'mean')).toBe(0.1);
    expect(of([1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16], 'std')).toBeCloseTo(Math.sqrt(30), 12);
  });

  test('refuses what is no aggregate', () => {
    const groups = sales().groupBy('city');
    expect(() => groups.aggregate({ x: ['who', 'mean'] })).toThrow(
      'column "who" is text, and mean needs numbers',
    );
    expect(() => groups.aggregate({ x: ['whoo', 'min'] })).toThrow('did you mean "who"?');
    expect(() => groups.aggregate({ x: ['sold', 'maen' as 'mean'] })).toThrow('did you mean "mean"?');
    expect(() => groups.aggregate({ x: ['sold', 'toString' as 'mean'] })).toThrow('there is no "toString"');
    expect(() => groups.aggregate({ city: ['sold', 'mean'] })).toThrow(
      '"city" is a column of the key already',
    );
    expect(() => groups.aggregate({ x: () => ({}) as number })).toThrow(/column +x/);
  });
});

test('tables are put below each other', () => {
  const a = Table.fromColumns({ x: [1, 2], t: ['p', 'q'] });
  const b = Table.fromColumns({ u: [5], x: [3] });
  expect(a.concat(b, a.head(1)).toRows()).toEqual([
    { x: 1, t: 'p', u: null },
    { x: 2, t: 'q', u: null },
    { x: 3, t: null, u: 5 },
    { x: 1, t: 'p', u: null },
  ]);
  expect(a.concat().toRows()).toEqual(a.toRows());
  expect(() => a.concat(Table.fromColumns({ x: ['a'] }))).toThrow(
    'column "x" is numeric in one table and text in another',
  );
});

test('every method keeps how a number was spelled and how the file was read', () => {
  const table = parseCsv('k;v;w\n1;1,50;x\n2;2,0;y\n1;3,25;NA\n', { missing: 'NA' });
  const other = parseCsv('k,u\n1,7.00\n3,8.50\n');
  const spelled = (one: Table, name: string) =>
    Array.from({ length: one.rows }, (_, row) => spellingOf(columnOf(one, name), row));
  const made: [string, Table, string, (string | null)[]][] = [
    ['select', table.select(['v']), 'v', ['1.50', '2.0', '3.25']],
    ['drop', table.drop('k'), 'v', ['1.50', '2.0', '3.25']],
    ['rename', table.rename({ v: 'z' }), 'z', ['1.50', '2.0', '3.25']],
    ['take', table.take([1, 1]), 'v', ['2.0', '2.0']],
    ['filter', table.filter((_, i) => i !== 1), 'v', ['1.50', '3.25']],
    ['head', table.head(1), 'v', ['1.50']],
    ['sort', table.sort('v', { descending: true }), 'v', ['3.25', '2.0', '1.50']],
    ['derive', table.derive('d', () => 1), 'v', ['1.50', '2.0', '3.25']],
    ['join', table.join(other, { on: 'k', how: 'outer' }), 'v', ['1.50', '2.0', '3.25', null]],
    ['join, right', table.join(other, { on: 'k', how: 'outer' }), 'u', ['7.00', null, '7.00', '8.50']],
    ['concat', table.concat(table.head(1)), 'v', ['1.50', '2.0', '3.25', '1.50']],
    ['groupBy, key', table.groupBy('v').aggregate({ n: ['k', 'size'] }), 'v', ['1.50', '2.0', '3.25']],
    ['groupBy, row', table.groupBy('k').aggregate({ v: ['v', 'max'] }), 'v', ['3.25', '2.0']],
    ['map', table.map(({ v }) => ({ v })), 'v', ['1.5', '2', '3.25']],
  ];
  for (const [name, one, column, wanted] of made) {
    expect(spelled(one, column), name).toEqual(wanted);
    expect(readingOf(one), name).toBe(readingOf(table));
  }
  expect((table.column('v') as NumberColumn).decimals).not.toBe(
    (columnOf(table, 'v') as NumberColumn).decimals,
  );
});

test('arguments of a wrong kind are errors of ours', () => {
  const table = people();
  const hostile: unknown[] = [
    undefined,
    null,
    5,
    5n,
    Symbol('x'),
    '',
    [],
    {},
    () => 1,
    new Map(),
    new Proxy({}, {}),
    new Array(2),
    [1],
  ];
  const loose = table as unknown as Record<string, (...values: unknown[]) => unknown>;
  const allowed: Record<string, readonly unknown[]> = {
    derive: [{}, new Map(), new Proxy({}, {})],
    rename: [{}, new Map(), new Proxy({}, {})],
    drop: [[]],
    sort: [],
  };
  for (const method of ['derive', 'map', 'filter', 'drop', 'rename', 'sort', 'join', 'groupBy', 'concat']) {
    for (const value of hostile) {
      let error: unknown;
      try {
        loose[method]!(value);
      } catch (thrown) {
        error = thrown;
      }
      if (error !== undefined) expect(error, `${method} of ${typeof value}`).toBeInstanceOf(GliaError);
      else
        expect(
          typeof value === 'function' || allowed[method] !== undefined,
          `${method} of ${typeof value}`,
        ).toBe(true);
    }
  }
  for (const value of hostile) {
    expect(() => table.join(people(), value as JoinOptions)).toThrow(GliaError);
    expect(() => table.join(people(), { on: value as string })).toThrow(GliaError);
    expect(() => table.join(people(), { on: 'name', how: (value ?? 'x') as 'left' })).toThrow(GliaError);
    expect(() => table.sort('age', { descending: (value ?? 0) as boolean })).toThrow(OptionError);
    if (typeof value === 'function') continue;
    expect(() => table.groupBy('age').aggregate({ x: value as ['age', 'mean'] })).toThrow(GliaError);
  }
});
