import type { Random } from '../base/random.ts';
import { cholesky, inverseOf } from './cholesky.ts';
import type { Design, Solution } from './game.ts';
import { kernelCoalitions, type WeightedPairs } from './kernel-coalitions.ts';
import { studentQuantile } from './spread.ts';
import { weightTogether } from './weight-together.ts';

/** Fewest coalitions whose fit tells its own standard error, for so many players. */
export function leastKernelSamples(M: number): number {
  return Math.max(80, 8 * M);
}

/**
 * Kernel SHAP (Lundberg and Lee, 2017): the weighted least squares fit of the coalitions' values by a sum over their
 * players, under the constraint that all of them get v(all) - v(none),
 *
 *     min Σ_S w_S·(v(S) - v(none) - Σ_{i ∈ S} φ_i)²,   Σ_i φ_i = v(all) - v(none),
 *
 * which over all coalitions gives the Shapley values. The matrix of the normal equations depends on the coalitions
 * alone: it is inverted once, and each row and output costs a product. After the coalition of nobody and that of all
 * come the pairs, each a coalition and its complement.
 */
export function kernelShapley(M: number, nSamples: number, random: Random): Design {
  const pairs = kernelCoalitions(M, nSamples, random);
  const { members, weights } = pairs;
  const { gains, rest, singular } = factor(M, pairs);
  const coalitions = 2 + 2 * weights.length;
  const least = leastKernelSamples(M);
  const few = pairs.drawnFrom < weights.length && nSamples < least;
  return {
    players: M,
    coalitions,
    has(coalition, player) {
      if (coalition < 2) return coalition === 1;
      return members[((coalition - 2) >> 1) * M + player] === 1 - (coalition & 1);
    },
    solve(values) {
      const solution = solve(values, M, pairs, gains, rest);
      return few ? { ...solution, stdError: new Float64Array(M).fill(Number.NaN) } : solution;
    },
    ...(few && {
      warning: `${coalitions - 2} coalitions ${
        singular ? `do not tell ${M} players apart` : `of ${M} players leave the standard errors open`
      }: give nSamples of ${least} or more`,
    }),
  };
}

interface Factored {
  /** What each player gets of the difference between a coalition and its complement, `[pairs, M]`. */
  readonly gains: Float64Array;
  /** What each gets of the difference between all and nobody. */
  readonly rest: Float64Array;
  /** Whether the pairs leave the fit open. */
  readonly singular: boolean;
}

/**
 * With A = ZᵀWZ, the constrained solution is P·A⁻¹ZᵀW·y + t·(v(all) - v(none)), where t = A⁻¹1 / 1ᵀA⁻¹1 and
 * P = I - t·1ᵀ (Covert and Lee, 2021, equation 7). Since P·A⁻¹1 = 0, a complement has the gains of its coalition with
 * the other sign; and of a pair two players are in one coalition together where they are both in or both out.
 */
function factor(M: number, { members, weights }: WeightedPairs): Factored {
  const A = weightTogether(M, members, weights);
  const whole = cholesky(A, M);
  // Of too few coalitions the smallest of all fits is taken, which a little on the diagonal picks out.
  if (whole === undefined) for (let i = 0; i < M; i++) A[i * M + i]! *= 1 + 1e-8;
  const inverse = inverseOf(whole ?? cholesky(A, M)!, M);
  const rest = new Float64Array(M);
  for (let i = 0; i < M * M; i++) rest[i % M]! += inverse[i]!;
  const total = rest.reduce((a, b) => a + b);
  for (let i = 0; i < M; i++) rest[i]! /= total;
  const gains = new Float64Array(weights.length * M);
  weights.forEach((weight, pair) => {
    const gain = gains.subarray(pair * M, (pair + 1) * M);
    for (let i = 0; i < M; i++)
      if (members[pair * M + i] === 1) for (let j = 0; j < M; j++) gain[j]! += inverse[i * M + j]!;
    let all = 0;
    for (let j = 0; j < M; j++) all += gain[j]! *= weight;
    for (let j = 0; j < M; j++) gain[j]! -= rest[j]! * all;
  });
  return { gains, rest, singular: whole === undefined };
}

function solve(
  v: ArrayLike<number>,
  M: number,
  pairs: WeightedPairs,
  gains: Float64Array,
  rest: Float64Array,
): Solution {
  const { weights, drawnFrom } = pairs;
  const values = rest.map((share) => share * (v[1]! - v[0]!));
  for (let pair = 0; pair < weights.length; pair++) {
    const difference = v[2 * pair + 2]! - v[2 * pair + 3]!;
    for (let j = 0; j < M; j++) values[j]! += gains[pair * M + j]! * difference;
  }
  if (drawnFrom === weights.length) return { values };
  return { values, stdError: errorOf(v, M, pairs, gains, values) };
}

/**
 * What the pull of a pair towards itself takes from its residual is given back by this power of what is left: 1/2 (HC2;
 * MacKinnon and White, 1985) holds for coalitions that stay the same, and is too little for ones that are drawn; 1 (HC3)
 * is too much where there are as many players as pairs. In between, intervals hold the truth from 10 players to 300.
 */
const LEVERAGE = 0.6;

/**
 * Standard error of the fit over the draw of the pairs: what each moves it by, to first order its gains times what the
 * fit leaves of its difference, varies from pair to pair (the sandwich estimator; White, 1980). Few pairs make it
 * uncertain itself, for which it is enlarged as Student's quantile is, so that 1.96 of it hold 95 %.
 */
function errorOf(
  v: ArrayLike<number>,
  M: number,
  { members, weights, drawnFrom }: WeightedPairs,
  gains: Float64Array,
  values: Float64Array,
): Float64Array {
  const drawn = weights.length - drawnFrom;
  const [sums, squares] = [new Float64Array(M), new Float64Array(M)];
  let freedom = -1;
  for (let pair = drawnFrom; pair < weights.length; pair++) {
    const at = pair * M;
    // What the fit leaves of the difference, and of a change of it.
    let [left, apart] = [v[2 * pair + 2]! - v[2 * pair + 3]!, 1];
    for (let j = 0; j < M; j++) {
      const side = members[at + j] === 1 ? 1 : -1;
      left -= side * values[j]!;
      apart -= side * gains[at + j]!;
    }
    freedom += apart;
    const whole = left / apart ** LEVERAGE;
    for (let j = 0; j < M; j++) {
      const moved = gains[at + j]! * whole;
      sums[j]! += moved;
      squares[j]! += moved * moved;
    }
  }
  const wider = studentQuantile(freedom) / studentQuantile(Number.POSITIVE_INFINITY);
  return squares.map(
    (square, j) => wider * Math.sqrt((drawn / (drawn - 1)) * Math.max(0, square - sums[j]! ** 2 / drawn)),
  );
}
