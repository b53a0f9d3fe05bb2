import { isA, readGiven } from '../base/check.ts';
import { numericArrayOf } from '../base/dtype.ts';
import { DataError } from '../base/errors.ts';
import { didYouMean } from '../base/options.ts';
import { allocateMatrix } from './allocate.ts';
import { checkRow, columnFromValues, describe, isListOfAny, mapList } from './cells.ts';
import type { ColumnNote } from './column-notes.ts';
import { encodeInput, type Input, namesOf, notANumber, numberOf, widthOf } from './encode.ts';
import type { Matrix } from './matrix.ts';
import { type PreparedJson, parsePrepared } from './prepared-json.ts';
import type { Reading } from './reading.ts';
import { type Column, Table, tableOf } from './table.ts';
import { encodeTarget, type Target } from './target.ts';
import type { UnknownCells } from './unknown.ts';

/** An original column and the positions of its outputs. */
export interface FeatureGroup {
  readonly column: string;
  readonly outputs: readonly number[];
}

/** The inputs of a network, `[n, width]` in float32. */
export interface PreparedInputs extends Matrix {
  readonly data: Float32Array;
  /** Cells with a category that training never saw, by column; with `unknown: 'ignore'` they enter as none. */
  readonly unknown: readonly UnknownCells[];
}

/** A table as numbers. */
export interface PreparedData {
  readonly x: PreparedInputs;
  /** The target, when the table has it: `[n]` int32 labels, `[n, classes]`, or `[n, 1]`. */
  readonly y?: Matrix;
}

/** All that `fit` learned. */
export interface PreparedState {
  readonly inputs: readonly Input[];
  readonly target: Target | undefined;
  /** Columns of the training table that are not used; a row may have them. */
  readonly unused: readonly string[];
  /** How the cells of the training rows were written. */
  readonly reading: Reading;
  readonly notes: readonly ColumnNote[];
}

/** What became of a column of the training table. */
export interface ColumnReport {
  readonly column: string;
  /** How it enters; `'unused'` when it does not. */
  readonly use: Input['kind'] | 'target' | 'unused';
  /** Numbers that it is in a row. */
  readonly outputs: number;
  /** What its user may not expect: cells that made text of numbers, a constant, an order by the alphabet, why it was left out. */
  readonly notes: readonly ColumnNote[];
}

/** Says that a state has been checked; nobody else has it. */
const CHECKED = Symbol('checked');

/**
 * What `columns(…).fit(train)` learned: turns tables and rows into the inputs and targets of a network, always with
 * the statistics of the training rows. It never changes.
 *
 * @example
 * const { x, y } = prepare.transform(validation); // x.shape: [rows, prepare.width]
 * prepare.classes; // ['no', 'yes']
 */
export class Prepared {
  readonly #state: PreparedState;
  /** Number of outputs. */
  readonly width: number;
  /** Names of the outputs, such as `age` and `plan=basic`. */
  readonly features: readonly string[];
  /** For each original column its outputs, so that what is said of outputs can be summed back. */
  readonly groups: readonly FeatureGroup[];
  /** Names of the classes, sorted; the label of a class is its position. Empty for a regression or without target. */
  readonly classes: readonly string[];
  /** The target column and its encoding. */
  readonly target: Target | undefined;
  /** What became of each column of the training table: inputs first, then the target and what is not used. */
  readonly report: readonly ColumnReport[];
  /** Names of columns by their composed form. */
  readonly #names: ReadonlyMap<string, string>;

  private constructor(state: PreparedState, by?: symbol) {
    if (by !== CHECKED) {
      throw new DataError('columns: what is learned is not made with new', {
        hint: 'use columns({ … }).fit(table) or Prepared.fromJSON',
      });
    }
    this.#state = state;
    this.target = state.target;
    this.classes = Object.freeze([...(state.target?.classes ?? [])]);
    this.features = Object.freeze(state.inputs.flatMap(namesOf));
    this.width = this.features.length;
    let next = 0;
    this.groups = Object.freeze(
      state.inputs.map((input) => ({
        column: input.column,
        outputs: Object.freeze(Array.from({ length: widthOf(input) }, () => next++)),
      })),
    );
    this.report = Object.freeze(reportOf(state));
    this.#names = new Map(this.report.map(({ column }) => [column.normalize('NFC'), column]));
  }

  /**
   * The table as numbers; `y` is there when the table has the target column. Columns that are not used are passed over.
   *
   * @throws {DataError} for missing columns, cells that cannot be used, unknown classes: naming row and column.
   */
  transform(table: Table): PreparedData {
    const x = this.inputs(table);
    const { target } = this;
    if (target === undefined || !table.has(target.column)) return { x };
    return { x, y: encodeTarget(target, table, this.#state.reading) };
  }

  /**
   * The inputs alone, for predictions: the target column may be missing, unknown or not there.
   *
   * @throws {DataError} for missing columns and cells that cannot be used, naming row and column.
   */
  inputs(table: Table): PreparedInputs {
    if (isA(table, Table)) return this.#encode(table);
    throw new DataError(`columns: ${describe(table)} is not a table`, {
      hint: 'transformRow takes objects; Table.fromRows makes a table of them',
    });
  }

  /**
   * One row, or several, as users write them. A key that is not there is a missing value; so are null, NaN, blanks and
   * the marks of the training table. Text that spells a number is one where a number is wanted, a Date is a date.
   *
   * @throws {DataError} for an unknown key, and for values that cannot be used.
   *
   * @example
   * prepare.transformRow({ age: 41, plan: 'basic' }).shape; // [1, prepare.width]
   */
  transformRow(rows: object | readonly object[]): PreparedInputs {
    const { inputs, reading } = this.#state;
    const cells = readGiven(
      'columns: the rows',
      () =>
        Array.isArray(rows) ? mapList(rows, (row, i) => this.#byColumn(row, i)) : [this.#byColumn(rows, 0)],
      DataError,
    );
    const columns = inputs.map((input) => [input.column, cellsOf(input, cells, reading)] as const);
    return this.#encode(tableOf(new Map(columns)));
  }

  /** The cells of a row by the names that columns had in training, however their letters are composed. */
  #byColumn(row: unknown, i: number): Map<string, unknown> {
    checkRow(row, i);
    const cells = new Map<string, unknown>();
    for (const key of Object.keys(row)) {
      const column = this.#names.get(key.normalize('NFC'));
      if (column === undefined) throw unknownKey(key, i, [...this.#names.values()]);
      if (cells.has(column))
        throw new DataError(`columns: row ${i} has the key "${column}" twice, composed differently`);
      cells.set(column, row[key]);
    }
    return cells;
  }

  /**
   * Predictions of a regression in the units of the target column: undoes `scale: 'standard'`.
   *
   * @throws {DataError} when there is no numeric target.
   */
  inverseTarget(values: ArrayLike<number>): Float64Array {
    const { target } = this;
    if (target === undefined || target.encode !== 'none') {
      throw new DataError('columns: only a numeric target can be turned back', {
        hint: target === undefined ? undefined : 'the names of the classes are in prepare.classes',
      });
    }
    if (!isListOfAny(values)) {
      throw new DataError(`columns: ${describe(values)} is not a list of predictions`);
    }
    const own = readGiven(
      'columns: the predictions',
      () => numericArrayOf(values) ?? mapList(values, (value, row) => checkPrediction(value, row)),
      DataError,
    );
    return Float64Array.from(own, (value) => value * target.scale + target.shift);
  }

  /** Plain data from which `Prepared.fromJSON` makes the same object, to the last bit. */
  toJSON(): PreparedJson {
    const { inputs, target, unused, reading, notes } = this.#state;
    return structuredClone({
      format: 'glia.columns',
      version: 2,
      inputs,
      target: target ?? null,
      unused,
      reading: { ...reading, missing: [...reading.missing] },
      notes,
    });
  }

  /**
   * Reads what `toJSON` wrote. `columns(…).fit` comes through here too, so what is learned can always be read back.
   *
   * @throws {DataError} for anything else, naming the place.
   *
   * @example
   * const same = Prepared.fromJSON(JSON.parse(JSON.stringify(prepare)));
   */
  static fromJSON(json: unknown): Prepared {
    return new Prepared(
      readGiven('prepared', () => parsePrepared(json), DataError),
      CHECKED,
    );
  }

  #encode(table: Table): PreparedInputs {
    const { inputs, reading } = this.#state;
    const { width } = this;
    const x = allocateMatrix(table.rows, width, 'x');
    const unknown = inputs.flatMap((input, i) => {
      const offset = this.groups[i]!.outputs[0] ?? 0;
      return encodeInput(input, table, { x, offset, width, reading }) ?? [];
    });
    return { data: x, shape: [table.rows, width], unknown };
  }
}

function checkPrediction(value: unknown, row: number): number {
  if (typeof value === 'number') return value;
  throw new DataError(`columns: prediction ${row} is ${describe(value)}`, { row, wanted: 'a number' });
}

function reportOf({ inputs, target, unused, notes }: PreparedState): ColumnReport[] {
  const said = (name: string) => notes.filter(({ column }) => column === name);
  const entering = inputs.map((input) => ({
    column: input.column,
    use: input.kind,
    outputs: widthOf(input),
  }));
  const others = [
    ...(target === undefined ? [] : [{ column: target.column, use: 'target' as const, outputs: 0 }]),
    ...unused.map((column) => ({ column, use: 'unused' as const, outputs: 0 })),
  ];
  return [...entering, ...others].map((one) =>
    Object.freeze({ ...one, notes: Object.freeze(said(one.column)) }),
  );
}

/** One column of rows that users wrote, of the type that the input takes. */
function cellsOf(input: Input, rows: readonly ReadonlyMap<string, unknown>[], reading: Reading): Column {
  const { column, kind } = input;
  const values = rows.map((row) => row.get(column));
  if (kind === 'numeric') {
    const numbers = values.map((value, row) => {
      if (typeof value !== 'string') return value;
      const number = numberOf(value, reading);
      if (number === undefined) throw notANumber(value, row, column);
      return number;
    });
    return columnFromValues(numbers, column);
  }
  // Some rows may spell a category that others give as a number or a boolean.
  const isSpelled = values.some((value) => typeof value === 'string');
  const cells = isSpelled ? values.map(spelled) : values;
  return columnFromValues(cells, column);
}

function spelled(value: unknown): unknown {
  return typeof value === 'boolean' || (typeof value === 'number' && !Number.isNaN(value))
    ? String(value)
    : value;
}

function unknownKey(key: string, row: number, known: readonly string[]): DataError {
  return new DataError(`columns: row ${row} has an unknown key "${key}"`, {
    row,
    known: known.slice(0, 20).join(', '),
    hint: didYouMean(key, known),
  });
}
