import { describe, expect, test } from 'vitest';
import { DataError, OptionError, ShapeError } from '../../src/base/errors.ts';
import * as metrics from '../../src/train/metrics/index.ts';
import { metricNames, metricOf, metricsOf, topK } from '../../src/train/metrics/table.ts';

const DIGITS = 12;

describe('what is not defined is NaN and stops nothing', () => {
  test.each(metricNames)('%s of no rows', (name) => {
    const { of, needs } = metricOf(name);
    const empty = { data: new Float32Array(0), shape: [0, 3] };
    expect(of(empty, { data: new Float32Array(0), shape: [0, 3] }, { task: needs![0]! })).toBeNaN();
  });

  test.each(metricNames)('%s of NaN', (name) => {
    const { of, needs } = metricOf(name);
    const broken = { data: Float32Array.of(0.5, NaN, 0.25, 0.75), shape: [2, 2] };
    expect(of(broken, { data: Float32Array.of(0, 1, 1, 0), shape: [2, 2] }, { task: needs![0]! })).toBeNaN();
  });

  test('precision and the like of no rows, whatever the average', () => {
    for (const average of ['binary', 'macro', 'micro', 'weighted'] as const) {
      expect(metrics.precision([], [], { average }), average).toBeNaN();
    }
    expect(metrics.recall([], [], { average: 'none' })).toEqual([NaN, NaN]);
    expect(metrics.f1([0], [0])).toBe(0);
    expect(metrics.f1([0], [0], { zeroDivision: 1 })).toBe(1);
  });

  test('AUC and average precision of one class', () => {
    expect(metrics.rocAuc([0.1, 0.2], [1, 1])).toBeNaN();
    expect(metrics.averagePrecision([0.1, 0.2], [0, 0])).toBeNaN();
    expect(metrics.rocCurve([0.1, 0.2], [1, 1]).falsePositiveRate).toEqual([NaN, NaN, NaN]);
    expect(metrics.cohenKappa([0, 0], [0, 0])).toBeNaN();
    expect(metrics.matthews([0, 0], [0, 1])).toBe(0);
  });

  test('R² of constant targets is 1 when met, else 0; of one row NaN', () => {
    expect(metrics.r2([2, 2], [2, 2])).toBe(1);
    expect(metrics.r2([2, 3], [2, 2])).toBe(0);
    expect(metrics.explainedVariance([3, 3], [2, 2])).toBe(1);
    expect(metrics.r2([1], [1])).toBeNaN();
  });
});

describe('metrics of a run', () => {
  const predictions = { data: Float32Array.of(0.9, 0.1, 0.2, 0.8, 0.6, 0.4, 0.3, 0.7), shape: [4, 2] };
  const context = { task: 'classes' } as const;

  test.each(metricNames)('%s: better is what a perfect prediction has', (name) => {
    const { of, better, needs } = metricOf(name);
    const task = needs![0]!;
    const targets = { data: Float32Array.of(1, 0, 0, 1, 0, 1, 1, 0), shape: [4, 2] };
    const perfect = of({ data: targets.data.slice(), shape: [4, 2] }, targets, { task });
    const worst = of({ data: targets.data.map((t) => 1 - t), shape: [4, 2] }, targets, { task });
    if (name === 'topK') return;
    expect(better === 'higher' ? perfect - worst : worst - perfect).toBeGreaterThan(0);
  });

  test('class 1 is the positive one of two', () => {
    const targets = { data: Int32Array.of(0, 1, 1, 1), shape: [4] };
    expect(metricOf('recall').of(predictions, targets, context)).toBeCloseTo(2 / 3, DIGITS);
    expect(metricOf('precision').of(predictions, targets, context)).toBe(1);
  });

  test('negative labels and the ignored index leave, and take their weights along', () => {
    const targets = { data: Int32Array.of(0, -1, 1, 1), shape: [4] };
    const weights = Float32Array.of(1, 5, 1, 2);
    const { of } = metricOf('accuracy');
    expect(of(predictions, targets, context)).toBeCloseTo(2 / 3, DIGITS);
    expect(of(predictions, targets, { ...context, weights })).toBe(3 / 4);
    expect(of(predictions, targets, { ...context, ignoreIndex: 0 })).toBe(1 / 2);
    expect(of(predictions, { data: new Int32Array(4).fill(-100), shape: [4] }, context)).toBeNaN();
  });

  test('sequences: a label for each step, a weight for each sequence', () => {
    const words = { data: predictions.data, shape: [2, 2, 2] };
    const targets = { data: Int32Array.of(0, 1, 1, -1), shape: [2, 2] };
    expect(metricOf('accuracy').of(words, targets, context)).toBeCloseTo(2 / 3, DIGITS);
    expect(metricOf('accuracy').of(words, targets, { ...context, weights: Float32Array.of(1, 3) })).toBe(
      2 / 5,
    );
  });

  test('binary outputs, many a row, are questions of yes and no', () => {
    const targets = { data: Float32Array.of(1, 0, 1, 1, -1, 0, 0, 1), shape: [4, 2] };
    const binary = { task: 'binary', ignoreIndex: -1 } as const;
    expect(metricOf('accuracy').of(predictions, targets, binary)).toBeCloseTo(6 / 7, DIGITS);
    expect(() => metricOf('accuracy').of(predictions, targets, { task: 'binary' })).toThrow(DataError);
  });

  test('topK has a factory', () => {
    const targets = { data: Int32Array.of(1, 1, 1, 1), shape: [4] };
    expect(topK({ k: 1 })).toMatchObject({ name: 'top1', better: 'higher' });
    expect(topK({ k: 1 }).of(predictions, targets, context)).toBe(1 / 2);
    expect(() => topK({ k: 0 })).toThrow(OptionError);
  });

  test('one of your own is { name, of } and returns a number', () => {
    const own = metricOf({ name: 'rows', of: ({ shape }) => shape[0]! });
    expect(own.of(predictions, predictions, context)).toBe(4);
    const wrong = metricOf({ name: 'wrong', of: (() => undefined) as unknown as () => number });
    expect(() => wrong.of(predictions, predictions, context)).toThrow(
      /"wrong": wanted a number, came undefined/,
    );
  });
});

describe('errors', () => {
  const pairs: [string, metrics.Input, metrics.Input][] = [
    ['lengths', [0, 1, 1], [0, 1]],
    ['n against n × 1', [0, 1], [[0], [1]]],
    ['n × 1 against n', [[0], [1]], [0, 1]],
    ['other columns', [[0, 1]], [[0, 1, 0]]],
    ['labels of fewer rows', { data: [1, 0, 1, 0], shape: [2, 2] }, [0]],
    ['uneven rows', [[0, 1], [1]], [0, 1]],
    ['data and shape', { data: [0, 1, 1], shape: [2] }, [0, 1]],
    ['a scalar', { data: [1], shape: [] }, { data: [1], shape: [] }],
  ];
  const functions = Object.entries(metrics).filter(
    (entry): entry is [string, typeof metrics.accuracy] =>
      typeof entry[1] === 'function' && !['topK', 'ConfusionMatrix'].includes(entry[0]),
  );
  test.each(functions)('%s refuses shapes that do not match', (_, of) => {
    for (const [what, predictions, targets] of pairs) {
      expect(() => of(predictions, targets), what).toThrow(ShapeError);
    }
  });

  test.each(functions)('%s refuses what is not numbers, wrong weights and unknown options', (name, of) => {
    const good: metrics.Input = name === 'topKAccuracy' ? [[0.5, 0.5]] : [1];
    for (const bad of [undefined, 'abc', ['1'], { data: [1] }, new BigInt64Array(1), [[1n]]]) {
      expect(() => of(bad as unknown as metrics.Input, [1])).toThrow(DataError);
    }
    expect(() => of(good, [1], { weights: [1, 2] })).toThrow(ShapeError);
    expect(() => of(good, [1], { weights: [-1] })).toThrow(DataError);
    expect(() => of(good, [1], { weight: [1] } as metrics.WeightOptions)).toThrow(/did you mean "weights"/);
  });

  test('labels', () => {
    expect(() => metrics.accuracy([0, -1], [0, 1])).toThrow(DataError);
    expect(() => metrics.accuracy([0.3, 0.6], [0, 1])).toThrow(/came 0.3 in row 0\n.*shape: \[n, k\]/s);
    expect(() => metrics.accuracy([[0.5, 0.5]], [2])).toThrow(/a class below 2, came 2/);
    expect(() => metrics.accuracy([[0.5, 0.5]], [[0, 0]])).toThrow(/row 0 of the one-hot targets/);
    expect(() => metrics.f1([2 ** 30], [0])).toThrow(/too large/);
    expect(() => metrics.confusionMatrix([5000], [0])).toThrow(/too many/);
    expect(() => metrics.confusionMatrix([NaN], [0])).toThrow(DataError);
    expect(() => metrics.confusionMatrix([2], [0], { classes: ['a', 'b'] })).toThrow(/below 2, came 2/);
    expect(() => metrics.confusionMatrix([[0.5, 0.5]], [0], { classes: ['a'] })).toThrow(OptionError);
  });

  test('values', () => {
    expect(() => metrics.logLoss([[3, -2]], [0])).toThrow(/look like logits/);
    expect(() => metrics.rocCurve([NaN], [0])).toThrow(DataError);
    expect(() => metrics.rocCurve([[1, 2, 3]], [0])).toThrow(/two classes, came 3/);
    expect(() => metrics.precision([0, 2], [0, 2], { average: 'binary' })).toThrow(OptionError);
    expect(() => metrics.precision([0], [0], { average: 'makro' as 'macro' })).toThrow(
      /did you mean "macro"/,
    );
    expect(() => metrics.fBeta([0], [0], { beta: -1 })).toThrow(OptionError);
    expect(() => metrics.f1([[1]], [[1]], { threshold: NaN })).toThrow(OptionError);
    expect(() => metrics.topKAccuracy([[1]], [[1]])).toThrow(ShapeError);
  });

  test('choices', () => {
    expect(() => metricOf('acuracy' as 'accuracy')).toThrow(/did you mean "accuracy"/);
    expect(() => metricOf('auc', 'values')).toThrow(
      /made for classes and binary.*for values there are mse, rmse/s,
    );
    expect(() => metricsOf(['auc', 'auc'])).toThrow(/two of the name "auc"/);
    for (const name of ['loss', 'val_x', '__proto__', 'toString', '', 'a b']) {
      expect(() => metricOf({ name, of: () => 0 }), name).toThrow(OptionError);
    }
    for (const bad of [
      null,
      3,
      { name: 'x' },
      { name: 'x', of: 1 },
      { name: 'x', of: () => 0, beter: 'lower' },
    ]) {
      expect(() => metricOf(bad as unknown as metrics.Metric)).toThrow(OptionError);
    }
  });
});
