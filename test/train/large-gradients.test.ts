import {
  adagrad,
  adam,
  adamw,
  type BackendName,
  batchNorm,
  dense,
  lion,
  type Model,
  NumericError,
  ops,
  rmsprop,
  sequential,
  sgd,
  type Tensor,
  trainStep,
} from 'glia';
import { expect, test } from 'vitest';
import { optimizers } from '../support/made.ts';
import { describeBackends } from './backends.ts';

/** One weight of 1 for each of two inputs of 1: outputs are 2, and the gradient of each weight is the slope. */
async function line(backend: BackendName): Promise<Model> {
  const model = sequential([dense(1, { bias: false })], { inputShape: [2], backend });
  await model.setWeights({ 'dense1.weight': { shape: [1, 2], data: Float32Array.of(1, 1) } });
  return model;
}
const [x, y] = [[[1, 1]], [[0]]];
const steep = (slope: number) => (output: Tensor) => ops.mul(ops.sum(output), slope);
const weightOf = async (model: Model) => (await model.weights())['dense1.weight']!.data;

/** Whose state has squares of gradients. */
const squaring = {
  adam: (more = {}) => adam({ learningRate: 0.5, ...more }),
  amsgrad: (more = {}) => adam({ learningRate: 0.5, amsgrad: true, ...more }),
  adamw: (more = {}) => adamw({ learningRate: 0.5, weightDecay: 0, ...more }),
  rmsprop: (more = {}) => rmsprop({ learningRate: 0.05, rho: 0.99, ...more }),
  centered: (more = {}) => rmsprop({ learningRate: 0.05, centered: true, ...more }),
  adagrad: (more = {}) => adagrad({ learningRate: 0.5, ...more }),
};

describeBackends('a gradient whose square is beyond float32', (backend) => {
  test.each(optimizers(0))('moves the weights or is refused: %s', async (_, make) => {
    const model = await line(backend);
    const fitting = model.fit(x, y, { loss: steep(1e25), optimizer: make(), epochs: 1 });
    const error: unknown = await fitting.then(
      () => undefined,
      (refused: unknown) => refused,
    );
    const weights = [...(await weightOf(model))];
    if (error === undefined) return expect(weights.every((w) => w < 1 && w > -Infinity)).toBe(true);
    expect(error).toBeInstanceOf(NumericError);
    expect(weights).toEqual([1, 1]);
  });

  test.each(Object.entries(squaring))('is no silent stand-still: %s', async (_, make) => {
    const run = await line(backend);
    const fitting = run.fit(x, y, { loss: steep(1e25), optimizer: make(), epochs: 3 });
    await expect(fitting).rejects.toThrow(NumericError);
    // The weight itself where a mean is taken away from the infinite square, the state of the optimizer else.
    await expect(fitting).rejects.toThrow(
      /(dense1\.weight is|the loss became|optim\.\w+\.dense1\.weight is) /,
    );
    expect([...(await weightOf(run))]).toEqual([1, 1]);
    const alone = await line(backend);
    const step = trainStep(alone, { loss: steep(1e25), optimizer: make() });
    const message = /a weight, or the state of (adamw?|rmsprop|adagrad), would be not finite/;
    await expect(step(x, y)).rejects.toThrow(message);
    expect(() => step.sync(x, y)).toThrow(message);
    expect([...(await weightOf(alone))]).toEqual([1, 1]);
    expect(alone.session.steps).toBe(0);
  });

  test.each(Object.entries(squaring))('is right after clipping: %s', async (_, make) => {
    const [fitted, stepped, plain] = [await line(backend), await line(backend), await line(backend)];
    await fitted.fit(x, y, { loss: steep(1e25), optimizer: make({ clipNorm: 1 }), epochs: 1 });
    await trainStep(stepped, { loss: steep(1e25), optimizer: make({ clipNorm: 1 }) })(x, y);
    // Of norm 1 from the beginning.
    await plain.fit(x, y, { loss: steep(Math.SQRT1_2), optimizer: make(), epochs: 1 });
    const wanted = [...(await weightOf(plain))];
    expect(wanted[0]).toBeLessThan(0.9);
    // The factor of clipping is rounded, and 1e-6 is added to the norm.
    for (const model of [fitted, stepped])
      expect([...(await weightOf(model))]).toEqual(wanted.map((weight) => expect.closeTo(weight, 5)));
  });

  test('counts for nothing where no square is taken', async () => {
    for (const optimizer of [sgd({ learningRate: 1e-25 }), sgd({ learningRate: 1e-25, momentum: 0.9 })]) {
      const model = await line(backend);
      await trainStep(model, { loss: steep(1e25), optimizer })(x, y);
      expect([...(await weightOf(model))]).toEqual([0, 0].map((zero) => expect.closeTo(zero, 6)));
    }
    const model = await line(backend);
    await model.fit(x, y, { loss: steep(1e25), optimizer: lion({ learningRate: 0.25 }), epochs: 1 });
    expect([...(await weightOf(model))]).toEqual([0.75, 0.75]);
  });

  test('is told from a weight that a step makes infinite: it is not applied', async () => {
    const model = await line(backend);
    const step = trainStep(model, { loss: steep(1e25), optimizer: sgd({ learningRate: 1e20 }) });
    expect(() => step.sync(x, y)).toThrow(/a weight, or the state of sgd, would be not finite/);
    expect([...(await weightOf(model))]).toEqual([1, 1]);
  });
});

describeBackends('activations whose squares are beyond float32', (backend) => {
  test('are refused by batchNorm, whose running variance no float32 holds', async () => {
    const inputs = [[1e20], [-1e20]];
    const model = sequential([batchNorm(), dense(1)], { inputShape: [1], backend });
    const before = await model.weights();
    const fitting = model.fit(inputs, [[0], [1]], { loss: 'mse', epochs: 1 });
    await expect(fitting).rejects.toThrow(/batchNorm1\.running_var is not finite/);
    expect(() => trainStep(model, { loss: 'mse' }).sync(inputs, [[0], [1]])).toThrow(NumericError);
    expect(await model.weights()).toEqual(before);
  });
});
