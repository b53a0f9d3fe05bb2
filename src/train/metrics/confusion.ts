import { checkList, checkText, oneOrMore } from '../../base/check.ts';
import { DataError, OptionError } from '../../base/errors.ts';
import { checkOptions } from '../../base/options.ts';
import { checkNumber } from '../../base/ranges.ts';
import { confusionText } from './confusion-text.ts';
import { type ClassOptions, type LabelOptions, readLabels } from './labels.ts';
import type { Input } from './values.ts';

/** Options of `confusionMatrix`. */
export interface ConfusionOptions extends LabelOptions {
  /** Names of the classes in order, or how many there are. Default: 0, 1, 2, … up to the largest label. */
  readonly classes?: number | readonly string[];
}

/** Counts of each true class (rows) by predicted class (columns). Printed, it is an aligned table. */
export class ConfusionMatrix {
  /** `counts[actual][predicted]`, sums of weights where there are any. */
  readonly counts: readonly (readonly number[])[];
  /** Names of the classes, in the order of rows and columns. */
  readonly classes: readonly string[];

  /** @throws {OptionError} for what is not a row and a name for each class. */
  constructor(counts: readonly (readonly number[])[], classes: readonly string[]) {
    const where = 'ConfusionMatrix';
    this.classes = checkList(where, 'classes', classes, 'a list of names').map((name, i) =>
      checkText(where, `classes[${i}]`, name),
    );
    this.counts = squareOf(where, counts, this.classes.length);
  }

  /** The table as text, for terminals and logs. */
  toString(): string {
    return confusionText(this.counts, this.classes);
  }

  /** `console.log(matrix)` prints the table. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

function squareOf(where: string, counts: unknown, size: number): number[][] {
  const rows = checkList(where, 'counts', counts, 'a list of rows').map((row, i) =>
    checkList(where, `counts[${i}]`, row, 'a list of numbers').map((count) =>
      checkNumber(where, `a count of row ${i}`, count),
    ),
  );
  if (rows.length === size && rows.every((row) => row.length === size)) return rows;
  throw new OptionError(
    `${where}: counts must be ${size} rows of ${size} numbers, as there are ${size} classes`,
  );
}

// 8 bytes a count: 128 MB.
const MOST_CLASSES = 2 ** 12;

/**
 * Confusion matrix: how many rows of each class were predicted as each class.
 *
 * | predictions                       | targets                          |
 * | --------------------------------- | -------------------------------- |
 * | `[n]` labels                      | `[n]` labels                     |
 * | `[n, 1]` probabilities of class 1 | `[n, 1]` of 0 and 1              |
 * | `[n, k]` probabilities            | `[n]` labels or `[n, k]` one-hot |
 *
 * `counts` is `[k][k]`; its rows add up to the rows of a true class, its columns to those of a predicted class.
 *
 * @throws {ShapeError} when the shapes are not a pair of the table; nothing is broadcast.
 * @throws {DataError} for NaN predictions, and for labels that are not whole numbers below the number of classes.
 * @throws {OptionError} when the number of names is not that of the columns.
 *
 * @example
 * console.log(metrics.confusionMatrix([0, 1, 1, 0], [0, 1, 0, 0], { classes: ['no', 'yes'] }));
 * //             predicted
 * //             no  yes
 * // actual no    2    1
 * //        yes   0    1
 */
export function confusionMatrix(
  predictions: Input,
  targets: Input,
  options: ConfusionOptions = {},
): ConfusionMatrix {
  options = checkOptions('confusionMatrix', options, ['threshold', 'classes', 'weights']);
  const names = typeof options.classes === 'object' ? checkNames(options.classes) : undefined;
  const counted = Object.assign(Object.create(null) as ClassOptions, options, {
    classes: typeof options.classes === 'object' ? options.classes.length : options.classes,
  });
  const { predicted, actual, classes, weights } = readLabels(
    'confusionMatrix',
    predictions,
    targets,
    counted,
  );
  if (classes > MOST_CLASSES) {
    throw new DataError(
      `confusionMatrix: ${classes} classes are too many, at most ${MOST_CLASSES} make a table`,
    );
  }
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let row = 0; row < actual.length; row++) {
    if (predicted[row]! < 0) throw new DataError(`confusionMatrix: the prediction of row ${row} is NaN`);
    counts[actual[row]!]![predicted[row]!]! += weights === undefined ? 1 : weights[row]!;
  }
  return new ConfusionMatrix(counts, names ?? counts.map((_, label) => String(label)));
}

function checkNames(names: readonly string[]): readonly string[] {
  const list = oneOrMore('confusionMatrix', 'classes', names);
  if (typeof names === 'object' && list.every((name) => typeof name === 'string')) return list as string[];
  throw new OptionError('confusionMatrix: classes is a number or a list of names');
}
