import type { TextColumn } from './table.ts';

const BLOCK = 65536;
/** Code of a missing cell. */
const NONE = 0;

/** Words by code. They stand in blocks: a single array that grows copies all it holds at once. */
export class WordList {
  readonly #blocks: string[][] = [['']];
  #size = NONE + 1;

  /** Adds a word and returns its code. */
  push(word: string): number {
    const code = this.#size++;
    if (code % BLOCK === 0) this.#blocks.push([]);
    this.#blocks.at(-1)!.push(word);
    return code;
  }

  /** The word of a code, null for that of a missing cell. */
  at(code: number): string | null {
    return code === NONE ? null : this.#blocks[Math.floor(code / BLOCK)]![code % BLOCK]!;
  }
}

/**
 * A text column as it is read: a code a row. An array of the words is made when somebody asks for it, since filling one
 * of millions takes long and would hold up the event loop while a file is read.
 */
export class Words implements TextColumn {
  readonly type = 'text';
  readonly #codes: Uint32Array;
  readonly #list: WordList;
  #values: (string | null)[] | undefined;

  constructor(codes: Uint32Array, list: WordList) {
    this.#codes = codes;
    this.#list = list;
  }

  /** Code of a missing cell. */
  static readonly NONE = NONE;

  get rows(): number {
    return this.#codes.length;
  }

  get values(): readonly (string | null)[] {
    this.#values ??= this.toArray();
    return this.#values;
  }

  /** A new array of the words. */
  toArray(): (string | null)[] {
    return Array.from(this.#codes, (code) => this.#list.at(code));
  }

  at(row: number): string | null {
    return this.#list.at(this.#codes[row] ?? NONE);
  }

  /** The words of the given rows; rows that are not there are missing. */
  take(order: Int32Array): Words {
    const codes = new Uint32Array(order.length);
    for (let i = 0; i < order.length; i++) codes[i] = this.#codes[order[i]!] ?? NONE;
    return new Words(codes, this.#list);
  }
}
