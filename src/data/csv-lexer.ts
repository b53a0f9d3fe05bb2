import { DataError } from '../base/errors.ts';

/** Receives what the lexer finds. A cell is `text[start, end)`, so that a number need not become a string first. */
export interface CellSink {
  cell(text: string, start: number, end: number, line: number, quoted: boolean): void;
  /** A row is complete; it began on `line`. */
  row(line: number): void;
  /** A line without any cell. */
  blank(): void;
}

/** What the lexer must know about the file. */
export interface LexerOptions {
  /** One character. */
  readonly delimiter: string;
  /** Whether blanks around a cell that is not quoted, and around the quotes of one that is, are dropped. */
  readonly trim: boolean;
  /** Lines in front of the header that are not part of the table. */
  readonly skipLines: number;
  /** Name of the file, for errors. */
  readonly source: string;
}

const QUOTE = 34;
const LF = 10;
const CR = 13;
const SPACE = 32;
const TAB = 9;

/** A cell may be a whole document, but a quote that is never closed must not swallow a file of gigabytes. */
const LONGEST_CELL = 2 ** 24;

type State = 'skip' | 'start' | 'plain' | 'quoted' | 'quote' | 'closed' | 'cr';

/**
 * The grammar of RFC 4180, fed in pieces: all state lives here, so a piece may end anywhere, inside quotes or between
 * CR and LF, and nothing is read twice. Beyond the RFC a line may also end in LF or CR alone, and a quote inside a
 * cell that does not begin with one stands for itself.
 *
 * @throws {DataError} from `feed` and `end`, naming line and column.
 */
export class CsvLexer {
  readonly #options: LexerOptions;
  readonly #sink: CellSink;
  readonly #delimiter: number;
  #state: State;
  #skip: number;
  #line = 1;
  #rowLine = 1;
  /** Cells of the current row that are complete. */
  #cells = 0;
  /** The beginning of the current cell when it is quoted or stood in an earlier piece. */
  #held = '';

  constructor(options: LexerOptions, sink: CellSink) {
    this.#options = options;
    this.#sink = sink;
    this.#delimiter = options.delimiter.charCodeAt(0);
    this.#skip = options.skipLines;
    this.#state = this.#skip > 0 ? 'skip' : 'start';
  }

  /** Takes the next piece of the text. */
  feed(text: string): void {
    let i = 0;
    while (i < text.length) i = this.#advance(text, i);
  }

  /** Ends the text; the last line needs no line break. */
  end(): void {
    if (this.#state === 'quoted') {
      throw this.#fail(
        'a quoted cell is never closed',
        'end the cell with ", and write a quote inside as ""',
      );
    }
    const pending = this.#state === 'plain' || this.#state === 'quote' || this.#state === 'closed';
    if (this.#state === 'start') this.#held = '';
    if (pending || this.#cells > 0) {
      if (this.#state === 'quote' || this.#state === 'closed') this.#emitHeld();
      else this.#emitPlain(this.#held, 0, this.#held.length, true);
      this.#endRow();
    }
    this.#state = 'start';
  }

  #advance(text: string, i: number): number {
    switch (this.#state) {
      case 'start':
        return this.#start(text, i);
      case 'plain':
        return this.#plain(text, i);
      case 'quoted':
        return this.#quoted(text, i);
      case 'quote':
      case 'closed':
        return this.#afterQuote(text, i);
      case 'cr':
        this.#state = this.#skip > 0 ? 'skip' : 'start';
        return text.charCodeAt(i) === LF ? i + 1 : i;
      case 'skip':
        return this.#skipped(text, i);
    }
  }

  #skipped(text: string, start: number): number {
    let i = start;
    while (i < text.length && !isBreak(text.charCodeAt(i))) i++;
    if (i === text.length) return i;
    this.#skip--;
    this.#line++;
    this.#rowLine = this.#line;
    this.#state = text.charCodeAt(i) === CR ? 'cr' : this.#skip > 0 ? 'skip' : 'start';
    return i + 1;
  }

  #start(text: string, start: number): number {
    let i = start;
    while (i < text.length && this.#isBlank(text.charCodeAt(i))) i++;
    if (i === text.length) return i;
    this.#held = '';
    if (text.charCodeAt(i) === QUOTE) {
      this.#state = 'quoted';
      return i + 1;
    }
    this.#state = 'plain';
    return i;
  }

  #plain(text: string, start: number): number {
    const delimiter = this.#delimiter;
    let i = start;
    for (; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code === delimiter || code === LF || code === CR) break;
    }
    if (i === text.length) {
      this.#hold(text.slice(start));
      return i;
    }
    const lineEnds = text.charCodeAt(i) !== delimiter;
    if (this.#held === '') this.#emitPlain(text, start, i, lineEnds);
    else {
      this.#hold(text.slice(start, i));
      this.#emitPlain(this.#held, 0, this.#held.length, lineEnds);
    }
    return this.#separator(text, i);
  }

  #quoted(text: string, start: number): number {
    const i = text.indexOf('"', start);
    if (i < 0) {
      this.#hold(text.slice(start));
      return text.length;
    }
    this.#hold(text.slice(start, i));
    this.#state = 'quote';
    return i + 1;
  }

  /** After a quote that ends the cell or is the first of a doubled one. */
  #afterQuote(text: string, i: number): number {
    const code = text.charCodeAt(i);
    if (code === QUOTE && this.#state === 'quote') {
      this.#hold('"');
      this.#state = 'quoted';
      return i + 1;
    }
    if (code === this.#delimiter || isBreak(code)) {
      this.#emitHeld();
      return this.#separator(text, i);
    }
    if (this.#isBlank(code)) {
      this.#state = 'closed';
      return i + 1;
    }
    throw this.#fail(
      `"${text[i]}" stands between the closing quote of a cell and the delimiter`,
      `write a quote inside a quoted cell as ""; the delimiter is ${JSON.stringify(this.#options.delimiter)}`,
    );
  }

  #separator(text: string, i: number): number {
    const code = text.charCodeAt(i);
    this.#state = code === CR ? 'cr' : 'start';
    if (code !== this.#delimiter) {
      this.#endRow();
      this.#line++;
      this.#rowLine = this.#line;
    }
    return i + 1;
  }

  #emitPlain(text: string, start: number, stop: number, lineEnds: boolean): void {
    let end = stop;
    while (end > start && this.#isBlank(text.charCodeAt(end - 1))) end--;
    const blankLine = end === start && this.#cells === 0 && lineEnds;
    if (!blankLine) this.#emit(text, start, end, false);
  }

  #emitHeld(): void {
    this.#emit(this.#held, 0, this.#held.length, true);
    if (/[\r\n]/.test(this.#held)) this.#line += this.#held.match(/\r\n|\r|\n/g)!.length;
  }

  #emit(text: string, start: number, end: number, quoted: boolean): void {
    this.#sink.cell(text, start, end, this.#line, quoted);
    this.#cells++;
  }

  #endRow(): void {
    if (this.#cells === 0) this.#sink.blank();
    else this.#sink.row(this.#rowLine);
    this.#cells = 0;
  }

  #hold(text: string): void {
    this.#held += text;
    if (this.#held.length > LONGEST_CELL) {
      throw this.#fail(`a cell has more than ${LONGEST_CELL} characters`, 'is a quote never closed?');
    }
  }

  #isBlank(code: number): boolean {
    return this.#options.trim && (code === SPACE || code === TAB) && code !== this.#delimiter;
  }

  #fail(summary: string, hint: string): DataError {
    const line = this.#line;
    return new DataError(`csv: ${summary}`, {
      at: this.#options.source,
      line,
      column: this.#cells + 1,
      hint,
    });
  }
}

function isBreak(code: number): boolean {
  return code === LF || code === CR;
}
