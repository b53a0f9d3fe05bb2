import { describe, expect, test } from 'vitest';
import { simplify } from '../../src/compile/simplify.ts';
import { toposort } from '../../src/compile/toposort.ts';
import { apply, defineOp } from '../../src/ir/op.ts';
import { withScope } from '../../src/ir/scope.ts';
import { constant, fed, inputsOf, stored, type Tensor } from '../../src/ir/tensor.ts';
import { add, div, exp, expand, mul, reshape, sub, sum, transpose } from '../../src/ops/index.ts';
import { evaluateNaively, nameOf } from '../support/naive.ts';
import { randomGraph } from '../support/random-graph.ts';
import { numbersFor } from '../support/run-graph.ts';

const x = stored('x', [2, 3]);
const simple = (y: Tensor): Tensor => simplify([y])[0]!;
/** Names of the ops that are left. */
const opsOf = (...outputs: Tensor[]): string[] =>
  toposort(outputs).flatMap(({ origin }) => (origin.kind === 'op' ? [origin.op.name] : []));

describe('what changes nothing goes', () => {
  test.each([
    ['x + 0', () => add(x, 0)],
    ['0 + x', () => add(0, x)],
    ['x - 0', () => sub(x, 0)],
    ['x · 1', () => mul(x, 1)],
    ['1 · x', () => mul(1, x)],
    ['x / 1', () => div(x, 1)],
    ['a reshape to its own shape', () => reshape(x, [2, 3])],
    ['a reshape and back', () => reshape(reshape(x, [6]), [2, 3])],
    ['axes in their own order', () => transpose(x, [0, 1])],
    ['all of these', () => mul(reshape(add(transpose(x, [0, 1]), 0), [2, 3]), 1)],
  ])('%s is x', (_, build) => expect(simple(build())).toBe(x));

  test.each([
    ['x · 0, since x may be infinite', () => mul(x, 0)],
    ['0 - x', () => sub(0, x)],
    ['1 / x', () => div(1, x)],
    ['x · 1.5', () => mul(x, 1.5)],
    ['a transposition', () => transpose(x)],
  ])('%s stays', (_, build) => expect(opsOf(simple(build()))).toHaveLength(1));

  test('a 1 that gives its shape leaves that shape', () => {
    const y = simple(mul(stored('v', [3]), expand(constant(1), [2, 3])));
    expect(y.shape).toEqual([2, 3]);
  });
});

describe('equal subexpressions become one', () => {
  test('and what is built on them', () => {
    const [a, b] = simplify([exp(mul(x, 2)), exp(mul(x, 2))]);
    expect(a).toBe(b);
  });

  test('but not those of other attributes, inputs or constants', () => {
    for (const [a, b] of [
      [sum(x, { axis: 0 }), sum(x, { axis: 1 })],
      [sub(x, 2), sub(2, x)],
      [mul(x, 2), mul(x, 3)],
      [exp(x), exp(stored('y', [2, 3]))],
      [exp(x), exp(fed('x', [2, 3]))],
    ] as const) {
      const [left, right] = simplify([a, b]);
      expect(left).not.toBe(right);
    }
  });

  test('attributes that JSON writes alike are told apart', () => {
    const fill = defineOp({
      name: 'fill of the simplify test',
      inputs: ['x'],
      attrs: { value: 0 },
      shape: ({ x: shape }) => shape!,
      kernel: (_x, y, { value }) => void y.data.fill(value as number),
      samples: [],
    });
    const values = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 0, -0];
    const filled = simplify(values.map((value) => apply(fill, [x], { value })));
    expect(new Set(filled).size).toBe(values.length);
    const constants = simplify(values.map((value) => add(x, exp(constant(value)))));
    // e^0 and e^-0 are the same 1.
    expect(new Set(constants).size).toBe(values.length - 1);
  });
});

test('constants are folded', () => {
  const y = simple(mul(x, exp(sub(1, 1))));
  expect(y).toBe(x);
});

test('a broadcast copy is read through', () => {
  const y = simple(add(x, expand(stored('b', [3]), [2, 3])));
  expect(opsOf(y)).toEqual(['add']);
});

test('a broadcast copy that gives the shape stays', () => {
  const y = simple(exp(expand(stored('b', [3]), [2, 3])));
  expect(y.shape).toEqual([2, 3]);
});

test("layers' paths are kept", () => {
  const y = withScope('a', () => exp(withScope('b', () => mul(add(x, 0), 2))));
  const simpler = simple(y);
  expect([simpler.path, inputsOf(simpler)[0]!.path]).toEqual(['a', 'a.b']);
});

test('no value of 400 random graphs changes, and the graphs only get smaller', () => {
  for (let seed = 0; seed < 400; seed++) {
    const { graph, stored: leaves, fed: feeds } = randomGraph(seed, 2 + seed / 15);
    const outputs = Object.values(graph.fetch);
    const simpler = simplify(outputs);
    const numbers = Object.fromEntries(
      [...leaves, ...feeds].map((leaf) => [nameOf(leaf), numbersFor(leaf, seed)]),
    );
    outputs.forEach((output, i) => {
      expect(simpler[i]!.shape).toEqual(output.shape);
      // Bit for bit, but for the sign of zero: -0 + 0 is 0, and x stands for x + 0.
      const plain = (y: Tensor) => Array.from(evaluateNaively(y, numbers), (value) => value + 0);
      expect(plain(simpler[i]!), `seed ${seed}`).toEqual(plain(output));
    });
    expect(opsOf(...simpler).length).toBeLessThanOrEqual(opsOf(...outputs).length);
  }
});
