import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { MachineLimits } from '../../src/backend/native.ts';

interface Modules {
  Roof: new (
    measured: ((threads: number) => MachineLimits) | undefined,
    threads: number,
  ) => {
    measure: (milliseconds: number) => void;
    share: (
      seconds: number,
      work: { flops: number; bytes?: number; threads: number },
    ) => { share: number | null; by: string | null };
  };
  flopsOf: (network: { widths: number[]; batch: number }) => { infer: number; train: number };
  tablesOf: (lines: object[]) => string;
}

const built = existsSync(new URL('../../dist/index.js', import.meta.url));
const load = (file: string) => import(new URL(`../../bench/${file}`, import.meta.url).href);
const { Roof, flopsOf, tablesOf } = (
  built ? { ...(await load('roof.mjs')), ...(await load('networks.mjs')), ...(await load('table.mjs')) } : {}
) as Modules;

/** A machine of 10 operations and, in its cache, 8 bytes a second on each thread; memory is shared. */
const machine = (threads: number, disturbed = 1): MachineLimits => ({
  threads,
  flops: (10 * threads) / disturbed,
  barrier: disturbed,
  bandwidth: [
    { bytes: 16, read: (8 * threads) / disturbed, triad: 1 },
    { bytes: 4096, read: 2, triad: 1 },
  ],
});

describe.skipIf(!built)('the share of the limit', () => {
  const roof = built ? new Roof(machine, 4) : (undefined as never);
  if (built) roof.measure(1);

  it.each([
    ['operations', 4, { flops: 20, threads: 1 }, { share: 0.5, by: 'fma' }],
    ['operations on all threads', 1, { flops: 20, threads: 4 }, { share: 0.5, by: 'fma' }],
    ['bytes in a cache', 4, { flops: 1, bytes: 16, threads: 1 }, { share: 0.5, by: 'bandwidth' }],
    ['bytes in all caches', 4, { flops: 1, bytes: 64, threads: 4 }, { share: 0.5, by: 'bandwidth' }],
    ['bytes in memory', 4096, { flops: 1, bytes: 4096, threads: 1 }, { share: 0.5, by: 'bandwidth' }],
  ])('is that of %s', (_, seconds, work, wanted) => {
    expect(roof.share(seconds, work)).toEqual(wanted);
  });

  it('is held to the best that was measured', () => {
    const times = [3, 1, 2];
    const shared = new Roof((threads) => machine(threads, times.shift()), 1);
    for (let i = 0; i < 3; i++) shared.measure(1);
    expect(shared.share(2, { flops: 10, threads: 1 })).toEqual({ share: 0.5, by: 'fma' });
    expect(shared.share(4, { flops: 1, bytes: 16, threads: 1 })).toEqual({ share: 0.5, by: 'bandwidth' });
  });

  it('is not known where TypeScript computes', () => {
    const none = new Roof(undefined, 1);
    none.measure(1);
    expect(none.share(1, { flops: 1, threads: 1 })).toEqual({ share: null, by: null });
  });
});

describe.skipIf(!built)('the operations of a network', () => {
  it('are two for each weight and row forward, and as many for each gradient', () => {
    expect(flopsOf({ widths: [3, 5], batch: 7 })).toEqual({ infer: 2 * 7 * 15, train: 2 * 2 * 7 * 15 });
    expect(flopsOf({ widths: [3, 5, 2], batch: 1 })).toEqual({
      infer: 2 * (15 + 10),
      train: 2 * (2 * 15 + 3 * 10),
    });
  });
});

describe.skipIf(!built)('tables', () => {
  it('show each kind of line in one of its own', () => {
    const lines = [
      { what: 'growing', workload: 'W2', steps: [1000, 10_000], resident: [76.74, 77.81] },
      { what: 'skipped', section: 'memory', workload: 'W3L', why: 'slow' },
    ];
    expect(tablesOf(lines)).toBe(
      [
        '| workload | after steps    | memory, MB  |',
        '| -------- | -------------- | ----------- |',
        '| W2       | 1,000 / 10,000 | 76.7 / 77.8 |',
        '',
        '| left out   | why  |',
        '| ---------- | ---- |',
        '| memory W3L | slow |',
      ].join('\n'),
    );
  });
});
