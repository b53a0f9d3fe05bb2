import { dense, type Model, sequential } from 'glia';
import { columns, Table } from 'glia/data';
import { gradientShap, integratedGradients } from 'glia/explain';
import { describe, expect, test } from 'vitest';
import { OptionError, ShapeError } from '../../src/base/errors.ts';
import { type BaselineOptions, readBackground, readBaselines, spread } from '../../src/explain/baselines.ts';
import { Subject } from '../../src/explain/subject.ts';

const model: Model = sequential([dense(1)], { inputShape: [2], backend: 'typescript' });
const rows = [
  [1, 2],
  [3, 4],
  [5, 6],
];
const subject = new Subject('test', model, rows, {});
const read = (options: BaselineOptions) => readBaselines('test', subject, options);
const numbers = (options: BaselineOptions) => Array.from(read(options).data);

describe('baselines', () => {
  test('are zeros, a mean, one row, or a row for each', () => {
    expect(numbers({})).toEqual([0, 0]);
    expect(numbers({ baselines: 'mean', background: rows })).toEqual([3, 4]);
    expect(numbers({ baselines: [7, 8] })).toEqual([7, 8]);
    expect(numbers({ baselines: new Float64Array([7, 8]) })).toEqual([7, 8]);
    expect(numbers({ baselines: [[7, 8]] })).toEqual([7, 8]);
    expect(numbers({ baselines: rows })).toEqual(rows.flat());
    expect(read({ baselines: rows })).toMatchObject({ shared: false, about: 3 });
  });

  test('are repeated for each row where one serves all', () => {
    expect(Array.from(spread(read({ baselines: [7, 8] }), subject))).toEqual([7, 8, 7, 8, 7, 8]);
    expect(Array.from(spread(read({ baselines: rows }), subject))).toEqual(rows.flat());
  });

  test('are given by name to a model with preprocessing', async () => {
    const table = Table.fromRows([
      { age: 20, plan: 'pro', spend: 10 },
      { age: 40, plan: 'basic', spend: 20 },
      { age: 60, plan: 'basic', spend: 60 },
    ]);
    const prepare = columns({
      numeric: { of: ['age'] },
      categorical: { of: ['plan'], encode: 'onehot' },
      target: { of: 'spend' },
    }).fit(table);
    const named = sequential([dense(1)], { inputShape: [3], prepare, backend: 'typescript' });
    const [young, old] = [
      { age: 20, plan: 'pro' },
      { age: 60, plan: 'basic' },
    ];
    const e = await integratedGradients(named, old, { baselines: young, method: 'exact' });
    const { data: weight } = (await named.weights())['dense1.weight']!;
    const [from, to] = [young, old].map((row) => prepare.transformRow(row).data);
    const parts = [...weight].map((w, i) => w * (to![i]! - from![i]!));
    const top = Object.fromEntries(e.top().map(({ feature, attribution }) => [feature, attribution]));
    expect(Math.abs(top['age']! - parts[0]!)).toBeLessThan(1e-6);
    expect(Math.abs(top['plan']! - parts[1]! - parts[2]!)).toBeLessThan(1e-6);
    const same = await integratedGradients(named, old, { baselines: 'mean', background: young });
    expect(Math.abs(same.values.data[0]! - e.values.data[0]!)).toBeLessThan(1e-6);
    const many = await gradientShap(named, table, { background: table, nSamples: 10 });
    expect(many.values.shape).toEqual([3, 3]);
  });

  test('that do not fit are refused, with what to do', () => {
    expect(() => read({ baselines: 'zero' as 'zeros' })).toThrow(/did you mean "zeros"/);
    expect(() => read({ baselines: 'mean' })).toThrow(/background is missing/);
    expect(() => read({ background: rows })).toThrow(OptionError);
    expect(() => read({ baselines: rows.slice(0, 2) })).toThrow(/2 baselines for 3 rows/);
    expect(() => read({ baselines: [[1, 2, 3]] })).toThrow(ShapeError);
    expect(() => readBackground('test', subject, undefined)).toThrow(/a hundred of the training set/);
  });
});
