import { DataError } from '../base/errors.ts';
import type { Affine } from './scale.ts';
import { type Column, columnOf, type Table } from './table.ts';

/** A numeric column as it enters a network: `(value - shift) / scale`, in one output. */
export interface NumericInput extends Affine {
  readonly kind: 'numeric';
  readonly column: string;
  /** What stands in for a missing value; null when missing values are refused. */
  readonly impute: number | null;
}

/** A categorical column: one output a category, or its position in one output. */
export interface CategoricalInput {
  readonly kind: 'onehot' | 'ordinal';
  readonly column: string;
  /** Sorted; null, which is last, stands for a missing value and is there when training had one. */
  readonly categories: readonly (string | null)[];
  readonly unknown: 'ignore' | 'error';
}

/** One original column and how it becomes outputs. */
export type Input = NumericInput | CategoricalInput;

/** Outputs of an input. */
export function widthOf(input: Input): number {
  return input.kind === 'onehot' ? input.categories.length : 1;
}

/** Names of the outputs: `age`, `plan=basic`. */
export function namesOf(input: Input): string[] {
  if (input.kind !== 'onehot') return [input.column];
  return input.categories.map((category) => `${input.column}=${category ?? '(missing)'}`);
}

/**
 * Writes one column of the table into `x`, from output `offset` on in rows of `width`.
 *
 * @throws {DataError} naming row and column.
 */
export function encodeInput(
  input: Input,
  table: Table,
  x: Float32Array,
  offset: number,
  width: number,
): void {
  const column = columnOf(table, input.column);
  if (input.kind === 'numeric') encodeNumbers(input, numbersOf(column, input.column), x, offset, width);
  else encodeCategories(input, column, x, offset, width);
}

function encodeNumbers(
  input: NumericInput,
  values: Float64Array,
  x: Float32Array,
  offset: number,
  width: number,
) {
  const { column, impute, shift, scale } = input;
  for (let row = 0; row < values.length; row++) {
    const value = Number.isNaN(values[row]) ? imputed(impute, row, column) : values[row]!;
    const at = row * width + offset;
    x[at] = (value - shift) / scale;
    if (!Number.isFinite(x[at])) {
      throw new DataError(`columns: row ${row} of "${column}" is ${value}`, {
        row,
        column,
        wanted: 'a finite number that scales to one below 3.4e38 (float32)',
      });
    }
  }
}

function imputed(impute: number | null, row: number, column: string): number {
  if (impute !== null) return impute;
  throw new DataError(`columns: row ${row} of "${column}" is missing`, {
    row,
    column,
    hint: "impute: 'median' fills missing values; 'none' refuses them",
  });
}

function encodeCategories(
  input: CategoricalInput,
  column: Column,
  x: Float32Array,
  offset: number,
  width: number,
) {
  const positions = new Map(input.categories.map((category, i) => [category, i]));
  for (let row = 0; row < column.values.length; row++) {
    const category = categoryOf(column, row);
    const position = positions.get(category);
    if (position === undefined && input.unknown === 'error') throw unknownCategory(input, category, row);
    const at = row * width + offset;
    if (input.kind === 'ordinal') x[at] = position ?? -1;
    else if (position !== undefined) x[at + position] = 1;
  }
}

function unknownCategory(
  { column, categories }: CategoricalInput,
  category: string | null,
  row: number,
): DataError {
  const what = category === null ? 'missing' : JSON.stringify(category);
  return new DataError(`columns: row ${row} of "${column}" is ${what}, which training never saw`, {
    row,
    column,
    known: categories
      .slice(0, 20)
      .map((known) => known ?? '(missing)')
      .join(', '),
    hint: "unknown: 'ignore' encodes it as none of them",
  });
}

/** The category of a row: a word, or a number as it prints; null when missing. */
export function categoryOf(column: Column, row: number): string | null {
  if (column.type === 'text') return column.values[row] ?? null;
  const value = column.values[row]!;
  return Number.isNaN(value) ? null : String(value);
}

/** Distinct categories: words by code unit, numbers by size, missing last. */
export function categoriesOf(column: Column): (string | null)[] {
  const missing = Array.prototype.some.call(column.values, isMissing) ? [null] : [];
  if (column.type === 'number') {
    const distinct = new Set(column.values.filter((value) => !Number.isNaN(value)));
    return [...Float64Array.from(distinct).sort()].map<string | null>(String).concat(missing);
  }
  const distinct = new Set(column.values.filter((value) => value !== null));
  return [...distinct].sort().concat(missing as []);
}

function isMissing(value: unknown): boolean {
  return value === null || Number.isNaN(value);
}

/**
 * The values of a column that must be numeric. A text column without any word is one that is missing throughout.
 *
 * @throws {DataError} naming the first row that holds a word.
 */
export function numbersOf(column: Column, name: string): Float64Array {
  if (column.type === 'number') return column.values;
  const row = column.values.findIndex((value) => value !== null);
  if (row < 0) return new Float64Array(column.values.length).fill(Number.NaN);
  throw new DataError(
    `columns: row ${row} of "${name}" is ${JSON.stringify(column.values[row])}, not a number`,
    {
      row,
      column: name,
      hint: `name "${name}" under categorical, or read it with missing: [${JSON.stringify(column.values[row])}]`,
    },
  );
}
