import { type CutLayer, valuesAt } from './cut.ts';
import { ROWS } from './forward.ts';
import type { Subject } from './subject.ts';

/** A row and what a unit made of it. */
export interface TopRow {
  readonly row: number;
  readonly activation: number;
}

/** What the units of a layer do over all rows, each `[units]`. */
export interface Activity {
  readonly mean: Float64Array;
  /** Over the rows, of the population. */
  readonly variance: Float64Array;
  /** Share of the rows with a value above 0. */
  readonly active: Float64Array;
  /** Share of the rows with a value at a bound, of a layer that has two. */
  readonly saturated: Float64Array | undefined;
  /** Rows of the largest values, largest first. */
  readonly top: readonly (readonly TopRow[])[];
}

/** A unit is at a bound when it is nearer than this share of the larger bound's size: tanh beyond ±0.99. */
const NEAR = 0.01;

/** Calls `visit` with the values of some layers, `[rows, units]`, batch by batch. */
export async function eachActivation(
  subject: Subject,
  layers: readonly CutLayer[],
  visit: (values: readonly Float32Array[], from: number, count: number) => void,
  share?: (done: number) => number,
): Promise<void> {
  const { x, rows, width, passes } = subject;
  await passes.run(
    {
      key: `values ${layers.map(({ layer }) => layer).join(' ')}`,
      rows,
      width: width + layers.reduce((sum, { units }) => sum + units, 0),
      trace: (batch) => valuesAt(subject, layers, batch),
      feed: (from, count) => ({ [ROWS]: x.subarray(from * width, (from + count) * width) }),
      take: (fetched, from, count) => {
        visit(
          layers.map((_, i) => fetched[`value${i}`] as Float32Array),
          from,
          count,
        );
      },
    },
    share,
  );
}

/** What the units of some layers do. */
export async function activityOf(
  subject: Subject,
  layers: readonly CutLayer[],
  top: number,
  share?: (done: number) => number,
): Promise<readonly Activity[]> {
  const tallies = layers.map((layer) => new Tally(layer, top));
  await eachActivation(
    subject,
    layers,
    (values, from, count) => {
      tallies.forEach((tally, i) => {
        tally.add(values[i]!, from, count);
      });
    },
    share,
  );
  return tallies.map((tally) => tally.finish(subject.rows));
}

class Tally {
  readonly #units: number;
  readonly #ends: readonly [number, number] | undefined;
  readonly #most: number;
  readonly #first: Float64Array;
  readonly #sums: Float64Array;
  readonly #squares: Float64Array;
  readonly #active: Float64Array;
  readonly #saturated: Float64Array;
  readonly #top: TopRow[][];

  constructor({ units, bounds: [low, high] }: CutLayer, most: number) {
    const margin = NEAR * Math.max(Math.abs(low), Math.abs(high));
    this.#units = units;
    this.#ends = Number.isFinite(low) && Number.isFinite(high) ? [low + margin, high - margin] : undefined;
    this.#most = most;
    this.#first = new Float64Array(units);
    this.#sums = new Float64Array(units);
    this.#squares = new Float64Array(units);
    this.#active = new Float64Array(units);
    this.#saturated = new Float64Array(units);
    this.#top = Array.from({ length: units }, () => []);
  }

  add(values: Float32Array, from: number, count: number): void {
    if (from === 0) this.#first.set(values.subarray(0, this.#units));
    for (let i = 0; i < count * this.#units; i++) {
      const unit = i % this.#units;
      const value = values[i]!;
      // Relative to the first row, so that little is lost where a unit hardly moves.
      const moved = value - this.#first[unit]!;
      this.#sums[unit]! += moved;
      this.#squares[unit]! += moved * moved;
      if (value > 0) this.#active[unit]!++;
      if (this.#ends && (value < this.#ends[0] || value > this.#ends[1])) this.#saturated[unit]!++;
      this.#rank(unit, from + Math.floor(i / this.#units), value);
    }
  }

  #rank(unit: number, row: number, activation: number): void {
    const top = this.#top[unit]!;
    if (top.length === this.#most && !(activation > (top.at(-1)?.activation ?? Infinity))) return;
    let at = top.length;
    while (at > 0 && activation > top[at - 1]!.activation) at--;
    top.splice(at, 0, { row, activation });
    if (top.length > this.#most) top.pop();
  }

  finish(rows: number): Activity {
    const means = this.#sums.map((sum) => sum / rows);
    return {
      mean: means.map((mean, unit) => this.#first[unit]! + mean),
      variance: this.#squares.map((square, unit) => Math.max(0, square / rows - means[unit]! ** 2)),
      active: this.#active.map((count) => count / rows),
      saturated: this.#ends && this.#saturated.map((count) => count / rows),
      top: this.#top,
    };
  }
}
