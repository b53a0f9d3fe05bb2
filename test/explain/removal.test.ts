import { dense, flatten, type Model, sequential } from 'glia';
import { featureAblation, occlusion, shap } from 'glia/explain';
import { describe, expect, test } from 'vitest';
import { OptionError } from '../../src/base/errors.ts';
import { windowsOver } from '../../src/explain/windows.ts';
import { describeBackends } from '../train/backends.ts';
import { furthest, golden, type Net, networkOf, TOLERANCE } from './networks.ts';

interface Golden {
  readonly net: Net;
  readonly inputs: number[][];
  readonly baseline: number[];
  readonly baseline_logits: number[];
  readonly feature_ablation: number[][];
}

const wanted = golden<Golden>('mlp_relu');
const numbers = (count: number, seed = 1): number[] =>
  Array.from({ length: count }, (_, i) => Math.sin(seed + 12.9898 * (i + 1)));

describeBackends('inputs taken away', (backend) => {
  test('have the values of the references', async () => {
    const net = await networkOf(wanted.net, 'relu', backend);
    const why = await featureAblation(net, wanted.inputs, { baselines: wanted.baseline, target: 0 });
    expect(furthest(why.values.data, wanted.feature_ablation)).toBeLessThan(TOLERANCE);
    expect(furthest(why.baseValues.data, new Array(4).fill(wanted.baseline_logits[0]!))).toBeLessThan(
      TOLERANCE,
    );
    // Windows of one input are the inputs; a baseline for each row is that of each.
    const own = wanted.inputs.map(() => wanted.baseline);
    const windows = await occlusion(net, wanted.inputs, { baselines: own, target: 0, window: 1 });
    expect(furthest(windows.values.data, wanted.feature_ablation)).toBeLessThan(TOLERANCE);
  });

  test('with baselines of their own are as each by itself', async () => {
    const net = await networkOf(wanted.net, 'relu', backend);
    const baselines = [...wanted.inputs].reverse();
    const all = await featureAblation(net, wanted.inputs, { baselines, target: 'all' });
    expect(all.values.shape).toEqual([4, 5, 3]);
    for (const [i, row] of wanted.inputs.entries()) {
      const one = await featureAblation(net, [row], { baselines: baselines[i]!, target: 'all' });
      expect(furthest(all.at(i).values.data, Array.from(one.values.data))).toBeLessThan(1e-6);
    }
  });

  test('in a linear network are its Shapley values, also in groups', async () => {
    const net = sequential([dense(2)], { inputShape: [5], seed: 3, backend });
    const [x, b] = [[numbers(5)], [numbers(5, 7)]];
    const groups = { pair: [1, 4] };
    for (const options of [{}, { groups }]) {
      const away = await featureAblation(net, x, { ...options, baselines: b, target: 1 });
      const fair = await shap(net, x, { ...options, background: b, target: 1 });
      expect(furthest(away.values.data, Array.from(fair.values.data))).toBeLessThan(1e-6);
      expect(away.top(1)[0]!.feature).toBe(fair.top(1)[0]!.feature);
    }
  });

  test('that are as in the baseline, or not read, have exactly 0', async () => {
    const net = sequential([dense(6, { activation: 'tanh' }), dense(2)], {
      inputShape: [5],
      seed: 3,
      backend,
    });
    const weights = await net.weights();
    for (let k = 0; k < 6; k++) weights['dense1.weight']!.data[5 * k + 3] = 0;
    await net.setWeights(weights);
    const [x, b] = [numbers(5), numbers(5, 7)];
    b[1] = x[1]!;
    for (const why of [
      await featureAblation(net, [x], { baselines: [b] }),
      await occlusion(net, [x], { baselines: [b], window: 1 }),
    ]) {
      expect(Array.from(why.values.data, (value) => value === 0)).toEqual([false, true, false, true, false]);
    }
  });

  const image = (): Model =>
    sequential([flatten(), dense(6, { activation: 'tanh' }), dense(2)], { inputShape: [2, 4, 3], backend });

  test('by windows of an image are the mean over the windows that cover an input', async () => {
    const x = numbers(24);
    const why = await occlusion(
      image(),
      { data: x, shape: [1, 2, 4, 3] },
      { window: [2, 2], stride: [2, 1], target: 1 },
    );
    expect(why.values.shape).toEqual([1, 2, 4, 3]);
    const model = image();
    const f = async (row: number[]) => (await model.predict({ data: row, shape: [1, 2, 4, 3] })).data[1]!;
    const [sums, cover] = [new Array<number>(24).fill(0), new Array<number>(24).fill(0)];
    for (const top of [0, 2]) {
      for (const left of [0, 1]) {
        const inside = (i: number): boolean => {
          const [h, w] = [Math.floor(i / 3) % 4, i % 3];
          return h >= top && h < top + 2 && w >= left && w < left + 2;
        };
        const loss = (await f(x)) - (await f(x.map((value, i) => (inside(i) ? 0 : value))));
        for (let i = 0; i < 24; i++) {
          if (!inside(i)) continue;
          sums[i]! += loss;
          cover[i]! += 1;
        }
      }
    }
    expect(
      furthest(
        why.values.data,
        sums.map((sum, i) => sum / cover[i]!),
      ),
    ).toBeLessThan(1e-6);
  });

  test('by one window over all are the whole difference', async () => {
    const x = { data: numbers(48), shape: [2, 2, 4, 3] };
    const why = await occlusion(image(), x, { window: [2, 4, 3], target: 'all' });
    for (let i = 0; i < 2; i++)
      for (let k = 0; k < 2; k++) {
        const whole = why.outputs.data[2 * i + k]! - why.baseValues.data[2 * i + k]!;
        for (let j = 0; j < 24; j++)
          expect(Math.abs(why.values.data[(24 * i + j) * 2 + k]! - whole)).toBeLessThan(1e-6);
      }
  });
});

describe('windows', () => {
  const over = (shape: number[], window: number | number[], stride: number | number[] = 1) =>
    windowsOver('test', shape, window, stride);

  test('begin at the first position and are cut off at the end', () => {
    expect(over([5], 2, 2)).toEqual([[0, 1], [2, 3], [4]]);
    expect(over([3], 3)).toEqual([[0, 1, 2]]);
    expect(over([2, 3], 2)).toEqual([
      [0, 1, 3, 4],
      [1, 2, 4, 5],
    ]);
    expect(over([2, 1, 3], [1, 2], [1, 2])).toEqual([
      [0, 1, 3, 4],
      [2, 5],
    ]);
  });

  test('that do not fit are refused', () => {
    const refused: [() => unknown, string][] = [
      [() => over([4], 5), 'window must be a whole number at least 1 and at most 4, got 5'],
      [() => over([4], 0), 'window must be a whole number'],
      [() => over([4], [2, 2]), 'window has 2 lengths for rows of 1 axes'],
      [() => over([4], 2, 3), 'a stride of 3 leaves gaps between windows of 2 on axis 0'],
      [() => over([4], undefined as never), 'window must be a whole number'],
    ];
    for (const [ask, message] of refused) {
      expect(ask).toThrow(OptionError);
      expect(ask).toThrow(message);
    }
  });
});
