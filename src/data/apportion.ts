import { smallest } from '../base/order.ts';

/** An entry of the table: class, then part. */
type Edge = readonly [row: number, column: number];

/** Rows that are not whole yet. */
type Open = readonly (readonly number[])[];

/**
 * Distributes the rows of classes over parts: an integer table with the given totals of rows and columns, where each
 * entry is the floor or the ceiling of `rows[c] * columns[p] / n`. Such a table always exists (Bacharach, 1966,
 * "Matrix rounding problems"). It is reached by moving along cycles of fractional entries, up and down in turn,
 * until one of them is whole; totals never change.
 *
 * | name      | shape    | meaning                              |
 * | --------- | -------- | ------------------------------------ |
 * | `rows`    | `[C]`    | size of each class, sum `n` < 9e7    |
 * | `columns` | `[P]`    | size of each part, sum `n`           |
 * | result    | `[C][P]` | rows of class `c` that part `p` gets |
 *
 * Cost: `O(C)` for the three parts of a split.
 *
 * @example
 * apportion([6, 4], [7, 3]); // [[4, 2], [3, 1]]
 */
export function apportion(rows: readonly number[], columns: readonly number[]): number[][] {
  const n = columns.reduce((sum, size) => sum + size, 0);
  // Fractions in units of 1/n: products below 2^53, so the arithmetic is exact.
  const rest = rows.map((row) => columns.map((column) => (row * column) % n));
  // Rows that still have fractions. They never hold a cycle, so there are fewer of them than columns.
  let open: number[][] = [];
  for (const row of rest) {
    open.push(row);
    for (let cycle = findCycle(open, n); cycle !== undefined; cycle = findCycle(open, n))
      shift(open, cycle, n);
    open = open.filter((candidate) => candidate.some((value) => isFraction(value, n)));
  }
  return rows.map((row, c) =>
    columns.map((column, p) => Math.floor((row * column) / n) + (rest[c]![p] === n ? 1 : 0)),
  );
}

/** A cycle of fractional entries through the newest row; there was none before it came. */
function findCycle(open: Open, n: number): Edge[] | undefined {
  const origin = open.length - 1;
  const walk = (row: number, rows: readonly number[], path: readonly Edge[]): Edge[] | undefined => {
    for (const [column, next] of neighbours(open, row, n)) {
      if (path.some(([, used]) => used === column) || rows.includes(next)) continue;
      const longer: Edge[] = [...path, [row, column], [next, column]];
      const found = next === origin ? longer : walk(next, [...rows, next], longer);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return walk(origin, [], []);
}

/** Rows that have a fraction in a column where `row` has one, with that column. */
function neighbours(open: Open, row: number, n: number): [column: number, next: number][] {
  const columns = open[row]!.flatMap((value, column) => (isFraction(value, n) ? [column] : []));
  return columns.flatMap((column) =>
    open.flatMap((other, next): [number, number][] =>
      next !== row && isFraction(other[column]!, n) ? [[column, next]] : [],
    ),
  );
}

/** Moves as much as fits along a cycle: up at its even entries, down at its odd ones. */
function shift(open: readonly number[][], cycle: readonly Edge[], n: number): void {
  const room = cycle.map(([row, column], i) => (i % 2 === 0 ? n - open[row]![column]! : open[row]![column]!));
  const amount = smallest(room);
  for (const [i, [row, column]] of cycle.entries()) open[row]![column]! += i % 2 === 0 ? amount : -amount;
}

function isFraction(value: number, n: number): boolean {
  return value > 0 && value < n;
}
