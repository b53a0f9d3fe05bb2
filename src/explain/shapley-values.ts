import { sizeOf } from '../base/shape.ts';
import type { FeatureGroup } from '../data/prepared.ts';
import { coalitionValues } from './coalitions.ts';
import type { Design } from './game.ts';
import { askedOutputs, giveShares } from './shares.ts';
import type { Subject } from './subject.ts';

/** Games with the same players: which, and the rows that play them. */
export interface Games {
  readonly active: readonly number[];
  readonly rows: readonly number[];
}

/** What is asked of each row: the players that matter to it, and rows that stand in for who is away. */
export interface Play {
  readonly subject: Subject;
  readonly players: readonly FeatureGroup[];
  readonly games: readonly Games[];
  readonly background: Float32Array;
  /** The coalitions for a number of players. */
  readonly design: (players: number) => Design;
  /** For each row the output that is explained, unless all are. */
  readonly targets: Int32Array;
}

/** Numbers of coalitions' values at most that are held at a time, unless one row has more. */
const HELD = 1 << 22;

/**
 * Plays all games and gives each input its share of what falls to its player, in the shape of values; the standard
 * errors are those of the shares.
 */
export async function shapleyValues(play: Play, share: (done: number) => number) {
  const { subject, games, background, design } = play;
  const { width, outputs, rows: all } = subject;
  const values = new Float32Array(sizeOf(subject.valuesShape));
  const stdError = new Float32Array(values.length);
  const warnings = new Set<string>();
  const designs = new Map<number, Design>();
  let [sampled, done] = [false, 0];
  for (const { active, rows } of games) {
    const known = designs.get(active.length) ?? design(active.length);
    designs.set(active.length, known);
    if (known.warning !== undefined) warnings.add(known.warning);
    const most = Math.max(1, Math.floor(HELD / (known.coalitions * outputs)));
    for (let from = 0; from < rows.length; from += most) {
      const some = rows.slice(from, from + most);
      const x = new Float32Array(some.length * width);
      for (const [r, row] of some.entries())
        x.set(subject.x.subarray(row * width, (row + 1) * width), r * width);
      const keep = keeperOf(play, known, active);
      const part = { subject, x, background, count: known.coalitions, keep };
      const begun = done;
      const v = await coalitionValues(part, (within) => share((begun + within * some.length) / all));
      some.forEach((row, r) => {
        sampled =
          solveRow(play, known, active, v.subarray(r * known.coalitions * outputs), row, values, stdError) ||
          sampled;
      });
      done += some.length;
    }
  }
  return { values, ...(sampled && { stdError }), warnings: [...warnings] };
}

/** Marks the inputs of the players of a coalition. */
function keeperOf({ players }: Play, { has }: Design, active: readonly number[]) {
  return (coalition: number, z: Float32Array, at: number): void => {
    active.forEach((player, i) => {
      if (has(coalition, i)) for (const input of players[player]!.outputs) z[at + input] = 1;
    });
  };
}

/** Solves a row's games, one for each output asked; gives whether coalitions were drawn. */
function solveRow(
  { subject, players, targets }: Play,
  { coalitions, solve }: Design,
  active: readonly number[],
  v: Float64Array,
  row: number,
  values: Float32Array,
  stdError: Float32Array,
): boolean {
  const one = new Float64Array(coalitions);
  let sampled = false;
  askedOutputs(
    subject,
    targets,
  )(row).forEach((output, at) => {
    for (let c = 0; c < coalitions; c++) one[c] = v[c * subject.outputs + output]!;
    const solved = solve(one);
    sampled ||= solved.stdError !== undefined;
    active.forEach((player, i) => {
      const inputs = players[player]!.outputs;
      giveShares(subject, values, { row, at }, inputs, solved.values[i]!);
      giveShares(subject, stdError, { row, at }, inputs, solved.stdError?.[i] ?? 0);
    });
  });
  return sampled;
}
