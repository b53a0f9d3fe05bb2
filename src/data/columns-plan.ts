import { readGiven } from '../base/check.ts';
import { isRecord } from '../base/describe.ts';
import { OptionError } from '../base/errors.ts';
import { checkNames, checkWord, isNames, ownOptions } from './arguments.ts';
import { describe } from './cells.ts';
import { DATE_PARTS, type DatePart } from './date-input.ts';
import { DATE_ORDERS, type DateOrder } from './dates.ts';
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
  /** Names of the columns; all text ones that are not named elsewhere and hold no dates when left out. */
  readonly of?: readonly string[];
  /** One output a category (default), or the category's position in one output. */
  readonly encode?: 'onehot' | 'ordinal';
  /**
   * A category that training never saw: `'ignore'` (default) encodes it as none of them (zeros, or position -1),
   * `'error'` refuses it. A missing value is a category of its own when training had one.
   */
  readonly unknown?: 'ignore' | 'error';
  /**
   * Categories by column in the order that they have, such as `{ size: ['low', 'medium', 'high'] }`. Without it numbers
   * go by size and words by the alphabet.
   */
  readonly order?: Readonly<Record<string, readonly string[]>>;
}

/** How columns of dates enter the network. */
export interface DateOptions {
  /** Names of the columns; all text ones that hold nothing but dates when left out. */
  readonly of?: readonly string[];
  /** In which order day, month and year stand, for all columns or by name. Default: what the cells leave no doubt of. */
  readonly order?: DateOrder | Readonly<Record<string, DateOrder>>;
  /**
   * What of a date enters: the year, month, weekday and hour as angles, days as a number. Default: what differs between
   * the training rows.
   */
  readonly parts?: readonly DatePart[];
  /** What stands in for a missing date; `'none'` refuses it. Default `'median'`. */
  readonly impute?: 'median' | 'none';
}

/** The column to predict. */
export interface TargetOptions {
  readonly of: string;
  /** Classes in the order of their labels. Default: numbers by size, words by the alphabet. */
  readonly order?: readonly string[];
  /** Class numbers, one output a class, or the number itself. Default `'label'`. */
  readonly encode?: 'label' | 'onehot' | 'none';
  /** `'standard'` trains on a target of mean 0 and standard deviation 1. For `encode: 'none'`. Default `'none'`. */
  readonly scale?: 'standard' | 'none';
}

/** What becomes of each column of a table. Without `numeric`, `categorical` and `date` every column but the target is used. */
export interface ColumnsOptions {
  readonly numeric?: NumericOptions;
  readonly categorical?: CategoricalOptions;
  readonly date?: DateOptions;
  readonly target?: TargetOptions;
  /** Cells that mean "missing", besides empty ones and those that the table was read with. */
  readonly missing?: string | readonly string[];
}

/** Options decided and checked; a part that is undefined takes no columns. */
export interface ColumnsPlan {
  readonly numeric: Decided<NumericOptions> | undefined;
  readonly categorical: Decided<CategoricalOptions> | undefined;
  readonly date: DatePlan | undefined;
  readonly target: TargetPlan | undefined;
  readonly missing: readonly string[];
}

/** All options, where `of: undefined` means every column of the type that is left. */
type Decided<T extends { of?: readonly string[] }> = Required<Omit<T, 'of'>> & {
  readonly of: readonly string[] | undefined;
};

/** `order` and `parts` are undefined where the cells decide. */
export interface DatePlan {
  readonly of: readonly string[] | undefined;
  readonly order: DateOptions['order'];
  readonly parts: readonly DatePart[] | undefined;
  readonly impute: 'median' | 'none';
}

/** `order` is undefined where the classes are sorted. */
export interface TargetPlan extends Required<Omit<TargetOptions, 'order'>> {
  readonly order: readonly string[] | undefined;
}

/**
 * Fills in the defaults and copies, so that later changes to the options change nothing.
 *
 * @throws {OptionError} for options that do not exist or cannot be, and a column named twice.
 */
export function planColumns(options: ColumnsOptions): ColumnsPlan {
  const {
    numeric,
    categorical,
    date,
    target,
    missing = [],
  } = ownOptions('columns', options, ['numeric', 'categorical', 'date', 'target', 'missing']);
  const all = numeric === undefined && categorical === undefined && date === undefined;
  const words = typeof missing === 'string' ? [missing] : missing;
  checkNames('columns: missing', words);
  const plan: ColumnsPlan = {
    numeric: all || numeric !== undefined ? planNumeric(numeric) : undefined,
    categorical: all || categorical !== undefined ? planCategorical(categorical) : undefined,
    // Where words are taken as they come, dates among them are dates.
    date:
      date !== undefined || all || (categorical?.of === undefined && categorical !== undefined)
        ? planDate(date)
        : undefined,
    target: target === undefined ? undefined : planTarget(target),
    missing: [...words],
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
export function namedColumns({
  numeric,
  categorical,
  date,
  target,
}: Pick<ColumnsPlan, 'numeric' | 'categorical' | 'date' | 'target'>): string[] {
  return [
    ...[numeric, categorical, date].flatMap((part) => part?.of ?? []),
    ...(target === undefined ? [] : [target.of]),
  ];
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
  const own = ownOptions('columns: categorical', options, ['of', 'encode', 'unknown', 'order']);
  const { of, encode = 'onehot', unknown = 'ignore', order = {} } = own;
  checkWord('columns: categorical.encode', encode, ['onehot', 'ordinal']);
  checkWord('columns: unknown', unknown, ['ignore', 'error']);
  const orders = byColumn('columns: categorical.order', order, "{ size: ['low', 'medium', 'high'] }");
  for (const [name, words] of orders) checkOrder(`columns: the order of "${name}"`, words);
  return {
    of: copyNames('columns: categorical.of', of),
    encode,
    unknown,
    // fromEntries defines properties, so a column called `__proto__` is one like any other.
    order: Object.fromEntries(orders.map(([name, words]) => [name, [...(words as readonly string[])]])),
  };
}

function planDate(options: DateOptions = {}): DatePlan {
  const own = ownOptions('columns: date', options, ['of', 'order', 'parts', 'impute']);
  const { of, order, parts, impute = 'median' } = own;
  checkWord('columns: date.impute', impute, ['median', 'none']);
  if (parts !== undefined) {
    checkNames('columns: date.parts', parts);
    for (const part of parts) checkWord('columns: a part of a date', part, DATE_PARTS);
    if (parts.length === 0)
      throw new OptionError('columns: date.parts is empty', { known: DATE_PARTS.join(', ') });
  }
  return {
    of: copyNames('columns: date.of', of),
    order: order === undefined || typeof order === 'string' ? checkedOrder(order) : ordersByColumn(order),
    parts: parts && [...parts],
    impute,
  };
}

function checkedOrder(order: DateOrder | undefined): DateOrder | undefined {
  checkWord('columns: date.order', order, DATE_ORDERS);
  return order;
}

function ordersByColumn(orders: unknown): Readonly<Record<string, DateOrder>> {
  const entries = byColumn('columns: date.order', orders, "'dmy', or { bought: 'dmy' }");
  for (const [name, order] of entries) {
    if (order === undefined) throw new OptionError(`columns: the order of "${name}" is undefined`);
    checkWord(`columns: the order of "${name}"`, order, DATE_ORDERS);
  }
  return Object.fromEntries(entries as [string, DateOrder][]);
}

function byColumn(where: string, value: unknown, wanted: string): [string, unknown][] {
  if (isRecord(value)) return readGiven(where, () => Object.entries(value));
  throw new OptionError(`${where} is ${describe(value)}`, { wanted });
}

/** An order names every category once. */
function checkOrder(where: string, words: unknown): void {
  checkNames(where, words);
  if (isNames(words) && words.length > 0 && new Set(words).size === words.length) return;
  throw new OptionError(`${where} must name each category once`, { got: JSON.stringify(words) });
}

function planTarget(options: TargetOptions): TargetPlan {
  const {
    of,
    encode = 'label',
    scale = 'none',
    order,
  } = ownOptions('columns: target', options, ['of', 'encode', 'scale', 'order']);
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
  if (order !== undefined) {
    checkOrder('columns: target.order', order);
    if (encode === 'none') throw new OptionError('columns: a numeric target has no order of classes');
  }
  return { of, encode, scale, order: order && [...order] };
}

function copyNames(where: string, names: readonly string[] | undefined): readonly string[] | undefined {
  if (names === undefined) return undefined;
  checkNames(where, names);
  return [...names];
}
