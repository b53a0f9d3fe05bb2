import { type Shape, sizeOf } from '../base/shape.ts';

/** Numbers nested as a tensor's axes are. */
export type NestedNumbers = number | NestedNumbers[];

/** Numbers that a computation gave, with their shape. */
export class Values {
  readonly shape: Shape;
  readonly data: Float32Array;

  constructor(data: Float32Array, shape: Shape) {
    this.data = data;
    this.shape = shape;
  }

  /**
   * The numbers as nested arrays: rows first.
   *
   * @example
   * (await model.predict([[0, 1]])).toArray(); // [[0.98]]
   */
  toArray(): NestedNumbers[] {
    return nest(this.data, this.shape) as NestedNumbers[];
  }

  /** Plain data, for a file or another program. */
  toJSON(): { readonly shape: Shape; readonly data: number[] } {
    return { shape: this.shape, data: Array.from(this.data) };
  }
}

function nest(data: Float32Array, shape: Shape): NestedNumbers {
  const [rows, ...rest] = shape;
  if (rows === undefined) return data[0]!;
  if (rest.length === 0) return Array.from(data);
  const size = sizeOf(rest);
  return Array.from({ length: rows }, (_, i) => nest(data.subarray(i * size, (i + 1) * size), rest));
}
