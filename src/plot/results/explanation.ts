import { describe, isRecord } from '../../base/describe.ts';
import { ShapeError } from '../../base/errors.ts';
import { descending } from '../../base/order.ts';
import { plainOf } from '../../base/plain.ts';
import type { AttributionData } from '../attribution.ts';
import { filled, outputAt, type ResultOptions, rowAt, type Shaped } from './result.ts';

/** An `Explanation`, by the fields that pictures read. */
export interface ExplanationResult {
  readonly method: string;
  readonly unit: string;
  readonly rows: number;
  /** `[rows, …input]`, with a trailing axis of outputs where all are explained. */
  readonly values: Shaped;
  readonly baseValues: Shaped;
  readonly outputs: Shaped;
  readonly data: Shaped;
  /** Undefined where the attributions are not meant to add up. */
  readonly convergenceDelta: Shaped | undefined;
  readonly target: ArrayLike<number>;
  readonly outputNames: readonly string[];
  /** Attributions of a row by column, the largest first. */
  top(k?: number, row?: number, output?: number): readonly ColumnAttribution[];
}

/** A column, its value as the reader knows it, and its share. */
export interface ColumnAttribution {
  readonly feature: string;
  readonly value: unknown;
  readonly attribution: number;
}

/** An `Explanation`, or what `explain` says of one row, which holds one. */
export type Explained = ExplanationResult | { readonly explanation: ExplanationResult };

/** The explanation in what was given to a picture; nothing where there is none. */
export function explanationIn(data: unknown): ExplanationResult | undefined {
  if (!isRecord(data)) return undefined;
  if ('explanation' in data) return explanationIn(data['explanation']);
  const known = ['top', 'baseValues', 'outputs', 'values', 'target'].every((name) => name in data);
  return known ? whole(data as unknown as ExplanationResult) : undefined;
}

/** As many rows as it says, each with the numbers that its shapes say. */
function whole(explanation: ExplanationResult): ExplanationResult {
  const { method, unit, rows, target, outputNames, convergenceDelta: delta } = explanation;
  const numbers = (name: 'values' | 'baseValues' | 'outputs' | 'data') =>
    filled(`explanation: ${name}`, explanation[name]);
  const data = numbers('data');
  if (data.shape[0] !== rows || target.length !== rows) {
    throw new ShapeError('explanation: data and target are not of its rows', {
      rows: describe(rows),
      data: data.shape,
      target: describe(target.length),
    });
  }
  return {
    ...{ method, unit, rows, data, target, outputNames },
    ...{ values: numbers('values'), baseValues: numbers('baseValues'), outputs: numbers('outputs') },
    convergenceDelta: delta && filled('explanation: convergenceDelta', delta),
    top: (...given) => plainOf('explanation: top', explanation.top(...given)),
  };
}

/** One row of an explanation, column by column. */
export function attributionIn(
  where: string,
  explanation: ExplanationResult,
  { row = 0, output }: ResultOptions,
): AttributionData {
  const { unit, outputNames, baseValues, outputs } = explanation;
  rowAt(where, row, explanation.rows);
  const k = outputAt(where, output, outputNames, explanation.target[row]!);
  const each = outputs.data.length / explanation.rows;
  const i = each === 1 ? row : row * each + k;
  const columns = explanation.top(undefined, row, k);
  return {
    values: columns.map(({ attribution }) => attribution),
    names: columns.map(({ feature }) => feature),
    inputs: columns.map(({ value }) => known(value)),
    outputName: outputNames[k]!,
    output: outputs.data[i]!,
    baseValue: baseValues.data[i]!,
    unit,
  };
}

/** All rows of an explanation as a table, the columns with the largest attributions first. */
export interface AttributionTable {
  readonly names: readonly string[];
  /** `[rows][columns]` */
  readonly values: readonly (readonly number[])[];
  readonly inputs: readonly (readonly unknown[])[];
  /** Mean size of each column's attributions. */
  readonly sizes: readonly number[];
}

export function tableIn(
  where: string,
  explanation: ExplanationResult,
  { output }: ResultOptions,
): AttributionTable {
  const rows = Array.from({ length: explanation.rows }, (_, row) => {
    const k = outputAt(where, output, explanation.outputNames, explanation.target[row]!);
    return new Map(explanation.top(undefined, row, k).map((one) => [one.feature, one]));
  });
  const all = [...(rows[0]?.keys() ?? [])];
  const sizes = new Map(
    all.map((name) => [
      name,
      rows.reduce((sum, row) => sum + Math.abs(row.get(name)!.attribution), 0) / Math.max(1, rows.length),
    ]),
  );
  const names = all.sort((a, b) => descending(sizes.get(a)!, sizes.get(b)!));
  return {
    names,
    values: rows.map((row) => names.map((name) => row.get(name)!.attribution)),
    inputs: rows.map((row) => names.map((name) => row.get(name)!.value)),
    sizes: names.map((name) => sizes.get(name)!),
  };
}

/** A value as its reader knows it. */
export function known(value: unknown): number | string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return Number.isNaN(value) ? 'missing' : value;
  return value === null || value === undefined ? 'missing' : String(value);
}
