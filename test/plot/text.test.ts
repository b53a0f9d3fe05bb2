import { describe, expect, test } from 'vitest';
import { characters, decimals, element, printable } from '../../src/plot/markup.ts';
import { numeral, numerals, ordinal, percent, rounded, signed, withMinus } from '../../src/plot/numerals.ts';
import { label, shorten, widthOf, wrap } from '../../src/plot/text.ts';
import { parseXml } from '../support/xml.ts';

describe('markup', () => {
  test('escapes text and attributes', () => {
    const svg = element(
      'text',
      { title: `a "b" & 'c' <d>`, gone: undefined, x: 1 / 3 },
      characters('</text> & ]]>'),
    );
    expect(parseXml(svg)).toEqual({
      name: 'text',
      attributes: { title: `a "b" & 'c' <d>`, x: '0.33' },
      children: [],
      text: '</text> & ]]>',
    });
  });

  test('replaces what XML forbids, and keeps pairs of surrogates', () => {
    expect(printable('a\u0000b\ud800c\uffffd\u0085e')).toBe('a\ufffdb\ufffdc\ufffdd\ufffde');
    expect(printable('😀 \n\t x')).toBe('😀 x');
  });

  test('writes numbers without exponents and minus zero', () => {
    expect([1e-9, -1e-9, 0.125, -2, 1234.5678, 1e6].map(decimals)).toEqual([
      '0',
      '0',
      '0.13',
      '-2',
      '1234.57',
      '1000000',
    ]);
  });
});

describe('numerals', () => {
  test('have three digits, no locale and a real minus', () => {
    const numbers = [
      0, -0, 0.123456, -0.5, 12.345, 999.6, 1000.4, 52_345, 1e7, 12_345_678, -1e-5, 1.5e-300, 100,
    ];
    expect(numbers.map(numeral)).toEqual([
      '0',
      '0',
      '0.123',
      '−0.5',
      '12.3',
      '1000',
      '1000',
      '52345',
      '1e7',
      '1.23e7',
      '−1e−5',
      '1.5e−300',
      '100',
    ]);
    expect([0.5, -0.5, 0].map(signed)).toEqual(['+0.5', '−0.5', '0']);
    expect([0.9734, 1, 0, 0.99999, 1e-5].map(percent)).toEqual(['97.3%', '100%', '0%', '>99.9%', '<0.1%']);
  });

  test('say what is no number', () => {
    const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
    expect([nan, inf, -inf].map(numeral)).toEqual(['not defined', '∞', '−∞']);
  });

  test('have as many digits as are asked for', () => {
    const numbers = [0.123456, 0.99984, 12345.6, 99_999_999, 123_456_789, 1e-5];
    expect(numbers.map((x) => rounded(x, 4))).toEqual([
      '0.1235',
      '0.9998',
      '12346',
      '99999999',
      '1.235e8',
      '1e−5',
    ]);
  });

  test('that are compared have the same decimals', () => {
    expect(numerals([92.401, 39.2])).toEqual(['92.40', '39.20']);
    expect(numerals([3712.44, 3700])).toEqual(['3712', '3700']);
    expect(numerals([-0.05123, 0.5])).toEqual(['−0.0512', '0.5000']);
    expect(numerals([12345.6, 0.2])).toEqual(['12346', '0']);
    expect(numerals([1e9, 1])).toEqual(['1e9', '1']);
    expect(numerals([0, Number.NaN])).toEqual(['0', 'not defined']);
  });

  test('of an order end as they are spoken', () => {
    const spoken = [1, 2, 3, 4, 11, 12, 13, 21, 22, 33, 100, 101, 111, 112, 1013];
    expect(spoken.map(ordinal).join(' ')).toBe(
      '1st 2nd 3rd 4th 11th 12th 13th 21st 22nd 33rd 100th 101st 111th 112th 1013th',
    );
  });

  test('in words have a real minus, and hyphens stay', () => {
    expect(withMinus('-3 of (-2.5, -.5] by 1e-7, x=-1, long-name-2, 2026-12-01')).toBe(
      '−3 of (−2.5, −.5] by 1e−7, x=−1, long-name-2, 2026-12-01',
    );
  });
});

describe('text', () => {
  test('keeps to its room', () => {
    for (const text of [
      'income',
      'WWWWWW',
      'a longer name of a column',
      '家族の収入',
      '😀'.repeat(20),
      'é'.repeat(50),
    ]) {
      for (const room of [20, 50, 90, 400]) {
        const short = shorten(text, room);
        expect(widthOf(short)).toBeLessThanOrEqual(room);
        const [start, end] = short.split('…');
        expect(short === text || (text.startsWith(start!) && text.endsWith(end!))).toBe(true);
        expect(short).not.toMatch(/\p{Surrogate}/u);
      }
    }
  });

  test('tells the whole of what it shortens', () => {
    const { children, text } = parseXml(label(0, 0, 'months since the first order', { room: 60 }));
    expect(children.map((child) => child.text)).toEqual(['months since the first order']);
    // Names of a family differ at their ends as often as at their beginnings.
    expect(text).toMatch(/^mon.*….*er$/);
    expect(parseXml(label(0, 0, 'age', { room: 60 })).children).toEqual([]);
  });

  test('keeps the number by which names of a family differ, wherever it stands', () => {
    const names = Array.from(
      { length: 30 },
      (_, i) => `a rather long name of group ${i + 1} (${i % 2 ? 'north' : 'south'})`,
    );
    for (const room of [90, 120, 200]) {
      const short = names.map((name) => shorten(name, room));
      expect(new Set(short).size).toBe(30);
      for (const one of short) expect(widthOf(one)).toBeLessThanOrEqual(room);
    }
    // One at the beginning says as little of the rest as other words do.
    expect(shorten('2024 revenue of the whole company', 120)).toMatch(/^2024 .*….*any$/);
  });

  test('wraps at blanks into as many lines as there may be', () => {
    const lines = wrap('one two three four five six seven eight nine ten', 80, 13, 3);
    expect(lines).toHaveLength(3);
    for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(80);
    expect(lines.at(-1)).toMatch(/…$/);
    expect(wrap('short', 80, 13, 3)).toEqual(['short']);
  });
});
