import { type Content, html } from '../page/html.ts';
/** Which rows of a file the rows of a table are. */
export interface FileRows {
  /** Name of the file, without its folder. */
  readonly file: string;
  /** The number of each row among those of the file, from 0, as `glia explain --row` counts. */
  readonly rows: ArrayLike<number>;
  /** The line of the file, from 1, that a row of it begins on, where that is known. */
  readonly lineOf: (row: number) => number | undefined;
}

/** Where a row stands: its number as `--row` takes it, and its line. */
export interface RowPlace {
  readonly row: number;
  readonly line: number | undefined;
}

/** Where row `i` of a table stands in its file. */
export function placeOf({ rows, lineOf }: FileRows, i: number): RowPlace {
  const row = rows[i]!;
  return { row, line: lineOf(row) };
}

/** The same in words, such as `line 36 of penguins.csv (row 34)`. */
export function placeWords(source: FileRows, i: number): string {
  const { row, line } = placeOf(source, i);
  return line === undefined ? `row ${row} of ${source.file}` : `line ${line} of ${source.file} (row ${row})`;
}

/** What the numbers of the rows mean. */
export const ROWS_COUNT: Content = html`Rows are counted from 0 below the header, as <code>--row</code> of <code>glia explain</code> does.`;
