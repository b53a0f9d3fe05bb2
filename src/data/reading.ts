import { isCode, type Notation, parseNumber } from './decimal.ts';

/** How the cells of a file were read: what a text means that stands for a number or for nothing. */
export interface Reading extends Notation {
  /** Cells that mean "missing", besides the empty one. */
  readonly missing: ReadonlySet<string>;
}

/** How texts are read where no file says otherwise: a point before the decimals, no groups, only '' is missing. */
export const PLAIN_READING: Reading = { missing: new Set(), decimal: '.', thousands: '' };

/** Whether a cell means "missing". A mark that spells a number means the number: -999 also stands for -999.0. */
export function isMissing(text: string, reading: Reading): boolean {
  if (text === '' || reading.missing.has(text)) return true;
  if (reading.missing.size === 0 || missingNumbers(reading).size === 0) return false;
  return missingNumbers(reading).has(parseNumber(text, 0, text.length, reading));
}

const numbersOfMarks = new WeakMap<Reading, ReadonlySet<number>>();

/** The numbers among the marks of missing cells. */
export function missingNumbers(reading: Reading): ReadonlySet<number> {
  const known = numbersOfMarks.get(reading);
  if (known !== undefined) return known;
  const marks = new Set<number>();
  for (const mark of reading.missing) {
    const value = parseNumber(mark, 0, mark.length, reading);
    if (!Number.isNaN(value) && !isCode(mark, value, reading.decimal)) marks.add(value);
  }
  numbersOfMarks.set(reading, marks);
  return marks;
}

/** The number that a whole cell spells, as the file's own cells are read; NaN when it spells none or is missing. */
export function numberIn(text: string, reading: Reading): number {
  return isMissing(text, reading) ? Number.NaN : parseNumber(text, 0, text.length, reading);
}
