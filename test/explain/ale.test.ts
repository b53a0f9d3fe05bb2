import { dense, model as functional, input, layer, ops, sequential } from 'glia';
import { ale, partialDependence } from 'glia/explain';
import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { describeBackends } from '../train/backends.ts';
import { furthest, golden, type Net, networkOf, TOLERANCE } from './networks.ts';
import { linearModel, people, peopleModel, prepare } from './prepared.ts';

interface Golden {
  readonly data: number[][];
  readonly ale: { quantile_edges: number[]; counts: number[]; local_effects: number[]; ale: number[] };
}

const { data, ale: wanted } = golden<Golden>('global');
const { net: relu } = golden<{ net: Net }>('mlp_relu');

/** A function of each column alone, `(exp(x0) - 1) + x1² - x2`. */
const additive = layer({
  params: () => ({}),
  apply: (_, x) => {
    const column = (j: number) => ops.slice(x, [0, j], [x.shape[0]!, 1]);
    const rise = ops.sub(ops.exp(column(0)), 1);
    return ops.sub(ops.add(rise, ops.square(column(1))), column(2));
  },
});

describeBackends('ale', (backend) => {
  test('has the values of the references', async () => {
    const model = await networkOf(relu, 'relu', backend);
    const got = await ale(model, data, { feature: 1, bins: 5, target: 0 });
    expect(furthest(got.edges, wanted.quantile_edges)).toBeLessThan(TOLERANCE);
    expect(got.counts).toEqual(wanted.counts);
    expect(furthest(got.localEffects[0]!, wanted.local_effects)).toBeLessThan(TOLERANCE);
    expect(furthest(got.values[0]!, wanted.ale)).toBeLessThan(TOLERANCE);
    expect(got.cost.forward).toBe(2 * data.length);
  });

  test('is parallel to partial dependence where columns do not work together, however they go together', async () => {
    const model = sequential([additive], { inputShape: [3], backend });
    const random = Random.of(1, 'rows');
    // Columns 0 and 1 nearly the same, so that partial dependence asks for rows that do not exist.
    const x = Array.from({ length: 200 }, () => {
      const first = random.normal();
      return [first, first + 0.05 * random.normal(), random.normal()];
    });
    for (const [feature, f] of [Math.expm1, (v: number) => v * v, (v: number) => -v].entries()) {
      const { edges, values } = await ale(model, x, { feature, bins: 10 });
      const pd = await partialDependence(model, x, { feature, grid: { [`x${feature}`]: edges } });
      const shifts = values[0]!.map((value, i) => value - f(edges[i]!));
      expect(
        furthest(
          shifts,
          shifts.map(() => shifts[0]!),
        ),
      ).toBeLessThan(2e-5);
      const between = values[0]!.map((value, i) => value - pd.average![0]![i]!);
      expect(
        furthest(
          between,
          between.map(() => between[0]!),
        ),
      ).toBeLessThan(2e-5);
    }
  });

  test('of a linear model has its slope, in the units of the user, and mean 0 over the rows', async () => {
    const model = await linearModel(backend, [[0.5, 0, 1, -2, 3]]);
    const { edges, values, counts, observed } = await ale(model, people, { feature: 'age', bins: 6 });
    const { scale } = prepare.toJSON().inputs[0] as { scale: number };
    values[0]!.forEach((value, i) => {
      expect(value - values[0]![0]!).toBeCloseTo(((edges[i]! - edges[0]!) * 0.5) / scale, 5);
    });
    const mean = counts.reduce((sum, n, k) => sum + n * (values[0]![k]! + values[0]![k + 1]!), 0);
    expect(Math.abs(mean)).toBeLessThan(1e-9);
    expect(counts.reduce((a, b) => a + b)).toBe(people.rows);
    expect(observed).toEqual(people.toRows().map((row) => row['age']));
    const unused = await ale(model, people, { feature: 'height' });
    expect(unused.values[0]!.every((value) => value === 0)).toBe(true);
  });

  test('takes equal quantiles once, and joins intervals without rows', async () => {
    const model = sequential([dense(1)], { inputShape: [1], backend, seed: 2 });
    const edge = await ale(model, [[0], [1], [2], [3], [4]], { feature: 0, bins: 2 });
    expect([edge.edges, edge.counts]).toEqual([
      [0, 2, 4],
      [3, 2],
    ]);
    const few = await ale(model, [[0], [0], [0], [1], [3]], { feature: 0, bins: 20 });
    expect(few.counts.every((count) => count > 0)).toBe(true);
    expect([few.edges[0], few.edges.at(-1)]).toEqual([0, 3]);
    const constant = await ale(model, [[2], [2]], { feature: 0 });
    expect([constant.edges, constant.values, constant.counts]).toEqual([[2], [[0]], []]);
    expect(constant.warnings).toEqual(['"x0" is 2 in every row, so nothing is known of it']);
  });
});

describe('ale refuses', () => {
  test.each([
    [{ feature: 'plan' }, /the categories of "plan" have no order/],
    [{ feature: 'age', bins: 0 }, /bins must be a whole number at least 1/],
    [{}, /there is no column undefined/],
    [{ feature: 'age', target: ['no', 'yes'] }, /differs from row to row/],
  ])('%j', async (options, message) => {
    const given = options as { feature: string };
    await expect(ale(peopleModel('typescript'), people, given)).rejects.toThrow(message);
  });

  test('a model of two inputs', async () => {
    const [a, b] = [input([1]), input([1])];
    const two = functional({ inputs: [a, b], outputs: dense(1).call(a) });
    await expect(ale(two, [[1]], { feature: 0 })).rejects.toThrow(/one input/);
  });
});
