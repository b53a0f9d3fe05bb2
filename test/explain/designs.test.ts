import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { exactShapley } from '../../src/explain/exact-shapley.ts';
import type { Design } from '../../src/explain/game.ts';
import { kernelCoalitions } from '../../src/explain/kernel-coalitions.ts';
import { kernelShapley } from '../../src/explain/kernel-shapley.ts';
import { permutationShapley } from '../../src/explain/permutation-shapley.ts';
import { meanOverOrders, sumOverSubsets } from './games.ts';
import { furthest } from './networks.ts';

/** A game of M players with no structure at all, by the bits of its coalitions. */
const noise = (M: number): Float64Array => {
  const random = Random.of(M, 'test');
  return Float64Array.from({ length: 2 ** M }, () => random.normal());
};

/** One that is nearly a sum, as those of networks are. */
const curved = (M: number): Float64Array =>
  Float64Array.from({ length: 2 ** M }, (_, S) => {
    let [sum, other] = [0, 0];
    for (let i = 0; i < M; i++) {
      sum += ((S >> i) & 1) * Math.sin(i + 1);
      other += ((S >> i) & 1) * Math.cos(3 * i);
    }
    return Math.tanh(sum) + 0.5 * Math.max(0, other);
  });

/** The game's values in the order of a design. */
const played = (design: Design, game: Float64Array): Float64Array =>
  Float64Array.from({ length: design.coalitions }, (_, c) => {
    let S = 0;
    for (let i = 0; i < design.players; i++) if (design.has(c, i)) S += 2 ** i;
    return game[S]!;
  });

const sampled: Record<string, (M: number, nSamples: number, seed: number) => Design> = {
  kernel: (M, nSamples, seed) => kernelShapley(M, nSamples, Random.of(seed, 'kernel')),
  permutation(M, nSamples, seed) {
    const random = Random.of(seed, 'permutation');
    const orders = Math.max(2, Math.floor(nSamples / (2 * (M - 1))));
    return permutationShapley(
      Array.from({ length: orders }, () => random.permutation(M)),
      M,
    );
  },
};

describe('exact Shapley values', () => {
  test.each([1, 2, 3, 6, 7])('of %i players are the mean over all orders', (M) => {
    const { values } = exactShapley(M).solve(noise(M));
    expect(furthest(values, meanOverOrders(noise(M), M))).toBeLessThan(1e-12);
  });

  test('of 10 players are the sum over subsets', () => {
    const { values } = exactShapley(10).solve(noise(10));
    expect(furthest(values, sumOverSubsets(noise(10), 10))).toBeLessThan(1e-12);
  });
});

describe('Kernel SHAP', () => {
  test.each([2, 3, 4, 5, 8, 10])('over all coalitions of %i players is exact', (M) => {
    const design = kernelShapley(M, 2 ** M - 2, Random.of(0, 'test'));
    expect(design.coalitions).toBe(2 ** M);
    const { values, stdError } = design.solve(played(design, noise(M)));
    expect(furthest(values, Array.from(exactShapley(M).solve(noise(M)).values))).toBeLessThan(1e-9);
    expect(stdError).toBeUndefined();
  });

  test.each([5, 6, 11, 12])('weighs the sizes of coalitions of %i players alike, drawn or not', (M) => {
    const mass = Array.from({ length: M - 1 }, (_, i) => (M - 1) / ((i + 1) * (M - 1 - i)));
    for (const most of [4, 2 * M + 4, 10 * M, 2 ** M]) {
      const { weights, drawnFrom } = kernelCoalitions(M, most, Random.of(most, 'test'));
      const [all, whole] = [weights, mass].map((list) => [...list].reduce((a, b) => a + b));
      expect(2 * all!).toBeCloseTo(whole!, 9);
      expect(2 * weights.length).toBeLessThanOrEqual(most);
      expect(drawnFrom === weights.length).toBe(2 ** M - 2 <= most);
    }
  });

  test('is exact for a sum of players, and says when coalitions cannot tell them apart', () => {
    const M = 12;
    const sum = Float64Array.from({ length: 2 ** M }, (_, S) => {
      let v = 5;
      for (let i = 0; i < M; i++) v += ((S >> i) & 1) * (i - 3);
      return v;
    });
    const shares = Array.from({ length: M }, (_, i) => i - 3);
    const design = kernelShapley(M, 8 * M, Random.of(1, 'test'));
    expect(design.warning).toBeUndefined();
    const { values, stdError } = design.solve(played(design, sum));
    expect(furthest(values, shares)).toBeLessThan(1e-9);
    expect(Math.max(...stdError!)).toBeLessThan(1e-9);
    // A fit to few coalitions is exact as well, but leaves next to nothing to tell how far it may be off.
    const few = kernelShapley(M, 2 * M + 4, Random.of(1, 'test'));
    expect(few.warning).toBe(
      '28 coalitions of 12 players leave the standard errors open: give nSamples of 96 or more',
    );
    const bare = few.solve(played(few, sum));
    expect(furthest(bare.values, shares)).toBeLessThan(1e-9);
    expect([...bare.stdError!]).toEqual(shares.map(() => Number.NaN));
    expect(kernelShapley(M, 4, Random.of(1, 'test')).warning).toContain('do not tell 12 players apart');
  });
});

describe.each(Object.entries(sampled))('drawn coalitions by %s', (_name, design) => {
  test.each([4, 5, 20, 21, 60, 400])('add up to the whole with %i samples', (nSamples) => {
    const [M, game] = [10, noise(10)];
    const one = design(M, nSamples, 3);
    const { values } = one.solve(played(one, game));
    expect(Math.abs(values.reduce((a, b) => a + b) - (game[2 ** M - 1]! - game[0]!))).toBeLessThan(1e-9);
  });

  test('come with the standard error that they have', () => {
    const [M, runs] = [12, 200];
    const game = curved(M);
    const exact = exactShapley(M).solve(game).values;
    let [squares, claimed] = [0, 0];
    const bias = new Float64Array(M);
    for (let seed = 0; seed < runs; seed++) {
      const one = design(M, 880, seed);
      const { values, stdError } = one.solve(played(one, game));
      for (let i = 0; i < M; i++) {
        squares += (values[i]! - exact[i]!) ** 2;
        claimed += stdError![i]! ** 2;
        bias[i]! += (values[i]! - exact[i]!) / runs;
      }
    }
    // 2400 squares of errors: their mean is known to a few percent, and a fit to some coalitions has a little less left than there is.
    expect(Math.sqrt(claimed / squares)).toBeGreaterThan(0.85);
    expect(Math.sqrt(claimed / squares)).toBeLessThan(1.15);
    // The mean of 200 estimates is off by no more than four of its own standard errors.
    expect(Math.max(...bias.map(Math.abs))).toBeLessThan(
      (4 * Math.sqrt(squares / M / runs)) / Math.sqrt(runs),
    );
  });
});
