import type { NumberArray } from '../base/dtype.ts';
import type { Pieces } from '../base/pieces.ts';
import { type Shape, sizeOf } from '../base/shape.ts';
import type { Room } from '../data/matrix.ts';

/** Rows of data as a program takes them: all axes but the first belong to a row. */
export interface Rows {
  readonly data: Float32Array | Int32Array;
  readonly shape: Shape;
}

/** The rows `order[from]` to `order[to - 1]`, behind each other. */
export function takeRows(rows: Rows, order: Int32Array, from: number, to: number): Rows['data'] {
  const length = (to - from) * sizeOf(rows.shape.slice(1));
  const into = rows.data instanceof Int32Array ? new Int32Array(length) : new Float32Array(length);
  copyRows(rows, order, from, to, into);
  return into;
}

/** The same into an array that is there. */
export function copyRows(
  { data, shape }: Rows,
  order: Int32Array,
  from: number,
  to: number,
  into: NumberArray,
): void {
  const width = sizeOf(shape.slice(1));
  if (width === 1) {
    for (let i = from; i < to; i++) into[i - from] = data[order[i]!]!;
    return;
  }
  for (let i = from; i < to; i++) {
    const row = order[i]! * width;
    into.set(data.subarray(row, row + width), (i - from) * width);
  }
}

/** The rows `from` to `to - 1`, not copied unless rows of zeros are `added`. */
export function sliceRows({ data, shape }: Rows, from: number, to: number, added = 0): Rows['data'] {
  const width = sizeOf(shape.slice(1));
  const rows = data.subarray(from * width, to * width);
  if (added === 0) return rows;
  const length = rows.length + added * width;
  const more = data instanceof Int32Array ? new Int32Array(length) : new Float32Array(length);
  more.set(rows);
  return more;
}

/** Some rows, as rows. */
export function selectRows(rows: Rows, order: Int32Array): Rows {
  return { data: takeRows(rows, order, 0, order.length), shape: [order.length, ...rows.shape.slice(1)] };
}

/** Numbers that are gathered between two pauses. */
const PIECE = 1 << 18;

const plainRoom: Room = (length) => new Float32Array(length);

/** The same of floats, piece by piece, into `room`. */
export function* selectInPieces(
  { data, shape }: Rows,
  order: Int32Array,
  room: Room = plainRoom,
): Pieces<Rows> {
  const width = sizeOf(shape.slice(1));
  const into = room(order.length * width);
  const some = Math.max(1, Math.floor(PIECE / width));
  for (let from = 0; from < order.length; from += some) {
    const to = Math.min(from + some, order.length);
    copyRows({ data, shape }, order, from, to, into.subarray(from * width, to * width));
    yield (to - from) * width;
  }
  return { data: into, shape: [order.length, ...shape.slice(1)] };
}
