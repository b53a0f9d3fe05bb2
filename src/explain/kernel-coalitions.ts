import type { Random } from '../base/random.ts';

/** Pairs of a coalition and its complement, with the weights that make a least squares fit give Shapley values. */
export interface WeightedPairs {
  /** Players of the one coalition of each pair, `[pairs, players]` of zeros and ones. */
  readonly members: Uint8Array;
  /** For each pair the weight of either. */
  readonly weights: Float64Array;
  /** The first pair that was drawn; those before it are all of their sizes. */
  readonly drawnFrom: number;
}

/** Coalitions to be drawn at least: two pairs, which differ. */
export const ROOM = 4;

/** Coalitions of `size` players and of the others, by size: at most half of the players. */
interface Stratum {
  readonly size: number;
  /** How many there are, and the weight of all of them. */
  readonly count: number;
  readonly mass: number;
}

/**
 * About `most` coalitions of 1 to M - 1 players, all where `most` allows. Else all of the smallest and largest sizes, as
 * far as each would be drawn once anyway, and of the others at least two pairs of a random coalition and its complement
 * (Lundberg and Lee, 2017; Covert and Lee, 2021).
 *
 * A size s has the weight (M - 1) / (s·(M - s)), which its coalitions share.
 */
export function kernelCoalitions(M: number, most: number, random: Random): WeightedPairs {
  const strata = strataOf(M);
  const all = 2 ** M - 2 <= most;
  const found: { readonly members: Uint8Array; readonly weight: number }[] = [];
  let [left, mass] = [most, strata.reduce((sum, stratum) => sum + stratum.mass, 0)];
  let next = 0;
  for (; next < strata.length; next++) {
    const { size, count, mass: own } = strata[next]!;
    // The single players alone tell all of them apart, so they come wherever there is room.
    const fits = all || (next === 0 && left >= count + ROOM);
    if (!fits && (left * own) / mass < count) break;
    for (const chosen of combinations(M, size)) found.push({ members: chosen, weight: own / count });
    left -= count;
    mass -= own;
  }
  const drawnFrom = found.length;
  const pairs = next === strata.length ? 0 : Math.max(ROOM, left) >> 1;
  for (let i = 0; i < pairs; i++) {
    const size = pick(strata.slice(next), mass * random.uniform());
    const members = new Uint8Array(M);
    for (const player of random.permutation(M).subarray(0, size)) members[player] = 1;
    found.push({ members, weight: mass / (2 * pairs) });
  }
  const members = new Uint8Array(found.length * M);
  for (const [pair, one] of found.entries()) members.set(one.members, pair * M);
  return { members, weights: Float64Array.from(found, ({ weight }) => weight), drawnFrom };
}

function strataOf(M: number): Stratum[] {
  const strata: Stratum[] = [];
  for (let size = 1, binomial = M; 2 * size <= M; size++) {
    const sides = 2 * size === M ? 1 : 2;
    strata.push({ size, count: sides * binomial, mass: (sides * (M - 1)) / (size * (M - size)) });
    binomial = (binomial * (M - size)) / (size + 1);
  }
  return strata;
}

/** A size, by the weights of the sizes: the one in whose part of them `at` lies. */
function pick(strata: readonly Stratum[], at: number): number {
  for (const { size, mass } of strata) {
    if (at < mass) return size;
    at -= mass;
  }
  return strata.at(-1)!.size;
}

/** All choices of `size` players; of half of them those with the first player, since the complements are the others. */
function* combinations(M: number, size: number): Generator<Uint8Array> {
  const chosen = Array.from({ length: size }, (_, i) => i);
  for (;;) {
    if (2 * size === M && chosen[0] !== 0) return;
    const members = new Uint8Array(M);
    for (const player of chosen) members[player] = 1;
    yield members;
    let last = size - 1;
    while (last >= 0 && chosen[last] === M - size + last) last--;
    if (last < 0) return;
    chosen[last]!++;
    for (let i = last + 1; i < size; i++) chosen[i] = chosen[i - 1]! + 1;
  }
}
