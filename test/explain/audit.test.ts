import { dense, sequential } from 'glia';
import { columns, Table } from 'glia/data';
import { audit, type Method, saliency } from 'glia/explain';
import { expect, test } from 'vitest';
import { methods as known, type MethodName, methodNames } from '../../src/explain/methods.ts';

const x = Float32Array.from({ length: 120 * 4 }, (_, i) => Math.sin(i * i));
const y = Int32Array.from({ length: 120 }, (_, i) => Number(x[4 * i]! + x[4 * i + 1]! > 0));
const inputs = { data: x, shape: [120, 4] };

async function trained() {
  const net = sequential([dense(8, { activation: 'relu' }), dense(2)], { inputShape: [4], seed: 1 });
  await net.fit(inputs, y, {
    loss: 'categoricalCrossentropy',
    optimizer: 'adam',
    learningRate: 0.02,
    epochs: 60,
  });
  return net;
}

/** Says the same whatever the model is: the rows themselves. */
const echo: Method = async (model, rows, options) => {
  const { values, data } = await saliency(model, rows, options);
  const explanation = await saliency(model, rows, options);
  values.data.set(data.data);
  explanation.values.data.set(data.data);
  return explanation;
};

test('tries every method, and marks the one that does not look at the model', async () => {
  const net = await trained();
  const usual = await audit(net, inputs, y, { rows: 6, background: 5 });
  // Its windows are for who asks to say.
  expect(usual.methods.map(({ name }) => name)).toEqual(methodNames.filter((name) => name !== 'occlusion'));
  for (const method of usual.methods) {
    expect(method.refused, method.name).toBeUndefined();
    const sampled = known[method.name as MethodName].draws && method.name !== 'shap';
    if (method.completenessError !== undefined && method.name !== 'integratedGradients' && !sampled)
      expect(method.completenessError, method.name).toBeLessThan(1e-4);
  }
  expect(usual.calibration!.rows).toBe(120);
  expect(usual.importance.features).toHaveLength(4);
  expect(usual.neurons.layers.length).toBeGreaterThan(0);
  const { methods, warnings } = await audit(net, inputs, y, { methods: { echo, saliency }, rows: 6 });
  expect(methods.map(({ verdict }) => verdict)).toEqual([
    'does not depend on the model',
    'depends on the model',
  ]);
  expect(warnings).toContain('echo does not depend on the model: its attributions are no explanation of it');
});

test('says of a method without a rule why it cannot explain the model, and goes on', async () => {
  const net = sequential([dense(4, { activation: 'tanh' }), dense(2)], { inputShape: [4], seed: 1 });
  await net.fit(inputs, y, { loss: 'categoricalCrossentropy', epochs: 1 });
  const refuses: Method = (model, rows, options) => saliency(model, rows, { ...options, target: 7 });
  const { methods } = await audit(net, inputs, y, { methods: { refuses, saliency }, rows: 4 });
  expect(methods[0]).toEqual({
    name: 'refuses',
    refused: expect.stringContaining('no output 7'),
    warnings: [],
  });
  expect(methods[1]!.refused).toBeUndefined();
});

test('takes a table, the same seed gives the same, and an abort ends it', async () => {
  const rows = Array.from({ length: 40 }, (_, i) => ({
    a: x[i]!,
    b: i % 2 ? 'u' : 'v',
    t: i % 3 ? 'no' : 'yes',
  }));
  const table = Table.fromRows(rows);
  const prepare = columns({
    numeric: { of: ['a'], scale: 'standard' },
    categorical: { of: ['b'], encode: 'onehot' },
    target: { of: 't', encode: 'label' },
  }).fit(table);
  const net = sequential([dense(4, { activation: 'relu' }), dense(2)], { prepare, seed: 1 });
  await net.fit(table, { loss: 'categoricalCrossentropy', epochs: 2 });
  const [one, two] = [await audit(net, table, { rows: 4 }), await audit(net, table, { rows: 4 })];
  const bare = (result: typeof one) =>
    JSON.stringify(result, (key, value) => (key === 'cost' ? undefined : value));
  expect(bare(one)).toBe(bare(two));
  expect(one.importance.features).toEqual(['a', 'b']);
  const stop = new AbortController();
  const work = audit(net, table, {
    rows: 4,
    signal: stop.signal,
    onProgress: () => stop.abort(new Error('enough')),
  });
  await expect(work).rejects.toThrow('enough');
});
