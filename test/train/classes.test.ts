import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type ActivationName,
  categoricalCrossentropy,
  dense,
  load,
  type Model,
  ops,
  ShapeError,
  sequential,
  trainStep,
} from 'glia';
import { columns, Table } from 'glia/data';
import { afterAll, expect, test } from 'vitest';

const backend = 'typescript';
const rows = [1, 2, 3, 4, 5, 6].map((a) => ({ a, kind: a % 2 === 0 ? 'even' : 'odd' }));
const table = Table.fromRows(rows);
const prepare = columns({ numeric: { of: ['a'] }, target: { of: 'kind', encode: 'label' } }).fit(table);
const folder = await mkdtemp(join(tmpdir(), 'glia-classes-'));
afterAll(() => rm(folder, { recursive: true }));

const net = (units: number, activation: ActivationName = 'linear') =>
  sequential([dense(units, { activation })], { prepare, seed: 1, backend });

async function expectProbabilities(model: Model): Promise<void> {
  const [logits, link] = [
    (await model.predict(prepare.transformRow({ a: 1 }))).data,
    model.session.network.outputShapes[0]![0],
  ];
  const got = await model.predict({ a: 1 });
  if (!('probabilities' in got)) throw new TypeError('a class is predicted');
  const { even, odd } = got.probabilities;
  const exp = link === 1 ? [1, Math.exp(logits[0]!)] : Array.from(logits, Math.exp);
  expect(even).toBeCloseTo(exp[0]! / (exp[0]! + exp[1]!), 6);
  expect(even! + odd!).toBeCloseTo(1, 6);
  expect(got.class).toBe(odd! > even! ? 'odd' : 'even');
}

test.each([1, 2])('a model with %i outputs shows probabilities, whoever trained it', async (units) => {
  const fresh = net(units);
  await expectProbabilities(fresh);
  const { x, y } = prepare.transform(table);
  const stepped = net(units);
  const loss = units === 1 ? 'binaryCrossentropy' : 'categoricalCrossentropy';
  const column = { data: Float32Array.from(y!.data), shape: [rows.length, 1] };
  await trainStep(stepped, { loss })(x, units === 1 ? column : y!);
  await expectProbabilities(stepped);
});

test('so does one trained by a function, also when it was saved', async () => {
  const model = net(2);
  await model.fit(table, { loss: (output, target) => ops.softmaxCrossEntropy(output, target), epochs: 1 });
  await expectProbabilities(model);
  const own = net(2);
  await own.fit(table, { loss: { ...categoricalCrossentropy(), name: 'own' }, epochs: 1 });
  await own.save(join(folder, 'own.glia'));
  const again = await load(join(folder, 'own.glia'), { backend });
  await expectProbabilities(again);
  expect(await again.predict({ a: 1 })).toEqual(await own.predict({ a: 1 }));
});

test('probabilities in the output stay as they are', async () => {
  for (const activation of ['sigmoid', 'softmax'] as const) {
    const model = net(2, activation);
    const [even, odd] = (await model.predict(prepare.transformRow({ a: 1 }))).data;
    expect(await model.predict({ a: 1 })).toMatchObject({ probabilities: { even, odd } });
  }
});

test('outputs that are not as many as the classes are refused', async () => {
  const model = net(5);
  await model.fit(table, { loss: 'categoricalCrossentropy', epochs: 1 });
  await expect(model.predict({ a: 1 })).rejects.toThrow(ShapeError);
});
