import { dense, type Model, sequential } from 'glia';
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

  test('that do not fit are refused, with what to do', () => {
    expect(() => read({ baselines: 'zero' as 'zeros' })).toThrow(/did you mean "zeros"/);
    expect(() => read({ baselines: 'mean' })).toThrow(/background is missing/);
    expect(() => read({ background: rows })).toThrow(OptionError);
    expect(() => read({ baselines: rows.slice(0, 2) })).toThrow(/2 baselines for 3 rows/);
    expect(() => read({ baselines: [[1, 2, 3]] })).toThrow(ShapeError);
    expect(() => readBackground('test', subject, undefined)).toThrow(/a hundred of the training set/);
  });
});
