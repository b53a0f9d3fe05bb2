import { dense, flatten, layer, type Model, ops, sequential } from 'glia';
import { columns, Table } from 'glia/data';
import { type ShapOptions, shap } from 'glia/explain';
import { expect, test } from 'vitest';
import { OptionError } from '../../src/base/errors.ts';
import { describeBackends } from '../train/backends.ts';
import { meanOverOrders, sumOverSubsets, valuesByHand } from './games.ts';
import { furthest } from './networks.ts';

const numbers = (rows: number, width: number, seed = 1): number[][] =>
  Array.from({ length: rows }, (_, i) =>
    Array.from({ length: width }, (_, j) => Math.sin(seed + 12.9898 * (i * width + j + 1)) * 1.5),
  );
const data = (rows: readonly number[][], shape: readonly number[] = [rows[0]!.length]) => ({
  data: rows.flat(),
  shape: [rows.length, ...shape],
});
const algorithms = ['exact', 'kernel', 'permutation'] as const;
/** Float32 sums of a hundred numbers of size 1 in a small network. */
const ROUNDING = 1e-5;

describeBackends('Shapley values of random networks', (backend) => {
  const netOf = (width: number, outputs = 2, activation: 'relu' | 'tanh' = 'relu', seed = 4): Model =>
    sequential([dense(9, { activation }), dense(7, { activation }), dense(outputs)], {
      inputShape: [width],
      seed,
      backend,
    });
  /** A network whose weights are changed in place. */
  const changed = async (model: Model, change: (weights: Record<string, Float32Array>) => void) => {
    const weights = await model.weights();
    change(Object.fromEntries(Object.entries(weights).map(([path, weight]) => [path, weight.data])));
    await model.setWeights(weights);
    return model;
  };

  test.each(['relu', 'tanh'] as const)('are the mean over all orders (%s)', async (activation) => {
    const [model, background] = [netOf(6, 2, activation), numbers(3, 6, 9)];
    const [row] = numbers(1, 6);
    const byHand = await valuesByHand(model, row!, background);
    for (const target of [0, 1]) {
      const wanted = meanOverOrders(
        byHand.map((v) => v[target]!),
        6,
      );
      for (const algorithm of ['exact', 'kernel'] as const) {
        const why = await shap(model, [row!], { background, algorithm, target });
        expect(furthest(why.values.data, wanted)).toBeLessThan(ROUNDING);
      }
    }
  });

  test('of 10 inputs are the sum over subsets, and the fit to all coalitions gives the same', async () => {
    const [model, background] = [netOf(10, 1), numbers(1, 10, 9)];
    const [row] = numbers(1, 10);
    const byHand = await valuesByHand(model, row!, background);
    const wanted = sumOverSubsets(
      byHand.map(([v]) => v!),
      10,
    );
    const exact = await shap(model, [row!], { background });
    expect(exact.options['algorithm']).toBe('exact');
    expect(furthest(exact.values.data, wanted)).toBeLessThan(ROUNDING);
    const kernel = await shap(model, [row!], { background, algorithm: 'kernel' });
    expect(furthest(kernel.values.data, Array.from(exact.values.data))).toBeLessThan(ROUNDING);
  });

  // Layers of their own, so that no product reads the rows first; views before it; a product of other rows than ours.
  const gate = layer({ params: () => ({}), apply: (_, x) => ops.mul(x, ops.sigmoid(x)) });
  test.each([
    ['no dense layer first', [gate, dense(5, { activation: 'tanh' }), dense(2)], [6]],
    ['a flattened image', [flatten(), dense(5, { activation: 'relu' }), dense(2)], [2, 3]],
    ['a dense layer of each part', [dense(4, { activation: 'relu' }), flatten(), dense(2)], [2, 3]],
  ] as const)('hold with %s', async (_, layers, shape) => {
    const model = sequential([...layers], { inputShape: [...shape], seed: 2, backend });
    const [rows, background] = [numbers(2, 6), numbers(3, 6, 9)];
    const why = await shap(model, data(rows, shape), { background: data(background, shape), target: 1 });
    expect(why.values.shape).toEqual([2, ...shape]);
    for (const [i, row] of rows.entries()) {
      const byHand = await valuesByHand(model, row, background, shape);
      const wanted = meanOverOrders(
        byHand.map((v) => v[1]!),
        6,
      );
      expect(furthest(why.values.data.subarray(6 * i, 6 * i + 6), wanted)).toBeLessThan(ROUNDING);
    }
  });

  test('do not depend on how much goes through at once', async () => {
    // So wide a layer that rows, background and coalitions all fall into several blocks.
    const model = sequential([dense(2000, { activation: 'relu' }), dense(1)], {
      inputShape: [4],
      seed: 1,
      backend,
    });
    const [rows, background] = [numbers(20, 4), numbers(40, 4, 9)];
    const why = await shap(model, rows, { background });
    for (const i of [0, 9, 10, 19]) {
      const byHand = await valuesByHand(model, rows[i]!, background);
      const wanted = sumOverSubsets(
        byHand.map(([v]) => v!),
        4,
      );
      expect(furthest(why.values.data.subarray(4 * i, 4 * i + 4), wanted)).toBeLessThan(ROUNDING);
    }
    expect(why.cost.forward).toBeGreaterThanOrEqual(20 * 16 * 40);
  });

  test.each(algorithms)('of an input that changes nothing are exactly 0 (%s)', async (algorithm) => {
    const [rows, background] = [numbers(3, 8), numbers(4, 8, 9)];
    for (const row of [...rows, ...background]) row[2] = 0.25;
    const model = await changed(netOf(8), (weights) => {
      for (let k = 0; k < 9; k++) weights['dense1.weight']![8 * k + 5] = 0;
    });
    const why = await shap(model, rows, { background, algorithm, nSamples: 30, target: 'all' });
    for (let i = 0; i < 3; i++)
      for (let k = 0; k < 2; k++)
        for (const input of [2, 5]) expect(why.values.data[(8 * i + input) * 2 + k]).toBe(0);
  });

  test('of inputs that are read alike and have the same numbers are the same', async () => {
    const [rows, background] = [numbers(2, 7), numbers(3, 7, 9)];
    for (const row of [...rows, ...background]) row[5] = row[1]!;
    const model = await changed(netOf(7), (weights) => {
      const weight = weights['dense1.weight']!;
      for (let k = 0; k < 9; k++) weight[7 * k + 5] = weight[7 * k + 1]!;
    });
    const { values } = await shap(model, rows, { background, target: 0 });
    for (const row of [0, 1])
      expect(Math.abs(values.data[7 * row + 1]! - values.data[7 * row + 5]!)).toBeLessThan(1e-6);
  });

  test('of a weighted sum of outputs are the weighted sums of theirs', async () => {
    const model = await changed(netOf(6, 3), (weights) => {
      for (const [width, numbers] of [
        [7, weights['dense3.weight']!],
        [1, weights['dense3.bias']!],
      ] as const)
        for (let k = 0; k < width; k++) numbers[2 * width + k] = 0.5 * numbers[k]! - 2 * numbers[width + k]!;
    });
    const options = { background: numbers(3, 6, 9), target: 'all' } as const;
    for (const algorithm of algorithms) {
      const { values } = await shap(model, numbers(1, 6), { ...options, algorithm, nSamples: 40 });
      for (let i = 0; i < 6; i++) {
        const [a, b, both] = values.data.subarray(3 * i, 3 * i + 3);
        expect(Math.abs(both! - (0.5 * a! - 2 * b!))).toBeLessThan(ROUNDING);
      }
    }
  });

  test.each(algorithms)('of a linear network are w·(x - mean b) (%s)', async (algorithm) => {
    const model = sequential([dense(1)], { inputShape: [8], seed: 5, backend });
    const [rows, background] = [numbers(3, 8), numbers(5, 8, 9)];
    const weight = (await model.weights())['dense1.weight']!.data;
    const wanted = rows.map((row) =>
      row.map((x, i) => weight[i]! * (x - background.reduce((sum, b) => sum + b[i]!, 0) / 5)),
    );
    // As few as tell their standard errors; 254 are all of them.
    const nSamples = algorithm === 'permutation' ? 560 : 80;
    const why = await shap(model, rows, { background, algorithm, nSamples });
    expect(furthest(why.values.data, wanted)).toBeLessThan(ROUNDING);
    if (algorithm !== 'exact') expect(Math.max(...why.stdError!.data)).toBeLessThan(ROUNDING);
  });

  test.each(['kernel', 'permutation'] as const)(
    'that are drawn add up, and repeat (%s)',
    async (algorithm) => {
      const model = netOf(12);
      const [rows, background] = [numbers(2, 12), numbers(3, 12, 9)];
      const exact = await shap(model, rows, { background, algorithm: 'exact', target: 'all' });
      const draw = (more: Partial<ShapOptions>) =>
        shap(model, rows, { background, algorithm, nSamples: 880, target: 'all', ...more });
      const [why, again, other] = [await draw({}), await draw({ seed: 0 }), await draw({ seed: 1 })];
      expect(again.values.data).toEqual(why.values.data);
      expect(other.values.data).not.toEqual(why.values.data);
      expect(furthest(why.convergenceDelta!.data, [0, 0, 0, 0])).toBeLessThan(ROUNDING);
      expect(why.warnings).toEqual([]);
      expect(why.stdError!.shape).toEqual([2, 12, 2]);
      // 48 errors in their own standard errors: none of a normal variable would be past 5.
      why.values.data.forEach((value, i) => {
        expect(Math.abs(value - exact.values.data[i]!)).toBeLessThan(5 * why.stdError!.data[i]! + ROUNDING);
      });
      const few = await draw({ nSamples: 4 });
      expect(furthest(few.convergenceDelta!.data, [0, 0, 0, 0])).toBeLessThan(ROUNDING);
      expect(few.warnings).toEqual([expect.stringMatching(/: give nSamples of (96|880) or more$/)]);
      expect([...few.stdError!.data].every(Number.isNaN)).toBe(true);
    },
  );

  test('are exact where that is cheap, for the players that matter in some row', async () => {
    const model = netOf(25);
    const [[b], rows] = [numbers(1, 25, 9), numbers(2, 25)];
    // The first row is as the baseline but for 9 inputs, the second but for 8 others: 512 coalitions of 25 players.
    rows[0]!.forEach((_, i) => {
      if (i >= 9) rows[0]![i] = b![i]!;
      if (i < 17) rows[1]![i] = b![i]!;
    });
    const why = await shap(model, rows, { background: [b!], target: 0 });
    expect(why.options['algorithm']).toBe('exact');
    const players = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => [from + i]);
    for (const [row, from, to] of [
      [0, 0, 9],
      [1, 17, 25],
    ] as const) {
      const byHand = await valuesByHand(model, rows[row]!, [b!], [25], players(from, to));
      const wanted = new Array<number>(25).fill(0);
      wanted.splice(
        from,
        to - from,
        ...sumOverSubsets(
          byHand.map((v) => v[0]!),
          to - from,
        ),
      );
      expect(furthest(why.at(row).values.data, wanted)).toBeLessThan(ROUNDING);
    }
    const many = await shap(netOf(12), numbers(1, 12), { background: numbers(70, 12, 9), nSamples: 30 });
    expect(many.options).toMatchObject({ algorithm: 'kernel', background: 70, nSamples: 30, seed: 0 });
    const same = await shap(model, [b!], { background: [b!] });
    expect(same.values.data).toEqual(new Float32Array(25));
    expect(same.warnings).toEqual([]);
  });

  test('of all outputs are those of each', async () => {
    const [model, background] = [netOf(6, 3), numbers(3, 6, 9)];
    const all = await shap(model, numbers(2, 6), { background, target: 'all' });
    for (const target of [0, 1, 2]) {
      const one = await shap(model, numbers(2, 6), { background, target });
      expect(Array.from(one.values.data)).toEqual([...all.values.data].filter((_, i) => i % 3 === target));
    }
  });

  test('of probabilities add up to the probability', async () => {
    const model = sequential([dense(6, { activation: 'tanh' }), dense(3, { activation: 'softmax' })], {
      inputShape: [5],
      backend,
    });
    const why = await shap(model, numbers(2, 5), { background: numbers(3, 5, 9), output: 'probability' });
    const [row] = (await model.predict(numbers(1, 5))).toArray() as number[][];
    expect(Math.abs(why.outputs.data[0]! - Math.max(...row!))).toBeLessThan(1e-6);
    expect(why.warnings).toEqual([]);
  });

  test('of a model with preprocessing are those of its columns', async () => {
    const table = Table.fromRows(
      Array.from({ length: 12 }, (_, i) => ({
        age: 20 + 3 * i,
        plan: ['basic', 'plus', 'pro'][i % 3]!,
        churned: i % 4 === 0 ? 'yes' : 'no',
      })),
    );
    const prepare = columns({
      numeric: { of: ['age'], scale: 'standard' },
      categorical: { of: ['plan'], encode: 'onehot' },
      target: { of: 'churned', encode: 'label' },
    }).fit(table);
    const model = sequential([dense(6, { activation: 'tanh' }), dense(2)], { prepare, seed: 3, backend });
    await model.fit(table, { loss: 'categoricalCrossentropy', epochs: 1 });
    const row = { age: 41, plan: 'pro' };
    const why = await shap(model, row, { background: table, target: 'yes' });
    const background = Array.from({ length: 12 }, (_, i) =>
      Array.from(prepare.inputs(table).data.subarray(4 * i, 4 * i + 4)),
    );
    const players = prepare.groups.map(({ outputs }) => [...outputs]);
    const byHand = await valuesByHand(model, prepare.transformRow(row).data, background, [4], players);
    expect(byHand).toHaveLength(4);
    const wanted = sumOverSubsets(
      byHand.map((v) => v[prepare.classes.indexOf('yes')]!),
      2,
    );
    const top = why.top().sort((a, b) => a.feature.localeCompare(b.feature));
    expect(top.map(({ feature, value }) => [feature, value])).toEqual([
      ['age', 41],
      ['plan', 'pro'],
    ]);
    expect(
      furthest(
        top.map(({ attribution }) => attribution),
        wanted,
      ),
    ).toBeLessThan(ROUNDING);
    expect(why.warnings).toEqual([]);
    expect(why.cost.forward).toBe(1 + 12 + 4 * 12);
    const alone = await shap(model, row, { background: table, groups: {}, target: 'yes' });
    expect(alone.cost.forward).toBeGreaterThan(why.cost.forward);
  });

  test('can be stopped, and say how far they are', async () => {
    const model = netOf(12);
    const shares: number[] = [];
    const stop = new AbortController();
    const options = { background: numbers(50, 12, 9), onProgress: (share: number) => shares.push(share) };
    await shap(model, numbers(2, 12), options);
    expect(shares.at(-1)).toBeCloseTo(1, 9);
    expect([...shares].sort((a, b) => a - b)).toEqual(shares);
    const onProgress = (share: number): void => {
      if (share > 0.1) stop.abort(new Error('enough'));
    };
    const stopped = shap(model, numbers(2, 12), { ...options, onProgress, signal: stop.signal });
    await expect(stopped).rejects.toThrow('enough');
  });
});

test('what cannot be asked is refused by name', async () => {
  const model = sequential([dense(2)], { inputShape: [25], backend: 'typescript' });
  const row = numbers(1, 25);
  const ask = (options: object) => shap(model, row, options as ShapOptions);
  const background = numbers(1, 25, 9);
  await expect(ask({})).rejects.toThrow('shap: background is missing');
  const refused: [object, string][] = [
    [{ algorithm: 'tree' }, 'shap: algorithm: there is no "tree"'],
    [{ algorithm: 'exact' }, "shap: 25 players are too many for algorithm 'exact', which takes 20"],
    [{ nSamples: 3 }, 'shap: nSamples must be a whole number at least 4 and at most 1000000, got 3'],
    [{ seed: 0.5 }, 'seed'],
    [{ groups: 'columns' }, "groups are 'columns', and the model has no preprocessing"],
    [{ groups: 'colour' }, "groups must be 'columns' or positions by name"],
    [{ groups: { a: [0, 1], b: [1] } }, 'input 1 is in two groups, "a" and "b"'],
    [{ groups: { a: [25] } }, 'groups.a must be a whole number at least 0 and below 25'],
    [{ groups: { a: [] } }, 'groups.a must be a list'],
    [{ samples: 3 }, 'unknown option "samples"'],
  ];
  for (const [options, message] of refused) {
    const asked = ask({ background, ...options });
    await expect(asked).rejects.toThrow(OptionError);
    await expect(asked).rejects.toThrow(message);
  }
});
