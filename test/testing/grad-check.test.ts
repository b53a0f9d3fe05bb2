import {
  activation,
  dense,
  dropout,
  type Layer,
  layer,
  NumericError,
  OptionError,
  ops,
  sequential,
  type Tensor,
} from 'glia';
import { gradCheck } from 'glia/testing';
import { describe, expect, test } from 'vitest';
import { backends } from '../train/backends.ts';

/** A layer with a weight of each input, whose output is what `compute` says. */
const weighted = (compute: (x: Tensor, w: Tensor) => Tensor, init = 0.7): Layer =>
  layer({
    params: ([d]) => ({
      w: { shape: [d], init: { name: 'fixed', config: {}, fill: (s) => new Float32Array(s[0]!).fill(init) } },
    }),
    apply: ({ w }, x) => compute(x, w),
  });

const build = (...layers: Layer[]) => sequential(layers, { inputShape: [4], seed: 1, backend: 'typescript' });

describe('gradCheck', () => {
  test('passes where the gradients are right', async () => {
    await gradCheck(
      build(
        weighted((x, w) => ops.mul(x, ops.exp(w))),
        dense(3, { activation: 'tanh' }),
      ),
    );
    await gradCheck(build(dense(5), dropout(0.5), dense(2)));
  });

  test('names the parameter and the element of a wrong one, with both numbers', async () => {
    // The derivative of w · detach(w) is 2w, and w is what flows back.
    const half = weighted((x, w) => ops.mul(x, ops.mul(w, ops.detach(w))));
    const error = await gradCheck(build(dense(4, { name: 'good' }), half)).catch((one: NumericError) => one);
    expect(error).toBeInstanceOf(NumericError);
    const found = /^the gradient of custom1\.w\[(\d)\] is (\S+), by differences (\S+)/.exec(
      (error as NumericError).message,
    );
    expect(Number(found?.[1])).toBeLessThan(4);
    expect(Number(found?.[2]) / Number(found?.[3])).toBeCloseTo(0.5, 5);
    expect((error as NumericError).facts.at).toBe('custom1.w');
  });

  test('finds an error in one element of many', async () => {
    // Only the last of the weights has a wrong gradient: it counts, and none flows back.
    const tail = (x: Tensor, w: Tensor) => {
      const last = ops.detach(ops.slice(w, [3], [1]));
      return ops.mul(x, ops.concat([ops.slice(w, [0], [3]), last], 0));
    };
    await expect(gradCheck(build(weighted(tail)))).rejects.toThrow(/custom1\.w\[3\] is 0,/);
  });

  test('checks as many elements as it is told', async () => {
    const wrong = build(
      weighted((x, w) => ops.mul(x, ops.detach(w))),
      dense(3),
    );
    await expect(gradCheck(wrong, { elements: 1 })).rejects.toThrow(NumericError);
    // With a tolerance above every gradient nothing is wrong.
    await gradCheck(wrong, { tolerance: 1e6 });
  });

  test('is as sharp as float64 allows: an error of a ten-thousandth shows', async () => {
    const nearly = weighted((x, w) =>
      ops.mul(x, ops.add(ops.mul(0.9999, w), ops.mul(0.0001, ops.detach(w)))),
    );
    await expect(gradCheck(build(nearly))).rejects.toThrow(NumericError);
    await gradCheck(build(nearly), { tolerance: 1e-3 });
  });

  test('uses the weights that the model has, and leaves them', async () => {
    // The gradient is wrong only beyond 1, where the model comes with new weights.
    const model = build(weighted((x, w) => ops.mul(x, ops.where(ops.greater(w, 1), ops.detach(w), w)), 0.5));
    await gradCheck(model);
    const weights = await model.weights();
    weights['custom1.w']!.data.fill(2);
    await model.setWeights(weights);
    await expect(gradCheck(model)).rejects.toThrow(NumericError);
    expect(await model.weights()).toEqual(weights);
  });

  test('checks what training computes, not what prediction does', async () => {
    const twoFaced = (wrong: boolean) =>
      layer({
        params: ([d]) => ({ w: [d] }),
        apply: ({ w }, x, { training }) => ops.mul(x, training === wrong ? ops.detach(w) : w),
      });
    await gradCheck(build(twoFaced(false)));
    await expect(gradCheck(build(twoFaced(true)))).rejects.toThrow(NumericError);
  });

  test('checks batches and penalties, too', async () => {
    const net = sequential([dense(3, { regularizer: { l1: 0.1, l2: 0.2 } }), activation('gelu')], {
      inputShape: [2],
    });
    for (const batch of [1, 2, 17]) await gradCheck(net, { batch, seed: batch });
  });

  test.each(backends)('takes a model of the %s backend', async (backend) => {
    await gradCheck(sequential([dense(3), dense(1)], { inputShape: [4], backend }));
  });

  test.each([
    ['batch', 0],
    ['elements', 1.5],
    ['step', 0],
    ['tolerance', -1],
    ['seed', 0.5],
  ])('refuses %s %s', async (name, value) => {
    await expect(gradCheck(build(dense(1)), { [name]: value })).rejects.toThrow(OptionError);
  });

  test('needs a model that knows its shapes', async () => {
    await expect(gradCheck(sequential([dense(1)]))).rejects.toMatchObject({ code: 'ERR_GLIA_STATE' });
    await expect(gradCheck({} as never)).rejects.toThrow(OptionError);
  });
});
