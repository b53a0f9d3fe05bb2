import { basename } from 'node:path';
import { DataError } from '../base/errors.ts';
import { didYouMean } from '../base/options.ts';
import type { Prepared, Table } from '../data/index.ts';
import { lineOf } from '../data/row-lines.ts';
import type { Judged } from '../report/subject.ts';
import { rowsWithTarget } from './files.ts';

/** The rows of a file that a saved model is looked at on. */
export interface RowsToJudge {
  readonly judged: Judged;
  /** Whether they have their target: rows without one are left out then. */
  readonly labelled: boolean;
  readonly left: number;
}

/** Rows with their target. @throws {DataError} when there is none. */
export function labelledRows(prepare: Prepared, table: Table, file: string): RowsToJudge {
  const target = prepare.target?.column;
  if (target === undefined) throw new DataError('the model knows no target column', { at: file });
  if (!table.columns.includes(target)) {
    throw new DataError(`the target column "${target}" is missing`, {
      at: file,
      columns: table.columns.slice(0, 20).join(', '),
      hint: didYouMean(target, table.columns) ?? 'glia predict needs no target',
    });
  }
  const rows = rowsOf(prepare, table, file);
  if (!rows.labelled) throw new DataError(`no row has a value of "${target}"`, { at: file });
  return rows;
}

/** Those rows that have their target; where none has, all of them, of which less can be said. */
export function rowsOf({ target }: Prepared, table: Table, file: string): RowsToJudge {
  const all = Int32Array.from({ length: table.rows }, (_, row) => row);
  const present =
    target !== undefined && table.columns.includes(target.column) ? rowsWithTarget(table, target.column) : [];
  const labelled = present.length > 0;
  const rows = labelled ? present : all;
  return {
    judged: {
      table: rows.length === table.rows ? table : table.take(rows),
      name: '',
      source: { file: basename(file), rows, lineOf: (row) => lineOf(table, row) },
    },
    labelled,
    left: table.rows - rows.length,
  };
}
