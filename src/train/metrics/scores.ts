import { ShapeError } from '../../base/errors.ts';
import { showShape } from '../../base/shape.ts';
import { actualClasses, checkRows } from './labels.ts';
import { type Input, type Numeric, read } from './values.ts';
import { readWeights } from './weights.ts';

/** Scores of the classes and the true class, row by row. */
export interface Scored {
  /** `[n, columns]`; one column holds the score of class 1. */
  readonly scores: Numeric;
  readonly columns: number;
  /** Classes from 0, `[n]`. */
  readonly actual: Int32Array;
  readonly weights: Numeric | undefined;
}

/** Scores of yes and no, one number a row. */
export interface BinaryScores {
  readonly scores: Numeric;
  readonly positive: (row: number) => boolean;
  readonly weights: Numeric | undefined;
}

/**
 * Reads predictions as scores.
 *
 * | predictions                   | targets                          |
 * | ----------------------------- | -------------------------------- |
 * | `[n]` scores of class 1       | `[n]` of 0 and 1                 |
 * | `[n, 1]` scores of class 1    | `[n, 1]` of 0 and 1              |
 * | `[n, k]` scores of each class | `[n]` labels or `[n, k]` one-hot |
 *
 * @param least The fewest columns that will do.
 * @throws {ShapeError} for any other pair: nothing is broadcast.
 * @throws {DataError} for a label that is not a whole number below the number of classes.
 */
export function readScores(
  what: string,
  predictions: Input,
  targets: Input,
  weights: Input | undefined,
  least: 1 | 2 = 1,
): Scored {
  const outputs = read(`${what}: predictions`, predictions);
  const wanted = read(`${what}: targets`, targets);
  checkRows(what, outputs.shape, wanted.shape);
  const columns = outputs.shape[1] ?? 1;
  if (columns < least) {
    throw new ShapeError(`${what}: wanted a column for each class`, {
      predictions: showShape(outputs.shape),
    });
  }
  return {
    scores: outputs.data,
    columns,
    actual: actualClasses(what, wanted, columns),
    weights: readWeights(what, weights, wanted.shape[0]!),
  };
}

/** The scores as questions of yes and no: class 1 for one or two columns, else each class against the rest. */
export function binaryScores({ scores, columns, actual, weights }: Scored): BinaryScores[] {
  const positives = columns <= 2 ? [1] : Array.from({ length: columns }, (_, label) => label);
  return positives.map((label) => ({
    scores: columns === 1 ? scores : columnOf(scores, columns, label),
    positive: (row) => actual[row] === label,
    weights,
  }));
}

/** Mean of the numbers that are defined; NaN when none is. */
export function meanDefined(values: readonly number[]): number {
  const defined = values.filter((value) => !Number.isNaN(value));
  return defined.reduce((sum, value) => sum + value, 0) / defined.length;
}

/** Whether some number is NaN. */
export function hasNaN(values: Numeric): boolean {
  return values.some((value: number) => Number.isNaN(value));
}

function columnOf(scores: Numeric, columns: number, column: number): Numeric {
  const length = scores.length / columns;
  // float32 stays float32: it is ranked faster.
  const out = scores instanceof Float32Array ? new Float32Array(length) : new Float64Array(length);
  for (let row = 0; row < length; row++) out[row] = scores[row * columns + column]!;
  return out;
}
