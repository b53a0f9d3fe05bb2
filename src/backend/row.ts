import { arrayFor, type NumberArray, type Precision } from '../base/dtype.ts';

/** One output element from one element of each input. */
export type ElementMap = (...x: number[]) => number;

/** What is computed for each element of a row. Values are numbered: first the inputs, then the results of `body`. */
export interface RowPlan {
  /** For each input, the distance in memory from one element of the row to the next. */
  readonly strides: readonly number[];
  readonly body: readonly { readonly map: ElementMap; readonly args: readonly number[] }[];
  /** The value that each output takes; outputs are contiguous. */
  readonly outputs: readonly number[];
  /** What each value is rounded to. */
  readonly precision: Precision;
}

/** Computes a row of `n` elements. `data` and `at` hold an array and a position for each input, then each output. */
export type Row = (data: readonly NumberArray[], at: readonly number[], n: number) => void;

/** Elements that an op computes before the next op begins; a tile of each value stays in the first-level cache. */
const TILE = 1024;

/** Where a value of a tile begins, and how far apart its elements are. */
interface Cursor {
  data: NumberArray;
  at: number;
  readonly stride: number;
}

/**
 * A row op by op, through loops that all ops share. A call that leads elsewhere from op to op is slow, so this is for
 * where functions cannot be generated; the bits are the same.
 */
export function interpretRow({ strides, body, outputs, precision }: RowPlan): Row {
  const none = arrayFor('f32', 0, precision);
  const slots = [...strides, ...outputs.map(() => 1)].map(
    (stride): Cursor => ({ data: none, at: 0, stride }),
  );
  const homes = slots.slice(strides.length);
  const values = slots.slice(0, strides.length);
  const ops = body.map(({ map, args }) => {
    const home = homes[outputs.indexOf(values.length)];
    const y = home ?? { data: arrayFor('f32', TILE, precision), at: 0, stride: 1 };
    values.push(y);
    return { map, x: args.map((arg) => values[arg]!), y };
  });
  // An output may be an input as it came, or a value that an output before it has taken.
  const copies = homes.filter((home, o) => values[outputs[o]!] !== home);
  for (const y of copies) ops.push({ map: same, x: [values[outputs[homes.indexOf(y)]!]!], y });
  return (data, at, n) => {
    for (let start = 0; start < n; start += TILE) {
      slots.forEach((slot, s) => {
        slot.data = data[s]!;
        slot.at = at[s]! + start * slot.stride;
      });
      const length = Math.min(TILE, n - start);
      for (const { map, x, y } of ops) mapTile(map, x, y, length);
    }
  };
}

function same(x?: number): number {
  return x!;
}

function mapTile(map: ElementMap, x: readonly Cursor[], y: Cursor, n: number): void {
  if (x.length === 1) map1(map, x[0]!, y, n);
  else if (x.length === 2) map2(map, x[0]!, x[1]!, y, n);
  else if (x.length === 3) map3(map, x[0]!, x[1]!, x[2]!, y, n);
  else mapMany(map, x, y, n);
}

/** Fused ops take more inputs; they are left to other backends, so this need not be fast. */
function mapMany(map: ElementMap, x: readonly Cursor[], { data, at }: Cursor, n: number): void {
  for (let i = 0; i < n; i++) data[at + i] = map(...x.map((one) => one.data[one.at + i * one.stride]!));
}

function map1(map: ElementMap, x: Cursor, y: Cursor, n: number): void {
  const { data: a, stride: da } = x;
  const { data, at } = y;
  for (let i = 0, p = x.at; i < n; i++, p += da) data[at + i] = map(a[p]!);
}

function map2(map: ElementMap, x: Cursor, z: Cursor, y: Cursor, n: number): void {
  const { data: a, stride: da } = x;
  const { data: b, stride: db } = z;
  const { data, at } = y;
  for (let i = 0, p = x.at, q = z.at; i < n; i++, p += da, q += db) data[at + i] = map(a[p]!, b[q]!);
}

function map3(map: ElementMap, x: Cursor, z: Cursor, w: Cursor, y: Cursor, n: number): void {
  const { data: a, stride: da } = x;
  const { data: b, stride: db } = z;
  const { data: c, stride: dc } = w;
  const { data, at } = y;
  for (let i = 0, p = x.at, q = z.at, r = w.at; i < n; i++, p += da, q += db, r += dc) {
    data[at + i] = map(a[p]!, b[q]!, c[r]!);
  }
}
