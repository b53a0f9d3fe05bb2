import { dense, sequential } from 'glia';
import { columns, Table } from 'glia/data';
import {
  deletion,
  influence,
  inputXGradient,
  memorization,
  neurons,
  saliency,
  sanityCheck,
  shortcut,
} from 'glia/explain';
import { expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { describeBackends } from '../train/backends.ts';

const random = Random.of(0, 'rows');
const table = Table.fromRows(
  Array.from({ length: 120 }, (_, i) => {
    const plan = ['basic', 'pro', 'max'][random.integer(3)]!;
    const age = 20 + random.integer(50);
    return {
      age,
      plan,
      visits: random.integer(9),
      churned: age > 45 !== (plan === 'pro') && i % 9 > 0 ? 'yes' : 'no',
    };
  }),
);
const prepare = columns({
  numeric: { of: ['age', 'visits'] },
  categorical: { of: ['plan'] },
  target: { of: 'churned', encode: 'label' },
}).fit(table);

describeBackends('tables', (backend) => {
  const trained = async () => {
    const net = sequential([dense(8, { activation: 'relu' }), dense(2)], { prepare, seed: 3, backend });
    await net.fit(table, { loss: 'categoricalCrossentropy', epochs: 30, learningRate: 0.02 });
    return net;
  };

  test('lose original columns as a whole', async () => {
    const net = await trained();
    const explanation = await inputXGradient(net, table);
    const { fractions, curves } = await deletion(net, explanation);
    expect(fractions).toEqual([0, 1 / 3, 2 / 3, 1]);
    expect(curves.shape).toEqual([120, 4]);
    const [first] = explanation.top(1);
    const row = prepare.transformRow(table.row(0)).data.slice();
    for (const i of prepare.groups.find(({ column }) => column === first!.feature)!.outputs) row[i] = 0;
    const probabilities = (await net.predictProbabilities({ data: row, shape: [1, row.length] })).data;
    expect(curves.data[1]!).toBeCloseTo(probabilities[explanation.target[0]!]!, 5);
  });

  test('bring targets to neurons, influence, memorization and shortcut', async () => {
    const net = await trained();
    const { layers } = await neurons(net, table);
    expect(layers[0]!.neurons[0]!.lesion!.accuracy).toBeTypeOf('number');
    expect(prepare.features).toContain(layers[0]!.neurons[0]!.feature);
    const head = table.head(5);
    const found = await influence(net, table, head);
    expect(found.values.shape).toEqual([120, 5]);
    const { values } = await memorization(net, head);
    values.data.forEach((value, i) => {
      expect(Math.abs(value - found.values.data[i * 5 + i]!)).toBeLessThan(1e-4 * Math.max(1, value));
    });
    const { accuracy, across, feature } = await shortcut(net, table, undefined, 'plan');
    expect(feature).toBe('plan');
    expect(accuracy - across.mean).toBeGreaterThan(0.1);
    const rows = table.toRows().map(({ churned: _, ...row }) => row);
    await expect(shortcut(net, rows, undefined, 'plan')).rejects.toThrow('y is missing');
    const labels = Int32Array.from(table.toRows(), ({ churned }) => Number(churned === 'yes'));
    expect((await shortcut(net, rows, labels, 'plan')).accuracy).toBe(accuracy);
    await expect(neurons(net, rows, { feature: 'plan' })).rejects.toThrow('became 3 numbers');
  });

  test('give findings that JSON keeps', async () => {
    const net = await trained();
    const found = await deletion(net, await saliency(net, table.head(3)), { randomOrders: 2 });
    const { curves, random } = JSON.parse(JSON.stringify(found));
    expect(curves).toEqual({ shape: [3, 4], data: [...found.curves.data] });
    expect(random.auc.data).toEqual([...found.random!.auc.data]);
  });

  test('are checked like arrays', async () => {
    expect((await sanityCheck(await trained(), table, saliency)).verdict).toBe('depends on the model');
  });
});
