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
  const order = Array.from({ length: values.length }, (_, i) => i).sort((i, j) => values[i]! - values[j]!);
  const result = new Float64Array(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && values[order[to]!] === values[order[from]!]) to++;
    for (let i = from; i < to; i++) result[order[i]!] = (from + 1 + to) / 2;
    from = to;
  }
  return result;
}
