import { dense, layer, type Model, ops, sequential } from 'glia';
import { columns, Table } from 'glia/data';
import { counterfactual } from 'glia/explain';
import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { combinations } from '../../src/explain/counterfactual-space.ts';
import { Feature } from '../../src/explain/features.ts';
import { nearestChange } from '../../src/explain/nearest.ts';
import { describeBackends } from '../train/backends.ts';
import { furthest, golden, type Net, networkOf } from './networks.ts';
import { linearModel, people, peopleModel } from './prepared.ts';

const loss = 'categoricalCrossentropy' as const;

/** Two classes of two numbers, by a network with a bent boundary. */
async function bent(backend: 'native' | 'typescript'): Promise<Model> {
  return networkOf(golden<{ net: Net }>('xor').net, 'tanh', backend);
}

/** The shortest change that brute force finds on a grid of two numbers, to half a cell in each. */
async function nearestOnGrid(
  model: Model,
  row: readonly number[],
  sign: number,
  distance: 'l1' | 'l2',
  reach: number,
) {
  const n = 200;
  const at = (i: number, j: number) => row[j]! + reach * (-1 + (2 * i) / n);
  const points = Array.from({ length: (n + 1) ** 2 }, (_, i) => [
    at(Math.floor(i / (n + 1)), 0),
    at(i % (n + 1), 1),
  ]);
  const { data } = await model.predict(points);
  const far = (x: readonly number[]) => {
    const [a, b] = [Math.abs(x[0]! - row[0]!), Math.abs(x[1]! - row[1]!)];
    return distance === 'l1' ? a + b : Math.hypot(a, b);
  };
  return points.reduce(
    (best, point, i) => (sign * data[i]! > 0 ? Math.min(best, far(point)) : best),
    Infinity,
  );
}

describeBackends('counterfactual', (backend) => {
  test('of a linear model of two classes is the projection on the boundary', async () => {
    const [w, row] = [
      [0.5, -2, 1],
      [0.3, -0.7, 2],
    ];
    const model = await linearModel(backend, [w], [0.25]);
    const z = w.reduce((sum, value, j) => sum + value * row[j]!, 0.25);
    const got = await counterfactual(model, [row], { distance: 'l2', margin: 1e-3 });
    expect([got.valid, got.from, got.target]).toEqual([true, '1', '0']);
    const square = w.reduce((sum, value) => sum + value * value, 0);
    const projection = row.map((value, j) => value - ((z + 1e-3) * w[j]!) / square);
    expect(furthest(got.input, projection)).toBeLessThan(1e-5);
    expect(got.distance).toBeCloseTo((z + 1e-3) / Math.sqrt(square), 5);
    // The fewest and smallest changes are one: of the number with the largest weight.
    const sparse = await counterfactual(model, [row], { margin: 1e-3 });
    expect(furthest(sparse.input, [0.3, -0.7 + (z + 1e-3) / 2, 2])).toBeLessThan(1e-5);
    const distant = await counterfactual(await linearModel(backend, [w], [5000]), [row], { distance: 'l2' });
    expect([distant.valid, distant.iterations < 30]).toEqual([true, true]);
    expect(sparse.changed.map(({ feature }) => feature)).toEqual(['x1']);
  });

  test('counts in spreads of the columns, keeps to their range and to what is immutable', async () => {
    const model = await linearModel(backend, [[1, 1, 1]], [0]);
    // Medians 0, median distances 1, 2 and 4.
    const data = [
      [-1, -2, -4],
      [-1, -2, -4],
      [0, 0, 0],
      [1, 2, 4],
      [1, 2, 4],
    ];
    const row = [[-0.5, -0.5, -0.5]];
    const last = await counterfactual(model, row, { data, margin: 1e-3 });
    expect(last.distance).toBeCloseTo(1.501 / 4, 5);
    expect(last.changed.map(({ feature }) => feature)).toEqual(['x2']);
    const kept = await counterfactual(model, row, { data, immutable: ['x2'] });
    expect(kept.changed.map(({ feature }) => feature)).toEqual(['x1']);
    expect(kept.input[2]).toBe(-0.5);
    const close = await counterfactual(model, row, { data, immutable: [1], ranges: { x2: [-4, 0] } });
    expect(furthest(close.input, [0.501, -0.5, 0])).toBeLessThan(1e-5);
    const never = await counterfactual(model, row, { data, immutable: [0, 1], ranges: { x2: [-4, 0] } });
    expect([never.valid, never.input]).toEqual([false, [-0.5, -0.5, 0]]);
    expect(never.warnings).toEqual(['nothing was found of which the model says 1']);
    const straight = await counterfactual(model, row, { data, distance: 'l2', ranges: { x2: [-4, -0.25] } });
    // x2 stays at its limit; the others share the rest by the squares of their units, 1 : 4.
    expect(furthest(straight.input, [-0.5 + 1.251 / 5, -0.5 + (4 * 1.251) / 5, -0.25])).toBeLessThan(1e-5);
  });

  test.each(['l1', 'l2'] as const)(
    'is as short as brute force finds, where the boundary is bent: %s',
    async (distance) => {
      const model = await bent(backend);
      for (const row of [
        [0, 0],
        [0.1, 0.95],
        [0.8, 0.2],
        [0.6, 0.55],
      ]) {
        const z = (await model.predict([row])).data[0]!;
        const got = await counterfactual(model, [row], { distance });
        const check = (await model.predict([[...got.input]])).data[0]!;
        expect(check * z).toBeLessThan(0);
        expect(got.margin).toBeLessThan(0);
        const best = await nearestOnGrid(model, row, -Math.sign(z), distance, 1.5);
        expect(got.distance).toBeLessThanOrEqual(best + 1e-3);
        // Nor is it shorter than can be, by more than a cell of the grid.
        expect(got.distance).toBeGreaterThan(best - 2 * (3 / 200));
      }
    },
  );

  test('speaks of columns as the user knows them, and the model agrees', async () => {
    const model = peopleModel(backend);
    await model.fit(people, { loss, epochs: 60, learningRate: 0.05 });
    const rows = people.toRows();
    for (const row of rows.slice(0, 6)) {
      const said = await model.predict(row);
      const got = await counterfactual(model, row, { data: people });
      expect(got.valid).toBe(true);
      expect(said).toMatchObject({ class: got.from });
      expect(await model.predict(got.row)).toMatchObject({ class: got.target });
      expect(got.target).not.toBe(got.from);
      for (const { feature, from, to } of got.changed) {
        expect([row[feature], got.row[feature]]).toEqual([from, to]);
        expect(from).not.toBe(to);
      }
      const changed = new Set(got.changed.map(({ feature }) => feature));
      for (const name of Object.keys(row)) if (!changed.has(name)) expect(got.row[name]).toBe(row[name]);
      const age = got.row['age'] as number;
      expect(age >= 20 && age <= 60).toBe(true);
      expect(JSON.parse(JSON.stringify(got))).toEqual(got);
    }
  });

  test('tries categories, which stay categories', async () => {
    // Gold weighs most for yes; the ages hardly count.
    const model = await linearModel(backend, [
      [0, 0, 0, 0, 0],
      [0.1, 0, -1, 5, 0.5],
    ]);
    const row = { age: 40, height: 170, plan: 'basic' };
    const got = await counterfactual(model, row, { data: people });
    expect(got.changed).toEqual([{ feature: 'plan', from: 'basic', to: expect.stringMatching(/gold|team/) }]);
    expect(got.distance).toBe(1);
    const { input } = got;
    expect([...input.slice(2)].sort()).toEqual([0, 0, 1]);
    const gold = await counterfactual(model, row, { data: people, ranges: { plan: ['gold'] } });
    expect(gold.row['plan']).toBe('gold');
    const fixed = await counterfactual(model, row, { data: people, immutable: ['plan'] });
    expect(fixed.row['plan']).toBe('basic');
    expect(fixed.valid).toBe(false);
    const free = await counterfactual(model, row, { immutable: ['plan'] });
    expect([free.valid, free.changed[0]!.feature]).toEqual([true, 'age']);
  });

  test('proposes no missing value, unless it may, and leaves a row where it is that lies outside of the data', async () => {
    const table = Table.fromRows([
      { plan: 'basic', age: 20 },
      { plan: null, age: 30 },
      { plan: 'gold', age: 40 },
    ]);
    const prepare = columns({
      numeric: { of: ['age'], scale: 'none' },
      categorical: { of: ['plan'], encode: 'onehot' },
    }).fit(table);
    const model = sequential([dense(1, { bias: false })], { inputShape: [prepare.width], prepare, backend });
    expect(prepare.features).toEqual(['age', 'plan=basic', 'plan=gold', 'plan=(missing)']);
    const weight = Float32Array.of(0, -1, -1, 1);
    await model.setWeights({ 'dense1.weight': { shape: [1, 4], data: weight } });
    for (const age of [5, 90]) {
      const row = { plan: 'basic', age };
      const usual = await counterfactual(model, row, { data: table });
      expect([usual.valid, usual.row['age']]).toEqual([false, age]);
      const missing = await counterfactual(model, row, { data: table, ranges: { plan: ['gold', null] } });
      expect([missing.valid, missing.row['plan'], missing.row['age']]).toEqual([true, null, age]);
    }
  });

  test('refuses limits of a column that training saw one value of', async () => {
    const table = Table.fromRows([
      { age: 20, height: 170 },
      { age: 30, height: 170 },
    ]);
    const prepare = columns({ numeric: { of: ['age', 'height'] } }).fit(table);
    const model = sequential([dense(1)], { prepare, seed: 1, backend });
    const ask = (ranges: Record<string, [number, number]>) =>
      counterfactual(model, { age: 25, height: 170 }, { data: table, ranges });
    await expect(ask({ height: [160, 190] })).rejects.toThrow(/"height" had one value in training/);
    expect((await ask({ age: [20, 30] })).row['height']).toBe(170);
  });

  test('names a class of several, and says so where the row has it already', async () => {
    const model = sequential([dense(8, { activation: 'relu' }), dense(4)], {
      inputShape: [5],
      seed: 3,
      backend,
    });
    const random = Random.of(2, 'rows');
    const data = Array.from({ length: 60 }, () => Array.from({ length: 5 }, () => random.normal()));
    const scores = (await model.predict([data[0]!])).data;
    const first = scores.indexOf(Math.max(...scores));
    for (const target of [0, 1, 2, 3]) {
      const got = await counterfactual(model, [data[0]!], { target, data, distance: 'l2' });
      expect(got.valid).toBe(true);
      const said = (await model.predict([[...got.input]])).data;
      expect(said.indexOf(Math.max(...said))).toBe(target);
      if (target !== first) continue;
      expect([got.distance, got.changed, got.iterations]).toEqual([0, [], 1]);
      expect(got.warnings).toEqual([`the model says y${first} of the row as it is`]);
    }
  });

  test('finds the way where a network is flat, if rows show it', async () => {
    const step = layer({
      params: () => ({}),
      apply: (_, x) => ops.sub(ops.greater(ops.slice(x, [0, 1], [x.shape[0]!, 1]), 0.25), 0.5),
    });
    const model = sequential([step], { inputShape: [2], backend });
    const data = [
      [-1, -1],
      [0, 0],
      [1, 1],
      [0, 3],
    ];
    const got = await counterfactual(model, [[0, -1]], { data, immutable: [0], whole: false });
    expect(got.valid).toBe(true);
    expect(got.input[0]).toBe(0);
    // The way from -1 to 1 is cut into 256 parts twice.
    expect(got.input[1]! - 0.25).toBeGreaterThan(0);
    expect(got.input[1]! - 0.25).toBeLessThan(2 / 256 ** 2 + 1e-6);
    const whole = await counterfactual(model, [[0, -1]], { data, immutable: [0] });
    expect([whole.valid, whole.input]).toEqual([true, [0, 1]]);
  });

  test('depends on the seed alone, says how far it is, and stops', async () => {
    const model = await bent(backend);
    const shares: number[] = [];
    const onProgress = (share: number) => void shares.push(share);
    const first = await counterfactual(model, [[0, 0]], { onProgress });
    const again = await counterfactual(model, [[0, 0]]);
    expect({ ...again, cost: 0 }).toEqual({ ...first, cost: 0 });
    expect(shares.at(-1)).toBe(1);
    expect(shares.every((share, i) => i === 0 || share >= shares[i - 1]!)).toBe(true);
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(counterfactual(model, [[0, 0]], { signal })).rejects.toThrow('enough');
  });
});

describe('combinations of categories', () => {
  const choice = (own: string, ...others: string[]) => ({
    feature: new Feature('one', [0]),
    own,
    categories: [own, ...others],
  });
  const choices = [choice('a', 'b', 'c'), choice('x', 'y')];

  test('begin with those that change the fewest', () => {
    const { combos, all } = combinations(choices, 100);
    expect(combos.map((combo) => combo.join(''))).toEqual(['ax', 'ay', 'bx', 'cx', 'by', 'cy']);
    expect(all).toBe(true);
    expect(combinations([], 100)).toEqual({ combos: [[]], all: true });
    // What is not allowed to stay has to change.
    const must = [{ ...choices[0]!, categories: ['b', 'c'] }, choices[1]!];
    expect(combinations(must, 9).combos.map((combo) => combo.join(''))).toEqual(['bx', 'cx', 'by', 'cy']);
  });

  test('end where there are enough, and say so', () => {
    expect(combinations(choices, 4)).toMatchObject({ combos: { length: 4 }, all: false });
    expect(combinations(choices, 6)).toMatchObject({ combos: { length: 6 }, all: true });
    const many = Array.from({ length: 30 }, () => choices[0]!);
    expect(combinations(many, 512)).toMatchObject({ combos: { length: 512 }, all: false });
  });
});

describe('the nearest change', () => {
  const random = Random.of(7, 'movers');
  const movers = Array.from({ length: 5 }, () => ({
    slope: random.normal(),
    unit: 0.5 + random.uniform(),
    low: -random.uniform(),
    high: random.uniform(),
  }));
  const lowered = (change: ArrayLike<number>) =>
    -movers.reduce((sum, { slope }, j) => sum + slope * change[j]!, 0);
  const price = {
    l1: (steps: number[]) => steps.reduce((sum, step) => sum + Math.abs(step), 0),
    l2: (steps: number[]) => Math.hypot(...steps),
  };

  test.each(['l1', 'l2'] as const)(
    'lowers by as much as is asked, within the limits, and no other is shorter: %s',
    (distance) => {
      const most = movers.reduce(
        (sum, { slope, low, high }) => sum + Math.abs(slope) * (slope > 0 ? -low : high),
        0,
      );
      const far = (change: ArrayLike<number>) =>
        price[distance](movers.map(({ unit }, j) => change[j]! / unit));
      for (const share of [0.1, 0.5, 0.9]) {
        const change = nearestChange(movers, share * most, distance);
        expect(lowered(change)).toBeCloseTo(share * most, 10);
        expect(
          movers.every(({ low, high }, j) => change[j]! >= low - 1e-12 && change[j]! <= high + 1e-12),
        ).toBe(true);
        for (let i = 0; i < 3000; i++) {
          const other = movers.map(({ low, high }, j) =>
            Math.min(Math.max(change[j]! + 0.3 * random.normal(), low), high),
          );
          if (lowered(other) >= share * most) expect(far(other)).toBeGreaterThanOrEqual(far(change) - 1e-12);
        }
      }
      expect(lowered(nearestChange(movers, 2 * most, distance))).toBeCloseTo(most, 10);
      expect([...nearestChange(movers, -1, distance)]).toEqual([0, 0, 0, 0, 0]);
    },
  );
});

describe('counterfactual refuses', () => {
  const row = { age: 40, height: 170, plan: 'basic' };
  test.each([
    [{ target: 'maybe' }, /there is no class "maybe"[\s\S]*no, yes/],
    [{ target: 2 }, /there is no class 2[\s\S]*from 0 to 1/],
    [{ immutable: ['agee'] }, /there is no column "agee"/],
    [{ immutable: 'age' }, /immutable must be a list/],
    [{ ranges: { age: [60, 20] } }, /the range of "age" must rise/],
    [{ ranges: { age: [60] } }, /the range of "age" must be two numbers/],
    [{ ranges: { plan: ['silver'] } }, /the range of "plan" has "silver"/],
    [{ margin: 0 }, /margin must be a finite number above 0/],
    [{ distance: 'max' }, /there is no "max"/],
    [{ fixed: ['age'] }, /unknown option "fixed"/],
  ])('%j', async (options, message) => {
    await expect(counterfactual(peopleModel('typescript'), row, options as object)).rejects.toThrow(message);
  });

  test('several rows, and a model of values', async () => {
    await expect(counterfactual(peopleModel('typescript'), [row, row])).rejects.toThrow(
      /wanted one row, came 2/,
    );
    const values = sequential([dense(1)], { inputShape: [1], backend: 'typescript' });
    await values.fit([[0], [1]], [[0], [1]], { loss: 'mse', epochs: 1 });
    await expect(counterfactual(values, [[0]])).rejects.toThrow(/gives values, not classes/);
  });
});
