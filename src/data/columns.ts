import { DataError } from '../base/errors.ts';
import { describe } from './cells.ts';
import { type ColumnsOptions, type ColumnsPlan, namedColumns, planColumns } from './columns-plan.ts';
import { type CategoricalInput, categoriesOf, type Input, type NumericInput, numbersOf } from './encode.ts';
import { Prepared } from './prepared.ts';
import type { PreparedJson } from './prepared-json.ts';
import { fitScale, mean, median } from './scale.ts';
import { type ColumnType, columnOf, Table } from './table.ts';
import { fitTarget } from './target.ts';

type NumericPlan = NonNullable<ColumnsPlan['numeric']>;
type CategoricalPlan = NonNullable<ColumnsPlan['categorical']>;

/** A plan that has seen no data yet. */
export interface ColumnsSpec {
  /** The options with all defaults filled in. */
  readonly plan: ColumnsPlan;
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
  const plan = planColumns(options);
  return { plan, fit: (table) => learn(plan, table) };
}

function learn(plan: ColumnsPlan, table: Table): Prepared {
  if (!(table instanceof Table)) {
    throw new DataError(`columns: ${describe(table)} is not a table`, {
      hint: 'Table.fromRows makes one of objects',
    });
  }
  if (table.rows === 0) {
    throw new DataError('columns: a table without rows has nothing to learn from', {
      columns: table.columns.join(', '),
      hint: 'fit wants the training rows',
    });
  }
  const { numeric, categorical, target } = plan;
  const named = new Set(namedColumns(plan));
  const rest = (type: ColumnType) =>
    table.columns.filter((name) => table.types[name] === type && !named.has(name));
  const numbers = numeric && (numeric.of ?? rest('number'));
  const words = categorical && (categorical.of ?? rest('text'));
  const inputs: Input[] = [
    ...(numbers ?? []).map((name) => fitNumeric(table, name, numeric!)),
    ...(words ?? []).map((name) => fitCategorical(table, name, categorical!)),
  ];
  if (inputs.length === 0) {
    throw new DataError('columns: no column is left to learn from', { columns: table.columns.join(', ') });
  }
  const used = new Set([...inputs.map(({ column }) => column), target?.of]);
  return Prepared.fromJSON({
    format: 'glia.columns',
    version: 1,
    inputs,
    target: target === undefined ? null : fitTarget(table, target.of, target.encode, target.scale),
    unused: table.columns.filter((name) => !used.has(name)),
  } satisfies PreparedJson);
}

function fitNumeric(table: Table, name: string, { impute, scale }: NumericPlan): NumericInput {
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

function imputation(values: Float64Array, name: string, impute: NumericPlan['impute']): number | null {
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

function fitCategorical(table: Table, name: string, { encode, unknown }: CategoricalPlan): CategoricalInput {
  return { kind: encode, column: name, categories: categoriesOf(columnOf(table, name)), unknown };
}
