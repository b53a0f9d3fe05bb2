import { DataError } from '../base/errors.ts';
import { Blocks } from './blocks.ts';
import { hasLeadingZero, isInexact, isUsual, parseDecimal, parseNumber, writtenDecimals } from './decimal.ts';
import { isMissing, type Reading } from './reading.ts';
import { AS_PRINTED } from './spelling.ts';
import type { Column, ColumnType } from './table.ts';
import { WordList, Words } from './words.ts';

/** What the columns of a file have in common. */
export interface FileRule {
  /** Name of the file, for errors. */
  readonly source: string;
  readonly reading: Reading;
  /** Code of the sign before the decimals. */
  readonly point: number;
  /** Whether a number may mean "missing". */
  readonly numbersMissing: boolean;
}

/** The number of a cell that is written as most are; NaN of all others, which a column has questions about. */
export function usualNumber(text: string, start: number, end: number, file: FileRule): number {
  const value = parseDecimal(text, start, end, file.point);
  return isUsual(text, start, end, value) && !file.numbersMissing ? value : Number.NaN;
}

/** How a column is to be read. */
export interface ColumnRule {
  readonly name: string;
  /** Position from 1, for errors. */
  readonly position: number;
  /** The type to hold the column to; without it the cells decide. */
  readonly type: ColumnType | undefined;
  readonly file: FileRule;
}

const newNumbers = (length: number): Float64Array => new Float64Array(length);
const newBytes = (length: number): Uint8Array => new Uint8Array(length);
const newCodes = (length: number): Uint32Array => new Uint32Array(length);

/** Beyond so many different words a column is free text, and looking each of them up saves nothing. */
const DICTIONARY_LIMIT = 4096;

/**
 * Collects one column of a CSV. It starts as numbers; the first word turns it to text. When that happens after
 * numbers have been seen, their spelling (`+1`, `1e3`) is gone: the column is then `late`, takes no more cells, and
 * the reader goes over the file once more knowing that it is text.
 *
 * A column takes memory as its cells come, since a file may have very many that are almost empty.
 */
export class ColumnBuilder {
  readonly rule: ColumnRule;
  /** Whether the column turned out to be text too late to be kept. */
  late = false;
  #type: ColumnType;
  #rows = 0;
  #numbersSeen = false;
  /** Whether an integer was too large for a float64. */
  #inexact = false;
  #numbers: Blocks<number, Float64Array> | undefined;
  /** As in `NumberColumn`; nothing before the first number that needs it. */
  #decimals: Blocks<number, Uint8Array> | undefined;
  #codes: Blocks<number, Uint32Array> | undefined;
  #words: WordList | undefined;
  #dictionary: Map<string, number> | undefined;
  #isFreeText = false;

  constructor(rule: ColumnRule) {
    this.rule = rule;
    this.#type = rule.type ?? 'number';
  }

  /** Cells that the column holds. */
  get length(): number {
    return this.#rows;
  }

  /** Adds the cell `text[start, end)`, which stands on `line`. */
  push(text: string, start: number, end: number, line: number): void {
    if (this.late) return;
    if (this.#type === 'number') this.#pushNumber(text, start, end, line);
    else this.#pushWord(text.slice(start, end));
    this.#rows++;
  }

  /** Says that there are no more cells. Large integers are names where no cell is a measurement. */
  end(): void {
    if (!this.#inexact || this.#decimals !== undefined) return;
    if (this.#numbers!.every((value) => Number.isNaN(value) || Number.isInteger(value))) this.#becomeLate();
  }

  /** Adds a missing cell. */
  pushMissing(): void {
    this.push('', 0, 0, 0);
  }

  /** The finished column. Yields between blocks, so that a long column need not hold up the event loop. */
  *finish(): Generator<void, Column> {
    if (this.#type === 'text') {
      return new Words(this.#codes ? yield* this.#codes.join() : new Uint32Array(0), this.#allWords());
    }
    const values = this.#numbers ? yield* this.#numbers.join() : new Float64Array(0);
    if (this.#decimals === undefined) return { type: 'number', values };
    return { type: 'number', values, decimals: yield* this.#decimals.join() };
  }

  /** Adds a cell that {@link usualNumber} has read. */
  pushUsual(value: number): void {
    this.#addUsual(value);
    this.#rows++;
  }

  #addUsual(value: number): void {
    this.#numbersSeen = true;
    this.#addNumber(value);
    this.#decimals?.push(AS_PRINTED);
  }

  #pushNumber(text: string, start: number, end: number, line: number): void {
    const { file } = this.rule;
    const value = parseDecimal(text, start, end, file.point);
    // Most cells are such numbers, and the questions about others cost as much as reading one.
    if (isUsual(text, start, end, value) && !file.numbersMissing) this.#addUsual(value);
    else this.#pushOther(value, text, start, end, line);
  }

  #pushOther(plain: number, text: string, start: number, end: number, line: number): void {
    const { reading, numbersMissing } = this.rule.file;
    const value = Number.isNaN(plain) ? parseNumber(text, start, end, reading) : plain;
    if (Number.isNaN(value)) {
      const cell = text.slice(start, end);
      if (isMissing(cell, reading)) this.#addMissing();
      else this.#turnToText(cell, line);
    } else if (numbersMissing && isMissing(text.slice(start, end), reading)) {
      this.#addMissing();
    } else if (this.rule.type !== 'number' && hasLeadingZero(text, start, end)) {
      this.#turnToText(text.slice(start, end), line);
    } else {
      this.#numbersSeen = true;
      this.#inexact ||= this.rule.type === undefined && isInexact(text, start, end, value, reading.decimal);
      this.#addDecimals(writtenDecimals(text, start, end, value, reading.decimal));
      this.#addNumber(value);
    }
  }

  #addMissing(): void {
    this.#addNumber(Number.NaN);
    this.#decimals?.push(AS_PRINTED);
  }

  #addNumber(value: number): void {
    this.#numbers ??= new Blocks(newNumbers);
    this.#numbers.push(value);
  }

  #addDecimals(decimals: number | undefined): void {
    if (this.#decimals === undefined) {
      if (decimals === undefined) return;
      this.#decimals = new Blocks(newBytes);
      this.#decimals.fill(AS_PRINTED, this.#rows);
    }
    this.#decimals.push(decimals ?? AS_PRINTED);
  }

  #turnToText(cell: string, line: number): void {
    if (this.rule.type === 'number') throw this.#notANumber(cell, line);
    if (this.#numbersSeen) {
      this.#becomeLate();
      return;
    }
    this.#type = 'text';
    this.#numbers = undefined;
    this.#allCodes().fill(Words.NONE, this.#rows);
    this.#pushWord(cell);
  }

  #becomeLate(): void {
    this.late = true;
    this.#numbers = undefined;
    this.#decimals = undefined;
  }

  #allCodes(): Blocks<number, Uint32Array> {
    this.#codes ??= new Blocks(newCodes);
    return this.#codes;
  }

  #allWords(): WordList {
    this.#words ??= new WordList();
    return this.#words;
  }

  #pushWord(cell: string): void {
    this.#allCodes().push(isMissing(cell, this.rule.file.reading) ? Words.NONE : this.#codeOf(cell));
  }

  #codeOf(cell: string): number {
    if (this.#isFreeText) return this.#allWords().push(detach(cell));
    this.#dictionary ??= new Map();
    const known = this.#dictionary.get(cell);
    if (known !== undefined) return known;
    const word = detach(cell);
    const code = this.#allWords().push(word);
    this.#dictionary.set(word, code);
    if (this.#dictionary.size === DICTIONARY_LIMIT) {
      this.#dictionary = undefined;
      this.#isFreeText = true;
    }
    return code;
  }

  #notANumber(cell: string, line: number): DataError {
    const { name, position, file } = this.rule;
    return new DataError(`csv: ${JSON.stringify(cell.slice(0, 80))} is not a number`, {
      at: file.source,
      line,
      column: `${position} ("${name}")`,
      wanted: `digits, at most one ${JSON.stringify(file.reading.decimal)}, an exponent such as e5; or an empty cell`,
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
