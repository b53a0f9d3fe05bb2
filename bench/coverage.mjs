import { Random } from '../dist/base/random.js';
import { gradientShap, integratedGradients, permutationImportance } from '../dist/explain/index.js';
import { kernelShapley, leastKernelSamples } from '../dist/explain/kernel-shapley.js';
import { Moments } from '../dist/explain/moments.js';
import { permutationShapley } from '../dist/explain/permutation-shapley.js';
import { LEAST_DRAWS, studentQuantile } from '../dist/explain/spread.js';
import { dense, sequential } from '../dist/index.js';

/**
 * How often an interval of 95 % holds the truth, where the truth is known: over 2,000 seeds, and all numbers of each.
 *
 * @typedef {object} Case
 * @property {string} method
 * @property {string} of What is estimated.
 * @property {number} samples
 * @property {number} freedom Degrees of freedom of Student's quantile; infinite where the standard error has it in it.
 * @property {ArrayLike<number>} truth
 * @property {(seed: number) => Promise<Estimates> | Estimates} draw
 *
 * @typedef {{ values: ArrayLike<number>, stdError: ArrayLike<number> }} Estimates
 */

const [SEEDS, QUICK_SEEDS] = [2000, 2];

/** @param {import('./main.mjs').Context} context */
export async function* coverage({ quick, say }) {
  for (const one of await casesFor(quick)) {
    const { method, of, samples, truth, draw } = one;
    say(`${method} of ${of}, ${samples} samples`);
    const t = quantile(one.freedom);
    let [held, numbers] = [0, 0];
    for (let seed = 0; seed < (quick ? QUICK_SEEDS : SEEDS); seed++) {
      const { values, stdError } = await draw(seed);
      for (let i = 0; i < truth.length; i++) {
        numbers++;
        if (Math.abs(values[i] - truth[i]) <= t * stdError[i] + ROUNDING * Math.abs(truth[i])) held++;
      }
    }
    yield { what: 'coverage', method, of, samples, seeds: numbers / truth.length, covered: held / numbers };
  }
}

/** Values are float32. */
const ROUNDING = 2 ** -22;

/** @param {boolean} quick @returns {Promise<Case[]>} */
async function casesFor(quick) {
  const large = quick ? 30 : 300;
  return [
    ...[triples(10), airport(10)].flatMap((game) => [
      ...[leastKernelSamples(10), 200, 500].map((n) => kernel(game, n)),
      ...[LEAST_DRAWS.mean, 114, 500].map((orders) => permutations(game, orders)),
    ]),
    ...[leastKernelSamples(large), 2 * large + 2048, 4 * large + 4096].map((n) => kernel(triples(large), n)),
    permutations(triples(large), LEAST_DRAWS.mean),
    ...[LEAST_DRAWS.mean, 50, 200].map((n) => slopes('mean', n)),
    ...[LEAST_DRAWS.squared, 1000].map((n) => slopes('squared', n)),
    ...[LEAST_DRAWS.variance, 1000].map((n) => slopes('variance', n)),
    ...[2, 5, 20].map(importance),
    ...(await Promise.all([LEAST_DRAWS.mean, 200].map(gradients))),
  ];
}

/**
 * A game whose Shapley values are known.
 *
 * @typedef {{ name: string, players: number, truth: Float64Array, worth: (inside: Uint8Array) => number }} Game
 */

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

/** The largest of the players (Littlechild and Owen, 1973), who share each part that they need. @param {number} players @returns {Game} */
function airport(players) {
  const random = Random.of(7, `airport ${players}`);
  const needs = Float64Array.from({ length: players }, () => random.uniform()).sort();
  const truth = new Float64Array(players);
  for (let i = 0, sum = 0; i < players; i++) {
    sum += (needs[i] - (needs[i - 1] ?? 0)) / (players - i);
    truth[i] = sum;
  }
  const worth = (/** @type {Uint8Array} */ inside) =>
    needs.reduce((most, need, i) => (inside[i] ? need : most), 0);
  return { name: `${players} players, the largest`, players, truth, worth };
}

/** @param {Game} game @param {import('../dist/explain/game.js').Design} design */
function play({ players, worth }, design) {
  const inside = new Uint8Array(players);
  const values = Float64Array.from({ length: design.coalitions }, (_, coalition) => {
    for (let i = 0; i < players; i++) inside[i] = Number(design.has(coalition, i));
    return worth(inside);
  });
  const { values: shares, stdError = new Float64Array(players) } = design.solve(values);
  return { values: shares, stdError };
}

/** @param {Game} game @param {number} samples @returns {Case} */
function kernel(game, samples) {
  const draw = (/** @type {number} */ seed) =>
    play(game, kernelShapley(game.players, samples, Random.of(seed, 'coverage')));
  return { method: 'Kernel SHAP', of: game.name, samples, freedom: Infinity, truth: game.truth, draw };
}

/** @param {Game} game @param {number} orders @returns {Case} */
function permutations(game, orders) {
  const draw = (/** @type {number} */ seed) => {
    const random = Random.of(seed, 'coverage');
    const drawn = Array.from({ length: orders }, () => random.permutation(game.players));
    return play(game, permutationShapley(drawn, game.players));
  };
  const samples = 2 * orders * (game.players - 1);
  return { method: 'permutation SHAP', of: game.name, samples, freedom: orders - 1, truth: game.truth, draw };
}

/** Slopes of a tanh at noisy places, which smoothGrad makes its variants of. @param {'mean' | 'squared' | 'variance'} variant @param {number} samples @returns {Case} */
function slopes(variant, samples) {
  const slopeAt = (/** @type {number} */ z) => 1 - Math.tanh(z) ** 2;
  let [mean, square] = [0, 0];
  for (let z = -8; z <= 8; z += 1e-4) {
    const density = (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * 1e-4;
    mean += density * slopeAt(z);
    square += density * slopeAt(z) ** 2;
  }
  const truth = [{ mean, squared: square, variance: square - mean * mean }[variant]];
  const draw = (/** @type {number} */ seed) => {
    const random = Random.of(seed, 'coverage');
    const moments = new Moments(1, variant);
    for (let i = 0; i < samples; i++) moments.add([slopeAt(random.normal())], 0);
    const [values, stdError] = [new Float32Array(1), new Float32Array(1)];
    moments.write(values, stdError, 0);
    return { values, stdError };
  };
  return {
    method: `smoothGrad, ${variant}`,
    of: 'slopes of tanh',
    samples,
    freedom: samples - 1,
    truth,
    draw,
  };
}

/** Shuffled columns of a line, where each row meets each cell equally often. @param {number} repeats @returns {Case} */
function importance(repeats) {
  const random = Random.of(3, 'coverage of importance');
  const x = Array.from({ length: 40 }, () => [random.normal(), random.uniform()]);
  const y = x.map(([a, b]) => [a + 2 * b + 0.3 * random.normal()]);
  const model = sequential([dense(1)], { inputShape: [2], seed: 1, backend: 'typescript' });
  const weights = { 'dense1.weight': { shape: [1, 2], data: Float32Array.of(1, 2) } };
  const ready = model.setWeights({ ...weights, 'dense1.bias': { shape: [1], data: new Float32Array(1) } });
  const loss = (/** @type {number[]} */ [a, b], /** @type {number[]} */ [wanted]) =>
    (a + 2 * b - wanted) ** 2;
  const mean = (/** @type {number[]} */ list) => list.reduce((sum, one) => sum + one, 0) / list.length;
  const base = mean(x.map((row, i) => loss(row, y[i])));
  const truth = [0, 1].map(
    (column) =>
      mean(x.flatMap((row, i) => x.map((other) => loss(row.with(column, other[column]), y[i])))) - base,
  );
  const draw = async (/** @type {number} */ seed) => {
    await ready;
    const found = await permutationImportance(model, x, y, { loss: 'mse', nRepeats: repeats, seed });
    return { values: found.mean, stdError: found.stdError };
  };
  return {
    method: 'permutationImportance',
    of: 'a line',
    samples: repeats,
    freedom: repeats - 1,
    truth,
    draw,
  };
}

/** Expected gradients of a network of tanh, whose mean over paths a quadrature gives. @param {number} samples @returns {Promise<Case>} */
async function gradients(samples) {
  const random = Random.of(5, 'coverage of gradients');
  const rows = (/** @type {number} */ n) =>
    Array.from({ length: n }, () => [random.normal(), random.normal(), random.normal()]);
  const model = sequential([dense(8, { activation: 'tanh' }), dense(1)], {
    inputShape: [3],
    seed: 2,
    backend: 'typescript',
  });
  const [[row], background] = [rows(1), rows(10)];
  const truth = new Float64Array(3);
  for (const baseline of background) {
    const { values } = await integratedGradients(model, [row], { baselines: baseline, nSteps: 100 });
    values.data.forEach((value, i) => {
      truth[i] += value / background.length;
    });
  }
  const draw = async (/** @type {number} */ seed) => {
    const { values, stdError } = await gradientShap(model, [row], { background, nSamples: samples, seed });
    return { values: values.data, stdError: stdError?.data ?? [] };
  };
  return { method: 'gradientShap', of: 'a network of tanh', samples, freedom: samples - 1, truth, draw };
}

/** 97.5 % quantile of Student's distribution: of few degrees of freedom by table. @param {number} freedom */
function quantile(freedom) {
  const small = [12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.306, 2.2622, 2.2281];
  return small[freedom - 1] ?? studentQuantile(freedom);
}
