import { Random } from '../dist/base/random.js';
import {
  deletion,
  gradientShap,
  infidelity,
  inputXGradient,
  insertion,
  integratedGradients,
  permutationImportance,
  saliency,
  sanityCheck,
  shortcut,
  smoothGrad,
} from '../dist/explain/index.js';
import { LEAST_DRAWS } from '../dist/explain/spread.js';
import { dense, sequential } from '../dist/index.js';

/**
 * Methods on small networks, of which all that can be drawn is gone through for the truth.
 *
 * @typedef {import('./coverage.mjs').Case} Case
 * @typedef {import('../dist/index.js').Model} Model
 */

const { repeats: REPEATS, mean: MEAN, squared: SQUARED, variance: VARIANCE } = LEAST_DRAWS;

/** @returns {Promise<Case[]>} */
export async function models() {
  return Promise.all([
    ...[MEAN, 50, 200].map((n) => slopes('mean', n)),
    ...[SQUARED, 2000].map((n) => slopes('squared', n)),
    ...[VARIANCE, 2000].map((n) => slopes('variance', n)),
    ...[MEAN, 200].map(paths),
    ...[SQUARED, 2000].flatMap((n) => [misses(saliency, n), misses(inputXGradient, n)]),
    ...[REPEATS, 10].map((n) => importance('loss', n)),
    ...[REPEATS, 10].map((n) => importance('accuracy', n)),
    ...[REPEATS, 10].map(groups),
    ...[deletion, insertion].flatMap((of) => [
      curves(of, 1, REPEATS),
      curves(of, 1, 10),
      curves(of, 4, REPEATS),
    ]),
    ...[randomised(1, 3, REPEATS), randomised(5, 6, REPEATS), randomised(5, 6, 10)],
  ]);
}

/** @param {number} n @param {number} width @param {string} of */
function normal(n, width, of) {
  const random = Random.of(5, `coverage of ${of}`);
  return Array.from({ length: n }, () => Array.from({ length: width }, () => random.normal()));
}

const mean = (/** @type {ArrayLike<number>} */ list) =>
  Array.from(list).reduce((sum, one) => sum + one, 0) / list.length;

/** @param {number} width @param {readonly ReturnType<typeof dense>[]} layers */
const network = (width, layers) => sequential(layers, { inputShape: [width], seed: 2 });
const bent = (/** @type {number} */ width) => network(width, [dense(8, { activation: 'tanh' }), dense(1)]);

/** Places in the plane and their weights, which integrate over normal noise: a sum is exact to rounding for what is smooth (Trefethen and Weideman, 2014). */
function noise() {
  const line = Array.from({ length: 57 }, (_, i) => (i - 28) / 4);
  const density = (/** @type {number} */ z) => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI) / 4;
  const places = line.flatMap((a) => line.map((b) => [a, b]));
  return { places, weights: places.map(([a, b]) => density(a) * density(b)) };
}

/** Slopes at noisy places. @param {'mean' | 'squared' | 'variance'} variant @param {number} samples @returns {Promise<Case>} */
async function slopes(variant, samples) {
  const model = bent(2);
  const [row] = normal(1, 2, 'slopes');
  const { places, weights } = noise();
  const { values } = await saliency(
    model,
    places.map((z) => z.map((one, i) => row[i] + one)),
  );
  const [first, second] = [new Float64Array(2), new Float64Array(2)];
  for (const [p, weight] of weights.entries()) {
    for (let i = 0; i < 2; i++) {
      const slope = values.data[2 * p + i];
      first[i] += weight * slope;
      second[i] += weight * slope * slope;
    }
  }
  const truth = { mean: first, squared: second, variance: second.map((one, i) => one - first[i] ** 2) };
  const claimed = {
    claim: /** @type {const} */ ('smoothGrad.stdError'),
    of: `${variant}: slopes of a network of tanh`,
    freedom: samples - 1,
    truth: truth[variant],
  };
  const draw = async (/** @type {number} */ seed) => {
    const found = await smoothGrad(model, [row], { variant, nSamples: samples, stdev: 1, seed });
    return [{ values: found.values.data, stdError: found.stdError?.data ?? [] }];
  };
  return { samples, claimed: [claimed], draw };
}

/** Expected gradients, whose mean over paths a quadrature gives. @param {number} samples @returns {Promise<Case>} */
async function paths(samples) {
  const model = bent(3);
  const [row, ...background] = normal(11, 3, 'paths');
  const truth = new Float64Array(3);
  for (const baselines of background) {
    const { values } = await integratedGradients(model, [row], { baselines, nSteps: 100 });
    values.data.forEach((value, i) => {
      truth[i] += value / background.length;
    });
  }
  const draw = async (/** @type {number} */ seed) => {
    const found = await gradientShap(model, [row], { background, nSamples: samples, seed });
    return [{ values: found.values.data, stdError: found.stdError?.data ?? [] }];
  };
  const claim = /** @type {const} */ ('gradientShap.stdError');
  return { samples, claimed: [{ claim, of: 'a network of tanh', freedom: samples - 1, truth }], draw };
}

/**
 * What slopes miss near a row are squares of what bends, whose squares are taken once more: much skewed.
 *
 * @param {typeof saliency | typeof inputXGradient} method @param {number} samples @returns {Promise<Case>}
 */
async function misses(method, samples) {
  const [model, stdev] = [bent(2), 0.3];
  const rows = normal(3, 2, 'misses');
  const judged = await method(model, rows, {});
  const { places, weights } = noise();
  const perturbations = places.map((z) => z.map((one) => stdev * one));
  const truth = [];
  for (const [r, row] of rows.entries()) {
    const { data } = await model.predict([row, ...perturbations.map((own) => row.map((x, i) => x - own[i]))]);
    const told = perturbations.map((own) =>
      own.reduce((sum, one, i) => sum + one * judged.values.data[2 * r + i], 0),
    );
    truth.push(told.reduce((sum, one, p) => sum + weights[p] * (one - (data[0] - data[p + 1])) ** 2, 0));
  }
  const draw = async (/** @type {number} */ seed) => {
    const { values, stdError } = await infidelity(model, judged, { samples, stdev, seed });
    return [{ values: values.data, stdError: stdError.data }];
  };
  const of = `${judged.method} of a network of tanh`;
  const claim = /** @type {const} */ ('infidelity.stdError');
  return { samples, claimed: [{ claim, of, freedom: samples - 1, truth }], draw };
}

/** A line, rows with noisy answers, and how each row does with the cell of each other: equally often by chance. */
async function line() {
  const x = normal(40, 2, 'a line').map(([a, b]) => [a, Math.abs(b)]);
  const off = normal(40, 1, 'answers');
  const model = network(2, [dense(1, { activation: 'sigmoid' })]);
  await model.setWeights({
    'dense1.weight': { shape: [1, 2], data: Float32Array.of(1, 2) },
    'dense1.bias': { shape: [1], data: Float32Array.of(-1) },
  });
  const said = (/** @type {number[]} */ [a, b]) => 1 / (1 + Math.exp(1 - a - 2 * b));
  const y = x.map((row, i) => [Number(said(row) + 0.2 * off[i][0] > 0.5)]);
  const measures = {
    loss: (/** @type {number[]} */ row, /** @type {number} */ i) =>
      -Math.log(y[i][0] === 1 ? said(row) : 1 - said(row)),
    accuracy: (/** @type {number[]} */ row, /** @type {number} */ i) =>
      Number(said(row) > 0.5 === (y[i][0] === 1)),
  };
  const shuffled = (
    /** @type {keyof typeof measures} */ measure,
    /** @type {number} */ column,
    /** @type {(i: number, j: number) => boolean} */ among,
  ) => {
    const others = (/** @type {number} */ i) => x.filter((_, j) => among(i, j));
    return mean(
      x.map((row, i) =>
        mean(others(i).map((other) => measures[measure](row.with(column, other[column]), i))),
      ),
    );
  };
  return { model, x, y, measures, shuffled };
}

/** @param {'loss' | 'accuracy'} metric @param {number} repeats @returns {Promise<Case>} */
async function importance(metric, repeats) {
  const { model, x, y, measures, shuffled } = await line();
  const base = mean(x.map(measures[metric]));
  const worse = metric === 'loss' ? 1 : -1;
  const truth = [0, 1].map((column) => worse * (shuffled(metric, column, () => true) - base));
  const draw = async (/** @type {number} */ seed) => {
    const asked = { loss: /** @type {const} */ ('binaryCrossentropy'), metric, nRepeats: repeats, seed };
    const found = await permutationImportance(model, x, y, asked);
    return [{ values: found.mean, stdError: found.stdError }];
  };
  const claim = /** @type {const} */ ('permutationImportance.stdError');
  const of = `${metric}: a line through 40 rows`;
  return { samples: repeats, claimed: [{ claim, of, freedom: repeats - 1, truth }], draw };
}

/** @param {number} repeats @returns {Promise<Case>} */
async function groups(repeats) {
  const { model, x, y, shuffled } = await line();
  const draw = async (/** @type {number} */ seed) => {
    const { within, across } = await shortcut(model, x, y, 0, { loss: 'binaryCrossentropy', repeats, seed });
    return [within, across].map(({ mean, stdError }) => ({ values: [mean], stdError: [stdError] }));
  };
  const about = { of: 'a line through 40 rows', freedom: repeats - 1 };
  const inClass = shuffled('accuracy', 0, (i, j) => y[i][0] === y[j][0]);
  const claimed = [
    { claim: /** @type {const} */ ('shortcut.within.stdError'), ...about, truth: [inClass] },
    {
      claim: /** @type {const} */ ('shortcut.across.stdError'),
      ...about,
      truth: [shuffled('accuracy', 0, () => true)],
    },
  ];
  return { samples: repeats, claimed, draw };
}

/**
 * Areas under curves of random orders: of k inputs that are there, all sets of k are equally probable.
 *
 * @param {typeof deletion | typeof insertion} method @param {number} count @param {number} orders @returns {Promise<Case>}
 */
async function curves(method, count, orders) {
  const width = 6;
  const model = network(width, [dense(8, { activation: 'tanh' }), dense(1, { activation: 'sigmoid' })]);
  const rows = normal(count, width, 'curves').map((row) => row.map((one) => 3 * one));
  const judged = await saliency(model, rows);
  const sets = Array.from({ length: 2 ** width }, (_, set) =>
    Array.from({ length: width }, (_, i) => (set >> i) & 1),
  );
  const areas = [];
  for (const row of rows) {
    const { data } = await model.predict(sets.map((set) => set.map((inside, i) => inside * row[i])));
    const curve = Array.from({ length: width + 1 }, (_, k) =>
      mean(data.filter((_, s) => mean(sets[s]) * width === k)),
    );
    areas.push(mean(curve.slice(1).map((one, k) => (one + curve[k]) / 2)));
  }
  const { auc, method: name } = await method(model, judged, { randomOrders: 0 });
  const better = areas.map((area, row) =>
    name === 'deletion' ? area - auc.data[row] : auc.data[row] - area,
  );
  const draw = async (/** @type {number} */ seed) => {
    const { random, gain } = await method(model, judged, { randomOrders: orders, seed });
    return [
      { values: random?.auc.data ?? [], stdError: random?.stdError.data ?? [] },
      { values: [gain?.mean ?? Number.NaN], stdError: [gain?.stdError ?? Number.NaN] },
    ];
  };
  const of = `${count === 1 ? 'a row' : `${count} rows`} of 6 inputs`;
  const claimed = [
    { claim: /** @type {const} */ (`${name}.random.stdError`), of, freedom: orders - 1, truth: areas },
    { claim: /** @type {const} */ (`${name}.gain.stdError`), of, freedom: Infinity, truth: [mean(better)] },
  ];
  return { samples: orders, claimed, draw };
}

/**
 * Random weights of an output are as often of the one sign as of the other, and so are slopes and ranks: 0 is left.
 *
 * @param {number} count @param {number} width @param {number} repeats @returns {Promise<Case>}
 */
async function randomised(count, width, repeats) {
  const [model, rows] = [bent(width), normal(count, width, 'random weights')];
  const draw = async (/** @type {number} */ seed) => {
    // A call takes the seeds from its own on.
    const { stages } = await sanityCheck(model, rows, saliency, { repeats, seed: seed * repeats });
    const left = stages.map(({ correlation }) => correlation);
    return [{ values: left.map((one) => one.mean), stdError: left.map(({ stdError }) => stdError) }];
  };
  const claim = /** @type {const} */ ('sanityCheck.stages.correlation.stdError');
  const of = `${count === 1 ? 'a row' : `${count} rows`} of ${width} inputs`;
  return { samples: repeats, claimed: [{ claim, of, freedom: repeats - 1, truth: [0, 0] }], draw };
}
