// Ends the process, well and at once, while a training without end is under way. Argument: after how many milliseconds.
import { dense, sequential } from 'glia';

const rows = Array.from({ length: 256 }, (_, i) =>
  Array.from({ length: 64 }, (_, j) => Math.sin(i * 64 + j)),
);
const model = sequential([dense(256, { activation: 'relu' }), dense(64)], { seed: 1 });
const options = { loss: 'mse', learningRate: 1e-4, epochs: 10_000_000, batchSize: 64 };
await new Promise((begun) => {
  const callbacks = [{ name: 'begun', onStep: begun }];
  model.fit(rows, rows, { ...options, callbacks });
});
setTimeout(() => process.exit(0), Number(process.argv[2]));
