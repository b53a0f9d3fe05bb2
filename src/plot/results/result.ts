import { describe, describeList, isRecord } from '../../base/describe.ts';
import { GliaError, OptionError, ShapeError } from '../../base/errors.ts';
import { plainOf } from '../../base/plain.ts';
import { readShape, sizeOf } from '../../base/shape.ts';
import type { PlotOptions } from '../figure.ts';

/** Numbers with a shape, as predictions and weights are. */
export interface Shaped {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

/** What is drawn of a result that is about several rows or outputs. */
export interface ResultOptions extends PlotOptions {
  /** The row, counted from 0. Default: the first, or all where they can be drawn together. */
  readonly row?: number;
  /** The output, by number or name. Default: the predicted one of a row, else the first. */
  readonly output?: number | string;
}

/** Names of {@link ResultOptions} that are not of every picture. */
export const RESULT_OPTIONS = ['row', 'output'];

/**
 * An output by number or name.
 *
 * @throws {OptionError} when there is none of that name or number.
 */
export function outputAt(
  where: string,
  output: number | string | undefined,
  names: readonly string[],
  usual: number,
): number {
  if (output === undefined) return usual;
  const k = typeof output === 'string' ? names.indexOf(output) : output;
  if (Number.isInteger(k) && k >= 0 && k < names.length) return k;
  throw new OptionError(`${where}: there is no output ${describe(output)}`, {
    outputs: names.slice(0, 20).join(', '),
  });
}

/**
 * A row by number.
 *
 * @throws {OptionError} when there is none.
 */
export function rowAt(where: string, row: number, rows: number): number {
  if (Number.isInteger(row) && row >= 0 && row < rows) return row;
  throw new OptionError(`${where}: there is no row ${describe(row)}`, { rows });
}

/**
 * The data of a picture, made of a plain copy of what was given: a result, or such data already.
 *
 * @throws {OptionError} for what calls itself a result and lacks what one has, and for what cannot be read.
 */
export function translated<D, T>(where: string, data: D, make: (given: D) => T): T {
  const given = plainOf(`${where}: data`, data);
  try {
    return make(given);
  } catch (error) {
    if (error instanceof GliaError) throw error;
    const hint = 'give a result as glia computed it, or the fields of the picture';
    // The cause would name a variable of ours.
    throw new OptionError(`${where}: data is not whole`, { hint });
  }
}

/** What a result says that it is; nothing for other data. */
export function methodOf(data: unknown): string | undefined {
  const method: unknown = isRecord(data) ? data['method'] : undefined;
  return typeof method === 'string' ? method : undefined;
}

/** The longest axis of data without a number: its entries may have names. */
const LONGEST_EMPTY = 2 ** 16;

/**
 * Numbers whose shape is theirs, so that nobody counts to a length that nothing has.
 *
 * @throws {ShapeError} for a shape that the numbers do not fill.
 */
export function filled(where: string, { shape, data }: Shaped): Shaped {
  const dims = readShape(shape);
  const isEmpty = data.length === 0 && dims?.every((dim) => dim <= LONGEST_EMPTY);
  if (dims !== undefined && sizeOf(dims) === data.length && (data.length > 0 || isEmpty))
    return { shape: dims, data };
  throw new ShapeError(`${where}: data does not fill its shape`, {
    shape: describeList(shape),
    data: `[${data.length}]`,
  });
}
