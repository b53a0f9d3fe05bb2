import { readGiven } from '../base/check.ts';
import { describe } from '../base/describe.ts';
import { DataError, OptionError, ShapeError } from '../base/errors.ts';
import { didYouMean } from '../base/options.ts';
import { indexOfLargest } from '../base/order.ts';
import { showShape } from '../base/shape.ts';
import type { Loss } from '../loss/index.ts';
import type { Dataset } from './dataset.ts';
import type { Rows } from './rows.ts';

/**
 * `balanced`, or a weight for each class; classes that are not named weigh 1. Keys are names where the preprocessing
 * has any, or indices, and never both; keys that could be either and would mean different classes are refused.
 */
export type ClassWeight = 'balanced' | Readonly<Record<string, number>>;

/**
 * The weights of samples, `[rows]`.
 *
 * @throws {DataError} for a weight below 0.
 * @throws {ShapeError} when there is not one weight for each row.
 */
export function sampleWeights(rows: number, { data, shape }: Rows): Rows {
  if (shape.length !== 1 || shape[0] !== rows) {
    throw new ShapeError(`sampleWeight must be [${rows}], got [${shape.join(', ')}]`);
  }
  const below = data.findIndex((weight) => weight < 0);
  if (below >= 0) {
    throw new DataError(`sampleWeight[${below}] is ${data[below]}`, { hint: 'weights are 0 or more' });
  }
  return { data: new Float32Array(data), shape };
}

/**
 * A data set whose rows weigh also by their class. `balanced` weighs a class by `rows / (classes · rows of the class)`
 * (King and Zeng, 2001), as scikit-learn does, in the rows that are trained on.
 *
 * @throws {DataError} when every row has weight 0, and for weights that float32 cannot tell apart.
 * @throws {OptionError} for a class that does not exist, or class weights where there are no classes.
 */
export function weighClasses(
  train: Dataset,
  classWeight: ClassWeight | undefined,
  names: readonly string[],
  reduction: Loss['reduction'],
): Dataset {
  if (train.weight === undefined && classWeight === undefined) return train;
  // In float64: the weight of a class times that of a row may be beyond float32.
  const weights = train.weight ? Float64Array.from(train.weight.data) : new Float64Array(train.rows).fill(1);
  if (classWeight !== undefined) {
    const classes = classOfRow(train);
    const perClass = weightOfClass(classWeight, classes, names, train.classes ?? 2);
    for (let i = 0; i < weights.length; i++) weights[i]! *= perClass[classes[i]!] ?? 1;
  }
  return { ...train, weight: { data: held(weights, reduction), shape: [train.rows] } };
}

/** Weights from here to 1: sums of them, and of their products with losses, are normal numbers of float32. */
const RANGE = 2 ** -64;
/** The same for weights that are not relative to each other. */
const [LEAST, MOST] = [1e-30, 1e30];

/**
 * Weights as float32. A mean asks for their proportions alone, so that they are taken relative to the largest, by a power
 * of two, which is exact: sums of weights of 1e38 are no numbers, and those of 1e-40 are 0 in native programs.
 */
function held(weights: Float64Array, reduction: Loss['reduction']): Float32Array {
  let [least, most] = [Infinity, 0];
  for (const weight of weights) {
    if (weight > most) most = weight;
    if (weight > 0 && weight < least) least = weight;
  }
  if (most === 0) throw new DataError('every row has weight 0');
  const fits =
    reduction === 'sum' ? least >= LEAST && most <= MOST : least >= RANGE * most && most < Infinity;
  if (!fits) {
    throw new DataError(`weights of rows lie between ${least} and ${most}`, {
      wanted: reduction === 'sum' ? `0, or ${LEAST} to ${MOST}` : '0, or the largest over at most 1.8e19',
      hint: 'a weight of 0 leaves a row out',
    });
  }
  const unit = reduction === 'sum' ? 1 : 2 ** Math.floor(Math.log2(most));
  return Float32Array.from(weights, (weight) => weight / unit);
}

/** Class of each row, out of labels, one-hot rows, or 0 and 1. */
function classOfRow({ y, labels, rows, classes }: Dataset): Int32Array {
  if (labels && y.shape.length === 1) return y.data as Int32Array;
  const width = y.shape[1] ?? 1;
  if (labels || y.shape.length > 2 || (classes === undefined && width > 1)) {
    throw new OptionError('classWeight needs targets with one class a row', {
      y: showShape(y.shape),
      hint: labels
        ? 'for labels of more than one place a row, weigh the places in a loss of your own'
        : undefined,
    });
  }
  if (width > 1) {
    return Int32Array.from({ length: rows }, (_, i) => {
      const row = y.data.subarray(i * width, (i + 1) * width);
      return indexOfLargest(row);
    });
  }
  const odd = y.data.findIndex((value) => value !== 0 && value !== 1);
  if (odd >= 0) throw new OptionError(`classWeight needs classes, and y[${odd}] is ${y.data[odd]}`);
  return Int32Array.from(y.data);
}

function weightOfClass(
  classWeight: ClassWeight,
  classes: Int32Array,
  names: readonly string[],
  count: number,
): number[] {
  if (classWeight === 'balanced') return balanced(classes);
  if (typeof classWeight !== 'object' || classWeight === null) {
    throw new OptionError(`classWeight must be 'balanced' or weights by class, got ${describe(classWeight)}`);
  }
  if (readGiven('classWeight', () => Symbol.iterator in classWeight && !Array.isArray(classWeight))) {
    throw new OptionError("classWeight must be 'balanced' or an object with weights by class", {
      hint: 'of a Map, give Object.fromEntries(map)',
    });
  }
  const entries = readGiven('classWeight', () => Object.entries(classWeight));
  const keys = entries.map(([key]) => key);
  const indices = indicesOf(keys, names.length === count ? names : [], count);
  const weights: number[] = [];
  entries.forEach(([key, weight], i) => {
    weights[indices[i]!] = checked(key, weight);
  });
  return weights;
}

function balanced(classes: Int32Array): number[] {
  const counts = new Map<number, number>();
  for (const one of classes) if (one >= 0) counts.set(one, (counts.get(one) ?? 0) + 1);
  const total = [...counts.values()].reduce((a, b) => a + b, 0);
  const weights: number[] = [];
  for (const [one, count] of counts) weights[one] = total / (counts.size * count);
  return weights;
}

/** The class of each key: all are names, or all are indices. */
function indicesOf(keys: readonly string[], names: readonly string[], count: number): readonly number[] {
  const named = keys.map((key) => names.indexOf(key));
  const counted = keys.map((key) => (String(Number(key)) === key && count > Number(key) ? Number(key) : -1));
  const isIndex = (i: number): boolean => Number.isInteger(i) && i >= 0;
  const byIndex = counted.every(isIndex);
  if (!named.some((i) => i >= 0)) {
    if (byIndex) return counted;
    throw unknownClass(keys[counted.findIndex((i) => !isIndex(i))]!, names, count);
  }
  const unnamed = named.indexOf(-1);
  if (unnamed >= 0) throw unknownClass(keys[unnamed]!, names, count);
  const other = named.findIndex((i, at) => i !== counted[at]);
  if (!byIndex || other < 0) return named;
  const key = keys[other]!;
  throw new OptionError(`classWeight: "${key}" may be the class of that name or the class at that index`, {
    name: `class "${key}", the one at index ${named[other]}`,
    index: `class "${names[counted[other]!]}", the one at index ${key}`,
    hint: 'name every class, so that keys can only be names, or weigh rows by sampleWeight',
  });
}

function unknownClass(key: string, names: readonly string[], count: number): OptionError {
  return new OptionError(`classWeight: there is no class "${key}"`, {
    known: names.slice(0, 20).join(', ') || `0 to ${count - 1}`,
    hint: didYouMean(key, names) ?? (names.length > 0 ? 'keys are names of classes, all of them' : undefined),
  });
}

function checked(name: string, weight: unknown): number {
  if (typeof weight === 'number' && weight >= 0 && Number.isFinite(weight)) return weight;
  throw new OptionError(`classWeight: the weight of "${name}" must be 0 or more, got ${describe(weight)}`);
}
