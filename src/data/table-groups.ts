import { describe } from '../base/describe.ts';
import { DataError, OptionError } from '../base/errors.ts';
import { didYouMean } from '../base/options.ts';
import { NUMBERS_TO_NUMBER, ROWS_TO_ROW } from './aggregates.ts';
import { columnFromValues } from './cells.ts';
import { cellOf, takeCells } from './column-rows.ts';
import type { Column, Table } from './table.ts';
import type { ColumnsAndRows } from './table-columns.ts';
import { numberKeys, type RowsByKey, rowsByKey } from './table-keys.ts';

/**
 * What is computed of a column in each group, missing cells left out: `count` and `nunique` how many and how many
 * different ones, `std` with n - 1. `sum` of none is 0; the others are missing then, and `std` of one is, too. `size` counts
 * the rows, missing ones with them.
 */
export type Aggregation = keyof typeof NUMBERS_TO_NUMBER | keyof typeof ROWS_TO_ROW | keyof typeof COUNTS;

/** A column of the result: a column and what to compute of it, or a function of the rows of a group. */
export type Aggregate =
  | readonly [column: string, how: Aggregation]
  | ((group: Table) => number | string | boolean | null | undefined);

const COUNTS = {
  count: (_column: Column, there: Int32Array) => there.length,
  nunique: (column: Column, there: Int32Array) =>
    new Set(Array.from(there, (row) => cellOf(column, row))).size,
  size: (_column: Column, _there: Int32Array, all: Int32Array) => all.length,
} as const;

const AGGREGATIONS: readonly string[] = [NUMBERS_TO_NUMBER, ROWS_TO_ROW, COUNTS].flatMap(Object.keys);

/** The content of a table, and a table made of other columns. */
interface Source extends ColumnsAndRows {
  readonly tableOf: (columns: Iterable<[string, Column]>) => Table;
}

/** Rows of a table by key, from `Table.groupBy`; the groups stand in the order in which they first appear. */
export class Groups {
  readonly #source: Source;
  readonly #keys: readonly string[];
  readonly #byKey: RowsByKey;
  /** Number of groups. */
  readonly size: number;

  constructor(source: Source, keys: readonly string[]) {
    const columns = keys.map((name) => columnIn(source, name));
    const numbers = numberKeys(columns, source.rows, 'a key', 'groupBy');
    this.#source = source;
    this.#keys = keys;
    this.#byKey = rowsByKey(numbers);
    this.size = numbers.count;
  }

  /**
   * One row a group: the key, then a column for each aggregate.
   *
   * @throws {DataError} for an unknown column, text where numbers are needed, a name that the key has, or what a
   *   function returns and no cell is.
   * @throws {OptionError} for what is no aggregate.
   *
   * @example
   * table.groupBy('plan').aggregate({ income: ['income', 'mean'], oldest: ['age', 'max'], all: (rows) => rows.rows });
   */
  aggregate(aggregates: Readonly<Record<string, Aggregate>>): Table {
    if (typeof aggregates !== 'object' || aggregates === null || Array.isArray(aggregates)) {
      throw new OptionError(`aggregate: wanted an object, got ${describe(aggregates)}`, {
        hint: "such as { income: ['income', 'mean'] }",
      });
    }
    const columns = new Map<string, Column>();
    const firsts = Int32Array.from({ length: this.size }, (_, group) => this.#rowsOf(group)[0]!);
    for (const name of this.#keys) columns.set(name, takeCells(this.#source.columns.get(name)!, firsts));
    for (const [name, aggregate] of Object.entries(aggregates)) {
      if (columns.has(name)) throw new DataError(`aggregate: "${name}" is a column of the key already`);
      columns.set(name, this.#column(name, aggregate));
    }
    return this.#source.tableOf(columns);
  }

  #rowsOf(group: number): Int32Array {
    const { rows, starts } = this.#byKey;
    return rows.subarray(starts[group]!, starts[group + 1]!);
  }

  #column(name: string, aggregate: Aggregate): Column {
    if (typeof aggregate === 'function') {
      const values = Array.from({ length: this.size }, (_, group) => aggregate(this.#table(group)));
      return columnFromValues(values, name);
    }
    const [column, how] = this.#checked(name, aggregate);
    const there = (rows: Int32Array) => rows.filter((row) => cellOf(column, row) !== null);
    const groups = Array.from({ length: this.size }, (_, group) => this.#rowsOf(group));
    if (isKey(ROWS_TO_ROW, how)) {
      return takeCells(
        column,
        Int32Array.from(groups, (rows) => ROWS_TO_ROW[how](column, there(rows))),
      );
    }
    const number = (rows: Int32Array): number => {
      if (isKey(COUNTS, how)) return COUNTS[how](column, there(rows), rows);
      return NUMBERS_TO_NUMBER[how](
        Float64Array.from(there(rows), (row) => (column.values as Float64Array)[row]!),
      );
    };
    return { type: 'number', values: Float64Array.from(groups, number) };
  }

  #table(group: number): Table {
    const rows = this.#rowsOf(group);
    const { columns, tableOf } = this.#source;
    return tableOf(new Map([...columns].map(([name, column]) => [name, takeCells(column, rows)])));
  }

  #checked(name: string, aggregate: unknown): [Column, Aggregation] {
    if (!Array.isArray(aggregate) || aggregate.length !== 2) {
      throw new OptionError(`aggregate: "${name}" is ${describe(aggregate)}`, {
        wanted: "a pair such as ['income', 'mean'], or a function of the rows of a group",
      });
    }
    const [of, how] = aggregate as readonly unknown[];
    if (typeof how !== 'string' || !AGGREGATIONS.includes(how)) {
      throw new OptionError(`aggregate: there is no ${describe(how)} for "${name}"`, {
        known: AGGREGATIONS.join(', '),
        hint: typeof how === 'string' ? didYouMean(how, AGGREGATIONS) : undefined,
      });
    }
    const column = columnIn(this.#source, of);
    if (column.type === 'text' && isKey(NUMBERS_TO_NUMBER, how as Aggregation)) {
      throw new DataError(`aggregate: column "${of}" is text, and ${how} needs numbers`);
    }
    return [column, how as Aggregation];
  }
}

function isKey<T extends object>(table: T, key: Aggregation): key is Aggregation & keyof T {
  return Object.hasOwn(table, key);
}

function columnIn({ columns }: Source, name: unknown): Column {
  const column = columns.get(name as string);
  if (column !== undefined) return column;
  const known = [...columns.keys()];
  throw new DataError(`groupBy: there is no column ${describe(name)}`, {
    columns: known.slice(0, 20).join(', '),
    hint: typeof name === 'string' ? didYouMean(name, known) : undefined,
  });
}
