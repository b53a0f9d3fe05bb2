import { dense, metrics, sequential } from 'glia';
import { calibration, temperature } from 'glia/explain';
import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { describeBackends } from '../train/backends.ts';
import { furthest, golden, TOLERANCE } from './networks.ts';
import { linearModel, people, peopleModel, prepare } from './prepared.ts';

interface Golden {
  readonly calibration: {
    readonly logits: number[][];
    readonly labels: number[];
    readonly ece: number;
    readonly mce: number;
    readonly nll: number;
    readonly brier_multiclass_sum: number;
    readonly 'bins_[count,accuracy,confidence]': number[][];
    readonly temperature: number;
    readonly ece_after_temperature: number;
    readonly nll_after_temperature: number;
  };
}

const wanted = golden<Golden>('global').calibration;

function softmax(logits: readonly number[], T = 1): number[] {
  const powers = logits.map((z) => Math.exp(z / T));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
}

const argmax = (row: readonly number[]): number => row.indexOf(Math.max(...row));
const probabilities = wanted.logits.map((row) => softmax(row));

describe('calibration', () => {
  test('has the values of the references', async () => {
    const got = await calibration(probabilities, wanted.labels);
    expect(furthest([got.ece, got.mce, got.nll], [wanted.ece, wanted.mce, wanted.nll])).toBeLessThan(1e-9);
    expect(got.brier).toBeCloseTo(wanted.brier_multiclass_sum, 9);
    const bins = got.bins.flatMap(({ count, accuracy, confidence }) => [count, accuracy, confidence]);
    expect(furthest(bins, wanted['bins_[count,accuracy,confidence]'])).toBeLessThan(1e-9);
    expect(got.warnings[0]).toMatch(/80 rows for 10 bins/);
    expect(JSON.parse(JSON.stringify(got))).toEqual(got);
  });

  test('has no error where the model is right as often as it says', async () => {
    const [p, y]: [number[], number[]] = [[], []];
    for (const tenth of [6, 7, 8, 9]) {
      for (let i = 0; i < 10; i++) {
        p.push(tenth / 10);
        y.push(Number(i < tenth));
      }
    }
    const { ece, mce, accuracy } = await calibration(p, y);
    expect(Math.max(ece, mce)).toBeLessThan(1e-12);
    expect(accuracy).toBe(0.75);
  });

  test('an edge belongs to the bin below it', async () => {
    const { bins } = await calibration([0.6, 0.7, 0.7000001, 1, 0.5], [1, 1, 1, 1, 1]);
    expect(bins.map(({ count }) => count)).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 0, 1]);
    // The products of edges and bins round either way, and so do those of the next number above an edge.
    for (let count = 1; count < 200; count++) {
      const edges = Array.from({ length: count }, (_, i) => (i + 1) / count).filter((edge) => edge > 0.5);
      const above = edges.slice(0, -1).map((edge) => edge + 2 ** -53);
      const at = async (p: number[]) => {
        const got = await calibration(
          p,
          p.map(() => 1),
          { bins: count },
        );
        return got.bins.flatMap((bin, i) => Array.from({ length: bin.count }, () => i + 1));
      };
      expect(await at(edges)).toEqual(edges.map((edge) => Math.round(edge * count)));
      if (above.length > 0)
        expect(await at(above)).toEqual(edges.slice(0, -1).map((edge) => Math.round(edge * count) + 1));
    }
  });

  test('has a Brier score of reliability, resolution and uncertainty (Murphy, 1973)', async () => {
    // In a bin all say the same, which is what makes the three add up.
    const random = Random.of(3, 'brier');
    const p = Array.from({ length: 500 }, () => 0.55 + 0.1 * random.integer(5));
    const y = p.map((one) => Number(random.uniform() < one - 0.1));
    const { bins, brier, accuracy: mean } = await calibration(p, y);
    const over = (of: (bin: (typeof bins)[number]) => number) =>
      bins.reduce((sum, bin) => sum + (bin.count / p.length) * of(bin), 0);
    const reliability = over(({ accuracy, confidence }) => (accuracy - confidence) ** 2);
    const resolution = over(({ accuracy }) => (accuracy - mean) ** 2);
    expect(reliability - resolution + mean * (1 - mean)).toBeCloseTo(brier, 12);
    expect(reliability).toBeGreaterThan(0.001);
  });

  test.each([
    [[[2, -1]], [0], /add up to 1|wanted probabilities/],
    [[[0.7, 0.7]], [0], /probabilities of row 0 add up to 1.4/],
    [[], [], /there are no rows/],
    [[[0.7, Number.NaN]], [0], /row 0 has a score of NaN/],
    [[[0.7, 0.3]], [2], /wanted a class below 2, came 2 in row 0/],
    [[[0.7, 0.3]], [[0]], /do not belong together/],
  ])('refuses %j with %j', async (p, y, message) => {
    await expect(calibration(p as number[][], y as number[])).rejects.toThrow(message);
  });

  test('refuses options that do not exist', async () => {
    await expect(calibration([0.5], [1], { bin: 3 } as object)).rejects.toThrow(/unknown option "bin"/);
    await expect(calibration([0.5], [1], { bins: 0 })).rejects.toThrow(
      /bins must be a whole number at least 1/,
    );
  });
});

describe('temperature', () => {
  test('has the values of the references', async () => {
    const got = await temperature(wanted.logits, wanted.labels);
    expect(got.temperature).toBeCloseTo(wanted.temperature, 6);
    expect(got.nll.before).toBeCloseTo(wanted.nll, 10);
    expect(got.nll.after).toBeCloseTo(wanted.nll_after_temperature, 10);
    expect(got.ece.before).toBeCloseTo(wanted.ece, 9);
    expect(got.ece.after).toBeCloseTo(wanted.ece_after_temperature, 6);
    expect(got.warnings).toEqual([]);
  });

  test('undoes a temperature, leaves every prediction, and has slope 0', async () => {
    const first = (await temperature(wanted.logits, wanted.labels)).temperature;
    for (const factor of [0.05, 0.3, 4, 30]) {
      const scaled = wanted.logits.map((row) => row.map((z) => z * factor));
      const { temperature: T } = await temperature(scaled, wanted.labels);
      expect(T / factor).toBeCloseTo(first, 9);
      expect(scaled.map((row) => argmax(softmax(row, T)))).toEqual(wanted.logits.map(argmax));
    }
    const nll = (T: number) =>
      metrics.logLoss(
        wanted.logits.map((row) => softmax(row, T)),
        wanted.labels,
      );
    expect(Math.abs(nll(first + 1e-4) - nll(first - 1e-4)) / 2e-4).toBeLessThan(1e-7);
  });

  test('of one logit is that of two classes', async () => {
    const z = wanted.logits.map(([first]) => first!);
    const y = z.map((one, i) => Number(one > 0) ^ Number(i % 5 === 0));
    const one = await temperature(z, y);
    const two = await temperature(
      z.map((value) => [0, value]),
      y,
    );
    expect(one.temperature).toBeCloseTo(two.temperature, 12);
    expect(one.ece.after).toBeCloseTo(two.ece.after, 12);
  });

  test('warns where there is none', async () => {
    const right = await temperature(
      [
        [3, 1],
        [0, 2],
      ],
      [0, 1],
    );
    expect([right.temperature, right.warnings.length]).toEqual([0.01, 1]);
    const wrong = await temperature(
      [
        [3, 1],
        [0, 2],
      ],
      [1, 0],
    );
    expect([wrong.temperature, wrong.warnings.length]).toEqual([100, 1]);
    const same = await temperature(
      [
        [1, 1],
        [2, 2],
      ],
      [1, 0],
    );
    expect([same.temperature, same.warnings.length]).toEqual([1, 0]);
  });
});

describeBackends('calibration of a model', (backend) => {
  test('is that of its probabilities, and its temperature that of its logits', async () => {
    const model = peopleModel(backend);
    await model.fit(people, { loss: 'categoricalCrossentropy', epochs: 3 });
    const { x, y } = model.session.prepare!.transform(people);
    const p = await model.predictProbabilities(x);
    const labels = y!.data as Int32Array;
    const byTable = await calibration(model, people, { bins: 5 });
    const byArrays = await calibration(p, labels, { bins: 5 });
    expect(furthest([byTable.ece, byTable.nll], [byArrays.ece, byArrays.nll])).toBeLessThan(TOLERANCE);
    expect(byTable.cost.forward).toBe(people.rows);
    const byRows = await calibration(model, x, labels, { bins: 5 });
    expect({ ...byRows, cost: 0 }).toEqual({ ...byTable, cost: 0 });
    const T = await temperature(model, x, labels);
    const logits = await model.predict(x);
    expect(T.temperature).toBeCloseTo((await temperature(logits, labels)).temperature, 5);
  });

  test('of one output for two classes takes labels and columns', async () => {
    const model = sequential([dense(1, { activation: 'sigmoid' })], { inputShape: [1], seed: 1, backend });
    const x = [[-1], [0.5], [2], [-3]];
    const labels = await calibration(model, x, [0, 1, 0, 1]);
    const column = await calibration(model, x, [[0], [1], [0], [1]]);
    expect({ ...labels, cost: 0 }).toEqual({ ...column, cost: 0 });
    expect(labels.nll).toBeCloseTo(metrics.logLoss(await model.predict(x), [[0], [1], [0], [1]]), 6);
  });

  test('takes the probabilities of a model with classes, whatever trained it, and refuses to guess those of another', async () => {
    const weights = [
      [1, 0, 3, 0, 0],
      [0, 1, 0, 2, 0],
    ];
    const model = await linearModel(backend, weights);
    const { data } = await model.predict(prepare.transform(people).x);
    const probabilities = Array.from({ length: people.rows }, (_, row) => {
      const [no, yes] = [Math.exp(data[2 * row]!), Math.exp(data[2 * row + 1]!)];
      return [no / (no + yes), yes / (no + yes)];
    });
    const labels = prepare.transform(people).y!.data as Int32Array;
    const { ece, nll } = await calibration(model, people);
    const wanted = await calibration(probabilities, labels);
    // float32 probabilities against those of float64
    expect(ece).toBeCloseTo(wanted.ece, 6);
    expect(nll).toBeCloseTo(wanted.nll, 6);
    const [x, y] = [[[1, 0]], [1]];
    const bare = sequential([dense(2)], { inputShape: [2], backend });
    await expect(calibration(bare, x, y)).rejects.toThrow(/nothing says how[\s\S]*softmax/);
    await expect(calibration([[3, -1]], y)).rejects.toThrow(/logits|probabilities/);
  });
});
