import { Random, toUniform } from '../dist/base/random.js';
import { adam, dense, sequential, sgd } from '../dist/index.js';

/**
 * A network with its data, as `bench/peer.mjs` has them, but for the data, which is made here.
 *
 * @typedef {object} Workload
 * @property {string} name
 * @property {number} batch
 * @property {number} rows
 * @property {readonly number[]} widths Features, hidden units and outputs.
 * @property {'relu' | 'tanh'} activation
 * @property {() => { loss: 'mse' | 'categoricalCrossentropy', optimizer: ReturnType<typeof adam> }} rule
 */

/** @type {Record<'xor' | 'classes', Workload['rule']>} */
const RULES = {
  xor: () => ({ loss: 'mse', optimizer: sgd({ learningRate: 0.1 }) }),
  classes: () => ({ loss: 'categoricalCrossentropy', optimizer: adam({ learningRate: 1e-3 }) }),
};
const images = { rows: 16384, widths: [784, 512, 512, 10] };

/** @type {readonly Workload[]} */
export const TRAINING = [
  // The four rows over and over, so that many steps go in one call.
  { name: 'W1', batch: 4, rows: 16384, widths: [2, 2, 1], activation: 'tanh', rule: RULES.xor },
  mlp({ name: 'W2', batch: 32, rows: 4096, widths: [30, 64, 64, 2] }),
  mlp({ name: 'W3', batch: 128, ...images }),
  mlp({ name: 'W3L', batch: 4096, ...images }),
];

/** @type {readonly Workload[]} */
export const INFERENCE = [
  mlp({ name: 'W7', batch: 1, ...images }),
  mlp({ name: 'W7L', batch: 1024, ...images }),
];

/**
 * @param {Pick<Workload, 'name' | 'batch' | 'rows' | 'widths'>} part
 * @returns {Workload}
 */
export function mlp(part) {
  return { ...part, activation: 'relu', rule: RULES.classes };
}

/** The workload for people. @param {Workload} workload */
export function aboutOf({ widths, batch }) {
  return `${widths.join('-')}, batch ${batch}`;
}

/** @param {Pick<Workload, 'widths' | 'activation'>} workload */
export function network({ widths, activation }) {
  const [width, ...units] = widths;
  const last = units.length - 1;
  // The last layer of XOR has an activation too; classes are told by logits.
  const plain = activation === 'relu' ? {} : { activation };
  const layers = units.map((count, i) => dense(count, i < last ? { activation } : plain));
  return sequential(layers, { inputShape: [width], seed: 1 });
}

/**
 * Rows of numbers between 0 and 1. A row's class is the largest of its first numbers, so that there is something to
 * learn; for one output the rows are those of XOR.
 *
 * @param {Pick<Workload, 'rows' | 'widths'>} workload
 */
export function dataFor({ rows, widths }) {
  const [width, classes] = [widths[0], /** @type {number} */ (widths.at(-1))];
  const key = `${rows} ${width} ${classes}`;
  const data = made.get(key) ?? makeData(rows, width, classes);
  made.set(key, data);
  return data;
}

/** @type {Map<string, ReturnType<typeof makeData>>} */
const made = new Map();

/**
 * @param {number} rows
 * @param {number} width
 * @param {number} classes
 */
function makeData(rows, width, classes) {
  const random = Random.of(1, 'bench');
  // Rows 0 0, 0 1, 1 0, 1 1, over and over.
  const bit = (/** @type {number} */ i) => (i >> (2 - (i % 2))) & 1;
  const value = classes === 1 ? bit : () => toUniform(random.word());
  const data = new Float32Array(rows * width);
  for (let i = 0; i < data.length; i++) data[i] = value(i);
  const row = (/** @type {number} */ i) => data.subarray(i * width, (i + 1) * width);
  const x = { data, shape: [rows, width] };
  if (classes > 1) {
    const largest = (/** @type {Float32Array} */ some) => some.indexOf(Math.max(...some));
    return { x, y: Int32Array.from({ length: rows }, (_, i) => largest(row(i).subarray(0, classes))) };
  }
  const y = Float32Array.from({ length: rows }, (_, i) => row(i)[0] ^ row(i)[1]);
  return { x, y: { data: y, shape: [rows, 1] } };
}

/**
 * Operations of the products alone, a multiply-add counted as two.
 *
 * @param {Pick<Workload, 'widths' | 'batch'>} workload
 */
export function flopsOf({ widths, batch }) {
  const products = widths.slice(1).map((units, i) => 2 * batch * units * widths[i]);
  const forward = products.reduce((a, b) => a + b, 0);
  // Backward there are two for each, but for the first layer, whose input has no gradient.
  return { infer: forward, train: 3 * forward - products[0] };
}

/** Bytes of the weights. @param {Pick<Workload, 'widths'>} workload */
export function weightBytes({ widths }) {
  return widths.slice(1).reduce((sum, units, i) => sum + 4 * units * (widths[i] + 1), 0);
}
