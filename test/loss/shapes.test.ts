import { describe, expect, test } from 'vitest';
import { ShapeError } from '../../src/base/errors.ts';
import { withScope } from '../../src/ir/scope.ts';
import { stored } from '../../src/ir/tensor.ts';
import {
  binaryCrossentropy,
  categoricalCrossentropy,
  lossNames,
  lossOf,
  mse,
  reduceRows,
} from '../../src/loss/index.ts';

const OUTPUTS = [
  [5, 3],
  [2, 4, 3],
];

describe.each(lossNames)('%s', (name) => {
  const loss = lossOf(name);

  test.each(OUTPUTS)('takes each target that it says it takes, for outputs [%i, %i]', (...output) => {
    for (const { kind, shape, classes } of loss.targets(output)) {
      const target = stored('t', shape, kind === 'labels' ? 'i32' : 'f32');
      const rows = loss.rows(stored('y', output), target);
      expect(rows.loss.shape).toEqual([output[0]]);
      expect(reduceRows(rows, 'mean', stored('w', [output[0]!])).shape).toEqual([]);
      expect(classes).toBe(kind === 'labels' ? 3 : undefined);
    }
    expect(loss.prediction(stored('y', output)).shape).toEqual(output);
  });

  test.each([
    [[4, 3], [4]],
    [
      [4, 3],
      [4, 1],
    ],
    [
      [4, 3],
      [1, 3],
    ],
    [
      [4, 3],
      [3, 3],
    ],
    [
      [4, 3],
      [4, 3, 1],
    ],
    [[4, 3], []],
    [[4, 1], [4]],
    [[4], [4, 1]],
    [[], []],
  ])('refuses an output %j with a target %j', (output, target) => {
    expect(() => loss.rows(stored('y', output), stored('t', target))).toThrow(ShapeError);
  });

  test.each([
    [
      [4, 3],
      [4, 3],
    ],
    [
      [4, 3],
      [4, 1],
    ],
    [[4, 3], [3]],
    [[4, 3], []],
  ])('refuses an output %j with labels %j', (output, target) => {
    expect(() => loss.rows(stored('y', output), stored('t', target, 'i32'))).toThrow(ShapeError);
  });
});

test('only categoricalCrossentropy takes labels', () => {
  const taking = lossNames.filter((name) =>
    lossOf(name)
      .targets([5, 3])
      .some(({ kind }) => kind === 'labels'),
  );
  expect(taking).toEqual(['categoricalCrossentropy']);
});

test('the message names the layer, both shapes and the way out', () => {
  const output = withScope('net', () => withScope('head', () => stored('y', [4, 1])));
  expect(() => mse().rows(output, stored('t', [4]))).toThrow(
    [
      'mse: output and target differ in shape',
      '  at     net.head',
      '  output [4, 1]',
      '  target [4]',
      '  hint   a loss never broadcasts; give the target as a column, [4, 1]: [[0], [1], …]',
    ].join('\n'),
  );
});

test('labels are no values, whatever their shape', () => {
  const output = stored('y', [4, 3]);
  expect(() => mse().rows(output, stored('t', [4, 3], 'i32'))).toThrow('mse: the target must be f32');
});

test('a single column has no classes to choose from', () => {
  const output = stored('y', [4, 1]);
  expect(() => categoricalCrossentropy().rows(output, stored('t', [4], 'i32'))).toThrow(
    'at least two classes',
  );
});

test('with ignoreIndex only labels are taken', () => {
  const loss = categoricalCrossentropy({ ignoreIndex: -100 });
  expect(loss.targets([5, 3])).toEqual([{ kind: 'labels', shape: [5], classes: 3, ignoreIndex: -100 }]);
  expect(() => loss.rows(stored('y', [5, 3]), stored('t', [5, 3]))).toThrow('ignoreIndex needs labels');
});

test('binary targets are numbers, not labels', () => {
  expect(binaryCrossentropy().targets([5, 1])).toEqual([{ kind: 'values', shape: [5, 1], wants: 'share' }]);
});
