import { readGiven } from '../base/check.ts';
import { describe, describeList, kindOfTypedArray } from '../base/describe.ts';
import { arrayFor, type NumericArray, numericArrayOf } from '../base/dtype.ts';
import { DataError, ShapeError } from '../base/errors.ts';
import { allFinite } from '../base/finite.ts';
import { allocating } from '../base/memory.ts';
import { readShape, type Shape, showShape, sizeOf } from '../base/shape.ts';

/** Numbers and how they are laid out: `shape` is row-major, outermost first. */
export interface Matrix {
  readonly data: Float32Array | Int32Array;
  readonly shape: Shape;
}

/** Numbers in arrays in arrays; the innermost may be typed. */
export type Nested = readonly (number | boolean | Nested)[] | NumericArray;

/** What is taken wherever numbers are wanted: nested arrays, typed arrays, or `{ data, shape }`. */
export type Data = Nested | { readonly data: NumericArray | readonly number[]; readonly shape: Shape };

/** Makes an array for so many floats. */
export type Room = (length: number) => Float32Array;

const plainRoom: Room = (length) => arrayFor('f32', length) as Float32Array;

/** Deeper than any tensor; arrays that contain themselves end here. */
const DEEPEST = 16;

/**
 * Turns what users have into what a backend takes; the only place where that happens. The result is a copy: what
 * the caller does to the input afterwards changes nothing.
 *
 * | input                               | `shape`              | `data`                             |
 * | ----------------------------------- | -------------------- | ---------------------------------- |
 * | `[1, 2, 3]`                         | `[3]`                | Float32Array                       |
 * | `[[1, 2], [3, 4], [5, 6]]`          | `[3, 2]`             | Float32Array                       |
 * | `[[[…]]]`, rows may be typed arrays | by the nesting       | Float32Array                       |
 * | typed array of length n             | `[n]`                | Int32Array stays, else Float32Array |
 * | `{ data, shape }`                   | `shape`              | Int32Array stays, else Float32Array |
 *
 * Booleans are 0 and 1.
 *
 * @param name what the input is called in errors, such as `x`.
 * @param room makes the array that floats are copied into, zeroed.
 * @throws {DataError} for NaN, infinities, numbers beyond float32, and values that are no numbers, naming the element as
 *   `x[row][column]`, counted from 0; for detached arrays and bigints.
 * @throws {ShapeError} for ragged or empty arrays and a `data` that does not fill its `shape`.
 *
 * @example
 * toMatrix([[0, 1], [1, 0]]); // { data: Float32Array [0, 1, 1, 0], shape: [2, 2] }
 */
export function toMatrix(input: Data, name = 'x', room: Room = plainRoom): Matrix {
  return readGiven(name, () => matrixOf(input, name, room), DataError);
}

function matrixOf(input: unknown, name: string, room: Room): Matrix {
  if (Array.isArray(input)) return fromNested(input, name, room);
  if (ArrayBuffer.isView(input)) return fromTyped(input, undefined, name, room);
  if (typeof input === 'object' && input !== null && 'data' in input && 'shape' in input) {
    const { data, shape } = input;
    const dims = checkShape(shape, name);
    if (ArrayBuffer.isView(data)) return fromTyped(data, dims, name, room);
    if (Array.isArray(data)) return fromNested(data, name, room, dims);
  }
  throw new DataError(`${name}: ${describe(input)} is not data`, {
    wanted: 'arrays of numbers, a typed array, or { data, shape }',
    hint: 'a table goes through columns({ … }).fit(table)',
  });
}

function fromTyped(array: ArrayBufferView, shape: Shape | undefined, name: string, room: Room): Matrix {
  const data = copyTyped(array, name, room);
  const full = filled(shape ?? [data.length], data.length, name);
  checkFinite(data, full, name);
  return { data, shape: full };
}

/** A copy as float32 or int32. The copy is what gets checked: another thread may write to a shared buffer. */
function copyTyped(array: ArrayBufferView, name: string, room: Room): Float32Array | Int32Array {
  const numbers = numericArrayOf(array);
  if (numbers === undefined) throw notNumbers(array, name);
  if (numbers.length === 0 && isDetached(array.buffer)) {
    throw new DataError(`${name}: the buffer of this array was transferred away`, {
      hint: 'copy it before handing it to postMessage or structuredClone',
    });
  }
  if (numbers instanceof Int32Array) return new Int32Array(numbers);
  const copy = room(numbers.length);
  // Another thread may make a shared array longer meanwhile.
  copy.set(numbers.subarray(0, copy.length));
  return copy;
}

function notNumbers(array: ArrayBufferView, name: string): DataError {
  if (/^Big/.test(kindOfTypedArray(array) ?? '')) {
    return new DataError(`${name}: an array of bigints`, {
      hint: 'convert it with Float64Array.from(array, Number)',
    });
  }
  const what =
    kindOfTypedArray(array) === undefined ? 'a DataView has no numbers of its own' : describe(array);
  return new DataError(`${name}: ${what}`, { hint: 'wrap the buffer in a Float32Array' });
}

/** `ArrayBuffer.prototype.detached` is younger than Node 20; a view on a detached buffer throws. */
function isDetached(buffer: ArrayBufferLike): boolean {
  if (buffer.byteLength > 0) return false;
  try {
    new Uint8Array(buffer);
    return false;
  } catch {
    return true;
  }
}

function fromNested(input: readonly unknown[], name: string, room: Room, stated?: Shape): Matrix {
  const nesting = shapeOfNested(input, name);
  const shape = stated === undefined ? nesting : filled(stated, sizeOf(nesting), name);
  const data = allocating(name, sizeOf(nesting), () => room(sizeOf(nesting)));
  fill(input, nesting, [], { data, at: 0, name });
  checkFinite(data, shape, name);
  return { data, shape };
}

/** The shape by the first element of each level. */
function shapeOfNested(input: readonly unknown[], name: string): Shape {
  const shape: number[] = [];
  let level: unknown = input;
  for (; isList(level); level = level[0]) {
    if (level.length === 0) {
      throw new ShapeError(`${name}: ${shape.length === 0 ? 'the array is empty' : 'a row is empty'}`, {
        shape: [...shape, 0],
      });
    }
    shape.push(level.length);
    if (shape.length > DEEPEST) throw new ShapeError(`${name}: arrays are nested more than ${DEEPEST} deep`);
  }
  // Before there is memory for all: a long list of nothing is refused for its first.
  if (typeof level !== 'number')
    toNumber(
      level,
      shape,
      shape.map(() => 0),
      name,
    );
  return shape;
}

interface Target {
  readonly data: Float32Array;
  at: number;
  readonly name: string;
}

function fill(input: unknown, shape: Shape, path: readonly number[], target: Target): void {
  const depth = path.length;
  if (!isList(input) || input.length !== shape[depth]) throw ragged(input, shape, path, target.name);
  for (let i = 0; i < shape[depth]!; i++) {
    const value = input[i];
    if (depth + 1 < shape.length) fill(value, shape, [...path, i], target);
    // Paths are for errors; making one for each number would cost more than the numbers.
    else
      target.data[target.at++] =
        typeof value === 'number' ? value : toNumber(value, shape, [...path, i], target.name);
  }
}

function toNumber(value: unknown, shape: Shape, path: readonly number[], name: string): number {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (isList(value)) throw ragged(value, shape, path, name);
  throw new DataError(`${name}${brackets(path)} is ${describe(value)}, not a number`, {
    ...place(path),
    hint:
      typeof value === 'bigint'
        ? 'convert it with Number(value)'
        : value === undefined || value === null
          ? 'missing values are imputed by columns({ numeric: { impute: "median" } })'
          : 'words are encoded by columns({ categorical: … })',
  });
}

function ragged(value: unknown, shape: Shape, path: readonly number[], name: string): ShapeError {
  const wanted = shape.slice(path.length);
  const got = isList(value) ? `has ${value.length} elements` : `is ${describe(value)}`;
  const summary =
    wanted.length === 0
      ? `${name}${brackets(path)} is an array, its neighbours are numbers`
      : `${name}${brackets(path)} ${got}, the first of its kind has ${wanted[0]}`;
  return new ShapeError(summary, {
    shape: showShape(shape),
    ...place(path),
    hint: 'all rows must have the same length',
  });
}

function checkFinite(data: Float32Array | Int32Array, shape: Shape, name: string): void {
  if (data instanceof Int32Array || allFinite(data)) return;
  for (let i = 0; i < data.length; i++) {
    if (Number.isFinite(data[i])) continue;
    const path = pathOf(i, shape);
    throw new DataError(`${name}${brackets(path)} is ${data[i]}`, {
      ...place(path),
      wanted: 'finite numbers, at most 3.4e38 (float32)',
      hint: 'missing values are imputed by columns({ numeric: { impute: "median" } })',
    });
  }
}

function checkShape(given: unknown, name: string): Shape {
  const shape = readShape(given);
  if (shape !== undefined && shape.length <= DEEPEST) return shape;
  throw new ShapeError(`${name}: the shape is ${describeList(given)}`, {
    wanted: 'a list of whole numbers such as [4, 3]',
  });
}

/** A copy of the shape, when exactly `length` elements fill it. */
function filled(shape: Shape, length: number, name: string): Shape {
  if (length === 0) throw new ShapeError(`${name}: the array is empty`, { shape });
  if (sizeOf(shape) !== length) {
    throw new ShapeError(`${name}: ${length} numbers do not fill the shape`, { shape: showShape(shape) });
  }
  return shape;
}

function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || kindOfTypedArray(value) !== undefined;
}

function pathOf(index: number, shape: Shape): number[] {
  const path: number[] = [];
  let rest = index;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    path.unshift(rest % shape[axis]!);
    rest = Math.floor(rest / shape[axis]!);
  }
  return path;
}

function brackets(path: readonly number[]): string {
  return path.map((i) => `[${i}]`).join('');
}

/** Row and column as facts, where the element has them. */
function place(path: readonly number[]): { row?: number; column?: number } {
  const [row, column] = path;
  return {
    ...(row === undefined ? {} : { row }),
    ...(column === undefined || path.length > 2 ? {} : { column }),
  };
}
