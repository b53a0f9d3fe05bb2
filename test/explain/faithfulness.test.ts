import { dense, flatten, type Model, sequential } from 'glia';
import {
  deletion,
  type Explained,
  faithfulness,
  infidelity,
  inputXGradient,
  insertion,
  type Method,
  saliency,
  sensitivity,
} from 'glia/explain';
import { expect, test } from 'vitest';
import type { BackendName } from '../../src/backend/backend.ts';
import { Random } from '../../src/base/random.ts';
import { describeBackends } from '../train/backends.ts';
import { furthest, golden, type Net, networkOf, TOLERANCE } from './networks.ts';

interface Golden {
  readonly net: Net;
  readonly inputs: number[][];
  readonly baseline: number[];
  readonly target: number[];
  readonly ig_exact: number[][];
  readonly infidelity_of_ig_exact: { readonly perturbations: number[][]; readonly value: number[] };
  readonly infidelity_of_gradient: number[];
  readonly sensitivity_max_of_gradient: { readonly perturbations: number[][]; readonly value: number[] };
  readonly deletion_insertion: {
    readonly deletion_curve: number[][];
    readonly deletion_auc: number[];
    readonly insertion_curve: number[][];
    readonly insertion_auc: number[];
  };
}

const wanted = golden<Golden>('mlp_relu');
const { inputs, target, ig_exact: values } = wanted;

/** The network of the file, and that its outputs are logits of classes. */
async function classifier(backend: BackendName): Promise<Model> {
  const net = await networkOf(wanted.net, 'relu', backend);
  await net.fit(inputs, Int32Array.from(target), { loss: 'categoricalCrossentropy', epochs: 0 });
  return net;
}

const linear = (backend: BackendName, inputs: number): Model =>
  sequential([dense(1)], { inputShape: [inputs], seed: 3, backend });

const normal = (rows: number, width: number, seed = 0): { data: Float32Array; shape: number[] } => {
  const random = Random.of(seed, 'rows');
  return { data: Float32Array.from({ length: rows * width }, () => random.normal()), shape: [rows, width] };
};

const mean = (numbers: ArrayLike<number>): number =>
  Array.from(numbers).reduce((sum, value) => sum + value, 0) / numbers.length;

describeBackends('faithfulness', (backend) => {
  test('has the values of the references', async () => {
    const net = await classifier(backend);
    const judged = { inputs, values };
    const { deletion_insertion: curves } = wanted;
    const fall = await deletion(net, judged, { target, baselines: wanted.baseline });
    expect(fall.fractions).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(furthest(fall.curves.data, curves.deletion_curve)).toBeLessThan(TOLERANCE);
    expect(furthest(fall.auc.data, curves.deletion_auc)).toBeLessThan(TOLERANCE);
    const rise = await insertion(net, judged, { target, baselines: wanted.baseline });
    expect(furthest(rise.curves.data, curves.insertion_curve)).toBeLessThan(TOLERANCE);
    expect(furthest(rise.auc.data, curves.insertion_auc)).toBeLessThan(TOLERANCE);
    const { perturbations, value } = wanted.infidelity_of_ig_exact;
    const missed = await infidelity(net, judged, { target, perturbations });
    expect(furthest(missed.values.data, value)).toBeLessThan(TOLERANCE);
    const gradient = await saliency(net, inputs, { target });
    const little = await infidelity(net, gradient, { perturbations });
    expect(furthest(little.values.data, wanted.infidelity_of_gradient)).toBeLessThan(TOLERANCE);
    const moves = wanted.sensitivity_max_of_gradient;
    const moved = await sensitivity(net, inputs, saliency, { target, perturbations: moves.perturbations });
    expect(furthest(moved.values.data, moves.value)).toBeLessThan(TOLERANCE);
  });

  test('curves begin and end at the row and the baseline, whatever the order and the number of steps', async () => {
    const net = await classifier(backend);
    const explanation = await saliency(net, inputs);
    const at = async (x: Explained) =>
      (await saliency(net, x, { target, output: 'probability' })).outputs.data;
    const row = await at(inputs);
    const none = await at(inputs.map(() => wanted.baseline));
    const ends = { baselines: wanted.baseline, steps: 2 };
    const fall = await deletion(net, explanation, ends);
    const rise = await insertion(net, explanation, ends);
    const column = (data: Float32Array, i: number) => data.filter((_, at) => at % 3 === i);
    expect(fall.fractions).toEqual([0, 0.6, 1]);
    expect(furthest(column(fall.curves.data, 0), [...row])).toBeLessThan(1e-6);
    expect(furthest(column(fall.curves.data, 2), [...none])).toBeLessThan(1e-6);
    expect(furthest(column(rise.curves.data, 0), [...none])).toBeLessThan(1e-6);
    expect(furthest(column(rise.curves.data, 2), [...row])).toBeLessThan(1e-6);
  });

  test('of the shares of a linear model are better than chance by far', async () => {
    const net = linear(backend, 12);
    // Shares that are all positive, so that their sizes rank what raises the output.
    const weight = { shape: [1, 12], data: new Float32Array(12).fill(1) };
    await net.setWeights({
      'dense1.weight': weight,
      'dense1.bias': { shape: [1], data: new Float32Array(1) },
    });
    const x = { data: normal(20, 12).data.map(Math.abs), shape: [20, 12] };
    const shares = await inputXGradient(net, x);
    for (const of of [deletion, insertion]) {
      const { gain, random, auc } = await of(net, shares, { output: 'logit', randomOrders: 8 });
      expect(gain!.mean).toBeGreaterThan(10 * gain!.stdError);
      expect(random!.auc.shape).toEqual([20]);
      // No order is better than that of the shares of an additive model.
      random!.auc.data.forEach((area, row) => {
        if (of === deletion) expect(auc.data[row]!).toBeLessThan(area);
        else expect(auc.data[row]!).toBeGreaterThan(area);
      });
    }
  });

  test('infidelity of the gradient of a linear model is 0, and of other values what they miss', async () => {
    const net = linear(backend, 6);
    const x = normal(5, 6);
    const right = await infidelity(net, await saliency(net, x), { stdev: 0.5, seed: 4 });
    expect(right.mean).toBeLessThan(1e-10);
    const zeros = { data: new Float32Array(30), shape: [5, 6] };
    const wrong = await infidelity(net, { inputs: x, values: zeros }, { stdev: 0.5, samples: 4000, seed: 4 });
    const { 'dense1.weight': w } = await net.weights();
    const variance = 0.25 * w!.data.reduce((sum, value) => sum + value * value, 0);
    wrong.values.data.forEach((value, row) => {
      expect(Math.abs(value - variance)).toBeLessThan(5 * wrong.stdError.data[row]!);
    });
  });

  test('sensitivity of attributions that never change is 0, and the target is not let go', async () => {
    const net = await classifier(backend);
    const constant: Method = async (model, x, options) =>
      saliency(model, inputs.slice(0, (x as { shape: readonly number[] }).shape[0]), options);
    expect((await sensitivity(net, inputs, constant, { radius: 10 })).mean).toBe(0);
    const asked: unknown[] = [];
    const spy: Method = (model, x, options) => {
      asked.push(options.target);
      return saliency(model, x, options);
    };
    await sensitivity(net, inputs, spy, { radius: 100, samples: 2 });
    await sensitivity(net, inputs, spy, { samples: 1, target: 0 });
    expect(asked).toEqual([undefined, target, target, 0, target]);
    const empty = sequential([dense(2, { init: 'zeros' })], { inputShape: [5], backend });
    expect((await sensitivity(empty, inputs, saliency)).warnings).toHaveLength(1);
  });

  test('is the same for a seed, another for another, and for however many rows go together', async () => {
    const net = sequential([dense(8, { activation: 'tanh' }), dense(3)], {
      inputShape: [6],
      seed: 1,
      backend,
    });
    const x = normal(40, 6);
    const e = await saliency(net, x);
    const judge = async (seed: number) => faithfulness(net, e, { seed, method: saliency, output: 'logit' });
    const [a, b, c] = [await judge(1), await judge(1), await judge(2)];
    const parts = ({ deletion: d, infidelity: i, sensitivity: s }: typeof a) => [
      d.random,
      i.values,
      s!.values,
    ];
    expect(parts(a)).toEqual(parts(b));
    parts(c).forEach((part, i) => {
      expect(part).not.toEqual(parts(a)[i]);
    });
    expect(a.cost.forward).toBeGreaterThan(40 * 7 * 11);
    const alone = await infidelity(net, e.at(0), { seed: 1 });
    expect(Math.abs(alone.values.data[0]! - a.infidelity.values.data[0]!)).toBeLessThan(1e-9);
  });

  test('says when there are no probabilities, and refuses what does not fit', async () => {
    const net = await networkOf(wanted.net, 'relu', backend);
    const explanation = await saliency(net, inputs);
    expect((await deletion(net, explanation)).warnings).toHaveLength(1);
    expect((await deletion(net, explanation, { output: 'logit' })).warnings).toEqual([]);
    await expect(deletion(net, { inputs, values: [[1]] })).rejects.toThrow(
      'values do not have the shape of the inputs',
    );
    await expect(deletion(net, explanation, { target: 'all' })).rejects.toThrow("got 'all'");
    await expect(deletion(net, explanation, { baselines: [1, 2] })).rejects.toThrow(
      'baselines do not fit the rows',
    );
    await expect(infidelity(net, explanation, { perturbations: [[1]] })).rejects.toThrow(
      'perturbations do not fit',
    );
    await expect(sensitivity(net, inputs, 'saliency' as never)).rejects.toThrow(
      'the method must be a function',
    );
    await expect(faithfulness(net, 3 as never)).rejects.toThrow('wanted an explanation');
  });

  test('judges an explanation of all outputs by those that it explains, and hears of an abort', async () => {
    const net = await classifier(backend);
    const all = await saliency(net, inputs, { target: 'all' });
    const one = await saliency(net, inputs);
    const [a, b] = [await deletion(net, all), await deletion(net, one)];
    expect(a.curves).toEqual(b.curves);
    expect(mean(a.auc.data)).toBeCloseTo(a.meanAuc, 6);
    const stop = new AbortController();
    const onProgress = () => stop.abort(new Error('enough'));
    await expect(faithfulness(net, one, { signal: stop.signal, onProgress })).rejects.toThrow('enough');
  });

  test('takes rows of several axes, and judges a probability as one', async () => {
    const net = sequential([flatten(), dense(3, { activation: 'softmax' })], {
      inputShape: [2, 3],
      seed: 1,
      backend,
    });
    const x = { data: normal(4, 6).data, shape: [4, 2, 3] };
    const explanation = await saliency(net, x, { output: 'probability' });
    const { curves, fractions } = await deletion(net, explanation);
    expect([curves.shape, fractions.length]).toEqual([[4, 7], 7]);
    expect(
      furthest(
        curves.data.filter((_, i) => i % 7 === 0),
        [...explanation.outputs.data],
      ),
    ).toBeLessThan(1e-6);
    const missed = await infidelity(net, explanation, { stdev: 1e-3, samples: 20 });
    // The slope of a probability is good for so small a step; that of a logit would miss by some 1e-6.
    expect([missed.output, missed.mean < 1e-10]).toEqual(['probability', true]);
    expect((await sensitivity(net, x, saliency, { samples: 2 })).values.shape).toEqual([4]);
  });
});
