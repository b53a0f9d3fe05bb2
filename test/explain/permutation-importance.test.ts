import { dense, sequential } from 'glia';
import { permutationImportance } from 'glia/explain';
import { describe, expect, test } from 'vitest';
import { importanceBy } from '../../src/explain/permutation-importance.ts';
import { describeBackends } from '../train/backends.ts';
import { furthest, golden, type Net, networkOf, TOLERANCE } from './networks.ts';
import { linearModel, people, peopleModel } from './prepared.ts';

interface Golden {
  readonly data: number[][];
  readonly permutation_importance: {
    readonly labels: number[];
    readonly permutations: number[][];
    readonly base_accuracy: number;
    readonly base_nll: number;
    readonly 'drop_[feature][repeat][acc_drop,nll_increase]': [number, number][][];
  };
}

const { data, permutation_importance: wanted } = golden<Golden>('global');
const { net: relu } = golden<{ net: Net }>('mlp_relu');
const drops = wanted['drop_[feature][repeat][acc_drop,nll_increase]'];
const loss = 'categoricalCrossentropy' as const;

describeBackends('permutationImportance', (backend) => {
  test('has the values of the references for their permutations', async () => {
    const model = await networkOf(relu, 'relu', backend);
    for (const [i, metric] of (['accuracy', 'loss'] as const).entries()) {
      const draw = (_: number, repeat: number) => wanted.permutations[repeat]!;
      const got = await importanceBy(draw, model, data, wanted.labels, { metric, loss, nRepeats: 2 });
      expect(
        furthest(
          got.raw.flat(),
          drops.flat().map((pair) => pair[i]!),
        ),
      ).toBeLessThan(TOLERANCE);
      expect(got.base).toBeCloseTo([wanted.base_accuracy, wanted.base_nll][i]!, 5);
      expect(got.mean[1]).toBeCloseTo((drops[1]![0]![i]! + drops[1]![1]![i]!) / 2, 5);
      // Of two numbers the deviation is half of their distance.
      const half = Math.abs(drops[1]![0]![i]! - drops[1]![1]![i]!) / 2;
      expect(furthest([got.std[1]!], [half])).toBeLessThan(TOLERANCE);
      // By turns the permutations are as often the one as the other, which is not skewed: s/√(n - 1).
      const turns = (rows: number, repeat: number) => draw(rows, repeat % 2);
      const six = await importanceBy(turns, model, data, wanted.labels, { metric, loss, nRepeats: 6 });
      expect(furthest([six.stdError[1]!], [half / Math.sqrt(5)])).toBeLessThan(TOLERANCE);
    }
  });

  test('of few repeats has no standard error, and says so', async () => {
    const model = await networkOf(relu, 'relu', backend);
    const ask = (nRepeats: number) => permutationImportance(model, data, wanted.labels, { loss, nRepeats });
    const once = await ask(1);
    expect(once.stdError).toEqual(once.mean.map(() => Number.NaN));
    expect(once.warnings).toEqual(['1 repeat leaves the standard errors open: give nRepeats of 5 or more']);
    expect(once.toSvg()).toContain('</svg>');
    expect((await ask(4)).stdError).toEqual(once.stdError);
    const { stdError, warnings } = await ask(5);
    expect([Math.min(...stdError) > 0, warnings]).toEqual([true, []]);
  });

  test('is 0 for the permutation that changes nothing, and for a column that is not used', async () => {
    const model = await networkOf(relu, 'relu', backend);
    const nothing = (rows: number) => Array.from({ length: rows }, (_, i) => i);
    const same = await importanceBy(nothing, model, data, wanted.labels, { loss, nRepeats: 1 });
    expect(same.raw.flat()).toEqual([0, 0, 0, 0, 0]);
    const linear = await linearModel(backend, [
      [1, 0, 0.5, -2, 0.1],
      [0, 0, 1, 1, 0],
    ]);
    for (const metric of ['loss', 'accuracy'] as const) {
      const got = await permutationImportance(linear, people, { loss, metric });
      expect(got.features).toEqual(['age', 'height', 'plan']);
      expect(got.raw[1]).toEqual([0, 0, 0, 0, 0]);
      expect(got.mean[2]).not.toBe(0);
    }
  });

  test('of a linear model has its expectation over all permutations', async () => {
    // Of two rows there are two permutations; the loss of the one that swaps them is known.
    const model = await linearModel(backend, [[2, -1]]);
    const all = (_: number, repeat: number) => (repeat === 0 ? [0, 1] : [1, 0]);
    const got = await importanceBy(
      all,
      model,
      [
        [1, 0],
        [3, 0],
      ],
      [[2], [6]],
      { loss: 'mse', nRepeats: 2 },
    );
    expect(got.raw).toEqual([
      [0, 16],
      [0, 0],
    ]);
  });

  test('shuffles the numbers of a column together, and groups', async () => {
    const model = peopleModel(backend);
    const { x, y } = model.session.prepare!.transform(people);
    const seen = await permutationImportance(model, people, { loss, nRepeats: 2 });
    const numbers = sequential([dense(6, { activation: 'tanh' }), dense(2)], { inputShape: [5], backend });
    await numbers.setWeights(await model.weights());
    const labels = y!.data as Int32Array;
    const plan = ['x2', 'x3', 'x4'];
    const grouped = await permutationImportance(numbers, x, labels, {
      loss,
      nRepeats: 2,
      groups: { plan, rest: [0] },
    });
    expect(grouped.features).toEqual(['plan', 'rest', 'x1']);
    expect(grouped.raw).toEqual([seen.raw[2], seen.raw[0], seen.raw[1]]);
    const alone = await permutationImportance(numbers, x, labels, { loss, nRepeats: 2 });
    expect(alone.raw[2]).not.toEqual(seen.raw[2]);
    expect(grouped.cost.forward).toBe((3 * 2 + 1) * people.rows);
  });

  test('depends on the seed alone, says how far it is, and stops', async () => {
    const model = peopleModel(backend);
    await model.fit(people, { loss, epochs: 2 });
    const shares: number[] = [];
    const onProgress = (share: number) => void shares.push(share);
    const first = await permutationImportance(model, people, { onProgress });
    expect(new Set(first.raw[0]).size).toBeGreaterThan(1);
    const again = await permutationImportance(model, people);
    expect({ ...again, cost: 0 }).toEqual({ ...first, cost: 0 });
    const other = await permutationImportance(model, people, { seed: 1 });
    expect(other.raw).not.toEqual(first.raw);
    expect(first.base).toBeCloseTo((await model.evaluate(people)).loss, 6);
    expect(shares.length).toBe(16);
    expect(shares.at(-1)).toBe(1);
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(permutationImportance(model, people, { signal })).rejects.toThrow('enough');
    expect(JSON.parse(JSON.stringify(first))).toEqual(first);
  });
});

describe('permutationImportance refuses', () => {
  const model = peopleModel('typescript');
  test.each([
    [{}, /the loss must be given/],
    [{ loss, metric: 'acuracy' }, /there is no "acuracy"[\s\S]*did you mean "accuracy"/],
    [{ loss, metric: { name: 'mine', of: () => 1 } }, /does not say which way is better/],
    [{ loss, metric: 'rmse' }, /made for values/],
    [{ loss, nRepeats: 0 }, /nRepeats must be a whole number at least 1/],
    [{ loss, groups: { a: ['age'], b: ['age'] } }, /"age" is in the groups "a" and "b"/],
    [{ loss, groups: { a: [] } }, /the group "a" must be a list of columns/],
    [{ loss, groups: { a: ['colour'] } }, /there is no column "colour"/],
    [{ loss, repeats: 3 }, /unknown option "repeats"[\s\S]*did you mean "nRepeats"/],
  ])('%j', async (options, message) => {
    await expect(permutationImportance(model, people, options as object)).rejects.toThrow(message);
  });

  test('rows without targets', async () => {
    const { x } = model.session.prepare!.transform(people);
    await expect(permutationImportance(model, x, undefined as never, { loss })).rejects.toThrow(
      /y is missing/,
    );
  });
});
