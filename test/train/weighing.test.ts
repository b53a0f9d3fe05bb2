import { describe, expect, test } from 'vitest';
import { columns, splitIndices, Table } from '../../src/data/index.ts';
import { dense, mse, sequential } from '../../src/index.ts';

const x = Array.from({ length: 20 }, (_, i) => [i / 20, 1 - i / 20]);

describe("a loss with reduction 'sum'", () => {
  const y = x.map(([a]) => [3 * a!]);
  // With so small a step the weights stay where they are, so that every number is that of one network.
  const still = {
    loss: mse({ reduction: 'sum' }),
    optimizer: 'sgd',
    learningRate: 1e-30,
    epochs: 1,
  } as const;

  test.each([1, 4, 20])('is logged as the sum over the rows, with batches of %i', async (batchSize) => {
    const net = sequential([dense(1)], { seed: 3, backend: 'typescript' });
    const history = await net.fit(x, y, { ...still, batchSize, validation: [x, y] });
    const { loss } = await net.evaluate(x, y);
    // float32 sums of up to 20 terms, in another order
    expect(history.final.loss).toBeCloseTo(loss, 4);
    expect(history.final['val_loss']).toBeCloseTo(loss, 4);
  });
});

describe('balanced classes', () => {
  test('are counted in the rows that are trained on', async () => {
    const labels = Int32Array.from(x, (_, i) => (i < 5 ? 1 : 0));
    const options = { loss: 'categoricalCrossentropy', epochs: 3, classWeight: 'balanced' } as const;
    const split = sequential([dense(2)], { seed: 9, backend: 'typescript' });
    await split.fit(x, labels, { ...options, validation: 0.25 });
    // The same by hand: the rows that are held out never had a part in it.
    const { train } = splitIndices(x.length, { validation: 0.25, seed: 9 });
    const alone = sequential([dense(2)], { seed: 9, backend: 'typescript' });
    const rows = Array.from(train, (row) => x[row]!);
    await alone.fit(
      rows,
      Int32Array.from(train, (row) => labels[row]!),
      options,
    );
    expect(await split.weights()).toEqual(await alone.weights());
  });
});

describe('a table', () => {
  const table = Table.fromRows(x.map(([a, b], i) => ({ a: a!, b: b!, c: i % 2 === 0 ? 'no' : 'yes' })));
  const prepare = columns({ numeric: { of: ['a', 'b'] }, target: { of: 'c', encode: 'label' } }).fit(table);

  test('with two labels trains a single output', async () => {
    const net = sequential([dense(1, { activation: 'sigmoid' })], { prepare, backend: 'typescript' });
    const history = await net.fit(table, { loss: 'binaryCrossentropy', metrics: ['accuracy'], epochs: 1 });
    expect(history.final['accuracy']).toBeGreaterThanOrEqual(0);
  });

  test('with labels under a loss of numbers says how to encode them', async () => {
    const net = sequential([dense(1)], { prepare, backend: 'typescript' });
    await expect(net.fit(table, { loss: 'mse' })).rejects.toMatchObject({
      code: 'ERR_GLIA_SHAPE',
      facts: { hint: expect.stringContaining("encode: 'none'") },
    });
  });
});
