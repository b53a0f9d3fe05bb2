import { readGiven } from '../base/check.ts';
import { OptionError, ShapeError } from '../base/errors.ts';
import { didYouMean } from '../base/options.ts';
import { scoresOf } from './forward.ts';
import type { Explained, Subject } from './subject.ts';

/**
 * What a row is compared with: `'zeros'`, `'mean'` of the background, one row for all, or a row for each that is
 * explained. Rows may be given as the explained ones are, and one row of a single axis as a plain list.
 */
export type Baselines = 'zeros' | 'mean' | Explained;

/** Where attributions start from. */
export interface BaselineOptions {
  /** What a row is compared with. Default `'zeros'`. */
  readonly baselines?: Baselines;
  /** Rows for `baselines: 'mean'`, such as those of the training set. */
  readonly background?: Explained;
}

/** Names of {@link BaselineOptions}, for checks. */
export const BASELINE_OPTIONS = ['baselines', 'background'] as const;

/** Baselines as numbers: one row, or one for each that is explained. */
export interface BaselineRows {
  readonly data: Float32Array;
  /** Whether one row serves all. */
  readonly shared: boolean;
  /** As options say it: a name, or how many rows were given. */
  readonly about: 'zeros' | 'mean' | number;
}

/**
 * The baselines that are meant.
 *
 * @throws {OptionError} for a name that does not exist, and `'mean'` without a background or the other way around.
 * @throws {ShapeError | DataError} for rows that the model cannot take, or another number of them.
 */
export function readBaselines(
  where: string,
  subject: Subject,
  { baselines = 'zeros', background }: BaselineOptions,
): BaselineRows {
  const { width, rows } = subject;
  if (typeof baselines === 'string') checkName(where, baselines);
  if (baselines !== 'mean' && background !== undefined) {
    throw new OptionError(`${where}: background is for baselines: 'mean'`, {
      hint: "say baselines: 'mean' too, or leave background out",
    });
  }
  if (baselines === 'zeros') return { data: new Float32Array(width), shared: true, about: 'zeros' };
  if (baselines === 'mean')
    return { data: meanOf(readBackground(where, subject, background), width), shared: true, about: 'mean' };
  const data = subject.read(`${where}: baselines`, asRows(baselines, subject));
  const count = data.length / width;
  if (count !== 1 && count !== rows) {
    throw new ShapeError(`${where}: ${count} baselines for ${rows} rows`, {
      hint: 'give one, or one for each row; many for each row are a background, which shap and gradientShap take',
    });
  }
  return { data, shared: count === 1, about: count };
}

/**
 * Rows that stand for what the model usually sees, behind each other.
 *
 * @throws {OptionError} when there are none.
 * @throws {ShapeError | DataError} for rows that the model cannot take.
 */
export function readBackground(
  where: string,
  subject: Subject,
  background: Explained | undefined,
): Float32Array {
  if (background !== undefined) return subject.read(`${where}: background`, asRows(background, subject));
  throw new OptionError(`${where}: background is missing`, {
    hint: 'give rows that the model usually sees, such as a hundred of the training set',
  });
}

/** What the model says of the baseline of each row, `[rows, outputs]`. */
export async function baseScoresOf(subject: Subject, { data, shared }: BaselineRows): Promise<Float32Array> {
  const scores = await scoresOf(subject, data, () => 0);
  if (!shared) return scores;
  const { rows, outputs } = subject;
  return Float32Array.from({ length: rows * outputs }, (_, i) => scores[i % outputs]!);
}

/** A row for each that is explained: shared ones are repeated. */
export function spread({ data, shared }: BaselineRows, subject: Subject): Float32Array {
  const all = new Float32Array(subject.rows * subject.width);
  if (!shared) all.set(data);
  else for (let row = 0; row < subject.rows; row++) all.set(data, row * subject.width);
  return all;
}

function checkName(where: string, name: string): void {
  if (name === 'zeros' || name === 'mean') return;
  throw new OptionError(`${where}: there are no baselines "${name}"`, {
    known: 'zeros, mean, one row, a row for each',
    hint: didYouMean(name, ['zeros', 'mean']),
  });
}

/** A flat list of numbers is one row. */
function asRows(given: Explained, { shape, width }: Subject): Explained {
  const flat = readGiven(
    'baselines',
    () => ArrayBuffer.isView(given) || (Array.isArray(given) && typeof given[0] === 'number'),
  );
  if (!flat || (given as ArrayLike<number>).length !== width) return given;
  return { data: given as readonly number[], shape: [1, ...shape] };
}

/** The mean of each input, added up in float64. */
function meanOf(rows: Float32Array, width: number): Float32Array {
  const sums = new Float64Array(width);
  for (let i = 0; i < rows.length; i++) sums[i % width]! += rows[i]!;
  return Float32Array.from(sums, (sum) => (sum * width) / rows.length);
}
