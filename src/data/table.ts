import { isA, readGiven } from '../base/check.ts';
import { isRecord } from '../base/describe.ts';
import { DataError } from '../base/errors.ts';
import { didYouMean } from '../base/options.ts';
import { checkCount, checkFunction, checkNames, entriesOf, keysOf, ownOptions } from './arguments.ts';
import { columnFromValues, columnsFromRows, describe, isListOfAny, mapList } from './cells.ts';
import type { Cell, Column, ColumnType, Row } from './column.ts';
import { cellOf, copyCells, rowsOf, takeCells } from './column-rows.ts';
import { PLAIN_READING, type Reading } from './reading.ts';
import { type SplitOptions, splitIndices } from './split.ts';
import { type ColumnsAndRows, renameColumns, stackColumns } from './table-columns.ts';
import { Groups } from './table-groups.ts';
import { type JoinOptions, joinColumns } from './table-join.ts';
import { type SortOptions, sortedRows } from './table-sort.ts';

export type { Cell, Column, ColumnType, NumberColumn, Row, TextColumn } from './column.ts';

/** What a function of a row may return for a cell, as in `Table.fromRows`: null, undefined and NaN are missing. */
export type CellValue = Cell | Date | undefined;

/** The three parts of a table. */
export interface TableSplit {
  readonly train: Table;
  readonly validation: Table;
  readonly test: Table;
}

/** `Table.split` options: as for `splitIndices`, with the column whose proportions every part keeps. */
export interface TableSplitOptions extends SplitOptions {
  /** Column of which every part shall hold the same share of each value. */
  readonly stratify?: string;
}

/** The columns of a table without a copy: for this folder, which does not write to them. */
let viewOf: (table: Table) => ReadonlyMap<string, Column>;

/**
 * A table of columns that the caller hands over and keeps no hold of: for this folder. `Table.fromColumns` and `Table.fromRows` check and copy.
 *
 * @throws {DataError} when columns differ in length.
 */
export let tableOf: (columns: ReadonlyMap<string, Column>, reading?: Reading) => Table;

/** Only this file makes tables. */
const OURS = Symbol('table');

/** How the file of a table was read; the plain reading for a table that was made of values. */
export let readingOf: (table: Table) => Reading;

/**
 * Named columns of equal length, numeric or text. A table never changes: what selects rows or columns returns another
 * one, and arrays that come out are copies. Rows count from 0. Columns live in a Map, so no name is special, not even
 * `__proto__`.
 *
 * @example
 * const table = Table.fromRows([{ age: 41, plan: 'basic' }, { age: null, plan: 'pro' }]);
 * table.filter((row) => row['plan'] === 'pro').rows; // 1
 */
export class Table {
  readonly #columns: ReadonlyMap<string, Column>;
  readonly #reading: Reading;
  /** Number of rows. */
  readonly rows: number;
  /** Names of the columns, in order. */
  readonly columns: readonly string[];
  #types: Readonly<Record<string, ColumnType>> | undefined;

  static {
    viewOf = (table) => table.#columns;
    tableOf = (columns, reading) => new Table(columns, reading, OURS);
    readingOf = (table) => table.#reading;
  }

  private constructor(columns: ReadonlyMap<string, Column>, reading = PLAIN_READING, from?: typeof OURS) {
    if (from !== OURS) {
      throw new DataError('table: a table is not made with new', {
        hint: 'use Table.fromRows or Table.fromColumns',
      });
    }
    this.#columns = columns;
    this.#reading = reading;
    this.columns = Object.freeze([...columns.keys()]);
    this.rows = this.columns.length === 0 ? 0 : rowsOf(columns.get(this.columns[0]!)!);
    for (const [name, column] of columns) {
      const rows = rowsOf(column);
      if (rows === this.rows) continue;
      throw new DataError(`table: column "${name}" has ${rows} rows, "${this.columns[0]}" has ${this.rows}`);
    }
  }

  /** Type of each column by name. */
  get types(): Readonly<Record<string, ColumnType>> {
    // Made when asked for: an object of a hundred thousand keys takes longer than the columns of a header.
    this.#types ??= Object.freeze(
      Object.fromEntries([...this.#columns].map(([name, { type }]) => [name, type])),
    );
    return this.#types;
  }

  /**
   * A table from objects, one a row. Keys that a row lacks, null, undefined, NaN and texts of blanks are missing. A
   * column of booleans is one of numbers, 0 and 1, whose cells come back as booleans; a Date becomes text in ISO 8601.
   * The columns are the keys in the order in which they first appear.
   *
   * @throws {DataError} for what is not a row or not a cell, naming row and column.
   */
  static fromRows(rows: readonly object[]): Table {
    return tableOf(columnsFromRows(rows));
  }

  /**
   * A table from arrays by column name; the cells follow the rules of `fromRows`. The arrays are copied.
   *
   * @throws {DataError} for what is not a cell, naming row and column, and for columns of different length.
   *
   * @example
   * Table.fromColumns({ age: [41, null], plan: ['basic', 'pro'] });
   */
  static fromColumns(columns: Readonly<Record<string, ArrayLike<unknown>>>): Table {
    if (!isRecord(columns)) throw new DataError('table: wanted an object of arrays by column name');
    const given = readGiven('table: columns', () => Object.entries<ArrayLike<unknown>>(columns), DataError);
    return tableOf(new Map(given.map(([name, values]) => [name, columnFromValues(values, name)])));
  }

  /**
   * One column, as a copy.
   *
   * @throws {DataError} for an unknown name.
   */
  column(name: string): Column {
    return copyCells(columnOf(this, name));
  }

  /** Whether there is a column of that name, however its letters are composed. */
  has(name: string): boolean {
    return findName(this, name) !== undefined;
  }

  /**
   * Row `i` as an object; missing cells are null.
   *
   * @throws {DataError} when there is no such row.
   */
  row(i: number): Row {
    this.#checkRow(i, 'row');
    return this.#row(i);
  }

  /** All rows as objects. `Table.fromRows` makes the same table of them, unless a column is missing throughout. */
  toRows(): Row[] {
    return Array.from({ length: this.rows }, (_, i) => this.#row(i));
  }

  /**
   * The named columns, in the order named.
   *
   * @throws {DataError} for an unknown name.
   */
  select(names: readonly string[]): Table {
    checkNames('select: names', names);
    return this.#with(names.map((name) => [name, columnOf(this, name)]));
  }

  /**
   * The rows of the given numbers, in their order; a row may come more than once.
   *
   * @throws {DataError} when there is no such row.
   */
  take(indices: ArrayLike<number>): Table {
    if (!isListOfAny(indices)) {
      throw new DataError(`take: ${describe(indices)} is not a list of row numbers`);
    }
    const order = readGiven(
      'take: the row numbers',
      () =>
        mapList(indices, (row) => {
          this.#checkRow(row as number, 'take');
          return row as number;
        }),
      DataError,
    );
    return this.#take(Int32Array.from(order));
  }

  /**
   * All columns but the named ones.
   *
   * @throws {DataError} for an unknown name.
   */
  drop(names: string | readonly string[]): Table {
    const dropped = typeof names === 'string' ? [names] : names;
    checkNames('drop: names', dropped);
    const columns = new Map(this.#columns);
    for (const name of dropped) {
      columnOf(this, name);
      columns.delete(name);
    }
    return this.#with(columns);
  }

  /**
   * The table with other names for some columns, by their old names; columns may exchange their names.
   *
   * @throws {DataError} for an unknown name, and when two columns would have one name.
   *
   * @example
   * table.rename({ 'income (EUR)': 'income' });
   */
  rename(names: Readonly<Record<string, string>>): Table {
    const renamed = new Map(entriesOf('rename', names, 'string'));
    for (const old of renamed.keys()) columnOf(this, old);
    return this.#with(renameColumns(this.#columns, renamed));
  }

  /**
   * The table with columns computed from its rows, one or several by name; a name that is there already is replaced, in
   * its place. Each function sees the columns before it.
   *
   * @throws {DataError} for what a function returns and no cell is, and for both numbers and text, naming row and column.
   *
   * @example
   * table.derive('rate', ({ visits, days }) => Number(visits) / Number(days));
   * table.derive({ area: (row) => row['w'] * row['h'], large: (row) => row['area'] > 10 });
   */
  derive(name: string, cell: (row: Row, index: number) => CellValue): Table;
  derive(cells: Readonly<Record<string, (row: Row, index: number) => CellValue>>): Table;
  derive(
    names: string | Readonly<Record<string, (row: Row, index: number) => CellValue>>,
    cell?: (row: Row, index: number) => CellValue,
  ): Table {
    const given = typeof names === 'string' ? Object.fromEntries([[names, cell!]]) : names;
    let table: Table = this;
    for (const [name, cellOfRow] of entriesOf('derive', given, 'function')) {
      const values = Array.from({ length: this.rows }, (_, i) => cellOfRow(table.#row(i), i));
      table = this.#with([...table.#columns, [name, columnFromValues(values, name)]]);
    }
    return table;
  }

  /**
   * A table of the rows that `row` makes of the rows; its columns are their keys, as in `fromRows`. Without rows there are
   * no columns either.
   *
   * @throws {DataError} for what is not a row or not a cell, naming row and column.
   */
  map(row: (row: Row, index: number) => Readonly<Record<string, CellValue>>): Table {
    checkFunction('map', row);
    return this.#with(columnsFromRows(Array.from({ length: this.rows }, (_, i) => row(this.#row(i), i))));
  }

  /** The rows for which `keep` is true. */
  filter(keep: (row: Row, index: number) => boolean): Table {
    checkFunction('filter', keep);
    const kept: number[] = [];
    for (let i = 0; i < this.rows; i++) if (keep(this.#row(i), i)) kept.push(i);
    return this.take(kept);
  }

  /**
   * The rows sorted by one column or several, the first of which counts most: numbers by value, text by code unit (so `B`
   * before `a`). Rows that are alike keep their order; missing cells come last, descending too.
   *
   * @throws {DataError} for an unknown name.
   *
   * @example
   * table.sort(['plan', 'age'], { descending: [false, true] });
   */
  sort(by: string | readonly string[], options: SortOptions = {}): Table {
    const columns = keysOf('sort: by', by).map((name) => columnOf(this, name));
    return this.#take(sortedRows(columns, this.rows, options));
  }

  /**
   * Each row beside the rows of another table that have the same key: as many as there are pairs. The columns are those
   * of this table, then those of the other that are no key. Rows stand in the order of this table, then of the other;
   * with `how: 'right'` the other way round, and with `'outer'` rows of the other without a partner come at the end.
   * Numbers are the same by value, texts when every character is; a missing key has no partner, not even another one.
   *
   * @throws {DataError} for a key that is not in both or is numeric in one and text in the other, for columns of the same
   *   name without a `suffix`, and for a result that memory cannot hold, before it is made.
   *
   * @example
   * orders.join(customers, { on: 'customer', how: 'left', suffix: '_customer' });
   */
  join(other: Table, options: JoinOptions): Table {
    return this.#with(joinColumns(contentOf(this), contentOf(other), options));
  }

  /**
   * The rows by key, one column or several, to be aggregated. A missing cell is a key like any other.
   *
   * @throws {DataError} for an unknown name.
   *
   * @example
   * table.groupBy(['country', 'plan']).aggregate({ customers: ['id', 'count'], income: ['income', 'median'] });
   */
  groupBy(keys: string | readonly string[]): Groups {
    const source = {
      ...contentOf(this),
      tableOf: (columns: Iterable<[string, Column]>) => this.#with(columns),
    };
    return new Groups(source, keysOf('groupBy: keys', keys));
  }

  /**
   * The rows of this table and of others below it. A column that one of them lacks is missing there.
   *
   * @throws {DataError} for a column that is numeric in one and text in another.
   */
  concat(...others: readonly Table[]): Table {
    return this.#with(stackColumns([this, ...others].map(contentOf)));
  }

  /** The first `count` rows, fewer when there are not so many. */
  head(count = 5): Table {
    checkCount('head: the number of rows', count, 0);
    return this.take(Array.from({ length: Math.min(count, this.rows) }, (_, i) => i));
  }

  /**
   * Cuts the rows into parts for training, validation and test, at random by seed. `stratify` names a column of which
   * every part gets the same share of each value; see `splitIndices` for counts and rules.
   *
   * @throws {DataError} when a part would be empty, or for an unknown column.
   * @throws {OptionError} for fractions that are not in [0, 1) or leave nothing to train on.
   *
   * @example
   * const { train, validation, test } = table.split({ validation: 0.15, test: 0.15, stratify: 'churned', seed: 7 });
   */
  split(options: TableSplitOptions = {}): TableSplit {
    const { stratify, ...rest } = ownOptions('split', options, ['validation', 'test', 'seed', 'stratify']);
    const labels = stratify === undefined ? undefined : columnOf(this, stratify).values;
    const { train, validation, test } = splitIndices(this.rows, rest, labels);
    return { train: this.take(train), validation: this.take(validation), test: this.take(test) };
  }

  #take(order: Int32Array): Table {
    return this.#with([...this.#columns].map(([name, column]) => [name, takeCells(column, order)]));
  }

  /** A table of other columns that was read as this one. */
  #with(columns: Iterable<readonly [string, Column]>): Table {
    return tableOf(new Map(columns), this.#reading);
  }

  #row(i: number): Row {
    // fromEntries defines properties, so a column called `__proto__` is one like any other.
    return Object.fromEntries([...this.#columns].map(([name, column]) => [name, cellOf(column, i)]));
  }

  #checkRow(i: number, what: string): void {
    if (Number.isInteger(i) && i >= 0 && i < this.rows) return;
    throw new DataError(`${what}: there is no row ${describe(i)} in a table of ${this.rows} rows`);
  }
}

/**
 * A column without a copy, for readers of this folder.
 *
 * @throws {DataError} for an unknown name, and for what is not a table.
 */
export function columnOf(table: Table, name: string): Column {
  return contentOf(table).columns.get(nameIn(table, name))!;
}

/**
 * The name that a column has in a table, however the letters of `name` are composed: a letter may be one sign, or a sign
 * and an accent, and both look the same.
 *
 * @throws {DataError} for an unknown name, and for what is not a table.
 */
export function nameIn(table: Table, name: string): string {
  contentOf(table);
  const found = findName(table, name);
  if (found !== undefined) return found;
  throw new DataError(`table: there is no column ${describe(name)}`, {
    columns: shorten(table.columns),
    hint: typeof name === 'string' ? didYouMean(name, table.columns) : undefined,
  });
}

function findName(table: Table, name: string): string | undefined {
  if (viewOf(table).has(name) || typeof name !== 'string') return viewOf(table).has(name) ? name : undefined;
  const wanted = name.normalize('NFC');
  const alike = table.columns.filter((one) => one.normalize('NFC') === wanted);
  return alike.length === 1 ? alike[0] : undefined;
}

function contentOf(table: Table): ColumnsAndRows {
  if (isA(table, Table)) return { columns: viewOf(table), rows: table.rows };
  throw new DataError(`table: ${describe(table)} is not a table`, {
    hint: 'Table.fromRows, Table.fromColumns and readCsv make one',
  });
}

function shorten(names: readonly string[]): string {
  return names.length <= 20
    ? names.join(', ')
    : `${names.slice(0, 20).join(', ')} and ${names.length - 20} more`;
}
