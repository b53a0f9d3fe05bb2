import { describe, expect, test } from 'vitest';
import { ShapeError } from '../../src/base/errors.ts';
import { grad } from '../../src/compile/autodiff.ts';
import { stored, type Tensor } from '../../src/ir/tensor.ts';
import { binaryCrossentropy, categoricalCrossentropy, kl, type Loss } from '../../src/loss/index.ts';
import * as ops from '../../src/ops/index.ts';
import { evaluate } from '../support/evaluate.ts';

const z = stored('z', [3, 2]);
const EXTREME = [1000, -1000, -1000, 1000, 0, 3];

/** Losses of the rows and the gradient at the logits, in float32, where a logarithm of a probability would fail. */
function at(loss: Loss, output: Tensor, target: Tensor, t: readonly number[], logits = EXTREME): number[][] {
  const { loss: rows } = loss.rows(output, target);
  return evaluate([rows, grad(ops.sum(rows), [z])[0]!], { z: logits, t }, 'float32');
}

describe('a loss over its link is computed from the logits', () => {
  const labels = stored('t', [3], 'i32');
  const values = stored('t', [3, 2]);
  test('categoricalCrossentropy over a softmax', () => {
    const wanted = at(categoricalCrossentropy(), z, labels, [1, 1, 0]);
    expect(at(categoricalCrossentropy(), ops.softmax(z), labels, [1, 1, 0])).toEqual(wanted);
    expect(wanted[0]).toEqual([2000, 0, Math.fround(Math.log1p(Math.exp(3)))]);
  });

  test('binaryCrossentropy over a sigmoid', () => {
    const t = [0, 1, 1, 0, 1, 1];
    const wanted = at(binaryCrossentropy(), z, values, t);
    expect(at(binaryCrossentropy(), ops.sigmoid(z), values, t)).toEqual(wanted);
    expect(wanted[0]!.slice(0, 2)).toEqual([1000, 1000]);
  });

  test('kl over a softmax', () => {
    const t = [0, 1, 0.5, 0.5, 1, 0];
    expect(at(kl(), ops.softmax(z), values, t)).toEqual(at(kl(), z, values, t));
  });

  test('and so it is through a reshape', () => {
    const flat = ops.reshape(ops.sigmoid(z), [6, 1]);
    const target = stored('t', [6, 1]);
    expect(at(binaryCrossentropy(), flat, target, [0, 1, 1, 0, 1, 1])[0]!.slice(0, 2)).toEqual([1000, 1000]);
    const split = ops.reshape(ops.softmax(z), [3, 1, 2]);
    expect(at(categoricalCrossentropy(), split, stored('t', [3, 1], 'i32'), [1, 1, 0])[0]![0]).toBe(2000);
  });
});

describe('the prediction', () => {
  test.each([
    ['logits', z],
    ['the link', undefined],
  ])('is a probability, from %s', (_, output) => {
    const [yes, classes] = evaluate(
      [
        binaryCrossentropy().prediction(output ?? ops.sigmoid(z)),
        categoricalCrossentropy().prediction(output ?? ops.softmax(z)),
      ],
      { z: EXTREME },
      'float64',
    );
    expect(yes!.slice(0, 5)).toEqual([1, 0, 0, 1, 0.5]);
    expect(classes!.slice(0, 4)).toEqual([1, 0, 0, 1]);
  });
});

describe('what cannot be logits is refused', () => {
  const handmade = ops.div(1, ops.add(1, ops.exp(ops.neg(z))));
  test.each<[string, Loss, Tensor]>([
    ['a softmax', binaryCrossentropy(), ops.softmax(z)],
    ['a sigmoid', categoricalCrossentropy(), ops.sigmoid(z)],
    ['a sigmoid', kl(), ops.sigmoid(z)],
    ['a clipped sigmoid', binaryCrossentropy(), ops.clip(ops.sigmoid(z), 1e-7, 1 - 1e-7)],
    ['a clipped softmax', categoricalCrossentropy(), ops.clip(ops.softmax(z), 1e-7, 1)],
    ['a sigmoid written out', binaryCrossentropy(), handmade],
    ['a sigmoid turned around', binaryCrossentropy(), ops.sub(1, ops.sigmoid(z))],
    ['a hard sigmoid', binaryCrossentropy(), ops.clip(ops.add(ops.div(z, 6), 0.5), 0, 1)],
    ['a ratio, clipped', binaryCrossentropy(), ops.clip(ops.div(ops.exp(z), ops.add(ops.exp(z), 1)), 0, 1)],
    ['a product, clipped', binaryCrossentropy(), ops.clip(ops.mul(ops.relu(z), ops.exp(z)), 0, 1)],
    ['tanh moved to [0, 1]', binaryCrossentropy(), ops.mul(0.5, ops.add(ops.tanh(z), 1))],
    [
      'a softmax whose classes were torn apart',
      categoricalCrossentropy(),
      ops.reshape(ops.softmax(z), [2, 3]),
    ],
  ])('%s', (_, loss, output) => {
    expect(() => loss.rows(output, stored('t', output.shape))).toThrow(ShapeError);
    expect(() => loss.prediction(output)).toThrow(/needs logits or a (softmax|sigmoid), but the output/);
  });

  test.each<[string, Tensor]>([
    ['a product', ops.matmul(z, stored('w', [2, 2]))],
    ['a gated sum', ops.mul(z, ops.sigmoid(z))],
    ['a rectified sum', ops.relu(z)],
    ['a scaled tanh', ops.mul(5, ops.tanh(z))],
    ['a logarithm of probabilities', ops.log(ops.softmax(z))],
  ])('%s is not', (_, output) => {
    for (const loss of [binaryCrossentropy(), categoricalCrossentropy(), kl()]) {
      expect(loss.rows(output, stored('t', output.shape)).loss.shape).toEqual([3]);
    }
  });
});

describe('probabilities: true', () => {
  const loss = binaryCrossentropy({ probabilities: true });
  const p = stored('z', [4]);
  test('0 and 1 cost 100, and their gradient is finite', () => {
    const { loss: rows } = loss.rows(p, stored('t', [4]));
    const [values, slope] = evaluate(
      [rows, grad(ops.sum(rows), [p])[0]!],
      { z: [0, 1, 0, 1], t: [0, 1, 1, 0] },
      'float32',
    );
    expect(values!.map(Math.abs)).toEqual([0, 0, 100, 100]);
    expect(slope!.every((dz) => Number.isFinite(dz))).toBe(true);
  });

  test('NaN and numbers that are no probabilities stay visible', () => {
    const [values] = evaluate(
      [loss.rows(p, stored('t', [4])).loss],
      { z: [Number.NaN, -0.5, 2, 0.5], t: [1, 1, 0, 1] },
      'float32',
    );
    expect(values!.slice(0, 3)).toEqual([Number.NaN, Number.NaN, Number.NaN]);
  });

  test('a sigmoid is still seen through, and predictions are the output', () => {
    const target = stored('t', [3, 2]);
    expect(at(loss, ops.sigmoid(z), target, [0, 1, 1, 0, 1, 1])[0]!.slice(0, 2)).toEqual([1000, 1000]);
    const soft = ops.softmax(z);
    expect(loss.prediction(soft)).toBe(soft);
  });
});
