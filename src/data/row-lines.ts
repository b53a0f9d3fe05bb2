import type { Table } from './table.ts';

/**
 * The line of a file that each row of a table began on, from 1. Rows mostly stand one below the other, so only those that
 * do not are kept: after a blank line, or after a cell with a line break in it.
 */
export class RowLines {
  /** A run of rows on lines that follow each other. */
  readonly #runs: { readonly row: number; readonly line: number }[] = [];
  #rows = 0;
  #next = Number.NaN;

  /** The next row. */
  add(line: number): void {
    if (line !== this.#next) this.#runs.push({ row: this.#rows, line });
    this.#next = line + 1;
    this.#rows++;
  }

  /** The line of a row, from 0. */
  of(row: number): number | undefined {
    if (!Number.isInteger(row) || row < 0 || row >= this.#rows) return undefined;
    let [low, high] = [0, this.#runs.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.#runs[middle]!.row <= row) low = middle;
      else high = middle - 1;
    }
    const run = this.#runs[low]!;
    return run.line + row - run.row;
  }
}

const known = new WeakMap<Table, RowLines>();

/** The table, with what is known of its lines beside it. */
export function withLines(table: Table, lines: RowLines): Table {
  known.set(table, lines);
  return table;
}

/** The line that a row of a table began on in the file that it was read from; undefined of any other table. */
export function lineOf(table: Table, row: number): number | undefined {
  return known.get(table)?.of(row);
}
