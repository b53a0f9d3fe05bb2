/**
 * Whether all numbers are finite: NaN and infinities stay in a sum, and no sum of float32 numbers is too large for
 * float64. Eight sums, so that none waits for another.
 */
export function allFinite(data: Float32Array): boolean {
  const n = data.length;
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let e = 0;
  let f = 0;
  let g = 0;
  let h = 0;
  let i = 0;
  for (; i + 8 <= n; i += 8) {
    a += data[i]!;
    b += data[i + 1]!;
    c += data[i + 2]!;
    d += data[i + 3]!;
    e += data[i + 4]!;
    f += data[i + 5]!;
    g += data[i + 6]!;
    h += data[i + 7]!;
  }
  for (; i < n; i++) a += data[i]!;
  return Number.isFinite(a + b + c + d + e + f + g + h);
}
