import { ascending, indexOfLargest } from '../base/order.ts';
import type { Cells, Frame } from './frame.ts';

/** A test row that is a training row, too, and the first such. */
export interface Duplicate {
  readonly test: number;
  readonly train: number;
  /** Whether both have the same target, where both have one. */
  readonly sameTarget?: boolean;
  /** Largest difference of a column, as a share of its range in the training rows; 0 of an exact duplicate. */
  readonly distance: number;
}

/** Test rows that are training rows number for number; missing cells are alike. */
export function exactDuplicates({ train, test, columns }: Frame): Duplicate[] {
  const byHash = new Map<number, number[]>();
  const hash = hasher(columns.length);
  for (let row = 0; row < train.rows; row++) {
    const key = hash(train, row);
    const rows = byHash.get(key);
    if (rows === undefined) byHash.set(key, [row]);
    else rows.push(row);
  }
  const found: Duplicate[] = [];
  for (let row = 0; row < test.rows; row++) {
    const match = byHash
      .get(hash(test, row))
      ?.find((other) => areSame(train, other, test, row, columns.length));
    if (match !== undefined) found.push(describe(train, match, test, row, 0));
  }
  return found;
}

/** FNV-1a over the bits of a row's numbers. */
function hasher(width: number): (cells: Cells, row: number) => number {
  const number = new Float64Array(1);
  const bits = new Uint32Array(number.buffer);
  return ({ data }, row) => {
    let hash = 0x811c9dc5;
    for (let j = 0; j < width; j++) {
      number[0] = data[row * width + j]!;
      hash = Math.imul(hash ^ bits[0]!, 0x01000193);
      hash = Math.imul(hash ^ bits[1]!, 0x01000193);
    }
    return hash;
  };
}

function areSame(a: Cells, i: number, b: Cells, j: number, width: number): boolean {
  for (let k = 0; k < width; k++) if (!Object.is(a.data[i * width + k], b.data[j * width + k])) return false;
  return true;
}

function describe(train: Cells, i: number, test: Cells, j: number, distance: number): Duplicate {
  const known = train.target !== undefined && test.target !== undefined;
  return {
    test: j,
    train: i,
    ...(known && { sameTarget: Object.is(train.target![i], test.target![j]) }),
    distance,
  };
}

/**
 * Test rows with a training row nearby, but none that is the same: the same text, the same cells missing, and every number
 * within `tolerance` of its range. The nearest is named.
 */
export async function nearDuplicates(
  frame: Frame,
  tolerance: number,
  exact: readonly Duplicate[],
  turn: (done: number) => Promise<void>,
): Promise<Duplicate[]> {
  const { train, test, columns, isText } = frame;
  const width = columns.length;
  const numbers = columns.flatMap((_, j) => (isText[j] ? [] : [j]));
  if (tolerance === 0 || numbers.length === 0) return [];
  const search: Search = { frame, numbers, ranges: rangesOf(train, width), tolerance };
  const by = mostVaried(train, width, numbers);
  const groups = byWords(frame, by);
  const taken = new Set(exact.map((one) => one.test));
  const found: Duplicate[] = [];
  for (let row = 0; row < test.rows; row++) {
    if (row % 256 === 0) await turn(row / test.rows);
    if (taken.has(row)) continue;
    const { other, distance } = nearest(search, row, by, groups.get(wordsOf(test, row, width, isText)) ?? []);
    if (other >= 0) found.push(describe(train, other, test, row, distance));
  }
  return found;
}

interface Search {
  readonly frame: Frame;
  /** Columns that are no words. */
  readonly numbers: readonly number[];
  readonly ranges: Float64Array;
  readonly tolerance: number;
}

/** The nearest of some training rows, which are sorted by a column; -1 where none is within the tolerance. */
function nearest(search: Search, row: number, by: number, rows: readonly number[]) {
  const { train, test, columns } = search.frame;
  const value = test.data[row * columns.length + by]!;
  const margin = search.tolerance * search.ranges[by]!;
  const numberOf = (other: number): number => train.data[other * columns.length + by]!;
  let best = { other: -1, distance: Number.POSITIVE_INFINITY };
  for (let i = firstFrom(rows, numberOf, value - margin); i < rows.length; i++) {
    const other = rows[i]!;
    if (numberOf(other) > value + margin) break;
    const distance = distanceOf(search, other, row);
    if (distance < best.distance) best = { other, distance };
  }
  return best;
}

function rangesOf({ data, rows }: Cells, width: number): Float64Array {
  const [low, high] = [new Float64Array(width).fill(Infinity), new Float64Array(width).fill(-Infinity)];
  for (let i = 0; i < rows * width; i++) {
    const [j, value] = [i % width, data[i]!];
    if (value < low[j]!) low[j] = value;
    if (value > high[j]!) high[j] = value;
  }
  return high.map((value, j) => Math.max(0, value - low[j]!));
}

/** The number with the most values: a window of it holds the fewest rows. */
function mostVaried({ data, rows }: Cells, width: number, numbers: readonly number[]): number {
  const counts = numbers.map(
    (j) => new Set(Array.from({ length: rows }, (_, i) => data[i * width + j]!)).size,
  );
  return numbers[indexOfLargest(counts)]!;
}

/** Training rows with the same text and the same cells missing, sorted by a column. */
function byWords({ train, columns, isText }: Frame, by: number): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  for (let row = 0; row < train.rows; row++) {
    const key = wordsOf(train, row, columns.length, isText);
    const rows = groups.get(key);
    if (rows === undefined) groups.set(key, [row]);
    else rows.push(row);
  }
  const value = (row: number): number => train.data[row * columns.length + by]!;
  for (const rows of groups.values()) rows.sort((a, b) => ascending(value(a), value(b)) || ascending(a, b));
  return groups;
}

function wordsOf({ data }: Cells, row: number, width: number, isText: readonly boolean[]): string {
  let words = '';
  for (let j = 0; j < width; j++) {
    const value = data[row * width + j]!;
    if (isText[j] || Number.isNaN(value)) words += `${j}:${value} `;
  }
  return words;
}

/** Position of the first row whose value is not below `least`. */
function firstFrom(rows: readonly number[], value: (row: number) => number, least: number): number {
  let [from, to] = [0, rows.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (value(rows[middle]!) < least) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** Infinite where a number is further than the tolerance. */
function distanceOf({ frame, numbers, ranges, tolerance }: Search, i: number, j: number): number {
  const { train, test, columns } = frame;
  const width = columns.length;
  let largest = 0;
  for (const k of numbers) {
    const difference = Math.abs(train.data[i * width + k]! - test.data[j * width + k]!);
    // A missing number is missing on both sides.
    if (difference === 0 || Number.isNaN(difference)) continue;
    const share = difference / ranges[k]!;
    if (share > tolerance) return Number.POSITIVE_INFINITY;
    largest = Math.max(largest, share);
  }
  return largest;
}
