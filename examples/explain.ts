// Why would that customer leave? A model is trained and saved, then loaded where somebody asks.
import { dense, load, sequential } from 'glia';
import { columns, readCsv } from 'glia/data';
import { explain, permutationImportance } from 'glia/explain';

const table = await readCsv('customers.csv');
const { train, validation, test } = table.split({
  validation: 0.15,
  test: 0.15,
  stratify: 'churned',
  seed: 7,
});
const prepare = columns({
  numeric: { of: ['age', 'income', 'visits'], impute: 'median', scale: 'standard' },
  categorical: { of: ['plan', 'country'], encode: 'onehot', unknown: 'ignore' },
  target: { of: 'churned', encode: 'label' },
}).fit(train);
const network = sequential([dense(32, { activation: 'relu' }), dense(prepare.classes.length)], {
  prepare,
  seed: 7,
});
const history = await network.fit(train, { loss: 'categoricalCrossentropy', validation, epochs: 30 });
await history.toHtml('curves.html');
await network.save('churn.glia');

const model = await load('churn.glia');
const row = { age: 41, income: 52000, visits: 3, plan: 'basic', country: 'FR' };
const why = await explain(model, row, { method: 'integratedGradients', target: 'yes', background: train });
console.log(why.prediction, why.attributions); // per original column: one-hots summed back
console.log(why.checks.completenessError); // |sum of attributions - (f(x) - f(baseline))|
await why.toHtml('why.html'); // a page that stands alone; why.toSvg() is its picture

const { features, mean } = await permutationImportance(model, test, { metric: 'accuracy' });
console.log(features.map((feature, i) => [feature, mean[i]]));
