// What is terminated: says what it is about to do, and does it over and over.
import { parentPort } from 'node:worker_threads';

const say = (what) => parentPort.postMessage(what);

say('import');
const { adam, dense, sequential, trainStep } = await import('../../dist/index.js');
const data = (rows, width) => Float32Array.from({ length: rows * width }, (_, i) => Math.sin(i));
const x = { data: data(256, 32), shape: [256, 32] };
const y = { data: data(256, 1), shape: [256, 1] };
for (;;) {
  say('build');
  const model = sequential([dense(64, { activation: 'tanh' }), dense(1)], { inputShape: [32], seed: 1 });
  say('fit');
  await model.fit(x, y, { loss: 'mse', optimizer: 'adam', epochs: 6, batchSize: 16 });
  say('predict');
  for (let i = 0; i < 5; i++) await model.predict(x);
  say('predictSync');
  for (let i = 0; i < 5; i++) model.predictSync(x);
  say('step');
  const step = trainStep(model, { loss: 'mse', optimizer: adam({ learningRate: 1e-3 }) });
  for (let i = 0; i < 5; i++) await step(x, y);
  for (let i = 0; i < 5; i++) step.sync(x, y);
}
