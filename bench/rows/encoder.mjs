import { adam, dense, sequential } from '../../dist/index.js';
import { fitFullBatch, rateOver, solves } from './full-batch.mjs';
import { atLeast } from './judge.mjs';

const WIDTH = 8;
const CODE = 3;
const STEPS = 2000;
const PATTERNS = Array.from({ length: WIDTH }, (_, i) =>
  Array.from({ length: WIDTH }, (_, j) => (i === j ? 1 : 0)),
);

/** @param {number} seed */
async function trial(seed) {
  const model = sequential(
    [dense(CODE, { activation: 'sigmoid' }), dense(WIDTH, { activation: 'sigmoid' })],
    { seed },
  );
  const optimizer = adam({ learningRate: 0.05 });
  await fitFullBatch(model, PATTERNS, PATTERNS, STEPS, { loss: 'binaryCrossentropy', optimizer });
  return solves(model, PATTERNS, PATTERNS);
}

/** @type {import('./table.mjs').Row} */
export const encoder = {
  name: 'encoder',
  about: '8-3-8 encoder: all 64 outputs right, from how many starts (Rumelhart, Hinton and Williams, 1986)',
  seeds: 100,
  async run({ seeds, say }) {
    return { checks: { solved: atLeast(await rateOver('8-3-8', seeds, trial, say), 0.95) }, steps: STEPS };
  },
};
