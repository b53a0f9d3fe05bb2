import { DataError, ShapeError } from '../base/errors.ts';
import { allocating } from '../base/memory.ts';
import { Random } from '../base/random.ts';
import { checkNumber } from '../base/ranges.ts';
import { showShape } from '../base/shape.ts';
import { checkCount, ownOptions } from './arguments.ts';
import { type Data, type Matrix, toMatrix } from './matrix.ts';

/** How rows are cut into batches. */
export interface BatchOptions {
  /** Rows a batch; the last one may have fewer. Default 32. */
  readonly size?: number;
  /** Whether each pass takes the rows in another random order. Default false. */
  readonly shuffle?: boolean;
  /** Seed of the orders. Default 0. */
  readonly seed?: number;
  /** Leaves out a last batch of fewer rows. Default false. */
  readonly dropLast?: boolean;
}

/** Some rows of the data; the arrays belong to the receiver. */
export interface Batch<Y extends Matrix | undefined = Matrix | undefined> {
  readonly x: Matrix;
  readonly y: Y;
  /** Number of the batch in its pass, from 0. */
  readonly index: number;
  /** Rows in this batch. */
  readonly size: number;
}

/** Passes over the data: each loop over it is the next epoch. */
export interface Batches<Y extends Matrix | undefined = Matrix | undefined>
  extends Iterable<Batch<Y>>,
    AsyncIterable<Batch<Y>> {
  /** Batches in a pass. */
  readonly count: number;
  /** Rows of the data. */
  readonly rows: number;
}

/**
 * Cuts data into batches, for loops of one's own. Every loop over the result is one pass; with `shuffle` the order
 * of the k-th pass is a function of `seed` and k alone.
 *
 * | name      | shape                                       |
 * | --------- | ------------------------------------------- |
 * | `x`       | `[n, …]`                                    |
 * | `y`       | `[n, …]`, may be left out                   |
 * | `batch.x` | `[size, …]`, fewer rows in the last batch   |
 *
 * @throws {ShapeError} when `x` and `y` differ in rows.
 * @throws {DataError} for data that `toMatrix` refuses, and when `dropLast` would leave no batch.
 * @throws {OptionError} for an option that does not exist or cannot be.
 *
 * @example
 * for await (const batch of batches({ x: features, y: labels }, { size: 256, shuffle: true, seed: 1 })) {
 *   const { loss } = await step(batch.x, batch.y);
 * }
 */
export function batches(
  data: { readonly x: Data; readonly y: Data },
  options?: BatchOptions,
): Batches<Matrix>;
export function batches(data: { readonly x: Data }, options?: BatchOptions): Batches<undefined>;
export function batches(data: { readonly x: Data; readonly y?: Data }, options: BatchOptions = {}): Batches {
  const own = ownOptions('batches', options, ['size', 'shuffle', 'seed', 'dropLast']);
  const { size = 32, shuffle = false, seed = 0, dropLast = false } = own;
  const input = ownOptions('batches', data, ['x', 'y']);
  checkCount('batches: seed', seed, 0);
  checkCount('batches: size', size, 1);
  const x = toMatrix(input.x, 'x');
  const y = input.y === undefined ? undefined : toMatrix(input.y, 'y');
  const rows = rowsOf(x, 'x');
  if (y !== undefined && rowsOf(y, 'y') !== rows) {
    throw new ShapeError(`batches: x has ${rows} rows, y has ${y.shape[0]}`, {
      x: showShape(x.shape),
      y: showShape(y.shape),
    });
  }
  const count = dropLast ? Math.floor(rows / size) : Math.ceil(rows / size);
  if (count === 0) {
    throw new DataError(`batches: ${rows} rows do not fill a batch of ${size}`, {
      hint: 'leave dropLast out or make size smaller',
    });
  }
  let epoch = 0;
  function* pass(): Generator<Batch, void, undefined> {
    const order = shuffle ? epochOrder(rows, seed, epoch) : undefined;
    epoch++;
    for (let index = 0; index < count; index++) {
      const start = index * size;
      const end = Math.min(start + size, rows);
      yield {
        x: gather(x, order, start, end),
        y: y && gather(y, order, start, end),
        index,
        size: end - start,
      };
    }
  }
  return {
    rows,
    count,
    [Symbol.iterator]: pass,
    async *[Symbol.asyncIterator]() {
      yield* pass();
    },
  };
}

/**
 * The order in which an epoch takes the rows: a function of its arguments alone, so a run can resume anywhere.
 *
 * @example
 * epochOrder(1000, 7, 3); // the rows of the fourth epoch under seed 7
 */
export function epochOrder(rows: number, seed: number, epoch: number): Int32Array {
  checkCount('epochOrder: the number of rows', rows, 0);
  checkCount('epochOrder: epoch', epoch, 0);
  checkNumber('epochOrder', 'seed', seed, { whole: true });
  const order = (): Int32Array => Random.of(seed, `epoch.${epoch}`).permutation(rows);
  return allocating('epochOrder', rows, order);
}

/** Copies the rows `order[start, end)`, or the rows themselves when there is no order. */
function gather({ data, shape }: Matrix, order: Int32Array | undefined, start: number, end: number): Matrix {
  const [, ...inner] = shape;
  const width = data.length / shape[0]!;
  const out = [end - start, ...inner];
  if (order === undefined) return { data: data.slice(start * width, end * width), shape: out };
  const rows =
    data instanceof Int32Array ? new Int32Array(out[0]! * width) : new Float32Array(out[0]! * width);
  for (let i = start; i < end; i++) {
    const from = order[i]! * width;
    for (let k = 0; k < width; k++) rows[(i - start) * width + k] = data[from + k]!;
  }
  return { data: rows, shape: out };
}

function rowsOf({ shape }: Matrix, name: string): number {
  const [rows] = shape;
  if (rows === undefined) throw new ShapeError(`batches: ${name} is a single number, not rows`);
  return rows;
}
