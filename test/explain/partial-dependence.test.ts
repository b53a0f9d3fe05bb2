import { dense, sequential } from 'glia';
import { partialDependence } from 'glia/explain';
import { describe, expect, test } from 'vitest';
import { describeBackends } from '../train/backends.ts';
import { furthest, golden, type Net, networkOf, TOLERANCE } from './networks.ts';
import { linearModel, people, peopleModel, prepare } from './prepared.ts';

interface Golden {
  readonly data: number[][];
  readonly pdp: { grid: number[]; average: number[]; ice_first_3_rows: number[][] };
}
interface Xor {
  readonly net: Net;
  readonly inputs: number[][];
  readonly pdp_feature0_prob: { grid: number[]; ice: number[][]; average: number[] };
}

const { data, pdp } = golden<Golden>('global');
const { net: relu } = golden<{ net: Net }>('mlp_relu');
const xor = golden<Xor>('xor');

describeBackends('partialDependence', (backend) => {
  test('has the grid and the values of scikit-learn', async () => {
    const model = await networkOf(relu, 'relu', backend);
    const options = { feature: 1, gridSize: 7, target: 0, kind: 'both' } as const;
    const { grid, average, individual, cost } = await partialDependence(model, data, options);
    expect(furthest(grid[0]!.values as number[], pdp.grid)).toBeLessThan(TOLERANCE);
    expect(furthest(average![0]!, pdp.average)).toBeLessThan(TOLERANCE);
    expect(furthest(individual![0]!.slice(0, 3).flat(), pdp.ice_first_3_rows)).toBeLessThan(TOLERANCE);
    expect(cost.forward).toBe(7 * data.length);
  });

  test('has the values of the references of probabilities at a grid that is given', async () => {
    const model = await networkOf(xor.net, 'tanh', backend);
    const { grid, ice, average } = xor.pdp_feature0_prob;
    // The loss says that the output is the logit of a yes; the weights are put back.
    const weights = await model.weights();
    await model.fit(xor.inputs, [[0], [1], [1], [0]], {
      loss: 'binaryCrossentropy',
      epochs: 1,
    });
    await model.setWeights(weights);
    const got = await partialDependence(model, xor.inputs, {
      feature: 'x0',
      grid: { x0: grid },
      kind: 'both',
      output: 'probability',
    });
    expect(furthest(got.individual![0]!.flat(), ice)).toBeLessThan(TOLERANCE);
    expect(furthest(got.average![0]!, average)).toBeLessThan(TOLERANCE);
  });

  test('is the mean of the curves of the rows, for every output', async () => {
    const model = peopleModel(backend);
    const both = await partialDependence(model, people, { feature: 'age', kind: 'both', gridSize: 5 });
    expect(both.outputNames).toEqual(['no', 'yes']);
    both.average!.forEach((curve, o) => {
      const means = curve.map(
        (_, p) => both.individual![o]!.reduce((sum, row) => sum + row[p]!, 0) / people.rows,
      );
      expect(furthest(curve, means)).toBeLessThan(1e-12);
    });
    const average = await partialDependence(model, people, { feature: 'age', gridSize: 5, target: 'yes' });
    expect(average.individual).toBeUndefined();
    expect(average.average).toEqual([both.average![1]]);
    const individual = await partialDependence(model, people, {
      feature: 'age',
      gridSize: 5,
      kind: 'individual',
    });
    expect(individual.average).toBeUndefined();
    expect(individual.individual).toEqual(both.individual);
  });

  test('of a linear model has its slope, in the units of the user', async () => {
    const weight = [
      [0.5, 0.25, 1, -2, 3],
      [-1, 0, 0, 1, 0],
    ];
    const model = await linearModel(backend, weight);
    const { grid, average } = await partialDependence(model, people, { feature: 'age', gridSize: 4 });
    const ages = grid[0]!.values as number[];
    const { scale } = prepare.toJSON().inputs[0] as { scale: number };
    const slope = (curve: readonly number[]) => (curve[3]! - curve[0]!) / (ages[3]! - ages[0]!);
    expect(slope(average![0]!)).toBeCloseTo(0.5 / scale, 6);
    expect(slope(average![1]!)).toBeCloseTo(-1 / scale, 6);
    expect(ages[0]).toBeGreaterThan(19);
    expect(ages[3]).toBeLessThan(61);
  });

  test('goes through the values of a column that has few, and undoes the scaling of numbers without names', async () => {
    const model = await networkOf(xor.net, 'tanh', backend);
    const { grid } = await partialDependence(model, xor.inputs, { feature: 0 });
    expect(grid).toEqual([{ feature: 'x0', values: [0, 1], observed: [0, 0, 1, 1] }]);
    const options = { feature: 'height', gridSize: 6 };
    const byName = await partialDependence(peopleModel(backend), people, options);
    const byNumber = await partialDependence(peopleModel(backend), prepare.inputs(people), options);
    expect(byName.grid[0]!.values[0]).toBeGreaterThan(150);
    // Heights of 150 to 200 that went through float32.
    expect(furthest(byNumber.grid[0]!.values as number[], byName.grid[0]!.values)).toBeLessThan(1e-4);
    expect(furthest(byNumber.average![0]!, byName.average![0])).toBeLessThan(TOLERANCE);
  });

  test('of a column that is not used is flat, to the last bit', async () => {
    const model = await linearModel(backend, [[0.5, 0, 1, -2, 3]]);
    const { average } = await partialDependence(model, people, { feature: 'height' });
    expect(new Set(average![0]).size).toBe(1);
  });

  test('of a categorical column goes through its categories', async () => {
    const model = await linearModel(backend, [[0, 0, 1, -2, 3]]);
    const { grid, average } = await partialDependence(model, people, { feature: 'plan' });
    const observed = people.toRows().map((row) => row['plan']);
    expect(grid).toEqual([{ feature: 'plan', values: ['basic', 'gold', 'team'], observed }]);
    expect(average).toEqual([[1, -2, 3]]);
  });

  test('of two columns is a surface, the second column fastest', async () => {
    const model = await linearModel(backend, [[0, 1, 10, 20, 30]]);
    const { grid, average } = await partialDependence(model, people, {
      features: ['plan', 'height'],
      grid: { height: [150, 170] },
    });
    expect(grid.map(({ values }) => values)).toEqual([
      ['basic', 'gold', 'team'],
      [150, 170],
    ]);
    const { shift, scale } = prepare.toJSON().inputs[1] as { shift: number; scale: number };
    const heights = [150, 170].map((height) => (height - shift) / scale);
    expect(
      furthest(
        average![0]!,
        [10, 20, 30].map((plan) => heights.map((height) => plan + height)),
      ),
    ).toBeLessThan(1e-5);
  });

  test('streams: more rows and points than go in one step', async () => {
    const model = sequential([dense(1)], { inputShape: [1], backend, seed: 2 });
    const x = Array.from({ length: 700 }, (_, i) => [i / 700]);
    const got = await partialDependence(model, x, { feature: 0, gridSize: 3, kind: 'both' });
    const values = got.grid[0]!.values as number[];
    const wanted = (await model.predict(values.map((value) => [value]))).data;
    expect(furthest(got.average![0]!, [...wanted])).toBeLessThan(1e-6);
    expect(got.individual![0]!.every((row) => furthest(row, [...wanted]) < 1e-6)).toBe(true);
  });

  test('says how far it is, and stops where it is told', async () => {
    const model = peopleModel(backend);
    const shares: number[] = [];
    await partialDependence(model, people, {
      feature: 'age',
      onProgress: (share) => void shares.push(share),
    });
    expect(shares.at(-1)).toBe(1);
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(partialDependence(model, people, { feature: 'age', signal })).rejects.toThrow('enough');
  });
});

describe('partialDependence refuses', () => {
  const model = peopleModel('typescript');
  test.each([
    [{}, /give feature, or features/],
    [{ feature: 'agee' }, /there is no column "agee"[\s\S]*did you mean "age"/],
    [{ feature: 9 }, /there is no column 9[\s\S]*from 0 to 2/],
    [{ features: ['age', 'age'] }, /twice "age"/],
    [{ features: ['age', 'plan', 'height'] }, /one column or two/],
    [{ feature: 'age', gridSize: 1 }, /gridSize must be a whole number at least 2/],
    [{ feature: 'age', percentiles: [0.9, 0.1] }, /percentiles must rise/],
    [{ feature: 'age', target: 'predicted' }, /differs from row to row/],
    [{ feature: 'age', target: 'maybe' }, /there is no output "maybe"/],
    [{ feature: 'age', kind: 'ice' }, /kind: there is no "ice"/],
    [{ feature: 'plan', grid: { plan: ['silver'] } }, /the grid of "plan" has "silver"/],
    [{ feature: 'age', grid: { aga: [1] } }, /values for "aga"[\s\S]*did you mean "age"/],
    [{ feature: 'age', grids: 3 }, /unknown option "grids"/],
  ])('%j', async (options, message) => {
    await expect(partialDependence(model, people, options as { feature: string })).rejects.toThrow(message);
  });

  test('curves that nobody has room for', async () => {
    const x = Float32Array.from({ length: 12_000 }, (_, i) => i);
    const one = sequential([dense(1)], { inputShape: [1], seed: 2 });
    const asked = partialDependence(
      one,
      { data: x, shape: [12_000, 1] },
      { feature: 0, gridSize: 12_000, kind: 'both' },
    );
    await expect(asked).rejects.toThrow(/curves of 12000 rows have 144000000 numbers/);
  });

  test('percentiles that are equal', async () => {
    const x = Array.from({ length: 60 }, (_, i) => [i < 58 ? 0 : i]);
    const one = sequential([dense(1)], { inputShape: [1], seed: 2 });
    await expect(partialDependence(one, x, { feature: 0, gridSize: 2 })).rejects.toThrow(/are both 0/);
  });
});
