import { DataError } from '../base/errors.ts';
import { choose } from '../base/options.ts';
import { checkNumber } from '../base/ranges.ts';
import { changes } from '../plot/changes.ts';
import type { Model } from '../train/model.ts';
import { type Change, changedRow } from './changed-row.ts';
import { classesOf, classNumber, ranked } from './classes.ts';
import { search } from './counterfactual-search.ts';
import { type Allowed, spaceOf } from './counterfactual-space.ts';
import type { Cost } from './explanation.ts';
import type { Known } from './features.ts';
import { scoresOf } from './forward.ts';
import { neighbours } from './neighbours.ts';
import { type ExplainOptions, MOST_DRAWS, readOptions, type Target } from './options.ts';
import { type Explained, Subject } from './subject.ts';
import { type Pictured, type Plain, withPicture } from './with-picture.ts';

/** Options of {@link counterfactual}. */
export interface CounterfactualOptions
  extends Pick<ExplainOptions, 'featureNames' | 'signal' | 'onProgress'> {
  /** The class that is wanted, by number or name. Default: the one that comes second. */
  readonly target?: Target;
  /** Columns that stay as they are, by name or position. */
  readonly immutable?: readonly (string | number)[];
  /** For a numeric column its least and greatest value, for a categorical one the categories that will do. */
  readonly ranges?: Allowed;
  /**
   * Rows that show what is usual: how much columns vary, and how far they go. Without them, one unit of the number that
   * goes into the model counts as 1, and there are no limits.
   */
  readonly data?: Explained;
  /**
   * Columns of numbers that are whole, by name or position; `false` for none. They move in whole steps. Default: those
   * whose values in `data` are all whole, else those that were whole in the rows of training (`columns`), if the row's
   * is, too. Of a column of 0 and 1, or of booleans, training's rows say that it takes no other value.
   */
  readonly whole?: readonly (string | number)[] | false;
  /** What is short: few and small changes (`'l1'`), or the straight line (`'l2'`). Default `'l1'`. */
  readonly distance?: 'l1' | 'l2';
  /** By how much the logit of the class is to win. Default 0.001. */
  readonly margin?: number;
  /** Steps from each place at most. Default 100. */
  readonly maxIterations?: number;
  /** Decides where the search begins, beside the row itself. Default 0. */
  readonly seed?: number;
}

/** What {@link counterfactual} found; plain data. */
export interface Counterfactual extends Pictured {
  readonly method: 'counterfactual';
  /** Whether the model gives the changed row the class. If not, it is the nearest that came of the search. */
  readonly valid: boolean;
  /** The classes of the row, and of the changed row if it is valid. */
  readonly from: string;
  readonly target: string;
  /** What has to be another, as the user knows it, the largest change first. */
  readonly changed: readonly Change[];
  /** The whole changed row by column. */
  readonly row: Readonly<Record<string, Known | boolean | undefined>>;
  /** The numbers of it that go into the model. */
  readonly input: readonly number[];
  /** How far it is from the row: changes in units of the column's spread, 1 for another category. */
  readonly distance: number;
  /** By how much the best other class beats the wanted one: below 0 where it is valid. */
  readonly margin: number;
  readonly iterations: number;
  /** Places at which the search began. */
  readonly candidates: number;
  readonly cost: Cost;
  readonly warnings: readonly string[];
}

const OPTIONS = [
  'featureNames',
  'signal',
  'onProgress',
  'target',
  'immutable',
  'ranges',
  'data',
  'whole',
  'distance',
  'margin',
  'maxIterations',
  'seed',
];
const DISTANCES: Readonly<Record<'l1' | 'l2', true>> = { l1: true, l2: true };
/**
 * The least change of a row that makes the model say another class (Wachter, Mittelstadt and Russell, 2017).
 *
 *     min Σ_j |x'_j - x_j| / MAD_j   where   max_{k ≠ t} f_k(x') - f_t(x') <= -margin
 *
 * which is what Wachter's `distance + λ · relu(margin)` comes to for a large λ. MAD is the median distance of a
 * column from its median in `data`; another category costs 1. It is solved by successive linearisation, from the row and
 * from other places, for every combination of categories or the several hundred that change least. Of a linear model the
 * result is exact (with `'l2'` the projection on the boundary); else there may be a shorter one, but what is given was
 * checked: the model says `target` of it. Columns of whole numbers change in whole steps (`whole` says which): what was
 * found is rounded both ways and repaired by further steps, and `distance` and `margin` are those of the rounded row.
 *
 * | name     | shape                                                      |
 * | -------- | ---------------------------------------------------------- |
 * | `inputs` | one row: `[1, …input]`, a table of one row, or one by name |
 * | `input`  | `[width]`                                                  |
 *
 * It says what the model would take another way, not what would change in the world. Units: `distance` in spreads of
 * columns. Cost: one pass forward and backward for each candidate and iteration; with `data`, one forward a row of it.
 *
 * @throws {OptionError} for unknown options, columns and classes, and a model that gives values.
 * @throws {ShapeError | DataError} for rows that the model cannot take, and more than one.
 * @example
 * const { changed } = await counterfactual(model, row, { data: train, target: 'no', immutable: ['age'] });
 * changed; // [{ feature: 'visits', from: 2, to: 6 }, { feature: 'plan', from: 'basic', to: 'gold' }]
 */
export async function counterfactual(
  model: Model,
  inputs: Explained,
  options: CounterfactualOptions = {},
): Promise<Counterfactual> {
  const where = 'counterfactual';
  const own = readOptions(where, options, OPTIONS);
  const {
    target,
    immutable = [],
    ranges = {},
    data,
    whole,
    distance = 'l1',
    margin = 1e-3,
    maxIterations = 100,
    seed = 0,
    ...rest
  } = own;
  choose(`${where}: distance`, distance, DISTANCES);
  checkNumber(where, 'margin', margin, { above: 0 });
  checkNumber(where, 'maxIterations', maxIterations, { least: 1, most: MOST_DRAWS, whole: true });
  checkNumber(where, 'seed', seed, { whole: true });
  const subject = new Subject(where, model, inputs, rest);
  if (subject.rows !== 1) throw new DataError(`${where}: wanted one row, came ${subject.rows}`);
  const usual = data === undefined ? undefined : new Subject(`${where}: data`, model, data, rest);
  const space = spaceOf(where, subject, usual, { immutable, ranges, whole });
  const classes = classesOf(where, subject);
  const order = ranked(await scoresOf(subject, subject.x, () => 0));
  const wanted = target === undefined ? order[1]! : classNumber(where, target, classes);
  const starts = usual === undefined ? [] : await neighbours(subject, space, usual, wanted);
  const found = await search({
    ...{ subject, space, wanted, margin, distance, maxIterations, seed, starts },
    still: false,
  });
  const { row, changed, input } = changedRow(subject, space, found.numbers, found.categories);
  const result: Plain<Counterfactual> = {
    method: where,
    valid: found.valid,
    from: classes[order[0]!]!,
    target: classes[wanted]!,
    changed,
    row,
    input,
    distance: found.distance,
    margin: found.margin,
    iterations: found.iterations,
    candidates: found.candidates,
    cost: subject.passes.cost,
    warnings: [
      ...subject.warnings,
      ...(order[0] === wanted ? [`the model says ${classes[wanted]} of the row as it is`] : []),
      ...(found.valid ? [] : [`nothing was found of which the model says ${classes[wanted]}`]),
      ...(found.all
        ? []
        : ['there are too many combinations of categories: those that change most were not tried']),
    ],
  };
  return withPicture(result, changes);
}
