import {
  type BackendName,
  categoricalCrossentropy,
  DataError,
  dense,
  type FitOptions,
  type Model,
  OptionError,
  reshape,
  sequential,
  sgd,
  trainStep,
} from 'glia';
import { describe, expect, test } from 'vitest';
import { describeBackends } from './backends.ts';
import { problem } from './problems.ts';

/** Labels `[n, T]` for outputs `[n, T, classes]`: rows of three places, with four classes. */
const [n, places, classes] = [10, 3, 4];
const { x } = problem(n, 5);
const flat = Int32Array.from({ length: n * places }, (_, i) => (i * i + 3 * i) % classes);
const labels = { data: flat, shape: [n, places] };
const nested = Array.from({ length: n }, (_, i) => Array.from(flat.subarray(i * places, (i + 1) * places)));
const oneHot = {
  data: Float32Array.from({ length: n * places * classes }, (_, i) =>
    flat[Math.floor(i / classes)] === i % classes ? 1 : 0,
  ),
  shape: [n, places, classes],
};
const ignored = { data: flat.map((label, i) => (i % 7 < 3 ? -100 : label)), shape: [n, places] };

const make = (backend: BackendName): Model =>
  sequential([dense(places * classes), reshape([places, classes])], { inputShape: [5], seed: 6, backend });
const options = (): FitOptions => ({
  loss: 'categoricalCrossentropy',
  optimizer: sgd({ learningRate: 0.1 }),
  epochs: 3,
  batchSize: 4,
});

/** Cross-entropy and accuracy over all labels that count, weighed by row, in float64. */
function byHand(logits: ArrayLike<number>, wanted: Int32Array, weight: (row: number) => number = () => 1) {
  let [loss, mass, right, count] = [0, 0, 0, 0];
  wanted.forEach((label, at) => {
    if (label < 0) return;
    const row = Array.from({ length: classes }, (_, k) => logits[at * classes + k]!);
    const w = weight(Math.floor(at / places));
    loss += w * (Math.log(row.reduce((sum, value) => sum + Math.exp(value), 0)) - row[label]!);
    mass += w;
    right += Number(row.indexOf(Math.max(...row)) === label);
    count++;
  });
  return { loss: loss / mass, accuracy: right / count };
}

describeBackends('labels for several places a row', (backend) => {
  test('train as one-hot targets do, in whatever form they come', async () => {
    const one = make(backend);
    const wanted = await one.fit(x, oneHot, { ...options(), metrics: ['accuracy'] });
    for (const y of [labels, nested]) {
      const net = make(backend);
      const history = await net.fit(x, y, { ...options(), metrics: ['accuracy'] });
      for (const [path, { data }] of Object.entries(await one.weights())) {
        // Nine updates of numbers around 1: some roundings of 2⁻²⁴ each.
        const near = Array.from(data, (value) => expect.closeTo(value, 5));
        expect(Array.from((await net.weights())[path]!.data), path).toEqual(near);
      }
      history.epochs.forEach((logs, i) => {
        expect(logs.loss).toBeCloseTo(wanted.epochs[i]!.loss, 5);
        expect(logs['accuracy']).toBe(wanted.epochs[i]!['accuracy']);
      });
    }
  });

  test('are counted one by one in the loss and metrics, but for those that are ignored', async () => {
    const loss = categoricalCrossentropy({ ignoreIndex: -100 });
    const weight = (row: number) => (row % 3) + 0.5;
    const sampleWeight = Float32Array.from({ length: n }, (_, row) => weight(row));
    for (const [y, weights] of [
      [ignored, undefined],
      [ignored, sampleWeight],
      [labels, sampleWeight],
    ] as const) {
      const net = make(backend);
      const logits = (await net.predict(x)).data;
      const wanted = byHand(logits, y.data, weights && weight);
      // So slow that the loss of the epoch is that of the first weights, up to roundings.
      const history = await net.fit(x, y, {
        ...options(),
        loss,
        optimizer: sgd({ learningRate: 1e-12 }),
        epochs: 1,
        metrics: ['accuracy'],
        validation: [x, y],
        ...(weights && { sampleWeight: weights }),
      });
      const { final } = history;
      expect(final.loss).toBeCloseTo(wanted.loss, 5);
      expect(final['accuracy']).toBe(wanted.accuracy);
      // Weights are for training.
      const plain = byHand(logits, y.data);
      expect(final['val_loss']).toBeCloseTo(plain.loss, 5);
      expect(final['val_accuracy']).toBe(plain.accuracy);
      const evaluated = await net.evaluate(x, y, { loss, metrics: ['accuracy'] });
      expect(evaluated.loss).toBeCloseTo(plain.loss, 5);
    }
  });

  test('are taken by single steps, too', async () => {
    const net = make(backend);
    const wanted = byHand((await net.predict(x)).data, flat);
    const step = trainStep(net, { loss: 'categoricalCrossentropy' });
    expect(step.sync(x, labels).loss).toBeCloseTo(wanted.loss, 5);
    const same = make(backend);
    const other = trainStep(same, { loss: 'categoricalCrossentropy' });
    await other(x, nested);
    expect(await net.weights()).toEqual(await same.weights());
  });
});

describe('labels for several places a row', () => {
  const backend = 'typescript';
  test('are refused where they are no classes, by row and place', async () => {
    for (const [at, label] of [
      [7, 4],
      [29, -1],
    ] as const) {
      const y = { data: flat.with(at, label), shape: [n, places] };
      const running = make(backend).fit(x, y, options());
      await expect(running).rejects.toBeInstanceOf(DataError);
      await expect(running).rejects.toThrow(`y[${Math.floor(at / places)}][${at % places}] is ${label}`);
    }
    const half = nested.map((row, i) => (i === 2 ? [0, 0.5, 1] : row));
    await expect(make(backend).fit(x, half, options())).rejects.toThrow('y[2][1] is 0.5');
  });

  test('have no class a row, by which to weigh or to stratify', async () => {
    for (const more of [
      { classWeight: 'balanced' },
      { classWeight: { 1: 2 } },
      { validation: 0.3, stratify: true },
    ] as const) {
      await expect(make(backend).fit(x, labels, { ...options(), ...more })).rejects.toBeInstanceOf(
        OptionError,
      );
    }
  });
});
