// Trains XOR. Says what came of it: to whoever started this worker, else as a line of JSON.
import { parentPort } from 'node:worker_threads';
import { dense, sequential } from 'glia';
import { loadBackend } from 'glia/unstable';

const warnings = [];
process.on('warning', ({ name }) => warnings.push(name));

const x = [[0, 0], [0, 1], [1, 0], [1, 1]]; // biome-ignore format: a table
const y = [[0], [1], [1], [0]];
const model = sequential([dense(8, { activation: 'tanh' }), dense(1, { activation: 'sigmoid' })], {
  seed: 42,
});
const options = { loss: 'binaryCrossentropy', optimizer: 'adam', learningRate: 0.05, epochs: 500 };
const { final } = await model.fit(x, y, options);

const outcome = { backend: loadBackend().name, loss: final.loss, warnings };
if (parentPort) parentPort.postMessage(outcome);
else console.log(JSON.stringify(outcome));
