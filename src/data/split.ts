import { readGiven } from '../base/check.ts';
import { describe } from '../base/describe.ts';
import { DataError, OptionError } from '../base/errors.ts';
import { Random } from '../base/random.ts';
import { apportion } from './apportion.ts';
import { checkCount, ownOptions } from './arguments.ts';

/** How rows are divided. */
export interface SplitOptions {
  /** Share of the rows held out for validation, in [0, 1). Default 0. */
  readonly validation?: number;
  /** Share of the rows held out for the test, in [0, 1). Default 0. */
  readonly test?: number;
  /** Seed of the shuffle. Default 0. */
  readonly seed?: number;
}

/** Row numbers of the parts, each row in exactly one, in shuffled order. */
export interface SplitIndices {
  readonly train: Int32Array;
  readonly validation: Int32Array;
  readonly test: Int32Array;
}

/** Values of rows that are alike when they are the same; null and NaN are a value of their own. */
export type Labels = ArrayLike<number | string | boolean | null>;

/**
 * Divides the rows 0 to n - 1 into training, validation and test at random. A part has `round(fraction * n)` rows and
 * training the rest. With `labels`, every part gets the floor or the ceiling of its share of each label, and every
 * label keeps at least one row in training; where many labels have only a row or two, the held-out parts give these up
 * and become smaller.
 *
 * @throws {DataError} when a part that was asked for would be empty, or labels do not match the rows.
 * @throws {OptionError} for fractions outside [0, 1) or with a sum of 1 or more, or a seed that is no whole number.
 *
 * @example
 * const { train, validation } = splitIndices(150, { validation: 0.2, seed: 1 }); // 120 and 30 rows
 */
export function splitIndices(n: number, options: SplitOptions = {}, labels?: Labels): SplitIndices {
  const own = ownOptions('split', options, ['validation', 'test', 'seed']);
  const { validation = 0, test = 0, seed = 0 } = own;
  checkFraction('validation', validation);
  checkFraction('test', test);
  checkCount('split: seed', seed, 0);
  if (validation + test >= 1) {
    throw new OptionError(`split: validation ${validation} and test ${test} leave nothing to train on`, {
      wanted: 'a sum below 1',
    });
  }
  if (!Number.isSafeInteger(n) || n < 0 || n >= 2 ** 31)
    throw new OptionError(`split: the number of rows is ${describe(n)}`);
  const sizes = [Math.round(n * validation), Math.round(n * test)] as const;
  const totals = [n - sizes[0] - sizes[1], ...sizes];
  checkParts(totals, n, { validation, test });
  const order = Random.of(seed, 'split').permutation(n);
  if (labels === undefined) return deal(order, new Int32Array(n), [totals]);
  const { ids, counts } = readGiven('split: labels', () => classesOf(labels, n), DataError);
  const quotas = apportion(counts, totals);
  keepOneInTraining(quotas, counts, totals);
  const kept = totals.map((_, part) => quotas.reduce((sum, quota) => sum + quota[part]!, 0));
  checkParts(kept, n, { validation, test }, counts.length);
  return deal(order, ids, quotas);
}

/** Walks the shuffled rows and gives each to the first part that its class still owes: held-out parts, then training. */
function deal(order: Int32Array, ids: Int32Array, quotas: readonly (readonly number[])[]): SplitIndices {
  const parts: [number[], number[], number[]] = [[], [], []];
  const left = quotas.map((quota) => [...quota]);
  for (const row of order) {
    const quota = left[ids[row]!]!;
    const part = quota[2]! > 0 ? 2 : quota[1]! > 0 ? 1 : 0;
    quota[part]!--;
    parts[part].push(row);
  }
  const [train, validation, test] = parts.map((rows) => Int32Array.from(rows)) as [
    Int32Array,
    Int32Array,
    Int32Array,
  ];
  return { train, validation, test };
}

/**
 * Moves a row into training for each class that has none there. A class whose share was rounded in favour of training
 * takes its place in the held-out part when there is one, so that the sizes of the parts stay.
 */
function keepOneInTraining(quotas: number[][], counts: readonly number[], totals: readonly number[]): void {
  const n = totals.reduce((sum, size) => sum + size, 0);
  const ideal = (c: number, part: number) => (counts[c]! * totals[part]!) / n;
  // Each donor is passed at most once for each part, so the search is linear in all.
  const next = [0, 0, 0];
  for (const quota of quotas) {
    if (quota[0]! > 0) continue;
    const part = quota[1]! >= quota[2]! ? 1 : 2;
    quota[part]!--;
    quota[0]!++;
    for (; next[part]! < quotas.length; next[part]!++) {
      const c = next[part]!;
      const donor = quotas[c]!;
      if (donor[0]! > Math.max(1, ideal(c, 0)) && donor[part]! < ideal(c, part)) {
        donor[0]!--;
        donor[part]!++;
        break;
      }
    }
  }
}

function classesOf(labels: Labels, n: number): { ids: Int32Array; counts: number[] } {
  if (typeof labels !== 'object' || labels === null)
    throw new DataError(`split: labels are ${describe(labels)}`, { wanted: 'a list' });
  if (labels.length !== n) throw new DataError(`split: ${describe(labels.length)} labels for ${n} rows`);
  const known = new Map<unknown, number>();
  const counts: number[] = [];
  const ids = new Int32Array(n);
  for (let i = 0; i < n; i++) {
    const label = labels[i];
    let id = known.get(label);
    if (id === undefined) {
      id = known.size;
      known.set(label, id);
      counts.push(0);
    }
    ids[i] = id;
    counts[id]!++;
  }
  return { ids, counts };
}

function checkFraction(name: string, value: unknown): void {
  if (typeof value === 'number' && value >= 0 && value < 1) return;
  throw new OptionError(`split: ${name} is ${describe(value)}`, { wanted: 'a share of the rows in [0, 1)' });
}

function checkParts(
  [train, validation, test]: readonly number[],
  n: number,
  wanted: { validation: number; test: number },
  classes?: number,
): void {
  const hint =
    classes === undefined ? undefined : `the rows have ${classes} different labels; is it the right column?`;
  const empty =
    train === 0
      ? 'train'
      : validation === 0 && wanted.validation > 0
        ? 'validation'
        : test === 0 && wanted.test > 0
          ? 'test'
          : undefined;
  if (empty === undefined) return;
  throw new DataError(`split: ${empty} would have no row`, { rows: n, ...wanted, hint });
}
