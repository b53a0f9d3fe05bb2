import { Random } from '../dist/base/random.js';
import { kernelShapley, leastKernelSamples } from '../dist/explain/kernel-shapley.js';
import { permutationShapley } from '../dist/explain/permutation-shapley.js';
import { LEAST_DRAWS } from '../dist/explain/spread.js';

/**
 * Games whose Shapley values are known, played by the coalitions that `shap` draws.
 *
 * @typedef {import('./coverage.mjs').Case} Case
 * @typedef {{ name: string, players: number, truth: Float64Array, worth: (inside: Uint8Array) => number }} Game
 */

/** @param {boolean} quick @returns {Case[]} */
export function games(quick) {
  const few = [triples(10), airport(10, 'evenly'), airport(10, 'steeply')];
  const large = quick ? 20 : 100;
  const many = [triples(large), airport(large, 'evenly')];
  return [
    ...[leastKernelSamples(10), 200, 500].map((n) => kernel(few, n)),
    ...[leastKernelSamples(large), 2 * large + 2048].map((n) => kernel(many, n)),
    ...(quick ? [] : [kernel([triples(300)], leastKernelSamples(300))]),
    ...[LEAST_DRAWS.mean, 114, 500].map((orders) => permutations(few, orders)),
    permutations([triples(30), airport(30, 'evenly')], LEAST_DRAWS.mean),
  ];
}

/** Sums of what three players are worth together, each of whom gets a third. @param {number} players @returns {Game} */
function triples(players) {
  const random = Random.of(7, `triples ${players}`);
  const truth = new Float64Array(players);
  const terms = Array.from({ length: 6 * players }, () => {
    const [a, b, c] = random.permutation(players);
    const worth = random.normal();
    for (const player of [a, b, c]) truth[player] += worth / 3;
    return { a, b, c, worth };
  });
  const worth = (/** @type {Uint8Array} */ inside) =>
    terms.reduce((sum, one) => (inside[one.a] && inside[one.b] && inside[one.c] ? sum + one.worth : sum), 0);
  return { name: `${players} players, in threes`, players, truth, worth };
}

/**
 * The largest of the players (Littlechild and Owen, 1973), who share each part that they need. What a player adds is
 * skewed: it is nothing as soon as a larger one is there; the more where needs rise steeply.
 *
 * @param {number} players @param {'evenly' | 'steeply'} rise @returns {Game}
 */
function airport(players, rise) {
  const random = Random.of(7, `airport ${players}`);
  const need = () => (rise === 'evenly' ? random.uniform() : Math.exp(1.5 * random.normal()));
  const needs = Float64Array.from({ length: players }, need).sort();
  const truth = new Float64Array(players);
  for (let i = 0, sum = 0; i < players; i++) {
    sum += (needs[i] - (needs[i - 1] ?? 0)) / (players - i);
    truth[i] = sum;
  }
  const worth = (/** @type {Uint8Array} */ inside) => needs[inside.lastIndexOf(1)] ?? 0;
  return { name: `${players} players, the largest, ${rise}`, players, truth, worth };
}

/** @param {readonly Game[]} together @param {import('../dist/explain/game.js').Design} design */
function play(together, design) {
  const inside = new Uint8Array(design.players);
  const values = together.map(() => new Float64Array(design.coalitions));
  for (let coalition = 0; coalition < design.coalitions; coalition++) {
    for (let i = 0; i < inside.length; i++) inside[i] = Number(design.has(coalition, i));
    for (const [k, { worth }] of together.entries()) values[k][coalition] = worth(inside);
  }
  return values.map((own) => {
    const { values: shares, stdError = new Float64Array(inside.length) } = design.solve(own);
    return { values: shares, stdError };
  });
}

/** @param {readonly Game[]} together @param {string} how @param {number} freedom */
function claimedOf(together, how, freedom) {
  const claim = /** @type {const} */ ('shap.stdError');
  return together.map(({ name, truth }) => ({ claim, of: `${how}: ${name}`, freedom, truth }));
}

/** @param {readonly Game[]} together @param {number} samples @returns {Case} */
function kernel(together, samples) {
  const [{ players }] = together;
  const draw = (/** @type {number} */ seed) =>
    play(together, kernelShapley(players, samples, Random.of(seed, 'coverage')));
  return { samples, claimed: claimedOf(together, 'kernel', Infinity), draw };
}

/** @param {readonly Game[]} together @param {number} orders @returns {Case} */
function permutations(together, orders) {
  const [{ players }] = together;
  const draw = (/** @type {number} */ seed) => {
    const random = Random.of(seed, 'coverage');
    const drawn = Array.from({ length: orders }, () => random.permutation(players));
    return play(together, permutationShapley(drawn, players));
  };
  const samples = 2 * orders * (players - 1);
  return { samples, claimed: claimedOf(together, 'permutation', orders - 1), draw };
}
