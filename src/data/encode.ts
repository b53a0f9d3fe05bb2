import { DataError } from '../base/errors.ts';
import { ascending } from '../base/order.ts';
import { type Category, CategoryIndex, categoryIn } from './categories.ts';
import { type DateInput, dateNames, encodeDates } from './date-input.ts';
import { isMissing, missingNumbers, numberIn, type Reading } from './reading.ts';
import { lineOf } from './row-lines.ts';
import type { Affine } from './scale.ts';
import { spellingOf } from './spelling.ts';
import { type Column, columnOf, type Table } from './table.ts';
import type { UnknownCells } from './unknown.ts';

/** What the numbers of a column were in the training rows: 0 and 1 alone, whole, or any. */
export type NumberKind = 'boolean' | 'whole' | 'real';

/** A numeric column as it enters a network: `(value - shift) / scale`, in one output. */
export interface NumericInput extends Affine {
  readonly kind: 'numeric';
  readonly column: string;
  /** What stands in for a missing value; null when missing values are refused. */
  readonly impute: number | null;
  /**
   * Whether all training rows had one value. The output is then 0 for every row: no training ever told the network what
   * another value means.
   */
  readonly constant: boolean;
  /** What the cells of the training rows were, without missing ones. */
  readonly values: NumberKind;
}

/** A categorical column: one output a category, or its position in one output. */
export interface CategoricalInput {
  readonly kind: 'onehot' | 'ordinal';
  readonly column: string;
  /** Sorted, or in the order that was said; null, which is last, stands for a missing value and is there when training had one. */
  readonly categories: readonly Category[];
  readonly unknown: 'ignore' | 'error';
}

/** One original column and how it becomes outputs. */
export type Input = NumericInput | CategoricalInput | DateInput;

/** Where an encoded column goes, and what its cells mean. */
export interface Place {
  readonly x: Float32Array;
  /** Its first output. */
  readonly offset: number;
  /** Numbers of a row. */
  readonly width: number;
  /** How cells were written in the training rows. */
  readonly reading: Reading;
}

/** Outputs of an input. */
export function widthOf(input: Input): number {
  if (input.kind === 'onehot') return input.categories.length;
  return input.kind === 'date' ? dateNames(input).length : 1;
}

/** Names of the outputs: `age`, `plan=basic`, `since.year`. */
export function namesOf(input: Input): string[] {
  if (input.kind === 'date') return dateNames(input);
  if (input.kind !== 'onehot') return [input.column];
  return input.categories.map((category) => `${input.column}=${category ?? '(missing)'}`);
}

/**
 * Writes one column of the table where it belongs. Returns the cells of a category that training never saw.
 *
 * @throws {DataError} naming row and column.
 */
export function encodeInput(input: Input, table: Table, place: Place): UnknownCells | undefined {
  if (input.kind === 'date') {
    encodeDates(input, table, place.x, place.offset, place.width, place.reading);
    return undefined;
  }
  if (input.kind !== 'numeric') return encodeCategories(input, columnOf(table, input.column), place);
  encodeNumbers(input, numbersOf(table, input.column, place.reading), place);
  return undefined;
}

function encodeNumbers(input: NumericInput, values: Float64Array, { x, offset, width }: Place): void {
  const { column, impute, shift, scale, constant } = input;
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
    if (constant) x[at] = 0;
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
  { x, offset, width, reading }: Place,
): UnknownCells | undefined {
  const categories = categoryReader(column, input.column, reading);
  const positionOf = positions(new CategoryIndex(input.categories, reading));
  const rows: number[] = [];
  const values: string[] = [];
  for (let row = 0; row < column.values.length; row++) {
    const category = categories(row);
    const position = positionOf(category);
    const at = row * width + offset;
    if (input.kind === 'ordinal') x[at] = position ?? -1;
    else if (position !== undefined) x[at + position] = 1;
    if (position !== undefined) continue;
    if (input.unknown === 'error') throw unknownCategory(input, category, row);
    // A missing cell where training had none is a row without this column, which the caller knows.
    if (category === null) continue;
    rows.push(row);
    values.push(category);
  }
  return rows.length === 0 ? undefined : { column: input.column, rows, values };
}

/** Looks up each category once: a column has few of them, and many rows. */
function positions(index: CategoryIndex): (category: Category) => number | undefined {
  const found = new Map<Category, number | undefined>();
  return (category) => {
    if (!found.has(category)) found.set(category, index.find(category));
    return found.get(category);
  };
}

function unknownCategory(
  { column, categories }: CategoricalInput,
  category: Category,
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

/**
 * Reads the categories of a column, row by row: the spelling of its cells; null for a missing one.
 *
 * @throws {DataError} for a whole number that float64 does not tell from its neighbours, which is no identifier.
 */
export function categoryReader(column: Column, name: string, reading: Reading): (row: number) => Category {
  const known = new Map<string, Category>();
  return (row) => {
    const text = spellingOf(column, row);
    if (text === null) return null;
    if (column.type === 'number') {
      if (!Number.isInteger(column.values[row]) || Number.isSafeInteger(column.values[row])) return text;
      throw new DataError(
        `columns: row ${row} of "${name}" is ${text}, which may stand for several numbers`,
        {
          row,
          column: name,
          wanted: `identifiers up to ${Number.MAX_SAFE_INTEGER}, or as text`,
          hint: `write it as text, "${text}"; of a CSV with types: { ${JSON.stringify(name)}: 'text' }`,
        },
      );
    }
    let category = known.get(text);
    if (category === undefined) {
      category = isMissing(text, reading) ? null : categoryIn(text);
      known.set(text, category);
    }
    return category;
  };
}

/** Distinct categories of a column: numbers by size, words by code unit, missing last. */
export function categoriesOf(column: Column, name: string, reading: Reading): Category[] {
  const categories = categoryReader(column, name, reading);
  const distinct = new Set<Category>();
  for (let row = 0; row < column.values.length; row++) distinct.add(categories(row));
  const missing = distinct.delete(null) ? [null] : [];
  const words = ([...distinct] as string[]).sort();
  if (column.type === 'number' && column.boolean !== true)
    words.sort((a, b) => ascending(Number(a), Number(b)));
  return [...words, ...missing];
}

/**
 * The values of a column that must be numeric: those of text that spells numbers, too. NaN is a missing cell.
 *
 * @throws {DataError} naming the first row that holds a word.
 */
export function numbersOf(table: Table, name: string, reading: Reading): Float64Array {
  const column = columnOf(table, name);
  if (column.type === 'number') return withoutMarks(column.values, reading);
  return Float64Array.from(column.values, (text, row) => {
    const value = numberOf(text, reading);
    if (value === undefined) throw notANumber(text!, row, name, lineOf(table, row));
    return value;
  });
}

/** The error for a word in a column of numbers. */
export function notANumber(text: string, row: number, column: string, line?: number): DataError {
  const shown = JSON.stringify(text.slice(0, 80));
  return new DataError(`columns: row ${row} of "${column}" is ${shown}, not a number`, {
    row,
    line,
    column,
    hint: `name "${column}" under categorical, or read it with missing: [${shown}]`,
  });
}

/** Numbers that mean "missing", such as -999, may come as numbers. */
function withoutMarks(values: Float64Array, reading: Reading): Float64Array {
  const marks = missingNumbers(reading);
  if (marks.size === 0) return values;
  return values.map((value) => (marks.has(value) ? Number.NaN : value));
}

/** The number that a cell of text spells, NaN for a missing one; undefined for a word. */
export function numberOf(text: string | null, reading: Reading): number | undefined {
  const word = text?.trim() ?? '';
  if (text === null || isMissing(text, reading) || isMissing(word, reading)) return Number.NaN;
  const value = numberIn(word, reading);
  if (!Number.isNaN(value)) return value;
  if (/^(true|false)$/i.test(word)) return word.length === 4 ? 1 : 0;
  return undefined;
}
