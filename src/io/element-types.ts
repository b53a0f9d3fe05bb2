/** The arrays that stored tensors live in. */
export type StoredArray = Float32Array | Int32Array;

/** How elements of one type are stored, and how they become numbers that glia computes with. */
export interface ElementType {
  /** Bytes of an element. */
  readonly bytes: number;
  /** Reads all elements of `raw`; `undefined` when one does not fit its array. */
  readonly read: (raw: Uint8Array) => StoredArray | undefined;
}

/** Whether this machine stores numbers as safetensors does, lowest byte first. */
const LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/**
 * Element types that can be read, by their names in safetensors.
 *
 * | name   | becomes | exact                                             |
 * | ------ | ------- | ------------------------------------------------- |
 * | `F32`  | float32 | yes, NaN payloads too                             |
 * | `I32`  | int32   | yes                                               |
 * | `F16`  | float32 | yes                                               |
 * | `BF16` | float32 | yes                                               |
 * | `F64`  | float32 | rounded to nearest; beyond the range, ±Infinity   |
 * | `I64`  | int32   | yes; a value beyond int32 is refused              |
 *
 * `F16` and `BF16` are how PyTorch models travel, `I64` is its `num_batches_tracked`.
 */
export const ELEMENT_TYPES: ReadonlyMap<string, ElementType> = new Map<string, ElementType>([
  ['F32', { bytes: 4, read: (raw) => new Float32Array(...words(raw)) }],
  ['I32', { bytes: 4, read: (raw) => new Int32Array(...words(raw)) }],
  ['F16', { bytes: 2, read: (raw) => fromBits(raw, halfToBits) }],
  ['BF16', { bytes: 2, read: (raw) => fromBits(raw, (bits) => bits << 16) }],
  ['F64', { bytes: 8, read: readDoubles }],
  ['I64', { bytes: 8, read: readLongs }],
]);

/** The bytes of an array in the order of the file; a view of the array's memory where the machine has that order. */
export function bytesOf(data: StoredArray): Uint8Array {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return LITTLE_ENDIAN ? bytes : swapped(bytes);
}

/** Buffer, offset and length of 4-byte words: `raw` itself when a typed array can stand on it, or else a copy. */
function words(raw: Uint8Array): [ArrayBufferLike, number, number] {
  const fits = LITTLE_ENDIAN && raw.byteOffset % 4 === 0;
  const { buffer, byteOffset } = fits ? raw : LITTLE_ENDIAN ? new Uint8Array(raw) : swapped(raw);
  return [buffer, byteOffset, raw.length / 4];
}

/** A copy with each word's bytes reversed, in memory of its own. */
function swapped(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(bytes);
  Buffer.from(copy.buffer).swap32();
  return copy;
}

/** Floats from 16-bit patterns. Bits are moved as integers: a float in between would change signalling NaNs. */
function fromBits(raw: Uint8Array, toBits: (half: number) => number): Float32Array {
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const bits = new Int32Array(raw.length / 2);
  for (let i = 0; i < bits.length; i++) bits[i] = toBits(view.getUint16(2 * i, true));
  return new Float32Array(bits.buffer);
}

/** The bits of a float32 with the value of an IEEE 754 binary16: 1 sign, 5 exponent, 10 fraction bits. */
function halfToBits(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return sign | 0x7f800000 | (fraction << 13);
  if (exponent !== 0) return sign | ((exponent + 112) << 23) | (fraction << 13);
  if (fraction === 0) return sign;
  // A subnormal, fraction · 2^-24, is normal in float32: its leading one moves to the implied place.
  const shift = Math.clz32(fraction) - 21;
  return sign | ((113 - shift) << 23) | (((fraction << shift) & 0x3ff) << 13);
}

function readDoubles(raw: Uint8Array): Float32Array {
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const out = new Float32Array(raw.length / 8);
  for (let i = 0; i < out.length; i++) out[i] = view.getFloat64(8 * i, true);
  return out;
}

function readLongs(raw: Uint8Array): Int32Array | undefined {
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const out = new Int32Array(raw.length / 8);
  for (let i = 0; i < out.length; i++) {
    const low = view.getInt32(8 * i, true);
    // An int32 fills the upper half with its sign.
    if (view.getInt32(8 * i + 4, true) !== low >> 31) return undefined;
    out[i] = low;
  }
  return out;
}
