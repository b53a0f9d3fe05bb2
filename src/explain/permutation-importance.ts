import { isA } from '../base/check.ts';
import { OptionError } from '../base/errors.ts';
import { Random } from '../base/random.ts';
import { checkNumber } from '../base/ranges.ts';
import type { Data } from '../data/index.ts';
import { Table } from '../data/table.ts';
import { type Loss, type LossFunction, type LossName, lossOf } from '../loss/index.ts';
import { type BarOptions, bar } from '../plot/bar.ts';
import { readDataset } from '../train/dataset.ts';
import type { Metric } from '../train/metrics/metric.ts';
import { type MetricChoice, metricOf } from '../train/metrics/table.ts';
import type { Model } from '../train/model.ts';
import { ResponseScale } from '../train/response.ts';
import { type ColumnGroups, playersOf } from './column-groups.ts';
import type { Cost } from './explanation.ts';
import { featuresOf } from './features.ts';
import { type ExplainOptions, MOST_DRAWS, readOptions } from './options.ts';
import { worsenings } from './shuffles.ts';
import { estimate, LEAST_DRAWS, openErrors } from './spread.ts';
import { type Explained, Subject } from './subject.ts';
import { type Pictured, type Plain, withPicture } from './with-picture.ts';

/** Options of {@link permutationImportance}. */
export interface PermutationImportanceOptions
  extends Pick<ExplainOptions, 'featureNames' | 'signal' | 'onProgress'> {
  /** What gets worse: the loss, or a metric that knows which way is better. Default `'loss'`. */
  readonly metric?: 'loss' | MetricChoice;
  /** Default: the loss of the last `fit`, or the one that was saved with the model. */
  readonly loss?: LossName | Loss | LossFunction;
  /** How often each column is shuffled. Default 5. */
  readonly nRepeats?: number;
  /** Decides the permutations. Default 0. */
  readonly seed?: number;
  /** Columns that are shuffled together. Default: each column alone. */
  readonly groups?: ColumnGroups;
}

/** What {@link permutationImportance} found; plain data. Lists are in the order of `features`. */
export interface PermutationImportance extends Pictured<BarOptions> {
  readonly method: 'permutationImportance';
  /** Groups, and columns as the user knows them. */
  readonly features: readonly string[];
  /** Mean increase of the loss, or how much worse the metric gets. */
  readonly mean: readonly number[];
  /** Standard deviation over the repeats, divisor n. */
  readonly std: readonly number[];
  /** Standard error of the mean, with `nRepeats - 1` degrees of freedom: for 5 repeats 2.78 of it hold 95 %. NaN of fewer. */
  readonly stdError: readonly number[];
  /** `[features][repeats]`. */
  readonly raw: readonly (readonly number[])[];
  /** What gets worse: `'loss'` or the name of the metric. */
  readonly metric: string;
  /** The column that the numbers are in units of: of `mae` and `rmse` of a numeric target of the preprocessing. */
  readonly unit?: string;
  /** Its value with all columns as they are. */
  readonly base: number;
  readonly nRepeats: number;
  readonly seed: number;
  readonly rows: number;
  readonly cost: Cost;
  readonly warnings: readonly string[];
}

const OPTIONS = ['featureNames', 'signal', 'onProgress', 'metric', 'loss', 'nRepeats', 'seed', 'groups'];

/**
 * How much worse a model gets when a column is shuffled among the rows (Breiman, 2001, section 10; Fisher, Rudin and
 * Dominici, 2019, equation 3.1).
 *
 *     I_j = mean_r [ L(y, f(X with column j permuted by π_r)) - L(y, f(X)) ]
 *
 * | name     | shape                                                                         |
 * | -------- | ----------------------------------------------------------------------------- |
 * | `inputs` | `[n, …input]` with `targets` as for `fit`; or a table, which brings its targets |
 * | `mean`   | `[features]`                                                                  |
 * | `raw`    | `[features][nRepeats]`                                                        |
 *
 * All numbers of an original column are shuffled together, and all columns in a repeat by the same permutation. A column
 * that is not used has exactly 0. Columns that go together hide each other's importance: shuffle them as a group. It
 * says what the model relies on, not what matters in the world. Units: those of the metric, which is in units of the target, or of the loss, which is that of training.
 * Cost: `features · nRepeats + 1` passes forward a row.
 *
 * @throws {OptionError} for unknown options and columns, a metric that does not say which way is better, and a model
 * without a loss.
 * @throws {ShapeError | DataError} for rows and targets that the model cannot take.
 * @example
 * const { features, mean } = await permutationImportance(model, test, { metric: 'accuracy' });
 */
export function permutationImportance(
  model: Model,
  table: Table,
  options?: PermutationImportanceOptions,
): Promise<PermutationImportance>;
export function permutationImportance(
  model: Model,
  inputs: Explained,
  targets: Data,
  options?: PermutationImportanceOptions,
): Promise<PermutationImportance>;
export async function permutationImportance(
  model: Model,
  inputs: Explained,
  ...rest: readonly unknown[]
): Promise<PermutationImportance> {
  const [targets, options = {}] = isA(inputs, Table) ? [undefined, rest[0]] : rest;
  return importanceBy(drawn, model, inputs, targets as Data, options as PermutationImportanceOptions);
}

/** The permutation of some rows for a repeat. */
type Draw = (rows: number, repeat: number, seed: number) => ArrayLike<number>;

const drawn: Draw = (rows, repeat, seed) =>
  Random.of(seed, `permutationImportance ${repeat}`).permutation(rows);

/** As {@link permutationImportance}, with permutations of one's own. */
export async function importanceBy(
  draw: Draw,
  model: Model,
  inputs: Explained,
  targets: Data | undefined,
  options: PermutationImportanceOptions,
): Promise<PermutationImportance> {
  const where = 'permutationImportance';
  const {
    metric = 'loss',
    loss: given,
    nRepeats = 5,
    seed = 0,
    groups,
    ...rest
  } = readOptions(where, options, OPTIONS);
  checkNumber(where, 'nRepeats', nRepeats, { least: 1, most: MOST_DRAWS, whole: true });
  checkNumber(where, 'seed', seed, { whole: true });
  const subject = new Subject(where, model, inputs, rest);
  const loss = lossFor(where, subject, given);
  const players = playersOf(where, featuresOf(subject), groups);
  const measure = metric === 'loss' ? undefined : metricWithSide(where, metric, loss);
  const { x, shape, rows } = subject;
  // A copy, whose columns are shuffled in place.
  const dataset = isA(inputs, Table)
    ? readDataset(subject.session, loss, inputs, targets)
    : readDataset(subject.session, loss, { data: x, shape: [rows, ...shape] }, targets);
  const { base, raw } = await worsenings({
    subject,
    loss,
    measure,
    dataset,
    players,
    nRepeats,
    permutation: (repeat) => draw(rows, repeat, seed),
    signal: rest.signal,
  });
  const result: Plain<PermutationImportance> = {
    method: where,
    features: players.map(({ name }) => name),
    mean: raw.map(meanOf),
    std: raw.map(deviationOf),
    stdError: raw.map((repeats) => estimate(repeats, LEAST_DRAWS.repeats).stdError),
    raw,
    metric: measure?.name ?? 'loss',
    ...unitOf(subject, loss, measure),
    base,
    nRepeats,
    seed,
    rows,
    cost: subject.passes.cost,
    warnings: [
      ...subject.warnings,
      ...(raw.flat().every(Number.isFinite)
        ? []
        : [`${measure?.name ?? 'loss'} is not defined for some permutations`]),
      ...openErrors(nRepeats, LEAST_DRAWS.repeats, 'repeat', 'nRepeats'),
    ],
  };
  return withPicture(result, bar);
}

/** Metrics in the units of what they compare. */
const IN_UNITS = ['mae', 'rmse'];

function unitOf({ session }: Subject, loss: Loss, measure: Metric | undefined): { readonly unit?: string } {
  const { unit } = new ResponseScale(session, loss);
  return unit !== undefined && measure !== undefined && IN_UNITS.includes(measure.name) ? { unit } : {};
}

function lossFor(where: string, { session }: Subject, given: PermutationImportanceOptions['loss']): Loss {
  const loss = given === undefined ? session.loss : lossOf(given);
  if (loss !== undefined) return loss;
  throw new OptionError(`${where}: the model was not trained yet, so the loss must be given`, {
    hint: "permutationImportance(model, x, y, { loss: 'mse' })",
  });
}

function metricWithSide(where: string, choice: MetricChoice, { task }: Loss): Metric {
  const metric = metricOf(choice, task);
  if (metric.better !== undefined) return metric;
  throw new OptionError(`${where}: the metric "${metric.name}" does not say which way is better`, {
    hint: "{ name, of, better: 'higher' }",
  });
}

function meanOf(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

function deviationOf(values: readonly number[]): number {
  const mean = meanOf(values);
  return Math.sqrt(meanOf(values.map((value) => (value - mean) ** 2)));
}
