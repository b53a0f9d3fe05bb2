import { expect, test } from 'vitest';
import { classBaseline, classScores, confusions, valueBaseline } from '../../src/report/measured.ts';
import { ConfusionMatrix } from '../../src/train/metrics/index.ts';

test('classes: precision, recall and F1 as scikit-learn has them, the worst first', () => {
  // classification_report([0]*5 + [1]*4 + [2]*3, [0,0,0,1,2, 1,1,0,0, 2,2,2], digits=6)
  const matrix = new ConfusionMatrix(
    [
      [3, 1, 1],
      [2, 2, 0],
      [0, 0, 3],
    ],
    ['a', 'b', 'c'],
  );
  const scores = classScores(matrix);
  expect(scores.map((one) => one.class)).toEqual(['b', 'a', 'c']);
  expect(scores.map(({ rows, predicted }) => [rows, predicted])).toEqual([
    [4, 3],
    [5, 5],
    [3, 4],
  ]);
  const wanted = [
    [0.666667, 0.5, 0.571429],
    [0.6, 0.6, 0.6],
    [0.75, 1, 0.857143],
  ];
  scores.forEach(({ precision, recall, f1 }, i) => {
    [precision, recall, f1].forEach((value, j) => {
      expect(value).toBeCloseTo(wanted[i]![j]!, 6);
    });
  });
  expect(confusions(matrix).map(({ actual, predicted, rows }) => `${actual}${predicted}${rows}`)).toEqual([
    'ba2',
    'ab1',
    'ac1',
  ]);
});

test('a class that never occurs has no scores and stands last', () => {
  const [first, second, last] = classScores(
    new ConfusionMatrix(
      [
        [1, 0, 0],
        [1, 0, 0],
        [0, 0, 0],
      ],
      ['a', 'b', 'c'],
    ),
  );
  expect([first!.class, first!.precision, first!.recall, first!.f1]).toEqual(['b', Number.NaN, 0, 0]);
  expect(second!.class).toBe('a');
  expect([last!.class, last!.precision, last!.recall, last!.f1]).toEqual([
    'c',
    Number.NaN,
    Number.NaN,
    Number.NaN,
  ]);
});

test('the constant class and the constant values', () => {
  expect(classBaseline([2, 0, 2, 1, 2], ['x', 'y', 'z'])).toEqual({ class: 'z', accuracy: 0.6 });
  // By hand: √((9 + 4 + 1 + 36) / 4) and (1.5 + 0.5 + 0.5 + 7.5) / 4.
  const { mean, rmse, median, mae } = valueBaseline([1, 2, 3, 10]);
  expect([mean, median, mae]).toEqual([4, 2.5, 2.5]);
  expect(rmse).toBeCloseTo(3.5355339059, 10);
  expect(valueBaseline([3, 1, 2])).toMatchObject({ mean: 2, median: 2 });
});
