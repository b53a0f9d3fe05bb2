import { OptionError } from '../base/errors.ts';
import { checkNames, checkWord, ownOptions } from './arguments.ts';
import { describe } from './cells.ts';
import type { Scaling } from './scale.ts';

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

/** Options decided and checked; a part that is undefined takes no columns. */
export interface ColumnsPlan {
  readonly numeric: Decided<NumericOptions> | undefined;
  readonly categorical: Decided<CategoricalOptions> | undefined;
  readonly target: Required<TargetOptions> | undefined;
}

/** All options, where `of: undefined` means every column of the type that is left. */
type Decided<T extends { of?: readonly string[] }> = Required<Omit<T, 'of'>> & {
  readonly of: readonly string[] | undefined;
};

/**
 * Fills in the defaults and copies, so that later changes to the options change nothing.
 *
 * @throws {OptionError} for options that do not exist or cannot be, and a column named twice.
 */
export function planColumns(options: ColumnsOptions): ColumnsPlan {
  const { numeric, categorical, target } = ownOptions('columns', options, [
    'numeric',
    'categorical',
    'target',
  ]);
  const all = numeric === undefined && categorical === undefined;
  const plan = {
    numeric: all || numeric !== undefined ? planNumeric(numeric) : undefined,
    categorical: all || categorical !== undefined ? planCategorical(categorical) : undefined,
    target: target === undefined ? undefined : planTarget(target),
  };
  const named = namedColumns(plan);
  const seen = new Set<string>();
  for (const name of named) {
    if (seen.has(name)) throw new OptionError(`columns: "${name}" is named twice`);
    seen.add(name);
  }
  return plan;
}

/** All columns that a plan names. */
export function namedColumns({ numeric, categorical, target }: ColumnsPlan): string[] {
  return [...(numeric?.of ?? []), ...(categorical?.of ?? []), ...(target === undefined ? [] : [target.of])];
}

function planNumeric(options: NumericOptions = {}): ColumnsPlan['numeric'] {
  const own = ownOptions('columns: numeric', options, ['of', 'impute', 'scale']);
  const { of, impute = 'median', scale = 'standard' } = own;
  if (typeof impute !== 'number') checkWord('columns: impute', impute, ['median', 'mean', 'zero', 'none']);
  else if (!Number.isFinite(impute)) throw new OptionError(`columns: impute is ${impute}`);
  checkWord('columns: scale', scale, ['standard', 'minmax', 'robust', 'none']);
  return { of: copyNames('columns: numeric.of', of), impute, scale };
}

function planCategorical(options: CategoricalOptions = {}): ColumnsPlan['categorical'] {
  const own = ownOptions('columns: categorical', options, ['of', 'encode', 'unknown']);
  const { of, encode = 'onehot', unknown = 'ignore' } = own;
  checkWord('columns: categorical.encode', encode, ['onehot', 'ordinal']);
  checkWord('columns: unknown', unknown, ['ignore', 'error']);
  return { of: copyNames('columns: categorical.of', of), encode, unknown };
}

function planTarget(options: TargetOptions): ColumnsPlan['target'] {
  const {
    of,
    encode = 'label',
    scale = 'none',
  } = ownOptions('columns: target', options, ['of', 'encode', 'scale']);
  if (typeof of !== 'string') {
    throw new OptionError(`columns: target.of is ${describe(of)}`, { wanted: 'the name of a column' });
  }
  checkWord('columns: target.encode', encode, ['label', 'onehot', 'none']);
  checkWord('columns: target.scale', scale, ['standard', 'none']);
  if (scale === 'standard' && encode !== 'none') {
    throw new OptionError('columns: classes cannot be scaled', {
      hint: "target.scale goes with encode: 'none'",
    });
  }
  return { of, encode, scale };
}

function copyNames(where: string, names: readonly string[] | undefined): readonly string[] | undefined {
  if (names === undefined) return undefined;
  checkNames(where, names);
  return [...names];
}
