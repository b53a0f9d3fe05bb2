import { DataError } from '../base/errors.ts';
import { checkNumber } from '../base/ranges.ts';
import { quantile } from '../data/scale.ts';
import { ale as picture } from '../plot/ale.ts';
import type { ResultOptions } from '../plot/results/result.ts';
import type { Model } from '../train/model.ts';
import type { Cost } from './explanation.ts';
import { type Feature, featureOf, featuresOf, valuesOf } from './features.ts';
import { EXPLAIN_OPTIONS, type OutputKind, readOptions } from './options.ts';
import { askedOutputs, type OutputOptions, overRows } from './outputs.ts';
import { type Explained, Subject } from './subject.ts';
import { scoreVariants } from './variants.ts';
import { type Pictured, type Plain, withPicture } from './with-picture.ts';

/** Options of {@link ale}. */
export interface AleOptions extends OutputOptions {
  /** The column, by name or position: of a model with preprocessing an original one, else a number of the row. */
  readonly feature: string | number;
  /** Intervals, each with about as many rows; no more than there are rows. Default 20. */
  readonly bins?: number;
}

/** What {@link ale} found; plain data. */
export interface AccumulatedLocalEffects extends Pictured<ResultOptions> {
  readonly method: 'ale';
  readonly output: OutputKind;
  /** What effects are measured in: what `output` says, or the column that the model predicts values of. */
  readonly unit: string;
  readonly outputNames: readonly string[];
  readonly feature: string;
  /** `[bins + 1]`: where the intervals end, in the units that the user knows. */
  readonly edges: readonly number[];
  /** `[bins]`: rows in each interval. */
  readonly counts: readonly number[];
  /** `[outputs][bins]`: how much the output rises, on average, from one end of an interval to the other. */
  readonly localEffects: readonly (readonly number[])[];
  /** `[outputs][bins + 1]`: their sums up to each edge, centred. */
  readonly values: readonly (readonly number[])[];
  /** What the rows have in the column, for a rug below the curve. */
  readonly observed: readonly number[];
  readonly rows: number;
  readonly cost: Cost;
  readonly warnings: readonly string[];
}

/**
 * Accumulated local effects of a numeric column (Apley and Zhu, 2020, equations 15 and 16): how the output changes with
 * it, taken from the rows that have such values. Where columns go together it asks for no rows that do not exist, as
 * {@link partialDependence} does.
 *
 * | name           | shape                                   |
 * | -------------- | --------------------------------------- |
 * | `inputs`       | `[n, …input]`, a table, or rows by name |
 * | `edges`        | `[bins + 1]`                            |
 * | `counts`       | `[bins]`                                |
 * | `localEffects` | `[outputs][bins]`                       |
 * | `values`       | `[outputs][bins + 1]`                   |
 *
 * The edges are quantiles, equal ones taken once; an interval is open below. Centred so that the mean over the
 * rows, each with the middle of its interval, is 0. Units: those of the output. Cost: two passes forward a row.
 *
 * @throws {OptionError} for unknown options, columns and targets.
 * @throws {DataError} for a categorical column, whose values have no order, and rows that the model cannot take.
 * @throws {ShapeError} for rows that the model cannot take.
 * @example
 * const { edges, values } = await ale(model, table, { feature: 'age', bins: 10 });
 */
export async function ale(
  model: Model,
  inputs: Explained,
  options: AleOptions,
): Promise<AccumulatedLocalEffects> {
  const own = readOptions('ale', options, [...EXPLAIN_OPTIONS, 'feature', 'bins']);
  const { feature: wanted, bins = 20, ...rest } = own;
  checkNumber('ale', 'bins', bins, { least: 1, whole: true });
  const subject = new Subject('ale', model, inputs, overRows('ale', rest));
  const feature = featureOf('ale', featuresOf(subject), wanted);
  if (feature.kind !== 'numeric') {
    const what = feature.isCategorical
      ? `the categories of "${feature.name}" have no order`
      : `"${feature.name}" holds dates, whose parts move together`;
    throw new DataError(`ale: ${what}`, { hint: 'partialDependence takes categories and dates' });
  }
  const values = valuesOf(feature, subject);
  const edges = edgesOf(values, Math.min(bins, subject.rows));
  const inside = values.map((value) => intervalOf(value, edges));
  const counts = edges.slice(1).map((_, k) => inside.reduce((sum, own) => sum + Number(own === k), 0));
  const asked = askedOutputs(subject);
  const localEffects = await effectsOf(subject, feature, edges, inside, asked, counts);
  const result: Plain<AccumulatedLocalEffects> = {
    method: 'ale',
    output: subject.output,
    unit: subject.unit,
    outputNames: asked.map((k) => subject.outputNames[k]!),
    feature: feature.name,
    edges,
    counts,
    localEffects,
    values: localEffects.map((effects) => accumulate(effects, counts)),
    observed: [...values],
    rows: subject.rows,
    cost: subject.passes.cost,
    warnings: [
      ...subject.warnings,
      ...(edges.length > 1
        ? []
        : [`"${feature.name}" is ${edges[0]} in every row, so nothing is known of it`]),
    ],
  };
  return withPicture(result, picture);
}

function edgesOf(values: Float64Array, bins: number): number[] {
  const sorted = Float64Array.from(values).sort();
  const quantiles = Array.from({ length: bins + 1 }, (_, i) => quantile(sorted, i / bins));
  const edges = quantiles.filter((edge, i) => i === 0 || edge !== quantiles[i - 1]);
  // Where there are few values, an interval may lie between two of them: it joins the next one.
  const taken = new Set(Array.from(values, (value) => intervalOf(value, edges)));
  return edges.filter((_, i) => i === 0 || taken.has(i - 1));
}

/** Which interval, open below, a value lies in; the lowest value lies in the first. */
function intervalOf(value: number, edges: readonly number[]): number {
  let [low, high] = [0, edges.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (edges[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return Math.max(low - 1, 0);
}

/** Mean differences of the scores at both ends of each row's interval. */
async function effectsOf(
  subject: Subject,
  feature: Feature,
  edges: readonly number[],
  inside: Float64Array,
  asked: readonly number[],
  counts: readonly number[],
): Promise<number[][]> {
  const { x, rows, width } = subject;
  const effects = asked.map(() => new Array<number>(counts.length).fill(0));
  if (counts.length === 0) return effects;
  await scoreVariants(subject, {
    rows: 2 * rows,
    make: (i, into, at) => {
      const [row, end] = [i >> 1, i & 1];
      into.set(x.subarray(row * width, (row + 1) * width), at);
      feature.write(edges[inside[row]! + end]!, into, at);
    },
    take: (i, scores, at) => {
      const k = inside[i >> 1]!;
      const share = ((i & 1) === 1 ? 1 : -1) / counts[k]!;
      for (const [o, output] of asked.entries()) effects[o]![k]! += share * scores[at + output]!;
    },
  });
  return effects;
}

/** Sums up to each edge, so that the mean over the rows, each with the middle of its interval, is 0. */
function accumulate(effects: readonly number[], counts: readonly number[]): number[] {
  const sums = [0];
  for (const effect of effects) sums.push(sums.at(-1)! + effect);
  const rows = counts.reduce((a, b) => a + b, 0);
  const mean =
    counts.reduce((sum, count, k) => sum + (count * (sums[k]! + sums[k + 1]!)) / 2, 0) / Math.max(rows, 1);
  return sums.map((sum) => sum - mean);
}
