import type { NumberArray } from '../base/dtype.ts';

/** Elements of a region that are computed at once; a tile of each value stays in the first-level cache. */
export const TILE = 1024;

/** Where one value of a region is read or written: an array and the position of the tile's first element. */
export interface TileSource {
  readonly data: NumberArray;
  /** Position for the tile that starts at element `start` of the region. */
  at(start: number, length: number): number;
}

/** A value that lies contiguous in memory. */
export function contiguous(data: NumberArray): TileSource {
  return { data, at: (start) => start };
}

/** A value that lives for one tile only. */
export function temporary(data: NumberArray): TileSource {
  return { data, at: () => 0 };
}

/** A value that is repeated along some axes: each tile of it is written out. */
export function repeated(
  data: NumberArray,
  dims: readonly number[],
  strides: readonly number[],
  tile: NumberArray,
): TileSource {
  if (strides.every((stride) => stride === 0)) {
    return {
      data: tile,
      at(start) {
        if (start === 0) tile.fill(data[0]!);
        return 0;
      },
    };
  }
  const index = new Array<number>(dims.length).fill(0);
  return {
    data: tile,
    at(start, length) {
      let from = seek(index, dims, strides, start);
      for (let i = 0; i < length; i++) {
        tile[i] = data[from]!;
        from += advance(index, dims, strides);
      }
      return 0;
    },
  };
}

/** Sets `index` to element `start` and gives its position in memory. */
function seek(index: number[], dims: readonly number[], strides: readonly number[], start: number): number {
  let from = 0;
  for (let axis = dims.length - 1, rest = start; axis >= 0; axis--) {
    index[axis] = rest % dims[axis]!;
    rest = Math.floor(rest / dims[axis]!);
    from += index[axis]! * strides[axis]!;
  }
  return from;
}

/** Moves `index` to the next element and gives the distance in memory. */
function advance(index: number[], dims: readonly number[], strides: readonly number[]): number {
  let distance = 0;
  for (let axis = dims.length - 1; axis >= 0; axis--) {
    distance += strides[axis]!;
    if (++index[axis]! < dims[axis]!) break;
    distance -= strides[axis]! * dims[axis]!;
    index[axis] = 0;
  }
  return distance;
}

type Map1 = (x: number) => number;
type Map2 = (a: number, b: number) => number;
type Map3 = (a: number, b: number, c: number) => number;

/** `y[i] = map(x₀[i], …)` over one tile; every op of the table takes one to three inputs. */
export function mapTile(
  map: (...x: number[]) => number,
  x: readonly NumberArray[],
  from: readonly number[],
  y: NumberArray,
  to: number,
  length: number,
): void {
  if (x.length === 1) map1(map as Map1, x[0]!, from[0]!, y, to, length);
  else if (x.length === 2) map2(map as Map2, x[0]!, from[0]!, x[1]!, from[1]!, y, to, length);
  else if (x.length === 3) map3(map as Map3, x, from, y, to, length);
  else for (let i = 0; i < length; i++) y[to + i] = map(...x.map((data, k) => data[from[k]! + i]!));
}

function map1(map: Map1, x: NumberArray, at: number, y: NumberArray, to: number, n: number): void {
  for (let i = 0; i < n; i++) y[to + i] = map(x[at + i]!);
}

function map2(
  map: Map2,
  a: NumberArray,
  ai: number,
  b: NumberArray,
  bi: number,
  y: NumberArray,
  to: number,
  n: number,
): void {
  for (let i = 0; i < n; i++) y[to + i] = map(a[ai + i]!, b[bi + i]!);
}

function map3(
  map: Map3,
  x: readonly NumberArray[],
  at: readonly number[],
  y: NumberArray,
  to: number,
  n: number,
): void {
  const [a, b, c] = [x[0]!, x[1]!, x[2]!];
  const [ai, bi, ci] = [at[0]!, at[1]!, at[2]!];
  for (let i = 0; i < n; i++) y[to + i] = map(a[ai + i]!, b[bi + i]!, c[ci + i]!);
}
