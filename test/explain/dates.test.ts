import { beforeAll, describe, expect, test } from 'vitest';
import { DataError, OptionError } from '../../src/base/errors.ts';
import { columns, Table } from '../../src/data/index.ts';
import { Feature } from '../../src/explain/features.ts';
import { ale, counterfactual, explain, partialDependence, surrogateTree } from '../../src/explain/index.ts';
import { dense, type Model, sequential } from '../../src/index.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Two years of dates with a time of day; in summer the answer is yes. */
const table = Table.fromRows(
  Array.from({ length: 240 }, (_, i) => {
    const when = new Date(Date.UTC(2022, 0, 1) + i * 3 * DAY + ((i * 5) % 24) * HOUR);
    const summer = when.getUTCMonth() >= 4 && when.getUTCMonth() <= 8;
    return { when: when.toISOString(), size: (i * 7) % 11, y: summer ? 'yes' : 'no' };
  }),
);
const prepare = columns({ target: { of: 'y' } }).fit(table);
const rows = table.take([3, 60, 200]);

let model: Model;
beforeAll(async () => {
  model = sequential([dense(8, { activation: 'tanh' }), dense(2)], { seed: 1, prepare });
  await model.fit(table, {
    loss: 'categoricalCrossentropy',
    optimizer: 'adam',
    learningRate: 0.05,
    epochs: 30,
  });
});

test('a date is one column of an explanation, with the date as it was given', async () => {
  const why = await explain(model, rows.row(1), {
    method: 'integratedGradients',
    target: 'yes',
    background: table,
  });
  expect(why.attributions.map(({ feature }) => feature).sort()).toEqual(['size', 'when']);
  expect(why.attributions.find(({ feature }) => feature === 'when')!.value).toBe(rows.row(1)['when']);
});

describe('partial dependence of a date', () => {
  test('is asked at dates that the rows have, and finds the summer', async () => {
    const { grid: grids, average } = await partialDependence(model, table, {
      features: ['when'],
      gridSize: 30,
      target: 'yes',
    });
    const grid = grids[0]!.values as readonly string[];
    expect(grid).toHaveLength(30);
    expect(grid).toEqual([...grid].sort());
    expect(grid.every((date) => Number.isFinite(Date.parse(date)))).toBe(true);
    const inSummer = grid.map((date) => [4, 5, 6, 7, 8].includes(new Date(date).getUTCMonth()));
    const mean = (of: boolean) => {
      const values = average![0]!.filter((_, i) => inSummer[i] === of);
      return values.reduce((a, b) => a + b, 0) / values.length;
    };
    expect(mean(true)).toBeGreaterThan(mean(false));
  });

  test("takes dates of one's own, and no others", async () => {
    const ask = (value: string) =>
      partialDependence(model, table, { features: ['when'], grid: { when: [value] } });
    expect((await ask('2023-07-01')).grid[0]!.values).toEqual(['2023-07-01']);
    await expect(ask('July')).rejects.toThrow(OptionError);
    await expect(ask('July')).rejects.toThrow('dates such as 2024-01-31');
  });
});

test('ale refuses a date, whose parts move together', async () => {
  const run = ale(model, table, { feature: 'when' });
  await expect(run).rejects.toThrow(DataError);
  await expect(run).rejects.toThrow('partialDependence takes categories and dates');
});

test('a tree splits a date by its parts', async () => {
  const { root } = await surrogateTree(model, table, { maxDepth: 2 });
  expect(root.feature).toMatch(/^when\.(year|month|weekday|hour|days)$/);
  if (root.feature === 'when.month') expect(root.threshold).toBeGreaterThanOrEqual(1);
});

test('a counterfactual leaves a date as it is', async () => {
  const found = await counterfactual(model, rows.row(1), { target: 'no', seed: 1 });
  expect(found.row['when']).toBe(rows.row(1)['when']);
  expect(found.changed.map(({ feature }) => feature)).not.toContain('when');
  await expect(
    counterfactual(model, rows.row(1), { target: 'no', ranges: { when: [0, 1] } }),
  ).rejects.toThrow('holds dates, which are not changed');
});

test('numbers of a row give the date back that they were made of', () => {
  const input = prepare.toJSON().inputs.find(({ column }) => column === 'when')!;
  const feature = new Feature(
    'when',
    Array.from({ length: 8 }, (_, i) => i),
    input,
  );
  for (const date of [
    '2022-01-01T00:00:00.000Z',
    '2023-06-30T23:00:00.000Z',
    '2024-02-29T13:37:00.000Z',
    '1999-12-31T06:00:00.000Z',
  ]) {
    const x = new Float32Array(8);
    feature.write(date, x);
    // An angle of a float32 is exact to 1e-7 of a day: 9 ms.
    expect(Math.abs(Date.parse(feature.read(x) as string) - Date.parse(date))).toBeLessThanOrEqual(1000);
  }
});

test('what the model does not know of a row is a warning', async () => {
  const plans = Table.fromRows(
    Array.from({ length: 40 }, (_, i) => ({ plan: ['a', 'b'][i % 2], n: i, y: i % 3 })),
  );
  const own = columns({ target: { of: 'y' } }).fit(plans);
  const small = sequential([dense(3)], { seed: 1, prepare: own });
  await small.fit(plans, { loss: 'categoricalCrossentropy', epochs: 1 });
  const row = { plan: 'gold', n: 3 };
  const said = '1 cell of "plan" holds what training never saw ("gold"), which counts as no category';
  expect((await explain(small, row, { method: 'saliency' })).warnings).toContain(said);
  expect((await explain(small, { plan: 'a', n: 3 }, { method: 'saliency' })).warnings).toEqual([]);
  for (const one of [
    await partialDependence(small, [row], { features: ['n'] }),
    await ale(small, [row, { plan: 'a', n: 9 }], { feature: 'n' }),
    await surrogateTree(small, [row, { plan: 'a', n: 9 }]),
    await counterfactual(small, row, { target: '1' }),
  ]) {
    expect(one.warnings, one.method).toContain(said);
  }
});
