import { expect, test } from 'vitest';
import { columns, Table } from '../../src/data/index.ts';
import { dense, sequential } from '../../src/index.ts';
import { budgetFor } from '../../src/report/budget.ts';
import { sample } from '../../src/report/sample.ts';

const table = Table.fromRows(
  Array.from({ length: 40 }, (_, i) => ({ a: i, b: i % 7, kind: i % 2 ? 'x' : 'y' })),
);

async function budget(hidden: number, players: number, backend: 'native' | 'typescript' = 'typescript') {
  const prepare = columns({ target: { of: 'kind' } }).fit(table);
  const model = sequential([dense(hidden), dense(hidden), dense(2)], { prepare, backend });
  await model.predict(table);
  return { ...budgetFor(model, players), flops: model.summary().flops };
}

test('a small model gets all that is usual', async () => {
  expect(await budget(4, 2)).toMatchObject({
    explained: 50,
    background: 50,
    method: 'shap',
    shuffled: { rows: 1000, repeats: 5 },
  });
});

test('a larger one gets less, and it stays within what was meant', async () => {
  const { explained, background, shuffled, method, flops } = await budget(32, 12);
  expect(method).toBe('shap');
  expect(explained * background * Math.min(2 ** 12, 2 * 12 + 2050) * flops).toBeLessThan(4 * 1e9);
  expect(explained).toBeLessThan(50);
  expect(shuffled.rows * shuffled.repeats * 12 * flops).toBeLessThanOrEqual(1e9);
});

test('one that is too large for Shapley values gets gradients', async () => {
  expect(await budget(256, 200)).toMatchObject({ method: 'gradientShap', explained: 10, background: 10 });
});

test('a sample is that of its seed, in the order of the table', () => {
  const some = sample(table, 10, 3, 'test');
  const numbers = [...(some.column('a').values as Float64Array)];
  expect(numbers).toHaveLength(10);
  expect(numbers).toEqual([...numbers].sort((x, y) => x - y));
  expect(sample(table, 10, 3, 'test').toRows()).toEqual(some.toRows());
  expect(sample(table, 10, 4, 'test').toRows()).not.toEqual(some.toRows());
  expect(sample(table, 40, 3, 'test')).toBe(table);
});
