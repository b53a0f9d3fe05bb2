// Pictures: what a network learned and where it errs, as SVG files that any browser opens.
import { writeFile } from 'node:fs/promises';
import { type ClassPrediction, dense, metrics, sequential } from 'glia';
import { columns, readCsv } from 'glia/data';
import { confusionMatrix, decisionBoundary, learningCurves } from 'glia/plot';

const table = await readCsv('penguins.csv');
const { train, validation, test } = table.split({
  validation: 0.15,
  test: 0.15,
  stratify: 'species',
  seed: 1,
});
const prepare = columns({
  numeric: { of: ['bill_length_mm', 'flipper_length_mm'] },
  target: { of: 'species' },
}).fit(train);

const model = sequential([dense(16, { activation: 'tanh' }), dense(prepare.classes.length)], {
  prepare,
  seed: 1,
});
const history = await model.fit(train, {
  loss: 'categoricalCrossentropy',
  learningRate: 0.01,
  epochs: 40,
  metrics: ['accuracy'],
  validation,
});

// Every place of a grid, as rows of the two features.
const axis = (from: number, to: number) =>
  Array.from({ length: 60 }, (_, i) => from + (i * (to - from)) / 59);
const [x, y] = [axis(30, 62), axis(170, 234)];
const places = y.flatMap((flipper) =>
  x.map((bill) => ({ bill_length_mm: bill, flipper_length_mm: flipper })),
);
const seen = (await model.predict(places)) as ClassPrediction[];

const held = prepare.transform(test);
const pictures = {
  curves: learningCurves(history),
  mistakes: confusionMatrix(
    metrics.confusionMatrix(await model.predict(held.x), held.y!, { classes: prepare.classes }),
  ),
  boundary: decisionBoundary({
    ...{ x, y, xName: 'bill, mm', yName: 'flipper, mm', classNames: prepare.classes },
    predicted: seen.map((one) => prepare.classes.indexOf(one.class)),
    confidence: seen.map((one) => Math.max(...Object.values(one.probabilities))),
  }),
};
for (const [name, svg] of Object.entries(pictures)) await writeFile(`${name}.svg`, svg);
console.log(
  Object.entries(pictures).map(([name, svg]) => `${name}.svg: ${/<desc>(.*?)<\/desc>/.exec(svg)![1]}`),
);
