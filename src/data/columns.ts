import { DataError, OptionError } from '../base/errors.ts';
import { checkOptions, didYouMean } from '../base/options.ts';
import { describe } from './cells.ts';
import { type CategoricalInput, categoriesOf, type Input, type NumericInput, numbersOf } from './encode.ts';
import { Prepared } from './prepared.ts';
import { fitScale, mean, median, type Scaling } from './scale.ts';
import { columnOf, type Table } from './table.ts';
import { fitTarget } from './target.ts';

/** How numeric columns enter the network. */
export interface NumericOptions {
  /** Names of the columns; all numeric ones that are not named elsewhere when left out. */
  readonly of?: readonly string[];
  /** What stands in for a missing value; `'none'` refuses it. Default `'median'`. */
  readonly impute?: 'median' | 'mean' | 'zero' | 'none' | number;
  /** Default `'standard'`: mean 0 and standard deviation 1. */
  readonly scale?: Scaling;
}

/** How categorical columns enter the network. */
export interface CategoricalOptions {
  /** Names of the columns; all text ones that are not named elsewhere when left out. */
  readonly of?: readonly string[];
  /** One output a category (default), or the category's position in one output. */
  readonly encode?: 'onehot' | 'ordinal';
  /**
   * A category that training never saw: `'ignore'` (default) encodes it as none of them (zeros, or position -1),
   * `'error'` refuses it. A missing value is a category of its own when training had one.
   */
  readonly unknown?: 'ignore' | 'error';
}

/** The column to predict. */
export interface TargetOptions {
  readonly of: string;
  /** Class numbers, one output a class, or the number itself. Default `'label'`. */
  readonly encode?: 'label' | 'onehot' | 'none';
  /** `'standard'` trains on a target of mean 0 and standard deviation 1. For `encode: 'none'`. Default `'none'`. */
  readonly scale?: 'standard' | 'none';
}

/** What becomes of each column of a table. Without `numeric` and `categorical` every column but the target is used. */
export interface ColumnsOptions {
  readonly numeric?: NumericOptions;
  readonly categorical?: CategoricalOptions;
  readonly target?: TargetOptions;
}

/** A plan that has seen no data yet. */
export interface ColumnsSpec {
  /** The plan as it was given. */
  readonly options: ColumnsOptions;
  /**
   * Learns medians, scales, categories and classes from the training rows, and from nothing else.
   *
   * @throws {DataError} for a table without rows, unknown columns, and cells that cannot be used.
   */
  fit(table: Table): Prepared;
}

/**
 * Says how the columns of a table become the inputs and the target of a network. `fit` on the training rows gives a
 * `Prepared`, which turns tables and single rows into numbers and is saved with the model.
 *
 * @throws {OptionError} for options that do not exist or cannot be.
 *
 * @example
 * const prepare = columns({
 *   numeric: { of: ['age', 'income'], impute: 'median', scale: 'standard' },
 *   categorical: { of: ['plan'], encode: 'onehot', unknown: 'ignore' },
 *   target: { of: 'churned', encode: 'label' },
 * }).fit(train);
 */
export function columns(options: ColumnsOptions): ColumnsSpec {
  checkColumns(options);
  const plan = JSON.parse(JSON.stringify(options)) as ColumnsOptions;
  return { options: plan, fit: (table) => learn(plan, table) };
}

function learn(options: ColumnsOptions, table: Table): Prepared {
  if (table.rows === 0) {
    throw new DataError('columns: a table without rows has nothing to learn from', {
      columns: table.columns.join(', '),
      hint: 'fit wants the training rows',
    });
  }
  const { numeric, categorical, target } = options;
  const named = [target?.of, ...(numeric?.of ?? []), ...(categorical?.of ?? [])].filter(
    (name) => name !== undefined,
  );
  const twice = named.find((name, i) => named.indexOf(name) < i);
  if (twice !== undefined) throw new OptionError(`columns: "${twice}" is named twice`);
  const rest = (type: 'number' | 'text') =>
    table.columns.filter((name) => table.types[name] === type && !named.includes(name));
  const all = numeric === undefined && categorical === undefined;
  const numbers = numeric?.of ?? (numeric !== undefined || all ? rest('number') : []);
  const words = categorical?.of ?? (categorical !== undefined || all ? rest('text') : []);
  const inputs: Input[] = [
    ...numbers.map((name) => fitNumeric(table, name, numeric ?? {})),
    ...words.map((name) => fitCategorical(table, name, categorical ?? {})),
  ];
  if (inputs.length === 0) {
    throw new DataError('columns: no column is left to learn from', { columns: table.columns.join(', ') });
  }
  const used = new Set([...numbers, ...words, target?.of]);
  return new Prepared({
    inputs,
    target: target && fitTarget(table, target.of, target.encode ?? 'label', target.scale ?? 'none'),
    unused: table.columns.filter((name) => !used.has(name)),
  });
}

function fitNumeric(
  table: Table,
  name: string,
  { impute = 'median', scale = 'standard' }: NumericOptions,
): NumericInput {
  const values = numbersOf(columnOf(table, name), name);
  const infinite = values.findIndex((value) => Math.abs(value) === Number.POSITIVE_INFINITY);
  if (infinite >= 0) {
    throw new DataError(`columns: row ${infinite} of "${name}" is ${values[infinite]}`, {
      row: infinite,
      column: name,
      wanted: 'a finite number, or a missing cell',
    });
  }
  const fill = imputation(values, name, impute);
  const missing = values.findIndex((value) => Number.isNaN(value));
  if (missing >= 0 && fill === null) {
    throw new DataError(`columns: row ${missing} of "${name}" is missing`, {
      row: missing,
      column: name,
      hint: "impute: 'median' fills missing values; 'none' refuses them",
    });
  }
  // The scale is that of what the network sees, so imputed values count.
  const affine = fitScale(
    missing < 0 ? values : values.map((value) => (Number.isNaN(value) ? fill! : value)),
    scale,
  );
  if (![affine.shift, affine.scale, fill ?? 0].every(Number.isFinite)) {
    throw new DataError(`columns: the numbers of "${name}" are too large to be scaled`, { column: name });
  }
  return { kind: 'numeric', column: name, impute: fill, ...affine };
}

function imputation(
  values: Float64Array,
  name: string,
  impute: NonNullable<NumericOptions['impute']>,
): number | null {
  if (impute === 'none') return null;
  if (impute === 'zero') return 0;
  if (typeof impute === 'number') return impute;
  const present = values.filter((value) => !Number.isNaN(value));
  if (present.length > 0) return impute === 'mean' ? mean(present) : median(present);
  throw new DataError(`columns: "${name}" has no value in the training rows, so it has no ${impute}`, {
    column: name,
    hint: `leave "${name}" out, or impute a number`,
  });
}

function fitCategorical(
  table: Table,
  name: string,
  { encode = 'onehot', unknown = 'ignore' }: CategoricalOptions,
): CategoricalInput {
  return { kind: encode, column: name, categories: categoriesOf(columnOf(table, name)), unknown };
}

function checkColumns(options: ColumnsOptions): void {
  checkPart('columns', options, ['numeric', 'categorical', 'target']);
  const { numeric, categorical, target } = options;
  if (numeric !== undefined) {
    checkPart('columns: numeric', numeric, ['of', 'impute', 'scale']);
    checkNames('numeric', numeric.of);
    if (typeof numeric.impute === 'number') {
      if (!Number.isFinite(numeric.impute)) throw new OptionError(`columns: impute is ${numeric.impute}`);
    } else checkWord('numeric.impute', numeric.impute, ['median', 'mean', 'zero', 'none']);
    checkWord('numeric.scale', numeric.scale, ['standard', 'minmax', 'robust', 'none']);
  }
  if (categorical !== undefined) {
    checkPart('columns: categorical', categorical, ['of', 'encode', 'unknown']);
    checkNames('categorical', categorical.of);
    checkWord('categorical.encode', categorical.encode, ['onehot', 'ordinal']);
    checkWord('categorical.unknown', categorical.unknown, ['ignore', 'error']);
  }
  if (target !== undefined) checkTarget(target);
}

function checkTarget(target: TargetOptions): void {
  checkPart('columns: target', target, ['of', 'encode', 'scale']);
  if (typeof target.of !== 'string') {
    throw new OptionError(`columns: target.of is ${describe(target.of)}`, { wanted: 'the name of a column' });
  }
  checkWord('target.encode', target.encode, ['label', 'onehot', 'none']);
  checkWord('target.scale', target.scale, ['standard', 'none']);
  if (target.scale === 'standard' && target.encode !== 'none') {
    throw new OptionError('columns: classes cannot be scaled', {
      hint: "target.scale goes with encode: 'none'",
    });
  }
}

function checkPart(where: string, options: object, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null) {
    throw new OptionError(`${where}: wanted an object, got ${describe(options)}`, {
      known: known.join(', '),
    });
  }
  checkOptions(where, options, known);
}

function checkNames(where: string, names: unknown): void {
  if (names === undefined || (Array.isArray(names) && names.every((name) => typeof name === 'string')))
    return;
  throw new OptionError(`columns: ${where}.of is ${describe(names)}`, { wanted: 'a list of column names' });
}

function checkWord(where: string, value: unknown, known: readonly string[]): void {
  if (value === undefined || known.includes(value as string)) return;
  throw new OptionError(`columns: ${where} is ${describe(value)}`, {
    known: known.join(', '),
    hint: typeof value === 'string' ? didYouMean(value, known) : undefined,
  });
}
