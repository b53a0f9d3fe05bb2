import { describe } from '../base/describe.ts';
import { OptionError, ShapeError } from '../base/errors.ts';
import { ascending } from '../base/order.ts';
import { categoriesFigure } from './category-rows.ts';
import { dateName, instantsOf } from './dates.ts';
import { plotOptions } from './figure.ts';
import { type Line, linesFigure, rug } from './lines.ts';
import { counted, numeral } from './numerals.ts';
import { fieldsOf, type Grid, gridOf, listOf, namesOf, numbersOf, type Rows, textOf } from './reading.ts';
import { type DependenceResult, dependenceOf } from './results/curves.ts';
import { RESULT_OPTIONS, type ResultOptions, translated } from './results/result.ts';
import { kindsOf, SCALE_OPTIONS, type ScaleOptions } from './scale.ts';
import { inWords, type Words } from './text.ts';
import { thinned, thinning } from './thinning.ts';

/** What {@link partialDependence} draws. */
export interface PartialDependenceData {
  /** Values of the feature, in any order. */
  readonly grid?: ArrayLike<number>;
  /** Instead of `grid`: dates as ISO 8601 writes them, in UTC where they name no zone. */
  readonly dates?: ArrayLike<string>;
  /** Instead of `grid`: values of a feature that is no number. */
  readonly categories?: ArrayLike<string>;
  /** Mean prediction at each of them. */
  readonly average: ArrayLike<number>;
  /** Prediction of each row at each of them (ICE). */
  readonly ice?: Rows;
  /** Values of the feature in the data; beside `dates`, dates. */
  readonly rug?: ArrayLike<number | string>;
  /** Name of the feature. */
  readonly name?: string;
  /** Unit of the predictions, such as `logit`, or what is predicted. */
  readonly unit?: string;
}

/** Options of {@link partialDependence}. */
export interface PartialDependenceOptions extends ResultOptions, ScaleOptions {}

/** More thin lines than this are a grey surface. */
const LINES = 100;
const STROKES = 1000;

/**
 * How the prediction depends on one feature: the mean over the data as a thick line (partial dependence, Friedman 2001),
 * single rows as thin ones (individual conditional expectation, Goldstein et al. 2015), and a stroke below for each
 * row of the data.
 *
 * | field        | what                                                   |
 * | ------------ | ------------------------------------------------------ |
 * | `grid`       | values of the feature `[g]`                            |
 * | `dates`      | instead of `grid`: dates `[g]`, on an axis of time     |
 * | `categories` | instead of `grid`: names `[g]`, a line each            |
 * | `average`    | mean predictions `[g]`                                 |
 * | `ice`        | predictions of single rows `[rows, g]`                 |
 * | `rug`        | values of the feature in the data `[n]`                |
 * | `name`       | name of the feature                                    |
 * | `unit`       | unit of the predictions                                |
 *
 * Where a number is not finite the line has a gap. Of more than 100 rows and 1000 strokes, that many at equal
 * distances are drawn, and a note says so. More than 12 categories are sorted by their means, and of more than 40 the 20
 * highest and the 20 lowest are drawn. Cost: about 10 bytes a point of a line.
 *
 * @throws {OptionError} for unknown fields and options, and for what is not of its type.
 * @throws {ShapeError} when averages or rows are not as long as the grid.
 * @example
 * partialDependence({ grid: [20, 40, 60], average: [0.2, 0.5, 0.6], rug: [23, 41, 44, 67], name: 'age' });
 */
export function partialDependence(
  data: PartialDependenceData | DependenceResult,
  options: PartialDependenceOptions = {},
): string {
  const where = 'partialDependence';
  const own = plotOptions(where, options, [...SCALE_OPTIONS, ...RESULT_OPTIONS]);
  const fields = fieldsOf(
    `${where}: data`,
    translated(where, data, (given) => dependenceOf(where, given, own)),
    ['grid', 'dates', 'categories', 'average', 'ice', 'rug', 'name', 'unit'],
  );
  const categories = categoriesOf(fields);
  const isDated = fields.dates !== undefined;
  const grid = isDated
    ? datesOf('dates', fields.dates)
    : categories === undefined
      ? numbersOf(where, 'grid', fields.grid)
      : Float64Array.from(categories.keys());
  const average = numbersOf(where, 'average', fields.average, grid.length);
  const ice = iceOf(fields.ice, grid.length);
  const rugs = fields.rug ?? [];
  const strokes = isDated ? datesOf('rug', rugs) : numbersOf(where, 'rug', rugs as ArrayLike<number>);
  const name = textOf(where, 'name', fields.name, 'feature');
  const unit = textOf(where, 'unit', fields.unit, 'prediction');
  const rows = thinned(ice.rows, LINES);
  const shown = thinned(strokes.length, STROKES).map((i) => strokes[i]!);
  const rising = inOrder(grid);
  const x = rising(grid);
  const thin = rows.map((row, i): Line => {
    const y = rising(ice.data.subarray(row * grid.length, (row + 1) * grid.length));
    return { name: 'single rows', x, y, colour: 'soft', width: 0.7, silent: i > 0 };
  });
  const title: Words = [{ name: unit }, ' by ', { name }];
  if (categories !== undefined)
    return categoriesFigure({ where, options: own, title, categories, average, single: ice, unit });
  return linesFigure({
    where,
    options: own,
    kinds: kindsOf(where, isDated ? { xScale: 'time', ...own } : own),
    title,
    description: inShort(x, rising(average), ice.rows, { name, unit, told: isDated ? dateName : numeral }),
    lines: [...thin, { name: 'mean', x, y: rising(average), colour: '1', width: 3.5 }],
    xName: name,
    yName: unit,
    xAlso: shown,
    behind: (axes) => rug(axes, Float64Array.from(shown)),
    notes: [
      ...thinning(rows.length, ice.rows, 'rows'),
      ...thinning(shown.length, strokes.length, 'values on the axis'),
    ],
  });
}

/** Takes numbers from the order in which a grid came to that of its values, so that a line does not run back. */
function inOrder(grid: Float64Array): (numbers: Float64Array) => Float64Array {
  const falls = grid.some((x, i) => i > 0 && x < grid[i - 1]!);
  if (!falls) return (numbers) => numbers;
  const order = Array.from(grid.keys()).sort((a, b) => ascending(grid[a]!, grid[b]!));
  return (numbers) => Float64Array.from(order, (i) => numbers[i]!);
}

function iceOf(ice: Rows | undefined, columns: number): Grid {
  if (ice === undefined) return { rows: 0, columns, data: new Float64Array(0) };
  const read = gridOf('partialDependence', 'ice', ice);
  if (read.rows === 0 || read.columns === columns) return read;
  throw new ShapeError(
    `partialDependence: rows of ice have ${read.columns} numbers, the grid has ${columns}`,
  );
}

function datesOf(field: string, dates: unknown): Float64Array {
  const where = 'partialDependence';
  const list = listOf(where, field, dates, 'dates');
  const instants = list.length === 0 ? new Float64Array(0) : instantsOf(list);
  if (instants !== undefined) return instants;
  throw new OptionError(`${where}: ${field} has what is no date`, {
    got: describe(Array.from(list).find((one) => instantsOf([one]) === undefined)),
    wanted: 'dates as ISO 8601 writes them, such as 2024-01-31 or 2024-01-31T09:30',
  });
}

function categoriesOf({ grid, dates, categories }: PartialDependenceData): string[] | undefined {
  const given = Object.entries({ grid, dates, categories }).filter(([, field]) => field !== undefined);
  if (given.length > 1) {
    const names = given.map(([name]) => name).join(' and ');
    throw new OptionError(`partialDependence: there are both ${names}`);
  }
  if (categories === undefined) return undefined;
  const list = listOf('partialDependence', 'categories', categories, 'strings');
  return namesOf('partialDependence', 'categories', list, list.length, String);
}

function inShort(
  grid: Float64Array,
  average: Float64Array,
  rows: number,
  { name, unit, told }: { name: string; unit: string; told: (value: number) => string },
): string {
  const ends = pathOf(grid, average, name, told);
  const single = rows > 0 ? `; ${counted(rows, 'single row')}` : '';
  return ends === undefined ? `No mean of ${inWords(unit)}.` : `Mean ${inWords(unit)} ${ends}${single}.`;
}

/** A line in words: where it begins, its least and greatest, where it ends. */
export function pathOf(x: Float64Array, y: Float64Array, name: string, told = numeral): string | undefined {
  const finite = Array.from(x, (_, i) => i).filter((i) => Number.isFinite(x[i]!) && Number.isFinite(y[i]!));
  const [first, last] = [finite[0], finite.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const heights = finite.map((i) => y[i]!);
  const [low, high] = heights.reduce(
    ([a, b], h) => [Math.min(a!, h), Math.max(b!, h)],
    [Infinity, -Infinity],
  );
  const place = (i: number) => `${numeral(y[i]!)} at ${inWords(name)} ${told(x[i]!)}`;
  return `from ${place(first)} to ${place(last)}, least ${numeral(low!)}, greatest ${numeral(high!)}`;
}
