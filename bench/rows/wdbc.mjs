import { fileURLToPath } from 'node:url';
import { columns, readCsv } from '../../dist/data/index.js';
import { adamw, dense, metrics, sequential } from '../../dist/index.js';
import { stratifiedFolds } from './folds.mjs';
import { atLeast, mean, round } from './judge.mjs';
import { likeTorch } from './torch-init.mjs';

const FILE = fileURLToPath(new URL('../../examples/data/breast-cancer.csv', import.meta.url));
const FOLDS = 10;
const HIDDEN = 16;
const STEPS = 200;

/**
 * @typedef {import('../../dist/data/index.js').Table} Table
 * @typedef {{ accuracy: number, auc: number }} Scores
 */

/**
 * Trains on the rows outside of a fold, with their means and deviations, and tests on the fold.
 *
 * @param {Table} train
 * @param {Table} test
 * @param {number} seed
 * @returns {Promise<Scores>}
 */
async function testFold(train, test, seed) {
  const prepare = columns({ target: { of: 'diagnosis' } }).fit(train);
  const layers = [
    dense(HIDDEN, { activation: 'relu', ...likeTorch(prepare.width) }),
    dense(1, likeTorch(HIDDEN)),
  ];
  const model = sequential(layers, { prepare, seed });
  await model.fit(train, {
    loss: 'binaryCrossentropy',
    optimizer: adamw({ learningRate: 0.01, weightDecay: 1e-3 }),
    epochs: STEPS,
    batchSize: train.rows,
    shuffle: false,
  });
  const { x, y } = prepare.transform(test);
  const { data: logits } = await model.predict(x);
  const labels = /** @type {Int32Array} */ (y?.data);
  const right = logits.filter((logit, i) => logit > 0 === labels[i] > 0);
  return { accuracy: right.length / test.rows, auc: metrics.rocAuc(logits, labels) };
}

/**
 * @param {Table} table
 * @param {number} seed
 * @returns {Promise<Scores>} means over the folds
 */
async function crossValidate(table, seed) {
  const { values } = table.column('diagnosis');
  const folds = stratifiedFolds(/** @type {(string | null)[]} */ (values), FOLDS, seed);
  /** @type {Scores[]} */
  const scores = [];
  for (const [k, fold] of folds.entries()) {
    const rest = folds.filter((_, other) => other !== k).flat();
    scores.push(await testFold(table.take(rest), table.take(fold), seed));
  }
  return {
    accuracy: mean(scores.map(({ accuracy }) => accuracy)),
    auc: mean(scores.map(({ auc }) => auc)),
  };
}

/** @type {import('./table.mjs').Row} */
export const wdbc = {
  name: 'wdbc',
  about: 'Breast Cancer Wisconsin (Diagnostic): 30-16-1 network, stratified 10-fold cross-validation',
  seeds: 1,
  async run({ seeds, say }) {
    const table = await readCsv(FILE);
    /** @type {Scores[]} */
    const scores = [];
    for (let seed = 0; seed < seeds; seed++) {
      const each = await crossValidate(table, seed);
      say(`seed ${seed}: accuracy ${each.accuracy.toFixed(4)}, AUC ${each.auc.toFixed(4)}`);
      scores.push(each);
    }
    const accuracies = scores.map(({ accuracy }) => accuracy);
    const areas = scores.map(({ auc }) => auc);
    return {
      checks: { accuracy: atLeast(mean(accuracies), 0.967), auc: atLeast(mean(areas), 0.99) },
      reference: { accuracy: 0.9736, auc: 0.994 },
      accuracies: accuracies.map(round),
      aucs: areas.map(round),
    };
  },
};
