import { describe, expect, test } from 'vitest';
import { machineLimits } from '../../src/backend/native.ts';
import { addon, noAddon } from './programs.ts';

// How large they are is for a benchmark to say. Here they only have to be numbers that a machine can have.
describe.skipIf(noAddon)('the limits of the machine', () => {
  test.each([1, 2])('are positive on %i threads', (threads) => {
    const limits = machineLimits(addon(), threads, 1);
    expect(limits.threads).toBe(threads);
    const rates = limits.bandwidth.flatMap(({ read, triad }) => [read, triad]);
    for (const value of [limits.flops, limits.barrier, ...rates]) {
      expect(value).toBeGreaterThan(0);
      expect(value).toBeLessThan(Number.POSITIVE_INFINITY);
    }
  });

  test('are measured from a cache to memory', () => {
    const sizes = machineLimits(addon(), 1, 1).bandwidth.map(({ bytes }) => bytes);
    expect(sizes).toEqual(Array.from({ length: 8 }, (_, i) => 2 ** (14 + 2 * i)));
  });

  test('leave memory alone where arithmetic is all that is asked for', () => {
    const { bandwidth, flops } = machineLimits(addon(), 1, 1, true);
    expect(bandwidth).toEqual([]);
    expect(flops).toBeGreaterThan(0);
  });

  test.each([[-1, 1], [1, -1], [2000, 1], [1, Number.NaN], []])('%j is refused', (...args) => {
    const limits = addon().limits as (...args: unknown[]) => unknown;
    expect(() => limits(...args)).toThrow(expect.objectContaining({ code: 'ARGUMENT' }));
  });
});
