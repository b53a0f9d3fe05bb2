import { checkList, readGiven } from '../base/check.ts';
import { describe } from '../base/describe.ts';
import { OptionError } from '../base/errors.ts';
import { ascending } from '../base/order.ts';
import { ownOptions } from './arguments.ts';
import type { Column } from './table.ts';

/** How rows are sorted. */
export interface SortOptions {
  /** Whether the largest come first: for all columns, or for each. Default false. */
  readonly descending?: boolean | readonly boolean[];
}

type Compare = (a: number, b: number) => number;

/**
 * The row numbers in sorted order. Rows that are alike keep their order, missing cells come last in both directions.
 *
 * @throws {OptionError}
 */
export function sortedRows(columns: readonly Column[], rows: number, options: SortOptions): Int32Array {
  const { descending = false } = ownOptions('sort', options, ['descending']);
  const several = readGiven('sort: descending', () => Array.isArray(descending));
  const directions = several
    ? checkList('sort', 'descending', descending)
    : columns.map((): unknown => descending);
  if (directions.length !== columns.length || !directions.every((flag) => typeof flag === 'boolean')) {
    throw new OptionError(`sort: descending is ${describe(descending)}`, {
      wanted: `true or false, or a list of ${columns.length}`,
    });
  }
  const compares = columns.map((column, i) => comparison(column, directions[i] ? -1 : 1));
  const order = Int32Array.from({ length: rows }, (_, row) => row);
  return order.sort((a, b) => {
    for (const compare of compares) {
      const sign = compare(a, b);
      if (sign !== 0) return sign;
    }
    return ascending(a, b);
  });
}

function comparison(column: Column, direction: 1 | -1): Compare {
  if (column.type === 'number') {
    const { values } = column;
    return (a, b) => {
      const [x, y] = [values[a]!, values[b]!];
      if (x < y) return -direction;
      if (x > y) return direction;
      return Number(Number.isNaN(x)) - Number(Number.isNaN(y));
    };
  }
  const { values } = column;
  return (a, b) => {
    const [x, y] = [values[a] ?? null, values[b] ?? null];
    if (x === null || y === null) return Number(x === null) - Number(y === null);
    if (x === y) return 0;
    return x < y ? -direction : direction;
  };
}
