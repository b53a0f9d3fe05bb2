import { readGiven } from '../base/check.ts';
import { describe } from '../base/describe.ts';
import { DataError } from '../base/errors.ts';
import type { Column, NumberColumn } from './table.ts';

/** Where a value stands, for errors. */
interface Place {
  readonly row: number;
  readonly column: string;
}

/**
 * What a JavaScript value is as a cell; `undefined` when it is missing, as are NaN, a date that is none, and a text of
 * blanks alone. A date becomes text in ISO 8601.
 */
function toCell(value: unknown, place: Place): number | string | boolean | undefined {
  if (value === null || value === undefined || Number.isNaN(value)) return undefined;
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value === 'string') return value.trim() === '' ? undefined : value;
  if (isDate(value)) {
    const time = Date.prototype.getTime.call(value);
    return Number.isNaN(time) ? undefined : Date.prototype.toISOString.call(value);
  }
  const hint =
    typeof value === 'bigint'
      ? 'convert it with Number(value) where it is a quantity, with String(value) where it is a name'
      : 'numbers, strings, booleans, dates and null are cells';
  throw new DataError(`table: ${describe(value)} cannot be a cell`, { ...place, hint });
}

/** Also of another realm, where `instanceof` fails. */
function isDate(value: unknown): value is Date {
  try {
    Date.prototype.getTime.call(value);
    return true;
  } catch {
    return false;
  }
}

/**
 * A column from JavaScript values. Numbers make a numeric column, and so do booleans, as 0 and 1 that are spelled
 * `false` and `true`; strings and dates make a text one. A column without any value is numeric.
 *
 * @throws {DataError} for a value that is no cell, or for strings among numbers, naming row and column.
 */
export function columnFromValues(values: ArrayLike<unknown>, column: string): Column {
  const cells = readGiven(
    `table: column "${column}"`,
    () => {
      if (typeof values !== 'object' || values === null || !isLength(values.length))
        throw new DataError(`table: column "${column}" is ${describe(values)}`, { wanted: 'an array' });
      return mapList(values, (value, row) => toCell(value, { row, column }));
    },
    DataError,
  );
  const first = cells.find((cell) => cell !== undefined);
  const isText = typeof first === 'string';
  const odd = cells.findIndex((cell) => cell !== undefined && (typeof cell === 'string') !== isText);
  if (odd >= 0) {
    throw new DataError(`table: column "${column}" holds both ${kindOf(first)} and ${kindOf(cells[odd])}`, {
      row: odd,
      column,
      value: JSON.stringify(cells[odd]),
      hint: 'convert the column with Number(value) or String(value)',
    });
  }
  if (isText) return { type: 'text', values: cells.map((cell) => (cell as string) ?? null) };
  return numbersAndBooleans(cells as readonly (number | boolean | undefined)[]);
}

/** About the longest list that JavaScript holds without holes. */
const MOST_ROWS = 2 ** 27;

function isLength(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Whether a value is an array of any kind; what its entries are is for the caller to check. */
export function isListOfAny(value: unknown): value is ArrayLike<unknown> {
  return readGiven('the list', () => Array.isArray(value) || ArrayBuffer.isView(value), DataError);
}

/**
 * What `make` makes of each entry of a list, in which a hole is undefined.
 *
 * @throws {DataError} for more entries than memory would hold, before any is looked at, and what `make` throws.
 */
export function mapList<T>(list: ArrayLike<unknown>, make: (value: unknown, i: number) => T): T[] {
  const { length } = list;
  if (!isLength(length) || length > MOST_ROWS)
    throw new DataError(`table: a list of ${describe(length)} entries`, { wanted: `at most ${MOST_ROWS}` });
  const made: T[] = [];
  for (let i = 0; i < length; i++) made.push(make(list[i], i));
  return made;
}

function numbersAndBooleans(cells: readonly (number | boolean | undefined)[]): NumberColumn {
  const values = Float64Array.from(cells, (cell) => (cell === undefined ? Number.NaN : Number(cell)));
  const present = cells.filter((cell) => cell !== undefined);
  const boolean = present.length > 0 && present.every((cell) => typeof cell === 'boolean');
  return { type: 'number', values, ...(boolean && { boolean }) };
}

function kindOf(cell: unknown): string {
  return typeof cell === 'string' ? 'text' : typeof cell === 'boolean' ? 'booleans' : 'numbers';
}

/**
 * The columns of a list of objects; only own keys count.
 *
 * @throws {DataError} for what is not a plain object, or not a cell, naming row and column.
 */
export function columnsFromRows(rows: readonly object[]): Map<string, Column> {
  return readGiven(
    'table: the rows',
    () => {
      if (!Array.isArray(rows))
        throw new DataError(`table: the rows are ${describe(rows)}`, { wanted: 'an array of objects' });
      const names = new Set<string>();
      const checked = mapList(rows, (row, i) => {
        checkRow(row, i);
        for (const name of Object.keys(row)) names.add(name);
        return row;
      });
      const columns = new Map<string, Column>();
      for (const name of names) {
        const values = checked.map((row) => (Object.hasOwn(row, name) ? row[name] : null));
        columns.set(name, columnFromValues(values, name));
      }
      return columns;
    },
    DataError,
  );
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
