import { type Shape, sizeOf } from '../base/shape.ts';

/** Rows of data as a program takes them: all axes but the first belong to a row. */
export interface Rows {
  readonly data: Float32Array | Int32Array;
  readonly shape: Shape;
}

/** The rows `order[from]` to `order[to - 1]`, behind each other. */
export function takeRows({ data, shape }: Rows, order: Int32Array, from: number, to: number): Rows['data'] {
  const width = sizeOf(shape.slice(1));
  const out =
    data instanceof Int32Array ? new Int32Array((to - from) * width) : new Float32Array((to - from) * width);
  for (let i = from; i < to; i++) {
    const row = order[i]!;
    if (width === 1) out[i - from] = data[row]!;
    else out.set(data.subarray(row * width, (row + 1) * width), (i - from) * width);
  }
  return out;
}

/** The rows `from` to `to - 1`, not copied. */
export function sliceRows({ data, shape }: Rows, from: number, to: number): Rows['data'] {
  const width = sizeOf(shape.slice(1));
  return data.subarray(from * width, to * width);
}

/** Some rows, as rows. */
export function selectRows(rows: Rows, order: Int32Array): Rows {
  return { data: takeRows(rows, order, 0, order.length), shape: [order.length, ...rows.shape.slice(1)] };
}
