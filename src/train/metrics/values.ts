import { readGiven } from '../../base/check.ts';
import { describe, describeList } from '../../base/describe.ts';
import { type NumericArray, numericArrayOf } from '../../base/dtype.ts';
import { DataError, ShapeError } from '../../base/errors.ts';
import { allocating } from '../../base/memory.ts';
import { readShape, type Shape, showShape, sizeOf } from '../../base/shape.ts';

/** The typed arrays that metrics read. */
export type Numeric = NumericArray;

/** Numbers with their shape, row-major, as `predict` returns them. */
export interface Values {
  readonly data: readonly number[] | Numeric;
  readonly shape: Shape;
}

/** What a metric takes: an array of numbers `[n]`, an array of rows `[n, k]`, or data with a shape. */
export type Input = readonly number[] | Numeric | readonly (readonly number[] | Numeric)[] | Values;

/** An input after reading: a typed array and its shape. */
export interface Read {
  readonly data: Numeric;
  readonly shape: Shape;
}

/**
 * Reads an input of a metric; typed arrays are not copied.
 *
 * @param what Which input of which metric, for messages: `accuracy: targets`.
 * @throws {DataError} for anything but arrays of numbers.
 * @throws {ShapeError} for rows of different length, and for data that does not fill its shape.
 */
export function read(what: string, input: Input): Read {
  return readGiven(what, () => readInput(what, input), DataError);
}

function readInput(what: string, input: unknown): Read {
  const typed = numericArrayOf(input);
  if (typed !== undefined) return { data: typed, shape: [typed.length] };
  if (Array.isArray(input)) return readArray(what, input);
  if (typeof input === 'object' && input !== null && 'data' in input && 'shape' in input) {
    return readValues(what, input);
  }
  throw new DataError(`${what}: wanted numbers, came ${describe(input)}`, {
    hint: 'pass an array, an array of rows, or { data, shape }',
  });
}

/** `[n, d, ...]` as n rows of d·... columns; `[n]` has one column. */
export function columnsOf(shape: Shape): number {
  return sizeOf(shape.slice(1));
}

function readArray(what: string, input: readonly unknown[]): Read {
  const rows = lengthOf(what, input);
  const first = rowOf(input[0]);
  if (first === undefined) return { data: numbers(what, input), shape: [rows] };
  const columns = first.length;
  const data = room(what, rows * columns);
  for (let i = 0; i < rows; i++) {
    const row = rowOf(input[i]);
    if (row === undefined) throw new DataError(`${what}: row ${i} is no array`);
    if (row.length !== columns) {
      throw new ShapeError(`${what}: row 0 has ${columns} numbers, row ${i} has ${row.length}`);
    }
    data.set(numbers(what, row), i * columns);
  }
  return { data, shape: [rows, columns] };
}

/** A row of numbers, which are still to be looked at. */
function rowOf(row: unknown): readonly unknown[] | Numeric | undefined {
  return Array.isArray(row) ? row : numericArrayOf(row);
}

/** Arrays know how many they are; proxies may say anything. */
function lengthOf(what: string, list: readonly unknown[]): number {
  if (Number.isSafeInteger(list.length) && list.length >= 0) return list.length;
  throw new DataError(`${what}: an array of ${describe(list.length)} numbers`);
}

function room(what: string, length: number): Float64Array {
  // Memory is counted in numbers of 4 bytes.
  return allocating(what, 2 * length, () => new Float64Array(length));
}

function readValues(what: string, given: { readonly data: unknown; readonly shape: unknown }): Read {
  const shape = readShape(given.shape);
  if (shape === undefined) {
    throw new ShapeError(`${what}: a shape is a list of whole numbers, came ${describeList(given.shape)}`);
  }
  if (shape.length === 0) throw new ShapeError(`${what}: wanted rows, came a scalar`);
  const data = rowOf(given.data);
  if (data === undefined) throw new DataError(`${what}: data is no array of numbers`);
  if (data.length !== sizeOf(shape)) {
    throw new ShapeError(`${what}: ${data.length} numbers do not fill ${showShape(shape)}`);
  }
  return { data: numbers(what, data), shape };
}

/** A plain array as float64, checked one by one; typed arrays as they are. */
function numbers(what: string, values: readonly unknown[] | Numeric): Numeric {
  if (!Array.isArray(values)) return values as Numeric;
  if (values.length > 0 && typeof values[0] !== 'number')
    throw new DataError(`${what}: wanted numbers, came ${describe(values[0])} at 0`);
  const data = room(what, lengthOf(what, values));
  for (let i = 0; i < data.length; i++) {
    const value = values[i];
    if (typeof value !== 'number')
      throw new DataError(`${what}: wanted numbers, came ${describe(value)} at ${i}`);
    data[i] = value;
  }
  return data;
}
