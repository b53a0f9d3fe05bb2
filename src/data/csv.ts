import { readGiven } from '../base/check.ts';
import { isRecord } from '../base/describe.ts';
import { OptionError } from '../base/errors.ts';
import { isNames, ownOptions } from './arguments.ts';
import { describe } from './cells.ts';
import { CsvReader, type CsvRules } from './csv-reader.ts';
import { withLines } from './row-lines.ts';
import { type ColumnType, type Table, tableOf } from './table.ts';
import { atOnce } from './turns.ts';

/** How a CSV is read. */
export interface CsvOptions {
  /**
   * What stands between cells: one character, or `'auto'` (default) to take it from a first line such as `sep=;`, else to
   * find it among `,` `;` tab and `|`.
   */
  readonly delimiter?: string;
  /** What stands before the decimals. `'auto'` (default) takes the comma where the file can mean nothing else. */
  readonly decimal?: '.' | ',' | 'auto';
  /**
   * What stands between groups of three digits, `''` when nothing may. `' '` takes any blank, also one that does not
   * break, and `"'"` either apostrophe. `'auto'` (default) takes it where the file can mean nothing else.
   */
  readonly thousands?: '' | ',' | '.' | ' ' | "'" | 'auto';
  /** Whether the first line names the columns (default), or their names when the file has no such line. */
  readonly header?: boolean | readonly string[];
  /** Types by column, where the cells shall not decide: `{ zip: 'text' }`. */
  readonly types?: Readonly<Record<string, ColumnType>>;
  /** Cells that mean "missing" besides the empty one, such as `'NA'`. */
  readonly missing?: string | readonly string[];
  /** Drops blanks around cells, but never inside quotes. Default true; RFC 4180 keeps them. */
  readonly trim?: boolean;
  /** Lines in front of the header to pass over. Default 0. */
  readonly skipLines?: number;
}

/** Names of the options above. */
export const CSV_OPTIONS = [
  'delimiter',
  'decimal',
  'thousands',
  'header',
  'types',
  'missing',
  'trim',
  'skipLines',
];

/**
 * Reads the text of a CSV into a table, by RFC 4180 with quotes, doubled quotes and line breaks inside quotes; LF, CRLF
 * or CR. A column is numeric when every cell that is not missing is a decimal number (`1e5`, `-.5`, `+3`) and text
 * otherwise: `0x10`, `12abc`, `1_000`, `12%`, `(12)`, `Infinity` and dates are never numbers. A missing cell is NaN in
 * a numeric column and null in a text column.
 *
 * Two kinds of digits make a column text as well, unless `types` says that it is numeric: those with a leading zero
 * (`01001`), which are names, and integers beyond 2^53, which a float64 cannot tell apart.
 *
 * `1,80` and `1.234,56` are numbers where the beginning of the file (16,384 characters) shows that a comma stands before
 * the decimals, or the options say so. `1,234` alone could be a thousand or not: such a column is text, never a guess.
 *
 * @throws {DataError} for a text that is not a table, naming line and column: rows of different length, a quote that
 *   is never closed, two columns of one name, no line at all, a cell that is no number in a column forced to be.
 * @throws {OptionError} for an option that does not exist or cannot be.
 *
 * @example
 * const table = parseCsv('age,plan\n41,basic\n,pro\n');
 * table.row(1); // { age: null, plan: 'pro' }
 */
export function parseCsv(text: string, options: CsvOptions = {}): Table {
  if (typeof text !== 'string') {
    throw new OptionError(`parseCsv: wanted a string, got ${text === null ? 'null' : typeof text}`, {
      hint: 'readCsv(path) reads a file',
    });
  }
  const rules = csvRules(options, 'text');
  let reader = new CsvReader(rules);
  atOnce(reader.feed(text));
  const late = atOnce(reader.end());
  if (late.size > 0) {
    reader = new CsvReader(rules, late);
    atOnce(reader.feed(text));
    atOnce(reader.end());
  }
  return withLines(tableOf(atOnce(reader.finish()), reader.reading), reader.lines);
}

const DECIMALS: readonly unknown[] = ['.', ',', 'auto'];
const THOUSANDS: readonly unknown[] = ['', ',', '.', ' ', "'", 'auto'];

/** The options decided and checked. */
export function csvRules(options: CsvOptions, source: string): CsvRules {
  const own = ownOptions('csv', options, CSV_OPTIONS);
  const {
    delimiter = 'auto',
    decimal = 'auto',
    thousands = 'auto',
    header = true,
    types = {},
    missing = [],
    trim = true,
    skipLines = 0,
  } = own;
  const words = typeof missing === 'string' ? [missing] : missing;
  const isCount = Number.isSafeInteger(skipLines) && skipLines >= 0;
  demand(
    'delimiter',
    delimiter,
    isDelimiter(delimiter),
    "one character, neither quote nor line break, or 'auto'",
  );
  demand('decimal', decimal, DECIMALS.includes(decimal), "'.', ',' or 'auto'");
  demand('thousands', thousands, THOUSANDS.includes(thousands), `'', ',', '.', ' ', "'" or 'auto'`);
  demand('thousands', thousands, thousands !== decimal || decimal === 'auto', 'another sign than decimal');
  demand('header', header, typeof header === 'boolean' || isNames(header), 'true, false or a list of names');
  demand('missing', missing, isNames(words), 'a string or a list of strings');
  demand('trim', trim, typeof trim === 'boolean', 'true or false');
  demand('skipLines', skipLines, isCount, 'a whole number >= 0');
  demand('types', types, isRecord(types), "an object such as { zip: 'text' }");
  const typed = readGiven('csv: types', () => Object.entries(types));
  for (const [name, type] of typed) {
    demand(`types.${name}`, type, type === 'number' || type === 'text', "'number' or 'text'");
  }
  return {
    delimiter,
    // A sign that stands between thousands does not stand before the decimals.
    decimal: decimal !== 'auto' ? decimal : thousands === '.' ? ',' : thousands === ',' ? '.' : 'auto',
    thousands,
    header: typeof header === 'boolean' ? header : [...header],
    types: new Map(typed),
    missing: new Set(words),
    trim,
    skipLines,
    source,
  };
}

function isDelimiter(value: unknown): boolean {
  return value === 'auto' || (typeof value === 'string' && /^[^"\r\n]$/.test(value));
}

function demand(option: string, got: unknown, holds: boolean, wanted: string): void {
  if (holds) return;
  throw new OptionError(`csv: option ${option} cannot be ${describe(got)}`, { wanted });
}
