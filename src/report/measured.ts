import { ascending, descending, indexOfLargest } from '../base/order.ts';
import type { Task } from '../data/index.ts';
import type { ConfusionMatrix } from '../train/metrics/index.ts';

/** How well a model does on some rows. */
export interface Measured {
  readonly rows: number;
  readonly task: Task;
  /** By name; those of a regression are in the units of the target. */
  readonly metrics: Readonly<Record<string, number>>;
  /** For classification, unless there are too many classes for a table. */
  readonly confusion: ConfusionMatrix | undefined;
  readonly baseline: Baseline;
}

/**
 * What is reached without any column: by the constant that does best on the same rows. So good at least a model must be.
 */
export type Baseline = ClassBaseline | ValueBaseline;

/** Always the class that most of the rows have. */
export interface ClassBaseline {
  readonly class: string;
  readonly accuracy: number;
}

/** Always the mean, which has the least squared error, and always the median, which has the least absolute one. */
export interface ValueBaseline {
  readonly mean: number;
  readonly rmse: number;
  readonly median: number;
  readonly mae: number;
}

/** What became of the rows of a class. NaN where nothing is divided by nothing. */
export interface ClassScores {
  readonly class: string;
  /** Rows that are of the class, and that are predicted as it. */
  readonly rows: number;
  readonly predicted: number;
  /** Of those that are predicted as it the share that are of it. */
  readonly precision: number;
  /** Of those that are of it the share that are predicted as it. */
  readonly recall: number;
  /** Harmonic mean of both. */
  readonly f1: number;
}

/** Rows of one class that are taken for another. */
export interface Confused {
  readonly actual: string;
  readonly predicted: string;
  readonly rows: number;
}

/** The constant class. @param labels the true class of each row. */
export function classBaseline(labels: ArrayLike<number>, classes: readonly string[]): ClassBaseline {
  const counts = new Float64Array(classes.length);
  for (let i = 0; i < labels.length; i++) counts[labels[i]!]!++;
  const most = indexOfLargest(counts);
  return { class: classes[most]!, accuracy: counts[most]! / labels.length };
}

/** The constant values. @param values the true value of each row. */
export function valueBaseline(values: ArrayLike<number>): ValueBaseline {
  const sorted = Float64Array.from(values).sort();
  const n = sorted.length;
  const meanOf = (of: (value: number) => number) => sorted.reduce((sum, value) => sum + of(value) / n, 0);
  const mean = meanOf((value) => value);
  const median = (sorted[(n - 1) >> 1]! + sorted[n >> 1]!) / 2;
  return {
    mean,
    rmse: Math.sqrt(meanOf((value) => (value - mean) ** 2)),
    median,
    mae: meanOf((value) => Math.abs(value - median)),
  };
}

/** The classes, those with the least F1 first, and of equal ones those with most rows. */
export function classScores({ counts, classes }: ConfusionMatrix): ClassScores[] {
  const predicted = classes.map((_, label) => counts.reduce((sum, row) => sum + row[label]!, 0));
  const scores = classes.map((name, label) => {
    const rows = counts[label]!.reduce((sum, count) => sum + count, 0);
    const hits = counts[label]![label]!;
    const all = predicted[label]!;
    const f1 = (2 * hits) / (rows + all);
    return { class: name, rows, predicted: all, precision: hits / all, recall: hits / rows, f1 };
  });
  // A class that does not occur has no F1, and stands at the end.
  const rank = ({ f1 }: ClassScores) => (Number.isNaN(f1) ? 2 : f1);
  return scores.sort((a, b) => ascending(rank(a), rank(b)) || descending(a.rows, b.rows));
}

/** Pairs of classes that are confused most, by rows. */
export function confusions({ counts, classes }: ConfusionMatrix): Confused[] {
  return counts
    .flatMap((row, actual) =>
      row.map((rows, predicted) => ({ actual: classes[actual]!, predicted: classes[predicted]!, rows })),
    )
    .filter(({ actual, predicted, rows }) => rows > 0 && actual !== predicted)
    .sort((a, b) => descending(a.rows, b.rows));
}
