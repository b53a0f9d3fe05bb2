import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { parseDecimal } from '../../src/data/decimal.ts';

const parse = (text: string) => parseDecimal(text, 0, text.length);

describe('what is a number', () => {
  test.each([
    ['0', 0],
    ['41', 41],
    ['-7', -7],
    ['+3', 3],
    ['-.5', -0.5],
    ['5.', 5],
    ['1e5', 1e5],
    ['1E-5', 1e-5],
    ['2.5e+3', 2500],
    ['007', 7],
    ['-0', -0],
    ['1e-400', 0],
  ])('%s', (text, value) => {
    expect(parse(text)).toBe(value);
  });
});

describe('what is not', () => {
  test.each([
    '',
    ' ',
    '+',
    '-',
    '.',
    '-.',
    'e5',
    '.e5',
    '1e',
    '1e+',
    '1e1.5',
    '1.2.3',
    '--1',
    '+-1',
    '1 2',
    ' 1',
    '1 ',
    '0x10',
    '0b1',
    '0o7',
    '12abc',
    '1,5',
    '1_000',
    "1'000",
    '1 000',
    '2024-01-31',
    '31.01.2024',
    '12:30',
    '50%',
    '$5',
    'Infinity',
    '-Infinity',
    'NaN',
    'nan',
    'inf',
    '1e999',
    '-1e999',
    '１２',
    '٣',
    '½',
    '1n',
    '1f',
    'true',
  ])('%j', (text) => {
    expect(parse(text)).toBeNaN();
  });
});

test('reads the given part of a text only', () => {
  expect(parseDecimal('12345', 1, 3)).toBe(23);
  expect(parseDecimal('1e5', 0, 1)).toBe(1);
  expect(parseDecimal('1.5', 0, 2)).toBe(1);
  expect(parseDecimal('3,4', 0, 1)).toBe(3);
  expect(parseDecimal('-5', 0, 1)).toBeNaN();
  expect(parseDecimal('1e-5', 0, 3)).toBeNaN();
});

test('gives the nearest float64, as the JavaScript parser does, for random decimals of 1 to 25 digits', () => {
  const random = Random.of(1, 'decimal');
  const digits = (n: number) => Array.from({ length: n }, () => random.integer(10)).join('');
  for (let i = 0; i < 20_000; i++) {
    const sign = ['', '-', '+'][random.integer(3)]!;
    const whole = digits(random.integer(13));
    const fraction = digits(random.integer(13));
    const exponent = random.integer(4) === 0 ? `e${random.integer(60) - 30}` : '';
    const text = `${sign}${whole}.${fraction}${exponent}`;
    if (whole + fraction !== '') expect(parse(text), text).toBe(Number(text));
  }
});

test('is exact where a running product would round: 2^53 + 1 and neighbours', () => {
  for (const text of [
    '9007199254740993',
    '9007199254740992.5',
    '0.30000000000000004',
    '123456789012345678',
  ]) {
    expect(parse(text)).toBe(Number(text));
  }
});
