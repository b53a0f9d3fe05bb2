/** A file may have a hundred thousand columns with a cell or two. */
const FIRST_BLOCK = 8;
const LARGEST_BLOCK = 65536;
/** First blocks that lie in one array. */
const SIDE_BY_SIDE = 1024;

/** Something that is filled by index: a typed array or an ordinary one. */
interface Fillable<T> {
  readonly length: number;
  [index: number]: T;
  fill(value: T, start?: number, end?: number): unknown;
}

/**
 * The first blocks of many lists side by side: an array for each costs several times what lies in it, above all where
 * garbage is collected.
 */
export class FirstBlocks<A extends Fillable<unknown>> {
  readonly #create: (length: number) => A;
  #array: A | undefined;
  #next = 0;

  constructor(create: (length: number) => A) {
    this.#create = create;
  }

  /** An array, and where a block of it begins that nobody has. */
  take(): { array: A; begin: number } {
    const length = this.#array?.length ?? 0;
    if (this.#array === undefined || this.#next === length) {
      this.#array = this.#create(Math.min(2 * length || FIRST_BLOCK, FIRST_BLOCK * SIDE_BY_SIDE));
      this.#next = 0;
    }
    this.#next += FIRST_BLOCK;
    return { array: this.#array, begin: this.#next - FIRST_BLOCK };
  }
}

/**
 * A list that grows in blocks. A single array that doubles would copy all it holds at once, and a long column would
 * hold up the event loop.
 */
export class Blocks<T, A extends Fillable<T>> {
  readonly #create: (length: number) => A;
  readonly #first: FirstBlocks<A>;
  #full: A[] | undefined;
  #block: A | undefined;
  /** Where the block begins and ends, and its next value comes. */
  #begin = 0;
  #end = 0;
  #next = 0;

  /** Other lists may have their first blocks in `first`, too. */
  constructor(create: (length: number) => A, first = new FirstBlocks(create)) {
    this.#create = create;
    this.#first = first;
  }

  push(value: T): void {
    if (this.#next === this.#end) this.#grow();
    this.#block![this.#next++] = value;
  }

  /** Adds a value `count` times. */
  fill(value: T, count: number): void {
    for (let left = count; left > 0; ) {
      if (this.#next === this.#end) this.#grow();
      const some = Math.min(left, this.#end - this.#next);
      this.#block!.fill(value, this.#next, this.#next + some);
      this.#next += some;
      left -= some;
    }
  }

  #grow(): void {
    const last = this.#block;
    if (last === undefined) {
      const { array, begin } = this.#first.take();
      this.#block = array;
      this.#begin = begin;
      this.#end = this.#begin + FIRST_BLOCK;
    } else {
      const length = this.#end - this.#begin;
      this.#full ??= [];
      this.#full.push(this.#full.length === 0 ? this.#copy(last, length) : last);
      this.#begin = 0;
      this.#end = Math.min(2 * length, LARGEST_BLOCK);
      this.#block = this.#create(this.#end);
    }
    this.#next = this.#begin;
  }

  #copy(block: A, length: number): A {
    const copy = this.#create(length);
    for (let i = 0; i < length; i++) copy[i] = block[this.#begin + i]!;
    return copy;
  }

  /** Whether something holds of all values. */
  every(holds: (value: T) => boolean): boolean {
    for (let i = this.#begin; i < this.#next; i++) if (!holds(this.#block![i]!)) return false;
    return (this.#full ?? []).every((full) => {
      for (let i = 0; i < full.length; i++) if (!holds(full[i]!)) return false;
      return true;
    });
  }

  /** All values in one array; yields after each block. */
  *join(): Generator<void, A> {
    const full = this.#full ?? [];
    const all = this.#create(full.reduce((sum, block) => sum + block.length, this.#next - this.#begin));
    let at = 0;
    for (const block of full) {
      for (let i = 0; i < block.length; i++) all[at++] = block[i]!;
      yield;
    }
    for (let i = this.#begin; i < this.#next; i++) all[at++] = this.#block![i]!;
    return all;
  }
}
