// Trains on 5 GB of zeros; an error of glia's will do, too.
import { readFileSync } from 'node:fs';
import { dense, GliaError, sequential } from '../../dist/index.js';

const WIDTH = 10_000;
const ROWS = 125_000;

const x = { data: new Float32Array(ROWS * WIDTH), shape: [ROWS, WIDTH] };
const y = { data: new Float32Array(ROWS).fill(1), shape: [ROWS, 1] };
const model = sequential([dense(1)], { inputShape: [WIDTH], seed: 1 });
try {
  const { final } = await model.fit(x, y, { loss: 'mse', optimizer: 'sgd', epochs: 1, batchSize: 1024 });
  // The inputs are 0, so that the bias alone learns: from an error of 1 downwards.
  if (!(final.loss > 0 && final.loss < 1)) throw new Error(`the loss is ${final.loss}`);
  console.log(
    `trained on ${(x.data.byteLength / 1e9).toFixed(1)} GB, loss ${final.loss.toPrecision(3)}${peak()}`,
  );
} catch (error) {
  if (!(error instanceof GliaError)) throw error;
  console.log(`refused: ${error.message}`);
}

function peak() {
  try {
    const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'));
    return `, at most ${((1024 * kilobytes) / 1e9).toFixed(1)} GB of memory in use`;
  } catch {
    return '';
  }
}
