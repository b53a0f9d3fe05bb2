/** A file may have a hundred thousand columns with a cell or two. V8 keeps 64 bytes beside the array's own fields. */
const FIRST_BLOCK = 8;
const LARGEST_BLOCK = 65536;

/** Something that is filled by index: a typed array or an ordinary one. */
interface Fillable<T> {
  readonly length: number;
  [index: number]: T;
  fill(value: T, start?: number, end?: number): unknown;
}

/**
 * A list that grows in blocks. A single array that doubles would copy all it holds at once, and a long column would
 * hold up the event loop.
 */
export class Blocks<T, A extends Fillable<T>> {
  readonly #create: (length: number) => A;
  #full: A[] | undefined;
  #block: A | undefined;
  #used = 0;

  constructor(create: (length: number) => A) {
    this.#create = create;
  }

  push(value: T): void {
    let block = this.#block;
    if (block === undefined || this.#used === block.length) block = this.#next();
    block[this.#used++] = value;
  }

  /** Adds a value `count` times. */
  fill(value: T, count: number): void {
    for (let left = count; left > 0; ) {
      let block = this.#block;
      if (block === undefined || this.#used === block.length) block = this.#next();
      const some = Math.min(left, block.length - this.#used);
      block.fill(value, this.#used, this.#used + some);
      this.#used += some;
      left -= some;
    }
  }

  #next(): A {
    const last = this.#block;
    if (last !== undefined) {
      this.#full ??= [];
      this.#full.push(last);
    }
    this.#block = this.#create(last === undefined ? FIRST_BLOCK : Math.min(last.length * 2, LARGEST_BLOCK));
    this.#used = 0;
    return this.#block;
  }

  /** Whether something holds of all values. */
  every(holds: (value: T) => boolean): boolean {
    const block = this.#block;
    if (block === undefined) return true;
    for (let i = 0; i < this.#used; i++) if (!holds(block[i]!)) return false;
    return (this.#full ?? []).every((full) => {
      for (let i = 0; i < full.length; i++) if (!holds(full[i]!)) return false;
      return true;
    });
  }

  /** All values in one array; yields after each block. */
  *join(): Generator<void, A> {
    const full = this.#full ?? [];
    const all = this.#create(full.reduce((sum, block) => sum + block.length, this.#used));
    let at = 0;
    for (const block of full) {
      for (let i = 0; i < block.length; i++) all[at++] = block[i]!;
      yield;
    }
    for (let i = 0; i < this.#used; i++) all[at++] = this.#block![i]!;
    return all;
  }
}
