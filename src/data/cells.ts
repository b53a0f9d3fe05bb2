import { describe } from '../base/describe.ts';
import { DataError } from '../base/errors.ts';
import type { Column } from './table.ts';

/** Where a value stands, for errors. */
interface Place {
  readonly row: number;
  readonly column: string;
}

/** A number or word as it goes into a column; `undefined` when missing. */
function toCell(value: unknown, place: Place): number | string | undefined {
  if (value === null || value === undefined || Number.isNaN(value)) return undefined;
  if (typeof value === 'number' || typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  const hint =
    typeof value === 'bigint'
      ? 'convert it with Number(value)'
      : 'numbers, strings, booleans and null are cells';
  throw new DataError(`table: ${describe(value)} cannot be a cell`, { ...place, hint });
}

/**
 * A column from JavaScript values. Numbers make a numeric column and strings a text one; a column without any
 * value is numeric.
 *
 * @throws {DataError} for a value that is no cell, or for strings among numbers, naming row and column.
 */
export function columnFromValues(values: ArrayLike<unknown>, column: string): Column {
  if (typeof values !== 'object' || values === null || !Number.isSafeInteger(values.length)) {
    throw new DataError(`table: column "${column}" is ${describe(values)}`, { wanted: 'an array' });
  }
  const cells = Array.from({ length: values.length }, (_, row) => toCell(values[row], { row, column }));
  const first = cells.find((cell) => cell !== undefined);
  const odd = cells.findIndex((cell) => cell !== undefined && typeof cell !== typeof first);
  if (odd >= 0) {
    throw new DataError(`table: column "${column}" holds both numbers and text`, {
      row: odd,
      column,
      value: JSON.stringify(cells[odd]),
      hint: 'convert the column with Number(value) or String(value)',
    });
  }
  if (typeof first === 'string')
    return { type: 'text', values: cells.map((cell) => (cell as string) ?? null) };
  return { type: 'number', values: Float64Array.from(cells, (cell) => (cell as number) ?? Number.NaN) };
}

/**
 * The columns of a list of objects; only own keys count.
 *
 * @throws {DataError} for what is not a plain object, or not a cell, naming row and column.
 */
export function columnsFromRows(rows: readonly object[]): Map<string, Column> {
  if (!Array.isArray(rows)) {
    throw new DataError(`table: the rows are ${describe(rows)}`, { wanted: 'an array of objects' });
  }
  const names = new Set<string>();
  rows.forEach((row: unknown, i) => {
    checkRow(row, i);
    for (const name of Object.keys(row)) names.add(name);
  });
  const columns = new Map<string, Column>();
  for (const name of names) {
    const values = rows.map((row: Record<string, unknown>) => (Object.hasOwn(row, name) ? row[name] : null));
    columns.set(name, columnFromValues(values, name));
  }
  return columns;
}

/**
 * Refuses what is not an object of cells by name.
 *
 * @throws {DataError} naming the row.
 */
export function checkRow(row: unknown, i: number): asserts row is Readonly<Record<string, unknown>> {
  if (typeof row === 'object' && row !== null && !Array.isArray(row) && !ArrayBuffer.isView(row)) return;
  throw new DataError(`table: row ${i} is ${describe(row)}`, { wanted: 'an object such as { age: 41 }' });
}

export { describe } from '../base/describe.ts';
