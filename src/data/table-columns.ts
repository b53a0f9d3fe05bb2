import { DataError } from '../base/errors.ts';
import { commonType, emptyCells, stackCells } from './column-rows.ts';
import type { Column } from './table.ts';

/** Columns by name, all of as many rows. */
export interface ColumnsAndRows {
  readonly columns: ReadonlyMap<string, Column>;
  readonly rows: number;
}

/**
 * The columns with other names for some, by their old names.
 *
 * @throws {DataError} when two would have one name.
 */
export function renameColumns(
  columns: ReadonlyMap<string, Column>,
  names: ReadonlyMap<string, string>,
): Map<string, Column> {
  const renamed = new Map<string, Column>();
  for (const [old, column] of columns) {
    const name = names.get(old) ?? old;
    if (renamed.has(name)) throw new DataError(`rename: two columns would be called "${name}"`);
    renamed.set(name, column);
  }
  return renamed;
}

/**
 * The rows of several tables, one below the other. A column that one of them lacks is missing there.
 *
 * @throws {DataError} for a column that is numeric in one and text in another.
 */
export function stackColumns(parts: readonly ColumnsAndRows[]): Map<string, Column> {
  const names = new Set(parts.flatMap(({ columns }) => [...columns.keys()]));
  const stacked = new Map<string, Column>();
  for (const name of names) {
    const cells = parts.map(({ columns, rows }) => columns.get(name) ?? emptyCells(rows));
    if (commonType(cells) === undefined) {
      throw new DataError(`concat: column "${name}" is numeric in one table and text in another`, {
        hint: `read both in one way, such as types: { ${JSON.stringify(name)}: 'text' }, or derive one column`,
      });
    }
    stacked.set(name, stackCells(cells));
  }
  return stacked;
}
