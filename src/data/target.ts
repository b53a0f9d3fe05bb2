import { DataError } from '../base/errors.ts';
import { allocateMatrix } from './allocate.ts';
import { CategoryIndex } from './categories.ts';
import { wordsOf } from './column-notes.ts';
import type { TargetPlan } from './columns-plan.ts';
import { categoriesOf, categoryReader, numbersOf } from './encode.ts';
import { inOrder } from './fit-inputs.ts';
import type { Matrix } from './matrix.ts';
import type { Reading } from './reading.ts';
import { type Affine, fitScale } from './scale.ts';
import { type Column, columnOf, type Table } from './table.ts';

/** The column to predict and how it becomes numbers. Classes are empty for a regression. */
export interface Target extends Affine {
  readonly column: string;
  readonly encode: 'label' | 'onehot' | 'none';
  /** Names of the classes, sorted: the label of a class is its position. */
  readonly classes: readonly string[];
}

/**
 * Learns classes or scale of the target from the training rows.
 *
 * @throws {DataError} for a missing value, naming its row, and for a target of a single class.
 */
export function fitTarget(
  table: Table,
  { of: name, encode, scale, order }: TargetPlan,
  reading: Reading,
): Target {
  const column = columnOf(table, name);
  refuseDates(column, name, reading);
  if (encode === 'none') {
    const values = numbersOf(table, name, reading);
    values.forEach((value, row) => {
      if (!Number.isFinite(value)) throw unusable(name, row, value);
    });
    return { column: name, encode, classes: [], ...fitScale(values, scale) };
  }
  const found = categoriesOf(column, name, reading);
  if (found.includes(null)) throw unusable(name, firstMissing(column, name, reading), null);
  checkClasses(column, name, found.length);
  const categories = order === undefined ? found : inOrder(order, found, `the target "${name}"`);
  if (categories.length < 2) {
    throw new DataError(`columns: every row of the target "${name}" is ${JSON.stringify(categories[0])}`, {
      column: name,
      wanted: 'at least two classes',
    });
  }
  return { column: name, encode, classes: categories as string[], shift: 0, scale: 1 };
}

/** A class for each date would learn nothing. @throws {DataError} */
export function refuseDates(column: Column, name: string, reading: Reading): void {
  if (column.type === 'number' || !wordsOf(column, reading).areDates) return;
  throw new DataError(`columns: the target "${name}" holds dates`, {
    column: name,
    wanted: 'classes, or a number',
    hint: `derive a number: table.derive({ days: (row) => Date.parse(row[${JSON.stringify(name)}]) / 864e5 })`,
  });
}

/** More distinct fractions than this are measurements, and a class for each would learn nothing. */
const MOST_FRACTIONAL_CLASSES = 20;

function checkClasses(column: Column, name: string, classes: number): void {
  if (column.type === 'text' || classes <= MOST_FRACTIONAL_CLASSES || column.values.every(Number.isInteger))
    return;
  throw new DataError(`columns: the target "${name}" has ${classes} different values with fractions`, {
    column: name,
    hint: "a number is predicted with encode: 'none', scale: 'standard'",
  });
}

/**
 * The target of a table as numbers.
 *
 * | encode   | shape          | data                       |
 * | -------- | -------------- | -------------------------- |
 * | `label`  | `[n]`          | Int32Array                 |
 * | `onehot` | `[n, classes]` | Float32Array of 0 and 1    |
 * | `none`   | `[n, 1]`       | Float32Array               |
 *
 * @throws {DataError} for a missing value or an unknown class, naming the row.
 */
export function encodeTarget(target: Target, table: Table, reading: Reading): Matrix {
  const column = columnOf(table, target.column);
  if (target.encode === 'none') return encodeNumber(target, table, reading);
  const labels = labelsOf(target, column, reading);
  if (target.encode === 'label') return { data: labels, shape: [labels.length] };
  const width = target.classes.length;
  const data = allocateMatrix(labels.length, width, 'y');
  labels.forEach((label, row) => {
    data[row * width + label] = 1;
  });
  return { data, shape: [labels.length, width] };
}

function encodeNumber({ column: name, shift, scale }: Target, table: Table, reading: Reading): Matrix {
  const values = numbersOf(table, name, reading);
  const data = new Float32Array(values.length);
  for (let row = 0; row < values.length; row++) {
    data[row] = (values[row]! - shift) / scale;
    if (!Number.isFinite(data[row])) throw unusable(name, row, values[row]!);
  }
  return { data, shape: [values.length, 1] };
}

function labelsOf({ column: name, classes }: Target, column: Column, reading: Reading): Int32Array {
  const index = new CategoryIndex(classes, reading);
  const categories = categoryReader(column, name, reading);
  return Int32Array.from({ length: column.values.length }, (_, row) => {
    const label = categories(row);
    if (label === null) throw unusable(name, row, null);
    const position = index.find(label);
    if (position === undefined) throw unknownClass(name, classes, row, label);
    return position;
  });
}

function unknownClass(column: string, classes: readonly string[], row: number, label: string): DataError {
  return new DataError(
    `columns: row ${row} of the target "${column}" is ${JSON.stringify(label)}, which training never saw`,
    {
      row,
      column,
      classes: classes.slice(0, 20).join(', '),
      hint: `split the table with stratify: "${column}", so that every class is among the training rows`,
    },
  );
}

function firstMissing(column: Column, name: string, reading: Reading): number {
  const categories = categoryReader(column, name, reading);
  let row = 0;
  while (categories(row) !== null) row++;
  return row;
}

function unusable(column: string, row: number, value: number | null): DataError {
  const what = value === null || Number.isNaN(value) ? 'missing' : String(value);
  return new DataError(`columns: row ${row} of the target "${column}" is ${what}`, {
    row,
    column,
    hint:
      what === 'missing'
        ? `leave such rows out: table.filter((row) => row["${column}"] !== null)`
        : undefined,
  });
}
