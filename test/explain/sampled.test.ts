import { dense, type Model, sequential } from 'glia';
import { gradientShap, inputXGradient, integratedGradients, saliency, smoothGrad } from 'glia/explain';
import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { readBackground, readBaselines } from '../../src/explain/baselines.ts';
import { scoresOf } from '../../src/explain/forward.ts';
import { shapOf } from '../../src/explain/gradient-shap.ts';
import { Moments, type Variant } from '../../src/explain/moments.ts';
import { sample } from '../../src/explain/sampled.ts';
import { METHODS, noisy } from '../../src/explain/smooth-grad.ts';
import { Subject } from '../../src/explain/subject.ts';
import { describeBackends } from '../train/backends.ts';
import { furthest, golden, type Net, networkOf, TOLERANCE } from './networks.ts';

interface Golden {
  readonly net: Net;
  readonly inputs: number[][];
  readonly target: number[];
  readonly baseline: number[];
  readonly background: number[][];
  readonly expected_gradients_exact: number[][];
  readonly gradient_shap_fixed_draws: { baseline_index: number[]; alpha: number[]; attributions: number[][] };
  readonly smoothgrad_fixed_noise: {
    noise: number[][];
    smoothgrad: number[][];
    smoothgrad_sq: number[][];
    vargrad: number[][];
  };
}

const wanted = golden<Golden>('mlp_relu');
const { inputs, target, background, baseline } = wanted;
const variants = { mean: 'smoothgrad', squared: 'smoothgrad_sq', variance: 'vargrad' } as const;
const methods = ['saliency', 'inputXGradient', 'integratedGradients'] as const;
const bases = { saliency, inputXGradient, integratedGradients };

/** Mean of `n` squared differences from `wanted`, in standard errors: near 1 where the errors are right. */
function spread(got: Float32Array, stdError: Float32Array, wanted: readonly number[]): number {
  const z = wanted.map((value, i) => (got[i]! - value) / stdError[i]!);
  return z.reduce((sum, one) => sum + one * one, 0) / z.length;
}

describeBackends('sampled gradients', (backend) => {
  test('have the values of the references for noise that is given', async () => {
    const subject = new Subject('test', await networkOf(wanted.net, 'relu', backend), inputs, { target });
    const scores = await scoresOf(subject);
    const { noise, ...values } = wanted.smoothgrad_fixed_noise;
    const draws = noisy(subject, Float32Array.from(noise.flat()));
    const method = METHODS.saliency(subject, readBaselines('test', subject, {}));
    for (const [variant, name] of Object.entries(variants)) {
      const got = await sample(subject, scores, draws, method, variant as Variant);
      expect(furthest(got.values, values[name])).toBeLessThan(TOLERANCE);
    }
  });

  test('have the values of the references for baselines and points that are given', async () => {
    const subject = new Subject('test', await networkOf(wanted.net, 'relu', backend), inputs, { target });
    const scores = await scoresOf(subject);
    const { baseline_index: index, alpha, attributions } = wanted.gradient_shap_fixed_draws;
    const noise = new Float32Array(index.length * subject.width);
    const rows = readBackground('test', subject, background);
    const { values } = await shapOf(subject, scores, rows, { index, alpha, noise });
    expect(furthest(values, attributions)).toBeLessThan(TOLERANCE);
  });

  test('of one baseline, at evenly spaced points, are integrated gradients', async () => {
    const net = await networkOf(wanted.net, 'relu', backend);
    const subject = new Subject('test', net, inputs, { target });
    const n = 40;
    const { values } = await shapOf(
      subject,
      await scoresOf(subject),
      readBackground('test', subject, [baseline]),
      {
        index: new Int32Array(n),
        alpha: Float64Array.from({ length: n }, (_, k) => (k + 0.5) / n),
        noise: new Float32Array(n * subject.width),
      },
    );
    const options = { target, baselines: baseline, nSteps: n, method: 'riemann_middle' } as const;
    const ig = await integratedGradients(net, inputs, options);
    expect(furthest(values, [...ig.values.data])).toBeLessThan(1e-6);
  });

  test('of a noisy row are those of the row that the noise makes of it', async () => {
    const net = linear(backend);
    const subject = new Subject('test', net, inputs, { target: 1 });
    const noise = Float32Array.from({ length: 2 * 5 }, (_, i) => Math.sin(i));
    const rows = readBackground('test', subject, background);
    const draws = { index: [3, 8], alpha: [0.2, 0.9], noise };
    const { values } = await shapOf(subject, await scoresOf(subject), rows, draws);
    const weight = (await net.weights())['dense1.weight']!.data.subarray(5);
    const closed = inputs.flatMap((row) =>
      row.map((x, j) => {
        const ways = draws.index.map((b, k) => x + noise[5 * k + j]! - background[b]![j]!);
        return (weight[j]! * (ways[0]! + ways[1]!)) / 2;
      }),
    );
    expect(furthest(values, closed)).toBeLessThan(1e-6);
  });

  test('of a background come as near to the expected ones as their standard error says', async () => {
    const net = await networkOf(wanted.net, 'relu', backend);
    const e = await gradientShap(net, inputs, { target, background, nSamples: 4000, seed: 3 });
    const exact = wanted.expected_gradients_exact.flat();
    const z = exact.map((value, i) => Math.abs(e.values.data[i]! - value) / e.stdError!.data[i]!);
    // Twenty numbers: one beyond four standard errors has a chance of a thousandth.
    expect(Math.max(...z)).toBeLessThan(4);
    expect(spread(e.values.data, e.stdError!.data, exact)).toBeGreaterThan(0.2);
    const few = await gradientShap(net, inputs, { target, background, nSamples: 1000, seed: 3 });
    const ratio = few.stdError!.data.map((error, i) => error / e.stdError!.data[i]!);
    for (const one of ratio) expect(Math.abs(one - 2)).toBeLessThan(0.4);
    expect(Math.abs(e.convergenceDelta!.data[0]!)).toBeLessThan(0.1);
  });

  test.each(methods)('of %s without noise are the method itself', async (of) => {
    const net = await networkOf(wanted.net, 'relu', backend);
    for (const chosen of [target, 'all'] as const) {
      const e = await smoothGrad(net, inputs, { target: chosen, stdev: 0, of });
      const base = await bases[of](net, inputs, { target: chosen });
      expect(e.values).toEqual(base.values);
      expect(furthest(e.stdError!.data, new Array(e.values.data.length).fill(0))).toBe(0);
      const squares = await smoothGrad(net, inputs, { target: chosen, stdev: 0, of, variant: 'squared' });
      expect(
        furthest(
          squares.values.data,
          [...base.values.data].map((value) => value * value),
        ),
      ).toBeLessThan(1e-6);
    }
  });

  test.each(methods)(
    'of %s on a linear network are the method itself, up to the noise of its input',
    async (of) => {
      const net = linear(backend);
      const options = { nSamples: 40, stdev: 0.3, of };
      const e = await smoothGrad(net, inputs, options);
      const base = await bases[of](net, inputs);
      const slack = of === 'saliency' ? 1e-6 : 5 * Math.max(...e.stdError!.data);
      expect(furthest(e.values.data, [...base.values.data])).toBeLessThan(slack);
      const variance = await smoothGrad(net, inputs, { ...options, variant: 'variance' });
      if (of === 'saliency') expect(Math.max(...variance.values.data)).toBeLessThan(1e-12);
      else expect(Math.min(...variance.values.data)).toBeGreaterThan(0);
    },
  );

  test('are the same for the same seed, row by row, and others for another', async () => {
    const net = await networkOf(wanted.net, 'relu', backend);
    const all = await smoothGrad(net, inputs, { target, stdev: 0.5, seed: 1 });
    const again = await smoothGrad(net, inputs, { target, stdev: 0.5, seed: 1 });
    const other = await smoothGrad(net, inputs, { target, stdev: 0.5, seed: 2 });
    expect(again.values).toEqual(all.values);
    expect(other.values).not.toEqual(all.values);
    const one = await smoothGrad(net, inputs.slice(2, 3), { target: target[2]!, stdev: 0.5, seed: 1 });
    expect(furthest(one.values.data, [...all.at(2).values.data])).toBeLessThan(1e-6);
    const draw = (seed: number) => gradientShap(net, inputs, { target, background, nSamples: 50, seed });
    expect((await draw(1)).values).toEqual((await draw(1)).values);
    expect((await draw(1)).values).not.toEqual((await draw(2)).values);
  });

  test('take noise of each input, and baselines', async () => {
    const net = await networkOf(wanted.net, 'tanh', backend);
    const e = await smoothGrad(net, inputs, {
      ...{ stdev: [0, 0, 0, 0, 0.2], of: 'integratedGradients', baselines: inputs.map(() => baseline) },
      nSamples: 40,
    });
    const shared = await smoothGrad(net, inputs, {
      ...{ stdev: [0, 0, 0, 0, 0.2], of: 'integratedGradients', baselines: [baseline] },
      nSamples: 40,
    });
    expect(furthest(e.values.data, [...shared.values.data])).toBeLessThan(1e-6);
    expect(Math.min(...e.stdError!.data)).toBeGreaterThan(0);
  });
});

function linear(backend: 'native' | 'typescript'): Model {
  return sequential([dense(2)], { inputShape: [5], seed: 3, backend });
}

describe('moments', () => {
  const random = Random.of(1, 'moments');
  const [mean, deviation, n, repeats] = [3, 2, 1000, 300];

  test.each([
    ['mean', mean],
    ['squared', mean ** 2 + deviation ** 2],
    ['variance', deviation ** 2],
  ] as const)('estimate the %s with its standard error', (variant, truth) => {
    const estimates = Array.from({ length: repeats }, () => {
      const moments = new Moments(1, variant);
      for (let i = 0; i < n; i++) moments.add([mean + deviation * random.normal()], 0);
      const [value, error] = [new Float32Array(1), new Float32Array(1)];
      moments.write(value, error, 0);
      return [value[0]!, error[0]!] as const;
    });
    const bias = variant === 'variance' ? (n - 1) / n : 1;
    const z = estimates.map(([value, error]) => (value - truth * bias) / error);
    const square = z.reduce((sum, one) => sum + one * one, 0) / repeats;
    // The mean of 300 squares of standard normal numbers has a standard deviation of 0.08.
    expect(Math.abs(square - 1)).toBeLessThan(0.32);
  });

  test('forget what was before', () => {
    const moments = new Moments(1, 'mean');
    const [value, error] = [new Float32Array(1), new Float32Array(1)];
    moments.add([100], 0);
    moments.clear();
    for (let i = 0; i < 50; i++) moments.add([i < 25 ? 1 : 3], 0);
    moments.write(value, error, 0);
    // A standard deviation of 1, over the root of 50 - 1.
    expect([value[0], error[0]]).toEqual([2, Math.fround(1 / 7)]);
  });

  test.each([
    ['mean', 40],
    ['squared', 1000],
    ['variance', 1000],
  ] as const)('of fewer samples than tell it have no standard error: %s, %i', (variant, least) => {
    const moments = new Moments(1, variant);
    const [value, error] = [new Float32Array(1), new Float32Array(1)];
    for (let n = 1; n <= least; n++) {
      moments.add([random.normal()], 0);
      moments.write(value, error, 0);
      // A single sample is one of a method that draws nothing.
      if (n === 1) expect(error[0]).toBe(0);
      else if (n < least) expect(error[0]).toBeNaN();
      else expect(error[0]).toBeGreaterThan(0);
    }
  });
});

test('sampled gradients can be ended, and tell how far they are', async () => {
  const net = linear('typescript');
  const stop = new AbortController();
  const ended = smoothGrad(net, inputs, {
    signal: stop.signal,
    onProgress: () => stop.abort(new Error('enough')),
  });
  await expect(ended).rejects.toThrow('enough');
  const shares: number[] = [];
  const many = { data: new Float32Array(5 * 3000), shape: [3000, 5] };
  await gradientShap(net, many, { background, nSamples: 40, onProgress: (share) => shares.push(share) });
  expect(shares.at(-1)).toBe(1);
  expect([...shares].sort((a, b) => a - b)).toEqual(shares);
});

test('what makes no sense is refused', async () => {
  const net = linear('typescript');
  const smooth = (options: object) => smoothGrad(net, inputs, options);
  await expect(smooth({ samples: 3 })).rejects.toThrow(/unknown option "samples"/);
  await expect(smooth({ nSamples: 1 })).rejects.toThrow(/at least 2/);
  await expect(smooth({ stdev: -1 })).rejects.toThrow(/stdev must be a finite number at least 0/);
  await expect(smooth({ stdev: [1] })).rejects.toThrow(/1 numbers for 5 inputs/);
  await expect(smooth({ of: 'saliencey' })).rejects.toThrow(/did you mean "saliency"/);
  await expect(smooth({ variant: 'var' })).rejects.toThrow(/known +mean, squared, variance/);
  await expect(smooth({ baselines: 'zeros' })).rejects.toThrow(/baselines is for of: 'integratedGradients'/);
  await expect(gradientShap(net, inputs, {} as never)).rejects.toThrow(/background is missing/);
});
