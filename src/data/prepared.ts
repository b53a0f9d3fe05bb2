import { DataError } from '../base/errors.ts';
import { didYouMean } from '../base/options.ts';
import { allocateMatrix } from './allocate.ts';
import { checkRow, columnFromValues, describe } from './cells.ts';
import { encodeInput, type Input, namesOf, widthOf } from './encode.ts';
import type { Matrix } from './matrix.ts';
import { type PreparedJson, parsePrepared } from './prepared-json.ts';
import { type Column, Table, tableOf } from './table.ts';
import { encodeTarget, type Target } from './target.ts';

/** An original column and the positions of its outputs. */
export interface FeatureGroup {
  readonly column: string;
  readonly outputs: readonly number[];
}

/** A table as numbers. */
export interface PreparedData {
  /** `[n, width]`, float32. */
  readonly x: Matrix & { readonly data: Float32Array };
  /** The target, when the table has it: `[n]` int32 labels, `[n, classes]`, or `[n, 1]`. */
  readonly y?: Matrix;
}

/** All that `fit` learned. */
export interface PreparedState {
  readonly inputs: readonly Input[];
  readonly target: Target | undefined;
  /** Columns of the training table that are not used; a row may have them. */
  readonly unused: readonly string[];
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
  }

  /**
   * The table as numbers; `y` is there when the table has the target column. Columns that are not used are passed over.
   *
   * @throws {DataError} for missing columns, cells that cannot be used, unknown classes: naming row and column.
   */
  transform(table: Table): PreparedData {
    const x = this.inputs(table);
    const { target } = this;
    if (target === undefined || !table.columns.includes(target.column)) return { x };
    return { x, y: encodeTarget(target, table) };
  }

  /**
   * The inputs alone, for predictions: the target column may be missing, unknown or not there.
   *
   * @throws {DataError} for missing columns and cells that cannot be used, naming row and column.
   */
  inputs(table: Table): PreparedData['x'] {
    if (table instanceof Table) return this.#encode(table);
    throw new DataError(`columns: ${describe(table)} is not a table`, {
      hint: 'transformRow takes objects; Table.fromRows makes a table of them',
    });
  }

  /**
   * One row, or several, as users write them. A key that is not there is a missing value; so are null and NaN.
   *
   * @throws {DataError} for an unknown key, and for values that cannot be used.
   *
   * @example
   * prepare.transformRow({ age: 41, plan: 'basic' }).shape; // [1, prepare.width]
   */
  transformRow(rows: object | readonly object[]): PreparedData['x'] {
    const list: readonly unknown[] = Array.isArray(rows) ? rows : [rows];
    const { inputs, target, unused } = this.#state;
    const known = new Set([...inputs.map(({ column }) => column), ...unused]);
    if (target !== undefined) known.add(target.column);
    const checked = list.map((row, i) => {
      checkRow(row, i);
      for (const key of Object.keys(row)) if (!known.has(key)) throw unknownKey(key, i, [...known]);
      return row;
    });
    return this.#encode(tableOf(new Map(inputs.map((input) => [input.column, cellsOf(input, checked)]))));
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
    if (!Array.isArray(values) && !ArrayBuffer.isView(values)) {
      throw new DataError(`columns: ${describe(values)} is not a list of predictions`);
    }
    return Float64Array.from(values, (value) => value * target.scale + target.shift);
  }

  /** Plain data from which `Prepared.fromJSON` makes the same object, to the last bit. */
  toJSON(): PreparedJson {
    const { inputs, target, unused } = this.#state;
    return structuredClone({ format: 'glia.columns', version: 1, inputs, target: target ?? null, unused });
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
    return new Prepared(parsePrepared(json), CHECKED);
  }

  #encode(table: Table): PreparedData['x'] {
    const { inputs } = this.#state;
    const data = allocateMatrix(table.rows, this.width, 'x');
    for (const [i, input] of inputs.entries()) {
      encodeInput(input, table, data, this.groups[i]!.outputs[0] ?? 0, this.width);
    }
    return { data, shape: [table.rows, this.width] };
  }
}

/** One column of rows that users wrote, of the type that the input takes. */
function cellsOf(input: Input, rows: readonly Readonly<Record<string, unknown>>[]): Column {
  const { column } = input;
  const values = rows.map((row) => (Object.hasOwn(row, column) ? row[column] : null));
  if (input.kind === 'numeric') return columnFromValues(values, column);
  // A category may be spelled as the number it prints as, or as a boolean.
  const words = values.map((value) => {
    const isName = typeof value === 'boolean' || (typeof value === 'number' && !Number.isNaN(value));
    return isName ? String(value) : value;
  });
  const cells = columnFromValues(words, column);
  return cells.type === 'text' ? cells : { type: 'text', values: words.map(() => null) };
}

function unknownKey(key: string, row: number, known: readonly string[]): DataError {
  return new DataError(`columns: row ${row} has an unknown key "${key}"`, {
    row,
    known: known.slice(0, 20).join(', '),
    hint: didYouMean(key, known),
  });
}
