import { isCode, parseNumber, writtenDecimals } from './decimal.ts';
import { isMissing, type Reading } from './reading.ts';
import type { Column } from './table.ts';
import { Words } from './words.ts';

/** In `decimals` of a column: the cell is spelled as JavaScript prints its number. */
export const AS_PRINTED = 255;

/**
 * How a cell was spelled, null when it is missing: `1.50` where the file says so, although the number is 1.5. Decimals
 * always stand behind a point and digits in one row, whatever the file has.
 */
export function spellingOf(column: Column, row: number): string | null {
  if (column instanceof Words) return column.at(row);
  if (column.type === 'text') return column.values[row] ?? null;
  const value = column.values[row]!;
  if (Number.isNaN(value)) return null;
  if (column.boolean === true) return value === 0 ? 'false' : 'true';
  const decimals = column.decimals?.[row] ?? AS_PRINTED;
  return decimals === AS_PRINTED ? String(value) : value.toFixed(decimals);
}

/**
 * The spelling that `spellingOf` would give if the text stood in a column of numbers: `1.50` for `1,50` where a comma
 * stands before the decimals, `3` for `+3`. What spells no number, or a code such as `007`, stays as it is.
 */
export function spellingIn(text: string, reading: Reading): string | null {
  if (isMissing(text, reading)) return null;
  const value = parseNumber(text, 0, text.length, reading);
  if (Number.isNaN(value) || isCode(text, value, reading.decimal)) return text;
  const decimals = writtenDecimals(text, 0, text.length, value, reading.decimal);
  return decimals === undefined ? String(value) : value.toFixed(decimals);
}
