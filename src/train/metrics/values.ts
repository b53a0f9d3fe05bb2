import { describe } from '../../base/describe.ts';
import type { NumericArray } from '../../base/dtype.ts';
import { DataError, ShapeError } from '../../base/errors.ts';
import { type Shape, showShape, sizeOf } from '../../base/shape.ts';

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
  if (isNumeric(input)) return { data: input, shape: [input.length] };
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

function isNumeric(input: unknown): input is Numeric {
  return (
    ArrayBuffer.isView(input) &&
    !(input instanceof DataView || input instanceof BigInt64Array || input instanceof BigUint64Array)
  );
}

function readArray(what: string, input: readonly unknown[]): Read {
  const first = input[0];
  if (!Array.isArray(first) && !isNumeric(first))
    return { data: numbers(what, input), shape: [input.length] };
  const columns = first.length;
  const data = new Float64Array(input.length * columns);
  input.forEach((row, i) => {
    if (!Array.isArray(row) && !isNumeric(row)) throw new DataError(`${what}: row ${i} is no array`);
    if (row.length !== columns) {
      throw new ShapeError(`${what}: row 0 has ${columns} numbers, row ${i} has ${row.length}`);
    }
    data.set(numbers(what, row), i * columns);
  });
  return { data, shape: [input.length, columns] };
}

function readValues(what: string, { data, shape }: Values): Read {
  if (!Array.isArray(shape) || !shape.every((dim) => Number.isSafeInteger(dim) && dim >= 0)) {
    throw new ShapeError(`${what}: a shape is a list of whole numbers, came ${String(shape)}`);
  }
  if (shape.length === 0) throw new ShapeError(`${what}: wanted rows, came a scalar`);
  if (!isNumeric(data) && !Array.isArray(data)) throw new DataError(`${what}: data is no array of numbers`);
  if (data.length !== sizeOf(shape)) {
    throw new ShapeError(`${what}: ${data.length} numbers do not fill ${showShape(shape)}`);
  }
  return { data: numbers(what, data), shape };
}

/** A plain array as float64, checked one by one; typed arrays as they are. */
function numbers(what: string, values: readonly unknown[] | Numeric): Numeric {
  if (isNumeric(values)) return values;
  const data = new Float64Array(values.length);
  for (let i = 0; i < data.length; i++) {
    const value = values[i];
    if (typeof value !== 'number')
      throw new DataError(`${what}: wanted numbers, came ${describe(value)} at ${i}`);
    data[i] = value;
  }
  return data;
}
