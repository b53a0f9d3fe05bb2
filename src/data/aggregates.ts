import { cellOf, NO_ROW } from './column-rows.ts';
import type { Cell, Column } from './table.ts';

/** What is computed of the numbers of a group, missing ones left out; NaN where they do not say. */
export const NUMBERS_TO_NUMBER = { sum, mean, std, median } as const;

/** Which row of a group stands for it; missing cells are left out, and `NO_ROW` is the answer when there are no others. */
export const ROWS_TO_ROW = {
  first: (_column: Column, rows: Int32Array) => rows[0] ?? NO_ROW,
  last: (_column: Column, rows: Int32Array) => rows.at(-1) ?? NO_ROW,
  min: (column: Column, rows: Int32Array) => outermost(column, rows, (a, b) => a < b),
  max: (column: Column, rows: Int32Array) => outermost(column, rows, (a, b) => a > b),
} as const;

function outermost(
  column: Column,
  rows: Int32Array,
  isFurther: (a: NonNullable<Cell>, b: NonNullable<Cell>) => boolean,
): number {
  let best = rows[0] ?? NO_ROW;
  for (const row of rows) if (isFurther(cellOf(column, row)!, cellOf(column, best)!)) best = row;
  return best;
}

/** The sum with the rounding of each addition carried along (Neumaier, 1974). */
function sum(values: Float64Array): number {
  let total = 0;
  let lost = 0;
  for (const value of values) {
    const next = total + value;
    lost += Math.abs(total) >= Math.abs(value) ? total - next + value : value - next + total;
    total = next;
  }
  // Where the sum overflowed, what was lost is no number any more.
  return Number.isFinite(total) ? total + lost : total;
}

/** Numbers above it are divided by 2^32, as many as there can be rows, before they are added. */
const LARGE = 2 ** 990;

/** Never outside the numbers themselves, so that of equal ones it is just that. */
function mean(values: Float64Array): number {
  if (values.length === 0) return Number.NaN;
  let [least, most] = [values[0]!, values[0]!];
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  const scale = Math.max(-least, most) > LARGE ? 2 ** 32 : 1;
  const middle = (sum(values.map((value) => value / scale)) / values.length) * scale;
  return Math.min(Math.max(middle, least), most);
}

/** With n - 1 in the denominator; of one number it is not known. */
function std(values: Float64Array): number {
  if (values.length < 2) return Number.NaN;
  const half = mean(values) / 2;
  // Halves, since the distance of two numbers may be twice the largest one.
  const distances = values.map((value) => value / 2 - half);
  const largest = distances.reduce((most, distance) => Math.max(most, Math.abs(distance)), 0);
  if (largest === 0) return 0;
  const squares = sum(distances.map((distance) => (distance / largest) ** 2));
  return 2 * largest * Math.sqrt(squares / (values.length - 1));
}

function median(values: Float64Array): number {
  if (values.length === 0) return Number.NaN;
  const sorted = values.slice().sort();
  const [low, high] = [sorted[(sorted.length - 1) >> 1]!, sorted[sorted.length >> 1]!];
  const middle = (low + high) / 2;
  return Number.isFinite(middle) ? middle : low / 2 + high / 2;
}
