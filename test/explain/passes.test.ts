import { dense, sequential } from 'glia';
import { expect, test } from 'vitest';
import { Passes } from '../../src/explain/passes.ts';
import { fed } from '../../src/ir/tensor.ts';
import { add, mul, reshape } from '../../src/ops/index.ts';
import { describeBackends } from '../train/backends.ts';

describeBackends('passes', (backend) => {
  const x = Float32Array.from({ length: 2 * 1000 }, (_, i) => i);
  const trace = (rows: number) => ({
    y: add(mul(fed('x', [rows, 2]), 2), reshape(fed('c', [2]), [1, 2])),
  });
  const c = Float32Array.of(1, -1);

  test.each([
    ['step by step', undefined],
    ['several steps in a call', { c }],
  ])('give every row what belongs to it, %s', async (key, each) => {
    const { session } = sequential([dense(1)], { inputShape: [2], backend });
    const passes = new Passes(session, {});
    const y = new Float32Array(x.length).fill(Number.NaN);
    const calls: [from: number, count: number][] = [];
    await passes.run({
      key,
      rows: 1000,
      width: 2,
      most: 3,
      trace,
      ...(each && { each }),
      feed: (from, count) => ({ x: x.subarray(2 * from, 2 * (from + count)), ...(!each && { c }) }),
      take: (fetched, from, count) => {
        calls.push([from, count]);
        y.set(fetched['y']!, 2 * from);
      },
      cost: { forward: 2, backward: 1 },
    });
    expect(Array.from(y)).toEqual(Array.from(x, (value, i) => 2 * value + c[i % 2]!));
    expect(passes.cost).toMatchObject({ forward: 2000, backward: 1000 });
    expect(calls.reduce((sum, [, count]) => sum + count, 0)).toBe(1000);
    // 1000 rows are 333 steps of three and one of a single row.
    if (!each) expect(calls.length).toBe(334);
    expect(calls.at(-1)).toEqual([999, 1]);
  });
});
