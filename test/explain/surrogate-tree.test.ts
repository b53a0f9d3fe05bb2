import { dense, layer, type Model, ops, sequential } from 'glia';
import { columns, Table } from 'glia/data';
import { type Condition, type Rule, surrogateTree, type TreeNode } from 'glia/explain';
import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { describeBackends } from '../train/backends.ts';
import { furthest, golden, type Net, networkOf, TOLERANCE } from './networks.ts';
import { linearModel, people, peopleModel } from './prepared.ts';

interface Golden {
  readonly data: number[][];
  readonly surrogate_tree: {
    readonly feature: number[];
    readonly threshold: number[];
    readonly left: number[];
    readonly right: number[];
    readonly value: number[];
    readonly n: number[];
    readonly fidelity_r2: number;
  };
}

const { data, surrogate_tree: wanted } = golden<Golden>('global');
const { net: relu } = golden<{ net: Net }>('mlp_relu');

function nodesOf(root: TreeNode): TreeNode[] {
  return root.left && root.right ? [root, ...nodesOf(root.left), ...nodesOf(root.right)] : [root];
}

type Row = Readonly<Record<string, unknown>>;

function holds({ feature, is, than, categories }: Condition, row: Row): boolean {
  const value = row[feature];
  if (is === 'at most') return (value as number) <= than!;
  if (is === 'above') return (value as number) > than!;
  return categories!.includes(value as string) === (is === 'one of');
}

/** The only rule that holds of a row. */
function ruleFor(rules: readonly Rule[], row: Row): Rule {
  const all = rules.filter(({ conditions }) => conditions.every((one) => holds(one, row)));
  expect(all.length).toBe(1);
  return all[0]!;
}

/** Columns of noise, the same on every run. */
function noise(rows: number, width: number): number[][] {
  const random = Random.of(9, 'noise');
  return Array.from({ length: rows }, () =>
    Array.from({ length: width }, () => Math.fround(random.normal())),
  );
}

const named = (row: readonly number[]): Row => Object.fromEntries(row.map((value, i) => [`x${i}`, value]));

describeBackends('surrogateTree', (backend) => {
  test('is the tree of scikit-learn', async () => {
    const model = await networkOf(relu, 'relu', backend);
    const { root, fidelity, measure, leaves } = await surrogateTree(model, data, {
      target: 0,
      maxDepth: 3,
      minSamplesLeaf: 3,
    });
    const nodes = nodesOf(root);
    expect(nodes.map(({ id }) => id)).toEqual(nodes.map((_, i) => i));
    expect(nodes.map(({ feature }) => (feature ? Number(feature.slice(1)) : -2))).toEqual(wanted.feature);
    expect(
      furthest(
        nodes.map(({ threshold = -2 }) => threshold),
        wanted.threshold,
      ),
    ).toBeLessThan(TOLERANCE);
    expect(nodes.map(({ left }) => left?.id ?? -1)).toEqual(wanted.left);
    expect(nodes.map(({ right }) => right?.id ?? -1)).toEqual(wanted.right);
    expect(nodes.map(({ n }) => n)).toEqual(wanted.n);
    expect(
      furthest(
        nodes.map(({ value }) => value),
        wanted.value,
      ),
    ).toBeLessThan(TOLERANCE);
    expect(fidelity).toBeCloseTo(wanted.fidelity_r2, 5);
    expect([measure, leaves]).toEqual(['r2', 5]);
  });

  test.each(['predicted', 1] as const)(
    'says more of the model the deeper it is, and something of every row once: %s',
    async (target) => {
      const model = await networkOf(relu, 'relu', backend);
      const x = noise(200, 5);
      const scores = (await model.predict(x)).toArray() as number[][];
      let before = 0;
      for (const maxDepth of [0, 1, 2, 3, 5, 8, 20]) {
        const { fidelity, rules, depth, rows } = await surrogateTree(model, x, { target, maxDepth });
        expect(fidelity).toBeGreaterThanOrEqual(before - 1e-12);
        expect(depth).toBeLessThanOrEqual(maxDepth);
        expect(rules.reduce((sum, { n }) => sum + n, 0)).toBe(rows);
        const said = x.map((row) => ruleFor(rules, named(row)).value);
        expect(fidelity).toBeCloseTo(
          target === 1
            ? r2(
                said,
                scores.map((row) => row[1]!),
              )
            : agreeing(said, scores),
          6,
        );
        before = fidelity;
      }
      expect(before).toBeGreaterThan(0.9999);
    },
  );

  test('recovers a network that is a tree', async () => {
    // Steps: 3 where x2 > 0.25, else 1 where x0 > -0.5, else 0.
    const steps = layer({
      params: () => ({}),
      apply: (_, x) => {
        const above = (j: number, t: number) => ops.greater(ops.slice(x, [0, j], [x.shape[0]!, 1]), t);
        return ops.where(above(2, 0.25), 3, ops.where(above(0, -0.5), 1, 0));
      },
    });
    const model = sequential([steps], { inputShape: [3], backend });
    const { root, fidelity, leaves } = await surrogateTree(model, noise(400, 3), { maxDepth: 5 });
    expect([fidelity, leaves]).toEqual([1, 3]);
    expect([root.feature, root.left?.feature, root.right?.value]).toEqual(['x2', 'x0', 3]);
    expect([root.left?.left?.value, root.left?.right?.value]).toEqual([0, 1]);
    expect(Math.abs(root.threshold! - 0.25)).toBeLessThan(0.03);
    expect(Math.abs(root.left!.threshold! + 0.5)).toBeLessThan(0.03);
  });

  test('sees an exclusive or, where no first question helps', async () => {
    const either = layer({
      params: () => ({}),
      apply: (_, x) => {
        const [a, b] = [0, 1].map((j) => ops.slice(x, [0, j], [x.shape[0]!, 1])) as [typeof x, typeof x];
        return ops.abs(ops.sub(a, b));
      },
    });
    const model = sequential([either], { inputShape: [2], backend });
    const { fidelity, rules } = await surrogateTree(model, [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ]);
    expect(fidelity).toBe(1);
    expect(rules.map(({ text }) => text)).toEqual([
      'if x0 <= 0.5 and x1 <= 0.5: 0 (1 row)',
      'if x0 <= 0.5 and x1 > 0.5: 1 (1 row)',
      'if x0 > 0.5 and x1 <= 0.5: 1 (1 row)',
      'if x0 > 0.5 and x1 > 0.5: 0 (1 row)',
    ]);
  });

  test('speaks of columns, values and classes as the user knows them', async () => {
    const model = await linearModel(backend, [
      [4, 0, 0, 0, 0],
      [0, 0, 9, -2, 0],
    ]);
    const got = await surrogateTree(model, people, { maxDepth: 4 });
    expect([got.measure, got.target, got.fidelity]).toEqual(['agreement', 'predicted', 1]);
    expect(got.rules.map(({ text }) => text).join('\n')).toMatch(
      /^if plan is not gold and age > 47.5: no \(6 rows, 100 %\)$/m,
    );
    const ages = got.rules.flatMap(({ conditions }) => conditions).filter(({ feature }) => feature === 'age');
    expect(ages.length).toBeGreaterThan(0);
    expect(ages.every(({ than }) => than! > 20 && than! < 60 && Number.isInteger(2 * than!))).toBe(true);
    const x = people.toRows();
    const predicted = await model.predict(people);
    for (const [i, row] of x.entries())
      expect(predicted[i]).toMatchObject({ class: ruleFor(got.rules, row).label });
    expect(JSON.parse(JSON.stringify(got))).toEqual(got);
  });

  test('splits an ordinal column between its categories, and what training never saw goes right', async () => {
    const sizes = Table.fromRows(['L', 'M', 'S', 'L', 'M', 'S'].map((size, i) => ({ size, y: i })));
    const prepare = columns({
      categorical: { of: ['size'], encode: 'ordinal', unknown: 'ignore' },
      target: { of: 'y', encode: 'none' },
    }).fit(sizes);
    const model: Model = sequential([dense(1, { bias: false })], { inputShape: [1], prepare, backend });
    await model.setWeights({ 'dense1.weight': { shape: [1, 1], data: Float32Array.of(1) } });
    const texts = async (maxDepth: number) => {
      const rows = [...sizes.toRows(), { size: 'XL' }].map(({ size }) => ({ size: size! }));
      return (await surrogateTree(model, rows, { maxDepth })).rules.map(({ text }) => text);
    };
    expect(await texts(1)).toEqual([
      'if size is L or M or S: 1 (6 rows)',
      'if size is not L or M or S: -1 (1 row)',
    ]);
    expect(await texts(3)).toEqual([
      'if size is L: 0 (2 rows)',
      'if size is M: 1 (2 rows)',
      'if size is S: 2 (2 rows)',
      'if size is not L or M or S: -1 (1 row)',
    ]);
  });

  test('takes the first column and the lowest threshold of equals, keeps leaves large, and stops', async () => {
    const model = sequential([dense(1, { bias: false })], { inputShape: [2], backend });
    await model.setWeights({ 'dense1.weight': { shape: [1, 2], data: Float32Array.of(1, 1) } });
    const x = [
      [0, 0],
      [1, 1],
      [2, 2],
      [3, 3],
    ];
    const { root } = await surrogateTree(model, x, { maxDepth: 1 });
    expect([root.feature, root.threshold]).toEqual(['x0', 1.5]);
    const large = await surrogateTree(model, x, { maxDepth: 9, minSamplesLeaf: 2 });
    expect(large.rules.map(({ n }) => n)).toEqual([2, 2]);
    // Alone, the row that is far would be a leaf, on either side.
    for (const far of [-30, 30]) {
      const rows = [...x.slice(1), [far, far]];
      const { rules } = await surrogateTree(model, rows, { maxDepth: 1, minSamplesLeaf: 2 });
      expect(rules.map(({ n }) => n)).toEqual([2, 2]);
    }
    const whole = await surrogateTree(model, x, { minSamplesLeaf: 3 });
    expect(whole.rules.map(({ text }) => text)).toEqual(['always: 3 (4 rows)']);
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(surrogateTree(model, x, { signal })).rejects.toThrow('enough');
  });
});

function r2(said: readonly number[], wanted: readonly number[]): number {
  const mean = wanted.reduce((a, b) => a + b) / wanted.length;
  const squares = (of: readonly number[]) => of.reduce((sum, value, i) => sum + (wanted[i]! - value) ** 2, 0);
  return 1 - squares(said) / squares(wanted.map(() => mean));
}

function agreeing(said: readonly number[], scores: readonly number[][]): number {
  return said.filter((k, i) => scores[i]!.every((z) => z <= scores[i]![k]!)).length / said.length;
}

describe('surrogateTree refuses', () => {
  test.each([
    [{ target: 'all' }, /a tree is of one output/],
    [{ target: 'maybe' }, /there is no output "maybe"/],
    [{ maxDepth: -1 }, /maxDepth must be a whole number at least 0/],
    [{ minSamplesLeaf: 0 }, /minSamplesLeaf must be a whole number at least 1/],
    [{ depth: 2 }, /unknown option "depth"/],
  ])('%j', async (options, message) => {
    await expect(surrogateTree(peopleModel('typescript'), people, options as object)).rejects.toThrow(
      message,
    );
  });
});
