import { DataError, OptionError } from '../base/errors.ts';
import { type Category, categoryIn } from './categories.ts';
import type { ColumnsPlan, DatePlan } from './columns-plan.ts';
import { type DateInput, dateText, fitDates } from './date-input.ts';
import { type DateOrder, readDates } from './dates.ts';
import {
  type CategoricalInput,
  categoriesOf,
  type NumberKind,
  type NumericInput,
  numbersOf,
} from './encode.ts';
import { isMissing, type Reading } from './reading.ts';
import { fitScale, mean, median } from './scale.ts';
import { columnOf, type Table } from './table.ts';

type NumericPlan = NonNullable<ColumnsPlan['numeric']>;
type CategoricalPlan = NonNullable<ColumnsPlan['categorical']>;

/**
 * Learns a numeric column from the training rows.
 *
 * @throws {DataError} for cells that are no numbers, infinite ones, and missing ones where nothing stands in.
 */
export function fitNumeric(table: Table, name: string, plan: NumericPlan, reading: Reading): NumericInput {
  const values = numbersOf(table, name, reading);
  const infinite = values.findIndex((value) => Math.abs(value) === Number.POSITIVE_INFINITY);
  if (infinite >= 0) {
    throw new DataError(`columns: row ${infinite} of "${name}" is ${values[infinite]}`, {
      row: infinite,
      column: name,
      wanted: 'a finite number, or a missing cell',
    });
  }
  const fill = imputation(values, name, plan.impute);
  const missing = values.findIndex((value) => Number.isNaN(value));
  if (missing >= 0 && fill === null) {
    throw new DataError(`columns: row ${missing} of "${name}" is missing`, {
      row: missing,
      column: name,
      hint: "impute: 'median' fills missing values; 'none' refuses them",
    });
  }
  // The scale is that of what the network sees, so imputed values count.
  const seen = missing < 0 ? values : values.map((value) => (Number.isNaN(value) ? fill! : value));
  const affine = fitScale(seen, plan.scale);
  if (![affine.shift, affine.scale, fill ?? 0].every(Number.isFinite)) {
    throw new DataError(`columns: the numbers of "${name}" are too large to be scaled`, { column: name });
  }
  // A column that is not scaled keeps its value, also one that is the same everywhere: the user wants the numbers as they are.
  const constant = plan.scale !== 'none' && seen.every((value) => value === seen[0]);
  return { kind: 'numeric', column: name, impute: fill, ...affine, constant, values: kindOf(values) };
}

/** What is known of a column that has values; NaN is a missing one. */
function kindOf(values: Float64Array): NumberKind {
  if (values.every((value) => value === 0 || value === 1 || Number.isNaN(value)))
    return values.some((value) => value >= 0) ? 'boolean' : 'real';
  return values.every((value) => Number.isInteger(value) || Number.isNaN(value)) ? 'whole' : 'real';
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

/** Learns the categories of a column. @throws {DataError} for a category that is not in the order that was said. */
export function fitCategorical(
  table: Table,
  name: string,
  { encode, unknown, order }: CategoricalPlan,
  reading: Reading,
): CategoricalInput {
  const found = categoriesOf(columnOf(table, name), name, reading);
  const said = Object.hasOwn(order, name) ? order[name] : undefined;
  const categories = said === undefined ? found : inOrder(said, found, `"${name}"`);
  return { kind: encode, column: name, categories, unknown };
}

/**
 * Categories in the order that was said; a missing one is last.
 *
 * @throws {DataError} for a category that the order does not have.
 */
export function inOrder(order: readonly string[], found: readonly Category[], what: string): Category[] {
  const ordered = order.map(categoryIn);
  const left = found.filter((category) => category !== null && !ordered.includes(category));
  if (left.length === 0) return found.includes(null) ? [...ordered, null] : ordered;
  throw new DataError(`columns: ${what} has ${JSON.stringify(left[0])}, which its order does not have`, {
    order: order.join(', '),
    missing: left.slice(0, 20).join(', '),
    hint: 'the order names every category of the training rows',
  });
}

/**
 * Learns a column of dates.
 *
 * @throws {DataError} where cells are no dates, or days and months cannot be told apart.
 */
export function fitDate(table: Table, name: string, plan: DatePlan, reading: Reading): DateInput {
  const { order, parts, impute } = plan;
  const said =
    typeof order === 'string' ? order : order && Object.hasOwn(order, name) ? order[name] : undefined;
  return fitDates(table, name, said ?? orderOf(table, name, reading), {
    parts,
    impute,
    reading,
  });
}

function orderOf(table: Table, name: string, reading: Reading): DateOrder {
  const column = columnOf(table, name);
  const words = new Set<string>();
  for (let row = 0; row < table.rows; row++) {
    const text = dateText(column, row);
    if (text !== undefined && !isMissing(text, reading)) words.add(text);
  }
  const { orders, ambiguous } = readDates(words);
  // Where no order reads all of them, the first cell that is no date is named.
  if (ambiguous === undefined) return orders[0] ?? 'ymd';
  throw new DataError(
    `columns: "${name}" holds dates such as ${ambiguous}, in an order that its cells leave open`,
    {
      column: name,
      possible: orders.join(', '),
      hint: `date: { order: { ${JSON.stringify(name)}: '${orders[0]}' } } says it (--dates ${name}=${orders[0]})`,
    },
  );
}

/** Refuses orders of columns that are not there or not of that kind. @throws {OptionError} */
export function checkOrdered(order: object, names: readonly string[], kind: string): void {
  for (const name of Object.keys(order)) {
    if (names.includes(name)) continue;
    throw new OptionError(`columns: ${kind}.order names "${name}", which is no column under ${kind}`, {
      columns: names.slice(0, 20).join(', '),
    });
  }
}
