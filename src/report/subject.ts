import type { DroppedColumn, Table, TableSplit, Task } from '../data/index.ts';
import type { History } from '../train/history.ts';
import type { ConfusionMatrix } from '../train/metrics/index.ts';
import type { Model } from '../train/model.ts';

/** A picture that the columns of a table make, row by row from the top left. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Mean size of the attributions of each column after some epochs; 0 is before the training. */
export interface ImportanceLog {
  readonly columns: readonly string[];
  readonly epochs: readonly { readonly epoch: number; readonly importance: readonly number[] }[];
}

/** What a report is about. */
export interface ReportSubject {
  /** What was trained on, such as the name of the file. */
  readonly name: string;
  /** A model on a table, which has been trained. */
  readonly model: Model;
  readonly history: History;
  readonly parts: TableSplit;
  readonly task: Task;
  /** How well it does on {@link judgedRows}. */
  readonly measured: {
    readonly metrics: Readonly<Record<string, number>>;
    readonly confusion: ConfusionMatrix | undefined;
  };
  /** Columns that were left out by themselves. */
  readonly dropped: readonly DroppedColumn[];
  /** Rows that were left out for want of a target. */
  readonly left: number;
  /** What was asked for, by name. */
  readonly options: readonly (readonly [name: string, value: string])[];
  /** Decides what is drawn at random. */
  readonly seed: number;
  /** How much each column weighed while the model was trained, as `attributionLog` records it. */
  readonly log: ImportanceLog | undefined;
  /** Columns as pixels; `undefined` asks the names of the columns. */
  readonly image: Size | undefined;
}

/** How a report is made. */
export interface ReportOptions {
  /** Ends the work; the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** The rows that a model is judged by, and what they are called. */
export interface Judged {
  readonly table: Table;
  readonly name: 'test' | 'validation' | 'training';
}

/** Those of the test; without one, the best that there is. */
export function judgedRows({ train, validation, test }: TableSplit): Judged {
  if (test.rows > 0) return { table: test, name: 'test' };
  if (validation.rows > 0) return { table: validation, name: 'validation' };
  return { table: train, name: 'training' };
}
