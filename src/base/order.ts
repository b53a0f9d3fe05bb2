/**
 * Compares two numbers for `sort`, the smaller first. NaN comes last: with `a - b`, a single one leaves all others in
 * whatever order.
 *
 * @example
 * rows.sort((a, b) => ascending(a.size, b.size) || a.row - b.row);
 */
export function ascending(a: number, b: number): number {
  if (a < b) return -1;
  if (a > b) return 1;
  return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
}

/** Compares two numbers for `sort`, the larger first. NaN comes last here, too. */
export function descending(a: number, b: number): number {
  if (a > b) return -1;
  if (a < b) return 1;
  return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
}

/** The largest of however many numbers, which `Math.max(...all)` cannot take; NaN if any is, -Infinity of none. */
export function largest(all: Iterable<number>): number {
  let most = Number.NEGATIVE_INFINITY;
  for (const one of all) most = Math.max(most, one);
  return most;
}

/** The smallest of however many numbers; NaN if any is, Infinity of none. */
export function smallest(all: Iterable<number>): number {
  let least = Number.POSITIVE_INFINITY;
  for (const one of all) least = Math.min(least, one);
  return least;
}

/** Where the largest number stands, the first of equals. NaN is never the largest; -1 where nothing else is. */
export function indexOfLargest(all: ArrayLike<number>): number {
  let at = -1;
  for (let i = 0; i < all.length; i++) {
    const one = all[i]!;
    if (!Number.isNaN(one) && (at < 0 || one > all[at]!)) at = i;
  }
  return at;
}
