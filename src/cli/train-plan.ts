import { basename, extname } from 'node:path';
import { DataError } from '../base/errors.ts';
import {
  type ColumnNote,
  type DateOrder,
  type DroppedColumn,
  type InferOptions,
  inferColumns,
  type Prepared,
  type Table,
  type TableSplit,
  type Task,
} from '../data/index.ts';
import { lineOf } from '../data/row-lines.ts';
import { type SplitIndices, splitIndices } from '../data/split.ts';
import { rowNumbers } from '../report/row-numbers.ts';
import type { Size } from '../report/subject.ts';
import { type Arguments, UsageError } from './arguments.ts';
import { rowsWithTarget } from './files.ts';
import { type NetworkPlan, planNetwork } from './network.ts';

const TASKS: readonly Task[] = ['classification', 'regression'];

/** What the options ask for. */
export interface TrainPlan {
  readonly file: string;
  readonly target: string;
  readonly task: Task | undefined;
  readonly drop: readonly string[];
  /** What is said of columns that their cells leave open. */
  readonly columns: Pick<InferOptions, 'numeric' | 'categorical' | 'dates'>;
  readonly out: string;
  /** Where the report goes; none is made without. */
  readonly report: string | undefined;
  /** Columns as the pixels of a picture. */
  readonly image: Size | undefined;
  readonly validation: number;
  readonly test: number;
  readonly seed: number;
  readonly network: NetworkPlan;
}

/** What is to be said of a column, with the lines of the file. */
export interface LinedNote extends ColumnNote {
  readonly lines: readonly number[];
}

/** The table and what is learned from it. */
export interface TrainData {
  readonly task: Task;
  readonly parts: TableSplit;
  readonly prepare: Prepared;
  readonly dropped: readonly DroppedColumn[];
  /** What of the columns may not be expected. */
  readonly notes: readonly LinedNote[];
  /** Rows without a target. */
  readonly left: number;
  /** Which rows of the file each part holds, from 0. */
  readonly rows: SplitIndices;
  /** The line of the file that a row of it begins on. */
  readonly lineOf: (row: number) => number | undefined;
  /** What is to be said against the columns, beside those that were left out by themselves. */
  readonly warnings: readonly string[];
}

/** Reads the options. @throws {UsageError} */
export function readPlan(args: Arguments): TrainPlan {
  const file = args.positionals[0]!;
  const target = args.text('target');
  if (target === undefined) throw new UsageError('--target is missing: which column shall be predicted?');
  const validation = args.number('validation', { least: 0, below: 1 }) ?? 0.15;
  const test = args.number('test', { least: 0, below: 1 }) ?? 0.2;
  if (validation + test >= 1) throw new UsageError('--validation and --test leave nothing to train on');
  if (args.has('no-report') && args.text('report') !== undefined)
    throw new UsageError('--report and --no-report exclude each other');
  return {
    file,
    target,
    task: args.word('task', TASKS),
    drop: args.list('drop') ?? [],
    columns: readColumns(args),
    out: args.path('out')!,
    report: args.path('report'),
    image: readImage(args),
    validation,
    test,
    seed: args.whole('seed', 0) ?? 0,
    network: planNetwork(args),
  };
}

/** Where the model goes when nothing is said. */
export function usualOut({ positionals }: Arguments): string {
  const file = positionals[0]!;
  return `${basename(file, extname(file))}.glia`;
}

/**
 * Beside the model, not in its folder: that one is switched in whole by every save, also by programs that know of no
 * report, and holds nothing but what they wrote.
 */
export function usualReport(args: Arguments): string | undefined {
  if (args.has('no-report')) return undefined;
  const out = args.path('out')!;
  return `${out.replace(/[\\/]+$/, '').replace(/\.glia$/, '')}.report.html`;
}

const DATE_ORDERS: readonly string[] = ['ymd', 'dmy', 'mdy'] satisfies DateOrder[];

/** What is said of columns. @throws {UsageError} */
function readColumns(args: Arguments): TrainPlan['columns'] {
  const [numeric, categorical, dates] = ['numeric', 'categorical', 'dates'].map((name) => args.list(name));
  return {
    ...(numeric !== undefined && { numeric }),
    ...(categorical !== undefined && { categorical }),
    ...(dates !== undefined && { dates: readOrders(dates) }),
  };
}

/** `dmy`, or orders by column: `bought=dmy`. */
function readOrders(words: readonly string[]): NonNullable<InferOptions['dates']> {
  const pairs = words.map((word): readonly [string, string] => {
    const at = word.lastIndexOf('=');
    return [word.slice(0, Math.max(at, 0)), word.slice(at + 1)];
  });
  for (const [name, order] of pairs) {
    if (DATE_ORDERS.includes(order) && (name !== '' || words[0] === order)) continue;
    throw new UsageError(
      `--dates must be one of ${DATE_ORDERS.join(', ')}, or such as bought=dmy,sold=mdy, got "${words.join(',')}"`,
    );
  }
  if (pairs[0]![0] === '') return pairs[0]![1] as DateOrder;
  return Object.fromEntries(pairs) as Record<string, DateOrder>;
}

/** A size such as `8x8`. @throws {UsageError} */
export function readImage(args: Arguments): Size | undefined {
  const text = args.text('image');
  if (text === undefined) return undefined;
  const match = /^([1-9]\d{0,3})x([1-9]\d{0,3})$/i.exec(text);
  if (match !== null) return { width: Number(match[1]), height: Number(match[2]) };
  throw new UsageError(`--image must be a width and a height such as 28x28, got "${text}"`);
}

/** Splits first, then learns the columns from the training rows alone. */
export function divide(
  all: Table,
  { target, task: said, drop, columns, validation, test, seed }: TrainPlan,
): TrainData {
  for (const name of drop) all.column(name);
  if (drop.includes(target)) throw new DataError(`the target "${target}" cannot be dropped`);
  const kept = all.select(all.columns.filter((name) => !drop.includes(name)));
  // What is said of cells comes from all of the file, what is learned from the training rows alone.
  const whole = inferColumns(kept, target, { ...columns, ...(said !== undefined && { task: said }) });
  const { task } = whole;
  const present = rowsWithTarget(kept, target);
  const table = kept.take(present);
  // As table.split does it, which keeps no numbers of rows.
  const labels = task === 'classification' ? table.column(target).values : undefined;
  const split = splitIndices(table.rows, { validation, test, seed }, labels);
  const parts = eachPart(split, (rows) => table.take(rows));
  const { spec, dropped } = inferColumns(parts.train, target, { ...columns, task });
  return {
    task,
    parts,
    prepare: spec.fit(parts.train),
    dropped,
    notes: whole.notes.map((note) => ({
      ...note,
      lines: note.rows.flatMap((row) => lineOf(all, row) ?? []),
    })),
    left: all.rows - present.length,
    rows: eachPart(split, (rows) => rows.map((row) => present[row]!)),
    lineOf: (row) => lineOf(all, row),
    warnings: rowNumbers(kept, target),
  };
}

function eachPart<T>({ train, validation, test }: SplitIndices, of: (rows: Int32Array) => T) {
  return { train: of(train), validation: of(validation), test: of(test) };
}
