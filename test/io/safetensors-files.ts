import type { Random } from '../../src/base/random.ts';
import { sizeOf } from '../../src/base/shape.ts';
import type { StoredTensor } from '../../src/io/safetensors.ts';

/** A file of this header and data; `length` is stated in place of the true length of the header. */
export function file(
  header: string | Uint8Array,
  data: Uint8Array = new Uint8Array(),
  length = BigInt(Buffer.byteLength(header)),
): Uint8Array {
  const start = Buffer.alloc(8);
  start.writeBigUInt64LE(length);
  return new Uint8Array(Buffer.concat([start, Buffer.from(header), data]));
}

const NAMES = [
  'weight',
  'bias',
  'layer.0.weight',
  'é',
  '漢字',
  '😀',
  '"',
  '\\',
  '\n',
  '',
  ' ',
  '__proto__',
  'constructor',
  'a/b',
];
const DIMS = [0, 1, 1, 2, 3, 5];

/** A few tensors of random bits: NaNs of every payload, infinities, subnormals and -0 among them. */
export function randomTensors(random: Random): Map<string, StoredTensor> {
  const count = random.integer(6);
  const names = [...random.permutation(NAMES.length)].slice(0, count).map((i) => NAMES[i]!);
  return new Map(names.map((name) => [name, randomTensor(random)]));
}

function randomTensor(random: Random): StoredTensor {
  const shape = Array.from({ length: random.integer(5) }, () => DIMS[random.integer(DIMS.length)]!);
  const words = Uint32Array.from({ length: sizeOf(shape) }, () => {
    const special = [0x7fa00001, 0xffc12345, 0x80000000, 0x7f800000, 1][random.integer(10)];
    return special ?? random.word();
  });
  const data = random.uniform() < 0.6 ? new Float32Array(words.buffer) : new Int32Array(words.buffer);
  return { shape, data };
}

/** Type, shape and bits of tensors by name, to be compared: to `toEqual` all NaNs are one. */
export function bits(tensors: ReadonlyMap<string, StoredTensor>): Record<string, unknown> {
  const entries = [...tensors].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(
    entries.map(([name, { shape, data }]) => {
      const words = new Uint32Array(data.buffer, data.byteOffset, data.length);
      return [name, { shape, type: data.constructor.name, words: [...words] }];
    }),
  );
}
