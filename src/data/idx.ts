import { createGunzip } from 'node:zlib';
import { isPath } from '../base/check.ts';
import { bytesOf } from '../base/dtype.ts';
import { DataError, FileError, OptionError } from '../base/errors.ts';
import type { Shape } from '../base/shape.ts';
import { checkCount, ownOptions } from './arguments.ts';
import { describe } from './cells.ts';
import { openFile, readPiece } from './file.ts';

/** The arrays that an IDX file can hold. */
export type IdxArray = Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array;

/** Numbers of an IDX file in the type of the file; `toMatrix` and `toLabels` take it as it is. */
export interface IdxData {
  readonly data: IdxArray;
  readonly shape: Shape;
}

/** How an IDX file is read. */
export interface IdxOptions {
  /** Largest file to accept, in bytes after unpacking. Default 2^31. */
  readonly maxBytes?: number;
}

interface Element {
  readonly bytes: 1 | 2 | 4 | 8;
  readonly create: (length: number) => IdxArray;
  readonly read: (view: DataView, at: number) => number;
}

// Type codes of the third byte (LeCun, Cortes and Burges, "The MNIST database", file formats); all big-endian.
const ELEMENTS: ReadonlyMap<number, Element> = new Map<number, Element>([
  [0x08, { bytes: 1, create: (n) => new Uint8Array(n), read: (view, at) => view.getUint8(at) }],
  [0x09, { bytes: 1, create: (n) => new Int8Array(n), read: (view, at) => view.getInt8(at) }],
  [0x0b, { bytes: 2, create: (n) => new Int16Array(n), read: (view, at) => view.getInt16(at) }],
  [0x0c, { bytes: 4, create: (n) => new Int32Array(n), read: (view, at) => view.getInt32(at) }],
  [0x0d, { bytes: 4, create: (n) => new Float32Array(n), read: (view, at) => view.getFloat32(at) }],
  [0x0e, { bytes: 8, create: (n) => new Float64Array(n), read: (view, at) => view.getFloat64(at) }],
]);

const LARGEST_RANK = 8;
const LARGEST_HEADER = 4 + 4 * LARGEST_RANK;

interface Header {
  readonly element: Element;
  readonly shape: readonly number[];
  /** Bytes before the numbers. */
  readonly start: number;
  /** Bytes of the whole file. */
  readonly total: number;
}

/**
 * Reads an IDX file, the format of MNIST, plain or packed with gzip (known by its first bytes, not by its name). The
 * length that the header states must be the length of the file, and is checked before memory is taken.
 *
 * @throws {FileError} for a file that is missing or unreadable, or whose gzip is damaged.
 * @throws {DataError} for anything that is not an IDX file, is cut short or goes on too long.
 *
 * @example
 * const images = await readIdx('train-images-idx3-ubyte.gz'); // shape: [60000, 28, 28]
 */
export async function readIdx(path: string | URL, options: IdxOptions = {}): Promise<IdxData> {
  const { maxBytes = 2 ** 31 } = ownOptions('readIdx', options, ['maxBytes']);
  checkCount('readIdx: maxBytes', maxBytes, 1);
  if (!isPath(path)) {
    throw new OptionError(`readIdx: wanted the path of a file, got ${describe(path)}`, {
      hint: 'parseIdx(bytes) reads what is in memory',
    });
  }
  const at = String(path);
  const handle = await openFile(path, 'readIdx');
  try {
    const mark = await readPiece(handle, new Uint8Array(2), 0, { who: 'readIdx', at });
    const packed = mark[0] === 0x1f && mark[1] === 0x8b;
    const file = handle.createReadStream({ start: 0, autoClose: false });
    const stream = packed ? file.pipe(createGunzip()) : file;
    file.on('error', (error) => stream.destroy(error));
    return numbersIn(await collect(stream, maxBytes, at), at);
  } finally {
    await handle.close();
  }
}

/**
 * Reads an IDX file that is in memory, not packed; `at` names it in errors.
 *
 * @throws {DataError} as `readIdx`.
 * @example
 * const { shape, data } = parseIdx(await readFile('t10k-labels.idx1-ubyte'));
 */
export function parseIdx(bytes: Uint8Array, at = 'bytes'): IdxData {
  const own = bytesOf(bytes);
  if (own === undefined) {
    throw new DataError(`parseIdx: wanted a Uint8Array, got ${describe(bytes)}`, {
      hint: 'readFile(path) gives one; readIdx(path) reads the file itself',
    });
  }
  return numbersIn(own, at);
}

function numbersIn(bytes: Uint8Array, at: string): IdxData {
  const { element, shape, start, total } = parseHeader(bytes, at);
  if (bytes.length !== total) throw wrongLength(bytes.length, total, shape, at);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const data = element.create((total - start) / element.bytes);
  if (data instanceof Uint8Array) data.set(bytes.subarray(start));
  else for (let i = 0; i < data.length; i++) data[i] = element.read(view, start + i * element.bytes);
  return { data, shape };
}

/** All bytes of a stream, given up as soon as there are more of them than the header or the limit allows. */
async function collect(stream: NodeJS.ReadableStream, maxBytes: number, at: string): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  let header: Header | undefined;
  try {
    for await (const piece of stream as AsyncIterable<Uint8Array>) {
      pieces.push(piece);
      length += piece.length;
      if (header === undefined && length >= LARGEST_HEADER) {
        header = parseHeader(Buffer.concat(pieces), at);
        if (header.total > maxBytes) {
          throw new DataError(`idx: the header states ${header.total} bytes`, {
            at,
            limit: `${maxBytes} (maxBytes)`,
          });
        }
      }
      if (header !== undefined && length > header.total)
        throw wrongLength(length, header.total, header.shape, at);
    }
  } catch (cause) {
    if (cause instanceof DataError) throw cause;
    throw new FileError('readIdx: the file cannot be read to its end', { at }, cause);
  }
  return Buffer.concat(pieces);
}

function parseHeader(bytes: Uint8Array, at: string): Header {
  const [zero, zeroToo, type, rank] = bytes;
  const element = ELEMENTS.get(type ?? 0);
  if (zero !== 0 || zeroToo !== 0 || element === undefined || rank === undefined) {
    const mark = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    throw new DataError(`idx: the file begins with ${mark || 'nothing'}`, {
      at,
      wanted: '00 00, a type of 08, 09 or 0b to 0e, the number of dimensions',
    });
  }
  if (rank === 0 || rank > LARGEST_RANK) {
    throw new DataError(`idx: the file states ${rank} dimensions`, { at, wanted: `1 to ${LARGEST_RANK}` });
  }
  const start = 4 + 4 * rank;
  if (bytes.length < start)
    throw new DataError('idx: the file ends in its header', { at, bytes: bytes.length });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  // A product beyond 2^53 is no longer exact, but it is no file either.
  const total = start + shape.reduce((size, dim) => size * dim, element.bytes);
  if (!Number.isSafeInteger(total)) throw new DataError('idx: the sizes are beyond any file', { at, shape });
  return { element, shape, start, total };
}

function wrongLength(got: number, wanted: number, shape: readonly number[], at: string): DataError {
  return new DataError(
    `idx: the file has ${got < wanted ? 'only' : 'at least'} ${got} bytes, its header states ${wanted}`,
    {
      at,
      shape,
      hint: got < wanted ? 'was it downloaded to the end?' : undefined,
    },
  );
}
