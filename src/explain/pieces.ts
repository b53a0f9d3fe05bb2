import type { NumberArray } from '../base/dtype.ts';
import { ascending } from '../base/order.ts';

/** Where the paths of some rows are cut, from 0 to 1: between two cuts the model is linear. */
export type Cuts = readonly Float64Array[];

/** Points of paths behind each other: of each the row and how far it is along its path. */
export interface Points {
  readonly row: Int32Array;
  readonly alpha: Float32Array;
}

/** Nearer cuts than this are one: `alpha` goes through the model as float32. */
const NEAR = 2 ** -23;

/** The paths as they are before anything is known: one piece. */
export function whole(rows: number): Cuts {
  return Array.from({ length: rows }, () => Float64Array.of(0, 1));
}

/** The cuts themselves as points. */
export function cutPoints(cuts: Cuts): Points {
  return pointsOf(cuts, (own, i) => own[i]!, 0);
}

/** The middle of each piece. */
export function middles(cuts: Cuts): Points {
  return pointsOf(cuts, (own, i) => (own[i]! + own[i + 1]!) / 2, 1);
}

/** The length of each piece, in the order of {@link middles}. */
export function lengths(cuts: Cuts): Float32Array {
  const all = new Float32Array(cuts.reduce((sum, own) => sum + own.length - 1, 0));
  let at = 0;
  for (const own of cuts) for (let i = 1; i < own.length; i++) all[at++] = own[i]! - own[i - 1]!;
  return all;
}

function pointsOf(cuts: Cuts, of: (own: Float64Array, i: number) => number, less: number): Points {
  const count = cuts.reduce((sum, own) => sum + own.length - less, 0);
  const row = new Int32Array(count);
  const alpha = new Float32Array(count);
  let at = 0;
  cuts.forEach((own, r) => {
    for (let i = 0; i < own.length - less; i++) {
      row[at] = r;
      alpha[at++] = of(own, i);
    }
  });
  return { row, alpha };
}

/** Finds where functions that are linear between known cuts pass zero, from their values at the cuts. */
export class Crossings {
  readonly #cuts: Cuts;
  readonly #found: number[][];
  #row = -1;
  #cut = 0;
  #before: NumberArray = new Float32Array(0);

  constructor(cuts: Cuts) {
    this.#cuts = cuts;
    this.#found = cuts.map(() => []);
  }

  /** Takes the values of all `width` functions at the next `count` cuts, cut behind cut and row behind row. */
  take(values: NumberArray, count: number, width: number): void {
    for (let i = 0; i < count; i++) {
      const here = values.subarray(i * width, (i + 1) * width);
      if (this.#row < 0 || this.#cut === this.#cuts[this.#row]!.length - 1) {
        this.#row++;
        this.#cut = 0;
      } else {
        this.#cut++;
        const own = this.#cuts[this.#row]!;
        zeros(this.#before, here, own[this.#cut - 1]!, own[this.#cut]!, this.#found[this.#row]!);
      }
      this.#before = here;
    }
    this.#before = this.#before.slice();
  }

  /** The cuts with the new ones, at most `most` pieces a row, and the rows of which some were left out. */
  merge(most: number): { readonly cuts: Cuts; readonly left: readonly number[] } {
    const left: number[] = [];
    const cuts = this.#cuts.map((own, row) => {
      const found = this.#found[row]!.sort((a, b) => ascending(a, b));
      const room = most + 1 - own.length;
      if (found.length <= room) return united(own, found);
      left.push(row);
      // Evenly many everywhere: the pieces are then the steps of a sum that is denser where the model bends more.
      const some = Array.from(
        { length: Math.max(0, room) },
        (_, i) => found[Math.floor((i * found.length) / room)]!,
      );
      return united(own, some);
    });
    return { cuts, left };
  }
}

/** Where functions with these values at both ends of a piece pass zero. */
function zeros(before: NumberArray, after: NumberArray, from: number, to: number, into: number[]): void {
  for (let j = 0; j < after.length; j++) {
    const a = before[j]!;
    const b = after[j]!;
    if (a * b < 0) into.push(from + ((to - from) * a) / (a - b));
  }
}

function united(own: Float64Array, found: readonly number[]): Float64Array {
  const all = Float64Array.from([...own, ...found]).sort();
  const kept = all.filter((cut, i) => i === 0 || cut - all[i - 1]! > NEAR);
  kept[kept.length - 1] = 1;
  return kept;
}
