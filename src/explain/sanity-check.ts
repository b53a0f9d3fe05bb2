import { OptionError } from '../base/errors.ts';
import { checkNumber } from '../base/ranges.ts';
import { type BarOptions, bar } from '../plot/bar.ts';
import { Model } from '../train/model.ts';
import type { Cost, Explanation } from './explanation.ts';
import { checkOneOutput, ONE_OUTPUT_OPTIONS, type OneOutputOptions, valuesOf } from './judged.ts';
import { type ExplainOptions, MOST_DRAWS, type OutputKind, readOptions } from './options.ts';
import { layersFromTop, randomised } from './randomise.ts';
import { rankCorrelation, ranks } from './rank-correlation.ts';
import { type Method, methodOf } from './sensitivity.ts';
import { type Estimate, estimate, LEAST_DRAWS, openErrors } from './spread.ts';
import { type Explained, Subject } from './subject.ts';
import { type Pictured, type Plain, withPicture } from './with-picture.ts';

/** Options of {@link sanityCheck}. */
export interface SanityCheckOptions extends OneOutputOptions {
  /** How often the weights are drawn. Default 5. */
  readonly repeats?: number;
  /** The method depends on the model when less than this correlation is left at the end. Default 0.5. */
  readonly threshold?: number;
  /** Seed of the weights. Default 0. */
  readonly seed?: number;
}

/** What is left of attributions when some layers are random. */
export interface SanityStage {
  /** The random layers: from the output down, one more at each stage. */
  readonly layers: readonly string[];
  /**
   * Rank correlation with the attributions of the model: mean over the rows and draws, and its standard error over the
   * draws, with `repeats - 1` degrees of freedom. NaN of fewer than 5 draws that can be ranked.
   */
  readonly correlation: Estimate;
}

/** Whether a method looks at the model at all. */
export interface SanityCheck extends Pictured<BarOptions> {
  readonly method: 'sanityCheck';
  readonly output: OutputKind;
  readonly stages: readonly SanityStage[];
  /** `'undecided'` when no row has attributions that can be ranked. */
  readonly verdict: 'depends on the model' | 'does not depend on the model' | 'undecided';
  /** The verdict is that of the last stage, where all layers are random: below this it depends. */
  readonly threshold: number;
  readonly repeats: number;
  readonly cost: Cost;
  readonly warnings: readonly string[];
}

/**
 * Whether a method's attributions change when the model's weights are replaced by random ones (Adebayo et al., 2018:
 * cascading model randomisation). A method whose attributions stay explains the rows, not the model.
 *
 * | name                   | shape                                    |
 * | ---------------------- | ---------------------------------------- |
 * | `inputs`               | `[n, …input]`, a table, or rows by name  |
 * | `stages`               | one for each layer with weights          |
 * | `stages[i].correlation` | Spearman's, from -1 to 1: 1 is unchanged |
 *
 * Layers get first values of their own kind anew, from the output down, on a copy: the model itself is not touched.
 * Targets stay those of the model. Values with their signs are ranked within each row, so a row needs several numbers.
 * Cost: `1 + layers · repeats` runs of the method.
 *
 * @throws {OptionError} for unknown options, what is no method, and a model without weights.
 * @throws {ShapeError | DataError} for rows that the model cannot take.
 * @example
 * const { verdict, stages } = await sanityCheck(model, x, saliency);
 */
export async function sanityCheck(
  model: Model,
  inputs: Explained,
  method: Method,
  given: SanityCheckOptions = {},
): Promise<SanityCheck> {
  const options = readOptions('sanityCheck', given, [...ONE_OUTPUT_OPTIONS, 'repeats', 'threshold', 'seed']);
  const { repeats = 5, threshold = 0.5, seed = 0, ...rest } = options;
  const own = methodOf('sanityCheck', method);
  checkOneOutput('sanityCheck', rest);
  checkNumber('sanityCheck', 'repeats', repeats, { least: 1, most: MOST_DRAWS, whole: true });
  checkNumber('sanityCheck', 'threshold', threshold, { least: -1, most: 1 });
  checkNumber('sanityCheck', 'seed', seed, { whole: true });
  const subject = new Subject('sanityCheck', model, inputs, rest);
  const { session, rows, shape, output, passes, width } = subject;
  const layers = layersFromTop(session.network);
  if (layers.length === 0)
    throw new OptionError('sanityCheck: the model has no weights that could be random');
  const weights = await session.readWeights();
  const twin = session.twin(weights);
  const { signal, target } = rest;
  const explain = async (of: Model, wanted: ExplainOptions['target']): Promise<Explanation> => {
    passes.check();
    const asked = { output, ...(wanted !== undefined && { target: wanted }), ...(signal && { signal }) };
    const explanation = await own(of, { data: subject.x, shape: [rows, ...shape] }, asked);
    passes.count(explanation.cost);
    return explanation;
  };
  const first = await explain(model, target);
  const compare = comparison(valuesOf(first), width);
  const stages: SanityStage[] = [];
  let unranked = 0;
  for (let stage = 1; stage <= layers.length; stage++) {
    const random = layers.slice(0, stage);
    const draws: number[] = [];
    for (let draw = 0; draw < repeats; draw++) {
      await twin.writeWeights(randomised(session.network, weights, random, seed + draw));
      const each = compare(valuesOf(await explain(new Model(twin), [...first.target])));
      unranked += each.filter(Number.isNaN).length;
      const ranked = each.filter((one) => !Number.isNaN(one));
      if (ranked.length > 0) draws.push(estimate(ranked).mean);
      passes.report(((stage - 1) * repeats + draw + 1) / (layers.length * repeats));
    }
    stages.push({ layers: random, correlation: estimate(draws, LEAST_DRAWS.repeats) });
  }
  const left = stages.at(-1)!.correlation.mean;
  const result: Plain<SanityCheck> = {
    method: 'sanityCheck',
    output,
    stages,
    verdict: Number.isNaN(left)
      ? 'undecided'
      : left < threshold
        ? 'depends on the model'
        : 'does not depend on the model',
    threshold,
    repeats,
    cost: passes.cost,
    warnings: [
      ...(unranked === 0
        ? []
        : [
            `${unranked} of ${rows * layers.length * repeats} comparisons are left out: a row with one value cannot be ranked`,
          ]),
      ...openCorrelations(repeats),
    ],
  };
  return withPicture(result, bar);
}

/** What is to be said of correlations with so many draws of weights. */
export function openCorrelations(repeats: number): string[] {
  return openErrors(repeats, LEAST_DRAWS.repeats, 'draw', 'repeats');
}

/** Compares rows of attributions with some that are ranked once. */
function comparison(a: Float32Array, width: number): (b: Float32Array) => number[] {
  const rowOf = (values: Float32Array, row: number) => values.subarray(row * width, (row + 1) * width);
  const ranked = Array.from({ length: a.length / width }, (_, row) => ranks(rowOf(a, row)));
  return (b) => ranked.map((own, row) => rankCorrelation(rowOf(a, row), rowOf(b, row), own));
}
