import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { activation, dense, input, load, model, NumericError, OptionError, type Values } from 'glia';
import { columns, Table } from 'glia/data';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeBackends } from './backends.ts';

const x = [
  [1, 2],
  [3, -1],
];
// One output is 2a + b, the other holds a - b and b, so that none can be taken for another.
const first = [[4], [5]];
const second = [
  [-1, 2],
  [4, -1],
];
const table = Table.fromRows([
  { a: 1, b: 2, y: 100 },
  { a: 3, b: -1, y: 300 },
]);
const prepare = columns({
  numeric: { of: ['a', 'b'], scale: 'none' },
  target: { of: 'y', encode: 'none', scale: 'standard' },
}).fit(table);

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'glia-outputs-'));
});
afterAll(() => rm(folder, { recursive: true }));

describeBackends('a model with two outputs', (backend) => {
  const weights = {
    'one.weight': { shape: [1, 2], data: Float32Array.of(2, 1) },
    'one.bias': { shape: [1], data: new Float32Array(1) },
    'two.weight': { shape: [2, 2], data: Float32Array.of(1, -1, 0, 1) },
    'two.bias': { shape: [2], data: new Float32Array(2) },
  };
  const two = async (options = {}) => {
    const a = input([2]);
    const outputs = [dense(1, { name: 'one' }).call(a), dense(2, { name: 'two' }).call(a)] as const;
    const net = model({ inputs: a, outputs, backend, ...options });
    await net.setWeights(weights);
    return net;
  };
  const plain = (outputs: readonly Values[]) => outputs.map((values) => values.toArray());

  test('predicts both in their order, also at once, from named rows, and after it was loaded', async () => {
    const net = await two({ prepare });
    await net.save(join(folder, `${backend}.glia`));
    for (const one of [net, await load<Values[]>(join(folder, `${backend}.glia`), { backend })]) {
      expect(plain(await one.predict(x))).toEqual([first, second]);
      expect(plain(one.predictSync(x))).toEqual([first, second]);
      expect(plain(one.predictSync(x))).toEqual([first, second]);
      expect(plain(await one.predictAll(x))).toEqual([first, second]);
      // Which of them is the target is not known, so that none is taken for it.
      expect(plain(await one.predict(table))).toEqual([first, second]);
      expect(plain(await one.predict([{ a: 1, b: 2 }]))).toEqual([[first[0]], [second[0]]]);
      expect(plain(await one.predict({ a: 3, b: -1 }))).toEqual([[first[1]], [second[1]]]);
    }
  });

  test('hands out arrays that later predictions leave alone', async () => {
    const net = await two();
    const before = net.predictSync(x);
    net.predictSync([
      [9, 9],
      [9, 9],
    ]);
    expect(plain(before)).toEqual([first, second]);
  });

  test('has probabilities of each output whose link is seen or said', async () => {
    const a = input([2]);
    const sigmoid = activation('sigmoid').call(dense(1, { name: 'one' }).call(a));
    const seen = model({
      inputs: a,
      outputs: [sigmoid, activation('softmax').call(dense(2, { name: 'two' }).call(a))],
      backend,
    });
    await seen.setWeights(weights);
    const p = [4, 5].map((z) => [1 / (1 + Math.exp(-z))]);
    const q = second.map(([no, yes]) => [1 / (1 + Math.exp(yes! - no!)), 1 / (1 + Math.exp(no! - yes!))]);
    const near = (rows: readonly number[][]) =>
      rows.map((row) => row.map((value) => expect.closeTo(value, 6)));
    expect(plain(await seen.predictProbabilities(x))).toEqual([near(p), near(q)]);
    const net = await two();
    const links = ['none', 'softmax'] as const;
    expect(plain(await net.predictProbabilities(x, { link: links }))).toEqual([first, near(q)]);
    await expect(net.predictProbabilities(x)).rejects.toThrow(/how output 0 becomes probabilities/);
    await expect(net.predictProbabilities(x, { link: ['none'] })).rejects.toThrow(/1 links for 2 outputs/);
    await expect(net.predictProbabilities([[3e38, 3e38]], { link: links })).rejects.toBeInstanceOf(
      NumericError,
    );
  });

  test('is refused where one output must be meant', async () => {
    const net = await two({ prepare });
    await expect(net.fit(table, { loss: 'mse' })).rejects.toBeInstanceOf(OptionError);
    await expect(net.evaluate(table, { loss: 'mse' })).rejects.toThrow(/one output, this has 2/);
  });
});
