import {
  type BackendName,
  batchNorm,
  dense,
  dropout,
  type Model,
  NumericError,
  type Optimizer,
  ops,
  sequential,
  sgd,
  type Tensor,
  trainStep,
} from 'glia';
import { expect, test } from 'vitest';
import { optimizers } from '../support/optimizers.ts';
import { describeBackends } from './backends.ts';
import { problem } from './problems.ts';

const { x, values } = problem(16, 5);

/** Gradients so large that the outcome is looked at before a step is applied, but fine. */
const large = { data: values.data.with(5, 1e15), shape: [16, 1] };
const broken = { data: values.data.with(5, 1e30), shape: [16, 1] };

const make = (backend: BackendName): Model =>
  sequential([dense(6, { activation: 'tanh' }), batchNorm(), dropout(0.2), dense(1)], {
    inputShape: [5],
    seed: 3,
    backend,
  });

/** The same rule as one that nothing is known of: its outcome is looked at in each step. */
const unknown = (optimizer: Optimizer): Optimizer => ({
  ...optimizer,
  update: (...given) => optimizer.update(...given),
});

describeBackends('a step that looks at its outcome only where it has to', (backend) => {
  test.each(optimizers)('changes the same bits as one that always does: %s', async (_, rule) => {
    for (const accumulate of [1, 2]) {
      const optimizer = { ...rule(), accumulate };
      const nets = [make(backend), make(backend), make(backend)];
      const [quick, later, sure] = [optimizer, optimizer, unknown(optimizer)].map((one, i) =>
        trainStep(nets[i]!, { loss: 'mse', optimizer: one }),
      );
      for (const target of [values, broken, values, large, values, broken]) {
        const wanted = await settled(() => sure!(x, target));
        expect(await settled(async () => quick!.sync(x, target))).toEqual(wanted);
        expect(await settled(() => later!(x, target))).toEqual(wanted);
      }
      const [first, second, wanted] = await Promise.all(nets.map((net) => net.weights()));
      expect(first).toEqual(wanted);
      expect(second).toEqual(wanted);
    }
  });

  test('is taken in the order of the calls, whatever those before were', async () => {
    const [one, other] = [make(backend), make(backend)];
    const [step, same] = [one, other].map((net) => trainStep(net, { loss: 'mse' }));
    const targets = [values, large, broken, values, large];
    const together = await Promise.all(targets.map((target) => settled(() => step!(x, target))));
    for (const [i, target] of targets.entries())
      expect(await settled(async () => same!.sync(x, target))).toEqual(together[i]);
    expect(await one.weights()).toEqual(await other.weights());
  });

  test('does so while the learning rate is beyond what is usual', async () => {
    const rate = { name: 'late', config: {}, at: (update: number) => (update === 1 ? 1e30 : 1e-3) };
    const steep = (output: Tensor) => ops.mul(ops.sum(output), 1e11);
    const net = make(backend);
    const step = trainStep(net, { loss: steep, optimizer: sgd({ learningRate: rate }) });
    step.sync(x, values);
    const before = await net.weights();
    expect(() => step.sync(x, values)).toThrow(/a weight, or the state of sgd, would be not finite/);
    await expect(step(x, values)).rejects.toThrow(NumericError);
    expect(await net.weights()).toEqual(before);
  });
});

/** A loss, or the words of an error. */
async function settled(step: () => Promise<{ loss: number }>): Promise<unknown> {
  try {
    return await step();
  } catch (error) {
    return String(error);
  }
}
