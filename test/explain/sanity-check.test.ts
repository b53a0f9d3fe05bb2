import { dense, sequential } from 'glia';
import { inputXGradient, type Method, saliency, sanityCheck } from 'glia/explain';
import { expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { rankCorrelation, ranks } from '../../src/explain/rank-correlation.ts';
import { describeBackends } from '../train/backends.ts';

const random = Random.of(0, 'rows');
const x = { data: Float32Array.from({ length: 20 * 16 }, () => random.normal()), shape: [20, 16] };

/** Looks at the rows alone. */
const edges: Method = async (model, rows, options) => {
  const explanation = await saliency(model, rows, options);
  explanation.values.data.set(explanation.data.data);
  return explanation;
};

test('ranks share the mean of ties', () => {
  expect([...ranks([3, 1, 3, -2])]).toEqual([3.5, 2, 3.5, 1]);
  expect(rankCorrelation([1, 2, 3, 4], [10, 100, 1000, 10000])).toBeCloseTo(1, 12);
  expect(rankCorrelation([1, 2, 3], [3, 2, 1])).toBeCloseTo(-1, 12);
  // 1 - 6 Σd² / (n (n² - 1)), without ties.
  expect(rankCorrelation([1, 2, 3, 4, 5], [2, 1, 4, 3, 5])).toBeCloseTo(1 - (6 * 4) / (5 * 24), 12);
  // The mean of equal ranks rounds for some lengths, which must not look like a spread.
  for (let n = 2; n < 60; n++) {
    const [same, rising] = [new Array<number>(n).fill(0.1), Array.from({ length: n }, (_, i) => i)];
    expect(rankCorrelation(same, rising), `${n}`).toBeNaN();
    expect(rankCorrelation(rising, same), `${n}`).toBeNaN();
  }
  expect(rankCorrelation([7, 7], [7, 7])).toBe(1);
});

describeBackends('the sanity check', (backend) => {
  const make = () =>
    sequential([dense(24, { activation: 'relu' }), dense(16, { activation: 'tanh' }), dense(3)], {
      inputShape: [16],
      seed: 9,
      backend,
    });

  test('finds that gradients depend on the model: random networks have others', async () => {
    for (const method of [saliency, inputXGradient]) {
      const { verdict, stages, cost } = await sanityCheck(make(), x, method);
      expect(verdict).toBe('depends on the model');
      expect(stages.map(({ layers }) => layers)).toEqual([
        ['dense3'],
        ['dense3', 'dense2'],
        ['dense3', 'dense2', 'dense1'],
      ]);
      // 16 random ranks correlate by 0.26 at random, and the rows of a draw share their weights.
      expect(Math.abs(stages[2]!.correlation.mean)).toBeLessThan(0.3);
      expect(cost.backward).toBe(20 * 16);
    }
  });

  test('catches a method that looks at the rows alone', async () => {
    const { verdict, stages } = await sanityCheck(make(), x, edges);
    expect(verdict).toBe('does not depend on the model');
    expect(stages.map(({ correlation }) => correlation)).toEqual(Array(3).fill({ mean: 1, stdError: 0 }));
  });

  test('leaves the model as it was, and is the same for a seed', async () => {
    const net = make();
    const before = await net.weights();
    const check = async (seed: number) => (await sanityCheck(net, x, saliency, { seed, repeats: 2 })).stages;
    const first = await check(3);
    expect(await check(3)).toEqual(first);
    expect(await check(8)).not.toEqual(first);
    expect(await net.weights()).toEqual(before);
  });

  test('keeps the targets of the model', async () => {
    const asked: unknown[] = [];
    const spy: Method = (model, rows, options) => {
      asked.push(options.target);
      return saliency(model, rows, options);
    };
    const net = make();
    const own = [...(await saliency(net, x)).target];
    await sanityCheck(net, x, spy, { repeats: 1 });
    expect(asked).toEqual([undefined, own, own, own]);
  });

  test('says when nothing can be ranked', async () => {
    const net = sequential([dense(2)], { inputShape: [1], backend });
    const { verdict, warnings } = await sanityCheck(net, [[1], [2]], saliency);
    // A single number is always in its place, and differs from draw to draw.
    expect(verdict).toBe('undecided');
    expect(warnings).toHaveLength(1);
    await expect(sanityCheck(net, [[1]], {} as never)).rejects.toThrow('the method must be a function');
  });
});
