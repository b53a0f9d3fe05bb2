// Handwritten digits: from a CSV to a saved model, and back.
import { dense, dropout, load, metrics, sequential } from 'glia';
import { columns, readCsv } from 'glia/data';

const table = await readCsv('digits.csv');
const { train, validation, test } = table.split({ validation: 0.1, test: 0.2, stratify: 'digit', seed: 1 });
const prepare = columns({ numeric: { scale: 'none' }, target: { of: 'digit' } }).fit(train); // pixels: 0 to 16

const model = sequential(
  [dense(64, { activation: 'relu' }), dropout(0.2), dense(prepare.classes.length, { activation: 'softmax' })],
  { prepare, seed: 1 },
);
console.log(String(model.summary()));

await model.fit(train, {
  loss: 'categoricalCrossentropy',
  learningRate: 3e-3,
  epochs: 20,
  metrics: ['accuracy'],
  validation,
});
await model.save('digits.glia');

const loaded = await load('digits.glia');
const predicted = await loaded.predict(test);
const { x, y } = prepare.transform(test);
console.log(metrics.confusionMatrix(await loaded.predict(x), y!, { classes: prepare.classes }));
console.log(predicted[0], await loaded.evaluate(test));
