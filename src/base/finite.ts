/** Numbers that are added up in one call: a function that is called often is compiled sooner than one that runs long. */
const PIECE = 1 << 14;

/** Whether all numbers are finite: NaN and infinities stay in a sum, and no sum of float32 numbers is too large for float64. */
export function allFinite(data: Float32Array): boolean {
  let sum = 0;
  for (let from = 0; from < data.length; from += PIECE)
    sum += sumOf(data, from, Math.min(from + PIECE, data.length));
  return Number.isFinite(sum);
}

/** Eight sums, so that none waits for another. */
function sumOf(data: Float32Array, from: number, to: number): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let e = 0;
  let f = 0;
  let g = 0;
  let h = 0;
  let i = from;
  for (; i + 8 <= to; i += 8) {
    a += data[i]!;
    b += data[i + 1]!;
    c += data[i + 2]!;
    d += data[i + 3]!;
    e += data[i + 4]!;
    f += data[i + 5]!;
    g += data[i + 6]!;
    h += data[i + 7]!;
  }
  for (; i < to; i++) a += data[i]!;
  return a + b + c + d + e + f + g + h;
}
