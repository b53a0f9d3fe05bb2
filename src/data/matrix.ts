import { checkText, readGiven } from '../base/check.ts';
import { describe, describeList, kindOfTypedArray } from '../base/describe.ts';
import { arrayFor, type NumericArray, numericArrayOf } from '../base/dtype.ts';
import { DataError, OptionError, ShapeError } from '../base/errors.ts';
import { allFinite } from '../base/finite.ts';
import { allocating } from '../base/memory.ts';
import { atOnce, type Pieces } from '../base/pieces.ts';
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

function floatsIn(room: Room, length: number, name: string): Float32Array {
  const made: unknown = room(length);
  if (made instanceof Float32Array && made.length === length) return made;
  throw new OptionError(`${name}: room must make a Float32Array of ${length}, got ${describe(made)}`);
}

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
  checkText('data', 'name', name);
  if (typeof room !== 'function')
    throw new OptionError(`${name}: room must be a function, got ${describe(room)}`);
  const matrix = atOnce(copyInPieces(input, name, room, unwatched));
  atOnce(checkInPieces(matrix, name));
  return matrix;
}

/** Numbers of a piece: some milliseconds where memory that was never touched is slow. */
const PIECE = 1 << 18;

/**
 * The copy that {@link toMatrix} makes, piece by piece, not yet looked at: {@link checkInPieces} does that. Whatever
 * changes its size between two pieces is refused, and so is what changes elsewhere than in a few thousand numbers.
 *
 * @throws {DataError | ShapeError} as `toMatrix`, but for numbers that are not finite.
 */
export function* copyInPieces(
  input: Data,
  name = 'x',
  room: Room = plainRoom,
  watched: Watch = watch,
): Pieces<Matrix> {
  const work = copying(input, name, room, watched);
  for (;;) {
    const step = readGiven(name, () => work.next(), DataError);
    if (step.done) return step.value;
    yield step.value;
  }
}

function* copying(input: unknown, name: string, room: Room, watched: Watch): Pieces<Matrix> {
  if (Array.isArray(input)) return yield* copyNested(input, undefined, name, room, watched);
  if (ArrayBuffer.isView(input)) return yield* copyTyped(input, undefined, name, room, watched);
  if (typeof input === 'object' && input !== null && 'data' in input && 'shape' in input) {
    const { data, shape } = input;
    const dims = checkShape(shape, name);
    if (ArrayBuffer.isView(data)) return yield* copyTyped(data, dims, name, room, watched);
    if (Array.isArray(data)) return yield* copyNested(data, dims, name, room, watched);
  }
  throw new DataError(`${name}: ${describe(input)} is not data`, {
    wanted: 'arrays of numbers, a typed array, or { data, shape }',
    hint: 'a table goes through columns({ … }).fit(table)',
  });
}

/**
 * Refuses numbers that are not finite, piece by piece.
 *
 * @throws {DataError} naming the first.
 */
export function* checkInPieces({ data, shape }: Matrix, name: string): Pieces<void> {
  if (data instanceof Int32Array) return;
  for (let at = 0; at < data.length; at += PIECE) {
    const piece = data.subarray(at, at + PIECE);
    if (!allFinite(piece)) throw notFinite(data, at, shape, name);
    yield piece.length;
  }
}

/** A copy as float32 or int32. The copy is what gets checked: another thread may write to a shared buffer. */
function* copyTyped(
  array: ArrayBufferView,
  stated: Shape | undefined,
  name: string,
  room: Room,
  watched: Watch,
): Pieces<Matrix> {
  const numbers = numericArrayOf(array);
  if (numbers === undefined) throw notNumbers(array, name);
  if (numbers.length === 0 && isDetached(array.buffer)) throw transferred(name);
  const { length } = numbers;
  const shape = filled(stated ?? [length], length, name);
  const data = allocating(name, length, () =>
    numbers instanceof Int32Array ? new Int32Array(length) : floatsIn(room, length, name),
  );
  const check = watched(data, name, (i) => numbers[i]);
  for (let at = 0; at < length; at += PIECE) {
    if (isDetached(numbers.buffer)) throw transferred(name);
    // Another thread may make a shared array longer meanwhile, which is all the same; nobody may make it shorter.
    if (numbers.length < length) throw inMotion(name);
    const to = Math.min(at + PIECE, length);
    data.set(numbers.subarray(at, to), at);
    yield to - at;
  }
  check();
  return { data, shape };
}

function transferred(name: string): DataError {
  return new DataError(`${name}: the buffer of this array was transferred away`, {
    hint: 'copy it before handing it to postMessage or structuredClone',
  });
}

function inMotion(name: string): DataError {
  return new DataError(`${name} was changed while it was copied`, {
    hint: 'leave large data as they are until the first callback is called, or await fit',
  });
}

/** Numbers by which a change in much data is seen. */
const WATCHED = 1 << 14;

/** Looks at data that are about to be copied to `copy`; what it returns throws if the copy holds other numbers. */
type Watch = (copy: Matrix['data'], name: string, numberAt: (i: number) => unknown) => () => void;

/** What is copied in one go cannot change meanwhile. */
const unwatched: Watch = () => () => undefined;

const watch: Watch = (copy, name, numberAt) => {
  const { length } = copy;
  if (length <= PIECE) return () => undefined;
  const places = Float64Array.from({ length: WATCHED }, (_, i) => Math.floor((i * length) / WATCHED));
  const seen = copy instanceof Int32Array ? new Int32Array(WATCHED) : new Float32Array(WATCHED);
  places.forEach((place, i) => {
    const value = numberAt(place);
    // Anything else than numbers and booleans is refused when it is copied.
    seen[i] = typeof value === 'number' || typeof value === 'boolean' ? Number(value) : Number.NaN;
  });
  return () => {
    if (!seen.every((value, i) => Object.is(value, copy[places[i]!]))) throw inMotion(name);
  };
};

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

function* copyNested(
  input: readonly unknown[],
  stated: Shape | undefined,
  name: string,
  room: Room,
  watched: Watch,
): Pieces<Matrix> {
  const nesting = shapeOfNested(input, name);
  const shape = stated === undefined ? nesting : filled(stated, sizeOf(nesting), name);
  const data = allocating(name, sizeOf(nesting), () => floatsIn(room, sizeOf(nesting), name));
  const check = watched(data, name, (i) => elementAt(input, pathOf(i, nesting)));
  const width = sizeOf(nesting.slice(1));
  const rows = Math.max(1, Math.floor(PIECE / width));
  const target: Target = { data, at: 0, name };
  for (let from = 0; from < nesting[0]!; from += rows) {
    const to = Math.min(from + rows, nesting[0]!);
    fill(input, nesting, [], target, from, to);
    yield (to - from) * width;
  }
  check();
  return { data, shape };
}

function elementAt(input: unknown, path: readonly number[]): unknown {
  let element = input;
  for (const i of path) element = isList(element) ? element[i] : undefined;
  return element;
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
    if (!Number.isSafeInteger(level.length) || level.length < 0)
      throw new ShapeError(`${name}: an array of ${describe(level.length)} elements`);
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

function fill(
  input: unknown,
  shape: Shape,
  path: readonly number[],
  target: Target,
  from = 0,
  to = shape[path.length]!,
): void {
  const depth = path.length;
  if (!isList(input) || input.length !== shape[depth]) throw ragged(input, shape, path, target.name);
  for (let i = from; i < to; i++) {
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

/** The error for the first number from `from` on that is not finite. */
function notFinite(data: Float32Array, from: number, shape: Shape, name: string): DataError {
  let i = from;
  while (Number.isFinite(data[i])) i++;
  const path = pathOf(i, shape);
  return new DataError(`${name}${brackets(path)} is ${data[i]}`, {
    ...place(path),
    wanted: 'finite numbers, at most 3.4e38 (float32)',
    hint: 'missing values are imputed by columns({ numeric: { impute: "median" } })',
  });
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
