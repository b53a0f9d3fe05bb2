import { describe, expect, test } from 'vitest';
import { ascending, descending, indexOfLargest, largest, smallest } from '../../src/base/order.ts';
import { code, filesIn } from '../support/sources.ts';

describe('an order of numbers', () => {
  const mixed = [2, Number.NaN, -Infinity, 0, Infinity, Number.NaN, -3, Infinity];

  test('has NaN at its end, whichever way it goes and wherever NaN stood', () => {
    for (let shift = 0; shift < mixed.length; shift++) {
      const turned = [...mixed.slice(shift), ...mixed.slice(0, shift)];
      expect(turned.toSorted(ascending)).toEqual([-Infinity, -3, 0, 2, Infinity, Infinity, NaN, NaN]);
      expect(turned.toSorted(descending)).toEqual([Infinity, Infinity, 2, 0, -3, -Infinity, NaN, NaN]);
    }
  });

  test('is one: equals are equal, and what comes first one way comes last the other', () => {
    for (const a of mixed)
      for (const b of mixed) {
        expect(ascending(a, b) + ascending(b, a)).toBe(0);
        expect(ascending(a, b) === 0).toBe(Object.is(a, b) || a === b);
        if (!Number.isNaN(a + b)) expect(descending(a, b) + ascending(a, b)).toBe(0);
      }
  });
});

describe('the ends of some numbers', () => {
  test('are those of more numbers than a call takes', () => {
    const many = new Float64Array(300_000).fill(1).with(299_998, 2).with(7, -1);
    expect([largest(many), smallest(many), indexOfLargest(many)]).toEqual([2, -1, 299_998]);
  });

  test('are NaN where one is, and infinite of none', () => {
    expect([largest([1, NaN, 2]), smallest([1, NaN, 2]), largest([]), smallest([])]).toEqual([
      NaN,
      NaN,
      -Infinity,
      Infinity,
    ]);
  });

  test('stand where no NaN stands', () => {
    expect([[NaN, 1, 3, 3, NaN], [-Infinity, NaN], [NaN], []].map(indexOfLargest)).toEqual([2, 0, -1, -1]);
  });
});

/** What gives no order where a number is NaN, or no answer where there are many, and what to write. */
const REFUSED: Readonly<Record<string, RegExp>> = {
  'ascending(a, b) or descending(a, b)': /\.(?:sort|toSorted)\(\s*\([^=]*\)\s*=>[^{;]*? - [^;]*?;/g,
  'largest(all) or smallest(all)': /Math\.(?:max|min)\(\.\.\.[^;]*?;/g,
  'indexOfLargest(all)': /indexOf\((?:Math\.max|largest)\([^;]*?;/g,
};

test.each(Object.entries(REFUSED))('every file writes %s', (_, refused) => {
  const found = filesIn('src', '.ts')
    .filter((path) => path !== 'src/base/order.ts')
    .flatMap((path) => [...code(path).matchAll(refused)].map(([text]) => `${path}: ${text}`));
  expect(found).toEqual([]);
});
