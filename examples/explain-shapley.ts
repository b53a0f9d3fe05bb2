// Why that penguin? Shapley values of its columns, against the penguins of the training set.
import { dense, sequential } from 'glia';
import { columns, readCsv } from 'glia/data';
import { shap } from 'glia/explain';

const table = await readCsv('penguins.csv');
const { train } = table.split({ test: 0.2, stratify: 'species', seed: 3 });
const prepare = columns({ target: { of: 'species' } }).fit(train);
const model = sequential([dense(16, { activation: 'tanh' }), dense(prepare.classes.length)], {
  prepare,
  seed: 3,
});
await model.fit(train, { loss: 'categoricalCrossentropy', learningRate: 0.01, epochs: 30 });

const penguin = { bill_length_mm: 46, bill_depth_mm: 15, flipper_length_mm: 218, sex: 'female' };
const why = await shap(model, penguin, { background: train, target: 'Gentoo' });

console.log(why.outputs.data[0], why.baseValues.data[0]); // what the model says of it, and on average
console.log(why.top(3)); // which columns make the difference, most first
console.log(why.convergenceDelta!.data[0], why.warnings); // that they add up to it, and nothing to be said against them
