import { describe } from '../../base/describe.ts';
import { OptionError } from '../../base/errors.ts';
import { checkOptions } from '../../base/options.ts';
import { type Average, type AverageOptions, average } from './average.ts';
import { readLabels } from './labels.ts';
import { tally } from './tally.ts';
import type { Input } from './values.ts';

type One = AverageOptions & { readonly average?: Exclude<Average, 'none'> };
type EachClass = AverageOptions & { readonly average: 'none' };

/** Options of `fBeta`. */
export interface FBetaOptions extends AverageOptions {
  /** How many times recall counts as much as precision, at least 0. Default 1. */
  readonly beta?: number;
}

const KNOWN = ['average', 'positive', 'classes', 'zeroDivision', 'threshold', 'weights'];

/**
 * Precision: of the rows predicted as a class, the share that are of it, `TP / (TP + FP)`.
 *
 * | predictions                       | targets                          |
 * | --------------------------------- | -------------------------------- |
 * | `[n]` labels                      | `[n]` labels                     |
 * | `[n, 1]` probabilities of class 1 | `[n, 1]` of 0 and 1              |
 * | `[n, k]` probabilities            | `[n]` labels or `[n, k]` one-hot |
 *
 * With two classes it is that of class 1, with more the macro average, unless `average` says otherwise; 'none' gives a
 * number for each class. Range 0 to 1, higher is better; `zeroDivision` for a class that is never predicted, NaN for
 * no rows and for NaN predictions.
 *
 * @throws {ShapeError} when the shapes are not a pair of the table; nothing is broadcast.
 * @throws {DataError} for labels that are not whole numbers from 0, or not below the number of classes.
 * @throws {OptionError} for unknown options, and for 'binary' with more than two classes.
 *
 * @example
 * metrics.precision([0, 1, 1, 2], [0, 1, 2, 2], { average: 'none' }); // [1, 0.5, 1]
 */
export function precision(predictions: Input, targets: Input, options: EachClass): number[];
export function precision(predictions: Input, targets: Input, options?: One): number;
export function precision(
  predictions: Input,
  targets: Input,
  options: AverageOptions = {},
): number | number[] {
  options = checkOptions('precision', options, KNOWN);
  return ratio('precision', predictions, targets, options, 1, 0);
}

/**
 * Recall: of the rows of a class, the share that are predicted as it, `TP / (TP + FN)`.
 *
 * Shapes, averages, range and errors as for `precision`; `zeroDivision` for a class that has no rows.
 *
 * @throws {ShapeError} when the shapes do not belong together; nothing is broadcast.
 * @throws {DataError} for labels that are not whole numbers from 0, or not below the number of classes.
 * @throws {OptionError} for unknown options, and for 'binary' with more than two classes.
 *
 * @example
 * metrics.recall([0, 1, 1, 0], [0, 1, 1, 1]); // 0.6666666666666666
 */
export function recall(predictions: Input, targets: Input, options: EachClass): number[];
export function recall(predictions: Input, targets: Input, options?: One): number;
export function recall(predictions: Input, targets: Input, options: AverageOptions = {}): number | number[] {
  options = checkOptions('recall', options, KNOWN);
  return ratio('recall', predictions, targets, options, 0, 1);
}

/**
 * F1: harmonic mean of precision and recall, `2 TP / (2 TP + FP + FN)`.
 *
 * Shapes, averages, range and errors as for `precision`; `zeroDivision` for a class that has no rows and is never
 * predicted.
 *
 * @throws {ShapeError} when the shapes do not belong together; nothing is broadcast.
 * @throws {DataError} for labels that are not whole numbers from 0, or not below the number of classes.
 * @throws {OptionError} for unknown options, and for 'binary' with more than two classes.
 *
 * @example
 * metrics.f1([0, 1, 1, 0], [0, 1, 1, 1]); // 0.8
 */
export function f1(predictions: Input, targets: Input, options: EachClass): number[];
export function f1(predictions: Input, targets: Input, options?: One): number;
export function f1(predictions: Input, targets: Input, options: AverageOptions = {}): number | number[] {
  options = checkOptions('f1', options, KNOWN);
  return ratio('f1', predictions, targets, options, 1, 1);
}

/**
 * F-beta: mean of precision and recall in which recall counts `beta` times as much, `(1 + beta²) TP / ((1 + beta²) TP +
 * beta² FN + FP)` (van Rijsbergen, 1979, "Information retrieval", chapter 7).
 *
 * Shapes, averages, range and errors as for `precision`; `zeroDivision` as for `f1`.
 *
 * @throws {ShapeError} when the shapes do not belong together; nothing is broadcast.
 * @throws {DataError} for labels that are not whole numbers from 0, or not below the number of classes.
 * @throws {OptionError} for unknown options, a negative beta, and for 'binary' with more than two classes.
 *
 * @example
 * metrics.fBeta([0, 1, 1, 0], [0, 1, 1, 1], { beta: 2 }); // 0.7142857142857143
 */
export function fBeta(
  predictions: Input,
  targets: Input,
  options: EachClass & { readonly beta?: number },
): number[];
export function fBeta(predictions: Input, targets: Input, options?: One & { readonly beta?: number }): number;
export function fBeta(predictions: Input, targets: Input, options: FBetaOptions = {}): number | number[] {
  options = checkOptions('fBeta', options, ['beta', ...KNOWN]);
  const { beta = 1 } = options;
  if (!(typeof beta === 'number' && beta >= 0 && beta < Infinity))
    throw new OptionError(`fBeta: beta is a number from 0, came ${describe(beta)}`);
  return ratio('fBeta', predictions, targets, options, 1, beta * beta);
}

/** Precision, recall and F are one formula, `(a + b) TP / (a · predicted + b · actual)`: (a, b) = (1, 0), (0, 1), (1, beta²). */
function ratio(
  what: string,
  predictions: Input,
  targets: Input,
  options: AverageOptions,
  a: number,
  b: number,
): number | number[] {
  const labelled = readLabels(what, predictions, targets, options);
  return average(what, tally(what, labelled), options, (hits, predicted, actual, zeroDivision) => {
    const bottom = a * predicted + b * actual;
    return bottom === 0 ? zeroDivision : ((a + b) * hits) / bottom;
  });
}
