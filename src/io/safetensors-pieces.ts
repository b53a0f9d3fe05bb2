import { OptionError, ShapeError } from '../base/errors.ts';
import { type Shape, showShape, sizeOf } from '../base/shape.ts';
import { bytesOf, type StoredArray } from './element-types.ts';
import { quote } from './json-reader.ts';
import { LARGEST_HEADER, LARGEST_RANK, METADATA_KEY } from './safetensors-header.ts';

/** A tensor as files hold it: row-major, `data` as long as `shape` says. */
export interface StoredTensor {
  readonly shape: Shape;
  readonly data: StoredArray;
}

/** Values by name, as an object or as a map. */
export type ByName<T> = Readonly<Record<string, T>> | ReadonlyMap<string, T>;

/**
 * The file of `encodeSafetensors` in pieces to be written one after the other: the header, then the memory of each
 * tensor itself. Nothing is copied, so no array may change until the pieces are written.
 *
 * @throws {ShapeError} when an array is not as long as its shape says.
 * @throws {OptionError} for a name, array or text that the format cannot hold.
 *
 * @example
 * await replaceFolder('net.glia', { 'model.json': text, 'weights.safetensors': safetensorsPieces(weights) });
 */
export function safetensorsPieces(
  tensors: ByName<StoredTensor>,
  metadata: ByName<string> = {},
): readonly Uint8Array[] {
  // The order of the reference implementation: float32 before int32, so by type name, then by name.
  const stored = byKey('tensors', tensors)
    .map(([name, tensor]) => checkTensor(name, tensor))
    .sort((a, b) => (a.dtype < b.dtype ? -1 : a.dtype > b.dtype ? 1 : 0));
  const fields: string[] = [];
  const texts = byKey('metadata', metadata).map(([name, text]) =>
    member(name, JSON.stringify(checkText(text))),
  );
  if (texts.length > 0) fields.push(member(METADATA_KEY, `{${texts.join(',')}}`));
  let begin = 0;
  for (const { name, dtype, shape, data } of stored) {
    const end = begin + data.byteLength;
    fields.push(member(name, JSON.stringify({ dtype, shape, data_offsets: [begin, end] })));
    begin = end;
  }
  return [frame(fields), ...stored.map(({ data }) => bytesOf(data))];
}

/** Own entries in the order of their names' UTF-8 bytes. */
function byKey<T>(what: string, values: ByName<T>): [string, T][] {
  if (typeof values !== 'object' || values === null) {
    throw new OptionError(`safetensors: ${what} must be an object or a Map`);
  }
  const entries: [string, T][] = values instanceof Map ? [...values] : Object.entries(values);
  return entries
    .map(([name, value]) => ({ name, value, bytes: Buffer.from(checkText(name)) }))
    .sort((a, b) => Buffer.compare(a.bytes, b.bytes))
    .map(({ name, value }) => [name, value]);
}

function checkTensor(name: string, tensor: StoredTensor) {
  const of = `safetensors: tensor ${quote(name)}`;
  const { shape, data } = tensor ?? {};
  const dtype = data instanceof Float32Array ? 'F32' : data instanceof Int32Array ? 'I32' : undefined;
  if (dtype === undefined) throw new OptionError(`${of}: data must be a Float32Array or an Int32Array`);
  if (name === METADATA_KEY) throw new OptionError(`${of}: the format keeps this name for text`);
  if (!isShape(shape) || sizeOf(shape) !== data.length) {
    throw new ShapeError(`${of}: ${data.length} numbers do not fill its shape`, {
      shape: Array.isArray(shape) ? showShape(shape) : typeof shape,
    });
  }
  return { name, dtype, shape, data };
}

function isShape(shape: unknown): shape is Shape {
  return (
    Array.isArray(shape) &&
    shape.length <= LARGEST_RANK &&
    shape.every((dim) => Number.isSafeInteger(dim) && dim >= 0)
  );
}

function checkText(text: string): string {
  if (typeof text === 'string' && !/\p{Surrogate}/u.test(text)) return text;
  throw new OptionError(`safetensors: ${quote(String(text))} is not Unicode text`);
}

function member(name: string, json: string): string {
  return `${JSON.stringify(name)}:${json}`;
}

/** Length and header, padded with spaces so that the numbers after it are aligned to 8 bytes. */
function frame(fields: readonly string[]): Uint8Array {
  const json = Buffer.from(`{${fields.join(',')}}`);
  const length = Math.ceil(json.length / 8) * 8;
  if (length > LARGEST_HEADER) {
    throw new OptionError(`safetensors: the header would have ${length} bytes`, { limit: LARGEST_HEADER });
  }
  const out = new Uint8Array(8 + length).fill(0x20);
  new DataView(out.buffer).setBigUint64(0, BigInt(length), true);
  out.set(json, 8);
  return out;
}
