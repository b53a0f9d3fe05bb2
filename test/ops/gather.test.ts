import { describe, expect, test } from 'vitest';
import { keyOf, philox, toUniform } from '../../src/base/random.ts';
import { fed } from '../../src/ir/tensor.ts';
import { gather, greater, mean, oneHot, scatterAdd, toFloat, uniform } from '../../src/ops/index.ts';
import { evaluate, judges } from '../support/evaluate.ts';

const table = fed('table', [3, 2]);
const index = fed('index', [5], 'i32');
const NAN = Number.NaN;
const values = { table: [1, 2, 3, 4, 5, 6], index: [2, -1, 0, 3, -(2 ** 31)] };

describe.each(judges)('in %s', (judge) => {
  test('an index out of range gives a row of NaN, and reads nothing else', () => {
    expect(evaluate([gather(table, index)], values, judge)[0]).toEqual([
      5,
      6,
      NAN,
      NAN,
      1,
      2,
      NAN,
      NAN,
      NAN,
      NAN,
    ]);
  });

  test('an index out of range is left out of a sum by index', () => {
    const rows = fed('rows', [5, 2]);
    const all = { rows: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], index: [1, 2 ** 31 - 1, 1, -1, 0] };
    expect(evaluate([scatterAdd(rows, index, 2)], all, judge)[0]).toEqual([9, 10, 6, 8]);
  });

  test('an index out of range is a row of zeros, such as the label -100 that is ignored', () => {
    const labels = { index: [0, -100, 1, 2, 2 ** 31 - 1] };
    expect(evaluate([oneHot(index, 2)], labels, judge)[0]).toEqual([1, 0, 0, 0, 0, 1, 0, 0, 0, 0]);
  });

  test('integers below 2^24 are exact as floats', () => {
    const exact = [0, -1, 2 ** 24 - 1, -(2 ** 24), 12345];
    expect(evaluate([toFloat(index)], { index: exact }, judge)[0]).toEqual(exact);
  });

  test('random numbers are the words of Philox under key and step', () => {
    const [key, step] = [keyOf(7, 'dropout'), fed('step', [], 'i32')];
    const block = new Uint32Array(4);
    const want = (at: number): number[] =>
      Array.from({ length: 11 }, (_, i) => {
        philox(Math.floor(i / 4), 0, at, 0, key, block);
        return toUniform(block[i % 4]!);
      });
    for (const at of [0, 1, -5, 2 ** 31 - 1]) {
      expect(evaluate([uniform(step, [11], key)], { step: [at] }, judge)[0]).toEqual(want(at));
    }
  });

  test('random numbers are below p in a share of p', () => {
    const n = 40_000;
    const step = fed('step', [], 'i32');
    const share = mean(greater(0.3, uniform(step, [n], keyOf(1, 'share'))));
    // Binomial: standard deviation √(p(1-p)/n); five of them.
    expect(Math.abs(evaluate([share], { step: [3] }, judge)[0]![0]! - 0.3)).toBeLessThan(
      5 * Math.sqrt(0.21 / n),
    );
  });
});
