import { fed } from '../ir/tensor.ts';
import { mul, sub } from '../ops/index.ts';
import type { Model } from '../train/model.ts';
import { BASELINE_OPTIONS, type BaselineOptions } from './baselines.ts';
import type { Explanation } from './explanation.ts';
import { conclude } from './findings.ts';
import { forTargets, ROWS, scoresOf } from './forward.ts';
import { multipliers } from './multipliers.ts';
import { EXPLAIN_OPTIONS, type ExplainOptions, readOptions } from './options.ts';
import { type References, readReferences, referenceScoresOf } from './references.ts';
import { type Explained, Subject } from './subject.ts';

/** Options of {@link deepLift}. */
export interface DeepLiftOptions extends ExplainOptions, BaselineOptions {
  /**
   * Rows for `baselines: 'mean'`. Without `baselines`, each row is compared with every one of these, and the values are
   * the means over them (DeepSHAP).
   */
  readonly background?: Explained;
}

/**
 * What each input changes against a reference, carried back through the network by the ratios of the changes
 * (DeepLIFT; Shrikumar, Greenside and Kundaje, 2017, with the rescale rule); with a background the mean
 * over many references (DeepSHAP; Lundberg and Lee, 2017).
 *
 *     A_i = m_i · (x_i - r_i),    Σ A_i = f(x) - f(r)
 *
 * | name         | shape                                                          |
 * | ------------ | -------------------------------------------------------------- |
 * | `inputs`     | `[n, …input]`, a table, or rows by name                        |
 * | `baselines`  | one row, `[n, …input]`, `'zeros'` (the default) or `'mean'`    |
 * | `background` | rows of the same kind, such as a hundred of the training set   |
 * | `values`     | `[n, …input]`, with `target: 'all'` and an axis of outputs     |
 * | `baseValues` | f of the baseline, or its mean over the background             |
 *
 * Through what is linear the multiplier `m` goes as a gradient does. Through a function of one number, however many ops
 * it is made of (a ReLU, a GELU), it is multiplied by Δy / Δx, or by the derivative where Δx is tiny. The change of a
 * product, or another function of two numbers that both vary, is shared as the Shapley value of two players shares it; a
 * softmax is its exponentials, their sum and the quotient. So the values always add up, whatever the activations; that they
 * do is checked, and `convergenceDelta` is what rounding leaves. What a layer detaches is held: a row lends it to its
 * reference, and a layer that depends on it after all gets a warning. An op for which no rule is known is refused.
 *
 * Units: those of the output. Cost: two passes forward and one backward for each row and reference.
 *
 * @throws {OptionError} for unknown options and targets, and for a model with an op that has no rule, by its name.
 * @throws {ShapeError | DataError} for rows that the model cannot take.
 * @example
 * const { values, baseValues } = await deepLift(model, x, { background: train });
 */
export async function deepLift(
  model: Model,
  inputs: Explained,
  options: DeepLiftOptions = {},
): Promise<Explanation> {
  const own = readOptions('deepLift', options, [...EXPLAIN_OPTIONS, ...BASELINE_OPTIONS]);
  const subject = new Subject('deepLift', model, inputs, own);
  const references = readReferences('deepLift', subject, own);
  const scores = await scoresOf(subject, subject.x, (done) => 0.1 * done);
  const baseScores = await referenceScoresOf(subject, references, (done) => 0.1 + 0.1 * done);
  const values = await forTargets(
    subject,
    scores,
    (seeds, share) => contributions(subject, references, seeds, share),
    (done) => 0.2 + 0.8 * done,
  );
  const { about } = references;
  return conclude({
    method: 'deepLift',
    options: about,
    subject,
    values,
    scores,
    baseScores,
    complete: true,
    remedy: 'a custom layer may depend on what it detaches, which is held here',
  });
}

/** Contributions of the inputs to a weighted sum of outputs, `[rows, width]`. */
async function contributions(
  subject: Subject,
  { data, each, at }: References,
  seeds: Float32Array,
  share: (done: number) => number,
): Promise<Float32Array> {
  const { x, rows, width, outputs, shape, passes } = subject;
  const sums = new Float64Array(rows * width);
  const rowOf = (pair: number): number => Math.floor(pair / each);
  const gather = (from: Float32Array, size: number, count: number, which: (i: number) => number) => {
    const picked = new Float32Array(count * size);
    for (let i = 0; i < count; i++)
      picked.set(from.subarray(which(i) * size, (which(i) + 1) * size), i * size);
    return picked;
  };
  await passes.run(
    {
      key: `deepLift ${subject.key}`,
      rows: rows * each,
      width: 2 * width + outputs,
      trace: (batch) => {
        const [row, reference] = [fed(ROWS, [batch, ...shape]), fed('reference', [batch, ...shape])];
        const y = subject.scores(row);
        return { shares: mul(multipliers(y, row, reference, fed('seeds', y.shape)), sub(row, reference)) };
      },
      feed: (from, count) => ({
        [ROWS]: gather(x, width, count, (i) => rowOf(from + i)),
        reference: gather(data, width, count, (i) => at(rowOf(from + i), (from + i) % each)),
        seeds: gather(seeds, outputs, count, (i) => rowOf(from + i)),
      }),
      take: ({ shares }, from, count) => {
        for (let i = 0; i < count; i++)
          for (let j = 0; j < width; j++) sums[rowOf(from + i) * width + j]! += shares![i * width + j]!;
      },
      cost: { forward: 2, backward: 1 },
    },
    share,
  );
  return Float32Array.from(sums, (sum) => sum / each);
}
