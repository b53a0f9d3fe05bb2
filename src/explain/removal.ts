import type { FeatureGroup } from '../data/prepared.ts';
import type { BaselineRows } from './baselines.ts';
import { coalitionValues } from './coalitions.ts';
import { activePlayers, inputsRead } from './players.ts';
import type { Subject } from './subject.ts';

/** Numbers of changed outputs at most that are held at a time, unless one row has more. */
const HELD = 1 << 20;

/**
 * What the output loses, row by row, as each part of the inputs takes the numbers of the baseline: `take` gets
 * `[parts, outputs]`. A part that changes nothing has exactly 0.
 */
export async function removals(
  subject: Subject,
  baselines: BaselineRows,
  parts: readonly FeatureGroup[],
  take: (row: number, losses: Float64Array) => void,
  share: (done: number) => number,
): Promise<void> {
  const { width, outputs, rows, x } = subject;
  const { data, shared } = baselines;
  const read = await inputsRead(subject);
  const of = (all: Float32Array, from: number, to = from + 1) => all.subarray(from * width, to * width);
  // One choice more keeps everything, so that both sides of a difference come about in the same way.
  const count = parts.length + 1;
  const most = Math.max(1, Math.floor(HELD / (count * outputs)));
  const keep = (i: number, z: Float32Array, at: number): void => {
    z.fill(1, at, at + width);
    for (const input of parts[i]?.outputs ?? []) z[at + input] = 0;
  };
  for (let from = 0; from < rows; from += most) {
    const to = Math.min(rows, from + most);
    const background = shared ? data : of(data, from, to);
    const part = { subject, x: of(x, from, to), background, own: !shared, count, keep };
    const v = await coalitionValues(part, (done) => share((from + done * (to - from)) / rows));
    for (let row = from; row < to; row++) {
      const active = activePlayers(parts, of(x, row), shared ? data : of(data, row), read);
      take(row, lossesOf(v.subarray((row - from) * count * outputs), active, parts.length, outputs));
    }
  }
}

/** The values of the whole less those without a part, for the parts that matter. */
function lossesOf(v: Float64Array, active: readonly number[], parts: number, outputs: number): Float64Array {
  const losses = new Float64Array(parts * outputs);
  for (const part of active)
    for (let k = 0; k < outputs; k++)
      losses[part * outputs + k] = v[parts * outputs + k]! - v[part * outputs + k]!;
  return losses;
}
