import { bitCount } from './bit-count.ts';
import type { Design } from './game.ts';

/**
 * All 2^M coalitions; player i is in coalition S where its bit is set. Each player gets what it adds, on average over
 * the orders in which players may come (Shapley, 1953):
 *
 *     φ_i = Σ_S |S|!·(M - |S| - 1)! / M! · (v(S ∪ i) - v(S))
 */
export function exactShapley(players: number): Design {
  const coalitions = 2 ** players;
  const bySize = weightsBySize(players);
  const weights = new Float64Array(coalitions);
  for (let S = 0; S < coalitions; S++) weights[S] = bySize[bitCount(S)]!;
  return {
    players,
    coalitions,
    has: (coalition, player) => (coalition & (1 << player)) !== 0,
    solve(values) {
      const phi = new Float64Array(players);
      for (let i = 0; i < players; i++) {
        const bit = 1 << i;
        // Coalitions without the player lie in runs of `bit`.
        for (let run = 0; run < coalitions; run += 2 * bit)
          for (let S = run; S < run + bit; S++) phi[i]! += weights[S]! * (values[S | bit]! - values[S]!);
      }
      return { values: phi };
    },
  };
}

/** `s!·(M - s - 1)! / M!` for each size s of a coalition: 1 / (M·C(M - 1, s)). */
function weightsBySize(M: number): Float64Array {
  const weights = new Float64Array(M);
  let binomial = 1;
  for (let s = 0; s < M; s++) {
    weights[s] = 1 / (M * binomial);
    binomial = (binomial * (M - 1 - s)) / (s + 1);
  }
  return weights;
}
