import { Table } from 'glia/data';
import { leakage } from 'glia/explain';
import { expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';

const random = Random.of(0, 'rows');
const normal = (rows: number, width: number): number[][] =>
  Array.from({ length: rows }, () => Array.from({ length: width }, () => random.normal()));

test('rows in both splits are found, exactly and nearly', async () => {
  const train = normal(200, 4);
  const away = normal(50, 4);
  away[7] = [...train[31]!];
  away[20] = train[150]!.map((value) => value + 0.001);
  const { duplicates, near, rows, warnings } = await leakage({ x: train }, { x: away });
  expect(rows).toEqual({ train: 200, test: 50 });
  expect(duplicates).toEqual([{ test: 7, train: 31, distance: 0 }]);
  expect(near.map(({ test: i, train: j }) => [i, j])).toEqual([[20, 150]]);
  expect(near[0]!.distance).toBeGreaterThan(0);
  expect(near[0]!.distance).toBeLessThan(0.001);
  expect(warnings).toEqual([
    '1 of 50 test rows are training rows, too',
    '1 of 50 test rows are nearly training rows',
  ]);
  expect((await leakage({ x: train }, { x: away }, { tolerance: 0 })).near).toEqual([]);
});

test('what is near is what plain loops find', async () => {
  const [train, other] = [normal(150, 2), normal(150, 2)];
  const tolerance = 0.02;
  const range = [0, 1].map((j) => {
    const column = train.map((row) => Math.fround(row[j]!));
    return Math.max(...column) - Math.min(...column);
  });
  const distance = (a: number[], b: number[]): number =>
    Math.max(...a.map((value, j) => Math.abs(Math.fround(value) - Math.fround(b[j]!)) / range[j]!));
  const wanted = other.flatMap((row, i) => {
    const distances = train.map((one) => distance(row, one));
    const best = Math.min(...distances);
    return best <= tolerance ? [[i, distances.indexOf(best)]] : [];
  });
  const { near } = await leakage({ x: train }, { x: other }, { tolerance });
  expect(wanted.length).toBeGreaterThan(5);
  expect(near.map(({ test: i, train: j }) => [i, j])).toEqual(wanted);
});

test('rows that only share a hash are no duplicates', async () => {
  // So many pairs that some of them do.
  const column = (offset: number) =>
    Array.from({ length: 150_000 }, (_, i) => [Math.sin(i), Math.sin(2 * i), offset]);
  const { duplicates } = await leakage({ x: column(0) }, { x: column(10) }, { tolerance: 0 });
  expect(duplicates).toEqual([]);
});

test('tables: words, missing cells and targets of duplicates', async () => {
  const row = (age: number | null, plan: string | null, churned: string) => ({ age, plan, churned });
  const train = Table.fromRows([
    row(41, 'basic', 'no'),
    row(null, 'pro', 'yes'),
    row(30, null, 'no'),
    row(41, 'basic', 'yes'),
  ]);
  const other = Table.fromRows([
    row(null, 'pro', 'yes'),
    row(30, null, 'yes'),
    row(41, 'pro', 'no'),
    row(41.005, 'basic', 'no'),
  ]);
  const { duplicates, near, columns } = await leakage(train, other, { target: 'churned' });
  expect(duplicates).toEqual([
    { test: 0, train: 1, sameTarget: true, distance: 0 },
    { test: 1, train: 2, sameTarget: false, distance: 0 },
  ]);
  expect(near.map(({ test: i, train: j }) => [i, j])).toEqual([[3, 0]]);
  expect(columns.map(({ column }) => column)).not.toContain('churned');
});

test('columns that tell the target alone are found, whatever they look like', async () => {
  const make = (rows: number) =>
    Table.fromRows(
      Array.from({ length: rows }, (_, i) => {
        const sick = random.integer(2);
        return {
          noise: random.normal(),
          marker: sick + 0.8 * random.normal(),
          /** Higher for every healthy row. */
          dose: 5 - 3 * sick + random.uniform(),
          ward: ['C', 'A'][sick]!,
          doctor: `d${random.integer(9)}`,
          id: `id${i}`,
          /** Only asked of the sick. */
          since: sick ? random.normal() : null,
          diagnosis: ['well', 'ill'][sick]!,
        };
      }),
    );
  const { columns, predictors } = await leakage(make(300), make(100), { target: 'diagnosis' });
  expect(new Set(predictors.map(({ column }) => column))).toEqual(new Set(['dose', 'ward', 'since']));
  expect(predictors.find(({ column }) => column === 'ward')).toEqual({
    column: 'ward',
    measure: 'accuracy',
    score: 1,
  });
  expect(predictors.find(({ column }) => column === 'dose')).toEqual({
    column: 'dose',
    measure: 'auc',
    score: 1,
  });
  const marker = columns.find(({ column }) => column === 'marker')!;
  expect(marker.score).toBeGreaterThan(0.7);
  expect(marker.score).toBeLessThan(0.95);
});

test('the AUC of a column is that of the pairs it orders rightly', async () => {
  const x = normal(60, 1);
  const y = Int32Array.from(x, ([value]) => Number(value! + random.normal() > 0));
  const values = x.map(([value]) => Math.fround(value!));
  let [right, pairs] = [0, 0];
  for (let i = 0; i < 60; i++) {
    for (let j = 0; j < 60; j++) {
      if (y[i] !== 1 || y[j] !== 0) continue;
      pairs++;
      right += Number(values[i]! > values[j]!) + Number(values[i] === values[j]) / 2;
    }
  }
  const { columns } = await leakage([x, y], [x, y]);
  expect(columns[0]!.measure).toBe('auc');
  expect(columns[0]!.score).toBeCloseTo(right / pairs, 12);
});

test('a label in odd order, one-hot targets, and values', async () => {
  const labels = Array.from({ length: 120 }, () => random.integer(4));
  // No class but the outer ones is at an end: only the table of cells tells all.
  const coded = labels.map((label) => [[2, 0, 3, 1][label]!, random.normal()]);
  const onehot = labels.map((label) => [0, 1, 2, 3].map((k) => Number(k === label)));
  const { predictors } = await leakage(
    { x: coded, y: onehot },
    { x: coded, y: onehot },
    { featureNames: ['code', 'noise'] },
  );
  expect(predictors.map(({ column, score }) => [column, score])).toEqual([['code', 1]]);
  const values = normal(100, 2);
  const y = values.map(([first]) => [Math.exp(-first!)]);
  const power = await leakage([values, y], [values, y]);
  expect(power.predictors.map(({ column, measure }) => [column, measure])).toEqual([['x0', 'correlation']]);
  expect(power.predictors[0]!.score).toBeCloseTo(1, 12);
});

test('a frequent class is no power, and a rare one no luck', async () => {
  const x = normal(400, 3);
  x[17]![1] = 100;
  const rare = Int32Array.from({ length: 400 }, (_, i) => Number(i === 17));
  const few = x.map(([a, b, c]) => [Math.round(a!), b!, c!]);
  expect((await leakage([few, rare], [few, rare])).predictors).toEqual([]);
});

test('constant columns are named', async () => {
  const x = normal(20, 3).map(([a]) => [a!, 4, 0]);
  const { constant, warnings } = await leakage({ x }, { x: normal(5, 3) });
  expect(constant).toEqual(['x1', 'x2']);
  expect(warnings).toEqual(['the same in all training rows: x1, x2']);
});

test('the work can be ended, and says how far it is', async () => {
  const x = normal(2000, 2);
  const shares: number[] = [];
  await leakage({ x }, { x: normal(600, 2) }, { onProgress: (share) => shares.push(share) });
  expect(shares).toEqual([0, 256 / 600, 512 / 600, 1]);
  const stop = new AbortController();
  const onProgress = () => stop.abort(new Error('enough'));
  await expect(leakage({ x }, { x: normal(600, 2) }, { signal: stop.signal, onProgress })).rejects.toThrow(
    'enough',
  );
});

test('splits that do not fit each other are refused', async () => {
  const table = Table.fromRows([{ a: 1, b: 'x' }]);
  await expect(leakage(table, { x: [[1]] })).rejects.toThrow('both be tables');
  await expect(leakage(table, table, { target: 'c' })).rejects.toThrow('there is no column "c"');
  await expect(leakage(table, Table.fromRows([{ a: 1 }]))).rejects.toThrow('column "b" is text in train');
  await expect(leakage({ x: [[1, 2]] }, { x: [[1]] })).rejects.toThrow('differ in length');
  await expect(leakage(7 as never, { x: [[1]] })).rejects.toThrow('train must be a table');
  await expect(leakage([[[1]], [1, 2]], { x: [[1]] })).rejects.toThrow('x has 1 rows, y has 2');
});
