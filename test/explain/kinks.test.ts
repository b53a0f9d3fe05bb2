import { describe, expect, test } from 'vitest';
import { findKinks } from '../../src/explain/kinks.ts';
import { allOps, apply, type OpEntry, type Sample } from '../../src/ir/op.ts';
import { fed, stored, type Tensor } from '../../src/ir/tensor.ts';
import { abs, add, greater, maximum, mul, relu, tanh } from '../../src/ops/index.ts';
import { evaluate } from '../support/evaluate.ts';
import { numbersFor } from '../support/run-graph.ts';

/** An op whose inputs of that list move along lines as alpha grows, the others standing still. */
function moving(op: OpEntry, sample: Sample, moves: readonly string[], alpha: Tensor) {
  const leaves: Tensor[] = [];
  const leaf = (name: string, input: string): Tensor => {
    leaves.push(stored(name, sample.shapes[input]!, op.inputTypes[input] ?? 'f32'));
    return leaves.at(-1)!;
  };
  const inputs = op.inputs.map((input) => {
    const from = leaf(input, input);
    return moves.includes(input) ? add(from, mul(alpha, leaf(`${input} rise`, input))) : from;
  });
  return { y: apply(op, inputs, sample.attrs), leaves };
}

/** Where tensors pass zero between two neighbours of a grid. */
function passes(values: readonly number[][], grid: readonly number[]): number[] {
  return grid.slice(1).flatMap((_to, i) => {
    const crosses = values[i]!.some((before, j) => before * values[i + 1]![j]! <= 0);
    return crosses ? [i] : [];
  });
}

const GRID = Array.from({ length: 33 }, (_, i) => i / 32);

const floats = (op: OpEntry): string[] => op.inputs.filter((input) => op.inputTypes[input] !== 'i32');
const cases = allOps().flatMap((op) => {
  const own = floats(op);
  const subsets = [...own.map((one) => [one]), ...(own.length > 1 ? [own] : [])];
  return op.samples.slice(0, 1).flatMap((sample) => subsets.map((moves) => ({ op, sample, moves })));
});

describe('an op that is said to be linear in pieces', () => {
  const known: string[] = [];

  test.each(cases.map((one) => [`${one.op.name} of ${one.moves.join(', ')}`, one] as const))(
    '%s is, between the bends that are told',
    (name, { op, sample, moves }) => {
      const alpha = fed('alpha', []);
      const { y, leaves } = moving(op, sample, moves, alpha);
      const { levels, others } = findKinks(y, alpha);
      if (others.length > 0) return;
      known.push(name);
      const values = Object.fromEntries(
        leaves.map((leaf) => [
          leaf.origin.kind === 'leaf' ? leaf.origin.name : '',
          numbersFor(leaf, 1, sample.classes),
        ]),
      );
      const bends = levels.flat();
      const at = (a: number): number[][] => evaluate([y, ...bends], { ...values, alpha: [a] }, 'float64');
      const seen = GRID.map(at);
      const bent = new Set(
        passes(
          seen.map(([, ...rest]) => rest.flat()),
          GRID,
        ),
      );
      let straight = 0;
      for (let i = 1; i + 1 < GRID.length; i++) {
        if (bent.has(i - 1) || bent.has(i)) continue;
        straight++;
        const [before, here, after] = [i - 1, i, i + 1].map((k) => seen[k]![0]!);
        here!.forEach((value, j) => {
          expect(Math.abs(before![j]! + after![j]! - 2 * value)).toBeLessThan(1e-9);
        });
      }
      expect(straight).toBeGreaterThan(5);
    },
  );

  test('is one of many', () => {
    const names = new Set(known.map((name) => name.split(' ')[0]));
    for (const name of ['relu', 'matmul', 'where', 'concat', 'sum', 'maximum', 'div', 'gather'])
      expect(names).toContain(name);
    for (const name of ['tanh', 'exp', 'sqrt', 'max', 'detach', 'pow']) expect(names).not.toContain(name);
    expect(known).not.toContain('mul of a, b');
    expect(known).not.toContain('div of b');
  });
});

test('bends stand in levels, each after those that it depends on', () => {
  const x = fed('x', [3]);
  const first = relu(x);
  const second = abs(add(first, -1));
  const { levels, others } = findKinks(maximum(second, first), x);
  expect(others).toEqual([]);
  expect(levels.map((level) => level.length)).toEqual([1, 1, 1]);
  expect(levels[0]).toEqual([x]);
  expect(findKinks(tanh(first), x).others).toHaveLength(1);
  expect(findKinks(tanh(greater(first, 1)), x).others).toEqual([]);
});
