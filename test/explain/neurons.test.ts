import { activation, add, dense, dropout, input, type Model, model, sequential } from 'glia';
import { neurons } from 'glia/explain';
import { expect, test } from 'vitest';
import type { BackendName } from '../../src/backend/backend.ts';
import { Random } from '../../src/base/random.ts';
import { describeBackends } from '../train/backends.ts';

/** More rows than go in one step. */
const ROWS = 700;
const random = Random.of(0, 'rows');
const data = Float32Array.from({ length: ROWS * 4 }, () => random.normal());
const x = { data, shape: [ROWS, 4] };
const labels = Int32Array.from(
  { length: ROWS },
  (_, i) => Number(data[4 * i]! > 0.2) + Number(data[4 * i]! > 1),
);

async function change(net: Model, path: string, edit: (data: Float32Array) => void): Promise<void> {
  const weights = await net.weights();
  edit(weights[path]!.data);
  await net.setWeights(weights);
}

async function trained(backend: BackendName): Promise<Model> {
  const net = sequential(
    [dense(6, { activation: 'relu' }), dense(5, { activation: 'tanh' }), dense(3, { activation: 'softmax' })],
    {
      inputShape: [4],
      seed: 2,
      backend,
    },
  );
  await net.fit(x, labels, { loss: 'categoricalCrossentropy', epochs: 3, learningRate: 0.02 });
  return net;
}

describeBackends('neurons', (backend) => {
  test('count what plain loops over the activations count', async () => {
    const net = await trained(backend);
    const { 'dense1.weight': w, 'dense1.bias': b } = await net.weights();
    const activation = (row: number, unit: number): number => {
      let z = b!.data[unit]!;
      for (let j = 0; j < 4; j++) z += w!.data[4 * unit + j]! * data[4 * row + j]!;
      return Math.max(0, z);
    };
    const { layers, rows, cost } = await neurons(net, x, { layer: 'dense1', lesion: false, top: 3 });
    expect(rows).toBe(ROWS);
    expect(cost.forward).toBe(3 * ROWS);
    for (const neuron of layers[0]!.neurons) {
      const all = Array.from({ length: ROWS }, (_, row) => activation(row, neuron.unit));
      const mean = all.reduce((sum, value) => sum + value, 0) / ROWS;
      expect(neuron.mean).toBeCloseTo(mean, 5);
      expect(neuron.variance).toBeCloseTo(all.reduce((sum, value) => sum + (value - mean) ** 2, 0) / ROWS, 4);
      expect(neuron.active).toBe(all.filter((value) => value > 0).length / ROWS);
      const ranked = [...all.keys()].sort((i, j) => all[j]! - all[i]!);
      expect(neuron.top.map(({ row }) => row)).toEqual(ranked.slice(0, 3));
    }
  });

  test('finds a dead unit and saturated ones', async () => {
    const net = await trained(backend);
    await change(net, 'dense1.bias', (bias) => {
      bias[4] = -1000;
    });
    await change(net, 'dense2.bias', (bias) => {
      bias[1] = 1000;
      bias[2] = -1000;
    });
    const { layers, warnings } = await neurons(net, x, { lesion: false });
    expect(layers.map(({ layer }) => layer)).toEqual(['dense1', 'dense2']);
    expect(layers[0]!.neurons.map(({ dead }) => dead)).toEqual([false, false, false, false, true, false]);
    expect(layers[0]!.neurons[0]!.saturated).toBeUndefined();
    expect(layers[1]!.neurons.map(({ saturated }) => saturated === 1)).toEqual([
      false,
      true,
      true,
      false,
      false,
    ]);
    expect(layers[1]!.dead).toBe(0);
    expect(warnings).toEqual(['dense1: 1 of 6 units are dead']);
  });

  test('finds the input that a unit answers to, and how', async () => {
    const net = sequential([dense(3, { activation: 'relu' }), dense(1)], { inputShape: [4], backend });
    await change(net, 'dense1.weight', (w) => {
      w.set([0, 0, 2, 0, /**/ 0, -1, 0, 0, /**/ 0, 0, 0, 0]);
    });
    const { layers } = await neurons(net, x, { layer: 'dense1', bins: 7 });
    const [up, down, still] = layers[0]!.neurons;
    expect([up!.feature, down!.feature]).toEqual(['x2', 'x1']);
    expect(up!.correlation).toBeGreaterThan(0.8);
    expect(down!.correlation).toBeLessThan(-0.8);
    expect(still!.correlation).toBeNaN();
    expect(up!.tuning.map(({ rows }) => rows)).toEqual(Array(7).fill(100));
    up!.tuning.forEach(({ at, activation }) => {
      if (at > 0.3) expect(activation).toBeCloseTo(2 * at, 4);
      if (at < -0.3) expect(activation).toBe(0);
    });
    const given = await neurons(net, x, { layer: 'dense1', feature: 'x0', lesion: false });
    expect(given.layers[0]!.neurons.map(({ feature }) => feature)).toEqual(['x0', 'x0', 'x0']);
    expect(Math.abs(given.layers[0]!.neurons[0]!.correlation)).toBeLessThan(0.15);
  });

  test('keeps rows of the same value together in a tuning curve', async () => {
    const net = sequential([dense(2, { activation: 'relu' }), dense(1)], { inputShape: [1], backend });
    const { layers } = await neurons(net, [[0], [1], [0], [1], [0], [1], [0]], { bins: 4 });
    expect(layers[0]!.neurons[0]!.tuning.map(({ at, rows }) => [at, rows])).toEqual([
      [0, 4],
      [1, 3],
    ]);
  });

  test('lesions are what cutting the weights behind a unit does', async () => {
    for (const layer of ['dense1', 'dense2']) {
      const net = await trained(backend);
      const { layers } = await neurons(net, x, { layer, y: labels, lesion: 'zero' });
      const whole = await net.evaluate(x, labels);
      const behind = layer === 'dense1' ? 'dense2.weight' : 'dense3.weight';
      const intact = await net.weights();
      for (const { unit, lesion } of layers[0]!.neurons) {
        const width = intact[behind]!.shape[1]!;
        await change(net, behind, (w) => {
          for (let i = unit; i < w.length; i += width) w[i] = 0;
        });
        const without = await net.evaluate(x, labels);
        await net.setWeights(intact);
        expect(lesion!.loss).toBeCloseTo(without.loss - whole.loss, 5);
        expect(lesion!.accuracy).toBeCloseTo(whole['accuracy']! - without['accuracy']!, 6);
        expect(lesion!.output).toBeGreaterThan(0);
      }
    }
  });

  test('looks at hidden layers, before and after their activation, and not at logits', async () => {
    const net = sequential([dense(3), activation('relu'), dropout(0.5), dense(2), activation('softmax')], {
      inputShape: [4],
      backend,
    });
    const { layers } = await neurons(net, x, { lesion: 'zero' });
    expect(layers.map(({ layer }) => layer)).toEqual(['dense1', 'activation1']);
    expect(layers[1]!.neurons.every(({ lesion }) => lesion!.output > 0)).toBe(true);
  });

  test('a unit that is silenced to its mean and never moves is not missed', async () => {
    const net = await trained(backend);
    await change(net, 'dense1.bias', (bias) => {
      bias[0] = -1000;
    });
    await change(net, 'dense1.weight', (w) => w.fill(0, 4, 8));
    await change(net, 'dense1.bias', (bias) => {
      bias[1] = 0.75;
    });
    const { layers } = await neurons(net, x, { layer: 'dense1', y: labels });
    expect(layers[0]!.neurons[0]!.lesion).toEqual({ output: 0, loss: 0, accuracy: 0 });
    expect(layers[0]!.neurons[1]!.lesion!.output).toBeLessThan(1e-6);
    expect(layers[0]!.neurons[2]!.lesion!.output).toBeGreaterThan(1e-3);
  });

  test('a lesion lets what goes around the layer pass', async () => {
    const rows = input([4]);
    const hidden = dense(4, { activation: 'relu', name: 'hidden' }).call(rows);
    const net = model({
      inputs: rows,
      outputs: dense(1, { name: 'out' }).call(add().call(hidden, rows)),
      seed: 5,
      backend,
    });
    const y = { data: data.slice(0, ROWS), shape: [ROWS, 1] };
    const { layers } = await neurons(net, x, { layer: 'hidden', y, loss: 'mse', lesion: 'zero' });
    const whole = await net.evaluate(x, y, { loss: 'mse' });
    await change(net, 'hidden.weight', (w) => w.fill(0, 0, 4));
    const without = await net.evaluate(x, y, { loss: 'mse' });
    expect(layers[0]!.neurons[0]!.lesion!.loss).toBeCloseTo(without.loss - whole.loss, 5);
    expect(layers[0]!.neurons[0]!.lesion!.accuracy).toBeUndefined();
  });

  test('refuses layers and inputs that are not there, and hears of an abort', async () => {
    const net = await trained(backend);
    await expect(neurons(net, x, { layer: 'dense9' })).rejects.toThrow('did you mean');
    await expect(neurons(net, x, { feature: 'x9' })).rejects.toThrow('there is no input "x9"');
    await expect(neurons(net, x, { lesion: 'half' as never })).rejects.toThrow('lesion');
    const { layers } = await neurons(net, x, { layer: 'dense3' });
    expect(layers[0]!.neurons[0]!.lesion).toBeUndefined();
    const shares: number[] = [];
    await neurons(net, x, { y: labels, onProgress: (share) => shares.push(share) });
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares.at(-1)).toBe(1);
    const stop = new AbortController();
    const onProgress = (share: number) => share > 0.5 && stop.abort(new Error('enough'));
    await expect(neurons(net, x, { signal: stop.signal, onProgress })).rejects.toThrow('enough');
  });
});
