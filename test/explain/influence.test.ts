import {
  add,
  batchNorm,
  dense,
  input,
  layer,
  type Model,
  model,
  ops,
  sequential,
  type Tensor,
  valueAndGrad,
} from 'glia';
import { weightSnapshots } from 'glia/callbacks';
import { influence, memorization } from 'glia/explain';
import { expect, test } from 'vitest';
import type { BackendName } from '../../src/backend/backend.ts';
import { Random } from '../../src/base/random.ts';
import { describeBackends } from '../train/backends.ts';
import { furthest, golden, type Net, networkOf, TOLERANCE } from './networks.ts';

interface Golden {
  readonly net: Net;
  readonly inputs: number[][];
  readonly labels: number[][];
  readonly tracin: {
    readonly checkpoints: Net[];
    readonly learning_rate: number;
    readonly influence: number[][];
  };
}

const xor = golden<Golden>('xor');
const random = Random.of(0, 'rows');
const rowsOf = (rows: number, width: number) => ({
  data: Float32Array.from({ length: rows * width }, () => random.normal()),
  shape: [rows, width],
});
const x = rowsOf(300, 4);
const y = Int32Array.from({ length: 300 }, (_, i) => Number(x.data[4 * i]! + x.data[4 * i + 1]! > 0));
const few = { data: x.data.slice(0, 28), shape: [7, 4] };

/** Networks whose gradients come in factors. */
const inBatches = {
  dense: (backend: BackendName) =>
    sequential([dense(6, { activation: 'relu' }), dense(2)], { inputShape: [4], seed: 2, backend }),
  'without biases': (backend: BackendName) =>
    sequential([dense(6, { activation: 'gelu', bias: false }), dense(2, { bias: false })], {
      inputShape: [4],
      seed: 2,
      backend,
    }),
  normalised: (backend: BackendName) =>
    sequential(
      [dense(6), batchNorm(), dense(5, { activation: 'tanh' }), dense(2, { activation: 'softmax' })],
      {
        inputShape: [4],
        seed: 2,
        backend,
      },
    ),
  'around a layer': (backend: BackendName) => {
    const rows = input([4]);
    const h = dense(4, { activation: 'tanh' }).call(rows);
    return model({ inputs: rows, outputs: dense(2).call(add().call(h, rows)), seed: 2, backend });
  },
};

/** Networks whose gradients do not. */
const rowByRow = {
  'a layer that is called twice': (backend: BackendName) => {
    const rows = input([4]);
    const shared = dense(4, { activation: 'tanh' });
    return model({ inputs: rows, outputs: dense(2).call(shared.call(shared.call(rows))), seed: 2, backend });
  },
  'a weight that is squared': (backend: BackendName) => {
    const squared = layer({
      params: ([d]) => ({ w: [d!, 3] }),
      apply: ({ w }, z) => ops.matmul(z, ops.square(w!)),
    });
    return sequential([squared, dense(2)], { inputShape: [4], seed: 2, backend });
  },
  'rows that look at each other': (backend: BackendName) => {
    const centred = layer({ apply: (_own, z) => ops.sub(z, ops.mean(z, { axis: [0], keepDims: true })) });
    return sequential([dense(3, { activation: 'tanh' }), centred, dense(2)], {
      inputShape: [4],
      seed: 2,
      backend,
    });
  },
};

/** Products of gradients, each of a row alone, by way of a loss that is fed one row at a time. */
async function slowly(net: Model, rows: typeof few, labels: Int32Array): Promise<number[]> {
  const f = valueAndGrad(net, (out, target) => ops.mean(ops.softmaxCrossEntropy(out, target)));
  const gradients: number[][] = [];
  for (let i = 0; i < rows.shape[0]!; i++) {
    const { gradients: one } = await f(
      { data: rows.data.slice(4 * i, 4 * i + 4), shape: [1, 4] },
      labels.slice(i, i + 1),
    );
    gradients.push(Object.values(one).flatMap(({ data }) => [...data]));
  }
  return gradients.flatMap((a) => gradients.map((b) => a.reduce((sum, value, i) => sum + value * b[i]!, 0)));
}

describeBackends('influence', (backend) => {
  test('has the values of the reference, over two checkpoints', async () => {
    const net = await networkOf(xor.net, 'tanh', backend);
    const before = await net.weights();
    const checkpoints = await Promise.all(
      xor.tracin.checkpoints.map(async (one) => (await networkOf(one, 'tanh', backend)).weights()),
    );
    const options = {
      checkpoints,
      learningRate: xor.tracin.learning_rate,
      loss: 'binaryCrossentropy',
    } as const;
    const rows = [xor.inputs, xor.labels] as const;
    const found = await influence(net, rows, rows, options);
    expect(found.gradients).toBe('in batches');
    expect(furthest(found.values.data, xor.tracin.influence)).toBeLessThan(TOLERANCE);
    expect(found.proponents.map(([first]) => first!.row)).toEqual([0, 1, 2, 3]);
    expect(found.opponents[1]!.map(({ row }) => row)).toEqual([3, 0, 2, 1]);
    const self = await memorization(net, rows, options);
    expect(
      furthest(
        self.values.data,
        xor.tracin.influence.map((row, i) => row[i]!),
      ),
    ).toBeLessThan(TOLERANCE);
    expect(await net.weights()).toEqual(before);
  });

  test.each(Object.entries(inBatches))('of a network with gradients in factors: %s', async (name, make) => {
    const net = make(backend);
    const loss = 'categoricalCrossentropy';
    const labels = y.slice(0, 7);
    const found = await influence(net, [few, labels], [few, labels], { loss });
    expect(found.gradients).toBe('in batches');
    if (name !== 'normalised') {
      expect(furthest(found.values.data, await slowly(net, few, labels))).toBeLessThan(1e-5);
    }
    const self = await memorization(net, [few, labels], { loss });
    const diagonal = [...found.values.data].filter((_, i) => i % 8 === 0);
    expect(furthest(self.values.data, diagonal)).toBeLessThan(1e-5);
  });

  test.each(Object.entries(rowByRow))('of a network that is passed row by row: %s', async (_, make) => {
    const net = make(backend);
    const loss = 'categoricalCrossentropy';
    const labels = y.slice(0, 7);
    const found = await influence(net, [few, labels], [few, labels], { loss });
    expect(found.gradients).toBe('row by row');
    expect(furthest(found.values.data, await slowly(net, few, labels))).toBeLessThan(1e-5);
    const self = await memorization(net, [few, labels], { loss });
    expect(self.gradients).toBe('row by row');
    const diagonal = [...found.values.data].filter((_, i) => i % 8 === 0);
    expect(furthest(self.values.data, diagonal)).toBeLessThan(1e-6);
  });

  test('of one row on several is not taken from batches in which these look at each other', async () => {
    const net = rowByRow['rows that look at each other'](backend);
    const labels = y.slice(0, 7);
    const one = { data: few.data.slice(0, 4), shape: [1, 4] };
    const options = { loss: 'categoricalCrossentropy' } as const;
    const found = await influence(net, [one, labels.slice(0, 1)], [few, labels], options);
    expect(furthest(found.values.data, (await slowly(net, few, labels)).slice(0, 7))).toBeLessThan(1e-5);
  });

  test('of labels on the same targets as one-hot rows is the same', async () => {
    const net = inBatches.dense(backend);
    const labels = y.slice(0, 7);
    const onehot = Array.from(labels, (label) => [1 - label, label]);
    const options = { loss: 'categoricalCrossentropy' } as const;
    const a = await influence(net, [few, labels], [few, labels], options);
    const b = await influence(net, [few, labels], [few, onehot], options);
    expect(b.gradients).toBe('in batches');
    expect(furthest(b.values.data, [...a.values.data])).toBeLessThan(1e-6);
  });

  test('of normalised rows is that of their gradients one at a time', async () => {
    const net = inBatches.normalised(backend);
    await net.fit(x, y, { loss: 'categoricalCrossentropy', epochs: 1 });
    // A loss that reduces by itself can only be passed row by row.
    const alone = (out: Tensor, target: Tensor) =>
      ops.mean(ops.softmaxCrossEntropy(ops.logitsOf(out)!.logits, target));
    const labels = y.slice(0, 7);
    const fast = await influence(net, [few, labels], [few, labels]);
    const slow = await influence(net, [few, labels], [few, labels], { loss: alone });
    expect([fast.gradients, slow.gradients]).toEqual(['in batches', 'row by row']);
    expect(furthest(fast.values.data, [...slow.values.data])).toBeLessThan(1e-5);
  });

  test('on the training rows themselves is symmetric and positive', async () => {
    const net = inBatches.dense(backend);
    const { values } = await influence(net, [x, y], [x, y], { loss: 'categoricalCrossentropy' });
    const at = (i: number, j: number): number => values.data[300 * i + j]!;
    let skewed = 0;
    for (let i = 0; i < 300; i++) {
      for (let j = 0; j <= i; j++) {
        skewed = Math.max(skewed, Math.abs(at(i, j) - at(j, i)));
        // Cauchy and Schwarz: each pair of a positive semidefinite matrix.
        if (!(at(i, j) ** 2 <= at(i, i) * at(j, j) * (1 + 1e-4) + 1e-9)) throw new Error(`pair ${i}, ${j}`);
      }
      expect(at(i, i)).toBeGreaterThanOrEqual(0);
    }
    expect(skewed).toBeLessThan(1e-5);
    for (let trial = 0; trial < 20; trial++) {
      const v = Float64Array.from({ length: 300 }, () => random.normal());
      let form = 0;
      v.forEach((a, i) => {
        v.forEach((b, j) => {
          form += a * b * at(i, j);
        });
      });
      expect(form).toBeGreaterThan(-1e-3);
    }
  });

  test('says what a small step on a row does to the loss of another', async () => {
    const net = inBatches.dense(backend);
    const one = (i: number) => ({ data: x.data.slice(4 * i, 4 * i + 4), shape: [1, 4] });
    const rate = 1e-3;
    const { values } = await influence(net, [one(0), y.slice(0, 1)], [one(5), y.slice(5, 6)], {
      loss: 'categoricalCrossentropy',
      learningRate: rate,
    });
    const lossOf = async () =>
      (await net.evaluate(one(5), y.slice(5, 6), { loss: 'categoricalCrossentropy' })).loss;
    const before = await lossOf();
    await net.fit(one(0), y.slice(0, 1), {
      loss: 'categoricalCrossentropy',
      optimizer: 'sgd',
      learningRate: rate,
      epochs: 1,
    });
    const after = await lossOf();
    // What is left is of second order in the rate.
    expect((before - after) / values.data[0]!).toBeCloseTo(1, 2);
  });

  test('finds flipped labels by what was learned by heart', async () => {
    const flipped = [3, 77, 150, 220];
    const noisy = y.map((label, i) => (flipped.includes(i) ? 1 - label : label));
    const net = inBatches.dense(backend);
    const snapshots = weightSnapshots({ every: 5 });
    await net.fit(x, noisy, {
      loss: 'categoricalCrossentropy',
      epochs: 20,
      learningRate: 0.02,
      callbacks: [snapshots],
    });
    expect(snapshots.epochs).toEqual([5, 10, 15, 20]);
    const { weights: checkpoints, learningRates: learningRate } = snapshots;
    const rankOf = async (labels: Int32Array) => {
      const { top } = await memorization(net, [x, labels], { checkpoints, learningRate, top: 300 });
      return flipped.map((row) => top.findIndex((one) => one.row === row));
    };
    const [wrong, right] = [await rankOf(noisy), await rankOf(y)];
    wrong.forEach((rank, i) => {
      expect(rank).toBeLessThan(20);
      expect(rank).toBeLessThan(right[i]!);
    });
  });

  test('refuses what does not fit, and hears of an abort', async () => {
    const net = inBatches.dense(backend);
    const rows = [few, y.slice(0, 7)] as const;
    const loss = 'categoricalCrossentropy';
    await expect(influence(net, rows, rows)).rejects.toThrow('the loss must be given');
    await expect(influence(net, few as never, rows, { loss })).rejects.toThrow('wanted rows with targets');
    await expect(influence(net, rows, rows, { loss, checkpoints: [] })).rejects.toThrow(
      'checkpoints must be a list',
    );
    await expect(influence(net, rows, rows, { loss, learningRate: [1, 2] })).rejects.toThrow(
      '2 learning rates for 1 checkpoints',
    );
    const shares: number[] = [];
    const checkpoints = [await net.weights(), await net.weights()];
    await influence(net, rows, rows, { loss, checkpoints, onProgress: (share) => shares.push(share) });
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares.at(-1)).toBe(1);
    const stop = new AbortController();
    const onProgress = () => stop.abort(new Error('enough'));
    const many = [x, y] as const;
    await expect(influence(net, many, many, { loss, signal: stop.signal, onProgress })).rejects.toThrow(
      'enough',
    );
  });
});
