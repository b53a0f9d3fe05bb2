import { indexOfLargest, largest, smallest } from '../base/order.ts';
import type { Table } from '../data/index.ts';
import { partialDependence } from '../explain/partial-dependence.ts';
import type { PartialDependenceData } from '../plot/partial-dependence.ts';
import { placesOf } from '../plot/results/curves.ts';
import type { AskedModel } from './ask-model.ts';

/** Points of a curve: enough to see its shape. */
const POINTS = 25;

/** How the mean prediction goes with a column: of several classes for the one that it moves most. */
export interface Dependence {
  readonly feature: string;
  /** What is predicted: the probability of a class, or the target. */
  readonly predicted: string;
  /** The values of the column, and the mean prediction at each. */
  readonly values: readonly (number | string)[];
  readonly average: readonly number[];
  /** What the rows have in the column. */
  readonly observed: readonly unknown[];
}

/** Asks for the curve of a column; undefined of one with a single value. */
export async function dependenceOn(
  { model, task, signal }: AskedModel,
  feature: string,
  rows: Table,
): Promise<Dependence | undefined> {
  const values = new Set<unknown>(rows.column(feature).values);
  if (values.size < 2) return undefined;
  const found = await partialDependence(model, rows, {
    feature,
    output: task === 'classification' ? 'probability' : 'value',
    gridSize: POINTS,
    // The rows are few: their whole range is shown.
    percentiles: [0, 1],
    ...(signal !== undefined && { signal }),
  });
  const curves = found.average!;
  const ranges = curves.map((curve) => largest(curve) - smallest(curve));
  const moved = indexOfLargest(ranges);
  const { values: grid, observed } = found.grid[0]!;
  return {
    feature,
    predicted: predictedWords(task, found.outputNames[moved]!, model.session.prepare?.target?.column),
    values: grid.map((value) => (typeof value === 'number' ? value : shown(value))),
    average: curves[moved]!,
    observed,
  };
}

/** A curve as its picture takes it. */
export function dependenceData(dependence: Dependence): PartialDependenceData {
  const { feature, predicted, values, average, observed } = dependence;
  return { ...placesOf(values, observed), average, name: feature, unit: predicted };
}

function predictedWords(task: AskedModel['task'], output: string, target: string | undefined): string {
  return task === 'classification' ? `probability of ${output}` : (target ?? output);
}

function shown(value: unknown): string {
  return value === null || value === undefined ? 'missing' : String(value);
}
