import type { NumberArray } from '../base/dtype.ts';

/** A matrix in memory: element `[i, j]` is `data[from + i · down + j · across]`. */
export interface Matrix {
  readonly data: NumberArray;
  readonly from: number;
  readonly down: number;
  readonly across: number;
}

/** Sides of the tile of `y` whose sums are added up together: nine sums and six factors fit in the registers. */
const SIDE = 3;

/** Elements of `a` that are packed at once: 512 KiB, which stay in the second-level cache for all columns of `b`. */
const PACKED = 65_536;

// Kernels do not overlap, so all products pack into the same memory. In float64, the loop over it sees one type of
// array whatever the precision, and factors are widened once instead of at each use.
let rows = new Float64Array(0);
let columns = new Float64Array(0);
const sums = new Float64Array(SIDE * SIDE);

/**
 * `y[i, j] = Σₚ a[i, p] · b[p, j]` for m rows and n columns. Each sum is added up in float64 in the order of p, as
 * three plain loops would do it, so tiles and blocks change no bit.
 */
export function multiply(a: Matrix, b: Matrix, y: Matrix, m: number, k: number, n: number): void {
  // There is nothing to gain from packing what is used once or twice.
  if (m < SIDE) multiplyThin(a, b, y, m, k, n);
  else if (n < SIDE) multiplyThin(transposed(b), transposed(a), transposed(y), n, k, m);
  else multiplyTiled(a, b, y, m, k, n);
}

/** By tiles, for a block of rows and one panel of columns at a time, both packed. */
function multiplyTiled(a: Matrix, b: Matrix, y: Matrix, m: number, k: number, n: number): void {
  const panel = SIDE * k;
  const most = Math.max(1, Math.floor(PACKED / Math.max(1, panel)));
  const panels = Math.min(most, Math.ceil(m / SIDE));
  if (rows.length < panels * panel) rows = new Float64Array(panels * panel);
  if (columns.length < panel) columns = new Float64Array(panel);
  for (let top = 0; top < m; top += panels * SIDE) {
    const bottom = Math.min(m, top + panels * SIDE);
    for (let i = top; i < bottom; i += SIDE) {
      pack(a.data, a.from + i * a.down, a.across, a.down, bottom - i, k, rows, (i - top) * k);
    }
    for (let j = 0; j < n; j += SIDE) {
      pack(b.data, b.from + j * b.across, b.down, b.across, n - j, k, columns, 0);
      for (let i = top; i < bottom; i += SIDE) {
        addUp(rows, (i - top) * k, columns, k, sums);
        write(sums, y, i, j, Math.min(SIDE, bottom - i), Math.min(SIDE, n - j));
      }
    }
  }
}

/** Row by row, without packing. Four columns go together, because their sums do not wait for each other. */
function multiplyThin(a: Matrix, b: Matrix, y: Matrix, m: number, k: number, n: number): void {
  for (let i = 0; i < m; i++) {
    const row = a.from + i * a.down;
    const to = y.from + i * y.down;
    let j = 0;
    for (; j + 4 <= n; j += 4) addUpFour(a, row, b, b.from + j * b.across, y, to + j * y.across, k);
    for (; j < n; j++) {
      let sum = 0;
      for (let p = 0, pa = row, pb = b.from + j * b.across; p < k; p++, pa += a.across, pb += b.down) {
        sum += a.data[pa]! * b.data[pb]!;
      }
      y.data[to + j * y.across] = sum;
    }
  }
}

function addUpFour(a: Matrix, pa: number, b: Matrix, pb: number, y: Matrix, to: number, k: number): void {
  const { data: x, across: step } = a;
  const { data: z, down, across } = b;
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  for (let p = 0; p < k; p++, pa += step, pb += down) {
    const factor = x[pa]!;
    s0 += factor * z[pb]!;
    s1 += factor * z[pb + across]!;
    s2 += factor * z[pb + 2 * across]!;
    s3 += factor * z[pb + 3 * across]!;
  }
  y.data[to] = s0;
  y.data[to + y.across] = s1;
  y.data[to + 2 * y.across] = s2;
  y.data[to + 3 * y.across] = s3;
}

function transposed({ data, from, down, across }: Matrix): Matrix {
  return { data, from, down: across, across: down };
}

/**
 * `packed[at + p · SIDE + lane] = x[from + p · along + lane · across]`. Lanes that are not there repeat the first:
 * nobody reads their sums, and reading beyond the end of an array would slow V8 down for good.
 */
function pack(
  x: NumberArray,
  from: number,
  along: number,
  across: number,
  lanes: number,
  k: number,
  packed: Float64Array,
  at: number,
): void {
  const second = lanes > 1 ? across : 0;
  const third = lanes > 2 ? 2 * across : 0;
  for (let p = 0; p < k; p++) {
    packed[at] = x[from]!;
    packed[at + 1] = x[from + second]!;
    packed[at + 2] = x[from + third]!;
    from += along;
    at += SIDE;
  }
}

/** `s[i · SIDE + j] = Σₚ a[at + p · SIDE + i] · b[p · SIDE + j]`: nearly all of a product's time is spent here. */
function addUp(a: Float64Array, at: number, b: Float64Array, k: number, s: Float64Array): void {
  let s00 = 0;
  let s01 = 0;
  let s02 = 0;
  let s10 = 0;
  let s11 = 0;
  let s12 = 0;
  let s20 = 0;
  let s21 = 0;
  let s22 = 0;
  // With `| 0` V8 need not look for overflow at each step, which is a sixth of the time.
  for (let p = 0, q = 0; p < k; p = (p + 1) | 0, q = (q + SIDE) | 0, at = (at + SIDE) | 0) {
    const a0 = a[at]!;
    const a1 = a[at + 1]!;
    const a2 = a[at + 2]!;
    const b0 = b[q]!;
    const b1 = b[q + 1]!;
    const b2 = b[q + 2]!;
    s00 += a0 * b0;
    s01 += a0 * b1;
    s02 += a0 * b2;
    s10 += a1 * b0;
    s11 += a1 * b1;
    s12 += a1 * b2;
    s20 += a2 * b0;
    s21 += a2 * b1;
    s22 += a2 * b2;
  }
  s[0] = s00;
  s[1] = s01;
  s[2] = s02;
  s[3] = s10;
  s[4] = s11;
  s[5] = s12;
  s[6] = s20;
  s[7] = s21;
  s[8] = s22;
}

/** The sums of a tile to `y[i, j]` and around; a tile at the edge is smaller. */
function write(s: Float64Array, y: Matrix, i: number, j: number, height: number, width: number): void {
  for (let r = 0; r < height; r++) {
    const to = y.from + (i + r) * y.down + j * y.across;
    for (let c = 0; c < width; c++) y.data[to + c * y.across] = s[r * SIDE + c]!;
  }
}
