import { constants } from 'node:buffer';
import { bytesOf } from '../base/dtype.ts';
import { FileError, OptionError } from '../base/errors.ts';
import { type Fail, quote } from './json-reader.ts';
import { LARGEST_HEADER, readHeader } from './safetensors-header.ts';
import { type ByName, type StoredTensor, safetensorsPieces } from './safetensors-pieces.ts';

export type { StoredArray } from './element-types.ts';
export { type ByName, type StoredTensor, safetensorsPieces } from './safetensors-pieces.ts';

/** What a safetensors file holds. */
export interface Safetensors {
  /** Tensors by name, in the order of the file. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** Free text by name; empty when the file has none. */
  readonly metadata: ReadonlyMap<string, string>;
}

/**
 * Writes tensors as one safetensors file, byte for byte as the reference implementation (safetensors 0.8) does: float32
 * before int32, then by name, the header padded with spaces so that the numbers stand aligned.
 *
 * | argument   | takes                                                                |
 * | ---------- | -------------------------------------------------------------------- |
 * | `tensors`  | float32 and int32 of any shape, `[]` and empty ones too; 64 dimensions |
 * | `metadata` | text by name                                                         |
 *
 * Limits: a header of 100 MB; a file of `buffer.constants.MAX_LENGTH` bytes (4 GiB on Node 20). Cost: one copy.
 *
 * @throws {ShapeError} when an array is not as long as its shape says.
 * @throws {OptionError} for a name, array or text that the format cannot hold.
 *
 * @example
 * const bytes = encodeSafetensors({ weight: { shape: [1, 2], data: new Float32Array([3, 4]) } });
 */
export function encodeSafetensors(tensors: ByName<StoredTensor>, metadata: ByName<string> = {}): Uint8Array {
  const pieces = safetensorsPieces(tensors, metadata);
  const total = pieces.reduce((bytes, piece) => bytes + piece.length, 0);
  if (total > constants.MAX_LENGTH) {
    throw new OptionError(`safetensors: the file would have ${total} bytes`, {
      limit: constants.MAX_LENGTH,
      hint: 'write safetensorsPieces() one by one',
    });
  }
  const out = new Uint8Array(total);
  let at = 0;
  for (const piece of pieces) {
    out.set(piece, at);
    at += piece.length;
  }
  return out;
}

/**
 * Reads a safetensors file that is in memory, and refuses every file that does not keep to the format: keys that come
 * twice, holes, overlaps, bytes left over, text that is not UTF-8, metadata other than strings, sizes that do not fit.
 *
 * | stored       | read as | note                                                     |
 * | ------------ | ------- | -------------------------------------------------------- |
 * | F32, I32     | itself  | a view of `bytes` where they are aligned, else a copy     |
 * | F16, BF16    | float32 | exact                                                    |
 * | F64          | float32 | rounded to nearest                                       |
 * | I64          | int32   | a value beyond int32 is refused                          |
 *
 * Limits: a header of 100 MB, 64 dimensions. Memory: at most twice the file for numbers.
 *
 * @param source Its `at` names the file in errors.
 * @throws {FileError} for anything else than a whole file of the types above, naming the tensor.
 *
 * @example
 * const { tensors } = decodeSafetensors(await readFile(path), { at: path });
 * console.log(tensors.get('weight')?.shape);
 */
export function decodeSafetensors(
  given: Uint8Array,
  { at = 'bytes' }: { readonly at?: string } = {},
): Safetensors {
  const bytes = bytesOf(given);
  if (bytes === undefined) throw new OptionError('decodeSafetensors: bytes must be a Uint8Array');
  const fail: Fail = (what, facts) => new FileError(`safetensors: ${what}`, { at, ...facts });
  const start = 8 + headerLength(bytes, fail);
  const { entries, metadata } = readHeader(
    headerText(bytes.subarray(8, start), fail),
    bytes.length - start,
    fail,
  );
  const tensors = new Map<string, StoredTensor>();
  for (const { name, type, shape, begin, end } of entries) {
    const data = type.read(bytes.subarray(start + begin, start + end));
    if (data === undefined) {
      throw fail(`tensor ${quote(name)}: a value does not fit`, { wanted: '-2^31 to 2^31 - 1' });
    }
    tensors.set(name, { shape, data });
  }
  return { tensors, metadata };
}

function headerLength(bytes: Uint8Array, fail: Fail): number {
  if (bytes.length < 8) {
    throw fail('the file is too short', { wanted: 'at least 8 bytes', got: `${bytes.length} bytes` });
  }
  const stated = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  const most = Math.min(LARGEST_HEADER, bytes.length - 8);
  if (stated > most) {
    throw fail('the header is longer than it can be', {
      wanted: `at most ${most} bytes`,
      got: `${stated} bytes`,
    });
  }
  return Number(stated);
}

function headerText(header: Uint8Array, fail: Fail): string {
  if (header[0] !== 0x7b) throw fail('the header does not begin with "{"');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(header);
  } catch {
    throw fail('the header is not UTF-8');
  }
}
