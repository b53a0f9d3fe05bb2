// Which penguin is it? Training as a stream of events, in a loop that decides for itself when to stop.
import { activation, batchNorm, dense, sequential, train } from 'glia';
import { columns, readCsv } from 'glia/data';

const table = await readCsv('penguins.csv');
const parts = table.split({ validation: 0.2, test: 0.2, stratify: 'species', seed: 3 });
const prepare = columns({ target: { of: 'species' } }).fit(parts.train); // missing values: the median, or a category

const model = sequential([dense(16), batchNorm(), activation('relu'), dense(prepare.classes.length)], {
  prepare,
  seed: 3,
});
const events = train(model, parts.train, {
  loss: 'categoricalCrossentropy',
  learningRate: 0.01,
  epochs: 100,
  validation: parts.validation,
});
for await (const event of events) {
  if (event.type === 'epoch' && event.logs['val_loss']! < 0.02) break;
}

console.log(await model.evaluate(parts.test));
console.log(
  await model.predict({ bill_length_mm: 46, bill_depth_mm: 15, flipper_length_mm: 218, sex: 'female' }),
);
