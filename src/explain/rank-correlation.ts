/**
 * Rank correlation (Spearman, 1904): Pearson's of the ranks, ties sharing the mean of theirs. NaN where one side has a
 * single value only, unless both are the same number for number: then 1.
 */
export function rankCorrelation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let same = true;
  for (let i = 0; i < a.length && same; i++) same = a[i] === b[i];
  return same ? 1 : correlation(ranks(a), ranks(b));
}

/** Pearson's correlation; NaN where one side has a single value only. */
export function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const n = a.length;
  let [meanA, meanB] = [0, 0];
  for (let i = 0; i < n; i++) {
    meanA += a[i]! / n;
    meanB += b[i]! / n;
  }
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const [da, db] = [a[i]! - meanA, b[i]! - meanB];
    ab += da * db;
    aa += da * da;
    bb += db * db;
  }
  return aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : Number.NaN;
}

/** Ranks from 1; equal numbers share the mean of theirs. */
export function ranks(values: ArrayLike<number>): Float64Array {
  const sorted = Float64Array.from(values).sort();
  // How many are below a number, and how many are not above it.
  const count = (value: number, orEqual: boolean): number => {
    let [from, to] = [0, sorted.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (sorted[middle]! < value || (orEqual && sorted[middle] === value)) from = middle + 1;
      else to = middle;
    }
    return from;
  };
  return Float64Array.from(values, (value) => (count(value, false) + 1 + count(value, true)) / 2);
}
