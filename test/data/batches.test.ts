import { describe, expect, test } from 'vitest';
import { DataError, OptionError, ShapeError } from '../../src/base/errors.ts';
import { type Batches, type BatchOptions, batches, type Data, epochOrder } from '../../src/data/index.ts';

const numbers = (n: number) => Array.from({ length: n }, (_, i) => i);
const x = numbers(10).map((i) => [i, -i]);
const y = Int32Array.from(numbers(10));

/** The labels of a pass, which are the numbers of its rows. */
const rowsOf = (all: Batches) => [...all].flatMap((batch) => [...(batch.y?.data ?? [])]);

test('without a shuffle the rows come in order, the last batch with the rest', () => {
  const all = batches({ x, y }, { size: 4 });
  const seen = [...all];
  expect(seen.map(({ index, size }) => [index, size])).toEqual([
    [0, 4],
    [1, 4],
    [2, 2],
  ]);
  expect(seen[2]).toEqual({
    x: { data: Float32Array.of(8, -8, 9, -9), shape: [2, 2] },
    y: { data: Int32Array.of(8, 9), shape: [2] },
    index: 2,
    size: 2,
  });
  expect(all).toMatchObject({ rows: 10, count: 3 });
});

test('x and y stay together in a shuffle, and every row comes once', () => {
  const seen = [...batches({ x, y }, { size: 3, shuffle: true, seed: 1 })];
  for (const batch of seen) {
    batch.y.data.forEach((row, i) => {
      expect([...batch.x.data.slice(2 * i, 2 * i + 2)]).toEqual([row, -row]);
    });
  }
  expect(seen.flatMap((batch) => [...batch.y.data]).sort((a, b) => a - b)).toEqual(numbers(10));
});

test('each loop is the next epoch; the order is a function of seed and epoch', () => {
  const all = batches({ x, y }, { size: 4, shuffle: true, seed: 7 });
  const epochs = [rowsOf(all), rowsOf(all), rowsOf(all)];
  expect(epochs).toEqual(numbers(3).map((epoch) => [...epochOrder(10, 7, epoch)]));
  expect(epochs[0]).not.toEqual(epochs[1]);
  expect(rowsOf(batches({ x, y }, { size: 4, shuffle: true, seed: 7 }))).toEqual(epochs[0]);
  expect(rowsOf(batches({ x, y }, { size: 4, shuffle: true, seed: 8 }))).not.toEqual(epochs[0]);
});

test('for await gives the same', async () => {
  const seen: number[] = [];
  for await (const batch of batches({ x, y }, { size: 4, shuffle: true, seed: 7 }))
    seen.push(...batch.y.data);
  expect(seen).toEqual([...epochOrder(10, 7, 0)]);
});

test('dropLast leaves the rest out', () => {
  const all = batches({ x, y }, { size: 4, dropLast: true });
  expect([...all].map(({ size }) => size)).toEqual([4, 4]);
  expect(all.count).toBe(2);
  expect(() => batches({ x }, { size: 11, dropLast: true })).toThrow('10 rows do not fill a batch of 11');
});

test('y may be left out, and inner shapes are kept', () => {
  const [batch] = batches({ x: { data: new Float32Array(24), shape: [2, 3, 4] } });
  expect(batch).toMatchObject({ x: { shape: [2, 3, 4] }, y: undefined, size: 2 });
});

test('the data is copied when it comes, and each batch belongs to its receiver', () => {
  const data = Float32Array.of(1, 2, 3, 4);
  const all = batches({ x: data }, { size: 2 });
  data.fill(9);
  for (const batch of all) batch.x.data.fill(7);
  expect([...all].flatMap((batch) => [...batch.x.data])).toEqual([1, 2, 3, 4]);
});

describe('refuses', () => {
  test('x and y of different length', () => {
    expect(() => batches({ x, y: [1, 2] })).toThrow(ShapeError);
    expect(() => batches({ x, y: [1, 2] })).toThrow('x has 10 rows, y has 2');
  });

  test.each<[unknown, unknown, new (...args: never[]) => Error]>([
    [{ x }, { size: 0 }, OptionError],
    [{ x }, { size: 2.5 }, OptionError],
    [{ x }, { seed: -1 }, OptionError],
    [{ x }, { suffle: true }, OptionError],
    [{ x, z: 1 }, {}, OptionError],
    [null, {}, OptionError],
    [{}, {}, DataError],
    [{ x: [] }, {}, ShapeError],
    [{ x: { data: [1], shape: [] } }, {}, ShapeError],
  ])('%j with %j', (data, options, type) => {
    expect(() => batches(data as { x: Data }, options as BatchOptions)).toThrow(type);
  });
});
