/** Items of which the one with the lowest rank comes out first (Williams, 1964). */
export class Heap<T> {
  readonly #rank: (item: T) => number;
  readonly #items: T[] = [];

  constructor(rank: (item: T) => number) {
    this.#rank = rank;
  }

  push(item: T): void {
    const items = this.#items;
    let at = items.push(item) - 1;
    for (let above = (at - 1) >> 1; at > 0 && this.#less(at, above); above = (at - 1) >> 1) {
      this.#swap(at, above);
      at = above;
    }
  }

  pop(): T | undefined {
    const items = this.#items;
    if (items.length === 0) return undefined;
    this.#swap(0, items.length - 1);
    const lowest = items.pop();
    for (let at = 0; ; ) {
      let least = at;
      for (const below of [2 * at + 1, 2 * at + 2])
        if (below < items.length && this.#less(below, least)) least = below;
      if (least === at) return lowest;
      this.#swap(at, least);
      at = least;
    }
  }

  #less(a: number, b: number): boolean {
    return this.#rank(this.#items[a]!) < this.#rank(this.#items[b]!);
  }

  #swap(a: number, b: number): void {
    const items = this.#items;
    [items[a], items[b]] = [items[b]!, items[a]!];
  }
}
