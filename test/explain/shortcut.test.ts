import { dense, sequential } from 'glia';
import { shortcut } from 'glia/explain';
import { expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { describeBackends } from '../train/backends.ts';

const ROWS = 600;
const random = Random.of(0, 'rows');
const labels = Int32Array.from({ length: ROWS }, () => random.integer(2));
/** The label with noise of a fifth, the label itself, and nothing. */
const x = Array.from(labels, (label) => [label + 0.6 * random.normal(), label, random.normal()]);

describeBackends('a shortcut', (backend) => {
  /** Weights of `logit(1) - logit(0)`. */
  const deciding = async (weights: readonly number[], bias: number) => {
    const net = sequential([dense(1, { activation: 'sigmoid' })], { inputShape: [3], backend });
    await net.setWeights({
      'dense1.weight': { shape: [1, 3], data: Float32Array.from(weights) },
      'dense1.bias': { shape: [1], data: Float32Array.of(bias) },
    });
    return net;
  };
  const y = Array.from(labels, (label) => [label]);
  const options = { loss: 'binaryCrossentropy' } as const;

  test('is seen where an input holds the label', async () => {
    const net = await deciding([0, 10, 0], -5);
    const found = await shortcut(net, x, y, 1, options);
    expect([found.feature, found.accuracy, found.within.mean, found.detail]).toEqual(['x1', 1, 1, 0]);
    // Of two classes of about the same size half are hit by chance.
    expect(Math.abs(found.across.mean - 0.5)).toBeLessThan(0.02);
    expect(found.shortcut).toBeCloseTo(1 - found.across.mean, 12);
    expect(found.cost.forward).toBe(21 * ROWS);
  });

  test('is not seen in an input that is not used, whose permutations change nothing', async () => {
    const net = await deciding([0, 10, 0], -5);
    const { within, across, accuracy } = await shortcut(net, x, y, 'x2', options);
    expect([within.mean, across.mean]).toEqual([accuracy, accuracy]);
  });

  test('leaves the detail of a row to an input that only says something of the row', async () => {
    // Right or not by comparing the first input with the third: permuted within the class it tells less.
    const net = await deciding([10, 0, 10], -5);
    const { detail, accuracy } = await shortcut(
      net,
      x,
      Array.from(x, ([a, , c]) => [Number(a! + c! > 0.5)]),
      'x0',
      options,
    );
    expect(accuracy).toBe(1);
    expect(detail).toBeGreaterThan(0.1);
  });

  test('takes labels of several classes, is the same for a seed, and agrees with evaluate', async () => {
    const net = sequential([dense(3)], { inputShape: [3], seed: 4, backend });
    const three = Int32Array.from(labels, (label, i) => (i % 3 === 0 ? 2 : label));
    await net.fit(x, three, { loss: 'categoricalCrossentropy', epochs: 2 });
    const ask = (seed: number) => shortcut(net, x, three, 0, { seed, repeats: 3 });
    const [a, b, c] = [await ask(1), await ask(1), await ask(2)];
    expect([a.within, a.across]).toEqual([b.within, b.across]);
    expect(a.across).not.toEqual(c.across);
    expect(a.accuracy).toBeCloseTo((await net.evaluate(x, three))['accuracy']!, 6);
  });

  test('is not looked for in models of values, or in inputs that are not there', async () => {
    const net = sequential([dense(1)], { inputShape: [3], backend });
    await expect(shortcut(net, x, y, 0, { loss: 'mse' })).rejects.toThrow('none of classes');
    await expect(shortcut(net, x, y, 'x7', options)).rejects.toThrow('there is no input "x7"');
  });
});
