import { sizeOf } from '../base/shape.ts';
import type { Session } from '../train/session.ts';
import type { Labelled } from './labelled.ts';
import type { Passes } from './passes.ts';
import { factorsOf, feedsOf, gradientsOfRow, products, squaredNorms } from './row-gradients.ts';

type Share = (done: number) => number;

/** Rows of a block of products, on either side. */
const BLOCK = 256;
/** Numbers of gradients that are kept at a time, where they are made row by row. */
const NUMBERS = 1 << 22;
/** Rows for which gradients in factors are held against those of single rows. */
const PROBES = 3;
/** Largest difference of both, relative to the norms of the gradients: a few hundred roundings of float32. */
const TOLERANCE = 1e-4;

let made = 0;

/**
 * Inner products of the gradients of single rows. Where the graph shows that each weight is multiplied by rows, they are
 * made of batches, without a gradient being written down; else, or where the rows of a batch turn out to influence each
 * other, a gradient is made for each row.
 */
export class GradientProducts {
  readonly #session: Session;
  readonly #passes: Passes;
  /** A loss of one's own has no name that tells it from others, so each has programs of its own. */
  readonly #key = `products ${made++} `;
  #inBatches = false;

  private constructor(session: Session, passes: Passes) {
    this.#session = session;
    this.#passes = passes;
  }

  /** For rows of some sets: the larger is tried out, since a single row has no others to influence it. */
  static async of(
    session: Session,
    passes: Passes,
    sets: readonly Labelled[],
    share: Share,
  ): Promise<GradientProducts> {
    const made = new GradientProducts(session, passes);
    const larger = sets.reduce((a, b) => (b.data.rows > a.data.rows ? b : a));
    made.#inBatches = await made.#canBatch(larger, share);
    return made;
  }

  /** Whether the products are made in batches. */
  get inBatches(): boolean {
    return this.#inBatches;
  }

  /** Frees the programs. */
  dispose(): void {
    this.#session.engine.forget(`explain ${this.#key}`);
  }

  /** Adds `scale` times the products of all rows of `a` with all of `b` to `into`, `[rows of a, rows of b]`. */
  async add(a: Labelled, b: Labelled, scale: number, into: Float32Array, share: Share): Promise<void> {
    const rowsB = b.data.rows;
    const size = this.#inBatches ? BLOCK : Math.max(1, Math.floor(NUMBERS / this.#parameters));
    for (let start = 0; start < rowsB; start += size) {
      const count = Math.min(size, rowsB - start);
      const part: Share = (done) => share((start + done * count) / rowsB);
      const take = (row: number, products: ArrayLike<number>, from = 0): void => {
        for (let j = 0; j < count; j++) into[row * rowsB + start + j]! += scale * products[from + j]!;
      };
      if (this.#inBatches) await this.#block(a, b, start, count, take, part);
      else await this.#rowByRow(a, b, start, count, take, part);
    }
  }

  /** Adds `scale` times the squared norm of each row's gradient to `into`, `[rows]`. */
  async addNorms(a: Labelled, scale: number, into: Float32Array, share: Share): Promise<void> {
    if (!this.#inBatches) {
      return this.#eachGradient(
        a,
        0,
        a.data.rows,
        (row, gradient) => {
          into[row]! += scale * dot(gradient, gradient);
        },
        share,
      );
    }
    const side = { labelled: a, side: '' };
    await this.#passes.run(
      {
        key: `${this.#key}norms ${kindOf(a)}`,
        rows: a.data.rows,
        width: widthOf(a),
        most: BLOCK,
        trace: (rows) => ({ norms: squaredNorms(factorsOf(this.#session, { ...side, rows })!) }),
        feed: (from, count) => feedsOf(side, from, count),
        take({ norms }, from, count) {
          for (let i = 0; i < count; i++) into[from + i]! += scale * norms![i]!;
        },
        cost: { forward: 1, backward: 1 },
      },
      share,
    );
  }

  async #block(
    a: Labelled,
    b: Labelled,
    start: number,
    count: number,
    take: (row: number, products: ArrayLike<number>, from: number) => void,
    share: Share,
  ): Promise<void> {
    const [left, right] = [
      { labelled: a, side: '' },
      { labelled: b, side: '.other' },
    ];
    const other = feedsOf(right, start, count);
    await this.#passes.run(
      {
        key: `${this.#key}block ${kindOf(a)} ${kindOf(b)} ${count}`,
        rows: a.data.rows,
        width: widthOf(a) + widthOf(b),
        most: BLOCK,
        trace: (rows) => ({
          products: products(
            factorsOf(this.#session, { ...left, rows })!,
            factorsOf(this.#session, { ...right, rows: count })!,
          ),
        }),
        feed: (from, some) => ({ ...feedsOf(left, from, some), ...other }),
        take({ products: some }, from, rows) {
          for (let i = 0; i < rows; i++) take(from + i, some!, i * count);
        },
        cost: { forward: 1, backward: 1 },
      },
      share,
    );
  }

  async #rowByRow(
    a: Labelled,
    b: Labelled,
    start: number,
    count: number,
    take: (row: number, products: ArrayLike<number>) => void,
    share: Share,
  ): Promise<void> {
    const kept: Float32Array[] = [];
    await this.#eachGradient(
      b,
      start,
      count,
      (_, gradient) => kept.push(gradient),
      (done) => share(0.1 * done),
    );
    await this.#eachGradient(
      a,
      0,
      a.data.rows,
      (row, gradient) => {
        take(
          row,
          kept.map((other) => dot(gradient, other)),
        );
      },
      (done) => share(0.1 + 0.9 * done),
    );
  }

  /** The gradient of each row alone, all parameters behind each other. */
  async #eachGradient(
    labelled: Labelled,
    start: number,
    count: number,
    visit: (row: number, gradient: Float32Array) => void,
    share?: Share,
  ): Promise<void> {
    const side = { labelled, side: '' };
    const { params } = this.#session.network;
    await this.#passes.run(
      {
        key: `${this.#key}row ${kindOf(labelled)}`,
        rows: count,
        width: widthOf(labelled),
        most: 1,
        trace: () => gradientsOfRow(this.#session, side),
        feed: (from) => feedsOf(side, start + from, 1),
        take: (fetched, from) => {
          const gradient = new Float32Array(this.#parameters);
          let at = 0;
          params.forEach(({ shape }, i) => {
            gradient.set(fetched[`gradient${i}`]!.subarray(0, sizeOf(shape)), at);
            at += sizeOf(shape);
          });
          visit(start + from, gradient);
        },
        cost: { forward: 1, backward: 1 },
      },
      share,
    );
  }

  get #parameters(): number {
    return this.#session.network.params.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  }

  /** By structure at two sizes, so that no other axis is taken for that of the rows, and by the numbers of a few rows. */
  async #canBatch(labelled: Labelled, share: Share): Promise<boolean> {
    const sizes = [2, 3].map((rows) => factorsOf(this.#session, { labelled, rows, side: '' }));
    if (sizes.some((uses) => uses === undefined || uses.length === 0)) return false;
    const count = Math.min(PROBES, labelled.data.rows);
    const quiet: Share = () => share(0);
    const gradients: Float32Array[] = [];
    await this.#eachGradient(labelled, 0, count, (_, gradient) => gradients.push(gradient), quiet);
    const norms = gradients.map((gradient) => Math.sqrt(dot(gradient, gradient)));
    const few = firstRows(labelled, count);
    let same = true;
    const compare = (row: number, some: ArrayLike<number>, from: number): void => {
      gradients.forEach((gradient, j) => {
        const miss = Math.abs(some[from + j]! - dot(gradients[row]!, gradient));
        if (!(miss <= TOLERANCE * norms[row]! * norms[j]!)) same = false;
      });
    };
    await this.#block(few, few, 0, count, compare, quiet);
    return same;
  }
}

function firstRows(labelled: Labelled, rows: number): Labelled {
  return { ...labelled, data: { ...labelled.data, rows } };
}

/** What of some rows decides the graph beside their number: targets may be labels here and one-hot there. */
function kindOf({ data: { y, labels } }: Labelled): string {
  return `${y.shape.slice(1).join('x')}${labels ? ' labels' : ''}`;
}

function widthOf({ data: { x, y } }: Labelled): number {
  return [...x, y].reduce((sum, { shape }) => sum + sizeOf(shape.slice(1)), 0);
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
