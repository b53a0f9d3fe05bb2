import type { Column } from './table.ts';

/** In `decimals` of a column: the cell is spelled as JavaScript prints its number. */
export const AS_PRINTED = 255;

/** `toFixed` takes no more. */
const MOST_DECIMALS = 100;

/**
 * How a cell was spelled, null when it is missing: `1.50` where the file says so, although the number is 1.5. Decimals
 * always stand behind a point and digits in one row, whatever the file has.
 */
export function spellingOf(column: Column, row: number): string | null {
  if (column.type === 'text') return column.values[row] ?? null;
  const value = column.values[row]!;
  if (Number.isNaN(value)) return null;
  const decimals = column.decimals?.[row] ?? AS_PRINTED;
  return decimals <= MOST_DECIMALS ? value.toFixed(decimals) : String(value);
}
