import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DataError } from '../base/errors.ts';
import { didYouMean } from '../base/options.ts';
import { type CsvOptions, type Prepared, readCsv, type Table } from '../data/index.ts';
import { type Arguments, type OptionTable, UsageError } from './arguments.ts';

/** How a CSV is read: options of every command that reads one. */
export const FILE_OPTIONS = {
  delimiter: {
    value: 'CHARACTER',
    help: 'what stands between cells, "tab" for a tab (default: found among , ; tab and |)',
  },
  decimal: { value: 'SIGN', help: 'what stands before decimals: . or , (default: found if certain)' },
  thousands: {
    value: 'SIGN',
    help: "between groups of digits: , . ' space none (default: found if certain)",
  },
  missing: { value: 'WORDS', help: 'cells that mean "missing" besides the empty one, such as NA,?' },
} as const satisfies OptionTable;

type Files = Readonly<{ args: Arguments; cwd: string }>;

/** What stands between groups of digits, by the word of the command line. */
const THOUSANDS = { ',': ',', '.': '.', "'": "'", space: ' ', none: '' } as const;

/** A path of the command line; as it was typed where it means the same, so that messages show what was typed. */
export function pathIn(cwd: string, path: string): string {
  if (/^file:\/\//i.test(path)) return pathOfUrl(path);
  return resolve(path) === resolve(cwd, path) ? path : resolve(cwd, path);
}

function pathOfUrl(url: string): string {
  try {
    return fileURLToPath(url);
  } catch (error) {
    throw new UsageError(`"${url}" is no path: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Reads a table. @throws {DataError} when it has no rows. */
export async function readTable({ args, cwd }: Files, file: string): Promise<Table> {
  return refuseEmpty(await readCsv(pathIn(cwd, file), csvOptions(args)), file);
}

/**
 * Reads a table for a model.
 *
 * @throws {DataError} when there are no rows, or columns that the model needs are missing: naming them all.
 */
export async function readTableFor(prepare: Prepared, files: Files, file: string): Promise<Table> {
  const table = await readTable(files, file);
  const wanted = prepare.groups.map(({ column }) => column);
  const missing = wanted.filter((column) => !table.has(column));
  if (missing.length > 0) {
    throw new DataError(
      missing.length === 1
        ? 'a column that the model needs is missing'
        : `${missing.length} columns that the model needs are missing`,
      {
        at: file,
        missing: missing.join(', '),
        columns: table.columns.slice(0, 20).join(', '),
        hint: missing.length === 1 ? didYouMean(missing[0]!, table.columns) : undefined,
      },
    );
  }
  return table;
}

function csvOptions(args: Arguments): CsvOptions {
  const delimiter = args.text('delimiter');
  const decimal = args.word('decimal', ['.', ',']);
  const thousands = args.word('thousands', [',', '.', "'", 'space', 'none']);
  const missing = args.list('missing');
  return {
    ...(delimiter !== undefined && { delimiter: delimiterOf(delimiter) }),
    ...(decimal !== undefined && { decimal }),
    ...(thousands !== undefined && { thousands: THOUSANDS[thousands] }),
    ...(missing !== undefined && { missing }),
  };
}

function delimiterOf(text: string): string {
  if (text === 'tab' || text === '\\t') return '\t';
  if (/^[^"\r\n]$/.test(text)) return text;
  throw new UsageError(`--delimiter must be one character other than a quote, or "tab", got "${text}"`);
}

function refuseEmpty(table: Table, file: string): Table {
  if (table.rows > 0) return table;
  throw new DataError('the table has no rows', { at: file, columns: table.columns.join(', ') || undefined });
}

/** The numbers of the rows whose target is there. */
export function rowsWithTarget(table: Table, target: string): Int32Array {
  const { type, values } = table.column(target);
  const rows = Int32Array.from({ length: table.rows }, (_, row) => row);
  return rows.filter((row) => (type === 'number' ? !Number.isNaN(values[row]) : values[row] !== null));
}
