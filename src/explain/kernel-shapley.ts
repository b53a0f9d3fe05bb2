import type { Random } from '../base/random.ts';
import { cholesky, inverseOf } from './cholesky.ts';
import type { Design, Solution } from './game.ts';
import { kernelCoalitions, ROOM, type WeightedCoalitions } from './kernel-coalitions.ts';

/**
 * Kernel SHAP (Lundberg and Lee, 2017): the weighted least squares fit of the coalitions' values by a sum over their
 * players, under the constraint that all of them get v(all) - v(none),
 *
 *     min Σ_S w_S·(v(S) - v(none) - Σ_{i ∈ S} φ_i)²,   Σ_i φ_i = v(all) - v(none),
 *
 * which over all coalitions gives the Shapley values. The matrix of the normal equations depends on the coalitions
 * alone: it is inverted once, and each row and output costs a product.
 */
export function kernelShapley(M: number, nSamples: number, random: Random): Design {
  const coalitions = kernelCoalitions(M, nSamples, random);
  const { members, weights } = coalitions;
  const { lists, gains, rest, singular } = factor(M, coalitions);
  return {
    players: M,
    coalitions: 2 + weights.length,
    has: (coalition, player) =>
      coalition < 2 ? coalition === 1 : members[(coalition - 2) * M + player] === 1,
    solve: (values) => solve(values, M, coalitions, lists, gains, rest),
    ...(singular && {
      warning: `${weights.length} coalitions do not tell ${M} players apart: give nSamples of ${2 * M + ROOM} or more`,
    }),
  };
}

interface Factored {
  /** Players of each coalition. */
  readonly lists: readonly number[][];
  /** What each player gets of a coalition's value, `[coalitions, M]`, and of what all get. */
  readonly gains: Float64Array;
  readonly rest: Float64Array;
  readonly singular: boolean;
}

/**
 * With A = ZᵀWZ, the constrained solution is P·A⁻¹ZᵀW·y + t·(v(all) - v(none)) where t = A⁻¹1 / 1ᵀA⁻¹1 and
 * P = I - t·1ᵀ (Covert and Lee, 2021, equation 7).
 */
function factor(M: number, { members, weights }: WeightedCoalitions): Factored {
  const lists = Array.from(weights, (_, c) => {
    const list: number[] = [];
    for (let i = 0; i < M; i++) if (members[c * M + i] === 1) list.push(i);
    return list;
  });
  const A = new Float64Array(M * M);
  lists.forEach((list, c) => {
    for (const i of list) for (const j of list) A[i * M + j]! += weights[c]!;
  });
  const whole = cholesky(A, M);
  // Of too few coalitions the smallest of all fits is taken, which a little on the diagonal picks out.
  if (whole === undefined) for (let i = 0; i < M; i++) A[i * M + i]! += 1e-8 * A[i * M + i]! + 1e-8;
  const inverse = inverseOf(whole ?? cholesky(A, M)!, M);
  const rest = new Float64Array(M);
  for (let i = 0; i < M * M; i++) rest[i % M]! += inverse[i]!;
  const total = rest.reduce((a, b) => a + b);
  for (let i = 0; i < M; i++) rest[i]! /= total;
  const gains = new Float64Array(weights.length * M);
  lists.forEach((list, c) => {
    const gain = gains.subarray(c * M, (c + 1) * M);
    for (const i of list) for (let j = 0; j < M; j++) gain[j]! += inverse[i * M + j]! * weights[c]!;
    const all = gain.reduce((a, b) => a + b);
    for (let j = 0; j < M; j++) gain[j]! -= rest[j]! * all;
  });
  return { lists, gains, rest, singular: whole === undefined };
}

function solve(
  v: ArrayLike<number>,
  M: number,
  { weights, drawnFrom }: WeightedCoalitions,
  lists: readonly number[][],
  gains: Float64Array,
  rest: Float64Array,
): Solution {
  const values = rest.map((share) => share * (v[1]! - v[0]!));
  for (let c = 0; c < weights.length; c++) {
    const y = v[c + 2]! - v[0]!;
    for (let j = 0; j < M; j++) values[j]! += gains[c * M + j]! * y;
  }
  if (drawnFrom === weights.length) return { values };
  const left = lists.map((list, c) => v[c + 2]! - v[0]! - list.reduce((sum, i) => sum + values[i]!, 0));
  return { values, stdError: errorOf(M, gains, left, drawnFrom) };
}

/**
 * Standard error of the fit over the draw of the coalitions: what each drawn pair moves it by, to first order its gains
 * times what the fit leaves of its values, varies from pair to pair (the sandwich estimator; White, 1980).
 */
function errorOf(M: number, gains: Float64Array, left: readonly number[], drawnFrom: number): Float64Array {
  const pairs = (left.length - drawnFrom) / 2;
  const [sums, squares] = [new Float64Array(M), new Float64Array(M)];
  for (let c = drawnFrom; c < left.length; c += 2) {
    for (let j = 0; j < M; j++) {
      const moved = gains[c * M + j]! * left[c]! + gains[(c + 1) * M + j]! * left[c + 1]!;
      sums[j]! += moved;
      squares[j]! += moved * moved;
    }
  }
  return squares.map((square, j) =>
    Math.sqrt((pairs / (pairs - 1)) * Math.max(0, square - sums[j]! ** 2 / pairs)),
  );
}
