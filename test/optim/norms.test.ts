import { describe, expect, test } from 'vitest';
import { fed } from '../../src/ir/tensor.ts';
import { norm } from '../../src/ops/index.ts';
import { clipByGlobalNorm, clipGradients, globalNorm } from '../../src/optim/index.ts';
import { evaluate, judges } from '../support/evaluate.ts';

const grads = [fed('a', [2, 2]), fed('b', [3]), fed('c', [])];
const shape = { a: [3, -1, 0.5, 2], b: [-4, 0, 1], c: [2] };
type Leaves = Record<keyof typeof shape, number[]>;

/** The same gradients in units of that size. */
const times = (unit: number): Leaves => ({
  a: shape.a.map((g) => g * unit),
  b: shape.b.map((g) => g * unit),
  c: shape.c.map((g) => g * unit),
});
/** In float64, whose squares hold every float32. */
const lengthOf = (...parts: readonly number[][]) =>
  Math.sqrt(parts.flat().reduce((sum, g) => sum + g * g, 0));
const all = ({ a, b, c }: Leaves) => [a, b, c];
/** Ten roundings of float32, relative to what is wanted. */
const near = (got: number, wanted: number) =>
  expect(Math.abs(got - wanted)).toBeLessThanOrEqual(10 * 2 ** -24 * Math.abs(wanted));

describe.each(judges)('norms of gradients, %s', (judge) => {
  // From the smallest normal float32 to nearly the largest, of which the norm is one still.
  test.each([1.2e-38 / 0.5, 1e-30, 1e-20, 1e-10, 1, 1e10, 1e18, 1e20, 1e30, 5e37])(
    'in units of %d',
    (unit) => {
      const leaves = times(unit);
      const [total, own] = evaluate([globalNorm(grads), norm(grads[1]!)], leaves, judge);
      near(total![0]!, lengthOf(...all(leaves)));
      near(own![0]!, lengthOf(leaves.b));
      // What is much larger or smaller beside them changes nothing.
      const mixed = { ...leaves, c: [unit * 1e-30] };
      near(evaluate([globalNorm(grads)], mixed, judge)[0]![0]!, lengthOf(...all(mixed)));
    },
  );

  test.each([1e10, 1e20, 1e30, 5e37, 8e37])('clip what is %d to a norm of 1, in its direction', (unit) => {
    const leaves = times(unit);
    // Beyond float32 for the last, while each gradient is within.
    const length = lengthOf(...all(leaves));
    for (const clipped of [clipByGlobalNorm(grads, 1), clipGradients(grads, { clipNorm: 1 })]) {
      evaluate(clipped, leaves, judge).forEach((part, i) => {
        for (const [j, g] of part.entries()) near(g, all(leaves)[i]![j]! / length);
      });
    }
  });

  test.each([1e-30, 1e-20, 1e-10])('leave what is %d as it is', (unit) => {
    const leaves = times(unit);
    evaluate(clipByGlobalNorm(grads, 1), leaves, judge).forEach((part, i) => {
      for (const [j, g] of part.entries()) near(g, all(leaves)[i]![j]!);
    });
  });

  test('of nothing but zeros are 0', () => {
    const [total, a] = evaluate([globalNorm(grads), clipByGlobalNorm(grads, 1)[0]!], times(0), judge);
    expect([...total!, ...a!.map((g) => g + 0)]).toEqual([0, 0, 0, 0, 0]);
  });

  test.each([Infinity, -Infinity, Number.NaN])('do not hide a gradient of %d', (bad) => {
    const leaves = { ...times(1), c: [bad] };
    const [total, ...clipped] = evaluate([globalNorm(grads), ...clipByGlobalNorm(grads, 1)], leaves, judge);
    expect(total![0]).toBe(Math.abs(bad));
    expect(clipped[2]![0]).toBeNaN();
  });
});
