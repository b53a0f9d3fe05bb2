import { dense, sequential } from 'glia';
import { inputXGradient, saliency } from 'glia/explain';
import { expect, test } from 'vitest';
import { describeBackends } from '../train/backends.ts';
import { furthest, golden, type Net, networkOf, TOLERANCE } from './networks.ts';

interface Golden {
  readonly net: Net;
  readonly inputs: number[][];
  readonly logits: number[][];
  readonly target: number[];
  readonly saliency_signed: number[][];
  readonly input_x_gradient: number[][];
  readonly saliency_signed_on_softmax: number[][];
}

const wanted = golden<Golden>('mlp_relu');

describeBackends('gradients at the row', (backend) => {
  test('have the values of the references', async () => {
    const net = await networkOf(wanted.net, 'relu', backend);
    const s = await saliency(net, wanted.inputs, { target: 0 });
    expect(furthest(s.values.data, wanted.saliency_signed)).toBeLessThan(TOLERANCE);
    expect(
      furthest(
        s.outputs.data,
        wanted.logits.map(([first]) => first),
      ),
    ).toBeLessThan(TOLERANCE);
    const absolute = await saliency(net, wanted.inputs, { absolute: true });
    expect(furthest(absolute.values.data, wanted.saliency_signed.flat().map(Math.abs))).toBeLessThan(
      TOLERANCE,
    );
    const times = await inputXGradient(net, wanted.inputs, { target: wanted.target });
    expect(furthest(times.values.data, wanted.input_x_gradient)).toBeLessThan(TOLERANCE);
  });

  test('of all outputs stand side by side', async () => {
    const net = await networkOf(wanted.net, 'relu', backend);
    const all = await saliency(net, wanted.inputs, { target: 'all' });
    expect(all.values.shape).toEqual([4, 5, 3]);
    expect(all.outputs.shape).toEqual([4, 3]);
    for (const target of [0, 1, 2]) {
      const one = await saliency(net, wanted.inputs, { target });
      expect(
        furthest(
          one.values.data,
          [...all.values.data].filter((_, i) => i % 3 === target),
        ),
      ).toBe(0);
    }
  });

  test('add up to the output without biases (Euler)', async () => {
    const net = sequential([dense(9, { activation: 'relu', bias: false }), dense(2, { bias: false })], {
      inputShape: [6],
      seed: 3,
      backend,
    });
    const x = Float32Array.from({ length: 18 }, (_, i) => Math.sin(7 * i));
    const { values, outputs } = await inputXGradient(net, { data: x, shape: [3, 6] });
    const sums = [0, 1, 2].map((i) => values.data.slice(6 * i, 6 * i + 6).reduce((a, b) => a + b, 0));
    expect(furthest(outputs.data, sums)).toBeLessThan(1e-6);
  });
});
