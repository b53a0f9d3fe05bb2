import type { FileHandle } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { TextDecoder } from 'node:util';
import { checkText, isPath } from '../base/check.ts';
import { describe } from '../base/describe.ts';
import { DataError, OptionError } from '../base/errors.ts';
import { ownOptions } from './arguments.ts';
import { CSV_OPTIONS, type CsvOptions, csvRules } from './csv.ts';
import { CsvReader } from './csv-reader.ts';
import { openFile, readPiece } from './file.ts';
import { withLines } from './row-lines.ts';
import { type Table, tableOf } from './table.ts';
import { inTurns } from './turns.ts';

/** How a CSV file is read. */
export interface CsvFileOptions extends CsvOptions {
  /** Encoding of the file, by its WHATWG name. Default `'utf-8'`; spreadsheets also write `'windows-1252'`. */
  readonly encoding?: string;
}

/** Bytes read in one go. */
const PIECE = 2 ** 16;
/** Bytes parsed in one turn of the event loop: less than a millisecond of work, ten before the code is compiled. */
const SLICE = 2 ** 14;

/**
 * Reads a CSV file into a table; the rules are those of `parseCsv`. The file is read in pieces of 64 KB with the event
 * loop running in between, so neither its text nor its rows are ever in memory as a whole. It is read a second
 * time when a column that began with numbers turns out to be text, because their spelling is needed then.
 *
 * @throws {FileError} for a file that is missing, unreadable or not a regular file.
 * @throws {DataError} for a file that is not a table or not in the encoding, naming line and column.
 * @throws {OptionError} for an option that does not exist or cannot be.
 *
 * @example
 * const table = await readCsv('customers.csv', { types: { zip: 'text' }, missing: ['NA', '?'] });
 */
export async function readCsv(path: string | URL, options: CsvFileOptions = {}): Promise<Table> {
  const { encoding: label = 'utf-8', ...rest } = ownOptions('readCsv', options, [...CSV_OPTIONS, 'encoding']);
  if (!isPath(path)) {
    throw new OptionError(`readCsv: wanted the path of a file, got ${describe(path)}`, {
      hint: 'parseCsv(text) reads a text',
    });
  }
  const rules = csvRules(rest, String(path));
  const encoding = checkEncoding(label);
  const handle = await openFile(path, 'readCsv');
  try {
    let reader = new CsvReader(rules);
    let late = await readThrough(handle, reader, rules.source, encoding);
    if (late.size > 0) {
      reader = new CsvReader(rules, late);
      late = await readThrough(handle, reader, rules.source, encoding);
      if (late.size > 0) throw new DataError('csv: the file changed while it was read', { at: rules.source });
    }
    return withLines(tableOf(await inTurns(reader.finish()), reader.reading), reader.lines);
  } finally {
    await handle.close();
  }
}

/** Feeds the whole file to the reader and returns what `end` says. */
async function readThrough(
  handle: FileHandle,
  reader: CsvReader,
  source: string,
  encoding: string,
): Promise<ReadonlySet<number>> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  const piece = Buffer.allocUnsafe(PIECE);
  let position = 0;
  for (;;) {
    const bytes = await readPiece(handle, piece, position, { who: 'readCsv', at: source });
    if (bytes.length === 0) {
      await inTurns(reader.feed(decode(decoder, bytes, position, source)));
      return inTurns(reader.end());
    }
    for (let at = 0; at < bytes.length; at += SLICE) {
      if (at > 0) await nextTurn();
      await inTurns(reader.feed(decode(decoder, bytes.subarray(at, at + SLICE), position + at, source)));
    }
    position += bytes.length;
  }
}

/** Text of the next bytes; a character cut by the border waits in the decoder. No bytes mean the end. */
function decode(decoder: TextDecoder, bytes: Uint8Array, position: number, source: string): string {
  try {
    return decoder.decode(bytes, { stream: bytes.length > 0 });
  } catch (cause) {
    const hint = position === 0 ? whatItIs(bytes) : undefined;
    throw new DataError(
      `csv: the file is not ${decoder.encoding}`,
      {
        at: source,
        near: `byte ${position}`,
        hint: hint ?? "a file of a spreadsheet may need encoding: 'windows-1252'",
      },
      cause,
    );
  }
}

/** Names the usual files that are taken for a CSV, by their first bytes. */
function whatItIs(bytes: Uint8Array): string | undefined {
  const [a, b] = bytes;
  if (a === 0x1f && b === 0x8b) return 'this is a gzip file; unpack it first';
  if (a === 0x50 && b === 0x4b) return 'this is a zip or .xlsx file; export the sheet as CSV';
  if (a === 0xff && b === 0xfe) return "this is UTF-16; use encoding: 'utf-16le'";
  if (a === 0xfe && b === 0xff) return "this is UTF-16; use encoding: 'utf-16be'";
  return undefined;
}

function checkEncoding(encoding: string): string {
  checkText('readCsv', 'encoding', encoding);
  try {
    return new TextDecoder(encoding, { fatal: true }).encoding;
  } catch {
    throw new OptionError(`readCsv: there is no encoding ${describe(encoding)}`, {
      hint: "'utf-8', 'utf-16le' and 'windows-1252' are the usual ones",
    });
  }
}
