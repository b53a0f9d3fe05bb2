import { describe, expect, test } from 'vitest';
import { OptionError } from '../../src/base/errors.ts';
import { checkNumber, type Range } from '../../src/base/ranges.ts';

const check = (value: unknown, range: Range = {}) => checkNumber('dropout', 'rate', value, range);

test.each<[number, Range]>([
  [0, {}],
  [-1e308, {}],
  [0, { least: 0, below: 1 }],
  [1, { least: 0, most: 1 }],
  [1e-300, { above: 0 }],
  [-0, { least: 0 }],
  [2 ** 53 - 1, { whole: true }],
])('%d lies in %o', (value, range) => expect(check(value, range)).toBe(value));

test.each<[unknown, Range]>([
  [1, { least: 0, below: 1 }],
  [-1e-9, { least: 0 }],
  [0, { above: 0 }],
  [1.0001, { most: 1 }],
  [0.5, { whole: true }],
  [2 ** 53, { whole: true }],
  [Number.NaN, {}],
  [Number.POSITIVE_INFINITY, { least: 0 }],
  ['0.5', {}],
  [null, {}],
  [undefined, {}],
  [1n, {}],
  [{ valueOf: () => 1 }, {}],
  [[1], {}],
])('%o does not lie in %o', (value, range) => expect(() => check(value, range)).toThrow(OptionError));

describe('the message', () => {
  const message = (value: unknown, range: Range): string => {
    try {
      return String(check(value, range));
    } catch (error) {
      return (error as Error).message;
    }
  };

  test('says what was wanted and what came', () => {
    expect(message(1.5, { least: 0, below: 1 })).toBe(
      'dropout: rate must be a finite number at least 0 and below 1, got 1.5',
    );
    expect(message('half', {})).toBe('dropout: rate must be a finite number, got "half"');
    expect(message({}, { above: 0, whole: true })).toBe(
      'dropout: rate must be a whole number above 0, got an object',
    );
    expect(message(Symbol('s'), {})).toContain('got a symbol');
  });
});
