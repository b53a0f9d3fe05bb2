import { ascending } from '../base/order.ts';
import { ELEMENT_TYPES, type ElementType } from './element-types.ts';
import { type Fail, JsonReader, quote } from './json-reader.ts';

/** Largest header of a safetensors file, in bytes, as in the reference implementation. */
export const LARGEST_HEADER = 100_000_000;

/** Most dimensions of a tensor, as in PyTorch. */
export const LARGEST_RANK = 64;

/** Key of the header that holds text instead of a tensor. */
export const METADATA_KEY = '__metadata__';

/** A tensor as the header states it; `begin` and `end` count bytes from the end of the header. */
export interface Entry {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/** What a header says. */
export interface Header {
  /** In the order of their bytes. */
  readonly entries: readonly Entry[];
  readonly metadata: ReadonlyMap<string, string>;
}

/**
 * Reads a header and checks it against the bytes that follow it: tensors stand one after the other from 0 to
 * `dataBytes`, without hole or overlap, each as long as its shape says.
 *
 * @throws what `fail` makes, naming the tensor.
 */
export function readHeader(text: string, dataBytes: number, fail: Fail): Header {
  const reader = new JsonReader(text, fail);
  const entries: Entry[] = [];
  const metadata = new Map<string, string>();
  reader.object((key) => {
    if (key === METADATA_KEY) reader.object((name) => metadata.set(name, reader.string()));
    else entries.push(readEntry(reader, key, fail));
  });
  reader.end();
  entries.sort((a, b) => ascending(a.begin, b.begin) || ascending(a.end, b.end));
  checkLayout(entries, dataBytes, fail);
  return { entries, metadata };
}

function readEntry(reader: JsonReader, name: string, fail: Fail): Entry {
  const of = `tensor ${quote(name)}`;
  let dtype: string | undefined;
  let shape: number[] | undefined;
  let offsets: number[] | undefined;
  reader.object((field) => {
    if (field === 'dtype') dtype = reader.string();
    else if (field === 'shape') shape = readIntegers(reader, LARGEST_RANK, `${of}: shape`, fail);
    else if (field === 'data_offsets') offsets = readIntegers(reader, 2, `${of}: data_offsets`, fail);
    // A field of a later format could change what the others mean.
    else throw fail(`${of}: unknown field ${quote(field)}`, { wanted: 'dtype, shape, data_offsets' });
  });
  if (dtype === undefined || shape === undefined || offsets?.length !== 2) {
    throw fail(`${of}: a field is missing or incomplete`, {
      wanted: 'dtype, shape, data_offsets [begin, end]',
    });
  }
  const type = ELEMENT_TYPES.get(dtype);
  if (type === undefined) {
    throw fail(`${of}: elements of this type are not supported`, {
      wanted: [...ELEMENT_TYPES.keys()].join(', '),
      got: quote(dtype),
    });
  }
  return { name, type, shape, begin: offsets[0]!, end: offsets[1]! };
}

function readIntegers(reader: JsonReader, most: number, what: string, fail: Fail): number[] {
  const list: number[] = [];
  reader.array(() => {
    if (list.length === most) throw fail(`${what} has more than ${most} numbers`);
    list.push(reader.integer());
  });
  return list;
}

function checkLayout(entries: readonly Entry[], dataBytes: number, fail: Fail): void {
  let next = 0;
  for (const { name, type, shape, begin, end } of entries) {
    const of = `tensor ${quote(name)}`;
    if (begin !== next) {
      const what = begin < next ? 'overlaps the tensor before it' : 'leaves a hole before it';
      throw fail(`${of} ${what}`, { wanted: `bytes from ${next}`, got: `bytes from ${begin}` });
    }
    const bytes = byteSize(shape, type.bytes);
    if (bytes === undefined || end - begin !== bytes) {
      throw fail(`${of}: its bytes do not fit its shape [${shape.join(', ')}]`, {
        wanted: bytes === undefined ? 'a size below 2^53' : `${bytes} bytes`,
        got: `${end - begin} bytes`,
      });
    }
    next = end;
  }
  if (next !== dataBytes) {
    throw fail(`the tensors end ${next < dataBytes ? 'before' : 'beyond'} the end of the file`, {
      wanted: `${next} bytes after the header`,
      got: `${dataBytes} bytes`,
    });
  }
}

/** Bytes of a tensor, or `undefined` when a product on the way is no exact number. */
function byteSize(shape: readonly number[], elementBytes: number): number | undefined {
  let size = elementBytes;
  for (const dim of shape) {
    size *= dim;
    if (!Number.isSafeInteger(size)) return undefined;
  }
  return size;
}
