import { sizeOf } from '../base/shape.ts';
import type { FeatureGroup } from '../data/prepared.ts';
import { fed } from '../ir/tensor.ts';
import { firstProduct } from './first-product.ts';
import { ROWS } from './forward.ts';
import { weightOf } from './masked.ts';
import type { Subject } from './subject.ts';

/**
 * For a row the players that can matter: one whose inputs are those of all of the background, or are multiplied with
 * zeros, changes nothing. It is left out of the game, and its value is exactly 0.
 */
export function activePlayers(
  players: readonly FeatureGroup[],
  row: Float32Array,
  background: Float32Array,
  read: (input: number) => boolean,
): number[] {
  const width = row.length;
  const differs = (i: number): boolean => {
    if (!read(i)) return false;
    for (let at = i; at < background.length; at += width) if (background[at] !== row[i]) return true;
    return false;
  };
  return players.flatMap(({ outputs }, player) => (outputs.some(differs) ? [player] : []));
}

/** Games with the same players: which, and the rows that play them. */
export interface Games {
  readonly active: readonly number[];
  readonly rows: readonly number[];
}

/** Rows by the players that matter to them. */
export function gamesOf(
  { x, rows, width }: Subject,
  players: readonly FeatureGroup[],
  background: Float32Array,
  read: (input: number) => boolean,
): readonly Games[] {
  const games = new Map<string, { active: number[]; rows: number[] }>();
  for (let row = 0; row < rows; row++) {
    const active = activePlayers(players, x.subarray(row * width, (row + 1) * width), background, read);
    const key = active.join();
    const game = games.get(key) ?? { active, rows: [] };
    game.rows.push(row);
    games.set(key, game);
  }
  return [...games.values()];
}

/** Which inputs the network reads, as far as the weights of a dense first layer say: none whose weights are all 0. */
export async function inputsRead(subject: Subject): Promise<(input: number) => boolean> {
  const { session, shape, width } = subject;
  const leaf = fed(ROWS, [2, ...shape]);
  const product = firstProduct(subject.scores(leaf), leaf);
  const weight = product && weightOf(product);
  if (weight?.origin.kind !== 'leaf' || weight.origin.role !== 'stored' || weight.shape[1] !== width)
    return () => true;
  const { data } = (await session.readWeights())[weight.origin.name]!;
  const read = new Uint8Array(width);
  for (let i = 0; i < sizeOf(weight.shape); i++) if (data[i] !== 0) read[i % width] = 1;
  return (input) => read[input] === 1;
}
