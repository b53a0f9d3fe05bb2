import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DataError, FileError, OptionError } from '../../src/base/errors.ts';
import { parseIdx, readIdx, toLabels, toMatrix } from '../../src/data/index.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'glia-idx-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function write(content: Uint8Array): string {
  const path = join(folder, 'data.idx');
  writeFileSync(path, content);
  return path;
}

/** An IDX file of bytes: magic number, sizes, numbers. */
const idx = (type: number, shape: readonly number[], body: readonly number[]) => {
  const sizes = shape.flatMap((dim) => [dim >>> 24, (dim >>> 16) & 255, (dim >>> 8) & 255, dim & 255]);
  return Uint8Array.from([0, 0, type, shape.length, ...sizes, ...body]);
};

describe('the types of the format, all big-endian', () => {
  test.each<[string, number, number[], number[]]>([
    ['Uint8Array', 0x08, [0, 255], [0, 255]],
    ['Int8Array', 0x09, [0, 255], [0, -1]],
    ['Int16Array', 0x0b, [1, 2, 255, 254], [258, -2]],
    ['Int32Array', 0x0c, [0, 1, 0, 0, 255, 255, 255, 255], [65536, -1]],
    ['Float32Array', 0x0d, [0x3f, 0xc0, 0, 0, 0xc0, 0, 0, 0], [1.5, -2]],
    ['Float64Array', 0x0e, [0x3f, 0xf8, 0, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0], [1.5, -2]],
  ])('%s', (name, type, body, values) => {
    const { data, shape } = parseIdx(idx(type, [2], body));
    expect(data.constructor.name).toBe(name);
    expect([...data]).toEqual(values);
    expect(shape).toEqual([2]);
  });
});

test('a file, plain or packed, whatever its name', async () => {
  const images = idx(0x08, [2, 2, 3], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  for (const content of [images, gzipSync(images)]) {
    const read = await readIdx(write(content));
    expect(read.shape).toEqual([2, 2, 3]);
    expect(toMatrix(read)).toMatchObject({ shape: [2, 2, 3], data: Float32Array.from(read.data) });
  }
  expect(toLabels(await readIdx(write(idx(0x08, [3], [7, 0, 9]))), 10)).toEqual(Int32Array.of(7, 0, 9));
});

test('more than one piece of a stream', async () => {
  const body = Array.from({ length: 300_000 }, (_, i) => (i * 31) & 255);
  const file = idx(0x08, [300, 1000], body);
  expect([...(await readIdx(write(gzipSync(file)))).data]).toEqual(body);
  expect([...(await readIdx(write(file))).data]).toEqual(body);
});

describe('refused', () => {
  test.each<[string, Uint8Array, string]>([
    ['nothing', new Uint8Array(0), 'begins with nothing'],
    ['another format', Uint8Array.from([0x89, 0x50, 0x4e, 0x47]), 'begins with 89 50 4e 47'],
    ['an unknown type', idx(0x0a, [1], [1]), 'begins with 00 00 0a 01'],
    ['no dimensions', idx(0x08, [], [1]), '0 dimensions'],
    ['too many', Uint8Array.from([0, 0, 8, 200]), '200 dimensions'],
    ['an end in the header', Uint8Array.from([0, 0, 8, 2, 0, 0, 0, 1, 0]), 'ends in its header'],
    ['a byte too few', idx(0x08, [2, 2], [1, 2, 3]), 'only 15 bytes, its header states 16'],
    ['a byte too many', idx(0x08, [2], [1, 2, 3]), 'at least 11 bytes, its header states 10'],
    ['sizes that claim 16 GB', idx(0x0c, [2 ** 32 - 1, 1], [1]), 'only 13 bytes'],
    ['sizes beyond 2^53', idx(0x0e, [2 ** 32 - 1, 2 ** 32 - 1, 9], [1]), 'beyond any file'],
  ])('%s', async (_, bytes, words) => {
    expect(() => parseIdx(bytes)).toThrow(DataError);
    expect(() => parseIdx(bytes)).toThrow(words);
    await expect(readIdx(write(bytes))).rejects.toThrow(DataError);
  });

  test('every cut of a good file, plain or packed', async () => {
    const file = idx(0x0b, [2, 3], Array(12).fill(1));
    const packed = gzipSync(file);
    for (let end = 0; end < file.length; end++)
      expect(() => parseIdx(file.subarray(0, end))).toThrow(DataError);
    for (let end = 0; end < packed.length; end++) {
      await expect(readIdx(write(packed.subarray(0, end))), `${end}`).rejects.toThrow(/^(idx|readIdx): /);
    }
  });

  test('gzip with a wrong checksum', async () => {
    const packed = gzipSync(idx(0x08, [1], [1]));
    packed[packed.length - 8]! ^= 1;
    await expect(readIdx(write(packed))).rejects.toThrow(FileError);
  });

  test('gzip that unpacks to far more than its header states, long before it is unpacked', async () => {
    const bomb = gzipSync(Buffer.concat([idx(0x08, [100], []), Buffer.alloc(2 ** 26)]));
    const error = await readIdx(write(bomb)).catch((reason: Error) => reason);
    expect(error).toBeInstanceOf(DataError);
    const unpacked = Number(/at least (\d+) bytes/.exec((error as Error).message)![1]);
    expect(unpacked).toBeLessThan(2 ** 20);
  });

  test('a file above the limit', async () => {
    const path = write(idx(0x08, [100], Array(100).fill(0)));
    await expect(readIdx(path, { maxBytes: 50 })).rejects.toThrow('maxBytes');
    await expect(readIdx(path, { maxBytes: 0 })).rejects.toThrow(OptionError);
    await expect(readIdx(join(folder, 'none'))).rejects.toThrow(FileError);
    await expect(readIdx(folder)).rejects.toThrow('a folder');
  });
});
