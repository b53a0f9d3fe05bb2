import type { Design } from './game.ts';
import { estimate, LEAST_DRAWS } from './spread.ts';

/**
 * Some orders in which players come, each walked forward and backward: a player gets what it adds, averaged over both
 * walks (antithetic sampling; Mitchell et al., 2022). What falls to all adds up after every order.
 *
 * The coalitions are the empty one, that of all, and of each order first those of 1 to M - 1 players from its begin,
 * then those from its end.
 *
 * @param orders permutations of the players, at least one; 40 or more give a standard error, with one degree of freedom less.
 */
export function permutationShapley(orders: readonly ArrayLike<number>[], players: number): Design {
  const M = players;
  const walk = Math.max(0, M - 1);
  const places = orders.map((order) => {
    const place = new Int32Array(M);
    for (let at = 0; at < M; at++) place[order[at]!] = at;
    return place;
  });
  const few = orders.length < LEAST_DRAWS.mean;
  return {
    players,
    coalitions: 2 + 2 * walk * orders.length,
    ...(few && {
      warning: `${orders.length} orders of ${M} players leave the standard errors open: give nSamples of ${
        2 * walk * LEAST_DRAWS.mean
      } or more`,
    }),
    has(coalition, player) {
      if (coalition < 2) return coalition === 1;
      const [walks, size] = [Math.floor((coalition - 2) / walk), ((coalition - 2) % walk) + 1];
      const place = places[walks >> 1]![player]!;
      return walks % 2 === 0 ? place < size : place >= M - size;
    },
    solve(values) {
      const of = (walks: number, size: number): number =>
        values[size === 0 ? 0 : size === M ? 1 : 1 + walk * walks + size]!;
      return meanOf(
        M,
        orders.map((order, p) => {
          const phi = new Float64Array(M);
          for (let at = 0; at < M; at++) {
            const forward = of(2 * p, at + 1) - of(2 * p, at);
            const backward = of(2 * p + 1, M - at) - of(2 * p + 1, M - at - 1);
            phi[order[at]!] = (forward + backward) / 2;
          }
          return phi;
        }),
      );
    },
  };
}

/** Mean of some estimates, and its standard error, NaN of too few. */
function meanOf(M: number, estimates: readonly Float64Array[]) {
  const [values, stdError] = [new Float64Array(M), new Float64Array(M)];
  for (let i = 0; i < M; i++) {
    const one = estimate(
      Float64Array.from(estimates, (phi) => phi[i]!),
      LEAST_DRAWS.mean,
    );
    values[i] = one.mean;
    stdError[i] = one.stdError;
  }
  return { values, stdError };
}
