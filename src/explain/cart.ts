import { setImmediate as nextTurn } from 'node:timers/promises';
import { ascending } from '../base/order.ts';

/** What a tree is grown on: numbers of rows, column by column, and what it should say of each row. */
export interface Grown {
  /** Numbers by which rows are told apart, a list a column. */
  readonly columns: readonly Float64Array[];
  /** `[rows, width]`: a number each, or a one-hot class. */
  readonly wanted: Float64Array;
  readonly width: number;
  readonly maxDepth: number;
  readonly minSamplesLeaf: number;
  /** Called now and then; may throw to end it. */
  readonly check: () => void;
}

/** A node: some rows, their mean, and how they are told apart; left are those that are not above the threshold. */
export interface Node {
  readonly rows: Uint32Array;
  /** `[width]`. */
  readonly mean: Float64Array;
  readonly split?: { readonly column: number; readonly threshold: number };
  readonly left?: Node;
  readonly right?: Node;
}

/** Milliseconds of growing after which the event loop gets a turn; no number depends on it. */
const TURN = 10;
/** Gains that differ by less are equal, and so is a spread of less than this share of all to none. */
const ROUNDING = 1e-12;

/**
 * Grows a regression or classification tree (CART; Breiman, Friedman, Olshen and Stone, 1984). Each split is the one that
 * takes most from the sum of squared distances to the mean, for one-hot classes that of Gini's impurity; of equal ones
 * that of the first column, and there of the lowest threshold.
 */
export async function grow(grown: Grown): Promise<Node> {
  const rows = Uint32Array.from({ length: grown.wanted.length / grown.width }, (_, i) => i);
  return growFrom(
    { ...grown, most: spreadOf(grown, rows, meanOf(grown, rows)), clock: { turn: performance.now() } },
    rows,
    0,
  );
}

interface Growing extends Grown {
  /** Spread of all rows. */
  readonly most: number;
  readonly clock: { turn: number };
}

async function growFrom(grown: Growing, rows: Uint32Array, depth: number): Promise<Node> {
  const mean = meanOf(grown, rows);
  const isLeaf =
    depth >= grown.maxDepth ||
    rows.length < 2 * grown.minSamplesLeaf ||
    spreadOf(grown, rows, mean) <= ROUNDING * grown.most;
  const split = isLeaf ? undefined : await bestSplit(grown, rows, mean);
  if (split === undefined) return { rows, mean };
  const { column, threshold } = split;
  const values = grown.columns[column]!;
  const left = await growFrom(
    grown,
    rows.filter((row) => values[row]! <= threshold),
    depth + 1,
  );
  const right = await growFrom(
    grown,
    rows.filter((row) => values[row]! > threshold),
    depth + 1,
  );
  return { rows, mean, split: { column, threshold }, left, right };
}

interface Split {
  readonly column: number;
  readonly threshold: number;
  readonly gain: number;
}

async function bestSplit(grown: Growing, rows: Uint32Array, mean: Float64Array): Promise<Split | undefined> {
  let best: Split | undefined;
  for (let column = 0; column < grown.columns.length; column++) {
    best = bestOfColumn(grown, rows, mean, column, best);
    if (performance.now() - grown.clock.turn < TURN) continue;
    grown.check();
    await nextTurn();
    grown.clock.turn = performance.now();
  }
  return best;
}

/** The best split of a column, if it is better than the best so far. */
function bestOfColumn(grown: Growing, rows: Uint32Array, mean: Float64Array, column: number, best?: Split) {
  const { wanted, width, minSamplesLeaf, most } = grown;
  const values = grown.columns[column]!;
  const order = rows.slice().sort((a, b) => ascending(values[a]!, values[b]!) || ascending(a, b));
  // Sums of the distances from the mean to the left of a place; to the right they are the same with another sign.
  const sums = new Float64Array(width);
  const { length: n } = order;
  for (let i = 0; i + minSamplesLeaf < n; i++) {
    const row = order[i]!;
    for (let k = 0; k < width; k++) sums[k]! += wanted[row * width + k]! - mean[k]!;
    const [here, next] = [values[row]!, values[order[i + 1]!]!];
    if (i + 1 < minSamplesLeaf || here === next) continue;
    const gain = (squares(sums) * n) / ((i + 1) * (n - i - 1));
    if (best !== undefined && gain <= best.gain + ROUNDING * most) continue;
    const middle = here + (next - here) / 2;
    // Between neighbours among the floats there is nothing.
    best = { column, threshold: middle < next ? middle : here, gain };
  }
  return best;
}

function squares(numbers: Float64Array): number {
  let sum = 0;
  for (const number of numbers) sum += number * number;
  return sum;
}

function meanOf({ wanted, width }: Grown, rows: Uint32Array): Float64Array {
  const mean = new Float64Array(width);
  for (const row of rows) for (let k = 0; k < width; k++) mean[k]! += wanted[row * width + k]!;
  return mean.map((sum) => sum / rows.length);
}

function spreadOf({ wanted, width }: Grown, rows: Uint32Array, mean: Float64Array): number {
  let sum = 0;
  for (const row of rows) for (let k = 0; k < width; k++) sum += (wanted[row * width + k]! - mean[k]!) ** 2;
  return sum;
}
