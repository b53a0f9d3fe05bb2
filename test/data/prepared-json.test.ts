import { describe, expect, test } from 'vitest';
import { DataError } from '../../src/base/errors.ts';
import { columns, Prepared, Table } from '../../src/data/index.ts';

const table = Table.fromRows(
  Array.from({ length: 50 }, (_, i) => ({
    age: i % 9 === 0 ? null : Math.exp(Math.sin(i) * 5),
    plan: ['pro', 'basic', null, '__proto__'][i % 4],
    tier: i % 3,
    churned: i % 5 === 0 ? 'yes' : 'no',
    since: new Date(Date.UTC(2020, i, 1 + i, i)),
    unused: i,
  })),
);
const prepare = columns({
  numeric: { of: ['age'], scale: 'robust' },
  categorical: { of: ['plan', 'tier'], unknown: 'error' },
  date: { of: ['since'] },
  target: { of: 'churned' },
}).fit(table);
const json = () => JSON.parse(JSON.stringify(prepare)) as Record<string, unknown>;

test('comes back the same, to the last bit', () => {
  const back = Prepared.fromJSON(json());
  expect(JSON.stringify(back)).toBe(JSON.stringify(prepare));
  expect(back.transform(table)).toEqual(prepare.transform(table));
  expect(back).toMatchObject({ width: prepare.width, features: prepare.features, classes: prepare.classes });
  expect(back.report).toEqual(prepare.report);
  expect(back.transformRow({ age: 3, tier: 1, unused: 1 })).toEqual(
    prepare.transformRow({ age: 3, tier: 1, unused: 1 }),
  );
  expect(() => back.transformRow({ plan: 'new' })).toThrow('never saw');
});

test('a numeric target comes back with its scale', () => {
  const regression = columns({ numeric: {}, target: { of: 'age', encode: 'none', scale: 'standard' } }).fit(
    table.filter(({ age }) => age !== null),
  );
  const back = Prepared.fromJSON(JSON.parse(JSON.stringify(regression)));
  expect(back.inverseTarget([0.3, -1])).toEqual(regression.inverseTarget([0.3, -1]));
});

test.each([
  [[0, 1, null, 1], 'boolean'],
  [[true, false, true, null], 'boolean'],
  [[0, 1, 2, null], 'whole'],
  [[-3, 1e300, -0, null], 'whole'],
  [[0, 0.5, 1, null], 'real'],
])('%j is known to be %s', (cells, values) => {
  const made = columns({ numeric: { of: ['a'] } }).fit(Table.fromRows(cells.map((a) => ({ a }))));
  expect(made.toJSON().inputs[0]).toMatchObject({ kind: 'numeric', values });
});

test('a file of version 1 is read: cells plain, no column constant, nothing noted', () => {
  const old = {
    format: 'glia.columns',
    version: 1,
    inputs: [
      { kind: 'numeric', column: 'age', impute: 40, shift: 50, scale: 10 },
      { kind: 'onehot', column: 'plan', categories: ['basic', 'pro', null], unknown: 'ignore' },
    ],
    target: { column: 'churned', encode: 'label', classes: ['no', 'yes'], shift: 0, scale: 1 },
    unused: ['id'],
  };
  const back = Prepared.fromJSON(old);
  expect([...back.transformRow({ age: 60, plan: 'pro' }).data]).toEqual([1, 0, 1, 0]);
  expect(back.toJSON()).toMatchObject({ version: 2, reading: { missing: [], decimal: '.', thousands: '' } });
  expect(back.toJSON().inputs[0]).toMatchObject({ constant: false, values: 'real' });
  expect(back.report.every(({ notes }) => notes.length === 0)).toBe(true);
});

test('what toJSON gives is a copy', () => {
  const copy = prepare.toJSON() as unknown as { inputs: { column: string }[] };
  copy.inputs[0]!.column = 'changed';
  expect(prepare.features[0]).toBe('age');
});

/** The saved form with one place changed. */
function changed(path: readonly (string | number)[], value: unknown): unknown {
  const copy = json();
  let at = copy as Record<string | number, unknown>;
  for (const key of path.slice(0, -1)) at = at[key] as Record<string | number, unknown>;
  const last = path.at(-1)!;
  if (value === undefined) delete at[last];
  else at[last] = value;
  return copy;
}

describe('a changed file is refused', () => {
  test.each<[(string | number)[], unknown]>([
    [['format'], 'other'],
    [['version'], 3],
    [['version'], 1],
    [['version'], '1'],
    [['inputs'], undefined],
    [['inputs'], []],
    [['inputs'], { length: 1 }],
    [['inputs', 0], null],
    [['inputs', 0], []],
    [['inputs', 0, 'kind'], 'constructor'],
    [['inputs', 0, 'kind'], ['numeric']],
    [['inputs', 0, 'column'], 5],
    [['inputs', 0, 'column'], 'churned'],
    [['inputs', 0, 'column'], 'plan'],
    [['inputs', 0, 'impute'], 'median'],
    [['inputs', 0, 'impute'], undefined],
    [['inputs', 0, 'shift'], null],
    [['inputs', 0, 'scale'], 0],
    [['inputs', 0, 'scale'], -1],
    [['inputs', 0, 'scale'], '1'],
    [['inputs', 0, 'extra'], 1],
    [['inputs', 1, 'categories'], 'abc'],
    [
      ['inputs', 1, 'categories'],
      ['a', 'a'],
    ],
    [
      ['inputs', 1, 'categories'],
      ['a', 1],
    ],
    [['inputs', 1, 'unknown'], 'throw'],
    [['target'], undefined],
    [['target'], 'churned'],
    [['target', 'encode'], 'none'],
    [['target', 'encode'], 'text'],
    [['target', 'classes'], ['no']],
    [
      ['target', 'classes'],
      ['no', null],
    ],
    [
      ['target', 'classes'],
      ['no', 'no'],
    ],
    [['target', 'scale'], 0],
    [['unused'], ['age']],
    [['unused'], [7]],
    [['surplus'], 1],
    [['reading'], undefined],
    [['reading', 'decimal'], ';'],
    [['reading', 'thousands'], '.'],
    [['reading', 'thousands'], '..'],
    [['reading', 'missing'], 'NA'],
    [['reading', 'missing'], [5]],
    [['notes'], {}],
    [['notes'], [{}]],
    [['inputs', 0, 'constant'], undefined],
    [['inputs', 0, 'constant'], 'no'],
    [['inputs', 0, 'values'], undefined],
    [['inputs', 0, 'values'], 'integer'],
    [['inputs', 0, 'values'], ['whole']],
    [['inputs', 3, 'order'], 'ymd '],
    [['inputs', 3, 'parts'], []],
    [
      ['inputs', 3, 'parts'],
      ['days', 'year'],
    ],
    [
      ['inputs', 3, 'parts'],
      ['days', 'days'],
    ],
    [['inputs', 3, 'parts'], ['constructor']],
    [['inputs', 3, 'impute'], '2024-01-01'],
    [['inputs', 3, 'year'], null],
    [['inputs', 3, 'days', 'scale'], 0],
  ])('%j = %j', (path, value) => {
    expect(() => Prepared.fromJSON(changed(path, value))).toThrow(DataError);
  });

  test.each([undefined, null, 5, 'text', [], {}, new Map(), () => 1])('%s', (value) => {
    expect(() => Prepared.fromJSON(value)).toThrow(DataError);
  });
});

describe('prototypes', () => {
  test('a key __proto__ is an unknown key, at every level', () => {
    for (const place of ['"format"', '"kind"', '"encode"']) {
      const text = JSON.stringify(prepare).replace(place, `"__proto__":{"polluted":1},${place}`);
      expect(() => Prepared.fromJSON(JSON.parse(text))).toThrow(DataError);
      expect(({} as { polluted?: number }).polluted).toBeUndefined();
    }
  });

  test('what is on Object.prototype does not fill in for what is missing', () => {
    Object.assign(Object.prototype, { version: 1 });
    try {
      expect(() => Prepared.fromJSON(changed(['version'], undefined))).toThrow(DataError);
    } finally {
      Reflect.deleteProperty(Object.prototype, 'version');
    }
  });

  test('a category __proto__ is a word like any other', () => {
    const back = Prepared.fromJSON(json());
    const at = back.features.indexOf('plan=__proto__');
    expect(at).toBeGreaterThan(0);
    expect(back.transformRow({ plan: '__proto__', tier: 0 }).data[at]).toBe(1);
  });
});
