import { totalmem } from 'node:os';
import { describe, expect, test } from 'vitest';
import { DataError, OptionError } from '../../src/base/errors.ts';
import { type ColumnsOptions, columns, type NumericOptions, Table } from '../../src/data/index.ts';

const train = () =>
  Table.fromRows([
    { age: 20, visits: 1, plan: 'pro', zip: 75001, churned: 'no', spend: 10 },
    { age: 40, visits: 1, plan: 'basic', zip: 1001, churned: 'yes', spend: 20 },
    { age: null, visits: 1, plan: 'basic', zip: 75001, churned: 'no', spend: 60 },
    { age: 90, visits: 1, plan: 'team', zip: 9, churned: 'no', spend: 30 },
  ]);

/** float32 keeps 24 bits: a relative error of 6e-8, on numbers of a few units here. */
const FLOAT32 = 1e-6;

function close(got: ArrayLike<number>, wanted: readonly number[]): void {
  expect(got).toHaveLength(wanted.length);
  wanted.forEach((value, i) => {
    expect(Math.abs(got[i]! - value), `element ${i}: ${got[i]}, wanted ${value}`).toBeLessThan(FLOAT32);
  });
}

const numeric = (options: NumericOptions, table = train()) =>
  columns({ numeric: { of: ['age'], ...options } })
    .fit(table)
    .transform(table).x.data;

describe('numeric columns', () => {
  test.each<[NumericOptions, number[]]>([
    // The median of 20, 40, 90 is 40; the filled column 20, 40, 40, 90 has mean 47.5 and variance 668.75.
    [{}, [-27.5, -7.5, -7.5, 42.5].map((x) => x / Math.sqrt(668.75))],
    [{ impute: 'mean', scale: 'none' }, [20, 40, 50, 90]],
    [{ impute: 'zero', scale: 'none' }, [20, 40, 0, 90]],
    [{ impute: 7, scale: 'none' }, [20, 40, 7, 90]],
    [{ impute: 'median', scale: 'minmax' }, [0, 20 / 70, 20 / 70, 1]],
    // Quartiles of 20, 40, 40, 90 by linear interpolation: 35 and 52.5.
    [{ impute: 'median', scale: 'robust' }, [-20 / 17.5, 0, 0, 50 / 17.5]],
  ])('%j', (options, wanted) => {
    close(numeric(options), wanted);
  });

  test('standard: mean 0 and standard deviation 1 over the training rows', () => {
    const table = Table.fromColumns({ age: Array.from({ length: 999 }, (_, i) => 1e6 + Math.sin(i) * 3) });
    const x = Float64Array.from(numeric({ scale: 'standard' }, table));
    const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
    const variance = x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / x.length;
    expect(Math.abs(mean)).toBeLessThan(FLOAT32);
    expect(Math.abs(variance - 1)).toBeLessThan(FLOAT32);
  });

  test.each(['standard', 'minmax', 'robust'] as const)(
    '%s: a constant column becomes 0, never NaN',
    (scale) => {
      // The mean of 0.1 ten times is not 0.1 in floating point.
      const table = Table.fromColumns({ age: Array(10).fill(0.1) });
      expect([...numeric({ scale }, table)]).toEqual(Array(10).fill(0));
      const mostly = Table.fromColumns({ age: [...Array(20).fill(5), 6] });
      expect([...numeric({ scale }, mostly)].every(Number.isFinite)).toBe(true);
    },
  );

  test('statistics come from the training rows alone', () => {
    const prepare = columns({ numeric: { of: ['age'], scale: 'minmax' } }).fit(train());
    const other = Table.fromRows([{ age: 160 }, { age: null }, { age: -50 }]);
    close(prepare.transform(other).x.data, [2, 20 / 70, -1]);
  });

  test.each<[string, Table, NumericOptions, string[]]>([
    ['missing, with impute none', train(), { impute: 'none' }, ['row 2 of "age" is missing']],
    [
      'infinite',
      Table.fromColumns({ age: [1, Number.POSITIVE_INFINITY] }),
      {},
      ['row 1 of "age" is Infinity'],
    ],
    ['text', Table.fromColumns({ age: [null, 'old'] }), {}, ['row 1 of "age" is "old"', 'categorical']],
    ['missing throughout', Table.fromColumns({ age: [null, null] }), {}, ['"age" has no value', 'no median']],
    ['beyond float32', Table.fromColumns({ age: [1, 1e39] }), { scale: 'none' }, ['row 1 of "age" is 1e+39']],
    [
      'too large to scale',
      Table.fromColumns({ age: [1e308, -1e308] }),
      { scale: 'minmax' },
      ['too large to be scaled'],
    ],
    ['not there', Table.fromColumns({ agee: [1] }), {}, ['no column "age"', 'did you mean "agee"?']],
  ])('a column that is %s is an error', (_, table, options, words) => {
    const run = () => numeric(options, table);
    expect(run).toThrow(DataError);
    for (const word of words) expect(run).toThrow(word);
  });

  test('a missing value that was not in training is an error with impute none', () => {
    const prepare = columns({ numeric: { of: ['spend'], impute: 'none' } }).fit(train());
    expect(() => prepare.transformRow({})).toThrow('row 0 of "spend" is missing');
  });
});

describe('categorical columns', () => {
  test('one output a category, in sorted order', () => {
    const prepare = columns({ categorical: { of: ['plan'] } }).fit(train());
    expect(prepare.features).toEqual(['plan=basic', 'plan=pro', 'plan=team']);
    expect([...prepare.transform(train().head(2)).x.data]).toEqual([0, 1, 0, 1, 0, 0]);
  });

  test('ordinal: the position', () => {
    const prepare = columns({ categorical: { of: ['plan'], encode: 'ordinal' } }).fit(train());
    expect(prepare.features).toEqual(['plan']);
    expect([...prepare.transform(train()).x.data]).toEqual([1, 0, 0, 2]);
    expect([...prepare.transformRow([{ plan: 'new' }, {}]).data]).toEqual([-1, -1]);
  });

  test('numbers as categories sort by size and may be given as numbers or words', () => {
    const prepare = columns({ categorical: { of: ['zip'] } }).fit(train());
    expect(prepare.features).toEqual(['zip=9', 'zip=1001', 'zip=75001']);
    expect([...prepare.transformRow([{ zip: 1001 }, { zip: '1001' }]).data]).toEqual([0, 1, 0, 0, 1, 0]);
  });

  test('unknown: ignored as zeros, or an error that names row and column', () => {
    const fitted = (unknown: 'ignore' | 'error') =>
      columns({ categorical: { of: ['plan'], unknown } }).fit(train());
    expect([...fitted('ignore').transformRow({ plan: 'new' }).data]).toEqual([0, 0, 0]);
    expect([...fitted('ignore').transformRow({ plan: null }).data]).toEqual([0, 0, 0]);
    expect(() => fitted('error').transformRow([{ plan: 'pro' }, { plan: 'new' }])).toThrow(
      'row 1 of "plan" is "new"',
    );
  });

  test('a missing value is a category of its own when training had one', () => {
    const table = Table.fromColumns({ plan: ['b', null, 'a'] });
    const prepare = columns({ categorical: { unknown: 'error' } }).fit(table);
    expect(prepare.features).toEqual(['plan=a', 'plan=b', 'plan=(missing)']);
    expect([...prepare.transformRow({}).data]).toEqual([0, 0, 1]);
  });

  test('words such as constructor and __proto__ are words', () => {
    const table = Table.fromColumns({ plan: ['constructor', '__proto__', 'toString'] });
    const prepare = columns({ categorical: {} }).fit(table);
    expect([...prepare.transformRow([{ plan: 'toString' }, { plan: 'valueOf' }]).data]).toEqual([
      0, 0, 1, 0, 0, 0,
    ]);
  });
});

describe('the target', () => {
  const target = (options: ColumnsOptions['target'], table = train()) => {
    const prepare = columns({ numeric: { of: ['age'] }, ...(options && { target: options }) }).fit(table);
    return { prepare, y: prepare.transform(table).y };
  };

  test('label: int32 positions in the sorted classes', () => {
    const { prepare, y } = target({ of: 'churned' });
    expect(prepare.classes).toEqual(['no', 'yes']);
    expect(y).toEqual({ data: Int32Array.of(0, 1, 0, 0), shape: [4] });
  });

  test('numeric classes sort by size', () => {
    const table = Table.fromColumns({ age: [1, 2, 3], grade: [10, 2, 1] });
    const { prepare, y } = target({ of: 'grade' }, table);
    expect(prepare.classes).toEqual(['1', '2', '10']);
    expect([...y!.data]).toEqual([2, 1, 0]);
  });

  test('onehot: one column a class', () => {
    const { y } = target({ of: 'churned', encode: 'onehot' });
    expect(y).toEqual({ data: Float32Array.of(1, 0, 0, 1, 1, 0, 1, 0), shape: [4, 2] });
  });

  test('none: the number, scaled on request, and back', () => {
    expect(target({ of: 'spend', encode: 'none' }).y).toEqual({
      data: Float32Array.of(10, 20, 60, 30),
      shape: [4, 1],
    });
    const { prepare, y } = target({ of: 'spend', encode: 'none', scale: 'standard' });
    // Mean 30, variance (400 + 100 + 900 + 0) / 4 = 350.
    close(
      y!.data,
      [-20, -10, 30, 0].map((value) => value / Math.sqrt(350)),
    );
    // float32 keeps 24 bits of numbers up to 60.
    prepare.inverseTarget(y!.data).forEach((value, i) => {
      expect(Math.abs(value - [10, 20, 60, 30][i]!)).toBeLessThan(1e-5);
    });
    expect(prepare.classes).toEqual([]);
  });

  test('is left out when the table has no such column', () => {
    const { prepare } = target({ of: 'churned' });
    expect(prepare.transform(train().select(['age'])).y).toBeUndefined();
    expect(target(undefined).y).toBeUndefined();
  });

  const twoClasses = (values: unknown[]) => Table.fromColumns({ age: values.map((_, i) => i), y: values });
  test.each<[string, ColumnsOptions['target'], Table, string]>([
    ['missing label', { of: 'y' }, twoClasses(['a', 'b', null]), 'row 2 of the target "y" is missing'],
    [
      'missing number',
      { of: 'y', encode: 'none' },
      twoClasses([1, null]),
      'row 1 of the target "y" is missing',
    ],
    ['single class', { of: 'y' }, twoClasses(['a', 'a']), 'every row of the target "y" is "a"'],
    ['text for a regression', { of: 'y', encode: 'none' }, twoClasses(['a', 'b']), 'row 0 of "y" is "a"'],
    [
      'infinite number',
      { of: 'y', encode: 'none' },
      twoClasses([1, -Infinity]),
      'row 1 of the target "y" is -Infinity',
    ],
    ['unknown column', { of: 'z' }, twoClasses([1, 2]), 'no column "z"'],
  ])('a %s is an error', (_, options, table, words) => {
    expect(() => target(options, table)).toThrow(DataError);
    expect(() => target(options, table)).toThrow(words);
  });

  test('numbers with fractions are not taken for hundreds of classes', () => {
    const table = twoClasses(Array.from({ length: 50 }, (_, i) => i / 7));
    expect(() => target({ of: 'y' }, table)).toThrow("encode: 'none'");
    expect(target({ of: 'y' }, twoClasses([0.5, 1, 0.5, 1])).prepare.classes).toEqual(['0.5', '1']);
  });

  test('a class that training never saw is an error that names the row', () => {
    const { prepare } = target({ of: 'churned' });
    const other = Table.fromColumns({ age: [1, 2], churned: ['no', 'maybe'] });
    expect(() => prepare.transform(other)).toThrow('row 1 of the target "churned" is "maybe"');
    expect(prepare.inputs(other).shape).toEqual([2, 1]);
    expect(() => prepare.inputs([{ age: 1 }] as unknown as Table)).toThrow('transformRow');
    expect(() => prepare.inverseTarget([1])).toThrow('only a numeric target');
  });
});

describe('which columns', () => {
  test('all that are left by type, when none are named', () => {
    const used = (options: ColumnsOptions) =>
      columns(options)
        .fit(train())
        .groups.map(({ column }) => column);
    expect(used({ target: { of: 'churned' } })).toEqual(['age', 'visits', 'zip', 'spend', 'plan']);
    expect(used({ numeric: {}, target: { of: 'churned' } })).toEqual(['age', 'visits', 'zip', 'spend']);
    expect(
      used({ numeric: {}, categorical: { of: ['zip', 'plan'] }, target: { of: 'spend', encode: 'none' } }),
    ).toEqual(['age', 'visits', 'zip', 'plan']);
  });

  test('groups give the outputs of each column', () => {
    const prepare = columns({ numeric: { of: ['age'] }, categorical: { of: ['plan'] } }).fit(train());
    expect(prepare.width).toBe(4);
    expect(prepare.groups).toEqual([
      { column: 'age', outputs: [0] },
      { column: 'plan', outputs: [1, 2, 3] },
    ]);
    expect(prepare.transform(train()).x.shape).toEqual([4, 4]);
  });

  test('a table without rows is read and transformed, but not fitted', () => {
    const empty = train().head(0);
    expect(() => columns({}).fit(empty)).toThrow(DataError);
    expect(() => columns({}).fit(empty)).toThrow('without rows');
    expect(
      columns({ numeric: { of: ['age'] } })
        .fit(train())
        .transform(empty).x.shape,
    ).toEqual([0, 1]);
    expect(() => columns({}).fit([{ age: 1 }] as unknown as Table)).toThrow('Table.fromRows');
    expect(() => columns({ numeric: { of: [] } }).fit(train())).toThrow('no column is left');
  });

  test.skipIf(totalmem() > 6e11)(
    'a matrix beyond the memory of the machine is refused before it is made',
    () => {
      const words = Array.from({ length: 400_000 }, (_, i) => `w${i}`);
      const prepare = columns({ categorical: { of: ['word'] } }).fit(Table.fromColumns({ word: words }));
      expect(() => prepare.transform(Table.fromColumns({ word: words }))).toThrow('needs 640000000000 bytes');
    },
  );

  test('options are copied when they are given', () => {
    const of = ['age'];
    const spec = columns({ numeric: { of } });
    of[0] = 'visits';
    expect(spec.fit(train()).features).toEqual(['age']);
  });
});

describe('rows as users write them', () => {
  const prepare = columns({
    numeric: { of: ['age', 'visits'], scale: 'none' },
    categorical: { of: ['plan'] },
    target: { of: 'churned' },
  }).fit(train());

  test('are the same numbers as in a table', () => {
    const rows = train().toRows();
    expect(prepare.transformRow(rows)).toEqual(prepare.transform(train()).x);
    expect(prepare.transformRow(rows[3]!).shape).toEqual([1, 5]);
  });

  test('keys that are not there, null and NaN are missing values', () => {
    const wanted = [40, 1, 0, 0, 0];
    for (const row of [{}, { age: null }, { age: Number.NaN, plan: undefined }]) {
      expect([...prepare.transformRow(row).data]).toEqual(wanted);
    }
  });

  test.each<[string, unknown, string]>([
    ['an unknown key', { agee: 3 }, 'did you mean "age"?'],
    ['a word for a number', { age: '41 years' }, 'row 0 of "age" is "41 years", not a number'],
    ['an infinite number', { age: Number.POSITIVE_INFINITY }, 'row 0 of "age" is Infinity'],
    ['a bigint', [{}, { age: 4n }], 'Number(value)'],
    ['an object for a word', { plan: {} }, 'cannot be a cell'],
    ['an array of numbers', [[1, 2]], 'row 0 is an array'],
    ['nothing', null, 'row 0 is null'],
  ])('%s is an error', (_, rows, words) => {
    expect(() => prepare.transformRow(rows as object)).toThrow(DataError);
    expect(() => prepare.transformRow(rows as object)).toThrow(words);
  });

  test('inherited keys do not count', () => {
    expect([...prepare.transformRow(Object.create({ age: 99 })).data]).toEqual([40, 1, 0, 0, 0]);
  });
});

test.each<[unknown, string]>([
  [{ numerc: {} }, 'did you mean "numeric"?'],
  [{ numeric: { scale: 'standart' } }, 'did you mean "standard"?'],
  [{ numeric: { impute: Number.NaN } }, 'impute is NaN'],
  [{ numeric: { impute: 'modus' } }, 'median, mean, zero, none'],
  [{ numeric: { of: 'age' } }, 'a list of names'],
  [{ categorical: { encode: 'one-hot' } }, 'did you mean "onehot"?'],
  [{ categorical: { unknown: true } }, 'ignore, error'],
  [{ categorical: null }, 'wanted an object'],
  [{ target: {} }, 'the name of a column'],
  [{ target: { of: 'y', encode: 'int' } }, 'label, onehot, none'],
  [{ target: { of: 'y', scale: 'standard' } }, 'classes cannot be scaled'],
  [{ numeric: { of: ['a'] }, target: { of: 'a' } }, '"a" is named twice'],
  [5, 'wanted an object'],
])('options %j are refused', (options, words) => {
  expect(() => columns(options as ColumnsOptions)).toThrow(OptionError);
  expect(() => columns(options as ColumnsOptions)).toThrow(words);
});
