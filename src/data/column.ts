/** What the cells of a column are. */
export type ColumnType = 'number' | 'text';

/** A cell; `null` is a missing one. */
export type Cell = number | string | boolean | null;

/** A row as users write it, keyed by column. */
export type Row = Readonly<Record<string, Cell>>;

/** Numbers of a column; NaN is a missing cell. */
export interface NumberColumn {
  readonly type: 'number';
  readonly values: Float64Array;
  /**
   * Only in a column read from a file with numbers such as `1.50`, one a row: the digits behind the point as they were
   * written, so that `value.toFixed(decimals)` is the spelling; 255 where it is `String(value)`.
   */
  readonly decimals?: Uint8Array;
  /** Whether the cells are truth values, which count as 0 and 1. */
  readonly boolean?: boolean;
}

/** Words of a column; null is a missing cell. */
export interface TextColumn {
  readonly type: 'text';
  readonly values: readonly (string | null)[];
}

/** One column of a table. */
export type Column = NumberColumn | TextColumn;
