import {
  activation,
  dense,
  flatten,
  input,
  layer,
  layerNorm,
  type Model,
  model,
  ops,
  reshape,
  sequential,
} from 'glia';
import { inputXGradient, type LrpOptions, lrp } from 'glia/explain';
import { describe, expect, test } from 'vitest';
import { init } from '../../src/nn/index.ts';
import { describeBackends } from '../train/backends.ts';
import { naiveLrp, naiveRules } from './naive-lrp.ts';
import { furthest, golden, type Net, networkOf, TOLERANCE } from './networks.ts';

interface Golden {
  readonly net: Net;
  readonly inputs: number[][];
  readonly target: number[];
  readonly lrp: {
    readonly 'epsilon_0.01_with_bias': number[][];
    readonly bias_free_net: Readonly<
      Record<'logits' | 'epsilon_0' | 'epsilon_0.01' | 'zplus' | 'alpha2_beta1', number[][]>
    >;
  };
}

const wanted = golden<Golden>('mlp_relu');
const { bias_free_net: free } = wanted.lrp;
const rows = (n: number, width: number, salt = 1) => ({
  data: Float32Array.from({ length: n * width }, (_, i) => 1.5 * Math.sin(salt + 7.3 * i * i)),
  shape: [n, width],
});
const worst = (numbers: ArrayLike<number>): number => Math.max(...Array.from(numbers, Math.abs));
const RULES: Readonly<Record<string, LrpOptions>> = {
  'epsilon 0': { epsilon: 0 },
  'epsilon 0.01': { epsilon: 0.01 },
  zplus: { rule: 'zplus' },
  'alpha 2, beta 1': { rule: 'alphaBeta' },
  gamma: { rule: 'gamma' },
};

describeBackends('lrp', (backend) => {
  test('has the values of the references with biases', async () => {
    const net = await networkOf(wanted.net, 'relu', backend);
    const { target } = wanted;
    const found = await lrp(net, wanted.inputs, { target, epsilon: 0.01 });
    expect(furthest(found.values.data, wanted.lrp['epsilon_0.01_with_bias'])).toBeLessThan(TOLERANCE);
  });

  test.each([
    ['epsilon 0', 'epsilon_0'],
    ['epsilon 0.01', 'epsilon_0.01'],
    ['zplus', 'zplus'],
    ['alpha 2, beta 1', 'alpha2_beta1'],
  ] as const)('has the values of the references without biases: %s', async (name, key) => {
    const net = await networkOf(wanted.net, 'relu', backend, false);
    const found = await lrp(net, wanted.inputs, { target: wanted.target, ...RULES[name] });
    expect(furthest(found.values.data, free[key])).toBeLessThan(TOLERANCE);
    expect(
      furthest(
        found.outputs.data,
        free.logits.map(([first]) => first),
      ),
    ).toBeLessThan(TOLERANCE);
  });

  const mlp = (name: string, bias: boolean): Model => {
    const act = name as 'relu';
    return sequential(
      [
        dense(40, { activation: act, bias, biasInit: 'ones' }),
        dense(30, { activation: act, bias }),
        dense(3, { bias }),
      ],
      { inputShape: [12], seed: 4, backend },
    );
  };

  describe.each(Object.entries(RULES))('%s', (_name, rule) => {
    test('hands back all of the output, but for what it says that biases keep', async () => {
      for (const act of ['relu', 'tanh', 'gelu', 'selu', 'sigmoid', 'softplus']) {
        const found = await lrp(mlp(act, true), rows(20, 12), { target: 'all', ...rule });
        const size = Math.max(1, worst(found.values.data));
        expect(worst(found.convergenceDelta!.data), act).toBeLessThan(1e-5 * size);
        expect(worst(found.baseValues.data)).toBeGreaterThan(0.01);
      }
    });

    test('keeps nothing in a network of rectifiers without biases', async () => {
      const found = await lrp(mlp('relu', false), rows(20, 12), { target: 0, ...rule });
      const kept = rule.epsilon === 0.01 ? 0.2 : 1e-6 * Math.max(1, worst(found.values.data));
      expect(worst(found.baseValues.data)).toBeLessThan(kept);
      expect(found.warnings.filter((warning) => warning.includes('miss'))).toEqual([]);
    });

    test('gives a column that is not used exactly 0', async () => {
      const net = mlp('relu', true);
      const weights = await net.weights();
      for (let unit = 0; unit < 40; unit++) weights['dense1.weight']!.data[unit * 12 + 5] = 0;
      await net.setWeights(weights);
      const { values } = await lrp(net, rows(6, 12), rule);
      for (let row = 0; row < 6; row++) expect(Math.abs(values.data[row * 12 + 5]!)).toBe(0);
    });
  });

  test('with epsilon 0 is input times gradient, without biases', async () => {
    const net = mlp('relu', false);
    const [a, b] = [await lrp(net, rows(20, 12), { epsilon: 0 }), await inputXGradient(net, rows(20, 12))];
    expect(furthest(a.values.data, [...b.values.data])).toBeLessThan(1e-5);
  });

  test('with zplus gives nothing below 0 where inputs and output are above it', async () => {
    const net = mlp('relu', true);
    const x = rows(30, 12);
    const found = await lrp(net, { ...x, data: x.data.map(Math.abs) }, { rule: 'zplus' });
    found.outputs.data.forEach((output, row) => {
      if (output < 0) return;
      for (const value of found.values.data.subarray(row * 12, row * 12 + 12))
        expect(value).toBeGreaterThanOrEqual(0);
    });
    expect(found.outputs.data.some((output) => output > 0)).toBe(true);
  });

  test.each([
    ['epsilon', { epsilon: 0.05 }, naiveRules.epsilon(0.05)],
    ['zplus', { rule: 'zplus' }, naiveRules.alphaBeta(1, 0)],
    ['alphaBeta', { rule: 'alphaBeta', alpha: 3 }, naiveRules.alphaBeta(3, 2)],
    ['gamma', { rule: 'gamma', gamma: 0.5 }, naiveRules.gamma(0.5)],
  ] as const)(
    'is what sums over single contributions give, with biases: %s',
    async (_name, options, rule) => {
      // Linear layers behind each other are layers of their own; tanh lets signs of both kinds through.
      const names = ['tanh', 'linear', 'relu', 'linear'] as const;
      const functions = [Math.tanh, (z: number) => z, (z: number) => Math.max(0, z), (z: number) => z];
      const net = sequential(
        [7, 6, 6, 3].map((units, i) =>
          dense(units, { activation: names[i]!, biasInit: init.normal({ std: 0.3 }) }),
        ),
        { inputShape: [5], seed: 11, backend },
      );
      const weights = await net.weights();
      const layers = functions.map((activation, i) => {
        const { data, shape } = weights[`dense${i + 1}.weight`]!;
        const weight = Array.from({ length: shape[0]! }, (_, k) => [
          ...data.subarray(k * shape[1]!, (k + 1) * shape[1]!),
        ]);
        return { weight, bias: [...weights[`dense${i + 1}.bias`]!.data], activation };
      });
      const x = rows(6, 5);
      const found = await lrp(net, x, { target: 1, ...options });
      for (let row = 0; row < 6; row++) {
        const { relevance, kept } = naiveLrp(layers, [...x.data.subarray(5 * row, 5 * row + 5)], 1, rule);
        const got = found.values.data.subarray(5 * row, 5 * row + 5);
        const size = Math.max(1, worst(relevance));
        expect(furthest(got, relevance)).toBeLessThan(1e-5 * size);
        // What the stabiliser takes is kept as well.
        if ('rule' in options) expect(Math.abs(found.baseValues.data[row]! - kept)).toBeLessThan(1e-5 * size);
      }
    },
  );

  test.each(Object.entries(RULES))('hands on all that comes to a scale: %s', async (_name, rule) => {
    const halved = layer({ apply: (_own, x) => ops.neg(ops.div(ops.mul(x, 2), 4)) });
    const layers = [dense(6, { activation: 'relu' }), dense(2, { biasInit: 'ones' })];
    const [bare, scaled] = [layers, [...layers, halved]].map((list) =>
      sequential(list, { inputShape: [5], seed: 2, backend }),
    );
    await scaled!.setWeights(await bare!.weights());
    const [a, b] = await Promise.all(
      [bare!, scaled!].map((net) => lrp(net, rows(4, 5), { target: 0, ...rule })),
    );
    expect(
      furthest(
        b!.values.data,
        Array.from(a!.values.data, (value) => -value / 2),
      ),
    ).toBeLessThan(1e-6);
  });

  test('takes rules by layer, alpha 1 for zplus, and no further sums where numbers only move', async () => {
    const inner = { bias: true, biasInit: 'ones' as const };
    const layers = [dense(8, { ...inner, activation: 'relu' }), dense(2, inner)];
    const bare = sequential([...layers], { inputShape: [6], seed: 8, backend });
    const moved = sequential([flatten(), layers[0]!, reshape([4, 2]), flatten(), layers[1]!], {
      inputShape: [2, 3],
      seed: 8,
      backend,
    });
    await moved.setWeights(await bare.weights());
    const x = rows(5, 6);
    for (const rule of Object.values(RULES)) {
      const a = await lrp(bare, x, { ...rule, rules: { dense2: 'gamma' } });
      const b = await lrp(moved, { ...x, shape: [5, 2, 3] }, { ...rule, rules: { dense2: 'gamma' } });
      expect(furthest(b.values.data, [...a.values.data])).toBeLessThan(1e-6);
      expect(b.values.shape).toEqual([5, 2, 3]);
    }
    const [a, b, c] = [
      await lrp(bare, x, { rule: 'alphaBeta', alpha: 1 }),
      await lrp(bare, x, { rules: { dense1: 'zplus', dense2: 'zplus' } }),
      await lrp(bare, x),
    ];
    expect([...a!.values.data]).toEqual([...b!.values.data]);
    expect(furthest(c!.values.data, [...b!.values.data])).toBeGreaterThan(0.01);
  });

  test('says where most of an output does not come from the inputs', async () => {
    const net = sequential([dense(2, { biasInit: init.constant(9) })], { inputShape: [3], seed: 1, backend });
    const [found, all] = [await lrp(net, rows(4, 3)), await lrp(net, rows(4, 3), { target: 'all' })];
    expect(found.warnings).toEqual([
      'of 4 of 4 outputs biases and the rule keep more than the inputs get; baseValues has it',
    ]);
    expect(all.warnings[0]).toMatch(/^of 8 of 8 outputs/);
    expect(furthest(found.baseValues.data, [9, 9, 9, 9])).toBeLessThan(1e-5);
  });

  test('goes through normalisation, sums and gates', async () => {
    const gated = layer({
      params: ([d]) => ({ w: [d!, 4], g: [d!, 4] }),
      apply: ({ w, g }, x) => ops.mul(ops.matmul(x, w!), ops.sigmoid(ops.matmul(x, g!))),
    });
    const x = input([6]);
    const net = model({
      inputs: x,
      outputs: dense(2).call(gated.call(layerNorm().call(x))),
      seed: 5,
      backend,
    });
    for (const rule of Object.values(RULES)) {
      const found = await lrp(net, rows(8, 6), rule);
      expect(worst(found.convergenceDelta!.data)).toBeLessThan(1e-5 * Math.max(1, worst(found.values.data)));
    }
  });
});

describe('lrp refuses', () => {
  const net = sequential([dense(3), activation('softmax'), dense(2)], { inputShape: [3] });
  test.each([
    ['an op that it has no rule for', {}, /lrp: there is no rule for the op/],
    ['a layer that is not there', { rules: { dens1: 'zplus' } }, /did you mean "dense1"/],
    ['a rule that is not there', { rules: { dense1: 'z+' } }, /lrp: rules.dense1: there is no "z\+"/],
    ['alpha and beta that lose relevance', { alpha: 2, beta: 0 }, /alpha - beta must be 1/],
  ])('%s', async (_name, options, message) => {
    await expect(lrp(net, rows(2, 3), options as LrpOptions)).rejects.toThrow(message);
  });
});
