import { dense, dropout, sequential } from 'glia';
import { type Callback, progress } from 'glia/callbacks';
import { columns, Table } from 'glia/data';
import { attributionLog, type Method, saliency } from 'glia/explain';
import { expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { describeBackends } from '../train/backends.ts';

const random = Random.of(0, 'rows');
const x = Array.from({ length: 200 }, () => [random.normal(), random.normal(), random.normal()]);
const y = x.map(([, b]) => [2 * b!]);

describeBackends('a log of attributions', (backend) => {
  const make = () =>
    sequential([dense(8, { activation: 'relu' }), dropout(0.2), dense(1)], { seed: 6, backend });
  const options = { loss: 'mse', epochs: 7, learningRate: 0.02 } as const;

  test('shows when an input begins to count', async () => {
    const log = attributionLog({ rows: x.slice(0, 50), every: 10 });
    await make().fit(x, y, { ...options, epochs: 35, callbacks: [log] });
    expect(log.columns).toEqual(['x0', 'x1', 'x2']);
    expect(log.epochs.map(({ epoch }) => epoch)).toEqual([0, 10, 20, 30, 35]);
    const shares = log.epochs.map(({ importance: [a, b, c] }) => b! / (a! + b! + c!));
    expect(shares[0]!).toBeLessThan(0.6);
    expect(shares.at(-1)!).toBeGreaterThan(0.85);
  });

  test('records what the method says of the model at that time', async () => {
    const net = make();
    const log = attributionLog({ rows: x.slice(0, 50), method: saliency });
    await net.fit(x, y, { ...options, epochs: 2, callbacks: [log] });
    const { values } = await saliency(net, x.slice(0, 50));
    [0, 1, 2].forEach((j) => {
      const sizes = [...values.data].filter((_, i) => i % 3 === j).map(Math.abs);
      expect(log.epochs[2]!.importance[j]).toBeCloseTo(sizes.reduce((a, b) => a + b, 0) / 50, 12);
    });
  });

  test('does not disturb the training: the weights have the same bits', async () => {
    const [alone, watched] = [make(), make()];
    const rows = x.slice(0, 50);
    const a = await alone.fit(x, y, options);
    const b = await watched.fit(x, y, { ...options, callbacks: [attributionLog({ rows })] });
    expect(await watched.weights()).toEqual(await alone.weights());
    expect(b.epochs).toEqual(a.epochs);
  });

  test('is that of the last run, and of the rows as they were when it began', async () => {
    const rows = x.slice(0, 4).map((row) => [...row]);
    const log = attributionLog({ rows });
    const spoil: Callback = { name: 'spoil', onBegin: () => void rows.map((row) => row.fill(1e9)) };
    await make().fit(x, y, { ...options, epochs: 1, callbacks: [log, spoil] });
    expect(Math.max(...log.epochs[1]!.importance)).toBeLessThan(1e3);
    const wide = log.epochs.length;
    rows.forEach((row, i) => {
      row.splice(0, 3, ...x[i]!);
    });
    await make().fit(x, y, { ...options, epochs: 1, callbacks: [log] });
    expect([log.epochs.length, wide]).toEqual([2, 2]);
  });

  test('adds up the numbers of an original column', async () => {
    const table = Table.fromRows(
      x.map(([a, b], i) => ({ a: a!, plan: ['basic', 'pro', 'max'][i % 3]!, b: b! })),
    );
    const prepare = columns({
      numeric: { of: ['a'] },
      categorical: { of: ['plan'] },
      target: { of: 'b', encode: 'none' },
    }).fit(table);
    const net = sequential([dense(1)], { prepare, seed: 1, backend });
    const log = attributionLog({ rows: table.head(30) });
    await net.fit(table, {
      ...options,
      epochs: 1,
      callbacks: [log, progress({ stream: { write: () => true } })],
    });
    expect(log.columns).toEqual(['a', 'plan']);
    expect(log.epochs.map(({ importance }) => importance.length)).toEqual([2, 2]);
    const { 'dense1.weight': w } = await net.weights();
    // Input times gradient of a linear model: of three one-hot numbers only that of the row's plan is not 0.
    const sizes = [0, 1, 2].map((k) => Math.abs(w!.data[1 + k]!));
    expect(prepare.features.slice(1)).toEqual(['plan=basic', 'plan=max', 'plan=pro']);
    expect(log.epochs[1]!.importance[1]).toBeCloseTo((sizes[0]! + sizes[1]! + sizes[2]!) / 3, 5);
  });

  test('refuses rows before the first step, and what is no method', async () => {
    const net = make();
    const before = attributionLog({ rows: [[1, 2]] });
    await expect(net.fit(x, y, { ...options, callbacks: [before] })).rejects.toThrow(
      'does not have the width',
    );
    expect(() => attributionLog({} as never)).toThrow('rows are missing');
    expect(() => attributionLog({ rows: x, method: 'shap' as never as Method })).toThrow(
      'must be a function',
    );
    expect(() => attributionLog({ rows: x, target: 'all' })).toThrow("got 'all'");
  });
});
