import type { FeatureGroup } from '../data/prepared.ts';
import { activePlayers, inputsRead } from './active-players.ts';
import type { BaselineRows } from './baselines.ts';
import { coalitionValues } from './coalitions.ts';
import type { Subject } from './subject.ts';

/** Numbers of changed outputs at most that are held at a time, unless one row has more. */
const HELD = 1 << 20;

/** What is taken away, and of which outputs the loss is asked. */
export interface Removals {
  readonly subject: Subject;
  readonly baselines: BaselineRows;
  readonly parts: readonly FeatureGroup[];
  /** The outputs that are asked of a row, as many for each. */
  readonly asked: (row: number) => readonly number[];
  /** Takes what each part makes of the `at`-th output that is asked of a row. */
  readonly take: (losses: Float64Array, place: { readonly row: number; readonly at: number }) => void;
}

/**
 * What an output loses, row by row, as each part of the inputs takes the numbers of the baseline. A part that changes
 * nothing has exactly 0.
 */
export async function removals(
  { subject, baselines, parts, asked, take }: Removals,
  share: (done: number) => number,
): Promise<void> {
  const { width, rows, x } = subject;
  const { data, shared } = baselines;
  const read = await inputsRead(subject);
  const of = (all: Float32Array, from: number, to = from + 1) => all.subarray(from * width, to * width);
  // One choice more keeps everything, so that both sides of a difference come about in the same way.
  const count = parts.length + 1;
  const T = asked(0).length;
  const most = Math.max(1, Math.floor(HELD / (count * T)));
  const keep = (i: number, z: Float32Array, at: number): void => {
    z.fill(1, at, at + width);
    for (const input of parts[i]?.outputs ?? []) z[at + input] = 0;
  };
  for (let from = 0; from < rows; from += most) {
    const to = Math.min(rows, from + most);
    const background = shared ? data : of(data, from, to);
    const v = await coalitionValues(
      { subject, x: of(x, from, to), background, own: !shared, count, keep, asked: (r) => asked(from + r) },
      (done) => share((from + done * (to - from)) / rows),
    );
    for (let row = from; row < to; row++) {
      const active = activePlayers(parts, of(x, row), shared ? data : of(data, row), read);
      for (let at = 0; at < T; at++) {
        const own = v.subarray(((row - from) * T + at) * count, ((row - from) * T + at + 1) * count);
        const losses = new Float64Array(parts.length);
        for (const part of active) losses[part] = own[parts.length]! - own[part]!;
        take(losses, { row, at });
      }
    }
  }
}
