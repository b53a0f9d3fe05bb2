import { checkList, checkText, isA, readGiven } from '../base/check.ts';
import { describe, isRecord } from '../base/describe.ts';
import { DataError, OptionError, ShapeError } from '../base/errors.ts';
import { didYouMean } from '../base/options.ts';
import { showShape, sizeOf } from '../base/shape.ts';
import { type Data, toMatrix } from '../data/matrix.ts';
import { Table } from '../data/table.ts';

/** Rows of a split: a table, inputs with targets, or inputs alone. */
export type Split = Table | readonly [Data, Data] | { readonly x: Data; readonly y?: Data };

/** Rows as numbers: cells of text are numbers that stand for them, missing ones NaN. */
export interface Cells {
  readonly rows: number;
  /** `[rows, columns]`. */
  readonly data: Float32Array | Float64Array;
  /** A class or a value for each row. */
  readonly target: Float64Array | undefined;
}

/** Two splits with the same columns. */
export interface Frame {
  readonly columns: readonly string[];
  readonly isText: readonly boolean[];
  readonly train: Cells;
  readonly test: Cells;
  /** What the target is; undefined without one. */
  readonly kind: 'classes' | 'values' | undefined;
}

/** Whole numbers of at most so many kinds are taken for classes. */
const MOST_CLASSES = 100;

/** Reads two splits. */
export function readFrame(
  where: string,
  train: Split,
  test: Split,
  {
    target,
    featureNames,
  }: { readonly target?: string | undefined; readonly featureNames?: readonly string[] | undefined },
): Frame {
  if (isA(train, Table) && isA(test, Table)) return fromTables(where, train, test, target);
  if (isA(train, Table) || isA(test, Table)) {
    throw new OptionError(`${where}: train and test must both be tables, or both be arrays`);
  }
  if (target !== undefined) {
    throw new OptionError(`${where}: only of tables is the target a column`, { hint: 'give [x, y]' });
  }
  return fromArrays(where, train, test, featureNames);
}

function fromTables(where: string, train: Table, test: Table, target: string | undefined): Frame {
  if (target !== undefined && !train.columns.includes(target)) {
    throw new OptionError(`${where}: there is no column ${describe(target)}`, {
      columns: train.columns.join(', '),
      hint: didYouMean(target, train.columns),
    });
  }
  for (const [name, table] of Object.entries({ train, test }))
    if (table.rows === 0) throw new DataError(`${where}: ${name} has no rows`);
  const columns = train.columns.filter((name) => name !== target);
  const codes = new Map<string, number>();
  // Text of both splits, so that the same word is the same number.
  const numbersOf = (table: Table, name: string): Float64Array => {
    const column = table.column(name);
    if (column.type === 'number') return column.values;
    return Float64Array.from(column.values, (word) => {
      if (word === null) return Number.NaN;
      if (!codes.has(word)) codes.set(word, codes.size);
      return codes.get(word)!;
    });
  };
  const isText = columns.map((name) => train.types[name] === 'text');
  columns.forEach((name, i) => {
    if (test.types[name] === train.types[name]) return;
    throw new DataError(`${where}: column "${name}" is ${isText[i] ? 'text' : 'numbers'} in train`, {
      test: test.types[name] ?? 'has no such column',
    });
  });
  const cells = (table: Table): Cells => {
    const data = new Float64Array(table.rows * columns.length);
    columns.forEach((name, j) => {
      numbersOf(table, name).forEach((value, i) => {
        data[i * columns.length + j] = value + 0;
      });
    });
    const has = target !== undefined && table.columns.includes(target);
    return { rows: table.rows, data, target: has ? numbersOf(table, target) : undefined };
  };
  const [first, second] = [cells(train), cells(test)];
  const text = target !== undefined && train.types[target] === 'text';
  return { columns, isText, train: first, test: second, kind: text ? 'classes' : kindOf(first.target) };
}

function fromArrays(
  where: string,
  train: Exclude<Split, Table>,
  test: Exclude<Split, Table>,
  names: readonly string[] | undefined,
): Frame {
  const [first, second] = [cellsOf(where, 'train', train), cellsOf(where, 'test', test)];
  const width = first.data.length / first.rows;
  if (second.data.length / second.rows !== width) {
    throw new ShapeError(`${where}: rows of train and test differ in length`, {
      train: width,
      test: second.data.length / second.rows,
    });
  }
  const columns =
    names &&
    checkList(where, 'featureNames', names).map((one, i) => checkText(where, `featureNames[${i}]`, one));
  if (columns !== undefined && columns.length !== width) {
    throw new ShapeError(`${where}: featureNames must be ${width} strings, got ${columns.length}`);
  }
  return {
    columns: columns ?? Array.from({ length: width }, (_, j) => `x${j}`),
    isText: Array<boolean>(width).fill(false),
    train: first,
    test: second,
    kind: kindOf(first.target),
  };
}

function cellsOf(where: string, name: string, split: Exclude<Split, Table>): Cells {
  const pair = readGiven(`${where}: ${name}`, (): readonly [Data, Data | undefined] | undefined => {
    if (Array.isArray(split)) return split.length === 2 ? [split[0], split[1]] : undefined;
    return isRecord(split) && 'x' in split ? [split.x, split.y] : undefined;
  });
  if (pair === undefined) {
    throw new OptionError(`${where}: ${name} must be a table, [x, y] or { x, y }`, {
      got: describe(split),
    });
  }
  const [x, y] = pair;
  const { data, shape } = toMatrix(x, `${name}: x`);
  const rows = shape[0]!;
  if (shape.length < 2 || rows === 0) {
    throw new ShapeError(`${where}: ${name}: x must be [rows, …columns]`, { x: showShape(shape) });
  }
  const numbers = Float32Array.from(data, (value) => value + 0);
  return { rows, data: numbers, target: y === undefined ? undefined : targetOf(where, name, y, rows) };
}

/** A number a row: of one-hot targets the class. */
function targetOf(where: string, name: string, y: Data, rows: number): Float64Array {
  const { data, shape } = toMatrix(y, `${name}: y`);
  if (shape[0] !== rows) {
    throw new ShapeError(`${where}: ${name}: x has ${rows} rows, y has ${shape[0]}`, { y: showShape(shape) });
  }
  const width = sizeOf(shape.slice(1));
  return Float64Array.from({ length: rows }, (_, i) => {
    let best = 0;
    for (let j = 1; j < width; j++) if (data[i * width + j]! > data[i * width + best]!) best = j;
    return width === 1 ? data[i]! : best;
  });
}

function kindOf(target: Float64Array | undefined): Frame['kind'] {
  if (target === undefined) return undefined;
  const few = new Set(target).size <= Math.min(MOST_CLASSES, target.length / 2);
  return few && target.every((value) => Number.isInteger(value) || Number.isNaN(value))
    ? 'classes'
    : 'values';
}
