import { dense, sequential } from '../dist/index.js';
import { quantile } from './pace.mjs';

/** Sizes in turn: 1 to this. */
const SIZES = 100;
const WIDTH = 32;

/**
 * What it costs when each call brings another number of rows: a call for each of a hundred sizes, beside as many calls
 * of the middle one, which have as many rows in all. By turns, after a round that compiles.
 *
 * @param {import('./main.mjs').Context} context
 */
export async function* sizes({ say, pace }) {
  say(`sizes: 1 to ${SIZES} rows`);
  const layers = [dense(64, { activation: 'relu' }), dense(64, { activation: 'relu' }), dense(2)];
  const model = sequential(layers, { inputShape: [WIDTH], seed: 1 });
  const batches = Array.from({ length: SIZES }, (_, i) => {
    const rows = i + 1;
    return { data: Float32Array.from({ length: rows * WIDTH }, (_, j) => Math.sin(j)), shape: [rows, WIDTH] };
  });
  const middle = batches.map(() => batches[SIZES / 2]);
  const ways = {
    predict: async (/** @type {typeof batches} */ all) => {
      for (const x of all) await model.predict(x);
    },
    predictSync: async (/** @type {typeof batches} */ all) => {
      for (const x of all) model.predictSync(x);
    },
  };
  for (const [how, call] of Object.entries(ways)) {
    const time = async (/** @type {typeof batches} */ all) => {
      const started = performance.now();
      await call(all);
      return (1000 * (performance.now() - started)) / SIZES;
    };
    await time(batches);
    const [one, many] = [/** @type {number[]} */ ([]), /** @type {number[]} */ ([])];
    for (let i = 0; i < 10 * pace.slices; i++) {
      one.push(await time(middle));
      many.push(await time(batches));
    }
    const ratios = many.map((us, i) => us / one[i]);
    yield {
      what: 'sizes',
      how,
      sizes: SIZES,
      oneUs: quantile(one, 0.5),
      us: quantile(many, 0.5),
      ratio: quantile(ratios, 0.5),
    };
  }
}
