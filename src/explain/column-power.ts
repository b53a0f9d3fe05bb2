import { descending } from '../base/order.ts';
import type { Frame } from './frame.ts';
import { rankCorrelation, ranks } from './rank-correlation.ts';

/** How well a single column tells the target. */
export interface ColumnPower {
  readonly column: string;
  /**
   * `'auc'`: area under the ROC curve of the column as a score for one class against the rest, in either direction and of
   * the class that it tells best. `'accuracy'`: share of the test rows that are of the most frequent class among the
   * training rows with the same cell. `'correlation'`: size of the rank correlation with a target of values.
   */
  readonly measure: 'auc' | 'accuracy' | 'correlation';
  readonly score: number;
}

/** A class needs so many rows for its AUC to be more than luck. */
const LEAST_ROWS = 5;
/** Numbers of at most so many values are looked up like words, too. */
const MOST_VALUES = 50;

/** How well each column tells the target, the best first; nothing without a target. */
export function columnPowers(frame: Frame): ColumnPower[] {
  const { columns, train, kind } = frame;
  if (kind === undefined || train.target === undefined) return [];
  const powers = columns.flatMap((column, j): ColumnPower[] => {
    const found = kind === 'values' ? ofValues(frame, j) : ofClasses(frame, j);
    return found === undefined || Number.isNaN(found.score) ? [] : [{ column, ...found }];
  });
  return powers.sort((a, b) => descending(a.score, b.score));
}

type Power = Omit<ColumnPower, 'column'>;

function columnOf({ columns, train }: Frame, j: number): Float64Array {
  // Being missing may tell the target: it ranks below every number.
  return Float64Array.from({ length: train.rows }, (_, i) => {
    const value = train.data[i * columns.length + j]!;
    return Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value;
  });
}

function ofValues(frame: Frame, j: number): Power | undefined {
  if (frame.isText[j]) return undefined;
  const column = columnOf(frame, j);
  const known = [...column.keys()].filter((i) => !Number.isNaN(frame.train.target![i]!));
  const target = known.map((i) => frame.train.target![i]!);
  const score = Math.abs(
    rankCorrelation(
      known.map((i) => column[i]!),
      target,
    ),
  );
  return { measure: 'correlation', score };
}

function ofClasses(frame: Frame, j: number): Power | undefined {
  const column = columnOf(frame, j);
  const looked = frame.isText[j] || new Set(column).size <= MOST_VALUES ? lookedUp(frame, j) : undefined;
  if (frame.isText[j]) return looked;
  const score = bestAuc(column, frame.train.target!);
  if (Number.isNaN(score)) return looked;
  return looked !== undefined && looked.score > score ? looked : { measure: 'auc', score };
}

/** Rank sums (Mann and Whitney, 1947): the AUC of each class against the rest. */
function bestAuc(column: Float64Array, target: Float64Array): number {
  const rank = ranks(column);
  const sums = new Map<number, { rows: number; ranks: number }>();
  target.forEach((label, i) => {
    const sum = sums.get(label) ?? { rows: 0, ranks: 0 };
    sums.set(label, { rows: sum.rows + 1, ranks: sum.ranks + rank[i]! });
  });
  let best = Number.NaN;
  for (const { rows, ranks: sum } of sums.values()) {
    const rest = target.length - rows;
    if (rows < LEAST_ROWS || rest < LEAST_ROWS) continue;
    const auc = (sum - (rows * (rows + 1)) / 2) / (rows * rest);
    const either = Math.max(auc, 1 - auc);
    if (!(best >= either)) best = either;
  }
  return best;
}

/** The accuracy on the test rows of a table of the training rows: cell to most frequent class. */
function lookedUp(frame: Frame, j: number): Power | undefined {
  const { train, test, columns } = frame;
  if (test.target === undefined) return undefined;
  const at = (data: ArrayLike<number>, row: number): number => data[row * columns.length + j]!;
  const counts = new Map<number, Map<number, number>>();
  const all = new Map<number, number>();
  for (let i = 0; i < train.rows; i++) {
    const [cell, label] = [at(train.data, i), train.target![i]!];
    const own = counts.get(cell) ?? new Map<number, number>();
    counts.set(cell, own);
    own.set(label, (own.get(label) ?? 0) + 1);
    all.set(label, (all.get(label) ?? 0) + 1);
  }
  const usual = mostFrequent(all);
  const guesses = new Map([...counts].map(([cell, own]) => [cell, mostFrequent(own)]));
  let [right, plain] = [0, 0];
  for (let i = 0; i < test.rows; i++) {
    const label = test.target[i]!;
    if ((guesses.get(at(test.data, i)) ?? usual) === label) right++;
    if (usual === label) plain++;
  }
  // No better than guessing one class for all is no power, however frequent that class is.
  return right > plain ? { measure: 'accuracy', score: right / test.rows } : undefined;
}

function mostFrequent(counts: ReadonlyMap<number, number>): number {
  return [...counts].reduce((a, b) => (b[1] > a[1] ? b : a))[0];
}
