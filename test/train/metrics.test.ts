import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import * as metrics from '../../src/train/metrics/index.ts';
import { descending } from '../../src/train/metrics/rank.ts';
import { metricNames, metricOf } from '../../src/train/metrics/table.ts';

// Numbers of scikit-learn 1.9.1.
const golden = JSON.parse(readFileSync(new URL('../golden/metrics.json', import.meta.url), 'utf8'));
// Sums of at most 40 terms in another order: a few units in the last place.
const DIGITS = 12;

const { y_true: labels, y_pred: guesses, binary_true: truth, binary_score: scores, proba } = golden;
const { reg_true: values, reg_pred: estimates } = golden;
const none = { average: 'none' } as const;

describe('golden', () => {
  const [precisions, recalls, f1s] = golden.per_class_prf;
  const [macroPrecision, macroRecall, macroF1] = golden.macro_prf;

  test.each<[string, number | number[], number | number[]]>([
    ['accuracy', metrics.accuracy(guesses, labels), golden.accuracy],
    ['balancedAccuracy', metrics.balancedAccuracy(guesses, labels), golden.balanced_accuracy],
    ['precision of each class', metrics.precision(guesses, labels, none), precisions],
    ['recall of each class', metrics.recall(guesses, labels, none), recalls],
    ['f1 of each class', metrics.f1(guesses, labels, none), f1s],
    ['macro precision', metrics.precision(guesses, labels), macroPrecision],
    ['macro recall', metrics.recall(guesses, labels, { average: 'macro' }), macroRecall],
    ['macro f1', metrics.f1(guesses, labels), macroF1],
    ['micro f1', metrics.f1(guesses, labels, { average: 'micro' }), golden.micro_f1],
    ['weighted f1', metrics.f1(guesses, labels, { average: 'weighted' }), golden.weighted_f1],
    ['matthews', metrics.matthews(guesses, labels), golden.mcc],
    ['cohenKappa', metrics.cohenKappa(guesses, labels), golden.kappa],
    ['rocAuc', metrics.rocAuc(scores, truth), golden.roc_auc],
    ['averagePrecision', metrics.averagePrecision(scores, truth), golden.average_precision],
    ['brier', metrics.brier(scores, truth), golden.brier],
    ['logLoss', metrics.logLoss(proba, labels), golden.log_loss],
    ['topKAccuracy', metrics.topKAccuracy(proba, labels, { k: 2 }), golden.top2_accuracy],
    ['r2', metrics.r2(estimates, values), golden.r2],
    ['meanSquaredError', metrics.meanSquaredError(estimates, values), golden.mse],
    ['rootMeanSquaredError', metrics.rootMeanSquaredError(estimates, values) ** 2, golden.mse],
    ['meanAbsoluteError', metrics.meanAbsoluteError(estimates, values), golden.mae],
    ['explainedVariance', metrics.explainedVariance(estimates, values), golden.explained_variance],
  ])('%s', (_, got, want) => {
    const pairs = [got].flat().map((number, i) => [number, [want].flat()[i]!] as const);
    expect(pairs).toHaveLength([want].flat().length);
    for (const [a, b] of pairs)
      expect(Math.abs(a - b)).toBeLessThan(10 ** -DIGITS * Math.max(1, Math.abs(b)));
  });

  test('confusion matrix', () => {
    expect(metrics.confusionMatrix(guesses, labels).counts).toEqual(golden.confusion);
  });

  test('ROC curve, the example of the scikit-learn manual', () => {
    expect(metrics.rocCurve([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1])).toEqual({
      falsePositiveRate: [0, 0, 0.5, 0.5, 1],
      truePositiveRate: [0, 0.5, 0.5, 1, 1],
      thresholds: [Infinity, 0.8, 0.4, 0.35, 0.1],
    });
  });
});

/** Rows of k probabilities with ties, labels, and small whole weights, some of them 0. */
function sample(seed: number, n: number, k: number) {
  const random = Random.of(seed, 'metrics');
  const probabilities = Array.from({ length: n }, () => {
    const parts = Array.from({ length: k }, () => 1 + random.integer(6));
    const total = parts.reduce((a, b) => a + b);
    return parts.map((part) => part / total);
  });
  const targets = Array.from({ length: n }, () => random.integer(k));
  const weights = Array.from({ length: n }, () => random.integer(4));
  return { probabilities, targets, weights };
}

/** Every metric of the table on float32 predictions, by name. */
function measureAll(
  task: metrics.Task,
  shape: number[],
  data: number[],
  targets: { data: ArrayLike<number>; shape: number[] },
  weights?: number[],
) {
  const context = { task, ...(weights && { weights: Float64Array.from(weights) }) };
  const named = metricNames.map(metricNameOf).filter(({ needs }) => needs!.includes(task));
  return Object.fromEntries(
    named.map(({ name, of }) => [
      name,
      of(
        { data: Float32Array.from(data), shape },
        { ...targets, data: Float64Array.from(targets.data) },
        context,
      ),
    ]),
  );
}
const metricNameOf = (name: metrics.MetricName) => metricOf(name);

function expectSame(a: Record<string, number>, b: Record<string, number>) {
  expect(Object.keys(a)).toEqual(Object.keys(b));
  for (const name of Object.keys(a)) expect(a[name], name).toBeCloseTo(b[name]!, 10);
}

describe('properties', () => {
  test.each([2, 3, 5])('a row of weight w counts as w rows, in every metric, %i columns', (k) => {
    const { probabilities, targets, weights } = sample(k, 60, k);
    const repeat = <T>(rows: T[]) => rows.flatMap((row, i) => new Array<T>(weights[i]!).fill(row));
    for (const task of ['classes', 'binary', 'values'] as const) {
      const oneHot = targets.map((label) => probabilities[0]!.map((_, c) => Number(c === label)));
      const t = task === 'classes' ? targets.map((label) => [label]) : oneHot;
      const shape = (rows: number[][]) => (task === 'classes' ? [rows.length] : [rows.length, k]);
      const once = { data: t.flat(), shape: shape(t) };
      const often = { data: repeat(t).flat(), shape: shape(repeat(t)) };
      const repeated = repeat(probabilities);
      expectSame(
        measureAll(task, [60, k], probabilities.flat(), once, weights),
        measureAll(task, [repeated.length, k], repeated.flat(), often),
      );
    }
  });

  // Powers of two, which are exact: of the smallest numbers there are and the largest that leave room for a weight of 3.
  test.each([2 ** -1074, 2 ** -900, 2 ** -160, 2 ** 160, 2 ** 900, 2 ** 1022])(
    'weights count in proportion, in every metric, also in units of %d',
    (unit) => {
      const { probabilities, targets, weights } = sample(11, 60, 3);
      const scaled = weights.map((weight) => weight * unit);
      for (const task of ['classes', 'binary', 'values'] as const) {
        const oneHot = targets.flatMap((label) => [0, 1, 2].map((c) => Number(c === label)));
        const y = task === 'classes' ? { data: targets, shape: [60] } : { data: oneHot, shape: [60, 3] };
        const p = probabilities.flat();
        expectSame(measureAll(task, [60, 3], p, y, scaled), measureAll(task, [60, 3], p, y, weights));
      }
    },
  );

  test.each([2, 4])('what is right throughout is exactly right, whatever the weights, %i classes', (k) => {
    const random = Random.of(k, 'right');
    for (let seed = 0; seed < 50; seed++) {
      const { targets } = sample(seed, 20, k);
      const oneHot = targets.map((label) => Array.from({ length: k }, (_, c) => Number(c === label)));
      // From 1e-9 to 1: a class may weigh next to nothing beside the others.
      const weights = targets.map(() => 10 ** (-9 * random.uniform()));
      const { accuracy, balancedAccuracy, precision, recall, f1, matthews, cohenKappa } = metrics;
      for (const of of [accuracy, balancedAccuracy, precision, recall, f1, matthews, cohenKappa] as const)
        expect(of(targets, targets, { weights }), of.name).toBeCloseTo(1, 15);
      for (const of of [
        metrics.matthews,
        metrics.cohenKappa,
        metrics.rocAuc,
        metrics.averagePrecision,
      ] as const)
        expect(of(oneHot, targets, { weights }), of.name).toBeLessThanOrEqual(1);
    }
  });

  test('R² and the rest see the proportions of values alone, from 1e-300 to 1e300', () => {
    const [y, t] = [estimates as number[], values as number[]];
    for (const unit of [1e-300, 1e-160, 1e160, 1e300]) {
      const [scaledY, scaledT] = [y.map((one) => one * unit), t.map((one) => one * unit)];
      for (const of of [metrics.r2, metrics.explainedVariance] as const)
        expect(of(scaledY, scaledT), `${of.name} at ${unit}`).toBeCloseTo(of(y, t), DIGITS);
      for (const of of [metrics.rootMeanSquaredError, metrics.meanAbsoluteError] as const)
        expect(of(scaledY, scaledT) / unit, `${of.name} at ${unit}`).toBeCloseTo(of(y, t), DIGITS);
    }
    // The mean of these is a float64 although their sum is none.
    expect(metrics.meanAbsoluteError([1e308, 1.2e308], [0, 0])).toBeCloseTo(1.1e308, -295);
  });

  // The mean of thrice 0.1 is not 0.1: scikit-learn 1.9.1 gives -1.7e31 there, and 0 and 1 where nothing is rounded.
  test.each([0.1, 1 / 3, -0.7, 0, 1e10 + 0.1, 1e-310, 1e300, -1e300])(
    'targets that are all %d explain nothing, or everything',
    (c) => {
      for (const n of [2, 3, 7, 10]) {
        const t = new Array<number>(n).fill(c);
        const off = t.map((one) => one + Math.max(Math.abs(one), 1e-310));
        const odd = off.with(0, c);
        const weights = t.map((_, i) => 0.1 * (i + 1));
        for (const options of [{}, { weights }]) {
          expect([metrics.r2(t, t, options), metrics.explainedVariance(t, t, options)]).toEqual([1, 1]);
          expect([metrics.r2(odd, t, options), metrics.explainedVariance(odd, t, options)]).toEqual([0, 0]);
          // A constant offset is what explained variance forgives.
          expect([metrics.r2(off, t, options), metrics.explainedVariance(off, t, options)]).toEqual([0, 1]);
        }
      }
    },
  );

  test('a constant column counts as such among others, and so do targets that differ where the weight is 0', () => {
    const t = [
      [0.1, 1],
      [0.1, 2],
      [0.1, 4],
    ];
    const y = [
      [0.2, 1],
      [0.1, 2],
      [0.1, 5],
    ];
    // scikit-learn gives 0.7857142857142857 for the second column alone.
    expect(metrics.r2(y, t)).toBeCloseTo(0.7857142857142857 / 2, DIGITS);
    expect(metrics.r2([0.2, 0.1, 0.1, 5], [0.1, 0.1, 0.1, 7], { weights: [1, 1, 1, 0] })).toBe(0);
  });

  test('AUC is the share of the pairs in the right order, ties counting half', () => {
    for (let seed = 0; seed < 20; seed++) {
      const { probabilities, targets } = sample(seed, 50, 2);
      const p = probabilities.map((row) => row[1]!);
      const positives = p.filter((_, row) => targets[row] === 1);
      const negatives = p.filter((_, row) => targets[row] === 0);
      // 1 for a pair in the right order, 1/2 for a tie.
      const pairs = positives.flatMap((yes) => negatives.map((no) => (Math.sign(yes - no) + 1) / 2));
      const share = pairs.reduce((sum, pair) => sum + pair, 0) / pairs.length;
      expect(metrics.rocAuc(p, targets)).toBeCloseTo(share, DIGITS);
      expect(metrics.rocAuc(Float32Array.from(p), targets)).toBeCloseTo(share, DIGITS);
    }
  });

  test('AUC and average precision see nothing but the order of the scores', () => {
    const p: number[] = scores;
    for (const rise of [(s: number) => 3 * s - 7, Math.exp, (s: number) => Math.log(s + 1e-3)]) {
      expect(metrics.rocAuc(p.map(rise), truth)).toBe(metrics.rocAuc(p, truth));
      expect(metrics.averagePrecision(p.map(rise), truth)).toBe(metrics.averagePrecision(p, truth));
    }
    const fall = p.map((s) => -s);
    expect(metrics.rocAuc(fall, truth)).toBeCloseTo(1 - golden.roc_auc, DIGITS);
  });

  test('0 and -0 are a tie', () => {
    for (const zeros of [
      [0, -0, 0, -0],
      [-0, 0, 0, 0],
    ]) {
      expect(metrics.rocAuc(Float32Array.from(zeros), [1, 0, 0, 1])).toBe(0.5);
      expect(metrics.rocAuc(zeros, [1, 0, 0, 1])).toBe(0.5);
    }
  });

  test('a row of weight 0 is not there, not even as the highest score', () => {
    const weights = [0, 1, 1, 1];
    expect(metrics.averagePrecision([0.9, 0.8, 0.4, 0.3], [1, 1, 0, 1], { weights })).toBeCloseTo(
      5 / 6,
      DIGITS,
    );
    expect(metrics.rocCurve([0.9, 0.8, 0.4, 0.3], [1, 1, 0, 1], { weights }).thresholds).toEqual([
      Infinity,
      0.8,
      0.4,
      0.3,
    ]);
  });

  test('errors of several columns are averaged, R² is the mean of the columns', () => {
    const [a, b, t, u] = [
      [1, 2, 5],
      [0, 4, 1],
      [1, 3, 3],
      [2, 2, 2.5],
    ] as const;
    const y = a.map((_, row) => [a[row]!, b[row]!]);
    const wanted = t.map((_, row) => [t[row]!, u[row]!]);
    for (const of of [metrics.meanSquaredError, metrics.meanAbsoluteError, metrics.r2] as const) {
      expect(of(y, wanted)).toBeCloseTo((of(a, t) + of(b, u)) / 2, DIGITS);
    }
    expect(metrics.rootMeanSquaredError(y, wanted)).toBe(Math.sqrt(metrics.meanSquaredError(y, wanted)));
  });

  test('the trapezoids under the ROC curve add up to AUC', () => {
    const { falsePositiveRate: x, truePositiveRate: y } = metrics.rocCurve(scores, truth);
    const area = x.slice(1).reduce((sum, right, i) => sum + ((right - x[i]!) * (y[i + 1]! + y[i]!)) / 2, 0);
    expect(area).toBeCloseTo(golden.roc_auc, DIGITS);
  });

  test('float32 and float64 scores are ranked alike, infinities, zeros and signs included', () => {
    const random = Random.of(3, 'rank');
    const odd = [0, -0, Infinity, -Infinity, 1e-45, -1e-45, 3.4e38, -3.4e38];
    const p = Float32Array.from([...odd, ...Array.from({ length: 3000 }, () => random.normal())]);
    const sorted = (order: Uint32Array) => Array.from(order, (row) => p[row]! + 0);
    const want = Array.from(p, (score) => score + 0).sort((a, b) => b - a);
    expect(sorted(descending(p))).toEqual(want);
    expect(sorted(descending(Float64Array.from(p)))).toEqual(want);
  });

  test('multiclass AUC is the mean of one against the rest', () => {
    const { probabilities, targets } = sample(4, 40, 3);
    const each = [0, 1, 2].map((label) => {
      return metrics.rocAuc(
        probabilities.map((row) => row[label]!),
        targets.map((target) => Number(target === label)),
      );
    });
    expect(metrics.rocAuc(probabilities, targets)).toBeCloseTo((each[0]! + each[1]! + each[2]!) / 3, DIGITS);
  });

  test('macro is the mean, weighted the weighted mean of the classes', () => {
    const { probabilities, targets } = sample(5, 40, 4);
    const support = [0, 1, 2, 3].map((label) => targets.filter((target) => target === label).length / 40);
    for (const of of [metrics.precision, metrics.recall, metrics.f1, metrics.fBeta] as const) {
      const each = of(probabilities, targets, none);
      const mean = each.reduce((sum, score) => sum + score / 4, 0);
      const weighted = each.reduce((sum, score, label) => sum + score * support[label]!, 0);
      expect(of(probabilities, targets)).toBeCloseTo(mean, DIGITS);
      expect(of(probabilities, targets, { average: 'weighted' })).toBeCloseTo(weighted, DIGITS);
      expect(of(probabilities, targets, { average: 'micro' })).toBeCloseTo(
        metrics.accuracy(probabilities, targets),
        DIGITS,
      );
    }
  });

  test('a class that never occurs does not drag the macro average', () => {
    expect(metrics.f1([0, 2, 2], [0, 2, 2])).toBe(1);
    expect(metrics.balancedAccuracy([0, 1, 2], [0, 2, 2])).toBe(3 / 4);
    expect(metrics.f1([0, 2, 2], [0, 2, 2], { average: 'none', classes: 4 })).toEqual([1, 0, 1, 0]);
    expect(metrics.f1([0, 2], [0, 2], { average: 'none', zeroDivision: 1 })).toEqual([1, 1, 1]);
  });

  test('F-beta lies between precision and recall, at beta 1 it is F1', () => {
    const p = metrics.precision([1, 1, 1, 0, 0], [1, 0, 0, 1, 0]);
    const r = metrics.recall([1, 1, 1, 0, 0], [1, 0, 0, 1, 0]);
    const at = (beta: number) => metrics.fBeta([1, 1, 1, 0, 0], [1, 0, 0, 1, 0], { beta });
    expect([p, r, at(0)]).toEqual([1 / 3, 1 / 2, 1 / 3]);
    expect(at(1)).toBeCloseTo((2 * p * r) / (p + r), DIGITS);
    expect(at(2)).toBeCloseTo((5 * p * r) / (4 * p + r), DIGITS);
  });

  test('topK with k = 1 is accuracy where no probabilities are equal, with all classes 1', () => {
    const { targets } = sample(6, 80, 4);
    const random = Random.of(6, 'no ties');
    const probabilities = targets.map(() => Array.from({ length: 4 }, () => random.uniform()));
    const share = metrics.accuracy(probabilities, targets);
    expect(metrics.topKAccuracy(probabilities, targets, { k: 1 })).toBe(share);
    expect(metrics.topKAccuracy({ data: new Float32Array(4), shape: [2, 2] }, [0, 1], { k: 1 })).toBe(0.5);
    expect(metrics.topKAccuracy(probabilities, targets, { k: 4 })).toBe(1);
    expect(metrics.topKAccuracy(probabilities, targets)).toBe(1);
  });

  test('the rows of a confusion matrix add up to the rows of each class', () => {
    const { probabilities, targets } = sample(7, 50, 3);
    const { counts } = metrics.confusionMatrix(probabilities, targets);
    const support = [0, 1, 2].map((label) => targets.filter((target) => target === label).length);
    expect(counts.map((row) => row.reduce((a, b) => a + b))).toEqual(support);
    expect(counts.reduce((sum, row, label) => sum + row[label]!, 0) / 50).toBe(
      metrics.accuracy(probabilities, targets),
    );
  });

  test('labels, one-hot rows, { data, shape } and typed arrays say the same', () => {
    const { probabilities, targets } = sample(8, 30, 3);
    const oneHot = targets.map((label) => [0, 1, 2].map((c) => Number(c === label)));
    const values = { data: Float64Array.from(probabilities.flat()), shape: [30, 3] };
    for (const of of [
      metrics.accuracy,
      metrics.f1,
      metrics.rocAuc,
      metrics.logLoss,
      metrics.brier,
    ] as const) {
      const want = of(probabilities, targets);
      expect(of(probabilities, oneHot)).toBe(want);
      expect(of(values, Int32Array.from(targets))).toBe(want);
    }
    const p = probabilities.map((row) => [row[0]! + row[1]!, row[2]!]);
    const t = targets.map((label) => Number(label === 2));
    const column = { predictions: p.map((row) => [row[1]!]), targets: t.map((label) => [label]) };
    for (const of of [metrics.f1, metrics.rocAuc, metrics.logLoss, metrics.brier] as const) {
      expect(of(column.predictions, column.targets)).toBeCloseTo(of(p, t), DIGITS);
    }
  });
});

describe('confusion matrix as text', () => {
  const matrix = metrics.confusionMatrix([0, 1, 1, 0, 1], [0, 1, 0, 0, 1], { classes: ['no', 'perhaps'] });

  test('is an aligned table', () => {
    expect(`${matrix}`).toBe(
      [
        '                predicted',
        '                no  perhaps',
        'actual no        2        1',
        '       perhaps   0        2',
      ].join('\n'),
    );
    expect(inspect(matrix)).toBe(`${matrix}`);
  });

  test('control characters of a name do not reach the terminal, long names are cut', () => {
    const text = `${metrics.confusionMatrix([0], [1], { classes: ['a\u001b[2J\nb', 'x'.repeat(90)] })}`;
    expect(text.split('\n')).toHaveLength(4);
    expect(text).not.toContain('\u001b');
    // 24 columns, of the beginning and of the end.
    expect(text).toMatch(/ x{14}…x{9}(?!x)/);
  });
});
