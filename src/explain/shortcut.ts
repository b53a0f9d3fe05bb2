import { OptionError } from '../base/errors.ts';
import { Random } from '../base/random.ts';
import { checkNumber } from '../base/ranges.ts';
import { sizeOf } from '../base/shape.ts';
import type { Data } from '../data/matrix.ts';
import { fed } from '../ir/tensor.ts';
import { type BarOptions, bar } from '../plot/bar.ts';
import type { Model } from '../train/model.ts';
import type { Cost } from './explanation.ts';
import { featureAt } from './feature.ts';
import { ROWS } from './forward.ts';
import { hitsOf, type Labelled, type LossChoice, targetsOf } from './labelled.ts';
import { type ExplainOptions, MOST_DRAWS, readOptions } from './options.ts';
import { type Estimate, estimate, LEAST_DRAWS, openErrors } from './spread.ts';
import { type Explained, Subject } from './subject.ts';
import { type Pictured, type Plain, withPicture } from './with-picture.ts';

/** Options of {@link shortcut}. */
export interface ShortcutOptions extends Pick<ExplainOptions, 'featureNames' | 'signal' | 'onProgress'> {
  /** Default: the loss of the last training, which must be one of classes. */
  readonly loss?: LossChoice;
  /** How often the input is permuted in each way. Default 10. */
  readonly repeats?: number;
  /** Seed of the permutations. Default 0. */
  readonly seed?: number;
}

/** What the accuracy owes to an input, and what of that to the class that the input gives away. */
export interface Shortcut extends Pictured<BarOptions> {
  readonly method: 'shortcut';
  readonly feature: string;
  /** Share of the rows that are classified rightly. */
  readonly accuracy: number;
  /**
   * The same when each row gets the input of another row of its class: what the input says of the class is left. Standard
   * errors have `repeats - 1` degrees of freedom; of fewer than 5 repeats they are NaN.
   */
  readonly within: Estimate;
  /** The same when each row gets the input of any other row: nothing is left. */
  readonly across: Estimate;
  /** `within - across`: the part of the accuracy that rests on nothing but what the input says of the class. */
  readonly shortcut: number;
  /** `accuracy - within`: the part that rests on what the input says of the row itself, together with other inputs. */
  readonly detail: number;
  readonly repeats: number;
  readonly cost: Cost;
  readonly warnings: readonly string[];
}

/**
 * Whether a model leans on an input because it gives the class away: the accuracy when the input is permuted within each
 * class, beside that when it is permuted across all rows (conditional and marginal permutation; Strobl et al., 2008).
 *
 * | name      | shape                                                                    |
 * | --------- | ------------------------------------------------------------------------ |
 * | `x`       | `[n, …input]`, a table, or rows by name                                  |
 * | `y`       | labels `[n]`, one-hot `[n, classes]`, or `[n, 1]` of 0 and 1; of a table undefined |
 * | `feature` | its position, its name, or an original column, whose numbers go together |
 *
 * A large `shortcut` with a small `detail` is what a shortcut looks like: the label leaked into the input, or the input is
 * all that the model learned. Whether it is one, the data cannot say: an honest single cause looks the same. Cost:
 * `(2 · repeats + 1) · n` rows forward.
 *
 * @throws {OptionError} when there is no such input, or the loss is none of classes.
 * @throws {ShapeError | DataError} for rows or targets that the model cannot take.
 * @example
 * const { shortcut: share, accuracy } = await shortcut(model, x, y, 'hospital');
 */
export async function shortcut(
  model: Model,
  x: Explained,
  y: Data | undefined,
  feature: number | string,
  given: ShortcutOptions = {},
): Promise<Shortcut> {
  const known = ['featureNames', 'signal', 'onProgress', 'loss', 'repeats', 'seed'];
  const { loss, repeats = 10, seed = 0, ...rest } = readOptions('shortcut', given, known);
  checkNumber('shortcut', 'repeats', repeats, { least: 1, most: MOST_DRAWS, whole: true });
  checkNumber('shortcut', 'seed', seed, { whole: true });
  const subject = new Subject('shortcut', model, x, rest);
  const labelled = targetsOf('shortcut', subject, x, y, loss);
  if (labelled === undefined)
    throw new OptionError('shortcut: y is missing', { hint: 'only a table brings its target' });
  if (labelled.loss.task === 'values') {
    throw new OptionError(`shortcut: the loss ${labelled.loss.name} is none of classes`, {
      hint: 'permutationImportance tells what a model of values owes to an input',
    });
  }
  const positions = featureAt('shortcut', subject, feature);
  const { rows } = subject;
  const classes = rowsByClass(labelled);
  const everybody = [Array.from({ length: rows }, (_, row) => row)];
  const sources: Int32Array[] = [Int32Array.from(everybody[0]!)];
  for (const [kind, groups] of Object.entries({ within: classes, across: everybody }))
    for (let repeat = 0; repeat < repeats; repeat++)
      sources.push(permuted(groups, rows, Random.of(seed, `shortcut ${kind} ${repeat}`)));
  const accuracies = await accuraciesOf(subject, labelled, positions, sources);
  const [accuracy, ...permutations] = accuracies;
  const within = estimate(permutations.slice(0, repeats), LEAST_DRAWS.repeats);
  const across = estimate(permutations.slice(repeats), LEAST_DRAWS.repeats);
  const result: Plain<Shortcut> = {
    method: 'shortcut',
    feature: typeof feature === 'number' ? subject.featureNames[feature]! : feature,
    accuracy: accuracy!,
    within,
    across,
    shortcut: within.mean - across.mean,
    detail: accuracy! - within.mean,
    repeats,
    cost: subject.passes.cost,
    warnings: openErrors(repeats, LEAST_DRAWS.repeats, 'repeat', 'repeats'),
  };
  return withPicture(result, bar);
}

/** Rows with the same target. */
function rowsByClass({ data: { y, rows } }: Labelled): number[][] {
  const size = sizeOf(y.shape.slice(1));
  const groups = new Map<string, number[]>();
  for (let row = 0; row < rows; row++) {
    const key = y.data.subarray(row * size, (row + 1) * size).join(' ');
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return [...groups.values()];
}

/** For each row the row of its group that it gets the input from. */
function permuted(groups: readonly (readonly number[])[], rows: number, random: Random): Int32Array {
  const from = new Int32Array(rows);
  for (const group of groups) {
    const order = random.permutation(group.length);
    group.forEach((row, i) => {
      from[row] = group[order[i]!]!;
    });
  }
  return from;
}

let calls = 0;

/** The accuracy when the input of each row comes from another one, for each list of such. */
async function accuraciesOf(
  subject: Subject,
  labelled: Labelled,
  positions: readonly number[],
  sources: readonly Int32Array[],
): Promise<number[]> {
  const { x, rows, width, outputs, shape, session, passes } = subject;
  const [right, counted] = [new Float64Array(sources.length), new Float64Array(sources.length)];
  const key = `shortcut ${calls++} `;
  try {
    await passes.run({
      key,
      rows: rows * sources.length,
      width,
      trace: (batch) => {
        const [output] = session.network.trace([fed(ROWS, [batch, ...shape])], false).outputs;
        return { prediction: labelled.loss.prediction(output!) };
      },
      feed(from, count) {
        const made = new Float32Array(count * width);
        for (let i = 0; i < count; i++) {
          const row = (from + i) % rows;
          const source = sources[Math.floor((from + i) / rows)]![row]!;
          made.set(x.subarray(row * width, (row + 1) * width), i * width);
          for (const j of positions) made[i * width + j] = x[source * width + j]!;
        }
        return { [ROWS]: made };
      },
      take({ prediction }, from, count) {
        for (let i = 0; i < count; i++) {
          const at = Math.floor((from + i) / rows);
          const hits = hitsOf(prediction!, i * outputs, labelled, (from + i) % rows, outputs);
          right[at]! += hits.right;
          counted[at]! += hits.counted;
        }
      },
    });
  } finally {
    session.engine.forget(`explain ${key}`);
  }
  return Array.from(right, (hits, i) => hits / counted[i]!);
}
