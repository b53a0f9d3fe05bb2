import { bitCount } from './bit-count.ts';

/**
 * For each two players, in the lower triangle of `[M, M]`, the weight of the pairs of coalitions in which both are in the
 * same one. `members` holds one coalition of each pair.
 */
export function weightTogether(M: number, members: Uint8Array, weights: Float64Array): Float64Array {
  const A = new Float64Array(M * M);
  for (let from = 0, to = 0; from < weights.length; from = to) {
    const weight = weights[from]!;
    while (weights[to] === weight) to++;
    // Pairs of one weight only need counting, 32 at a time.
    const { bits, words } = packed(M, members, from, to);
    for (let i = 0; i < M; i++)
      for (let j = 0; j <= i; j++)
        A[i * M + j]! += weight * (to - from - differing(bits, i * words, j * words, words));
  }
  return A;
}

/** For each player a bit for each of some pairs, in words of 32. */
function packed(M: number, members: Uint8Array, from: number, to: number) {
  const words = Math.ceil((to - from) / 32);
  const bits = new Int32Array(M * words);
  for (let pair = from; pair < to; pair++) {
    const [word, bit] = [(pair - from) >> 5, (pair - from) & 31];
    for (let i = 0; i < M; i++) bits[i * words + word]! |= members[pair * M + i]! << bit;
  }
  return { bits, words };
}

/** How many bits differ between two runs of words. */
function differing(bits: Int32Array, a: number, b: number, words: number): number {
  let count = 0;
  for (let word = 0; word < words; word++) count += bitCount(bits[a + word]! ^ bits[b + word]!);
  return count;
}
