import { describe, expect, test } from 'vitest';
import { grad } from '../../src/compile/autodiff.ts';
import { rulesWith } from '../../src/explain/lrp-rules.ts';
import { multipliers } from '../../src/explain/multipliers.ts';
import { relevance } from '../../src/explain/relevance.ts';
import { allOps, apply, type OpEntry } from '../../src/ir/op.ts';
import { fed, type Tensor } from '../../src/ir/tensor.ts';
import { mul, reshape, slice, sub, sum } from '../../src/ops/index.ts';
import { caseOf } from '../support/cases.ts';
import { evaluate } from '../support/evaluate.ts';

/** What has no rule, and why. Everything else in the op table must have one. */
const REFUSED: Readonly<Record<'deepLift' | 'lrp', Readonly<Record<string, string>>>> = {
  deepLift: {
    'max of x': 'many numbers decide, and how they share a change has no one answer',
    'where of condition and a and b': 'three numbers decide',
  },
  lrp: {
    'max of x': 'no sum, so nothing contributes',
    'maximum of a and b': 'no sum, so nothing contributes',
    'minimum of a and b': 'no sum, so nothing contributes',
    'pow of a and b': 'no sum, so nothing contributes',
    'greater of a and b': 'no sum, so nothing contributes',
    'equal of a and b': 'no sum, so nothing contributes',
  },
};

/**
 * Ops that stand in a model as it is traced; fused ones come after attribution, out of these. What takes more inputs looks at
 * all the tensors of a training step.
 */
const traced = allOps().filter(({ compose, inputs }) => compose === undefined && inputs.length <= 4);
const floats = (op: OpEntry): string[] =>
  op.inputs.filter((name) => (op.inputTypes[name] ?? 'f32') === 'f32');
const subsets = (names: readonly string[]): string[][] =>
  // Of many inputs each alone and all together: all subsets would be more than can be tried.
  names.length > 6
    ? [...names.map((name) => [name]), [...names]]
    : Array.from({ length: 2 ** names.length - 1 }, (_, set) =>
        names.filter((_name, i) => (set + 1) & (1 << i)),
      );
const cases = traced.flatMap((op) =>
  subsets(floats(op)).map((names) => [`${op.name} of ${names.join(' and ')}`, op, names] as const),
);

/** Each sample of an op with some inputs cut out of one leaf of a single row, and numbers for two such rows. */
function samplesOf(op: OpEntry, names: readonly string[]) {
  return op.samples.map((sample) => {
    const { inputs, numbers } = caseOf(op, sample);
    const values = names.flatMap((name) => [...numbers[name]!]);
    const [x, x0] = ['x', 'x0'].map((name) => fed(name, [1, values.length]));
    let from = 0;
    const cut = inputs.map((input, i) => {
      if (!names.includes(op.inputs[i]!)) return input;
      const size = numbers[op.inputs[i]!]!.length;
      from += size;
      return reshape(slice(x!, [0, from - size], [1, size]), input.shape);
    });
    const y = apply(op, cut, sample.attrs);
    const other = values.map((_, i) => values[(i * 7 + 3) % values.length]!);
    const seed = Array.from({ length: y.shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.cos(i));
    return { y, x: x!, x0: x0!, leaves: { ...numbers, x: values, x0: other, seed } };
  });
}

const total = (x: Tensor): Tensor => sum(x);
const judge = (outputs: Tensor[], leaves: Readonly<Record<string, ArrayLike<number>>>) =>
  evaluate(outputs, leaves, 'float64').map(([first]) => first!);

test('every op that is refused is in the table', () => {
  const known = new Set<string>(cases.map(([name]) => name));
  for (const refused of Object.values(REFUSED))
    expect(Object.keys(refused).filter((name) => !known.has(name))).toEqual([]);
});

describe.each(cases)('%s', (name, op, names) => {
  test('shares its change by multipliers, or is refused by name', () => {
    for (const { y, x, x0, leaves } of samplesOf(op, names)) {
      const seed = fed('seed', y.shape);
      const trace = () => multipliers(y, x, x0, seed);
      if (name in REFUSED.deepLift) {
        expect(trace).toThrow(`deepLift: there is no rule for the op ${name}`);
        continue;
      }
      const m = trace();
      const changes = [mul(m, sub(x, x0)), mul(seed, y)].map(total);
      const [shares, there] = judge(changes, leaves);
      const [, back] = judge(changes, { ...leaves, x: leaves.x0 });
      const wanted = op.held ? 0 : there! - back!;
      expect(Math.abs(shares! - wanted)).toBeLessThan(1e-9 * Math.max(1, Math.abs(wanted)));
    }
  });

  test.each(['epsilon', 'zplus', 'alphaBeta', 'gamma'] as const)(
    'hands relevance back by %s, or is refused by name',
    (rule) => {
      const weigh = rulesWith({ epsilon: 1e-3, alpha: 2, beta: 1, gamma: 0.25 })[rule];
      for (const { y, x, leaves } of samplesOf(op, names)) {
        const seed = fed('seed', y.shape);
        const trace = () => relevance(y, x, seed, () => weigh);
        if (op.held || name in REFUSED.lrp) {
          expect(trace).toThrow(op.held ? op.name : `lrp: there is no rule for the op ${name}`);
          continue;
        }
        const { values, kept } = trace();
        expect(values.shape).toEqual(x.shape);
        const [given, rest, arrived, size] = judge(
          [total(values), total(kept), total(seed), total(mul(values, values))],
          leaves,
        );
        expect(Math.abs(given! + rest! - arrived!)).toBeLessThan(1e-9 * Math.max(1, Math.sqrt(size!)));
      }
    },
  );

  test('with multipliers that are the gradient, where it is linear', () => {
    if (!op.linear?.some((group) => names.every((one) => group.includes(one)))) return;
    for (const { y, x, x0, leaves } of samplesOf(op, names)) {
      const seed = fed('seed', y.shape);
      const [m, dx] = evaluate([multipliers(y, x, x0, seed), grad(y, [x], seed)[0]!], leaves, 'float64');
      expect(m).toEqual(dx);
    }
  });
});
