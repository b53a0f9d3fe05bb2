import { categoricalCrossentropy, dense, sequential, sgd } from 'glia';
import { expect, test } from 'vitest';
import { describeBackends } from './backends.ts';
import { problem } from './problems.ts';

const { x, labels } = problem(30, 4);
const sampleWeight = Float32Array.from(labels, (_, i) => (i % 5 === 0 ? 3 : i % 3 === 0 ? 0 : 0.5));

describeBackends('the loss of an epoch', (backend) => {
  /** Steps so small that the weights stay as they are: an epoch then shows the loss of the data. */
  async function losses(batchSize: number, ignoreIndex: number | undefined, weighted: boolean) {
    const net = sequential([dense(3)], { inputShape: [4], seed: 2, backend });
    const loss = categoricalCrossentropy({ ...(ignoreIndex !== undefined && { ignoreIndex }) });
    const { final } = await net.fit(x, labels, {
      loss,
      epochs: 1,
      batchSize,
      optimizer: sgd({ learningRate: 1e-12 }),
      ...(weighted && { sampleWeight }),
    });
    return { fitted: final.loss, evaluated: (await net.evaluate(x, labels, { loss })).loss };
  }

  test('does not depend on how the rows fall into batches, whatever they weigh', async () => {
    for (const weighted of [false, true]) {
      for (const ignoreIndex of [undefined, 1]) {
        const { fitted: whole, evaluated } = await losses(30, ignoreIndex, weighted);
        if (!weighted) expect(whole).toBeCloseTo(evaluated, 5);
        for (const size of [1, 4, 7]) {
          expect((await losses(size, ignoreIndex, weighted)).fitted).toBeCloseTo(whole, 5);
        }
      }
    }
  });
});
