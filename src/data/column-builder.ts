import { DataError } from '../base/errors.ts';
import { Blocks } from './blocks.ts';
import { parseDecimal } from './decimal.ts';
import type { Column, ColumnType } from './table.ts';

/** How a column is to be read. */
export interface ColumnRule {
  readonly name: string;
  /** Name of the file, for errors. */
  readonly source: string;
  /** Position from 1, for errors. */
  readonly position: number;
  /** The type to hold the column to; without it the cells decide. */
  readonly type: ColumnType | undefined;
  /** Cells that mean "missing", besides the empty one. */
  readonly missing: ReadonlySet<string>;
}

/** Beyond so many different words a column is free text, and looking each of them up saves nothing. */
const DICTIONARY_LIMIT = 4096;

/**
 * Collects one column of a CSV. It starts as numbers; the first word turns it to text. When that happens after
 * numbers have been seen, their spelling (`007`, `1.50`) is gone: the column is then `late`, takes no more cells, and
 * the reader goes over the file once more knowing that it is text.
 */
export class ColumnBuilder {
  readonly rule: ColumnRule;
  /** Whether the column turned out to be text too late to be kept. */
  late = false;
  #type: ColumnType;
  #rows = 0;
  #numbersSeen = false;
  #numbers = new Blocks<number, Float64Array>((length) => new Float64Array(length));
  readonly #words = new Blocks<string | null, (string | null)[]>(
    (length) => new Array<string | null>(length),
  );
  #dictionary: Map<string, string> | undefined = new Map();

  constructor(rule: ColumnRule) {
    this.rule = rule;
    this.#type = rule.type ?? 'number';
  }

  /** Adds the cell `text[start, end)`, which stands on `line`. */
  push(text: string, start: number, end: number, line: number): void {
    if (this.late) return;
    if (this.#type === 'number') this.#pushNumber(text, start, end, line);
    else this.#words.push(this.#word(text.slice(start, end)));
    this.#rows++;
  }

  /** Adds a missing cell. */
  pushMissing(): void {
    this.push('', 0, 0, 0);
  }

  /** The finished column. Yields between blocks, so that a long column need not hold up the event loop. */
  *finish(): Generator<void, Column> {
    if (this.#type === 'text') return { type: 'text', values: yield* this.#words.join() };
    return { type: 'number', values: yield* this.#numbers.join() };
  }

  #pushNumber(text: string, start: number, end: number, line: number): void {
    const value = parseDecimal(text, start, end);
    if (!Number.isNaN(value)) {
      this.#numbersSeen = true;
      this.#numbers.push(value);
    } else if (start === end || this.#isMissing(text.slice(start, end))) {
      this.#numbers.push(Number.NaN);
    } else {
      this.#turnToText(text.slice(start, end), line);
    }
  }

  #turnToText(cell: string, line: number): void {
    if (this.rule.type === 'number') throw this.#notANumber(cell, line);
    if (this.#numbersSeen) {
      this.late = true;
      this.#numbers = new Blocks<number, Float64Array>((length) => new Float64Array(length));
      return;
    }
    this.#type = 'text';
    for (let row = 0; row < this.#rows; row++) this.#words.push(null);
    this.#words.push(this.#word(cell));
  }

  #isMissing(cell: string): boolean {
    return cell === '' || this.rule.missing.has(cell);
  }

  #word(cell: string): string | null {
    if (this.#isMissing(cell)) return null;
    const known = this.#dictionary?.get(cell);
    if (known !== undefined) return known;
    const word = detach(cell);
    this.#dictionary?.set(word, word);
    if (this.#dictionary?.size === DICTIONARY_LIMIT) this.#dictionary = undefined;
    return word;
  }

  #notANumber(cell: string, line: number): DataError {
    const { name, position, source } = this.rule;
    return new DataError(`csv: ${JSON.stringify(cell.slice(0, 80))} is not a number`, {
      at: source,
      line,
      column: `${position} ("${name}")`,
      wanted: 'digits, at most one point, an exponent such as e5; or an empty cell',
      hint: `give missing: [${JSON.stringify(cell.slice(0, 80))}] if it stands for a missing value, or take "${name}" out of types`,
    });
  }
}

/** V8 keeps short slices as copies; a longer one would keep the whole piece of the file alive. */
const SLICED_LENGTH = 13;

function detach(text: string): string {
  if (text.length < SLICED_LENGTH) return text;
  return Buffer.from(text, 'utf16le').toString('utf16le');
}
