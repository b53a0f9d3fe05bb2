import type { SampleCell } from './csv-sample.ts';
import { isCode, type Notation, parseNumber, withoutGroups } from './decimal.ts';

/** The ways to write a number that are looked for, the plain one first. */
const NOTATIONS: readonly Notation[] = [
  { decimal: '.', thousands: '' },
  { decimal: '.', thousands: ',' },
  { decimal: '.', thousands: ' ' },
  { decimal: '.', thousands: "'" },
  { decimal: ',', thousands: '' },
  { decimal: ',', thousands: '.' },
  { decimal: ',', thousands: ' ' },
  { decimal: ',', thousands: "'" },
];

/** How a number can begin: most words are told from one by that. */
const BEGINNING = /^[+-]?[\d.,]/;
const PLAIN_DIGITS = /^[+-]?\d+$/;

/** What the user says about the notation; 'auto' leaves it to the cells. */
export interface NotationRule {
  readonly decimal: Notation['decimal'] | 'auto';
  readonly thousands: string;
}

/** Whether a text is a number in some notation. */
export function isNumeral(text: string): boolean {
  if (!BEGINNING.test(text)) return false;
  return NOTATIONS.some((notation) => !Number.isNaN(parseNumber(text, 0, text.length, notation)));
}

/**
 * Finds how the numbers of a file are written, from the rows at its beginning. A column of numbers speaks for a sign
 * before the decimals when no reading of all its cells has another one: `1,80` does, `1,234` does not, since it may
 * be a thousand. Groups of digits are seen where they are the only reading of a column under that sign, and where
 * its numbers have decimals or differ in length: numbers in groups that are all of one length may be names. Columns
 * that contradict each other, and what stays open, leave the plain notation: such cells are text.
 */
export function findNotation(
  rows: readonly (readonly SampleCell[])[],
  rule: NotationRule,
  missing: ReadonlySet<string>,
): Notation {
  const possible = NOTATIONS.filter(
    ({ decimal, thousands }) =>
      (rule.decimal === 'auto' || decimal === rule.decimal) &&
      (rule.thousands === 'auto' || thousands === '' || thousands === rule.thousands),
  );
  const columns = columnsOf(rows, missing)
    .map((cells) => ({ cells, readings: possible.filter((notation) => readsAll(cells, notation)) }))
    .filter(({ readings }) => readings.length > 0);
  const signs = new Set(columns.flatMap(({ readings }) => onlyOne(readings.map(({ decimal }) => decimal))));
  if (rule.decimal === 'auto' && signs.size > 1) {
    return { decimal: '.', thousands: rule.thousands === 'auto' ? '' : rule.thousands };
  }
  const decimal = rule.decimal === 'auto' ? (onlyOne([...signs])[0] ?? '.') : rule.decimal;
  if (rule.thousands !== 'auto') return { decimal, thousands: rule.thousands };
  const isOpen = rule.decimal === 'auto' && signs.size === 0;
  const marks = columns.flatMap(({ cells, readings }) => {
    const under = isOpen ? readings : readings.filter((notation) => notation.decimal === decimal);
    return onlyOne(under.map(({ thousands }) => thousands)).filter((mark) => isAmount(cells, decimal, mark));
  });
  return { decimal, thousands: onlyOne(marks)[0] ?? '' };
}

/** The texts of each column that are neither missing nor the same number in any notation. */
function columnsOf(
  rows: readonly (readonly SampleCell[])[],
  missing: ReadonlySet<string>,
): readonly (readonly string[])[] {
  const width = rows.reduce((most, row) => Math.max(most, row.length), 0);
  const columns = Array.from({ length: width }, (): string[] => []);
  for (const row of rows) {
    row.forEach(({ text }, i) => {
      if (text !== '' && !missing.has(text)) columns[i]!.push(text);
    });
  }
  return columns.filter((cells) => cells.some((text) => !PLAIN_DIGITS.test(text)));
}

function readsAll(cells: readonly string[], notation: Notation): boolean {
  return cells.every((text) => {
    const value = parseNumber(text, 0, text.length, notation);
    return !Number.isNaN(value) && !isCode(text, value, notation.decimal);
  });
}

/** Whether numbers with groups are amounts: some have decimals, or they differ in length. */
function isAmount(cells: readonly string[], decimal: string, mark: string): boolean {
  if (mark === '') return false;
  const lengths = new Set(cells.map((text) => (withoutGroups(text, mark) ?? text).length));
  return lengths.size > 1 || cells.some((text) => text.includes(decimal));
}

/** A list of the one value that all are, empty when they differ. */
function onlyOne<T>(values: readonly T[]): T[] {
  return values.length > 0 && values.every((value) => value === values[0]) ? [values[0]!] : [];
}
