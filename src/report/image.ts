import { DataError } from '../base/errors.ts';
import { largest, smallest } from '../base/order.ts';
import type { Prepared, Table } from '../data/index.ts';
import type { Size } from './subject.ts';

/** Columns as the pixels of a picture, row by row from the top left. */
export interface Image extends Size {
  readonly columns: readonly string[];
}

const LEAST_SIDE = 4;

/**
 * Columns that are taken for the pixels of a grey picture. The rule is a narrow one, since a table that is drawn as a
 * picture is worse than a picture that is drawn as a table:
 *
 * - every column but the target is numeric, those that were left out for being constant too;
 * - all names are the same but for numbers at their end, which say row and column (`pixel_0_7`) or count
 *   (`pixel7`), without a gap; with one number the picture is a square;
 * - no side is shorter than 4 pixels;
 * - all values are whole numbers from 0 to 255, or all lie between 0 and 1.
 *
 * @returns the picture, or `undefined`.
 */
export function findImage(prepare: Prepared, table: Table): Image | undefined {
  const columns = table.columns.filter((name) => name !== prepare.target?.column);
  const { inputs } = prepare.toJSON();
  if (!inputs.every(({ kind }) => kind === 'numeric')) return undefined;
  if (!columns.every((name) => table.types[name] === 'number')) return undefined;
  const image = byPosition(columns) ?? byCount(columns);
  return image !== undefined && holdsPixels(table, columns) ? image : undefined;
}

/**
 * All columns but the target as a picture of a given size, in the order of the table.
 *
 * @throws {DataError} when they are not as many as its pixels, or not all numeric.
 */
export function asImage(prepare: Prepared, table: Table, { width, height }: Size): Image {
  const columns = table.columns.filter((name) => name !== prepare.target?.column);
  const words = columns.filter((name) => table.types[name] !== 'number');
  if (columns.length === width * height && words.length === 0) return { width, height, columns };
  throw new DataError(
    words.length > 0
      ? `a picture takes columns of numbers, and "${words[0]}" holds words`
      : `a picture of ${width}x${height} takes ${width * height} columns besides the target, the table has ${columns.length}`,
    { hint: 'leave other columns out with --drop, or leave out --image' },
  );
}

/** What a picture shows of a row: 0 where a column has no value, or is not there. */
export function pixelsOf({ columns }: Image, cell: (column: string) => unknown): Float64Array {
  return Float64Array.from(columns, (column) => {
    const value = cell(column);
    return typeof value === 'number' && Number.isFinite(value) ? value : 0;
  });
}

/** `stem_row_column`, in any order of the table. */
function byPosition(columns: readonly string[]): Image | undefined {
  const parsed = columns.map((name) => /^(.*?)(\d+)[^\d](\d+)$/.exec(name));
  if (!sameStem(parsed)) return undefined;
  const places = parsed.map((match, i) => ({
    y: Number(match![2]),
    x: Number(match![3]),
    name: columns[i]!,
  }));
  const [top, left] = [smallest(places.map(({ y }) => y)), smallest(places.map(({ x }) => x))];
  const height = largest(places.map(({ y }) => y)) - top + 1;
  const width = largest(places.map(({ x }) => x)) - left + 1;
  return filled(
    width,
    height,
    places.map(({ x, y, name }) => [(y - top) * width + x - left, name]),
  );
}

/** `stem7`, counted row by row. */
function byCount(columns: readonly string[]): Image | undefined {
  const side = Math.sqrt(columns.length);
  const parsed = columns.map((name) => /^(.*?)(\d+)$/.exec(name));
  if (!Number.isInteger(side) || !sameStem(parsed)) return undefined;
  const numbers = parsed.map((match) => Number(match![2]));
  const first = smallest(numbers);
  return filled(
    side,
    side,
    numbers.map((number, i) => [number - first, columns[i]!]),
  );
}

function sameStem(parsed: readonly (RegExpExecArray | null)[]): boolean {
  return parsed.length > 0 && parsed.every((match) => match !== null && match[1] === parsed[0]![1]);
}

/** A picture where every pixel has one column. */
function filled(
  width: number,
  height: number,
  places: readonly [at: number, name: string][],
): Image | undefined {
  if (width < LEAST_SIDE || height < LEAST_SIDE || width * height !== places.length) return undefined;
  const columns = new Array<string | undefined>(places.length).fill(undefined);
  for (const [at, name] of places) columns[at] = name;
  return columns.includes(undefined) ? undefined : { width, height, columns: columns as string[] };
}

function holdsPixels(table: Table, columns: readonly string[]): boolean {
  let [whole, share] = [true, true];
  for (const name of columns) {
    for (const value of table.column(name).values as Float64Array) {
      whole &&= Number.isInteger(value) && value >= 0 && value <= 255;
      share &&= value >= 0 && value <= 1;
      if (!whole && !share) return false;
    }
  }
  return true;
}
