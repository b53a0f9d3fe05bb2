import { describe } from '../base/describe.ts';
import { OptionError } from '../base/errors.ts';
import { descending } from '../base/order.ts';
import { numeral } from './numerals.ts';
import {
  checkLength,
  fieldsOf,
  finiteNumbersOf,
  finiteOf,
  LONGEST,
  listOf,
  namesOf,
  textOf,
} from './reading.ts';
import { attributionIn, type Explained, explanationIn } from './results/explanation.ts';
import { type ResultOptions, translated } from './results/result.ts';
import { clip, type Name, type Words } from './text.ts';

/** What one prediction is made of. */
export interface AttributionData {
  /** Contribution of each feature. */
  readonly values: ArrayLike<number>;
  /** Prediction without any feature, which the contributions are counted from. */
  readonly baseValue: number;
  /** The prediction. Default: base value plus contributions. */
  readonly output?: number;
  /** Names of the features. Default `feature 0`, `feature 1`, … */
  readonly names?: ArrayLike<string>;
  /** The features' values as the reader knows them; shown as `name = value`. */
  readonly inputs?: ArrayLike<number | string>;
  /** What is predicted, such as the name of the class. */
  readonly outputName?: string;
  /** Unit of the axis, such as `logit` or `probability`. */
  readonly unit?: string;
}

/** A contribution with its name. */
export interface Part {
  readonly name: Words;
  readonly value: number;
}

/** Attributions that were read: the parts in order of size, and where they lead. */
export interface Attribution {
  readonly parts: readonly Part[];
  readonly baseValue: number;
  readonly output: number;
  readonly outputName: string;
  readonly unit: string | undefined;
}

/** A remainder below this share of the numbers involved is rounding in float32. */
const ROUNDING = 1e-4;

/** Reads attributions. The `most` - 1 largest stay apart, the rest becomes one part, and what the output has besides another. */
export function attributionOf(
  where: string,
  data: AttributionData | Explained,
  options: ResultOptions,
  most: number,
): Attribution {
  const known = ['values', 'baseValue', 'output', 'names', 'inputs', 'outputName', 'unit'];
  const own = translated(where, data, (given) => partsOf(where, given, options));
  const fields = fieldsOf(`${where}: data`, own, known);
  const values = finiteNumbersOf(where, 'values', fields.values);
  const baseValue = finiteOf(where, 'baseValue', fields.baseValue);
  const sum = values.reduce((total, value) => total + value, baseValue);
  const output = fields.output === undefined ? sum : finiteOf(where, 'output', fields.output);
  checkSums(where, values, baseValue, output);
  const names = featureNames(where, fields.names, fields.inputs, values.length);
  const all = names.map((name, i): Part => ({ name, value: values[i]! }));
  all.sort((a, b) => descending(Math.abs(a.value), Math.abs(b.value)));
  const parts = all.length > most ? gathered(all, most - 1) : all;
  const size = values.reduce(
    (total, value) => total + Math.abs(value),
    Math.abs(baseValue) + Math.abs(output),
  );
  const rest = output - sum;
  if (Math.abs(rest) > ROUNDING * size) parts.push({ name: ['not explained'], value: rest });
  const outputName = textOf(where, 'outputName', fields.outputName, 'output');
  return { parts, baseValue, output, outputName, unit: textOf(where, 'unit', fields.unit, undefined) };
}

/** A row of an explanation; other data as they are. */
function partsOf(where: string, data: AttributionData | Explained, options: ResultOptions): AttributionData {
  const explanation = explanationIn(data);
  return explanation === undefined ? (data as AttributionData) : attributionIn(where, explanation, options);
}

/** Names as the reader knows them: `age = 41`. */
export function featureNames(where: string, names: unknown, inputs: unknown, length: number): Words[] {
  const read = namesOf(where, 'names', names, length, (i) => `feature ${i}`);
  if (inputs === undefined) return read;
  const list = listOf(where, 'inputs', inputs, 'numbers or strings');
  checkLength(where, 'inputs', list.length, length);
  return read.map((name, i) => [{ name }, ' = ', shown(where, i, list[i])]);
}

function shown(where: string, i: number, value: unknown): string | Name {
  if (typeof value === 'string') return { name: clip(value, LONGEST) };
  if (typeof value === 'number') return Number.isFinite(value) ? numeral(value) : 'missing';
  throw new OptionError(`${where}: inputs[${i}] must be a number or a string, got ${describe(value)}`);
}

function gathered(all: readonly Part[], kept: number): Part[] {
  const rest = all.slice(kept);
  const value = rest.reduce((total, part) => total + part.value, 0);
  return [...all.slice(0, kept), { name: [`${rest.length} others`], value }];
}

function checkSums(where: string, values: Float64Array, baseValue: number, output: number): void {
  const reach = values.reduce(
    (total, value) => total + Math.abs(value),
    Math.abs(baseValue) + Math.abs(output),
  );
  if (Number.isFinite(reach * 2)) return;
  throw new OptionError(`${where}: the sum of the values is beyond what a number can hold`);
}
