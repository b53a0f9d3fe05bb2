import { integratedGradients, type PathMethod } from 'glia/explain';
import { expect, test } from 'vitest';
import { describeBackends } from '../train/backends.ts';
import { furthest, golden, type Net, networkOf, TOLERANCE } from './networks.ts';

interface Golden {
  readonly net: Net;
  readonly inputs: number[][];
  readonly baseline: number[];
  readonly baseline_logits: number[];
  readonly target: number[];
  readonly ig: Record<string, Record<string, { attributions: number[][]; convergence_delta: number[] }>>;
  readonly ig_exact: number[][];
  readonly ig_zero_baseline_gausslegendre_50: number[][];
}

interface Xor {
  readonly net: Net;
  readonly inputs: number[][];
  readonly baseline: number[];
  readonly ig_logit_gausslegendre_50: number[][];
}

const wanted = golden<Golden>('mlp_relu');
const xor = golden<Xor>('xor');
const { inputs, target, baseline: baselines } = wanted;
const rules = Object.keys(wanted.ig['50']!).filter((name) => !name.startsWith('captum'));

describeBackends('integrated gradients', (backend) => {
  test.each([50, 300].flatMap((n) => rules.map((rule) => [rule, n] as const)))(
    'by %s with %i steps have the values of the references',
    async (rule, nSteps) => {
      const net = await networkOf(wanted.net, 'relu', backend);
      const method = rule as PathMethod;
      const e = await integratedGradients(net, inputs, { target, baselines, nSteps, method });
      const { attributions, convergence_delta } = wanted.ig[nSteps]![rule]!;
      expect(furthest(e.values.data, attributions)).toBeLessThan(TOLERANCE);
      expect(furthest(e.convergenceDelta!.data, convergence_delta)).toBeLessThan(TOLERANCE);
      expect(
        furthest(
          e.baseValues.data,
          target.map((k) => wanted.baseline_logits[k]),
        ),
      ).toBeLessThan(TOLERANCE);
    },
  );

  test('in pieces have the values of the references, and no error', async () => {
    const net = await networkOf(wanted.net, 'relu', backend);
    const e = await integratedGradients(net, inputs, { target, baselines, method: 'exact' });
    expect(furthest(e.values.data, wanted.ig_exact)).toBeLessThan(TOLERANCE);
    expect(furthest(e.convergenceDelta!.data, [0, 0, 0, 0])).toBeLessThan(1e-6);
    expect(e.warnings).toEqual([]);
    const all = await integratedGradients(net, inputs, { target: 'all', baselines, method: 'exact' });
    const picked = [...e.values.data.keys()].map((i) => all.values.data[3 * i + target[Math.floor(i / 5)]!]!);
    expect(furthest(picked, [...e.values.data])).toBe(0);
  });

  test('start from zeros, where nothing else is said', async () => {
    const net = await networkOf(wanted.net, 'relu', backend);
    const { values } = await integratedGradients(net, inputs, { target });
    expect(furthest(values.data, wanted.ig_zero_baseline_gausslegendre_50)).toBeLessThan(TOLERANCE);
  });

  // Powers of two, so that every number is the same but for its exponent.
  test.each([2 ** -60, 2 ** -20, 1, 2 ** 20, 2 ** 60])(
    'that miss their sum are said to, whatever the unit of the outputs: %d',
    async (unit) => {
      const net = await networkOf(wanted.net, 'relu', backend);
      const weights = Object.entries(await net.weights()).map(([path, { data, shape }], i, { length }) => {
        return [path, { shape, data: i < length - 2 ? data : data.map((one) => one * unit) }] as const;
      });
      await net.setWeights(Object.fromEntries(weights));
      const coarse = await integratedGradients(net, inputs, { target, baselines, nSteps: 2 });
      const share = (i: number) =>
        Math.abs(coarse.convergenceDelta!.data[i]! / (coarse.outputs.data[i]! - coarse.baseValues.data[i]!));
      expect(Math.max(...target.map((_, i) => share(i)))).toBeGreaterThan(0.01);
      expect(coarse.warnings).toEqual([
        expect.stringMatching(/^the attributions miss the difference of .* by /),
      ]);
      const exact = await integratedGradients(net, inputs, { target, baselines, method: 'exact' });
      expect(exact.warnings).toEqual([]);
    },
  );

  test('of a network of tanh have the values of the references', async () => {
    const net = await networkOf(xor.net, 'tanh', backend);
    const e = await integratedGradients(net, xor.inputs, { baselines: xor.baseline });
    expect(furthest(e.values.data, xor.ig_logit_gausslegendre_50)).toBeLessThan(TOLERANCE);
    expect(e.warnings).toEqual([]);
  });
});
