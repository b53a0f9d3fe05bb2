import { type BarOptions, bar } from '../plot/bar.ts';
import { known } from '../plot/results/explanation.ts';
import { waterfall } from '../plot/waterfall.ts';
import type { Attribution, Explanation } from './explanation.ts';

/** Options of `explanation.toSvg`. */
export interface PictureOptions extends BarOptions {
  /** With `target: 'all'`, which output; default the predicted one. */
  readonly at?: number;
}

/**
 * A row as a picture: a waterfall where the attributions should add up to the output, bars where they should not, since
 * steps that do not meet the end would promise too much.
 */
export function pictureOf(explanation: Explanation, { at, ...options }: PictureOptions): string {
  const shown = { row: 0, ...(at !== undefined && { output: at }), ...options };
  return explanation.convergenceDelta === undefined
    ? bar(explanation, { most: 12, ...shown })
    : waterfall(explanation, shown);
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
  return known(value);
}
