import { runInNewContext } from 'node:vm';
import { expect, describe as suite, test } from 'vitest';
import { describe, kindOfTypedArray } from '../../src/base/describe.ts';
import { visible } from '../../src/base/visible.ts';
import { HOSTILE } from '../support/hostile.ts';

suite('a value in words', () => {
  test.each<[unknown, string]>([
    [3, '3'],
    [-0, '-0'],
    [Number.NaN, 'NaN'],
    [null, 'null'],
    [undefined, 'undefined'],
    ['age', '"age"'],
    ['a\u001b', '"a\\u001b"'],
    [3n, 'the bigint 3n'],
    [10n ** 100n, 'a bigint'],
    [Symbol('s'), 'a symbol'],
    [() => 1, 'a function'],
    [[1], 'an array'],
    [{ a: 1 }, 'an object'],
    [Object.create(null), 'an object'],
    [new Date(0), 'a value of type Date'],
    [new Float32Array(2), 'a value of type Float32Array'],
    [new (class Mine {})(), 'a value of type Mine'],
    [new Proxy({}, {}), 'a proxy'],
    [runInNewContext('new Date(0)'), 'a value of type Date'],
    [runInNewContext('({})'), 'an object'],
  ])('%o', (value, words) => expect(describe(value)).toBe(words));

  test('is short, and runs nothing of what it describes', () => {
    for (const { value } of HOSTILE) expect(describe(value).length).toBeLessThan(100);
  });

  test('knows typed arrays of every realm, whatever they call themselves', () => {
    expect(kindOfTypedArray(runInNewContext('new Float32Array(2)'))).toBe('Float32Array');
    expect(kindOfTypedArray({ [Symbol.toStringTag]: 'Float32Array' })).toBeUndefined();
    expect(kindOfTypedArray(new DataView(new ArrayBuffer(8)))).toBeUndefined();
  });
});

suite('text from elsewhere', () => {
  test.each([
    ['\x1b[2J', '\\u001b[2J'],
    ['\x9b1m', '\\u009b1m'],
    ['a\x7fb\rc\x00', 'a\\u007fb\\u000dc\\u0000'],
    ['\u202eexe.txt\u2066', '\\u202eexe.txt\\u2066'],
    ['São Paulo\n\tπ 中 😀', 'São Paulo\n\tπ 中 😀'],
  ])('%j', (text, shown) => expect(visible(text)).toBe(shown));
});
