import { describe } from '../../base/describe.ts';
import { DataError, OptionError, ShapeError } from '../../base/errors.ts';
import { type Shape, sameShape, showShape } from '../../base/shape.ts';
import { type Input, type Numeric, type Read, read } from './values.ts';
import { readWeights, type WeightOptions } from './weights.ts';

/** Options of the metrics that compare classes. */
export interface LabelOptions extends WeightOptions {
  /** Predictions `[n, 1]` are class 1 when above it. Default 0.5. */
  readonly threshold?: number;
}

/** Options of the metrics that count each class. */
export interface ClassOptions extends LabelOptions {
  /** Number of classes, for labels that may not hold the last one. Default: the columns, or the largest label + 1. */
  readonly classes?: number | undefined;
}

/** Predicted and true class of each row. */
export interface Labelled {
  /** Classes from 0, `[n]`; -1 where the prediction is NaN, which makes every metric NaN. */
  readonly predicted: Int32Array;
  /** Classes from 0, `[n]`. */
  readonly actual: Int32Array;
  /** Number of classes, at least 2. */
  readonly classes: number;
  readonly weights: Numeric | undefined;
}

/**
 * Reads predictions and targets as classes.
 *
 * | predictions                        | targets                                   |
 * | ---------------------------------- | ----------------------------------------- |
 * | `[n]` labels                       | `[n]` labels                              |
 * | `[n, 1]` probabilities of class 1  | `[n, 1]` of 0 and 1                       |
 * | `[n, k]` probabilities, the largest wins, the first of equals | `[n]` labels or `[n, k]` one-hot |
 *
 * @throws {ShapeError} for any other pair: nothing is broadcast.
 * @throws {DataError} for a label that is not a whole number from 0 or not below the number of classes.
 * @throws {OptionError} for a number of classes that is not that of the columns, and a threshold that is no number.
 */
export function readLabels(
  what: string,
  predictions: Input,
  targets: Input,
  options: ClassOptions = {},
): Labelled {
  const outputs = read(`${what}: predictions`, predictions);
  const wanted = read(`${what}: targets`, targets);
  checkRows(what, outputs.shape, wanted.shape);
  const weights = readWeights(what, options.weights, wanted.shape[0]!);
  if (outputs.shape.length === 1) {
    const classes = checkClasses(what, options.classes);
    const predicted = labelsIn(`${what}: predictions`, outputs.data, classes);
    const actual = labelsIn(`${what}: targets`, wanted.data, classes);
    return {
      predicted,
      actual,
      classes: classes ?? Math.max(largest(predicted), largest(actual), 1) + 1,
      weights,
    };
  }
  const columns = outputs.shape[1]!;
  checkClasses(what, options.classes, Math.max(columns, 2));
  const actual = actualClasses(what, wanted, columns);
  const predicted =
    columns === 1
      ? above(outputs.data, checkThreshold(what, options.threshold === undefined ? 0.5 : options.threshold))
      : argmax(outputs.data, columns);
  return { predicted, actual, classes: Math.max(columns, 2), weights };
}

/** Refuses predictions and targets that do not belong together, see `readLabels`. */
export function checkRows(what: string, predictions: Shape, targets: Shape): void {
  const rank = predictions.length;
  const labels = rank === 2 && predictions[1]! > 1 && targets.length === 1 && targets[0] === predictions[0];
  if (rank <= 2 && predictions[1] !== 0 && (labels || sameShape(predictions, targets))) return;
  throw new ShapeError(`${what}: predictions and targets do not belong together`, {
    predictions: showShape(predictions),
    targets: showShape(targets),
    hint: 'nothing is broadcast: [n] goes with [n], [n, 1] with [n, 1], [n, k] with labels [n] or one-hot [n, k]',
  });
}

/** The true class of each row, for predictions of `columns` columns (1: the probability of class 1). */
export function actualClasses(what: string, targets: Read, columns: number): Int32Array {
  if (targets.shape.length === 2 && columns > 1)
    return oneHotClasses(`${what}: targets`, targets.data, columns);
  return labelsIn(`${what}: targets`, targets.data, Math.max(columns, 2));
}

/** Labels as they are in `data`; refuses what is not a whole number from 0 and below `classes`. */
export function labelsIn(what: string, data: Numeric, classes = 2 ** 31): Int32Array {
  const row = data.findIndex((label: number) => !(Number.isInteger(label) && label >= 0 && label < classes));
  if (row >= 0) {
    const range = classes === 2 ** 31 ? 'a class, counted from 0' : `a class below ${classes}`;
    throw new DataError(`${what}: wanted ${range}, came ${data[row]} in row ${row}`, {
      hint: Number.isInteger(data[row])
        ? undefined
        : 'pass probabilities as { data, shape: [n, k] }, k = 1 for binary',
    });
  }
  return data instanceof Int32Array ? data : Int32Array.from(data);
}

function checkThreshold(what: string, threshold: number): number {
  if (Number.isFinite(threshold)) return threshold;
  throw new OptionError(`${what}: the threshold is a number, came ${describe(threshold)}`);
}

function checkClasses(what: string, classes: number | undefined, columns?: number): number | undefined {
  if (classes === undefined || (columns === undefined && Number.isSafeInteger(classes) && classes >= 2)) {
    return classes;
  }
  if (classes === columns) return classes;
  const wanted = columns === undefined ? 'a whole number from 2' : `${columns} here`;
  throw new OptionError(`${what}: the number of classes is ${wanted}, came ${describe(classes)}`);
}

/** The largest entry of each row, so that smoothed and mixed targets do as well. */
function oneHotClasses(what: string, data: Numeric, columns: number): Int32Array {
  const classes = argmax(data, columns);
  const row = classes.findIndex((label, i) => label < 0 || !(data[i * columns + label]! > 0));
  if (row >= 0) throw new DataError(`${what}: row ${row} of the one-hot targets names no class`);
  return classes;
}

function argmax(data: Numeric, columns: number): Int32Array {
  const classes = new Int32Array(data.length / columns);
  for (let row = 0; row < classes.length; row++) classes[row] = argmaxOf(data, row * columns, columns);
  return classes;
}

function argmaxOf(data: Numeric, start: number, columns: number): number {
  let best = 0;
  for (let column = 0; column < columns; column++) {
    const value = data[start + column]!;
    if (Number.isNaN(value)) return -1;
    if (value > data[start + best]!) best = column;
  }
  return best;
}

function above(data: Numeric, threshold: number): Int32Array {
  return Int32Array.from(data, (p) => (Number.isNaN(p) ? -1 : Number(p > threshold)));
}

function largest(labels: Int32Array): number {
  let max = 0;
  for (const label of labels) if (label > max) max = label;
  return max;
}
