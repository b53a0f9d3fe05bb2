// How heavy is a penguin? A regression whose predictions are in grams, whatever the network is trained on.
import { adamw, dense, oneCycle, sequential } from 'glia';
import { columns, readCsv } from 'glia/data';

const table = await readCsv('penguins.csv');
const weighed = table.filter((row) => row['body_mass_g'] !== null);
const { train, test } = weighed.split({ test: 0.25, seed: 5 });
const prepare = columns({
  numeric: { of: ['bill_length_mm', 'bill_depth_mm', 'flipper_length_mm'] },
  categorical: { of: ['species', 'sex'] },
  target: { of: 'body_mass_g', encode: 'none', scale: 'standard' },
}).fit(train);

const model = sequential([dense(32, { activation: 'silu' }), dense(1)], { prepare, seed: 5 });
await model.fit(train, {
  loss: 'mse',
  optimizer: adamw({ learningRate: oneCycle({ max: 0.01 }), weightDecay: 0.05 }),
  batchSize: 16,
  epochs: 60,
});

const predicted = await model.predict(test);
const { values } = test.column('body_mass_g');
const errors = predicted.map((row, i) =>
  'value' in row ? Math.abs(row.value - Number(values[i])) : Number.NaN,
);
console.log(await model.evaluate(test)); // rmse in standard deviations of the target
console.log(`mean error ${Math.round(errors.reduce((a, b) => a + b) / errors.length)} g`);
console.log(
  await model.predict({
    species: 'Gentoo',
    sex: 'male',
    bill_length_mm: 50,
    bill_depth_mm: 15.5,
    flipper_length_mm: 222,
  }),
);
