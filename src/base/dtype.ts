import { kindOfTypedArray } from './describe.ts';
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

const CLASSES = {
  Float32Array,
  Float64Array,
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
} satisfies Record<string, new (buffer: ArrayBuffer, at: number, length: number) => NumericArray>;

const TYPED_ARRAY: object = Object.getPrototypeOf(Uint8Array.prototype);
const own = (name: 'buffer' | 'byteOffset' | 'length') =>
  Object.getOwnPropertyDescriptor(TYPED_ARRAY, name)!.get! as (this: unknown) => never;
const [bufferOf, offsetOf, lengthOf] = [own('buffer'), own('byteOffset'), own('length')];

/**
 * A typed array of numbers, from whichever realm (`node:vm`, frames) and whatever its class has overridden, as an array of
 * this realm on the same memory; undefined for anything else, and for arrays of bigints. `instanceof` then says what it is.
 * One whose buffer was transferred away comes back empty.
 *
 * @example
 * numericArrayOf(runInNewContext('new Float32Array(2)')) instanceof Float32Array; // true
 */
export function numericArrayOf(value: unknown): NumericArray | undefined {
  const kind = kindOfTypedArray(value);
  if (kind === undefined || !Object.hasOwn(CLASSES, kind)) return undefined;
  const Class = CLASSES[kind as keyof typeof CLASSES];
  const length: number = lengthOf.call(value);
  return length === 0 ? new Class(0) : new Class(bufferOf.call(value), offsetOf.call(value), length);
}

/** Bytes, from whichever realm, as those of this one on the same memory; undefined for anything else. */
export function bytesOf(value: unknown): Uint8Array | undefined {
  const array = numericArrayOf(value);
  return array instanceof Uint8Array ? array : undefined;
}
