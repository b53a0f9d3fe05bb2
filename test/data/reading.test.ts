import { describe, expect, test } from 'vitest';
import { parseNumber } from '../../src/data/decimal.ts';
import { parseCsv, Table } from '../../src/data/index.ts';
import { numberIn, PLAIN_READING, type Reading } from '../../src/data/reading.ts';
import { spellingIn, spellingOf } from '../../src/data/spelling.ts';
import { readingOf } from '../../src/data/table.ts';

const reading = (decimal: '.' | ',', thousands: string, ...missing: string[]): Reading => ({
  decimal,
  thousands,
  missing: new Set(missing),
});

describe('a number in another notation', () => {
  test.each<[string, '.' | ',', string, number]>([
    ['1,80', ',', '', 1.8],
    ['-,5', ',', '', -0.5],
    ['1.234,56', ',', '.', 1234.56],
    ['1.234.567', ',', '.', 1234567],
    ['1,234.5', '.', ',', 1234.5],
    ['1 234,50', ',', ' ', 1234.5],
    ['1\u00a0234,50', ',', ' ', 1234.5],
    ['1\u202f234\u202f567', ',', ' ', 1234567],
    ["-12'345.5", '.', "'", -12345.5],
    ['12\u2019345', '.', "'", 12345],
    ['1234567,25', ',', '.', 1234567.25],
    ['1,5e3', ',', '.', 1500],
    ['1,12345678901234567', ',', '', 1.1234567890123457],
  ])('%j with %j and %j', (text, decimal, thousands, value) => {
    expect(parseNumber(text, 0, text.length, { decimal, thousands })).toBe(value);
  });

  test.each<[string, '.' | ',', string]>([
    ['1.5', ',', ''],
    ['1.80', ',', '.'],
    ['1.2345', ',', '.'],
    ['0.123', ',', '.'],
    ['1234.567', ',', '.'],
    ['1.234.56', ',', '.'],
    ['1.234567', ',', '.'],
    ['1,5.234', ',', '.'],
    ['1,234,5', '.', ','],
    [',234', '.', ','],
    ['1  234', '.', ' '],
    ['(12)', '.', ','],
    ['12%', ',', '.'],
    ['1.234 €', ',', '.'],
    ['-', ',', '.'],
    ['', ',', '.'],
  ])('%j is none with %j and %j', (text, decimal, thousands) => {
    expect(parseNumber(text, 0, text.length, { decimal, thousands })).toBeNaN();
  });

  test('a part of a text is read', () => {
    expect(parseNumber('x1.234,5y', 1, 8, { decimal: ',', thousands: '.' })).toBe(1234.5);
  });
});

describe('a cell as a file has it', () => {
  test('is a number or missing', () => {
    expect(numberIn('1,80', reading(',', ''))).toBe(1.8);
    expect(numberIn('1,80', PLAIN_READING)).toBeNaN();
    expect(numberIn('NA', reading('.', '', 'NA'))).toBeNaN();
    expect(numberIn('', PLAIN_READING)).toBeNaN();
  });

  test('a mark that is a number means the number, however it is written', () => {
    expect(numberIn('-999', reading('.', '', '-999'))).toBeNaN();
    expect(numberIn('-999.0', reading('.', '', '-999'))).toBeNaN();
    expect(numberIn('-998', reading('.', '', '-999'))).toBe(-998);
  });
});

test.each<[string, Reading, string | null]>([
  ['1,50', reading(',', ''), '1.50'],
  ['1.234,50', reading(',', '.'), '1234.50'],
  ['+3', PLAIN_READING, '3'],
  ['1e3', PLAIN_READING, '1000'],
  ['1.50', PLAIN_READING, '1.50'],
  ['007', PLAIN_READING, '007'],
  ['9007199254740993', PLAIN_READING, '9007199254740993'],
  ['blue', PLAIN_READING, 'blue'],
  ['NA', reading('.', '', 'NA'), null],
  ['', PLAIN_READING, null],
])('%j is spelled as a column of numbers would spell it', (text, how, spelling) => {
  expect(spellingIn(text, how)).toBe(spelling);
});

test('a table of a file knows how it was read, and so does what comes from it', () => {
  const table = parseCsv('a,b\n1,x\nNA,y\n3,z\n', { missing: 'NA' });
  const { train, validation } = table.split({ validation: 0.34 });
  for (const one of [
    table,
    table.select(['a']),
    table.take([1]),
    table.filter(() => true),
    table.head(1),
    train,
    validation,
  ]) {
    expect(readingOf(one)).toEqual(reading('.', '', 'NA'));
  }
  expect(readingOf(Table.fromRows([{ a: 1 }]))).toBe(PLAIN_READING);
});

test('the spelling of a number is that of its decimals, and of what JavaScript prints without them', () => {
  const column = {
    type: 'number',
    values: Float64Array.of(1.5, 2, Number.NaN, 0.25),
    decimals: Uint8Array.of(2, 255, 255, 3),
  } as const;
  expect([0, 1, 2, 3].map((row) => spellingOf(column, row))).toEqual(['1.50', '2', null, '0.250']);
  expect(spellingOf({ type: 'text', values: ['01', null] }, 0)).toBe('01');
  expect(spellingOf({ type: 'text', values: ['01', null] }, 1)).toBe(null);
});
