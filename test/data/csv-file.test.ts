import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DataError, FileError, GliaError, OptionError } from '../../src/base/errors.ts';
import { Random } from '../../src/base/random.ts';
import { parseCsv, readCsv, Table } from '../../src/data/index.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'glia-csv-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** Bytes that a file is read in at once, as in csv-file.ts: what follows must cross such a border. */
const PIECE = 2 ** 16;

test('reads what parseCsv reads', async () => {
  const csv = '\ufeffage,plan\r\n41,"ba""sic"\r\n,pro\r\n';
  const path = write('small.csv', csv);
  expect((await readCsv(path)).toRows()).toEqual(parseCsv(csv).toRows());
  expect((await readCsv(pathToFileURL(path))).rows).toBe(2);
});

describe('a border between two pieces of the file', () => {
  // Each of these stands across the border, one byte further each time.
  const across = '7,"é\u{1f600}""\r\n,"\r\n1.25,"x"\r\n';
  const bytes = Buffer.byteLength(across);
  const offsets = Array.from({ length: bytes + 1 }, (_, i) => i);

  test.each(offsets)('%i bytes into quotes, CRLF and characters of several bytes', async (offset) => {
    const head = 'a,b\r\n';
    const fill = PIECE - Buffer.byteLength(head) - offset - 4;
    const csv = `${head}${'y'.repeat(fill)},z\r\n${across}`;
    const table = await readCsv(write('border.csv', csv));
    expect(table.rows).toBe(3);
    expect(table.row(1)).toEqual({ a: '7', b: 'é\u{1f600}"\r\n,' });
    expect(table.row(2)).toEqual({ a: '1.25', b: 'x' });
  });
});

test('a column that turns out to be text after many pieces keeps its first spelling', async () => {
  const rows = Array.from({ length: 60_000 }, (_, i) => `${i}.50,${i}`);
  const table = await readCsv(write('late.csv', ['a,b', ...rows, 'n/a,-1'].join('\n')));
  expect(table.types).toEqual({ a: 'text', b: 'number' });
  expect(table.row(0)).toEqual({ a: '0.50', b: 0 });
  expect(table.row(59_999)).toEqual({ a: '59999.50', b: 59_999 });
  expect(table.row(60_000)).toEqual({ a: 'n/a', b: -1 });
});

test('an error far into the file still names its line', async () => {
  const rows = Array.from({ length: 50_000 }, (_, i) => `${i},"two\nlines"`);
  const path = write('ragged.csv', ['a,b', ...rows, '1,2,3'].join('\n'));
  await expect(readCsv(path)).rejects.toThrow('line 100002 has 3 cells');
  await expect(readCsv(path)).rejects.toThrow(path);
});

describe('encodings', () => {
  test('other ones can be named', async () => {
    const latin = write('latin.csv', Buffer.from('name\ncaf\u00e9\n', 'latin1'));
    expect((await readCsv(latin, { encoding: 'windows-1252' })).row(0)).toEqual({ name: 'café' });
    const wide = write('wide.csv', Buffer.from('\ufeffname\ncafé\n', 'utf16le'));
    expect((await readCsv(wide, { encoding: 'utf-16le' })).columns).toEqual(['name']);
    await expect(readCsv(latin, { encoding: 'utf-9' })).rejects.toThrow(OptionError);
  });

  test.each<[string, number[], string]>([
    ['bytes that are no UTF-8', [0x61, 0x0a, 0xff], 'windows-1252'],
    ['a character that is cut off by the end', [0x61, 0x0a, 0xe2, 0x82], 'windows-1252'],
    ['gzip', [0x1f, 0x8b, 8, 0, 0xff], 'gzip'],
    ['UTF-16 with a mark', [0xff, 0xfe, 0x61, 0], 'utf-16le'],
    ['UTF-16 without', [0x61, 0, 0x0a, 0], 'NUL'],
    ['a zip', [0x50, 0x4b, 3, 4, 0xff, 0xff], '.xlsx'],
  ])('%s is refused', async (_, bytes, words) => {
    const path = write('bytes.csv', Uint8Array.from(bytes));
    await expect(readCsv(path)).rejects.toThrow(DataError);
    await expect(readCsv(path)).rejects.toThrow(words);
  });
});

describe('what is no file', () => {
  test('is missing, or a folder', async () => {
    await expect(readCsv(join(folder, 'none.csv'))).rejects.toThrow(FileError);
    await expect(readCsv(join(folder, 'none.csv'))).rejects.toThrow('no such file');
    await expect(readCsv(folder)).rejects.toThrow('a folder');
    await expect(readCsv('a\0b')).rejects.toThrow(FileError);
    await expect(readCsv(undefined as unknown as string)).rejects.toThrow(OptionError);
  });

  test.skipIf(process.platform === 'win32')(
    'is a pipe that nobody writes to: an error, not a hang',
    async () => {
      const path = join(folder, 'pipe');
      execFileSync('mkfifo', [path]);
      await expect(readCsv(path)).rejects.toThrow('not a regular file');
    },
  );
});

test('a cell of more than 16 million characters is taken for a quote that is never closed', async () => {
  const path = write('long.csv', `a\n"${'x'.repeat(2 ** 24 + 10)}`);
  await expect(readCsv(path)).rejects.toThrow('more than 16777216 characters');
});

test('any bytes give a table or an error of ours', async () => {
  const random = Random.of(9, 'bytes');
  const alphabet = [...Buffer.from('",;\n\r\t ab1.e-\0'), 0xff, 0xc3, 0xa9, 0xef, 0xbb, 0xbf];
  for (let round = 0; round < 400; round++) {
    const bytes = Array.from(
      { length: random.integer(60) },
      () => alphabet[random.integer(alphabet.length)]!,
    );
    const outcome = await readCsv(write('random.csv', Uint8Array.from(bytes))).catch((error: Error) => error);
    expect(outcome instanceof Table || outcome instanceof GliaError, `${bytes}: ${outcome}`).toBe(true);
  }
});

test('the event loop turns while a file is read', async () => {
  const rows = Array.from({ length: 100_000 }, (_, i) => `${i},${i * 2}`);
  const path = write('turns.csv', ['a,b', ...rows].join('\n'));
  let turns = 0;
  let done = false;
  const count = () => {
    turns++;
    if (!done) setImmediate(count);
  };
  setImmediate(count);
  await readCsv(path);
  done = true;
  // 1.2 MB are 76 slices of 16 KB, each in a turn of its own.
  expect(turns).toBeGreaterThan(70);
});
