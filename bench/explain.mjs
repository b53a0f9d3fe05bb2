import { integratedGradients, shap } from '../dist/explain/index.js';
import { dataFor, flopsOf, mlp, network } from './networks.mjs';
import { Load, quantile } from './pace.mjs';
import { isTooSlow } from './rates.mjs';

/**
 * Something to be explained.
 *
 * @typedef {object} Case
 * @property {string} name
 * @property {string} method For people: which, and how it is asked.
 * @property {readonly number[]} widths Features, hidden units and outputs.
 * @property {number} rows Explained by one call.
 * @property {number} passes How often a row goes through the network, forward and backward.
 * @property {number} [most] Milliseconds that a call may take on the machine that the project is measured on.
 * @property {(model: Model, rows: Rows) => Promise<unknown>} call
 *
 * @typedef {import('../dist/index.js').Model} Model
 * @typedef {ReturnType<typeof dataFor>['x']} Rows
 */

/** @type {readonly Case[]} */
const CASES = [
  {
    name: 'IG',
    method: 'integrated gradients, 50 steps',
    widths: [30, 64, 64, 3],
    rows: 1000,
    passes: 50,
    most: 50,
    call: (model, x) => integratedGradients(model, x, { nSteps: 50 }),
  },
  {
    name: 'W8',
    method: 'integrated gradients, 50 steps',
    widths: [784, 512, 512, 10],
    rows: 1000,
    passes: 50,
    call: (model, x) => integratedGradients(model, x, { nSteps: 50, method: 'riemann_middle' }),
  },
  {
    name: 'IG exact',
    method: 'integrated gradients, piece by piece',
    widths: [30, 64, 64, 3],
    rows: 1000,
    passes: 100,
    call: (model, x) => integratedGradients(model, x, { method: 'exact' }),
  },
  {
    name: 'Kernel SHAP',
    method: 'Shapley values by 2108 coalitions, background of 100',
    widths: [30, 64, 64, 3],
    rows: 10,
    // Forward alone, which is a third of forward and backward.
    passes: (2110 * 100) / 3,
    most: 10 * 40,
    call: (model, x) => shap(model, x, { background: rowsAfter(x, 100), algorithm: 'kernel' }),
  },
  {
    name: 'Shapley',
    method: 'exact Shapley values of 16 features, one baseline',
    widths: [16, 64, 64, 3],
    rows: 1,
    passes: 2 ** 16 / 3,
    most: 100,
    call: (model, x) => shap(model, x, { background: rowsAfter(x, 1), algorithm: 'exact' }),
  },
];

/** As many rows as are wanted, of which none is among `x`. @param {Rows} x @param {number} count @returns {Rows} */
function rowsAfter({ shape: [rows, width] }, count) {
  const all = dataFor(mlp({ name: 'background', batch: 1, rows: rows + count, widths: [width, 3] })).x;
  return { data: all.data.subarray(rows * width), shape: [count, width] };
}

/**
 * Explanations of many rows by one call.
 *
 * @param {import('./main.mjs').Context} context
 */
export async function* explain(context) {
  for (const { name, method, widths, rows, passes, most, call } of CASES) {
    const workload = mlp({ name, batch: rows, rows, widths });
    if (isTooSlow(context, 2 * passes * flopsOf(workload).infer)) {
      yield { what: 'skipped', section: 'explain', workload: name, why: 'seconds a call in TypeScript' };
      continue;
    }
    context.say(`explain: ${name}`);
    const model = await bent(network(workload));
    const { x } = dataFor(workload);
    const times = await timeCalls(() => call(model, x), context.pace);
    yield { what: 'explained', workload: name, method, about: widths.join('-'), rows, most, ...times };
  }
}

/** With biases, so that paths from zero bend as those of trained networks do. @param {Model} model */
async function bent(model) {
  const weights = await model.weights();
  for (const [path, { data }] of Object.entries(weights)) {
    if (path.endsWith('.bias')) data.set(data.map((_, i) => 0.2 * Math.sin(7 * i + 1)));
  }
  await model.setWeights(weights);
  return model;
}

/**
 * Calls one after the other, each timed by itself: milliseconds.
 *
 * @param {() => Promise<unknown>} call
 * @param {import('./pace.mjs').Pace} pace
 */
async function timeCalls(call, { slices, seconds }) {
  await call();
  const end = performance.now() + slices * seconds * 1000;
  const load = new Load();
  const times = [];
  do {
    const started = performance.now();
    await call();
    times.push(performance.now() - started);
  } while (performance.now() < end);
  return { ms: quantile(times, 0.5), bestMs: Math.min(...times), busy: load.busy };
}
