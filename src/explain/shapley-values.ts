import { sizeOf } from '../base/shape.ts';
import type { FeatureGroup } from '../data/prepared.ts';
import type { Games } from './active-players.ts';
import { coalitionValues } from './coalitions.ts';
import type { Design } from './game.ts';
import { askedOutputs, giveShares } from './shares.ts';
import type { Subject } from './subject.ts';

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
  const asked = askedOutputs(subject, play.targets);
  const found: Found = {
    values: new Float32Array(sizeOf(subject.valuesShape)),
    stdError: new Float32Array(sizeOf(subject.valuesShape)),
  };
  const warnings = new Set<string>();
  const designs = new Map<number, Design>();
  let [sampled, done] = [false, 0];
  for (const { active, rows } of games) {
    const known = designs.get(active.length) ?? design(active.length);
    designs.set(active.length, known);
    if (known.warning !== undefined) warnings.add(known.warning);
    const { coalitions: count } = known;
    const keep = keeperOf(play, known, active);
    const most = Math.max(1, Math.floor(HELD / (count * asked(0).length)));
    for (let from = 0; from < rows.length; from += most) {
      const some = rows.slice(from, from + most);
      const part = { subject, x: rowsOf(subject, some), background, count, keep };
      const begun = done;
      const v = await coalitionValues({ ...part, asked: (r) => asked(some[r]!) }, (within) =>
        share((begun + within * some.length) / subject.rows),
      );
      sampled = settle(play, known, { active, rows: some }, v, found) || sampled;
      done += some.length;
    }
  }
  return { values: found.values, ...(sampled && { stdError: found.stdError }), warnings: [...warnings] };
}

/** In the shape of values. */
interface Found {
  readonly values: Float32Array;
  readonly stdError: Float32Array;
}

/** Solves games whose values are known, `[rows, asked, coalitions]`; gives whether coalitions were drawn. */
function settle(
  { subject, players }: Play,
  design: Design,
  games: Games,
  v: Float64Array,
  found: Found,
): boolean {
  const { coalitions, solve } = design;
  const T = v.length / (games.rows.length * coalitions);
  let sampled = false;
  for (let game = 0; game < games.rows.length * T; game++) {
    const solved = solve(v.subarray(game * coalitions, (game + 1) * coalitions));
    sampled ||= solved.stdError !== undefined;
    const place = { row: games.rows[Math.floor(game / T)]!, at: game % T };
    games.active.forEach((player, i) => {
      const inputs = players[player]!.outputs;
      giveShares(subject, found.values, place, inputs, solved.values[i]!);
      giveShares(subject, found.stdError, place, inputs, solved.stdError?.[i] ?? 0);
    });
  }
  return sampled;
}

/** Some of the rows that are explained, behind each other. */
function rowsOf({ x, width }: Subject, some: readonly number[]): Float32Array {
  const rows = new Float32Array(some.length * width);
  for (const [r, row] of some.entries()) rows.set(x.subarray(row * width, (row + 1) * width), r * width);
  return rows;
}

/** Marks the inputs of the players of a coalition. */
function keeperOf({ players }: Play, { has }: Design, active: readonly number[]) {
  const inputs = active.map((player) => players[player]!.outputs);
  return (coalition: number, z: Float32Array, at: number): void => {
    for (let i = 0; i < inputs.length; i++)
      if (has(coalition, i)) for (const input of inputs[i]!) z[at + input] = 1;
  };
}
