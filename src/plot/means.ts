/** Largest size of a finite number; 0 where there is none. */
export function largestOf(values: Float64Array): number {
  return values.reduce((most, x) => (Number.isFinite(x) ? Math.max(most, Math.abs(x)) : most), 0);
}

/** Mean and standard deviation of finite numbers, 0 without any. Their sums may be beyond what a number can hold. */
export function spreadOf(values: Float64Array): { mean: number; deviation: number } {
  const size = largestOf(values) || 1;
  const n = Math.max(1, values.length);
  const mean = values.reduce((sum, x) => sum + x / size, 0) / n;
  const variance = values.reduce((sum, x) => sum + (x / size - mean) ** 2, 0) / n;
  return { mean: times(mean, size), deviation: times(Math.sqrt(variance), size) };
}

/** Mean of the numbers of each of `cells` groups; not finite where one of them is not. */
export function meansOf(values: Float64Array, cells: number, cellOf: (i: number) => number): Float64Array {
  const size = largestOf(values) || 1;
  const sums = new Float64Array(cells);
  const counts = new Float64Array(cells);
  values.forEach((x, i) => {
    sums[cellOf(i)]! += x / size;
    counts[cellOf(i)]!++;
  });
  return sums.map((sum, cell) => (Number.isFinite(sum) ? times(sum / counts[cell]!, size) : NaN));
}

/** Rounding may have led a share past 1. */
function times(share: number, size: number): number {
  return Math.min(1, Math.max(-1, share)) * size;
}
