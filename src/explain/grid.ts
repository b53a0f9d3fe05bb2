import { describe } from '../base/describe.ts';
import { DataError, OptionError } from '../base/errors.ts';
import { didYouMean } from '../base/options.ts';
import { checkNumber } from '../base/ranges.ts';
import { readDate } from '../data/dates.ts';
import { type Feature, type Known, observedOf, valuesOf } from './features.ts';
import { MOST_DRAWS } from './options.ts';
import type { Subject } from './subject.ts';

/** How the values of a column are chosen. */
export interface GridOptions {
  /** Values of a numeric column; one with fewer distinct values is evaluated at those. Default 50. */
  readonly gridSize?: number;
  /** Shares of the rows between whose values the grid lies. Default `[0.05, 0.95]`. */
  readonly percentiles?: readonly [number, number];
  /** Values of one's own, by the name of the column. */
  readonly grid?: Readonly<Record<string, readonly Known[]>>;
}

/** The values at which a column is evaluated: its categories, or evenly spaced ones, as scikit-learn chooses them. */
export function gridOf(where: string, feature: Feature, subject: Subject, options: GridOptions): Known[] {
  const { grid, gridSize = 50, percentiles = [0.05, 0.95] } = options;
  if (grid !== undefined && Object.hasOwn(grid, feature.name))
    return givenGrid(where, feature, grid[feature.name]!);
  if (feature.isCategorical) return [...feature.categories];
  if (feature.date !== undefined) return datesOf(where, feature, subject, gridSize);
  const sorted = valuesOf(feature, subject).sort();
  const distinct = sorted.filter((value, i) => i === 0 || value !== sorted[i - 1]);
  if (distinct.length < gridSize) return [...distinct];
  const [low, high] = percentiles.map((share) => plottingQuantile(sorted, share)) as [number, number];
  if (low === high) {
    throw new DataError(`${where}: the percentiles of "${feature.name}" are both ${low}`, {
      percentiles: percentiles.join(', '),
      hint: 'move them apart, or give values of your own: grid',
    });
  }
  return Array.from({ length: gridSize }, (_, i) => low + (i * (high - low)) / (gridSize - 1));
}

/** Dates of the rows, evenly over their ranks: between two of them there may be none of that weekday or hour. */
function datesOf(where: string, feature: Feature, subject: Subject, gridSize: number): Known[] {
  const dates = observedOf(feature, subject).filter((date) => date !== null) as string[];
  if (dates.length === 0) {
    throw new DataError(`${where}: only parts of "${feature.name}" enter the model, so no date is known`, {
      parts: feature.date!.parts.join(', '),
      hint: `give dates of your own: grid: { ${JSON.stringify(feature.name)}: ['2024-01-31', …] }`,
    });
  }
  const distinct = [...new Set(dates)].sort();
  const count = Math.min(gridSize, distinct.length);
  return Array.from(
    { length: count },
    (_, i) => distinct[Math.round((i * (distinct.length - 1)) / Math.max(1, count - 1))]!,
  );
}

/** A column, and the values at which it is evaluated, as the user knows them. */
export interface GridColumn {
  readonly feature: string;
  readonly values: readonly Known[];
  /** What the rows have there, for a rug below the curve. */
  readonly observed: readonly Known[];
}

/** Checks the options that hold for every column. */
export function checkGrid(where: string, options: GridOptions): void {
  const { gridSize = 50, percentiles = [0.05, 0.95], grid } = options;
  checkNumber(where, 'gridSize', gridSize, { least: 2, most: MOST_DRAWS, whole: true });
  if (!Array.isArray(percentiles) || percentiles.length !== 2)
    throw new OptionError(`${where}: percentiles must be two numbers, such as [0.05, 0.95]`);
  percentiles.forEach((share) => void checkNumber(where, 'percentiles', share, { least: 0, most: 1 }));
  if (percentiles[0] >= percentiles[1])
    throw new OptionError(`${where}: percentiles must rise, came ${percentiles.join(', ')}`);
  if (grid !== undefined && (typeof grid !== 'object' || grid === null || Array.isArray(grid)))
    throw new OptionError(`${where}: grid must be lists of values by column`, { hint: '{ age: [20, 30] }' });
}

/** Refuses values for columns that are not asked for. */
export function checkGridNames(where: string, { grid = {} }: GridOptions, columns: readonly Feature[]): void {
  const known = columns.map(({ name }) => name);
  for (const name of Object.keys(grid)) {
    if (known.includes(name)) continue;
    throw new OptionError(`${where}: grid has values for "${name}", which is not asked for`, {
      known: known.join(', '),
      hint: didYouMean(name, known),
    });
  }
}

function givenGrid(where: string, feature: Feature, values: readonly Known[]): Known[] {
  if (!Array.isArray(values) || values.length === 0)
    throw new OptionError(`${where}: the grid of "${feature.name}" must be a list of values`);
  for (const value of values) {
    if (isValueOf(feature, value)) continue;
    throw new OptionError(`${where}: the grid of "${feature.name}" has ${describe(value)}`, {
      wanted: feature.isCategorical
        ? feature.categories.slice(0, 20).join(', ')
        : feature.date !== undefined
          ? 'dates such as 2024-01-31'
          : 'finite numbers',
    });
  }
  return [...values];
}

function isValueOf(feature: Feature, value: Known): boolean {
  if (feature.isCategorical) return feature.categories.includes(value as string | null);
  if (feature.date === undefined) return Number.isFinite(value);
  return typeof value === 'string' && readDate(value, feature.date.order) !== undefined;
}

/** Quantile of sorted values by plotting positions of 0.4 (Cunnane, 1978), as scipy's `mquantiles` and scikit-learn. */
function plottingQuantile(sorted: Float64Array, share: number): number {
  const n = sorted.length;
  const position = n * share + 0.4 + share * 0.2;
  const below = Math.floor(Math.min(Math.max(position, 1), n - 1));
  const part = Math.min(Math.max(position - below, 0), 1);
  return (1 - part) * sorted[below - 1]! + part * sorted[below]!;
}
