import { describe, expect, test } from 'vitest';
import { OptionError, ShapeError } from '../../src/base/errors.ts';
import { grad } from '../../src/compile/autodiff.ts';
import { stored } from '../../src/ir/tensor.ts';
import {
  binaryCrossentropy,
  categoricalCrossentropy,
  huber,
  kl,
  lossOf,
  mae,
  mse,
  reduceRows,
} from '../../src/loss/index.ts';
import * as ops from '../../src/ops/index.ts';
import { evaluate, judges } from '../support/evaluate.ts';

describe.each(judges)('reduceRows in %s', (judge) => {
  const loss = stored('loss', [3]);
  const weight = stored('weight', [3]);
  const sample = stored('sample', [3]);
  const value = (rows: Parameters<typeof reduceRows>[0], values: Record<string, number[]>, w = sample) =>
    [reduceRows(rows, 'mean', w), reduceRows(rows, 'sum', w)].map(
      (y) => evaluate([y], values, judge)[0]![0]!,
    );

  test('the mean divides by the sum of the weights', () => {
    expect(value({ loss }, { loss: [1, 2, 6], sample: [2, 0, 2] })).toEqual([3.5, 14]);
  });

  test('weights of the loss and of the samples multiply', () => {
    const values = { loss: [1, 2, 6], weight: [1, 0, 1], sample: [3, 5, 1] };
    expect(value({ loss, weight }, values)).toEqual([9 / 4, 9]);
  });

  test('weights of 0 give 0, not NaN', () => {
    expect(value({ loss }, { loss: [1, 2, 6], sample: [0, 0, 0] })).toEqual([0, 0]);
  });

  test('a row of weight 0 counts nothing, whatever its loss, and takes no gradient', () => {
    const values = { loss: [1, Number.POSITIVE_INFINITY, Number.NaN], sample: [1, 0, 0] };
    expect(value({ loss }, values)).toEqual([1, 1]);
    const [slope] = grad(reduceRows({ loss }, 'mean', sample), [loss]);
    expect(evaluate([slope!], values, judge)).toEqual([[1, 0, 0]]);
  });
});

describe('reduceRows', () => {
  test('refuses weights of another shape, and weights for a scalar', () => {
    const loss = stored('loss', [3]);
    expect(() => reduceRows({ loss }, 'mean', stored('w', [3, 1]))).toThrow(ShapeError);
    expect(() => reduceRows({ loss, weight: stored('v', [3]) }, 'mean', stored('w', [1]))).toThrow(
      ShapeError,
    );
    expect(() => reduceRows({ loss: ops.mean(loss) }, 'mean', stored('w', [3]))).toThrow(
      'let the loss give [n]',
    );
    expect(reduceRows({ loss: ops.mean(loss) }, 'sum').shape).toEqual([]);
  });
});

describe('sequences', () => {
  const logits = stored('z', [2, 3, 4]);
  const labels = stored('t', [2, 3], 'i32');
  const t = [0, 3, -1, 2, -1, -1];
  const values = { z: Array.from({ length: 24 }, (_, i) => Math.sin(3 * i)), t, flat: t };
  const flat = ops.softmaxCrossEntropy(ops.reshape(logits, [6, 4]), stored('flat', [6], 'i32'), {
    ignoreIndex: -1,
  });

  test('with ignoreIndex the mean runs over the labels that count, as if there were no rows', () => {
    const rows = categoricalCrossentropy({ ignoreIndex: -1 }).rows(logits, labels);
    const [got, wanted] = evaluate([reduceRows(rows, 'mean'), ops.div(ops.sum(flat), 3)], values, 'float64');
    expect(got![0]).toBeCloseTo(wanted![0]!, 12);
  });

  test('the sum adds all of them up', () => {
    const loss = categoricalCrossentropy({ ignoreIndex: -1, reduction: 'sum' });
    const [got, wanted] = evaluate(
      [reduceRows(loss.rows(logits, labels), loss.reduction), ops.sum(flat)],
      values,
      'float64',
    );
    expect(got![0]).toBeCloseTo(wanted![0]!, 12);
  });

  test('a row without a label that counts has a loss of 0', () => {
    const { loss, weight } = categoricalCrossentropy({ ignoreIndex: -1 }).rows(logits, labels);
    const [rows, weights] = evaluate([loss, weight!], { ...values, t: [-1, -1, -1, 0, 0, 0] }, 'float64');
    expect(rows![0]).toBe(0);
    expect(weights).toEqual([0, 3]);
  });

  test('a batch without a label that counts costs nothing', () => {
    const rows = categoricalCrossentropy({ ignoreIndex: -1 }).rows(logits, labels);
    const [slope] = grad(reduceRows(rows, 'mean'), [logits]);
    const [got, dz] = evaluate(
      [reduceRows(rows, 'mean'), slope!],
      { ...values, t: Array(6).fill(-1) },
      'float32',
    );
    expect(got).toEqual([0]);
    expect(dz!.every((x) => x === 0)).toBe(true);
  });
});

describe('labels', () => {
  test('an ignored label may be a class; one that is out of range is no number', () => {
    const logits = stored('z', [4, 2]);
    const labels = stored('t', [4], 'i32');
    const values = { z: [0, 0, 0, 0, 0, 0, 0, 0], t: [0, 1, 2, -1] };
    const [plain, ignoring] = evaluate(
      [ops.softmaxCrossEntropy(logits, labels), ops.softmaxCrossEntropy(logits, labels, { ignoreIndex: 0 })],
      values,
      'float64',
    );
    expect(plain!.map(Number.isFinite)).toEqual([true, true, false, false]);
    expect(ignoring!.map(Number.isFinite)).toEqual([true, true, false, false]);
    expect(ignoring![0]).toBe(0);
    expect(plain![0]).toBeCloseTo(Math.LN2, 12);
  });

  test('probabilities count by their mass', () => {
    const rows = ops.softmaxCrossEntropy(stored('z', [3, 2]), stored('p', [3, 2]));
    const [got] = evaluate([rows], { z: [0, 0, 0, 0, 0, 0], p: [0, 0, 1, 0, 1, 1] }, 'float64');
    for (const [i, mass] of [0, 1, 2].entries()) expect(got![i]).toBeCloseTo(mass * Math.LN2, 12);
  });

  test('a class that is masked by -Infinity costs nothing unless it is the target', () => {
    const logits = stored('z', [1, 3]);
    const hot = stored('p', [1, 3]);
    const rows = ops.softmaxCrossEntropy(logits, hot);
    const values = { z: [0, Number.NEGATIVE_INFINITY, 0], p: [1, 0, 0] };
    const [got, dz] = evaluate([rows, grad(ops.sum(rows), [logits])[0]!], values, 'float64');
    expect(got![0]).toBeCloseTo(Math.LN2, 12);
    expect(dz).toEqual([-0.5, 0, 0.5]);
  });
});

describe('the building blocks', () => {
  const z = stored('z', [4, 3]);
  const labels = stored('t', [4], 'i32');

  test.each<[string, () => unknown]>([
    ['labels must have the shape', () => ops.softmaxCrossEntropy(z, stored('t', [4, 1], 'i32'))],
    ['probabilities must have the shape', () => ops.softmaxCrossEntropy(z, stored('t', [4, 1]))],
    ['logits need an axis of classes', () => ops.softmaxCrossEntropy(stored('z', []), labels)],
    ['the target must have the shape', () => ops.sigmoidCrossEntropy(z, stored('t', [4, 1]))],
    ['target [4, 1] f32', () => ops.sigmoidCrossEntropy(z, stored('t', [4, 1]))],
  ])('refuse shapes: %s', (message, make) => {
    expect(make).toThrow(ShapeError);
    expect(make).toThrow(message);
  });

  test.each<[string, () => unknown]>([
    ['unknown option "smoothing"', () => ops.softmaxCrossEntropy(z, labels, { smoothing: 0.1 } as never)],
    ['labelSmoothing must be', () => ops.softmaxCrossEntropy(z, labels, { labelSmoothing: -0.1 })],
    ['ignoreIndex must be a whole number', () => ops.softmaxCrossEntropy(z, labels, { ignoreIndex: 0.5 })],
    ['ignoreIndex needs labels', () => ops.softmaxCrossEntropy(z, z, { ignoreIndex: 0 })],
    ['posWeight must be', () => ops.sigmoidCrossEntropy(z, z, { posWeight: -1 })],
  ])('refuse options: %s', (message, make) => {
    expect(make).toThrow(OptionError);
    expect(make).toThrow(message);
  });
});

test('kl is 0 where output and target agree, and counts no class of probability 0', () => {
  const z = stored('z', [2, 3]);
  const p = stored('p', [2, 3]);
  const [got] = evaluate(
    [kl().rows(z, p).loss],
    { z: [0, 0, 0, 5, 1, 1], p: [1 / 3, 1 / 3, 1 / 3, 0, 0, 1] },
    'float64',
  );
  expect(got![0]).toBeCloseTo(0, 12);
  expect(got![1]).toBeCloseTo(Math.log(Math.exp(5) + 2 * Math.E) - 1, 12);
});

test('kl takes a logarithm of -Infinity for a probability of 0', () => {
  const z = stored('z', [1, 2]);
  const target = stored('q', [1, 2]);
  const rows = kl({ logTarget: true }).rows(z, target).loss;
  const [got] = evaluate([rows], { z: [0, 0], q: [0, Number.NEGATIVE_INFINITY] }, 'float64');
  expect(got![0]).toBeCloseTo(Math.LN2, 12);
});

describe('lossOf', () => {
  test('makes the usual losses by name', () => {
    expect(lossOf('meanSquaredError').name).toBe('mse');
    expect(lossOf('meanAbsoluteError').name).toBe('mae');
    expect(lossOf('klDivergence').name).toBe('kl');
    const own = mse();
    expect(lossOf(own)).toBe(own);
  });

  test('takes a function as it is', () => {
    const squares = lossOf(function squares(y, t) {
      return ops.mean(ops.square(ops.sub(y, t)), { axis: 1 });
    });
    expect(squares.name).toBe('squares');
    expect(squares.targets([4, 3])).toEqual([]);
    expect(squares.rows(stored('y', [4, 3]), stored('t', [4, 3])).loss.shape).toEqual([4]);
    const scalar = lossOf((y) => ops.mean(y));
    expect(reduceRows(scalar.rows(stored('y', [4, 3]), stored('t', [4])), 'mean').shape).toEqual([]);
  });

  test('refuses a function that gives neither a scalar nor one number a row', () => {
    const y = stored('y', [4, 3]);
    expect(() => lossOf((a, b) => ops.sub(a, b)).rows(y, y)).toThrow(ShapeError);
    expect(() => lossOf((a) => ops.mean(a, { axis: 0 })).rows(y, y)).toThrow(ShapeError);
    expect(() => lossOf(() => 1 as never).rows(y, y)).toThrow(ShapeError);
  });

  test.each<[string, () => unknown]>([
    ['did you mean "binaryCrossentropy"?', () => lossOf('binaryCrossEntropy')],
    ['did you mean "categoricalCrossentropy"?', () => lossOf('sparseCategoricalCrossentropy')],
    ['loss: there is no "toString"', () => lossOf('toString')],
    ['loss: must be a name, a loss', () => lossOf(3 as never)],
    ['loss: must be a name, a loss', () => lossOf(null as never)],
    ['call it: mae()', () => lossOf(mae as never)],
    ['huber: delta must be a finite number above 0', () => huber({ delta: 0 })],
    ['mse: unknown option "delta"', () => mse({ delta: 1 } as never)],
    ['mse: reduction: there is no "none"', () => mse({ reduction: 'none' as never })],
    [
      'binaryCrossentropy: unknown option "fromLogits"',
      () => binaryCrossentropy({ fromLogits: true } as never),
    ],
    ['binaryCrossentropy: posWeight must be', () => binaryCrossentropy({ posWeight: 0 })],
    ['categoricalCrossentropy: labelSmoothing must be', () => categoricalCrossentropy({ labelSmoothing: 1 })],
    ['categoricalCrossentropy: ignoreIndex must be', () => categoricalCrossentropy({ ignoreIndex: 0.5 })],
  ])('refuses: %s', (message, make) => {
    expect(make).toThrow(OptionError);
    expect(make).toThrow(message);
  });
});
