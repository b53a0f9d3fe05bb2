import { AS_PRINTED } from './spelling.ts';
import type { Cell, Column, ColumnType, NumberColumn } from './table.ts';
import { Words } from './words.ts';

/** Stands for a row that is not there: its cells are missing. */
export const NO_ROW = -1;

/** How many rows a column has. */
export function rowsOf(column: Column): number {
  return column instanceof Words ? column.rows : column.values.length;
}

/** The cell of a row, null when missing. */
export function cellOf(column: Column, row: number): Cell {
  if (column instanceof Words) return column.at(row);
  if (column.type === 'text') return column.values[row] ?? null;
  const value = column.values[row]!;
  if (Number.isNaN(value)) return null;
  return column.boolean === true ? value !== 0 : value;
}

/** The cells of the given rows, in their order, with all that belongs to them: the only way in which rows move. */
export function takeCells(column: Column, order: Int32Array): Column {
  if (column instanceof Words) return column.take(order);
  if (column.type === 'text') {
    return { type: 'text', values: Array.from(order, (row) => column.values[row] ?? null) };
  }
  const values = new Float64Array(order.length);
  for (let i = 0; i < order.length; i++) values[i] = column.values[order[i]!] ?? Number.NaN;
  if (column.decimals === undefined) return { ...column, values };
  const decimals = new Uint8Array(order.length);
  for (let i = 0; i < order.length; i++) decimals[i] = column.decimals[order[i]!] ?? AS_PRINTED;
  return { ...column, values, decimals };
}

/** A copy that the caller may write to. */
export function copyCells(column: Column): Column {
  if (column instanceof Words) return { type: 'text', values: column.toArray() };
  if (column.type === 'text') return { type: 'text', values: [...column.values] };
  const values = column.values.slice();
  if (column.decimals === undefined) return { ...column, values };
  return { ...column, values, decimals: column.decimals.slice() };
}

/** A column of missing cells. */
export function emptyCells(rows: number): NumberColumn {
  return { type: 'number', values: new Float64Array(rows).fill(Number.NaN) };
}

/** Whether a column has no value at all, so that its cells do not say what it is. */
export function isEmpty(column: Column): boolean {
  const rows = rowsOf(column);
  for (let row = 0; row < rows; row++) if (cellOf(column, row) !== null) return false;
  return true;
}

/** The type that columns have in common, a column without any value going with either; undefined when they differ. */
export function commonType(columns: readonly Column[]): ColumnType | undefined {
  const types = new Set(columns.filter((column) => !isEmpty(column)).map(({ type }) => type));
  return types.size > 1 ? undefined : ([...types][0] ?? columns[0]?.type ?? 'number');
}

/** The cells of columns that have a type in common, one column after the other. */
export function stackCells(columns: readonly Column[]): Column {
  if (commonType(columns) === 'text') {
    const values = columns.flatMap((column) =>
      column.type === 'text' ? column.values : new Array<null>(rowsOf(column)).fill(null),
    );
    return { type: 'text', values };
  }
  const numbers = columns.map(
    (column): NumberColumn => (column.type === 'number' ? column : emptyCells(rowsOf(column))),
  );
  const length = numbers.reduce((sum, { values }) => sum + values.length, 0);
  const values = new Float64Array(length);
  const decimals = numbers.some((column) => column.decimals !== undefined)
    ? new Uint8Array(length).fill(AS_PRINTED)
    : undefined;
  let at = 0;
  for (const column of numbers) {
    values.set(column.values, at);
    if (column.decimals !== undefined) decimals!.set(column.decimals, at);
    at += column.values.length;
  }
  // Truth values among other numbers are numbers.
  const boolean = numbers.every((column) => column.boolean === true || isEmpty(column));
  return { type: 'number', values, ...(decimals && { decimals }), ...(boolean && { boolean }) };
}
