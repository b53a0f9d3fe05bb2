import { allocating } from './memory.ts';

/** Element types of a graph: float32 values and int32 indices. */
export type DType = 'f32' | 'i32';

/** Precision in which the reference backend computes `f32` tensors; float64 makes it the judge in gradient checks. */
export type Precision = 'float32' | 'float64';

/** The typed arrays that tensors live in. */
export type NumberArray = Float32Array | Float64Array | Int32Array;

/**
 * A zeroed array for `length` elements of `dtype`, in the precision that floats are computed in.
 *
 * @throws {BackendError} when there is no memory for it.
 */
export function arrayFor(dtype: DType, length: number, precision: Precision = 'float32'): NumberArray {
  return allocating('an array', length, () => {
    if (dtype === 'i32') return new Int32Array(length);
    return precision === 'float64' ? new Float64Array(length) : new Float32Array(length);
  });
}

/** Typed arrays of numbers that hold no bigint. */
export type NumericArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array;
