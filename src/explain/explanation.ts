import { describe } from '../base/describe.ts';
import { OptionError } from '../base/errors.ts';
import { ownOf } from '../base/options.ts';
import { descending } from '../base/order.ts';
import { checkNumber } from '../base/ranges.ts';
import { type Shape, sizeOf } from '../base/shape.ts';
import type { FeatureGroup } from '../data/prepared.ts';
import { writtenTo } from '../io/replace.ts';
import type { RowObject } from '../train/predict.ts';
import { Values } from '../train/values.ts';
import { readFields } from './explanation-fields.ts';
import type { OutputKind } from './options.ts';
import { type PictureOptions, pictureOf } from './picture.ts';

/** What it took: rows that went through the model, forward and backward, and milliseconds. */
export interface Cost {
  readonly forward: number;
  readonly backward: number;
  readonly ms: number;
}

/** An input and its share of what the model says. */
export interface Attribution {
  readonly feature: string;
  /** The value as the user knows it: of a row that was given by names its own, else the number that went in. */
  readonly value: number | string | boolean | null | undefined;
  readonly attribution: number;
}

/** Plain data of an explanation. */
export interface ExplanationJson {
  readonly format: 'glia.explanation';
  readonly version: 1;
  readonly method: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly output: OutputKind;
  readonly unit: string;
  readonly shape: Shape;
  readonly values: readonly number[];
  readonly baseValues: readonly number[];
  readonly outputs: readonly number[];
  readonly convergenceDelta?: readonly number[];
  readonly stdError?: readonly number[];
  readonly data: readonly number[];
  readonly target: readonly number[];
  readonly featureNames: readonly string[];
  readonly outputNames: readonly string[];
  readonly cost: Cost;
  readonly warnings: readonly string[];
}

/** All that an explanation holds, row by row. */
export interface ExplanationFields {
  readonly method: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly output: OutputKind;
  readonly values: Values;
  readonly baseValues: Values;
  readonly outputs: Values;
  readonly convergenceDelta: Values | undefined;
  readonly stdError: Values | undefined;
  readonly data: Values;
  readonly target: Int32Array;
  readonly featureNames: readonly string[];
  readonly outputNames: readonly string[];
  readonly cost: Cost;
  readonly warnings: readonly string[];
  /** What values and outputs are measured in; default what `output` says. */
  readonly unit?: string;
  /** What `top` adds up: groups that were asked for, or original columns, and their positions in a row. */
  readonly groups: readonly FeatureGroup[] | undefined;
  /** A row as the user knows it, of a model with preprocessing. */
  readonly known: ((row: number) => RowObject) | undefined;
}

/**
 * Attributions for some rows, with their proof: what they are relative to, what they should add up to, by how much they
 * miss it, what they cost, and what is to be said against them.
 *
 * | name               | shape                                                                        |
 * | ------------------ | ---------------------------------------------------------------------------- |
 * | `values`           | that of the rows; with `target: 'all'` a trailing axis of outputs            |
 * | `outputs`          | `[rows]`, or `[rows, outputs]`: what the model says, in its `unit`           |
 * | `baseValues`       | the same: what it says of the baseline; zeros of a method without one        |
 * | `convergenceDelta` | the same: sum of the values minus (output - base value), where they add up   |
 * | `stdError`         | that of `values`, of methods that sample                                     |
 * | `data`             | that of the rows: the numbers that went into the model                       |
 * | `target`           | `[rows]`: the output that is explained; with `'all'` the predicted one       |
 */
export class Explanation {
  readonly method: string;
  /** The options that decided it, with their defaults. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly output: OutputKind;
  readonly values: Values;
  readonly baseValues: Values;
  readonly outputs: Values;
  readonly convergenceDelta: Values | undefined;
  readonly stdError: Values | undefined;
  readonly data: Values;
  readonly target: Int32Array;
  readonly featureNames: readonly string[];
  readonly outputNames: readonly string[];
  readonly cost: Cost;
  readonly warnings: readonly string[];
  readonly #fields: ExplanationFields;

  /**
   * @throws {OptionError | ShapeError} for fields that are not of their types, or not of the same rows.
   */
  constructor(given: ExplanationFields) {
    const fields = readFields(given);
    this.method = fields.method;
    this.options = fields.options;
    this.output = fields.output;
    this.values = fields.values;
    this.baseValues = fields.baseValues;
    this.outputs = fields.outputs;
    this.convergenceDelta = fields.convergenceDelta;
    this.stdError = fields.stdError;
    this.data = fields.data;
    this.target = fields.target;
    this.featureNames = fields.featureNames;
    this.outputNames = fields.outputNames;
    this.cost = fields.cost;
    this.warnings = fields.warnings;
    this.#fields = fields;
  }

  /** What values and outputs are measured in: what `output` says, or the column that a regression predicts. */
  get unit(): string {
    return this.#fields.unit ?? this.output;
  }

  /**
   * The same with some of it put otherwise.
   *
   * @throws {OptionError | ShapeError} for fields that are not of their types, or not of the same rows.
   */
  with(changes: Partial<ExplanationFields>): Explanation {
    return new Explanation({ ...this.#fields, ...ownOf('explanation', changes, Object.keys(this.#fields)) });
  }

  /** How many rows are explained. */
  get rows(): number {
    return this.data.shape[0]!;
  }

  /**
   * The explanation of one row; its cost and warnings are those of all.
   *
   * @throws {OptionError} when there is no such row.
   * @example
   * const { values } = explanation.at(0);
   */
  at(row: number): Explanation {
    this.#checkRow('at', row);
    const { known, target } = this.#fields;
    const one = (values: Values): Values => {
      const size = sizeOf(values.shape.slice(1));
      return new Values(values.data.slice(row * size, (row + 1) * size), [1, ...values.shape.slice(1)]);
    };
    const { values, baseValues, outputs, convergenceDelta, stdError, data } = this.#fields;
    return new Explanation({
      ...this.#fields,
      values: one(values),
      baseValues: one(baseValues),
      outputs: one(outputs),
      convergenceDelta: convergenceDelta && one(convergenceDelta),
      stdError: stdError && one(stdError),
      data: one(data),
      target: target.slice(row, row + 1),
      known: known && (() => known(row)),
    });
  }

  /**
   * The inputs that weigh most in a row, largest first. Of a model with preprocessing they are the original columns:
   * what falls to the numbers of one is added up, and the value is the one that was given, or was scaled or encoded. So
   * are groups of inputs that were explained together.
   *
   * @param k how many; default all.
   * @param row which; default 0.
   * @param output with `target: 'all'`, which output; default the predicted one.
   * @throws {OptionError} when there is no such row or output, and for what is not how many.
   * @example
   * explanation.top(3); // [{ feature: 'age', value: 41, attribution: 0.83 }, …]
   */
  top(k: number = Number.POSITIVE_INFINITY, row = 0, output?: number): Attribution[] {
    this.#checkRow('top', row);
    if (k !== Number.POSITIVE_INFINITY) checkNumber('top', 'k', k, { least: 0, whole: true });
    const at = this.#attributionsOf(row, output ?? this.target[row]!);
    const x = this.data.data.subarray(row * at.length, (row + 1) * at.length);
    const { groups, known } = this.#fields;
    const cells = known?.(row);
    const byColumn = groups?.map(({ column, outputs }): Attribution => {
      const attribution = outputs.reduce((sum, i) => sum + at[i]!, 0);
      const number = outputs.length === 1 ? x[outputs[0]!]! : null;
      // A cell that is missing is missing to its reader, whatever was put in its place.
      return { feature: column, value: cells === undefined ? number : cells[column], attribution };
    });
    const each =
      byColumn ?? this.featureNames.map((feature, i) => ({ feature, value: x[i]!, attribution: at[i]! }));
    return each.sort((a, b) => descending(Math.abs(a.attribution), Math.abs(b.attribution))).slice(0, k);
  }

  /** The values of a row for one output. */
  #attributionsOf(row: number, output: number): Float32Array {
    const width = sizeOf(this.data.shape.slice(1));
    const K = this.values.data.length / this.data.data.length;
    if (!(Number.isInteger(output) && output >= 0 && output < this.outputNames.length))
      throw new OptionError(`top: there is no output ${describe(output)}`, {
        outputs: this.outputNames.length,
      });
    if (K === 1) return this.values.data.subarray(row * width, (row + 1) * width);
    return Float32Array.from({ length: width }, (_, j) => this.values.data[(row * width + j) * K + output]!);
  }

  #checkRow(where: string, row: number): void {
    if (Number.isInteger(row) && row >= 0 && row < this.rows) return;
    throw new OptionError(`${where}: there is no row ${describe(row)}`, { rows: this.rows });
  }

  /** Plain data, for a file or another program. */
  toJSON(): ExplanationJson {
    const { method, options, output, unit, target, featureNames, outputNames, cost, warnings } = this;
    const { convergenceDelta: delta, stdError } = this;
    return {
      format: 'glia.explanation',
      version: 1,
      ...{ method, options, output, unit },
      shape: this.values.shape,
      values: Array.from(this.values.data),
      baseValues: Array.from(this.baseValues.data),
      outputs: Array.from(this.outputs.data),
      ...(delta && { convergenceDelta: Array.from(delta.data) }),
      ...(stdError && { stdError: Array.from(stdError.data) }),
      data: Array.from(this.data.data),
      target: Array.from(target),
      ...{ featureNames, outputNames, cost, warnings },
    };
  }
  /**
   * A row as a picture, an SVG document: a waterfall from the base value to the output where the attributions should add
   * up to it, else bars.
   *
   * @throws {OptionError} for unknown options, and a row or output that does not exist.
   * @throws {DataError} when an attribution is not finite.
   * @example
   * explanation.toSvg({ row: 2, theme: 'light' });
   */
  toSvg(options: PictureOptions = {}): string {
    return pictureOf(this, ownOf('toSvg', options, []));
  }

  /**
   * A page of HTML with a picture and a table for each row, of the first fifty, and how it was computed. It stands
   * alone. Where a path is given it is written there, so that a crash leaves the old file or the new one.
   *
   * @throws {FileError} when it cannot be written.
   * @throws {DataError} when an attribution is not finite.
   * @example
   * await explanation.toHtml('why.html');
   */
  async toHtml(path?: string | URL): Promise<string> {
    const { explanationPage } = await import('./explanation-page.ts');
    return writtenTo(path, explanationPage(this));
  }
}
