import { DataError } from '../base/errors.ts';
import { checkWord, ownOptions } from './arguments.ts';
import { type ColumnsSpec, columns } from './columns.ts';
import type { ColumnsOptions } from './columns-plan.ts';
import { type Column, columnOf, type Table } from './table.ts';

/** What is learned: one of some classes, or a number. */
export type Task = 'classification' | 'regression';

/** A column that is left out, and why. */
export interface DroppedColumn {
  readonly column: string;
  readonly reason: string;
}

/** A plan made from a table alone. */
export interface InferredColumns {
  readonly spec: ColumnsSpec;
  readonly task: Task;
  /** Columns taken as numbers. */
  readonly numeric: readonly string[];
  /** Columns taken as categories. */
  readonly categorical: readonly string[];
  readonly dropped: readonly DroppedColumn[];
}

/** A whole-numbered target of so many values is taken for class numbers. */
const MOST_INTEGER_CLASSES = 20;

/** A text column beyond both of these is a name, an identifier or prose: one output a word would learn rows by heart. */
const MOST_CATEGORIES = 50;
const LARGEST_UNIQUE_SHARE = 0.5;

/**
 * Plans the columns of a table when only the target is known: numeric columns are imputed with the median and
 * standardised, text columns become one output a category, columns that can teach nothing are dropped and listed.
 *
 * The task is classification when the target is text, or has at most 20 distinct whole numbers that come twice or
 * more on average; else regression on a standardised target. `task` decides otherwise.
 *
 * @throws {DataError} for an unknown target, a target of one class or without values, text as the target of a regression.
 * @throws {OptionError} for an option that does not exist or cannot be.
 *
 * @example
 * const { spec, task, dropped } = inferColumns(table, 'churned');
 * const prepare = spec.fit(train);
 */
export function inferColumns(
  table: Table,
  target: string,
  options: { readonly task?: Task } = {},
): InferredColumns {
  const { task: said } = ownOptions('inferColumns', options, ['task']);
  checkWord('inferColumns: task', said, ['classification', 'regression']);
  const column = columnOf(table, target);
  const task = said ?? guessTask(column);
  checkTarget(column, target, task);
  const dropped: DroppedColumn[] = [];
  const kept = { number: [] as string[], text: [] as string[] };
  for (const name of table.columns) {
    if (name === target) continue;
    const candidate = columnOf(table, name);
    const reason = whyDrop(candidate);
    if (reason === undefined) kept[candidate.type].push(name);
    else dropped.push({ column: name, reason });
  }
  if (kept.number.length + kept.text.length === 0) {
    throw new DataError(`columns: no column is left to predict "${target}" from`, {
      dropped: dropped.map(({ column: name, reason }) => `${name} (${reason})`).join(', ') || undefined,
    });
  }
  const plan: ColumnsOptions = {
    numeric: { of: kept.number, impute: 'median', scale: 'standard' },
    categorical: { of: kept.text, encode: 'onehot', unknown: 'ignore' },
    target:
      task === 'classification'
        ? { of: target, encode: 'label' }
        : { of: target, encode: 'none', scale: 'standard' },
  };
  return { spec: columns(plan), task, numeric: kept.number, categorical: kept.text, dropped };
}

function guessTask(column: Column): Task {
  if (column.type === 'text') return 'classification';
  const values = column.values.filter((value) => !Number.isNaN(value));
  const distinct = new Set(values);
  const few = distinct.size <= MOST_INTEGER_CLASSES && distinct.size * 2 <= values.length;
  return few && values.every(Number.isInteger) ? 'classification' : 'regression';
}

function checkTarget(column: Column, name: string, task: Task): void {
  const distinct = distinctOf(column);
  if (distinct.size === 0)
    throw new DataError(`columns: the target "${name}" has no value`, { column: name });
  if (task === 'regression' && column.type === 'text') {
    throw new DataError(`columns: the target "${name}" is text, a regression wants numbers`, {
      column: name,
      value: JSON.stringify([...distinct][0]),
    });
  }
  if (task === 'classification' && distinct.size === 1) {
    throw new DataError(`columns: every row of the target "${name}" is ${JSON.stringify([...distinct][0])}`, {
      column: name,
      wanted: 'at least two classes',
    });
  }
}

function whyDrop(column: Column): string | undefined {
  const distinct = distinctOf(column);
  if (distinct.size === 0) return 'no value';
  const many = distinct.size > MOST_CATEGORIES && distinct.size > LARGEST_UNIQUE_SHARE * column.values.length;
  return column.type === 'text' && many ? `text with ${distinct.size} different values` : undefined;
}

/** Distinct values that are not missing. */
function distinctOf(column: Column): Set<number | string> {
  const distinct = new Set<number | string>();
  for (const value of column.values) if (value !== null && !Number.isNaN(value)) distinct.add(value);
  return distinct;
}
