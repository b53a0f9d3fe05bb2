import { basename } from 'node:path';
import { DataError } from '../base/errors.ts';
import { didYouMean } from '../base/options.ts';
import type { Prepared, Table } from '../data/index.ts';
import { lineOf } from '../data/row-lines.ts';
import type { Background, Judged } from '../report/subject.ts';
import type { Context } from './command.ts';
import { readTableFor, rowsWithTarget } from './files.ts';

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
export function rowsOf(prepare: Prepared, table: Table, file: string): RowsToJudge {
  const { target } = prepare;
  const all = Int32Array.from({ length: table.rows }, (_, row) => row);
  const present =
    target !== undefined && table.columns.includes(target.column) ? rowsWithTarget(table, target.column) : [];
  const labelled = present.length > 0;
  const rows = labelled ? present : all;
  return {
    judged: {
      table: knownColumns(prepare, rows.length === table.rows ? table : table.take(rows)),
      name: '',
      source: { file: basename(file), rows, lineOf: (row) => lineOf(table, row) },
    },
    labelled,
    left: table.rows - rows.length,
  };
}

/** Rows to compare with: those of --background, else the same that are judged. */
export async function backgroundOf(prepare: Prepared, judged: Judged, context: Context): Promise<Background> {
  const given = context.args.path('background');
  if (given === undefined) return { table: judged.table, name: 'row' };
  return {
    table: knownColumns(prepare, await readTableFor(prepare, context, given)),
    name: 'background row',
  };
}

/** The columns that the model knows, those that it passes over and its target among them. */
export function knownColumns(prepare: Prepared, table: Table): Table {
  const { inputs, unused } = prepare.toJSON();
  const known = new Set([...inputs.map(({ column }) => column), ...unused, prepare.target?.column]);
  return table.select(table.columns.filter((name) => known.has(name)));
}
