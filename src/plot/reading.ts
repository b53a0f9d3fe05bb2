import { readGiven } from '../base/check.ts';
import { describe, isRecord, kindOfTypedArray } from '../base/describe.ts';
import { DataError, OptionError, ShapeError } from '../base/errors.ts';
import { didYouMean } from '../base/options.ts';
import { clip } from './text.ts';

/** Rows of numbers: an array of them, or `{ shape: [rows, columns], data }` as predictions are. */
export type Rows =
  | ArrayLike<ArrayLike<number>>
  | { readonly shape: readonly number[]; readonly data: ArrayLike<number> };

/** A table of numbers, row by row. */
export interface Grid {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
}

/** No reader wants more of a name. */
export const LONGEST = 1000;

/** 128 MB of float64: what is larger is no picture. */
const MOST = 2 ** 24;

/**
 * The own fields of an object, checked for names that there are none of. Methods may stand beside them: results of
 * glia have some.
 *
 * @throws {OptionError} for an unknown field, with the nearest known one, and for what is not an object.
 */
export function fieldsOf<T extends object>(where: string, data: T, known: readonly string[]): T {
  if (!isRecord(data)) {
    throw new OptionError(`${where} must be an object, got ${describe(data)}`, { known: known.join(', ') });
  }
  const own = readGiven(where, () => Object.assign(Object.create(null) as Record<string, unknown>, data));
  const unknown = Object.keys(own).find((key) => !known.includes(key) && typeof own[key] !== 'function');
  if (unknown !== undefined) {
    const hint = didYouMean(unknown, known);
    throw new OptionError(`${where} has no field ${describe(unknown)}`, { known: known.join(', '), hint });
  }
  return own as T;
}

/**
 * A copy of numbers, some of which may be NaN or infinite.
 *
 * @throws {OptionError} for what is not a list of numbers.
 * @throws {ShapeError} when there are not `length` of them.
 */
export function numbersOf(where: string, name: string, values: unknown, length?: number): Float64Array {
  const list = listOf(where, name, values, 'numbers');
  const copy = new Float64Array(list.length);
  for (let i = 0; i < copy.length; i++) {
    const x = list[i];
    if (typeof x !== 'number') {
      throw new OptionError(`${where}: ${name}[${i}] must be a number, got ${describe(x)}`);
    }
    copy[i] = x;
  }
  checkLength(where, name, copy.length, length);
  return copy;
}

/**
 * Numbers of which each is needed, so that none may be left out.
 *
 * @throws {DataError} for the first that is not finite.
 */
export function finiteNumbersOf(where: string, name: string, values: unknown, length?: number): Float64Array {
  const copy = numbersOf(where, name, values, length);
  const bad = copy.findIndex((x) => !Number.isFinite(x));
  if (bad !== -1) throw new DataError(`${where}: ${name}[${bad}] is ${copy[bad]}, wanted a finite number`);
  return copy;
}

/**
 * One number.
 *
 * @throws {OptionError} for what is not a number.
 * @throws {DataError} when it is not finite.
 */
export function finiteOf(where: string, name: string, value: unknown): number {
  if (typeof value !== 'number')
    throw new OptionError(`${where}: ${name} must be a number, got ${describe(value)}`);
  if (!Number.isFinite(value)) throw new DataError(`${where}: ${name} is ${value}, wanted a finite number`);
  return value;
}

/**
 * A table of numbers, some of which may be NaN or infinite.
 *
 * @throws {OptionError} for what is not rows of numbers.
 * @throws {ShapeError} for rows of different lengths, and a shape that is not that of the data.
 */
export function gridOf(where: string, name: string, values: unknown): Grid {
  return readGiven(`${where}: ${name}`, () => readGrid(where, name, values));
}

function readGrid(where: string, name: string, values: unknown): Grid {
  if (typeof values === 'object' && values !== null && 'shape' in values && 'data' in values) {
    const data = numbersOf(where, `${name}.data`, values.data);
    const shape = [...numbersOf(where, `${name}.shape`, values.shape)];
    if (shape.length !== 2 || shape[0]! * shape[1]! !== data.length) {
      throw new ShapeError(`${where}: ${name} must be rows and columns, got [${shape.join(', ')}]`, {
        data: `[${data.length}]`,
      });
    }
    return { rows: shape[0]!, columns: shape[1]!, data };
  }
  const list = listOf(where, name, values, 'rows of numbers');
  const rows = Array.from({ length: list.length }, (_, i) => list[i]);
  const read = rows.map((row, i) => numbersOf(where, `${name}[${i}]`, row));
  const columns = read[0]?.length ?? 0;
  read.forEach((row, i) => void checkLength(where, `${name}[${i}]`, row.length, columns));
  if (rows.length * columns > MOST)
    throw new OptionError(`${where}: ${name} has ${rows.length * columns} numbers`);
  const data = new Float64Array(rows.length * columns);
  read.forEach((row, i) => void data.set(row, i * columns));
  return { rows: rows.length, columns, data };
}

/**
 * Names: as many as wanted, or made by `other` where there are none.
 *
 * @throws {OptionError} for what is not a list of strings.
 * @throws {ShapeError} when there are not `length` of them.
 */
export function namesOf(
  where: string,
  name: string,
  values: unknown,
  length: number | undefined,
  other: (i: number) => string,
): string[] {
  if (values === undefined) return Array.from({ length: length ?? 0 }, (_, i) => other(i));
  const list = listOf(where, name, values, 'strings');
  checkLength(where, name, list.length, length);
  return Array.from({ length: list.length }, (_, i) => textOf(where, `${name}[${i}]`, list[i], ''));
}

/**
 * A string, or another where there is none. A name of a megabyte is cut here, before it is measured many times.
 *
 * @throws {OptionError} for what is not a string.
 */
export function textOf<T>(where: string, name: string, value: unknown, other: T): string | T {
  if (value === undefined) return other;
  if (typeof value !== 'string')
    throw new OptionError(`${where}: ${name} must be a string, got ${describe(value)}`);
  return clip(value, LONGEST);
}

/**
 * A list of anything, as a copy unless it is a typed array.
 *
 * @throws {OptionError} for what is not one, and for one that no picture can hold.
 */
export function listOf(where: string, name: string, values: unknown, what: string): ArrayLike<unknown> {
  return readGiven(`${where}: ${name}`, () => {
    const list = values as ArrayLike<unknown> | null;
    const length: unknown = typeof list === 'object' && list !== null ? list.length : undefined;
    if (typeof length !== 'number' || !Number.isSafeInteger(length) || length < 0) {
      throw new OptionError(`${where}: ${name} must be a list of ${what}, got ${describe(values)}`);
    }
    if (length > MOST)
      throw new OptionError(`${where}: ${name} has ${length} elements, at most ${MOST} are drawn`);
    const isTyped = kindOfTypedArray(list) !== undefined;
    return isTyped ? list! : Array.from({ length }, (_, i): unknown => list![i]);
  });
}

/**
 * True or false, and false where nothing is said.
 *
 * @throws {OptionError} for what is neither.
 */
export function flagOf(where: string, name: string, value: unknown): boolean {
  if (value === undefined || typeof value === 'boolean') return value ?? false;
  throw new OptionError(`${where}: ${name} must be true or false, got ${describe(value)}`);
}

/** @throws {ShapeError} when there are not as many as wanted. */
export function checkLength(where: string, name: string, got: number, wanted: number | undefined): void {
  if (wanted === undefined || got === wanted) return;
  throw new ShapeError(`${where}: ${name} has ${got} elements, wanted ${wanted}`);
}

/** What was left out of a picture, in words; nothing when that is nothing. */
export function leftOut(missing: number, total: number, things: string, reason = 'not finite'): string[] {
  return missing === 0 ? [] : [`${missing} of ${total} ${things} left out: ${reason}.`];
}

/** Why a number has no place on axes of these kinds. */
export function reasonFor(...kinds: readonly string[]): string {
  return kinds.includes('log') ? 'not finite, or not above 0' : 'not finite';
}
