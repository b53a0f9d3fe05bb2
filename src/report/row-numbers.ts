import type { Table } from '../data/index.ts';

/** Fewer rows may count up by chance. */
const LEAST_ROWS = 10;

/**
 * Columns that number the rows of a file, each in words with what to do: those that count up or down by ones through the
 * whole file, and a first column without a name and with another whole number in each row, which a data frame writes as
 * its index. A network finds in them how the file was sorted.
 *
 * @param table all rows, in the order of the file.
 * @param target what is predicted, and may be anything.
 */
export function rowNumbers(table: Table, target: string): string[] {
  if (table.rows < LEAST_ROWS) return [];
  return table.columns.flatMap((name, i) => {
    const column = table.column(name);
    if (column.type !== 'number' || name === target) return [];
    if (counts(column.values))
      return [
        `${name} counts the rows of the file: it says where a row stood there, which means nothing for new ones; ${leaveOut(name)}`,
      ];
    // The name that a column without one gets.
    if (i === 0 && name === 'column1' && isIndex(column.values))
      return [
        `${name} had no name and has another whole number in each row, as the index of a data frame; ${leaveOut(name)}`,
      ];
    return [];
  });
}

function leaveOut(name: string): string {
  return `--drop ${/^[\w.-]+$/.test(name) ? name : JSON.stringify(name)} leaves it out`;
}

function counts(values: Float64Array): boolean {
  const step = values[1]! - values[0]!;
  return Math.abs(step) === 1 && values.every((value, i) => value === values[0]! + i * step);
}

function isIndex(values: Float64Array): boolean {
  return values.every(Number.isInteger) && new Set(values).size === values.length;
}
