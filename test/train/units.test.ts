import { dense, type metrics as library, type Model, sequential } from 'glia';
import { earlyStopping } from 'glia/callbacks';
import { columns, Table } from 'glia/data';
import { expect, test } from 'vitest';
import { importanceBy } from '../../src/explain/permutation-importance.ts';
import type { Callback } from '../../src/train/callback.ts';
import { describeBackends } from './backends.ts';

// y has mean 1000 and standard deviation √50000 = 223.6…, and rises with x along a straight line.
const table = Table.fromRows([1, 2, 3, 4].map((x) => ({ x, y: 500 + 200 * x })));
const DEVIATION = Math.sqrt(50_000);
const prepare = columns({
  numeric: { of: ['x'], scale: 'standard' },
  target: { of: 'y', encode: 'none', scale: 'standard' },
}).fit(table);

// float32 in the scale of the network: 1e-7 of a deviation of 224, and a few roundings of that.
const ROUNDING = 1e-3;

// With so small a step the weights stay where they are.
const still = { loss: 'mse', optimizer: 'sgd', learningRate: 1e-30, epochs: 2 } as const;

/** The line itself, half a deviation too high: each prediction is off by the same. */
async function tooHigh(backend: Model['session']['backend']['name']): Promise<Model> {
  const net = sequential([dense(1)], { prepare, backend });
  await net.setWeights({
    'dense1.weight': { shape: [1, 1], data: Float32Array.of(1) },
    'dense1.bias': { shape: [1], data: Float32Array.of(0.5) },
  });
  return net;
}

const metrics = ['mae', 'rmse', 'mse', 'r2', 'explainedVariance'] as const;
// |error| is half a deviation everywhere; R² is 1 - 12500 / 50000.
const wanted = { mae: DEVIATION / 2, rmse: DEVIATION / 2, mse: 12_500, r2: 0.75, explainedVariance: 1 };

function expectUnits(logs: Readonly<Record<string, number>>, prefix = ''): void {
  for (const name of metrics) {
    // Squares have twice the relative error.
    const tolerance = name === 'mse' ? 2 * ROUNDING * DEVIATION : ROUNDING;
    expect(Math.abs(logs[prefix + name]! - wanted[name]), prefix + name).toBeLessThan(tolerance);
  }
}

describeBackends('a regression whose target is scaled', (backend) => {
  test('is evaluated in the units of the target, on a table and on what it is prepared to', async () => {
    const net = await tooHigh(backend);
    const logs = await net.evaluate(table, { loss: 'mse', metrics });
    expectUnits(logs);
    // The loss is what is trained: half a standard deviation, squared.
    expect(logs.loss).toBeCloseTo(0.25, 6);
    const { x, y } = prepare.transform(table);
    const prepared = await net.evaluate(x, y!, { loss: 'mse', metrics });
    expectUnits(prepared);
    expect(prepared.loss).toBe(logs.loss);
    expect(Object.keys(await net.evaluate(table, { loss: 'mse' }))).toEqual(['loss', 'rmse', 'r2']);
  });

  test('is logged in them by fit, for training and validation rows, in history and to callbacks', async () => {
    const net = await tooHigh(backend);
    const seen: number[] = [];
    const listener: Callback = { name: 'listener', onEpoch: ({ logs }) => void seen.push(logs['val_mae']!) };
    const stop = earlyStopping({ monitor: 'val_mae', minDelta: 100, patience: 1 });
    const options = { ...still, metrics, validation: table, callbacks: [listener, stop] };
    const history = await net.fit(table, options);
    expectUnits(history.final);
    expectUnits(history.final, 'val_');
    expect(seen.map((mae) => Math.round(mae))).toEqual([112, 112]);
    expect(history.final.loss).toBeCloseTo(0.25, 6);
    const { x, y } = prepare.transform(table);
    const arrays = await net.fit(x, y!, { ...still, metrics, validation: [x, y!] });
    expectUnits(arrays.final, 'val_');
  });

  test('shows a metric of one`s own numbers in them', async () => {
    const seen: unknown[] = [];
    const own: library.Metric = {
      name: 'own',
      of: ({ data }, targets, { task }) => {
        seen.push(task, Array.from(data, Math.round), Array.from(targets.data, Math.round));
        return 0;
      },
    };
    await (await tooHigh(backend)).evaluate(table, { loss: 'mse', metrics: [own] });
    expect(seen).toEqual(['values', [812, 1012, 1212, 1412], [700, 900, 1100, 1300]]);
  });

  test('loses units of the target where a column is shuffled', async () => {
    const net = await tooHigh(backend);
    const [pairs, options] = [() => [1, 0, 3, 2], { loss: 'mse', metric: 'mae', nRepeats: 1 } as const];
    const { base, raw, unit } = await importanceBy(pairs, net, table, undefined, options);
    expect(unit).toBe('y');
    expect(base).toBeCloseTo(DEVIATION / 2, 3);
    // Neighbours are 200 apart, so that errors are 200 ± half a deviation: 200 on average.
    expect(raw[0]![0]).toBeCloseTo(200 - DEVIATION / 2, 3);
  });

  test('keeps small differences of large values, which float32 does not hold', async () => {
    const far = Table.fromRows([1, 2, 3, 4].map((x) => ({ x, y: 1e9 + x })));
    const shifted = columns({
      numeric: { of: ['x'] },
      target: { of: 'y', encode: 'none', scale: 'standard' },
    }).fit(far);
    const net = sequential([dense(1, { init: 'zeros' })], { prepare: shifted, backend });
    const { mae, r2 } = await net.evaluate(far, { loss: 'mse', metrics: ['mae', 'r2'] });
    // The mean of 1.5, 0.5, 0.5 and 1.5.
    expect(mae).toBeCloseTo(1, 6);
    expect(r2).toBeCloseTo(0, 6);
  });

  test('is refused names for outputs that its target is not', async () => {
    const net = sequential([dense(2)], { prepare, backend });
    await expect(net.predict({ x: 1 })).rejects.toThrow(/2 outputs for one value of "y"/);
    const none = columns({ numeric: { of: ['x'] } }).fit(table);
    const bare = sequential([dense(1)], { prepare: none, backend });
    await expect(bare.predict({ x: 1 })).rejects.toThrow(/no target[\s\S]*transformRow/);
  });

  test('predicts in them, and has no probabilities', async () => {
    const net = await tooHigh(backend);
    expect(await net.predict(table)).toEqual(
      [700, 900, 1100, 1300].map((y) => ({ value: expect.closeTo(y + DEVIATION / 2, 3) })),
    );
    await expect(net.predictProbabilities([[0]])).rejects.toThrow(/values of y, not probabilities/);
  });
});
