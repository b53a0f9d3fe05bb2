import type { DroppedColumn, Table, TableSplit, Task } from '../data/index.ts';
import { counted } from '../plot/numerals.ts';
import type { History } from '../train/history.ts';
import type { Model } from '../train/model.ts';
import type { FileRows } from './file-rows.ts';
import type { Measured } from './measured.ts';

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
  /** Where the rows are from, such as the name of the file. */
  readonly name: string;
  /** A model on a table, which has been trained. */
  readonly model: Model;
  readonly task: Task;
  readonly judged: Judged;
  readonly background: Background;
  /** How well it does on the judged rows; undefined where their target is not known. */
  readonly measured: Measured | undefined;
  /** Rows that were left out for want of a target. */
  readonly left: number;
  /** What is to be said against the columns. */
  readonly warnings: readonly string[];
  /** The run that made the model, where it is at hand: it is not saved with one. */
  readonly training: TrainingRun | undefined;
  /** Decides what is drawn at random. */
  readonly seed: number;
  /** Columns as pixels; `undefined` asks the names of the columns. */
  readonly image: Size | undefined;
}

/** How a model came to be. */
export interface TrainingRun {
  readonly history: History;
  readonly parts: TableSplit;
  /** Columns that were left out by themselves. */
  readonly dropped: readonly DroppedColumn[];
  /** What was asked for, by name. */
  readonly options: readonly (readonly [name: string, value: string])[];
  /** How much each column weighed while the model was trained, as `attributionLog` records it. */
  readonly log: ImportanceLog | undefined;
}

/** How a report is made. */
export interface ReportOptions {
  /** Ends the work; the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** The rows that a model is judged by, and what they are called: nothing where they are all rows of a file. */
export interface Judged {
  readonly table: Table;
  readonly name: 'test' | 'validation' | 'training' | '';
  readonly source: FileRows;
}

/** Rows to compare with, and what one of them is called, such as `training row`. */
export interface Background {
  readonly table: Table;
  readonly name: string;
}

/** Of the parts of a table the one that judges best: that of the test; without one, the best that there is. */
export function judgingPart({ validation, test }: TableSplit): 'test' | 'validation' | 'train' {
  return test.rows > 0 ? 'test' : validation.rows > 0 ? 'validation' : 'train';
}

/** `69 test rows`, or `69 rows`. */
export function countedRows(rows: number, { name }: Pick<Judged, 'name'>): string {
  return counted(rows, name === '' ? 'row' : `${name} row`);
}
