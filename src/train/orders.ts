import { epochOrder } from '../data/index.ts';

/** The orders in which a run takes its rows. */
export class Orders {
  readonly #rows: number;
  readonly #seed: number;
  readonly #shuffle: boolean;
  #orders = new Int32Array(0);

  constructor(rows: number, seed: number, shuffle: boolean) {
    this.#rows = rows;
    this.#seed = seed;
    this.#shuffle = shuffle;
  }

  /**
   * The orders of so many epochs of the model, one behind the other, in memory that the next call uses again. Where
   * rows keep their places they are made once.
   */
  of(epoch: number, epochs: number): Int32Array {
    const rows = this.#rows;
    const made = this.#orders.length / rows;
    if (made < epochs) {
      const longer = new Int32Array(epochs * rows);
      longer.set(this.#orders);
      this.#orders = longer;
    }
    for (let i = this.#shuffle ? 0 : made; i < epochs; i++) this.#write(epoch + i, i * rows);
    return this.#orders;
  }

  #write(epoch: number, at: number): void {
    if (this.#shuffle) this.#orders.set(epochOrder(this.#rows, this.#seed, epoch), at);
    else for (let i = 0; i < this.#rows; i++) this.#orders[at + i] = i;
  }
}
