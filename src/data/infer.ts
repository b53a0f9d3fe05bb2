import { DataError, OptionError } from '../base/errors.ts';
import { checkNames, checkWord, entriesOf, ownOptions } from './arguments.ts';
import { type ColumnNote, isConstant, leftOutNote, textNotes, type Words, wordsOf } from './column-notes.ts';
import { type ColumnsSpec, learn } from './columns.ts';
import { type ColumnsOptions, type DateOptions, planColumns } from './columns-plan.ts';
import { categoriesOf } from './encode.ts';
import type { Reading } from './reading.ts';
import { type Column, columnOf, nameIn, readingOf, type Table } from './table.ts';
import { refuseDates } from './target.ts';

/** What is learned: one of some classes, or a number. */
export type Task = 'classification' | 'regression';

/** A column that is left out, and why. */
export interface DroppedColumn {
  readonly column: string;
  readonly reason: string;
}

/** What is known of a table besides its target. */
export interface InferOptions {
  readonly task?: Task;
  /** Columns whose text spells numbers, such as quantities with leading zeros. */
  readonly numeric?: readonly string[];
  /** Columns of numbers that are names, such as postcodes. */
  readonly categorical?: readonly string[];
  /** In which order day, month and year of dates stand: of all columns, or by name; a column that is named holds dates. */
  readonly dates?: DateOptions['order'];
}

/** A plan made from a table alone. */
export interface InferredColumns {
  readonly spec: ColumnsSpec;
  readonly task: Task;
  /** Columns taken as numbers. */
  readonly numeric: readonly string[];
  /** Columns taken as categories. */
  readonly categorical: readonly string[];
  /** Columns taken as dates. */
  readonly date: readonly string[];
  readonly dropped: readonly DroppedColumn[];
  /** What of the columns, also of the target and those that are dropped, may not be expected. */
  readonly notes: readonly ColumnNote[];
}

/** A whole-numbered target of so many values is taken for class numbers. */
const MOST_INTEGER_CLASSES = 20;

/** A text column beyond both of these is a name, an identifier or prose: one output a word would learn rows by heart. */
const MOST_CATEGORIES = 50;
const LARGEST_UNIQUE_SHARE = 0.5;

/**
 * Plans the columns of a table when only the target is known: numeric columns are imputed with the median and
 * standardised, dates become what differs of year, month, weekday, hour and day, other text columns one output a category,
 * and columns that can teach nothing are dropped and listed. What a user may not expect of a column stands in `notes`.
 *
 * The task is classification when the target is text or truth values, or has at most 20 distinct whole numbers that come
 * twice or more on average; else regression on a standardised target. `task` decides otherwise.
 *
 * @throws {DataError} for an unknown target, a target of one class or without values, text as the target of a regression,
 *   a target of dates, dates whose order is in doubt.
 * @throws {OptionError} for an option that does not exist or cannot be.
 *
 * @example
 * const { spec, task, dropped, notes } = inferColumns(table, 'churned');
 * const prepare = spec.fit(train);
 */
export function inferColumns(table: Table, wanted: string, options: InferOptions = {}): InferredColumns {
  const {
    task: said,
    numeric = [],
    categorical = [],
    dates: orders,
  } = ownOptions('inferColumns', options, ['task', 'numeric', 'categorical', 'dates']);
  checkWord('inferColumns: task', said, ['classification', 'regression']);
  const dates =
    orders === undefined || typeof orders === 'string'
      ? orders
      : (Object.fromEntries(entriesOf('inferColumns: dates', orders, 'string')) as typeof orders);
  const target = nameIn(table, wanted);
  const named = namedKinds(table, target, { numeric, categorical, dates });
  const reading = readingOf(table);
  const column = columnOf(table, target);
  refuseDates(column, target, reading);
  const task = said ?? guessTask(column);
  checkTarget(column, target, task, reading);
  const dropped: DroppedColumn[] = [];
  const notes: ColumnNote[] = [...noteOfTarget(target, column, task, reading)];
  const kept = { numeric: [] as string[], categorical: [] as string[], date: [] as string[] };
  for (const name of table.columns) {
    if (name === target) continue;
    const found = lookAt(name, columnOf(table, name), named.get(name), reading);
    notes.push(...found.notes);
    if ('reason' in found) dropped.push({ column: name, reason: found.reason });
    else kept[found.kind].push(name);
  }
  if (kept.numeric.length + kept.categorical.length + kept.date.length === 0) {
    throw new DataError(`columns: no column is left to predict "${target}" from`, {
      dropped: dropped.map(({ column: name, reason }) => `${name} (${reason})`).join(', ') || undefined,
    });
  }
  const plan = planColumns({
    numeric: { of: kept.numeric, impute: 'median', scale: 'standard' },
    categorical: { of: kept.categorical, encode: 'onehot', unknown: 'ignore' },
    date: { of: kept.date, ...(dates !== undefined && { order: ordersOf(dates, kept.date) }) },
    target:
      task === 'classification'
        ? { of: target, encode: 'label' }
        : { of: target, encode: 'none', scale: 'standard' },
  } satisfies ColumnsOptions);
  const leftOut = dropped.map(({ column: name, reason }) => leftOutNote(name, reason));
  const ofUnused = notes.filter(
    ({ column: name }) => dropped.some((one) => one.column === name) || name === target,
  );
  // The order of dates is looked for now: a column in doubt is refused before anything is trained.
  const spec = { plan, fit: (training: Table) => learn(plan, training, [...ofUnused, ...leftOut]) };
  return { spec, task, ...kept, dropped, notes };
}

type Kind = 'numeric' | 'categorical' | 'date';

/** Columns whose kind was said. */
function namedKinds(
  table: Table,
  target: string,
  { numeric, categorical, dates }: { numeric: unknown; categorical: unknown; dates: InferOptions['dates'] },
): ReadonlyMap<string, Kind> {
  checkNames('inferColumns: numeric', numeric);
  checkNames('inferColumns: categorical', categorical);
  const dated = typeof dates === 'object' ? Object.keys(dates) : [];
  const kinds = new Map<string, Kind>();
  const all: readonly (readonly [Kind, readonly string[]])[] = [
    ['numeric', numeric as readonly string[]],
    ['categorical', categorical as readonly string[]],
    ['date', dated],
  ];
  for (const [kind, names] of all) {
    for (const given of names) {
      const name = nameIn(table, given);
      if (kinds.has(name)) throw new OptionError(`inferColumns: "${name}" is named twice`);
      if (name === target)
        throw new OptionError(`inferColumns: "${name}" is the target`, {
          hint: 'task says how it is predicted',
        });
      kinds.set(name, kind);
    }
  }
  return kinds;
}

function ordersOf(dates: NonNullable<InferOptions['dates']>, kept: readonly string[]): typeof dates {
  if (typeof dates === 'string') return dates;
  return Object.fromEntries(
    Object.entries(dates).filter(([name]) =>
      kept.some((one) => one.normalize('NFC') === name.normalize('NFC')),
    ),
  );
}

type Found = { readonly notes: readonly ColumnNote[] } & (
  | { readonly kind: Kind }
  | { readonly reason: string }
);

/** What a column enters as, or why it does not. */
function lookAt(name: string, column: Column, said: Kind | undefined, reading: Reading): Found {
  const words = column.type === 'text' ? wordsOf(column, reading) : undefined;
  const kind = said ?? (words === undefined ? 'numeric' : words.areDates ? 'date' : 'categorical');
  const notes =
    column.type === 'text' && kind === 'categorical' ? textNotes(name, column, words!, reading) : [];
  const reason = whyDrop(column, words, kind, said !== undefined);
  return reason === undefined ? { kind, notes } : { reason, notes };
}

function whyDrop(column: Column, words: Words | undefined, kind: Kind, said: boolean): string | undefined {
  const present =
    words?.present ?? column.values.length - column.values.filter((value) => Number.isNaN(value)).length;
  if (present === 0) return 'no value';
  if (isConstant(column)) return `every row has ${JSON.stringify(column.values[0])}`;
  if (words === undefined || kind !== 'categorical' || said) return undefined;
  const { size } = words.distinct;
  const many = size > MOST_CATEGORIES && size > LARGEST_UNIQUE_SHARE * column.values.length;
  return many ? `text with ${size} different values` : undefined;
}

/** Text that makes a classification of what may have been a regression. */
function noteOfTarget(name: string, column: Column, task: Task, reading: Reading): readonly ColumnNote[] {
  if (column.type === 'number' || task === 'regression') return [];
  return textNotes(name, column, wordsOf(column, reading), reading);
}

function guessTask(column: Column): Task {
  if (column.type === 'text' || column.boolean === true) return 'classification';
  const values = column.values.filter((value) => !Number.isNaN(value));
  const distinct = new Set(values);
  const few = distinct.size <= MOST_INTEGER_CLASSES && distinct.size * 2 <= values.length;
  return few && values.every(Number.isInteger) ? 'classification' : 'regression';
}

function checkTarget(column: Column, name: string, task: Task, reading: Reading): void {
  if (task === 'regression') {
    if (column.type === 'text' && wordsOf(column, reading).numbers < wordsOf(column, reading).present) {
      throw new DataError(`columns: the target "${name}" is text, a regression wants numbers`, {
        column: name,
        value: JSON.stringify(column.values.find((value) => value !== null)),
      });
    }
    if (column.values.length === 0 || (isConstant(column) && isMissingCell(column.values[0]!)))
      throw new DataError(`columns: the target "${name}" has no value`, { column: name });
    return;
  }
  const classes = categoriesOf(column, name, reading).filter((category) => category !== null);
  if (classes.length === 0)
    throw new DataError(`columns: the target "${name}" has no value`, { column: name });
  if (classes.length === 1) {
    const value = column.type === 'number' ? classes[0] : JSON.stringify(classes[0]);
    throw new DataError(`columns: every row of the target "${name}" is ${value}`, {
      column: name,
      wanted: 'at least two classes',
    });
  }
}

function isMissingCell(value: number | string | null): boolean {
  return value === null || Number.isNaN(value);
}
