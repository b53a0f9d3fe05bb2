/**
 * Rank correlation (Spearman, 1904): Pearson's of the ranks, ties sharing the mean of theirs. NaN where one side has a
 * single value only, unless both are the same number for number: then 1.
 */
export function rankCorrelation(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  ranksOfA: ArrayLike<number> = ranks(a),
): number {
  let same = true;
  for (let i = 0; i < a.length && same; i++) same = a[i] === b[i];
  return same ? 1 : correlation(ranksOfA, ranks(b));
}

/** Pearson's correlation; NaN where one side has a single value only. */
export function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  // By value: the mean of equal numbers may round to a neighbour, and what is left then looks like a spread.
  if (isConstant(a) || isConstant(b)) return Number.NaN;
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
  return ab / (Math.sqrt(aa) * Math.sqrt(bb));
}

function isConstant(values: ArrayLike<number>): boolean {
  for (let i = 1; i < values.length; i++) if (values[i] !== values[0]) return false;
  return true;
}

/** Ranks from 1; equal numbers share the mean of theirs. */
export function ranks(values: ArrayLike<number>): Float64Array {
  const sorted = new Float64Array(values).sort();
  const result = new Float64Array(values.length);
  for (let i = 0; i < result.length; i++) {
    const below = countBelow(sorted, values[i]!, false);
    const tied = sorted[below + 1] === values[i];
    const upTo = tied ? countBelow(sorted, values[i]!, true) : below + 1;
    result[i] = (below + 1 + upTo) / 2;
  }
  return result;
}

/** How many of some sorted numbers are below a value, or not above it. */
function countBelow(sorted: Float64Array, value: number, orEqual: boolean): number {
  let from = 0;
  let to = sorted.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    const one = sorted[middle]!;
    if (one < value || (orEqual && one === value)) from = middle + 1;
    else to = middle;
  }
  return from;
}
