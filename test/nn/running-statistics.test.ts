import { batchNorm, dense, flatten, type Model, sequential, sgd, trainStep } from 'glia';
import { expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { describeBackends } from '../train/backends.ts';

const random = Random.of(3, 'running statistics');
const rows = (n: number): number[][] =>
  Array.from({ length: n }, () => [3 + random.normal(), 0.5 * random.normal()]);

/** Running statistics of a channel after some batches of it, in float64 and by the textbook. */
function running(batches: readonly (readonly number[])[], momentum = 0.1) {
  let [mean, variance] = [0, 1];
  for (const batch of batches) {
    if (batch.length === 1) continue;
    const own = batch.reduce((a, b) => a + b) / batch.length;
    const unbiased = batch.reduce((sum, one) => sum + (one - own) ** 2, 0) / (batch.length - 1);
    mean += momentum * (own - mean);
    variance += momentum * (unbiased - variance);
  }
  return { mean, variance };
}

describeBackends('running statistics of batchNorm', (backend) => {
  // Steps so small that no weight before the layer moves.
  const optimizer = sgd({ learningRate: 1e-30 });
  const expectRunning = async (net: Model, channel: number, batches: readonly (readonly number[])[]) => {
    const weights = await net.weights();
    const wanted = running(batches);
    // Some tens of updates in float32, relative to numbers around 1.
    expect(weights['batchNorm1.running_mean']!.data[channel]).toBeCloseTo(wanted.mean, 5);
    expect(weights['batchNorm1.running_var']!.data[channel]).toBeCloseTo(wanted.variance, 5);
  };

  test.each([
    [33, 8],
    [17, 16],
    [10, 4],
    [12, 4],
  ])('of %i rows in batches of %i are those of the batches that have a variance', async (n, batchSize) => {
    const x = rows(n);
    const net = sequential([batchNorm(), dense(1)], { inputShape: [2], seed: 1, backend });
    const y = x.map(() => [0]);
    const epochs = 12;
    await net.fit(x, y, { loss: 'mse', optimizer, epochs, batchSize, shuffle: false });
    for (const channel of [0, 1]) {
      const column = x.map((row) => row[channel]!);
      const each = Array.from({ length: Math.ceil(n / batchSize) }, (_, i) =>
        column.slice(i * batchSize, (i + 1) * batchSize),
      );
      await expectRunning(net, channel, Array.from({ length: epochs }, () => each).flat());
    }
  });

  test('of one row with several numbers a channel are taken', async () => {
    const net = sequential([batchNorm(), flatten(), dense(1)], { inputShape: [2, 3], seed: 1, backend });
    const x = [
      [
        [1, 2, 4],
        [0, -3, 5],
      ],
    ];
    await trainStep(net, { loss: 'mse', optimizer })(x, [[0]]);
    await expectRunning(net, 0, [x[0]![0]!]);
    await expectRunning(net, 1, [x[0]![1]!]);
  });
});
