import {
  activation,
  activations,
  batchNorm,
  dense,
  flatten,
  type Layer,
  layer,
  type Model,
  type ModelOptions,
  ops,
  sequential,
} from 'glia';
import { integratedGradients, type PathMethod } from 'glia/explain';
import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { readBaselines } from '../../src/explain/baselines.ts';
import { cutPaths, integratePieces, levelsOf } from '../../src/explain/exact-path.ts';
import { seedsFor } from '../../src/explain/forward.ts';
import { integrate } from '../../src/explain/path.ts';
import { RULES } from '../../src/explain/quadrature.ts';
import { Subject } from '../../src/explain/subject.ts';
import { describeBackends } from '../train/backends.ts';
import { furthest } from './networks.ts';

const WIDTH = 6;

/** Rows of standard normal numbers. */
function rowsOf(rows: number, seed: number, width = WIDTH) {
  const random = Random.of(seed, 'rows');
  return { data: Float32Array.from({ length: rows * width }, () => random.normal()), shape: [rows, width] };
}

/** A dense layer that bends anywhere, not only at zero. */
const hidden = (units: number, name: 'relu' | 'tanh' | 'linear' = 'relu'): Layer =>
  dense(units, { activation: name, biasInit: 'glorotUniform' });
const net = (layers: readonly Layer[], options: ModelOptions, inputShape = [WIDTH]): Model =>
  sequential(layers, { inputShape, seed: 5, ...options });
const bends = (options: ModelOptions): Model => net([hidden(16), hidden(12), hidden(3, 'linear')], options);
const every = Object.keys(RULES) as PathMethod[];

describeBackends('integrated gradients', (backend) => {
  test.each([...every, 'exact' as const])('of a linear network are exact by %s', async (method) => {
    const model = net([dense(1, { biasInit: 'ones' })], { backend });
    const { data: weight } = (await model.weights())['dense1.weight']!;
    const [x, b] = [rowsOf(4, 1), rowsOf(4, 2)];
    for (const nSteps of [2, 7]) {
      const { values, warnings } = await integratedGradients(model, x, { baselines: b, method, nSteps });
      const wanted = [...x.data].map((xi, i) => weight[i % WIDTH]! * (xi - b.data[i]!));
      expect(furthest(values.data, wanted)).toBeLessThan(1e-6);
      expect(warnings).toEqual([]);
    }
  });

  test.each(['exact', 'gausslegendre'] as const)('by %s change sign with the ends', async (method) => {
    const [x, baselines] = [rowsOf(5, 1), rowsOf(5, 2)];
    const there = await integratedGradients(bends({ backend }), x, { baselines, method, target: 1 });
    const back = await integratedGradients(bends({ backend }), baselines, {
      baselines: x,
      method,
      target: 1,
    });
    expect(
      furthest(
        there.values.data,
        [...back.values.data].map((value) => -value),
      ),
    ).toBeLessThan(2e-6);
  });

  test('give nothing to an input without weights, and the same to inputs that are alike', async () => {
    const model = bends({ backend });
    const weights = await model.weights();
    const { data } = weights['dense1.weight']!;
    for (let i = 0; i < data.length; i += WIDTH) {
      data[i + 2] = 0;
      data[i + 4] = data[i + 1]!;
    }
    await model.setWeights(weights);
    const x = rowsOf(3, 1);
    for (let i = 0; i < x.data.length; i += WIDTH) x.data[i + 4] = x.data[i + 1]!;
    for (const method of ['exact', 'gausslegendre'] as const) {
      const { values } = await integratedGradients(model, x, { method });
      for (const row of values.toArray() as number[][]) {
        expect(row[2]).toBe(0);
        expect(Math.abs(row[4]! - row[1]!)).toBeLessThan(1e-6);
      }
    }
  });

  test('depend on what a network computes, not on how', async () => {
    const model = bends({ backend });
    const weights = await model.weights();
    // The hidden units in another order, and a layer that does nothing.
    const again = net([hidden(16), activation('linear'), hidden(12), hidden(3, 'linear')], { backend });
    const order = [7, 3, 15, 0, 1, 2, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14];
    const first = weights['dense1.weight']!.data;
    const second = weights['dense2.weight']!.data;
    await again.setWeights({
      ...weights,
      'dense1.weight': {
        shape: [16, WIDTH],
        data: Float32Array.from(first, (_, i) => first[order[Math.floor(i / WIDTH)]! * WIDTH + (i % WIDTH)]!),
      },
      'dense1.bias': { shape: [16], data: Float32Array.from(order, (i) => weights['dense1.bias']!.data[i]!) },
      'dense2.weight': {
        shape: [12, 16],
        data: Float32Array.from(second, (_, i) => second[i - (i % 16) + order[i % 16]!]!),
      },
    });
    for (const method of ['exact', 'gausslegendre'] as const) {
      const one = await integratedGradients(model, rowsOf(3, 1), { method });
      const two = await integratedGradients(again, rowsOf(3, 1), { method });
      expect(furthest(two.values.data, [...one.values.data])).toBeLessThan(2e-6);
    }
  });

  test('come nearer to the exact ones with more steps', async () => {
    const model = bends({ backend });
    const x = rowsOf(20, 1);
    const exact = await integratedGradients(model, x, { method: 'exact' });
    const miss = async (nSteps: number) => {
      const { values } = await integratedGradients(model, x, { nSteps });
      return furthest(values.data, [...exact.values.data]);
    };
    const [few, many, most] = [await miss(10), await miss(100), await miss(2500)];
    expect(many).toBeLessThan(few / 2);
    expect(most).toBeLessThan(many / 5);
    expect(most).toBeLessThan(1e-3);
  });
});

/** Networks that are linear in pieces, in all the ways that the op table knows. */
const PIECEWISE: Readonly<Record<string, () => readonly Layer[]>> = {
  'ReLUs, three deep': () => [hidden(24), hidden(24), hidden(24), hidden(2, 'linear')],
  'leaky ReLUs': () => [
    dense(9, { activation: activations.leakyRelu({ slope: 0.2 }) }),
    dense(9, { activation: 'leakyRelu' }),
    dense(2),
  ],
  'batch norm': () => [hidden(8, 'linear'), batchNorm(), activation('relu'), dense(2)],
  'no dense layer first': () => [activation('relu'), hidden(8), dense(2)],
  'clip, abs, maximum and minimum': () => [
    hidden(8, 'linear'),
    layer({
      apply: (_own, x) =>
        ops.add(ops.clip(x, -0.5, 0.5), ops.maximum(ops.abs(x), ops.minimum(ops.neg(x), 0.3))),
    }),
    dense(2),
  ],
  'a ReLU written by hand': () => [
    hidden(8, 'linear'),
    layer({ apply: (_own, x) => ops.div(ops.mul(ops.greater(x, 0), x), 2) }),
    hidden(5),
    dense(2),
  ],
  'an input that is read beside the first product': () => [
    layer({
      params: ([width]) => ({ w: [width, 5] }),
      apply: ({ w }, x) => ops.concat([ops.matmul(x, w), x]),
    }),
    activation('relu'),
    dense(2),
  ],
  'a shared input': () => [layer({ apply: (_own, x) => ops.concat([x, ops.relu(x)]) }), hidden(7), dense(2)],
};

describeBackends('exact paths', (backend) => {
  test.each(Object.entries(PIECEWISE))('add up for %s', async (_name, layers) => {
    const model = net(layers(), { backend });
    const [x, baselines] = [rowsOf(8, 3), rowsOf(8, 4)];
    const e = await integratedGradients(model, x, { baselines, method: 'exact', target: 'all' });
    expect(furthest(e.convergenceDelta!.data, new Array(16).fill(0))).toBeLessThan(1e-5);
    const many = await integratedGradients(model, x, {
      baselines,
      nSteps: 4000,
      method: 'riemann_middle',
      target: 'all',
    });
    expect(furthest(e.values.data, [...many.values.data])).toBeLessThan(2e-3);
    expect(e.warnings).toEqual([]);
  });

  test('add up for rows of several axes', async () => {
    const model = net([hidden(7), flatten(), hidden(5), dense(2)], { backend }, [4, 3]);
    const x = { ...rowsOf(5, 1, 12), shape: [5, 4, 3] };
    const e = await integratedGradients(model, x, { method: 'exact', target: 'all' });
    expect(e.values.shape).toEqual([5, 4, 3, 2]);
    expect(furthest(e.convergenceDelta!.data, new Array(10).fill(0))).toBeLessThan(1e-5);
  });

  test('of many rows, block by block, are those of each', async () => {
    const model = bends({ backend });
    const [x, baselines] = [rowsOf(300, 1), rowsOf(300, 2)];
    const e = await integratedGradients(model, x, { baselines, method: 'exact', target: 1 });
    expect(furthest(e.convergenceDelta!.data, new Array(300).fill(0))).toBeLessThan(1e-5);
    for (const row of [0, 127, 128, 255, 299]) {
      const own = ({ data }: typeof x) => [data.subarray(row * WIDTH, (row + 1) * WIDTH)];
      const one = await integratedGradients(model, own(x), {
        baselines: own(baselines),
        method: 'exact',
        target: 1,
      });
      expect(furthest(one.values.data, [...e.at(row).values.data])).toBeLessThan(2e-6);
    }
  });

  test('say it when a row bends more often than they may', async () => {
    const x = rowsOf(6, 1);
    const e = await integratedGradients(bends({ backend }), x, { method: 'exact', maxPieces: 3 });
    expect(e.warnings[0]).toMatch(/^[1-6] of 6 rows bend more than 3 times/);
    expect(e.warnings[1]).toMatch(/miss .* by .*; raise maxPieces$/);
    const fine = await integratedGradients(bends({ backend }), x, { method: 'exact' });
    expect(furthest(e.values.data, [...fine.values.data])).toBeLessThan(0.5);
  });

  test('of a model that jumps miss what they should add up to, and say so', async () => {
    const jump = layer({ apply: (_own, x) => ops.add(x, ops.greater(x, 0.1)) });
    const { warnings } = await integratedGradients(
      net([hidden(4, 'linear'), jump, dense(1)], { backend }),
      rowsOf(4, 1),
      {
        method: 'exact',
      },
    );
    expect(warnings[0]).toMatch(/; the model jumps somewhere/);
  });

  test('are the same with and without the first layer taken out', async () => {
    const model = bends({ backend });
    const subject = new Subject('test', model, rowsOf(7, 1), { target: 0 });
    const { x } = subject;
    for (const given of [rowsOf(7, 2), rowsOf(1, 2)]) {
      const baselines = readBaselines('test', subject, { baselines: given });
      const seeds = seedsFor(new Int32Array(7), 3);
      const [one, two] = await Promise.all(
        [true, false].map(async (collapse) => {
          const ends = { x, baselines, collapse };
          const { cuts } = await cutPaths(subject, ends, levelsOf('test', subject), 4096);
          return {
            steps: await integrate(subject, { ...ends, seeds }, RULES.gausslegendre(1500)),
            pieces: await integratePieces(subject, { ...ends, seeds }, cuts),
          };
        }),
      );
      expect(furthest(one!.pieces, [...two!.pieces])).toBeLessThan(2e-6);
      // A point may lie so near a bend that rounding takes it to the other side: one of 1500 then differs.
      expect(furthest(one!.steps, [...two!.steps])).toBeLessThan(2e-3);
    }
  });
});

describe('exact paths are refused', () => {
  test.each([
    ['tanh', [hidden(4, 'tanh'), dense(2)], {}],
    ['erf', [dense(4, { activation: 'gelu' }), dense(2)], {}],
    ['exp', [dense(2, { activation: 'softmax' })], { output: 'probability' }],
    ['sigmoid', [dense(1, { activation: 'sigmoid' })], { output: 'probability' }],
    ['mul', [layer({ apply: (_own, x) => ops.mul(x, x) }), dense(1)], {}],
  ] as const)('where the model has %s', async (op, layers, options) => {
    const model = net(layers, { backend: 'typescript' });
    const wrong = integratedGradients(model, rowsOf(2, 1), { method: 'exact', ...options });
    await expect(wrong).rejects.toMatchObject({ code: 'ERR_GLIA_OPTION' });
    await expect(wrong).rejects.toThrow(new RegExp(`linear in pieces, and this one has .*\\b${op}\\b`));
    await expect(wrong).rejects.toThrow(/gausslegendre/);
    const { warnings } = await integratedGradients(model, rowsOf(2, 1), options);
    expect(warnings).toEqual([]);
  });

  test('but not for the logits below a softmax', async () => {
    const model = net([hidden(5), dense(3, { activation: 'softmax' })], { backend: 'typescript' });
    const { convergenceDelta } = await integratedGradients(model, rowsOf(3, 1), { method: 'exact' });
    expect(furthest(convergenceDelta!.data, [0, 0, 0])).toBeLessThan(1e-6);
  });
});

test('integrated gradients can be ended, and tell how far they are', async () => {
  const model = bends({ backend: 'typescript' });
  const shares: number[] = [];
  const stop = new AbortController();
  const run = integratedGradients(model, rowsOf(3000, 1), {
    signal: stop.signal,
    onProgress(share) {
      shares.push(share);
      if (share > 0.05) stop.abort(new Error('enough'));
    },
  });
  await expect(run).rejects.toThrow('enough');
  expect(shares.at(-1)).toBeLessThan(0.2);
  for (const method of ['exact', 'gausslegendre'] as const) {
    const all: number[] = [];
    await integratedGradients(model, rowsOf(200, 1), {
      method,
      target: 'all',
      onProgress: (share) => all.push(share),
    });
    expect(all.at(-1)).toBe(1);
    expect([...all].sort((a, b) => a - b)).toEqual(all);
  }
});

test('a miss is said, with what to do', async () => {
  const { warnings, options } = await integratedGradients(bends({ backend: 'typescript' }), rowsOf(9, 1), {
    nSteps: 5,
  });
  expect(warnings).toEqual([expect.stringMatching(/miss .* by .*; take more nSteps, or method: 'exact'/)]);
  expect(options).toEqual({ method: 'gausslegendre', nSteps: 5, baselines: 'zeros' });
});

test('options that make no sense are refused', async () => {
  const run = (options: object) =>
    integratedGradients(bends({ backend: 'typescript' }), rowsOf(2, 1), options);
  await expect(run({ nStep: 3 })).rejects.toThrow(/did you mean "nSteps"/);
  await expect(run({ nSteps: 0 })).rejects.toThrow(/at least 1 and at most 10000/);
  await expect(run({ method: 'riemann' })).rejects.toThrow(/known .*riemann_left/);
  await expect(run({ maxPieces: 0.5 })).rejects.toThrow(/maxPieces must be a whole number/);
});
