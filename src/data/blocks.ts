const FIRST_BLOCK = 1024;
const LARGEST_BLOCK = 65536;

/** Something that is filled by index: a typed array or an ordinary one. */
interface Fillable<T> {
  readonly length: number;
  [index: number]: T;
}

/**
 * A list that grows in blocks. A single array that doubles would copy all it holds at once, and a long column would
 * hold up the event loop.
 */
export class Blocks<T, A extends Fillable<T>> {
  readonly #create: (length: number) => A;
  readonly #full: A[] = [];
  #block: A;
  #used = 0;

  constructor(create: (length: number) => A) {
    this.#create = create;
    this.#block = create(FIRST_BLOCK);
  }

  push(value: T): void {
    if (this.#used === this.#block.length) {
      this.#full.push(this.#block);
      this.#block = this.#create(Math.min(this.#block.length * 2, LARGEST_BLOCK));
      this.#used = 0;
    }
    this.#block[this.#used++] = value;
  }

  /** All values in one array; yields after each block. */
  *join(): Generator<void, A> {
    const length = this.#full.reduce((sum, block) => sum + block.length, this.#used);
    const all = this.#create(length);
    let at = 0;
    for (const block of this.#full) {
      for (let i = 0; i < block.length; i++) all[at++] = block[i]!;
      yield;
    }
    for (let i = 0; i < this.#used; i++) all[at++] = this.#block[i]!;
    return all;
  }
}
