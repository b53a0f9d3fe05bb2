import { totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';
import { describe } from '../base/describe.ts';
import { DataError, OptionError } from '../base/errors.ts';
import { didYouMean } from '../base/options.ts';
import { checkWord, keysOf, ownOptions } from './arguments.ts';
import { commonType, NO_ROW, stackCells, takeCells } from './column-rows.ts';
import type { Column } from './table.ts';
import type { ColumnsAndRows } from './table-columns.ts';
import { type KeyNumbers, NO_KEY, numberKeys, type RowsByKey, rowsByKey } from './table-keys.ts';

/** How two tables are joined. */
export interface JoinOptions {
  /** The key: one column or several, of the same name in both tables. */
  readonly on: string | readonly string[];
  /** Which rows without a partner are kept: none (`'inner'`, default), those of the left table, of the right, of both. */
  readonly how?: 'inner' | 'left' | 'right' | 'outer';
  /** What is put behind the name of a column of the right table that the left one has, too. */
  readonly suffix?: string;
}

const HOW = ['inner', 'left', 'right', 'outer'];
const MOST_ROWS = 2 ** 31 - 1;

/**
 * The columns of a join: those of the left side, then those of the right that are no key.
 *
 * @throws {DataError} for keys that are not there or differ in type, names that clash, and a result beyond memory.
 * @throws {OptionError}
 */
export function joinColumns(
  left: ColumnsAndRows,
  right: ColumnsAndRows,
  options: JoinOptions,
): Map<string, Column> {
  const { on, how = 'inner', suffix } = ownOptions('join', options, ['on', 'how', 'suffix']);
  checkWord('join: how', how, HOW);
  if (suffix !== undefined && (typeof suffix !== 'string' || suffix === '')) {
    throw new OptionError(`join: suffix is ${describe(suffix)}`, { wanted: "a text such as '_right'" });
  }
  const keys = keysOf('join: on', on);
  const stacked = new Map(keys.map((name) => [name, stackedKey(left, right, name)]));
  const names = namesOfRight(left, right, new Set(keys), suffix);
  const all = numberKeys([...stacked.values()], left.rows + right.rows, 'no key', 'join');
  const sides: [KeyNumbers, KeyNumbers] = [
    { ids: all.ids.subarray(0, left.rows), count: all.count },
    { ids: all.ids.subarray(left.rows), count: all.count },
  ];
  const [fromLeft, fromRight] = pairRows(sides, how, left.columns.size + names.size);
  const fromEither = fromLeft.map((row, i) => (row === NO_ROW ? left.rows + fromRight[i]! : row));
  const columns = new Map<string, Column>();
  for (const [name, column] of left.columns) {
    const key = stacked.get(name);
    columns.set(name, key === undefined ? takeCells(column, fromLeft) : takeCells(key, fromEither));
  }
  for (const [name, column] of names) columns.set(name, takeCells(column, fromRight));
  return columns;
}

/** Both sides' cells of a key, so that one numbering serves both. */
function stackedKey(left: ColumnsAndRows, right: ColumnsAndRows, name: string): Column {
  const [a, b] = [keyOf(left, 'left', name), keyOf(right, 'right', name)];
  if (commonType([a, b]) === undefined) {
    throw new DataError(`join: the key "${name}" is ${a.type} in the left table and ${b.type} in the right`, {
      hint: `read both in one way, such as types: { ${JSON.stringify(name)}: 'text' }, or derive one column`,
    });
  }
  return stackCells([a, b]);
}

function keyOf({ columns }: ColumnsAndRows, side: string, name: string): Column {
  const column = columns.get(name);
  if (column !== undefined) return column;
  const known = [...columns.keys()];
  throw new DataError(`join: the ${side} table has no column "${name}"`, {
    columns: known.slice(0, 20).join(', '),
    hint: didYouMean(name, known) ?? 'rename({ old: name }) gives both tables one name for the key',
  });
}

/** The columns of the right side that are no key, by the names that they get. */
function namesOfRight(
  left: ColumnsAndRows,
  right: ColumnsAndRows,
  keys: ReadonlySet<string>,
  suffix: string | undefined,
): Map<string, Column> {
  const names = new Map<string, Column>();
  for (const [name, column] of right.columns) {
    if (keys.has(name)) continue;
    const taken = left.columns.has(name);
    const other = taken && suffix !== undefined ? name + suffix : name;
    if (left.columns.has(other) || names.has(other)) {
      throw new DataError(`join: two columns would be called "${other}"`, {
        hint: taken && suffix === undefined ? "give suffix: '_right', or rename one" : 'rename one',
      });
    }
    names.set(other, column);
  }
  return names;
}

/** The rows of left and right that stand beside each other, `NO_ROW` where one has no partner. */
function pairRows(
  [left, right]: readonly [KeyNumbers, KeyNumbers],
  how: NonNullable<JoinOptions['how']>,
  width: number,
): [Int32Array, Int32Array] {
  if (how === 'right') {
    const [fromRight, fromLeft] = partnersOf(right, rowsByKey(left), true, new Int32Array(0), width);
    return [fromLeft, fromRight];
  }
  const alone = how === 'outer' ? withoutPartner(right, left) : new Int32Array(0);
  return partnersOf(left, rowsByKey(right), how !== 'inner', alone, width);
}

/** Each row of the first side with all of its partners, in the order of both; `alone` are rows of the other at the end. */
function partnersOf(
  { ids }: KeyNumbers,
  { rows, starts }: RowsByKey,
  keepsAll: boolean,
  alone: Int32Array,
  width: number,
): [Int32Array, Int32Array] {
  const least = keepsAll ? 1 : 0;
  let length = alone.length;
  for (const id of ids) {
    length += id === NO_KEY ? least : Math.max(starts[id + 1]! - starts[id]!, least);
  }
  checkSize(length, width);
  const own = new Int32Array(length);
  const others = new Int32Array(length).fill(NO_ROW);
  let at = 0;
  ids.forEach((id, row) => {
    const [start, end] = id === NO_KEY ? [0, 0] : [starts[id]!, starts[id + 1]!];
    for (let i = start; i < end; i++) {
      own[at] = row;
      others[at++] = rows[i]!;
    }
    if (start === end && keepsAll) own[at++] = row;
  });
  own.fill(NO_ROW, at);
  others.set(alone, at);
  return [own, others];
}

/** The rows of one side whose key the other has not. */
function withoutPartner({ ids }: KeyNumbers, other: KeyNumbers): Int32Array {
  const known = new Uint8Array(other.count);
  for (const id of other.ids) if (id !== NO_KEY) known[id] = 1;
  const alone: number[] = [];
  ids.forEach((id, row) => {
    if (id === NO_KEY || known[id] === 0) alone.push(row);
  });
  return Int32Array.from(alone);
}

/** Refuses a product of rows that memory could not hold, before anything is allocated. */
function checkSize(rows: number, width: number): void {
  const bytes = rows * (width + 2) * Float64Array.BYTES_PER_ELEMENT;
  const most = Math.min(totalmem(), getHeapStatistics().heap_size_limit * 4);
  if (rows <= MOST_ROWS && bytes <= most) return;
  throw new DataError(`join: the result would have ${rows} rows and ${width} columns, ${bytes} bytes`, {
    memory: `${most} bytes`,
    hint: 'a key that comes many times in both tables gives the product of its rows: is a column of the key missing?',
  });
}
