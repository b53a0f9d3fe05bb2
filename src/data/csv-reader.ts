import { DataError, OptionError } from '../base/errors.ts';
import { didYouMean } from '../base/options.ts';
import { ColumnBuilder } from './column-builder.ts';
import { findDelimiter } from './csv-delimiter.ts';
import { type CellSink, CsvLexer } from './csv-lexer.ts';
import type { Reading } from './reading.ts';
import { RowLines } from './row-lines.ts';
import type { Column, ColumnType } from './table.ts';

/** Options of a CSV, all decided. */
export interface CsvRules {
  readonly delimiter: string | 'auto';
  readonly header: boolean | readonly string[];
  readonly types: ReadonlyMap<string, ColumnType>;
  readonly missing: ReadonlySet<string>;
  readonly trim: boolean;
  readonly skipLines: number;
  /** Name of the file, for errors. */
  readonly source: string;
}

/** Characters from the beginning that the delimiter is found from. */
const SAMPLE = 16384;

/** A wider table is a file with the wrong delimiter; each column costs memory of its own. */
const MOST_COLUMNS = 2 ** 17;

/** One pass over the text of a CSV: pieces in, columns out. */
export class CsvReader implements CellSink {
  readonly #rules: CsvRules;
  /** Columns that an earlier pass found to be text. */
  readonly #text: ReadonlySet<number>;
  #lexer: CsvLexer | undefined;
  #sample = '';
  #first: string[] = [];
  #columns: ColumnBuilder[] | undefined;
  #cells = 0;
  #blanks = 0;
  /** The lines that the rows begin on. */
  readonly lines = new RowLines();

  constructor(rules: CsvRules, text: ReadonlySet<number> = new Set()) {
    this.#rules = rules;
    this.#text = text;
    if (typeof rules.header !== 'boolean') this.#open(rules.header);
  }

  /** Takes the next piece of the text, which may end anywhere. */
  feed(text: string): void {
    if (text.includes('\0')) {
      const hint = 'is this a text file? UTF-16 needs encoding: "utf-16le"';
      throw new DataError('csv: the file holds a NUL character', { at: this.#rules.source, hint });
    }
    if (this.#lexer !== undefined) {
      this.#lexer.feed(text);
      return;
    }
    this.#sample += text;
    if (this.#sample.length >= SAMPLE) this.#begin();
  }

  /** Ends the text. Returns the positions of columns that are text but were read as numbers at first. */
  end(): ReadonlySet<number> {
    if (this.#lexer === undefined) this.#begin();
    this.#lexer!.end();
    if (this.#columns === undefined) {
      throw new DataError('csv: the file is empty', {
        at: this.#rules.source,
        wanted:
          this.#rules.header === true ? 'a first line with the names of the columns' : 'at least one row',
      });
    }
    return new Set(this.#columns.flatMap((column, i) => (column.late ? [i] : [])));
  }

  /** How the cells are read. */
  get reading(): Reading {
    return { missing: this.#rules.missing, decimal: '.', thousands: '' };
  }

  /** The columns by name, after `end`. Yields now and then. */
  *finish(): Generator<void, Map<string, Column>> {
    const columns = new Map<string, Column>();
    for (const builder of this.#columns ?? []) columns.set(builder.rule.name, yield* builder.finish());
    return columns;
  }

  cell(text: string, start: number, end: number, line: number): void {
    const at = this.#cells++;
    if (this.#columns === undefined) {
      this.#first.push(text.slice(start, end));
      if (at >= MOST_COLUMNS) throw this.#tooWide(line);
      return;
    }
    if (at === 0) this.#flushBlanks(line);
    this.#columns[at]?.push(text, start, end, line);
  }

  row(line: number): void {
    const cells = this.#cells;
    this.#cells = 0;
    if (this.#columns !== undefined) {
      if (cells !== this.#columns.length) throw this.#ragged(cells, line);
      this.lines.add(line);
      return;
    }
    this.#blanks = 0;
    const first = this.#first;
    if (this.#rules.header === true) {
      this.#open(first.map((name, i) => (name === '' ? `column${i + 1}` : name)));
      return;
    }
    this.#open(first.map((_, i) => `column${i + 1}`));
    this.lines.add(line);
    first.forEach((cell, i) => {
      this.#columns![i]!.push(cell, 0, cell.length, line);
    });
  }

  /** Blank lines are passed over, except that inside a table of one column they are its missing values. */
  blank(): void {
    this.#blanks++;
  }

  #flushBlanks(line: number): void {
    for (; this.#blanks > 0 && this.#columns?.length === 1; this.#blanks--) {
      this.#columns[0]!.pushMissing();
      this.lines.add(line - this.#blanks);
    }
    this.#blanks = 0;
  }

  #begin(): void {
    const { delimiter, trim, skipLines, source } = this.#rules;
    const head = this.#sample.charCodeAt(0) === 0xfeff ? this.#sample.slice(1) : this.#sample;
    this.#sample = '';
    const found =
      delimiter === 'auto' ? findDelimiter(head.slice(0, SAMPLE), { trim, skipLines, source }) : delimiter;
    this.#lexer = new CsvLexer({ delimiter: found, trim, skipLines, source }, this);
    this.#lexer.feed(head);
  }

  #open(names: readonly string[]): void {
    const { types, missing, source } = this.#rules;
    const positions = new Map<string, number>();
    names.forEach((name, i) => {
      const earlier = positions.get(name);
      if (earlier !== undefined) {
        throw new DataError(`csv: columns ${earlier + 1} and ${i + 1} are both called "${name}"`, {
          at: source,
          hint: 'rename one; or give header: [names] and skipLines: 1',
        });
      }
      positions.set(name, i);
    });
    for (const name of types.keys()) {
      if (positions.has(name)) continue;
      const known = [...positions.keys()];
      throw new OptionError(`csv: types names a column "${name}" that does not exist`, {
        at: source,
        known: known.slice(0, 20).join(', '),
        hint: didYouMean(name, known),
      });
    }
    this.#columns = names.map((name, i) => {
      const type = this.#text.has(i) ? 'text' : types.get(name);
      return new ColumnBuilder({ name, source, position: i + 1, type, missing });
    });
  }

  #ragged(cells: number, line: number): DataError {
    const wanted = this.#columns!.length;
    return new DataError(`csv: line ${line} has ${cells} cells, the table has ${wanted} columns`, {
      at: this.#rules.source,
      line,
      hint:
        cells > wanted
          ? 'a cell that holds the delimiter must stand in quotes'
          : 'is a quote or a delimiter missing? A missing value is an empty cell, not a missing one',
    });
  }

  #tooWide(line: number): DataError {
    return new DataError(`csv: line ${line} has more than ${MOST_COLUMNS} cells`, {
      at: this.#rules.source,
      line,
      hint: 'is it the right delimiter?',
    });
  }
}
