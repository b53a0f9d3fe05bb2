import { add, dense, input, layer, layerNorm, type Model, model, ops, sequential } from 'glia';
import { type DeepLiftOptions, deepLift, saliency } from 'glia/explain';
import { describe, expect, test } from 'vitest';
import { activations } from '../../src/nn/index.ts';
import { describeBackends } from '../train/backends.ts';
import { furthest, golden, type Net, networkOf, TOLERANCE } from './networks.ts';

interface Golden {
  readonly net: Net;
  readonly inputs: number[][];
  readonly baseline: number[];
  readonly background: number[][];
  readonly baseline_logits: number[];
  readonly target: number[];
  readonly deeplift_rescale: number[][];
  readonly deepshap_background: number[][];
}

const wanted = golden<Golden>('mlp_relu');
const rows = (n: number, width: number, salt = 1) => ({
  data: Float32Array.from({ length: n * width }, (_, i) => 1.5 * Math.sin(salt + 7.3 * i * i)),
  shape: [n, width],
});
const worst = (numbers: ArrayLike<number>): number => Math.max(...Array.from(numbers, Math.abs));

describeBackends('deepLift', (backend) => {
  test('has the values of the references', async () => {
    const net = await networkOf(wanted.net, 'relu', backend);
    const one = await deepLift(net, wanted.inputs, { baselines: wanted.baseline });
    expect(furthest(one.values.data, wanted.deeplift_rescale)).toBeLessThan(TOLERANCE);
    expect(one.baseValues.data[0]).toBeCloseTo(wanted.baseline_logits[0]!, 5);
    const many = await deepLift(net, wanted.inputs, { background: wanted.background });
    expect(furthest(many.values.data, wanted.deepshap_background)).toBeLessThan(TOLERANCE);
    for (const { convergenceDelta, warnings } of [one, many]) {
      expect(worst(convergenceDelta!.data)).toBeLessThan(2e-6);
      expect(warnings).toEqual([]);
    }
  });

  const deep = (name: string): Model =>
    sequential(
      [dense(40, { activation: name as 'tanh' }), dense(30, { activation: name as 'tanh' }), dense(3)],
      { inputShape: [12], seed: 4, backend },
    );
  const oneByOne = activations.activationNames;
  test.each(oneByOne)('adds up for %s, from one reference and from many', async (name) => {
    const net = deep(name);
    const x = rows(20, 12);
    const one = await deepLift(net, x, { baselines: 'zeros', target: 'all' });
    expect(one.values.shape).toEqual([20, 12, 3]);
    expect(worst(one.convergenceDelta!.data)).toBeLessThan(1e-5);
    const many = await deepLift(net, x, { background: rows(30, 12, 2) });
    expect(worst(many.convergenceDelta!.data)).toBeLessThan(1e-5);
    expect([...one.warnings, ...many.warnings]).toEqual([]);
  });

  test('gives a linear network its closed form', async () => {
    const net = sequential([dense(6), dense(2)], { inputShape: [5], seed: 2, backend });
    const [x, background] = [rows(4, 5), rows(7, 5, 3)];
    const { values } = await deepLift(net, x, { background, target: 1 });
    const gradient = await saliency(net, x, { target: 1 });
    const mean = (j: number) => background.data.reduce((s, b, i) => s + (i % 5 === j ? b / 7 : 0), 0);
    const closed = gradient.values.data.map((w, i) => w * (x.data[i]! - mean(i % 5)));
    expect(furthest(values.data, [...closed])).toBeLessThan(1e-6);
  });

  test('gives a column that is not used, or does not differ, exactly 0', async () => {
    const net = deep('gelu');
    const weights = await net.weights();
    const first = weights['dense1.weight']!;
    for (let unit = 0; unit < 40; unit++) first.data[unit * 12 + 5] = 0;
    await net.setWeights(weights);
    const x = rows(6, 12);
    const { values } = await deepLift(net, x, { background: rows(9, 12, 2) });
    for (let row = 0; row < 6; row++) expect(values.data[row * 12 + 5]).toBe(0);
    const same = await deepLift(net, x, { baselines: x });
    expect(worst(same.values.data)).toBe(0);
  });

  test('changes its sign when row and reference are exchanged', async () => {
    const net = deep('tanh');
    const [x, r] = [rows(5, 12), rows(5, 12, 9)];
    const [there, back] = [
      await deepLift(net, x, { baselines: r, target: 0 }),
      await deepLift(net, r, { baselines: x, target: 0 }),
    ];
    expect(
      furthest(
        there.values.data,
        Array.from(back.values.data, (v) => -v),
      ),
    ).toBeLessThan(1e-6);
    // Also where the difference is tiny and a kink lies in between.
    const kink = sequential([dense(1, { activation: 'relu', init: 'ones' })], { inputShape: [1], backend });
    const [up, down] = [[[2e-6]], [[-4e-6]]];
    const [rise, fall] = [
      await deepLift(kink, up, { baselines: down }),
      await deepLift(kink, down, { baselines: up }),
    ];
    expect(rise.values.data[0]).toBe(-fall.values.data[0]!);
    expect(rise.values.data[0]).toBeCloseTo(3e-6, 10);
  });

  test('shares what factors and quotients change', async () => {
    const gated = layer({
      params: ([d]) => ({ w: [d!, 4], g: [d!, 4] }),
      apply: ({ w, g }, x) => ops.mul(ops.matmul(x, w!), ops.sigmoid(ops.matmul(x, g!))),
    });
    const rest = (x: ReturnType<typeof input>) => {
      const h = dense(6, { activation: 'selu' }).call(layerNorm().call(x));
      return dense(2).call(add().call(h, dense(6).call(gated.call(h))));
    };
    const x = input([6]);
    const net = model({ inputs: x, outputs: rest(x), seed: 5, backend });
    const { convergenceDelta, warnings } = await deepLift(net, rows(8, 6), { baselines: rows(8, 6, 4) });
    expect(worst(convergenceDelta!.data)).toBeLessThan(1e-5);
    expect(warnings).toEqual([]);
  });

  test('of a softmax is what its exponentials, their sum and the quotient give', async () => {
    const net = sequential([dense(3, { activation: 'softmax', biasInit: 'ones' })], {
      inputShape: [4],
      seed: 6,
      backend,
    });
    const weight = (await net.weights())['dense1.weight']!.data;
    const [x, r] = [rows(1, 4), rows(1, 4, 5)];
    const exps = ({ data }: { data: Float32Array }): number[] =>
      [0, 1, 2].map((k) => Math.exp(1 + data.reduce((z, v, j) => z + v * weight[4 * k + j]!, 0)));
    const [e, e0] = [exps(x), exps(r)];
    const [s, s0] = [e, e0].map((all) => all.reduce((a, b) => a + b)) as [number, number];
    for (const target of [0, 1, 2]) {
      const [a, a0] = [e[target]!, e0[target]!];
      const ofNumerator = (a / s0 - a0 / s0 + a / s - a0 / s) / 2;
      const ofSum = (a0 / s - a0 / s0 + a / s - a / s0) / 2;
      const wanted = [0, 1, 2, 3].map((j) =>
        e.reduce((sum, one, k) => {
          const m = (k === target ? ofNumerator / (a - a0) : 0) + ofSum / (s - s0);
          const slope = (one - e0[k]!) / Math.log(one / e0[k]!);
          return sum + m * slope * weight[4 * k + j]! * (x.data[j]! - r.data[j]!);
        }, 0),
      );
      const found = await deepLift(net, x, { baselines: r, output: 'probability', target });
      expect(furthest(found.values.data, wanted)).toBeLessThan(1e-6);
    }
  });

  test('stops when it is told to, and says how far it is', async () => {
    const net = deep('relu');
    const shares: number[] = [];
    await deepLift(net, rows(20, 12), {
      background: rows(60, 12, 2),
      onProgress: (share) => shares.push(share),
    });
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares.length).toBeGreaterThan(4);
    expect(shares.at(-1)).toBe(1);
    const stop = new AbortController();
    const aborted = deepLift(net, rows(20, 12), {
      background: rows(60, 12, 2),
      signal: stop.signal,
      onProgress: () => stop.abort(new Error('enough')),
    });
    await expect(aborted).rejects.toThrow('enough');
    expect((await deepLift(net, rows(2, 12))).rows).toBe(2);
  });

  test('warns where a held number decides after all', async () => {
    const rounded = layer({ apply: (_own, x) => ops.add(x, ops.detach(ops.sub(ops.sign(x), x))) });
    const net = sequential([dense(4, { init: 'ones' }), rounded], { inputShape: [3], backend });
    const { warnings, convergenceDelta } = await deepLift(net, [[1, 2, 3]]);
    expect(convergenceDelta!.data[0]).toBeCloseTo(5, 5);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/miss the difference .* by 5\.00; .*held/);
  });

  test('gives the same bits twice, and counts what it costs', async () => {
    const net = deep('gelu');
    const [a, b] = [await deepLift(net, rows(20, 12)), await deepLift(net, rows(20, 12))];
    expect(a.values.data).toEqual(b.values.data);
    // Scores of 20 rows and of 20 references, and both again with the multipliers.
    expect(a.cost).toMatchObject({ forward: 80, backward: 20 });
  });

  test('explains probabilities of a softmax, whatever is added to its logits', async () => {
    const layers = [dense(5, { activation: 'tanh' as const }), dense(3, { activation: 'softmax' as const })];
    const net = sequential(layers, { inputShape: [4], seed: 1, backend });
    const options = { output: 'probability', target: 'all', background: rows(6, 4, 2) } as const;
    const found = await deepLift(net, rows(5, 4), options);
    expect(furthest(found.outputs.data, (await net.predict(rows(5, 4))).toArray())).toBeLessThan(1e-6);
    expect(worst(found.convergenceDelta!.data)).toBeLessThan(1e-6);
    const weights = await net.weights();
    weights['dense2.bias']!.data.fill(40);
    await net.setWeights(weights);
    const shifted = await deepLift(net, rows(5, 4), options);
    // Logits of 40 have a thirtieth of the digits of those near 1.
    expect(furthest(shifted.values.data, [...found.values.data])).toBeLessThan(1e-5);
  });

  test('explains probabilities of a sigmoid', async () => {
    const net = sequential([dense(5, { activation: 'relu' }), dense(1, { activation: 'sigmoid' })], {
      inputShape: [4],
      seed: 1,
      backend,
    });
    const found = await deepLift(net, rows(5, 4), { output: 'probability' });
    expect(furthest(found.outputs.data, (await net.predict(rows(5, 4))).toArray())).toBeLessThan(1e-6);
    expect(worst(found.convergenceDelta!.data)).toBeLessThan(1e-6);
  });
});

describe('deepLift refuses', () => {
  test('an op that it has no rule for, by its name and where it stands', async () => {
    const largest = layer({ apply: (_own, x) => ops.max(x, { axis: 1, keepDims: true }), name: 'largest' });
    const net = sequential([dense(3), largest, dense(2)], { inputShape: [3] });
    await expect(deepLift(net, rows(2, 3))).rejects.toThrow(
      /^deepLift: there is no rule for the op max of x\n {2}at {4}largest\n/,
    );
  });

  test.each([
    [{ background: [[1, 2]] }, /does not have the width/],
    [{ baselines: 'zero' }, /did you mean "zeros"/],
    [{ base: 'zeros' }, /unknown option "base"/],
  ])('options that it cannot use: %j', async (options, message) => {
    const net = sequential([dense(2)], { inputShape: [3] });
    await expect(deepLift(net, rows(2, 3), options as DeepLiftOptions)).rejects.toThrow(message);
  });
});
