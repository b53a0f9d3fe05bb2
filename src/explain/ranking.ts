import { ascending, descending } from '../base/order.ts';
import { Random } from '../base/random.ts';
import type { Subject } from './subject.ts';

/** What goes and comes together: the numbers of an original column, else each number alone. */
export type Player = readonly number[];

/** The players of a subject. */
export function playersOf({ session, width }: Subject): readonly Player[] {
  const groups = session.prepare?.groups.map(({ outputs }) => outputs).filter(({ length }) => length > 0);
  return groups ?? Array.from({ length: width }, (_, i) => [i]);
}

/** How many players are gone at each point of a curve: from 0 to all, `steps` points beside the first. */
export function stages(players: number, steps: number): readonly number[] {
  const last = Math.min(steps, players);
  return Array.from({ length: last + 1 }, (_, point) => Math.round((point * players) / last));
}

/** Orders of the players of a row: variant 0 by the size of their values, ties by position, others at random. */
export function ordersOf(
  { width }: Subject,
  values: Float32Array,
  players: readonly Player[],
  seed: number,
): (row: number, variant: number) => Int32Array {
  const find = (row: number, variant: number): Int32Array => {
    if (variant > 0) return Random.of(seed, `faithfulness ${row} ${variant}`).permutation(players.length);
    const own = values.subarray(row * width, (row + 1) * width);
    const sizes = players.map((player) => Math.abs(player.reduce((sum, i) => sum + own[i]!, 0)));
    return Int32Array.from(players.keys()).sort(
      (a, b) => descending(sizes[a]!, sizes[b]!) || ascending(a, b),
    );
  };
  // A curve asks for the same order at each of its points.
  let last: { row: number; variant: number; order: Int32Array } = {
    row: -1,
    variant: -1,
    order: new Int32Array(0),
  };
  return (row, variant) => {
    if (last.row !== row || last.variant !== variant) last = { row, variant, order: find(row, variant) };
    return last.order;
  };
}

/** Writes row `row` of `from` with some players out of the same row of `to`. */
export function replace(
  into: Float32Array,
  from: Float32Array,
  to: Float32Array,
  row: number,
  players: readonly Player[],
  gone: Int32Array,
): void {
  const start = row * into.length;
  into.set(from.subarray(start, start + into.length));
  for (const player of gone) for (const i of players[player]!) into[i] = to[start + i]!;
}

/** Area under a curve by the trapezoidal rule. */
export function areaUnder(curve: ArrayLike<number>, at: readonly number[]): number {
  let area = 0;
  for (let i = 1; i < at.length; i++) area += ((curve[i]! + curve[i - 1]!) / 2) * (at[i]! - at[i - 1]!);
  return area;
}
