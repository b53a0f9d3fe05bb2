import { sequential, dense, dropout, adamw, cosine } from 'glia';
import { readCsv, columns } from 'glia/data';
import { progress, earlyStopping } from 'glia/callbacks';

const table = await readCsv('customers.csv');
const { train, validation, test } = table.split({ validation: 0.15, test: 0.15, stratify: 'churned', seed: 7 });
const prepare = columns({
  numeric: { of: ['age', 'income', 'visits'], impute: 'median', scale: 'standard' },
  categorical: { of: ['plan', 'country'], encode: 'onehot', unknown: 'ignore' },
  target: { of: 'churned', encode: 'label' },
}).fit(train);
const model = sequential([dense(64, { activation: 'relu' }), dropout(0.2), dense(prepare.classes.length)], { seed: 7, prepare });
const stop = new AbortController();
const history = await model.fit(train, {
  loss: 'categoricalCrossentropy',                   // integer or one-hot targets; glia sees in the graph that these are logits
  optimizer: adamw({ learningRate: cosine({ peak: 3e-3, warmup: 0.05 }), weightDecay: 1e-2, clipNorm: 1 }),
  metrics: ['accuracy', 'auc', 'f1'], classWeight: 'balanced', validation, batchSize: 256, epochs: 200, signal: stop.signal,
  callbacks: [progress(), earlyStopping({ monitor: 'val_auc', patience: 10, restoreBest: true })],
});
console.log(history.stopReason, await model.evaluate(test));
await model.save('churn.glia');                      // a folder: model.json + weights.safetensors, switched in by one rename
