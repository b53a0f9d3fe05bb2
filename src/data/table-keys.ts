import { DataError } from '../base/errors.ts';
import { cellOf } from './column-rows.ts';
import type { Cell, Column } from './table.ts';

/** A JavaScript Map holds 2^24 entries. */
const MOST_KEYS = 2 ** 24 - 1;

/** Rows by key: equal keys have equal numbers, from 0 in the order in which they first appear. */
export interface KeyNumbers {
  /** Number of each row's key; `NO_KEY` where it has none. */
  readonly ids: Int32Array;
  /** How many different keys there are. */
  readonly count: number;
}

export const NO_KEY = -1;

/**
 * Numbers the keys that columns make together, one a row. A missing cell is a value like any other where `missing` is
 * 'a key'; else its row has no key. Numbers are equal by value, texts by code unit.
 *
 * @throws {DataError} when there are more than 16,777,215 different ones; `who` asks.
 */
export function numberKeys(
  columns: readonly Column[],
  rows: number,
  missing: 'a key' | 'no key',
  who: string,
): KeyNumbers {
  const ids = new Int32Array(rows);
  let count = Math.min(rows, 1);
  for (const column of columns) {
    const cells = new Map<Cell, number>();
    const pairs = new Map<number, number>();
    for (let row = 0; row < rows; row++) {
      if (ids[row] === NO_KEY) continue;
      const cell = cellOf(column, row);
      ids[row] =
        cell === null && missing === 'no key'
          ? NO_KEY
          : numberOf(pairs, ids[row]! * (MOST_KEYS + 1) + numberOf(cells, cell, who), who);
    }
    count = pairs.size;
  }
  return { ids, count };
}

function numberOf<T>(known: Map<T, number>, value: T, who: string): number {
  const number = known.get(value);
  if (number !== undefined) return number;
  if (known.size === MOST_KEYS)
    throw new DataError(`${who}: there are more than ${MOST_KEYS} different keys`);
  known.set(value, known.size);
  return known.size - 1;
}

/** The rows of each key, one key after the other; those of key k stand from `starts[k]` to `starts[k + 1]`. */
export interface RowsByKey {
  readonly rows: Int32Array;
  readonly starts: Int32Array;
}

/** Sorts rows by the number of their key; within a key they keep their order. */
export function rowsByKey({ ids, count }: KeyNumbers): RowsByKey {
  const starts = new Int32Array(count + 1);
  for (const id of ids) if (id !== NO_KEY) starts[id + 1]!++;
  for (let key = 0; key < count; key++) starts[key + 1]! += starts[key]!;
  const next = starts.slice();
  const rows = new Int32Array(starts[count]!);
  ids.forEach((id, row) => {
    if (id !== NO_KEY) rows[next[id]!++] = row;
  });
  return { rows, starts };
}
