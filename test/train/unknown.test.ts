import { describe, expect, test } from 'vitest';
import { columns, Table } from '../../src/data/index.ts';
import { dense, type Model, sequential } from '../../src/index.ts';
import { backends } from './backends.ts';

const table = Table.fromRows(
  Array.from({ length: 30 }, (_, i) => ({ plan: ['a', 'b'][i % 2], n: i, y: ['no', 'yes'][i % 2] })),
);
const prepare = columns({ target: { of: 'y' } }).fit(table);
const other = Table.fromRows([
  { plan: 'gold', n: 1, y: 'yes' },
  { plan: 'a', n: 2, y: 'no' },
  { plan: 'silver', n: 3, y: 'no' },
]);
const options = { loss: 'categoricalCrossentropy', epochs: 1 } as const;

describe.each(backends)('categories that training never saw, %s', (backend) => {
  const made = (): Model => sequential([dense(2)], { seed: 1, prepare, backend });

  test('are told of each row that is predicted', async () => {
    const model = made();
    await model.fit(table, options);
    const unknown = (await model.predict(other)).map((row) => row.unknown);
    expect(unknown).toEqual([{ plan: 'gold' }, undefined, { plan: 'silver' }]);
    const [one] = await model.predict([{ plan: 'gold', n: 1 }]);
    expect(one!.unknown).toEqual({ plan: 'gold' });
    expect(Object.keys((await model.predict([{ plan: 'a', n: 1 }]))[0]!)).not.toContain('unknown');
  });

  test('are told by the history of a run, of the training and of the validation', async () => {
    const said =
      '2 cells of "plan" hold what training never saw ("gold", "silver"), which counts as no category';
    expect((await made().fit(table, options)).warnings).toEqual([]);
    expect((await made().fit(table, { ...options, validation: other })).warnings).toEqual([
      `validation: ${said}`,
    ]);
    expect((await made().fit(other, options)).warnings).toEqual([`training: ${said}`]);
    expect((await made().fit(other, { ...options, validation: 0.3 })).warnings).toEqual([
      `training: ${said}`,
    ]);
  });

  test('are refused where that was asked for, and the model is as it was', async () => {
    const strict = columns({ categorical: { unknown: 'error' }, numeric: {}, target: { of: 'y' } }).fit(
      table,
    );
    const model = sequential([dense(2)], { seed: 1, prepare: strict, backend });
    await model.fit(table, options);
    const before = await model.weights();
    await expect(model.fit(other, options)).rejects.toThrow('row 0 of "plan" is "gold"');
    await expect(model.predict(other)).rejects.toThrow('row 0 of "plan" is "gold"');
    expect(await model.weights()).toEqual(before);
  });
});
