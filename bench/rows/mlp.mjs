import { adam, dense, sequential } from '../../dist/index.js';
import { readImages } from './images.mjs';
import { atLeast, mean, round } from './judge.mjs';
import { likeTorch } from './torch-init.mjs';

const HIDDEN = 128;
const EPOCHS = 5;

/**
 * @typedef {import('./images.mjs').Images} Images
 * @typedef {{ seed: number, accuracy: number, loss: number, seconds: number }} Run
 */

/**
 * @param {{ train: Images, test: Images }} data
 * @param {number} seed
 * @returns {Promise<Run>}
 */
async function trainOnce({ train, test }, seed) {
  const width = train.x.shape[1];
  const model = sequential(
    [dense(HIDDEN, { activation: 'relu', ...likeTorch(width) }), dense(10, likeTorch(HIDDEN))],
    { seed },
  );
  const started = performance.now();
  const history = await model.fit(train.x, train.y, {
    loss: 'categoricalCrossentropy',
    optimizer: adam({ learningRate: 1e-3 }),
    batchSize: 64,
    epochs: EPOCHS,
  });
  const seconds = (performance.now() - started) / 1000;
  const { accuracy } = await model.evaluate(test.x, test.y, { metrics: ['accuracy'] });
  return {
    seed,
    accuracy: round(accuracy),
    loss: round(history.final.loss),
    seconds: Number(seconds.toFixed(1)),
  };
}

/** @type {import('./table.mjs').Row} */
export const mlp = {
  name: 'mlp',
  about: 'MNIST and Fashion-MNIST: 784-128-10 network, Adam, 5 epochs; fetches both data sets at first use',
  seeds: 3,
  async run({ seeds, say }) {
    /** @type {Record<string, Run[]>} */
    const runs = {};
    for (const name of /** @type {const} */ (['mnist', 'fashion'])) {
      const data = await readImages(name, say);
      runs[name] = [];
      for (let seed = 0; seed < seeds; seed++) {
        const run = await trainOnce(data, seed);
        say(`${name}, seed ${seed}: accuracy ${run.accuracy} after ${run.seconds} s`);
        runs[name].push(run);
      }
    }
    const accuracy = (/** @type {string} */ name) => mean(runs[name].map((run) => run.accuracy));
    return {
      checks: { mnist: atLeast(accuracy('mnist'), 0.972), fashion: atLeast(accuracy('fashion'), 0.869) },
      reference: { mnist: 0.9751, fashion: 0.8758 },
      runs,
    };
  },
};
