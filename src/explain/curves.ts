import { checkNumber } from '../base/ranges.ts';
import { deletionCurve } from '../plot/deletion-curve.ts';
import type { ResultOptions } from '../plot/results/result.ts';
import type { Model } from '../train/model.ts';
import { Values } from '../train/values.ts';
import { type Absent, absentRows } from './absent.ts';
import type { Cost } from './explanation.ts';
import { scoresOf } from './forward.ts';
import { type Judged, ONE_OUTPUT_OPTIONS, type OneOutputOptions, readJudged } from './judged.ts';
import { scoresOfMade } from './made-rows.ts';
import { MOST_DRAWS, type OutputKind, readOptions } from './options.ts';
import { areaUnder, ordersOf, playersOf, replace, stages } from './ranking.ts';
import { type Estimate, errorOfSum, estimate, LEAST_DRAWS, openErrors } from './spread.ts';
import { type Pictured, type Plain, withPicture } from './with-picture.ts';

/** Options of {@link deletion} and {@link insertion}. */
export interface CurveOptions extends OneOutputOptions {
  /** Default `'probability'`, or `'value'` of a model that has none. */
  readonly output?: OutputKind;
  /** What stands for inputs that are taken away. Default `'zeros'`. */
  readonly baselines?: Absent;
  /** Points of a curve beside its first: inputs go in groups where there are more. Default 50. */
  readonly steps?: number;
  /** Random orders of each row that it is compared with. Default 10; 0 for none. */
  readonly randomOrders?: number;
  /** Seed of the random orders. Default 0. */
  readonly seed?: number;
}

/** What the output does while inputs are taken away, or come in, by rank. */
export interface Curve extends Pictured<ResultOptions> {
  readonly method: 'deletion' | 'insertion';
  readonly output: OutputKind;
  /** What curves are measured in: what `output` says, or the column that the model predicts values of. */
  readonly unit: string;
  /** Shares of the inputs that are gone, or have come: from 0 to 1. */
  readonly fractions: readonly number[];
  /** The output at each, `[rows, points]`. */
  readonly curves: Values;
  /** Area under each curve by the trapezoidal rule, `[rows]`. */
  readonly auc: Values;
  /** Mean of them. */
  readonly meanAuc: number;
  /**
   * Areas under the curves of random orders, `[rows]`: of each row their mean and its standard error, with `randomOrders - 1`
   * degrees of freedom. NaN of fewer than 5.
   */
  readonly random?: { readonly auc: Values; readonly stdError: Values };
  /**
   * By how much the area is better than that of random orders, smaller for deletion and larger for insertion: mean over
   * the rows, and the standard error of what the random orders leave open, such that 1.96 of it hold 95 %.
   */
  readonly gain?: Estimate;
  readonly cost: Cost;
  readonly warnings: readonly string[];
}

/**
 * Takes inputs away, those first that the attributions call important, and watches the output fall (Petsiuk, Das and
 * Saenko, 2018): the smaller the area under the curve, the better the attributions name what the model uses.
 *
 * | name     | shape                                                            |
 * | -------- | ---------------------------------------------------------------- |
 * | `judged` | an explanation of `n` rows, or `{ inputs, values }`, both `[n, …]` |
 * | `curves` | `[n, points]`, the first of the whole row, the last of none       |
 *
 * The rank is that of the size of the values, ties by position; columns of a model with preprocessing go as a whole.
 * Random orders say what an area is worth: one that is not better than theirs explains nothing. Cost: `n · points ·
 * (1 + randomOrders)` rows forward.
 *
 * @throws {OptionError} for unknown options and what is no explanation.
 * @throws {ShapeError | DataError} for values or baselines that do not fit the rows.
 * @example
 * const { meanAuc, gain } = await deletion(model, await saliency(model, x));
 */
export function deletion(model: Model, judged: Judged, options: CurveOptions = {}): Promise<Curve> {
  return curve('deletion', model, judged, options);
}

/**
 * Puts inputs into an empty row, those first that the attributions call important, and watches the output rise
 * (Petsiuk, Das and Saenko, 2018): the larger the area, the better. All else is as for {@link deletion}.
 *
 * @throws {OptionError | ShapeError | DataError} as {@link deletion}.
 * @example
 * const { meanAuc, gain } = await insertion(model, await saliency(model, x), { baselines: 'mean' });
 */
export function insertion(model: Model, judged: Judged, options: CurveOptions = {}): Promise<Curve> {
  return curve('insertion', model, judged, options);
}

/** Names of {@link CurveOptions}, for checks. */
export const CURVE_OPTIONS = [...ONE_OUTPUT_OPTIONS, 'baselines', 'steps', 'randomOrders', 'seed'] as const;

async function curve(
  method: Curve['method'],
  model: Model,
  judged: Judged,
  given: CurveOptions,
): Promise<Curve> {
  const options = readOptions(method, given, CURVE_OPTIONS);
  const { baselines, steps = 50, randomOrders: R = 10, seed = 0, output = 'probability', ...rest } = options;
  checkNumber(method, 'steps', steps, { least: 1, most: MOST_DRAWS, whole: true });
  checkNumber(method, 'randomOrders', R, { least: 0, most: MOST_DRAWS, whole: true });
  checkNumber(method, 'seed', seed, { whole: true });
  const { subject, values } = readJudged(method, model, judged, { ...rest, output, orElseOutput: true });
  const { rows, x, shift } = subject;
  const absent = absentRows(method, subject, baselines);
  const players = playersOf(subject);
  const counts = stages(players.length, steps);
  const fractions = counts.map((count) => count / players.length);
  const targets = subject.targets(await scoresOf(subject, x, (done) => 0.1 * done));
  const orders = ordersOf(subject, values, players, seed);
  const [from, to] = method === 'deletion' ? [x, absent] : [absent, x];
  const points = counts.length;
  const made = await scoresOfMade(
    subject,
    {
      rows: rows * (1 + R) * points,
      make(i, into) {
        const [row, variant, point] = [
          Math.floor(i / points / (1 + R)),
          Math.floor(i / points) % (1 + R),
          i % points,
        ];
        replace(into, from, to, row, players, orders(row, variant).subarray(0, counts[point]!));
      },
      target: (i) => targets[Math.floor(i / points / (1 + R))]!,
    },
    (done) => 0.1 + 0.9 * done,
  );
  const scores = Float64Array.from(made, (score) => score + shift);
  const curveOf = (row: number, variant: number): Float64Array => {
    const at = (row * (1 + R) + variant) * points;
    return scores.subarray(at, at + points);
  };
  const each = Array.from({ length: rows }, (_, row) => row);
  const warned = output === 'probability' && !subject.hasProbabilities && subject.unit === subject.output;
  const curves = Float32Array.from(each.flatMap((row) => [...curveOf(row, 0)]));
  const areas = each.map((row) => areaUnder(curveOf(row, 0), fractions));
  const others = each.map((row) =>
    Array.from({ length: R }, (_, r) => areaUnder(curveOf(row, 1 + r), fractions)),
  );
  const result: Plain<Curve> = {
    method,
    output: subject.output,
    unit: subject.unit,
    fractions,
    curves: new Values(curves, [rows, points]),
    auc: new Values(Float32Array.from(areas), [rows]),
    meanAuc: estimate(areas).mean,
    ...(R > 0 && comparison(method, areas, others)),
    cost: subject.passes.cost,
    warnings: [
      ...(warned ? [NO_PROBABILITIES] : []),
      ...(R > 0 ? openErrors(R, LEAST_DRAWS.repeats, 'random order', 'randomOrders') : []),
    ],
  };
  return withPicture(result, deletionCurve);
}

const NO_PROBABILITIES =
  'neither the end of the model nor a loss that it was trained with makes probabilities: the curves are of its output';

/** Areas of rows beside those of random orders. */
function comparison(method: Curve['method'], areas: readonly number[], others: readonly number[][]) {
  const random = others.map((areas) => estimate(areas, LEAST_DRAWS.repeats));
  const gains = random.map(({ mean }, row) =>
    method === 'deletion' ? mean - areas[row]! : areas[row]! - mean,
  );
  const rows = areas.length;
  return {
    random: {
      auc: new Values(
        Float32Array.from(random, ({ mean }) => mean),
        [rows],
      ),
      stdError: new Values(
        Float32Array.from(random, ({ stdError }) => stdError),
        [rows],
      ),
    },
    gain: { mean: estimate(gains).mean, stdError: errorOfSum(others, LEAST_DRAWS.repeats) / rows },
  };
}
