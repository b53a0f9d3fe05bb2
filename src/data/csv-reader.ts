import { DataError, OptionError } from '../base/errors.ts';
import { didYouMean } from '../base/options.ts';
import { ColumnBuilder, type FileRule, usualNumber } from './column-builder.ts';
import { type DialectRule, findDialect, SAMPLE } from './csv-dialect.ts';
import { type CellSink, CsvLexer } from './csv-lexer.ts';
import { missingNumbers, PLAIN_READING, type Reading } from './reading.ts';
import { RowLines } from './row-lines.ts';
import type { Column, ColumnType } from './table.ts';

/** Options of a CSV, all decided. */
export interface CsvRules extends DialectRule {
  readonly types: ReadonlyMap<string, ColumnType>;
}

/** A wider table is a file with the wrong delimiter; each column costs memory of its own. */
const MOST_COLUMNS = 2 ** 17;

/** Rows of `#first` at most; beyond them every column is collected by itself. */
const FIRST_ROWS = 64;

/** Cells that are put together in one go, about a millisecond of work; a column costs as much as so many cells. */
const CELLS_A_TURN = 65536;
const CELLS_A_COLUMN = 64;

/** One pass over the text of a CSV: pieces in, columns out. */
export class CsvReader implements CellSink {
  readonly #rules: CsvRules;
  /** Columns that an earlier pass found to be text. */
  readonly #text: ReadonlySet<number>;
  #lexer: CsvLexer | undefined;
  #file: FileRule | undefined;
  #sample = '';
  #delimiter = '';
  readonly #names: string[] = [];
  readonly #positions = new Map<string, number>();
  /** Whether all names are known: after the first line, which has them or shows how many there are. */
  #isOpen = false;
  /** Columns by position, from the first cell on that is not in `#first`. */
  readonly #columns: (ColumnBuilder | undefined)[] = [];
  /**
   * The first rows of all columns that hold usual numbers alone: a file may have a hundred thousand columns and a few
   * rows, and what collects a column costs many times as much as they.
   */
  readonly #first: Float64Array[] = [];
  #rows = 0;
  #cells = 0;
  #blanks = 0;
  /** The lines that the rows begin on. */
  readonly lines = new RowLines();

  constructor(rules: CsvRules, text: ReadonlySet<number> = new Set()) {
    this.#rules = rules;
    this.#text = text;
    if (typeof rules.header === 'boolean') return;
    for (const name of rules.header) this.#addName(name);
    this.#open();
  }

  /** Takes the next piece of the text, which may end anywhere. Yields while it looks for the dialect. */
  *feed(text: string): Generator<void, void> {
    if (text.includes('\0')) {
      const hint = 'is this a text file? UTF-16 needs encoding: "utf-16le"';
      throw new DataError('csv: the file holds a NUL character', { at: this.#rules.source, hint });
    }
    if (this.#lexer !== undefined) {
      this.#lexer.feed(text);
      return;
    }
    this.#sample += text;
    if (this.#sample.length >= SAMPLE) yield* this.#begin(false);
  }

  /** Ends the text. Returns the positions of columns that are text but were read as numbers at first. Yields as `feed`. */
  *end(): Generator<void, ReadonlySet<number>> {
    if (this.#lexer === undefined) yield* this.#begin(true);
    this.#lexer!.end();
    if (!this.#isOpen) {
      throw new DataError('csv: the file is empty', {
        at: this.#rules.source,
        wanted:
          this.#rules.header === true ? 'a first line with the names of the columns' : 'at least one row',
      });
    }
    const late = new Set<number>();
    this.#columns.forEach((column, i) => {
      column?.end();
      if (column?.late) late.add(i);
    });
    return late;
  }

  /** How the cells are read, after `end`. */
  get reading(): Reading {
    return this.#file?.reading ?? PLAIN_READING;
  }

  /** The columns by name, after `end`. Yields now and then. */
  *finish(): Generator<void, Map<string, Column>> {
    const columns = new Map<string, Column>();
    let work = 0;
    for (let i = 0; i < this.#names.length; i++) {
      const builder = this.#columns[i] ?? this.#makeColumn(i);
      columns.set(builder.rule.name, yield* builder.finish());
      this.#columns[i] = undefined;
      work += CELLS_A_COLUMN + builder.length;
      if (work < CELLS_A_TURN) continue;
      work = 0;
      yield;
    }
    return columns;
  }

  cell(text: string, start: number, end: number, line: number): void {
    const at = this.#cells++;
    if (!this.#isOpen) {
      this.#firstCell(text, start, end, line);
      return;
    }
    if (at === 0) this.#flushBlanks(line);
    const column = this.#columns[at];
    if (column !== undefined) column.push(text, start, end, line);
    else if (at < this.#names.length) this.#early(at, text, start, end, line);
  }

  /** A cell of a column that has had nothing but usual numbers, or nothing at all. */
  #early(at: number, text: string, start: number, end: number, line: number): void {
    const asked = this.#rows < FIRST_ROWS && this.#mayBeNumber(at);
    const value = asked ? usualNumber(text, start, end, this.#file!) : Number.NaN;
    if (Number.isNaN(value)) {
      this.#makeColumn(at).push(text, start, end, line);
      return;
    }
    this.#first[this.#rows] ??= new Float64Array(this.#names.length);
    this.#first[this.#rows]![at] = value;
  }

  #mayBeNumber(i: number): boolean {
    const { types } = this.#rules;
    return !this.#text.has(i) && (types.size === 0 || types.get(this.#names[i]!) !== 'text');
  }

  row(line: number): void {
    const cells = this.#cells;
    this.#cells = 0;
    if (this.#isOpen) {
      if (cells !== this.#names.length) throw this.#ragged(cells, line);
      this.#addRow(line);
    } else {
      this.#open();
      if (this.#rules.header === false) this.#addRow(line);
    }
  }

  #addRow(line: number): void {
    this.#rows++;
    this.lines.add(line);
  }

  /** Blank lines are passed over, except that inside a table of one column they are its missing values. */
  blank(): void {
    this.#blanks++;
  }

  #flushBlanks(line: number): void {
    if (this.#isOpen && this.#names.length === 1) {
      const column = this.#columns[0] ?? this.#makeColumn(0);
      for (; this.#blanks > 0; this.#blanks--) {
        column.pushMissing();
        this.#addRow(line - this.#blanks);
      }
    }
    this.#blanks = 0;
  }

  *#begin(whole: boolean): Generator<void, void> {
    const head = this.#sample.charCodeAt(0) === 0xfeff ? this.#sample.slice(1) : this.#sample;
    this.#sample = '';
    const { missing, source } = this.#rules;
    const { lexer, notation } = yield* findDialect(
      head.slice(0, SAMPLE),
      this.#rules,
      whole && head.length <= SAMPLE,
    );
    const reading = { missing, ...notation };
    this.#file = {
      source,
      reading,
      point: notation.decimal.charCodeAt(0),
      numbersMissing: missingNumbers(reading).size > 0,
    };
    this.#delimiter = lexer.delimiter;
    this.#lexer = new CsvLexer(lexer, this);
    this.#lexer.feed(head);
  }

  /** A cell of the first line: a name, or of a file without names the first cell of its column. */
  #firstCell(text: string, start: number, end: number, line: number): void {
    const i = this.#names.length;
    if (i >= MOST_COLUMNS) throw this.#tooWide(line);
    const cell = this.#rules.header === true ? text.slice(start, end) : '';
    this.#addName(cell === '' ? `column${i + 1}` : cell);
    if (this.#rules.header === false) this.#makeColumn(i).push(text, start, end, line);
  }

  #addName(name: string): void {
    const earlier = this.#positions.get(name);
    const i = this.#names.length;
    if (earlier !== undefined) {
      throw new DataError(`csv: columns ${earlier + 1} and ${i + 1} are both called "${name}"`, {
        at: this.#rules.source,
        hint: 'rename one; or give header: [names] and skipLines: 1',
      });
    }
    this.#names.push(name);
    this.#positions.set(name, i);
  }

  #makeColumn(i: number): ColumnBuilder {
    const name = this.#names[i]!;
    const type = this.#text.has(i) ? 'text' : this.#rules.types.get(name);
    const column = new ColumnBuilder({ name, position: i + 1, type, file: this.#file! });
    // Of the row that is being read, other columns may be there already.
    for (let row = 0; row < Math.min(this.#rows, FIRST_ROWS); row++) column.pushUsual(this.#first[row]![i]!);
    this.#columns[i] = column;
    return column;
  }

  #open(): void {
    this.#isOpen = true;
    // With places for all of them from the beginning, since not all may come in turn.
    this.#columns.length = this.#names.length;
    this.#blanks = 0;
    for (const name of this.#rules.types.keys()) {
      if (this.#positions.has(name)) continue;
      const known = this.#names;
      throw new OptionError(`csv: types names a column "${name}" that does not exist`, {
        at: this.#rules.source,
        known: known.slice(0, 20).join(', '),
        hint: didYouMean(name, known),
      });
    }
  }

  #ragged(cells: number, line: number): DataError {
    const wanted = this.#names.length;
    return new DataError(`csv: line ${line} has ${cells} cells, the table has ${wanted} columns`, {
      at: this.#rules.source,
      line,
      hint:
        wanted === 1
          ? `skipLines passes over lines in front of the header; delimiter says what stands between cells, here it is ${JSON.stringify(this.#delimiter)}`
          : cells > wanted
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
