import { isA } from '../base/check.ts';
import { DataError } from '../base/errors.ts';
import { describe } from './cells.ts';
import {
  alphabetNote,
  type ColumnNote,
  constantNote,
  isConstant,
  textNotes,
  wordsOf,
} from './column-notes.ts';
import { type ColumnsOptions, type ColumnsPlan, namedColumns, planColumns } from './columns-plan.ts';
import type { Input } from './encode.ts';
import { checkOrdered, fitCategorical, fitDate, fitNumeric } from './fit-inputs.ts';
import { Prepared } from './prepared.ts';
import type { PreparedJson } from './prepared-json.ts';
import type { Reading } from './reading.ts';
import { columnOf, nameIn, readingOf, Table } from './table.ts';
import { fitTarget } from './target.ts';

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

/** Names of columns by how they enter. */
interface Sorted {
  readonly numeric: readonly string[];
  readonly categorical: readonly string[];
  readonly date: readonly string[];
}

/** Learns what a plan asks for; `known` has been said of the table before. For this folder: users take `columns`. */
export function learn(plan: ColumnsPlan, table: Table, known: readonly ColumnNote[] = []): Prepared {
  if (!isA(table, Table)) {
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
  const { numeric, categorical, date, target } = inTermsOf(table, plan);
  const read = readingOf(table);
  const reading: Reading = { ...read, missing: new Set([...read.missing, ...plan.missing]) };
  const names = sortColumns({ numeric, categorical, date, target }, table, reading);
  checkOrdered(categorical?.order ?? {}, names.categorical, 'categorical');
  if (typeof date?.order === 'object') checkOrdered(date.order, names.date, 'date');
  const inputs: Input[] = [
    ...names.numeric.map((name) => fitNumeric(table, name, numeric!, reading)),
    ...names.categorical.map((name) => fitCategorical(table, name, categorical!, reading)),
    ...names.date.map((name) => fitDate(table, name, date!, reading)),
  ];
  if (inputs.length === 0) {
    throw new DataError('columns: no column is left to learn from', { columns: table.columns.join(', ') });
  }
  const used = new Set([...inputs.map(({ column }) => column), target?.of]);
  return Prepared.fromJSON({
    format: 'glia.columns',
    version: 2,
    inputs,
    target: target === undefined ? null : fitTarget(table, target, reading),
    unused: table.columns.filter((name) => !used.has(name)),
    reading: { ...reading, missing: [...reading.missing] },
    notes: [...known, ...inputs.flatMap((input) => notesOf(input, categorical?.order ?? {}, table, reading))],
  } satisfies PreparedJson);
}

type Parts = Pick<ColumnsPlan, 'numeric' | 'categorical' | 'date' | 'target'>;

/** A plan with the names that its columns have in the table, where letters may be composed otherwise. */
function inTermsOf(table: Table, { numeric, categorical, date, target }: ColumnsPlan): Parts {
  const named = <T extends { readonly of: readonly string[] | undefined }>(
    part: T | undefined,
  ): T | undefined =>
    part?.of === undefined ? part : { ...part, of: part.of.map((name) => nameIn(table, name)) };
  const keyed = <T>(orders: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(
      Object.entries(orders).map(([name, order]) => [table.has(name) ? nameIn(table, name) : name, order]),
    );
  const words = named(categorical);
  const dates = named(date);
  return {
    numeric: named(numeric),
    categorical: words && { ...words, order: keyed(words.order) },
    date: dates && { ...dates, order: typeof dates.order === 'object' ? keyed(dates.order) : dates.order },
    target: target && { ...target, of: nameIn(table, target.of) },
  };
}

/** Which columns enter how: those that are named, and where none are named those that are left. */
function sortColumns(plan: Parts, table: Table, reading: Reading): Sorted {
  const { numeric, categorical, date } = plan;
  const named = new Set(namedColumns(plan));
  const left = table.columns.filter((name) => !named.has(name));
  const text = left.filter((name) => table.types[name] === 'text');
  const dates =
    date === undefined || date.of !== undefined ? [] : text.filter((name) => areDates(table, name, reading));
  return {
    numeric:
      numeric === undefined ? [] : (numeric.of ?? left.filter((name) => table.types[name] === 'number')),
    categorical:
      categorical === undefined ? [] : (categorical.of ?? text.filter((name) => !dates.includes(name))),
    date: date?.of ?? dates,
  };
}

function areDates(table: Table, name: string, reading: Reading): boolean {
  const column = columnOf(table, name);
  return column.type === 'text' && wordsOf(column, reading).areDates;
}

/** What is to be said of a column that enters. */
function notesOf(
  input: Input,
  orders: Readonly<Record<string, readonly string[]>>,
  table: Table,
  reading: Reading,
): ColumnNote[] {
  const { column: name } = input;
  const column = columnOf(table, name);
  if (input.kind === 'date') return [];
  if (input.kind === 'numeric') return input.constant ? [constantNote(name, String(input.shift))] : [];
  const notes = column.type === 'text' ? textNotes(name, column, wordsOf(column, reading), reading) : [];
  const ranked = input.kind === 'ordinal' && column.type === 'text' && !Object.hasOwn(orders, name);
  if (ranked && input.categories.length > 2) notes.push(alphabetNote(name, input.categories));
  if (isConstant(column)) notes.push(constantNote(name, input.categories[0] ?? '(missing)'));
  return notes;
}
