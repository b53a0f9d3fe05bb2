import { checkText } from '../base/check.ts';
import { checkNumber } from '../base/ranges.ts';
import { type BarOptions, bar } from '../plot/bar.ts';
import { type ColumnPower, columnPowers } from './column-power.ts';
import { type Duplicate, exactDuplicates, nearDuplicates } from './duplicates.ts';
import { type Frame, readFrame, type Split } from './frame.ts';
import { type ExplainOptions, readOptions } from './options.ts';
import { type Pictured, type Plain, withPicture } from './with-picture.ts';

/** Options of {@link leakage}. */
export interface LeakageOptions extends Pick<ExplainOptions, 'signal' | 'onProgress'> {
  /** The column of the tables that is to be predicted. Default: none, and no column is tried on it. */
  readonly target?: string;
  /** Names of the columns of arrays. Default `x0`, `x1`, … */
  readonly featureNames?: readonly string[];
  /** Rows are nearly the same when no number differs by more than this share of its range. Default 0.001; 0 for none. */
  readonly tolerance?: number;
  /** A column predicts the target alone from this score on. Default 0.99. */
  readonly threshold?: number;
}

/** What is wrong with data before any model is trained. */
export interface Leakage extends Pictured<BarOptions> {
  readonly method: 'leakage';
  /** Rows of both splits. */
  readonly rows: { readonly train: number; readonly test: number };
  /** Test rows that are training rows, too; the target is not compared. */
  readonly duplicates: readonly Duplicate[];
  /** Test rows that nearly are. */
  readonly near: readonly Duplicate[];
  /** Columns with one value in all training rows. */
  readonly constant: readonly string[];
  /** How well each column tells the target, the best first. */
  readonly columns: readonly ColumnPower[];
  /** Those that tell it almost perfectly: likely the target itself under another name. */
  readonly predictors: readonly ColumnPower[];
  readonly warnings: readonly string[];
}

/**
 * Looks for what makes a test too good: rows that are in both splits, single columns that tell the target, and columns
 * that say nothing. No model is asked.
 *
 * | name            | shape                                            |
 * | --------------- | ------------------------------------------------ |
 * | `train`, `test` | two tables with the same columns, or `[x, y]` or `{ x, y }` of arrays `[n, …]` |
 *
 * Targets of text, one-hot rows and whole numbers of few kinds are classes, others values. Cost: a sort of each column, and
 * for each test row a comparison with the training rows that are near it in one column.
 *
 * @throws {OptionError | ShapeError | DataError} for splits that do not fit each other, and unknown options.
 * @example
 * const { duplicates, predictors, warnings } = await leakage(train, test, { target: 'churned' });
 */
export async function leakage(train: Split, test: Split, given: LeakageOptions = {}): Promise<Leakage> {
  const options = readOptions('leakage', given, KNOWN);
  const { target, featureNames, tolerance = 0.001, threshold = 0.99, signal, onProgress } = options;
  if (target !== undefined) checkText('leakage', 'target', target);
  checkNumber('leakage', 'tolerance', tolerance, { least: 0, below: 1 });
  checkNumber('leakage', 'threshold', threshold, { least: 0, most: 1 });
  const frame = readFrame('leakage', train, test, { target, featureNames });
  const duplicates = exactDuplicates(frame);
  const near = await nearDuplicates(frame, tolerance, duplicates, async (done) => {
    // Long lists must not keep the event loop.
    await new Promise((resolve) => setImmediate(resolve));
    if (signal?.aborted) throw signal.reason;
    onProgress?.(done);
  });
  const constant = constantColumns(frame);
  const columns = columnPowers(frame);
  const predictors = columns.filter(({ score }) => score >= threshold);
  const found = { duplicates, near, constant, columns, predictors };
  onProgress?.(1);
  const rows = { train: frame.train.rows, test: frame.test.rows };
  const result: Plain<Leakage> = {
    method: 'leakage',
    rows,
    ...found,
    warnings: warningsOf(found, rows.test),
  };
  return withPicture(result, bar);
}

const KNOWN = ['target', 'featureNames', 'tolerance', 'threshold', 'signal', 'onProgress'] as const;

function constantColumns({ columns, train: { rows, data } }: Frame): string[] {
  const width = columns.length;
  return columns.filter((_, j) => {
    for (let i = 1; i < rows; i++) if (!Object.is(data[i * width + j], data[j])) return false;
    return true;
  });
}

function warningsOf(
  {
    duplicates,
    near,
    constant,
    predictors,
  }: Pick<Leakage, 'duplicates' | 'near' | 'constant' | 'predictors'>,
  rows: number,
): string[] {
  const shown = (numbers: readonly string[]): string =>
    numbers.length <= 10
      ? numbers.join(', ')
      : `${numbers.slice(0, 10).join(', ')} and ${numbers.length - 10} more`;
  return [
    ...(duplicates.length > 0 ? [`${duplicates.length} of ${rows} test rows are training rows, too`] : []),
    ...(near.length > 0 ? [`${near.length} of ${rows} test rows are nearly training rows`] : []),
    ...predictors.map(
      ({ column, measure, score }) => `${column} alone tells the target: ${measure} ${score.toPrecision(4)}`,
    ),
    ...(constant.length > 0 ? [`the same in all training rows: ${shown(constant)}`] : []),
  ];
}
