import { type BarOptions, bar } from '../plot/bar.ts';
import { waterfall } from '../plot/waterfall.ts';
import type { Attribution, Explanation } from './explanation.ts';

/** Options of `explanation.toSvg`. */
export interface PictureOptions extends BarOptions {
  /** Which row. Default 0. */
  readonly row?: number;
  /** With `target: 'all'`, which output; default the predicted one. */
  readonly at?: number;
}

/**
 * A row as a picture: a waterfall where the attributions should add up to the output, bars where they should not, since
 * steps that do not meet the end would promise too much.
 */
export function pictureOf(explanation: Explanation, { row = 0, at, ...options }: PictureOptions): string {
  const attributions = explanation.top(undefined, row, at);
  const { outputName, baseValue, output } = explained(explanation, row, at);
  const shown = {
    values: attributions.map(({ attribution }) => attribution),
    names: attributions.map(({ feature }) => feature),
    inputs: attributions.map(shownValue),
  };
  if (explanation.convergenceDelta === undefined) {
    const title = `What ${outputName} depends on, by ${explanation.method}`;
    return bar({ ...shown, unit: `attribution, ${explanation.unit}` }, { most: 12, title, ...options });
  }
  return waterfall({ ...shown, baseValue, output, outputName, unit: explanation.unit }, options);
}

/** The output of a row that is explained, and the numbers that belong to it. */
export function explained(explanation: Explanation, row: number, at?: number) {
  const { outputs, baseValues, convergenceDelta, outputNames, rows, target } = explanation;
  const k = at ?? target[row]!;
  const each = outputs.data.length / rows;
  const i = each === 1 ? row : row * each + k;
  return {
    outputName: outputNames[k]!,
    output: outputs.data[i]!,
    baseValue: baseValues.data[i]!,
    delta: convergenceDelta?.data[i],
  };
}

/** The value of a column as its reader knows it. */
export function shownValue({ value }: Attribution): number | string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return Number.isNaN(value) ? 'missing' : value;
  return value === null || value === undefined ? 'missing' : String(value);
}
