import { descending } from '../base/order.ts';
import { checkNumber } from '../base/ranges.ts';
import { featureNames } from './attribution.ts';
import { across, below, NAME, NUMBERS, reference } from './axes.ts';
import { type Box, figure, plotOptions } from './figure.ts';
import { at, bar as block } from './marks.ts';
import { element, type Markup } from './markup.ts';
import { numeral, signed } from './numerals.ts';
import { fieldsOf, leftOut, numbersOf, textOf } from './reading.ts';
import { type BarResult, barsOf } from './results/bars.ts';
import { RESULT_OPTIONS, type ResultOptions, translated } from './results/result.ts';
import { beside, rowName, rowsArea, told } from './rows.ts';
import type { Scale } from './scale.ts';
import { type Domain, domainOf } from './scale.ts';
import { inWords, type Words, widthOf } from './text.ts';
import { stroke } from './theme.ts';

/** What {@link bar} draws. */
export interface BarData {
  /** Importance or contribution of each feature. */
  readonly values: ArrayLike<number>;
  /** Half the length of each whisker: standard error or deviation. NaN draws none. */
  readonly errors?: ArrayLike<number>;
  /** Names of the features. Default `feature 0`, `feature 1`, … */
  readonly names?: ArrayLike<string>;
  /** The features' values; shown as `name = value`. */
  readonly inputs?: ArrayLike<number | string>;
  /** Unit of the axis, such as `mean |SHAP value|, logit`. */
  readonly unit?: string;
}

/** Options of {@link bar}. */
export interface BarOptions extends ResultOptions {
  /** Most bars; what is smaller is one line, with its sum. 1 to 500, default 20. */
  readonly most?: number;
}

interface Row {
  readonly name: Words;
  readonly value: number;
  readonly error: number;
}

const ROW = 24;

/**
 * Importances, or the contributions to one prediction, as bars from zero, the largest first.
 *
 * | field    | what                                                 |
 * | -------- | ---------------------------------------------------- |
 * | `values` | a number for each feature                            |
 * | `errors` | half the length of each whisker, in the same unit    |
 * | `names`  | names of the features                                |
 * | `inputs` | values of the features, numbers or strings           |
 * | `unit`   | what the axis counts                                 |
 *
 * Negative bars go to the left and are striped. Values that are not finite are left out, and a note says how many.
 * Explanations, importances and what else of `glia/explain` is a number for each name are drawn as they are; of an
 * explanation of several rows the mean size. Cost: a sort of the values.
 *
 * @throws {OptionError} for unknown fields and options, and for what is not of its type.
 * @throws {ShapeError} when names, inputs or errors are not as many as values.
 * @example
 * bar({ values: [0.31, 0.12, 0.02], names: ['age', 'income', 'visits'], unit: 'loss of accuracy' });
 */
export function bar(data: BarData | BarResult, options: BarOptions = {}): string {
  const own = plotOptions('bar', options, ['most', ...RESULT_OPTIONS]);
  const most = checkNumber('bar', 'most', own.most ?? 20, { least: 1, most: 500, whole: true });
  const result = translated('bar', data, (given) => barsOf('bar', given, own));
  const fields = fieldsOf('bar: data', result.data, ['values', 'errors', 'names', 'inputs', 'unit']);
  const all = rowsOf(fields);
  const finite = all.filter(({ value }) => Number.isFinite(value));
  if (result.ordered !== true) finite.sort((a, b) => descending(Math.abs(a.value), Math.abs(b.value)));
  const rows = finite.slice(0, most);
  const unit = textOf('bar', 'unit', fields.unit, undefined);
  const others = finite.slice(most);
  return figure({
    where: 'bar',
    options: own,
    title: result.title ?? 'Importance of features',
    description: describe(rows, unit),
    least: Math.max(1, rows.length) * ROW + NUMBERS + (unit === undefined ? 0 : NAME),
    notes: [
      ...(others.length > 0 ? [`The largest ${rows.length} of ${finite.length}; ${othersIn(others)}.`] : []),
      ...leftOut(all.length - finite.length, all.length, 'values'),
    ],
    draw: (body) => {
      const names = rows.map(({ name }) => name);
      const outer = rowsArea(body, names, unit);
      const area = roomForNumbers(outer, rows);
      const ends = rows.flatMap(({ value, error }) => [value - error, value + error]);
      const domain = domainOf(ends, [0]);
      const scale = across(domain, area.left, area.right, isSliver(domain));
      const height = (area.bottom - area.top) / Math.max(1, rows.length);
      return [
        below(area, scale, unit),
        reference(scale.at(0), area.top, scale.at(0), area.bottom),
        ...rows.flatMap((row, i) => drawn(row, area.top + (i + 0.5) * height, height, body, outer, scale)),
      ];
    },
  });
}

/** Room for the numbers beyond the longest bars, where they are not taken for those of the other sign. */
function roomForNumbers(area: Box, rows: readonly Row[]): Box {
  const widest = (side: (row: Row) => boolean): number =>
    Math.max(0, ...rows.filter(side).map((row) => widthOf(numeral(row.value))));
  const [before, after] = [widest(({ value }) => value < 0), widest(({ value }) => value >= 0)];
  return { ...area, left: area.left + before + 6, right: area.right - after };
}

function rowsOf(fields: BarData): Row[] {
  const values = numbersOf('bar', 'values', fields.values);
  const errors =
    fields.errors === undefined ? undefined : numbersOf('bar', 'errors', fields.errors, values.length);
  const names = featureNames('bar', fields.names, fields.inputs, values.length);
  return names.map((name, i) => {
    const error = Math.abs(errors?.[i] ?? 0);
    return { name, value: values[i]!, error: Number.isFinite(error) ? error : 0 };
  });
}

function drawn(row: Row, y: number, room: number, body: Box, area: Box, scale: Scale): Markup[] {
  const { name, value, error } = row;
  const [zero, end] = [scale.at(0), scale.at(value)];
  const [low, high] = [scale.at(value - error), scale.at(value + error)];
  const height = Math.min(16, room - 6);
  const [left, right] = [Math.min(zero, end, low), Math.max(zero, end, high)];
  return [
    rowName(name, y, body, area),
    block(zero, end, y - height / 2, height, told(name, textOfRow(row))),
    ...(error > 0 ? [whisker(low, high, y)] : []),
    beside(value < 0 ? signed(value) : numeral(value), left, right, y, area, value >= 0),
  ];
}

function whisker(low: number, high: number, y: number): Markup {
  const d = `M${at(low, y - 4)}v8M${at(low, y)}L${at(high, y)}M${at(high, y - 4)}v8`;
  return element('path', { d, class: stroke('ink'), fill: 'none', 'stroke-width': 1.5 });
}

function textOfRow({ value, error }: Row): string {
  return error > 0 ? `${numeral(value)} ± ${numeral(error)}` : numeral(value);
}

/** What is not drawn, in words. Its sum may be beyond what a number can hold. */
function othersIn(others: readonly Row[]): string {
  const size = others.reduce((sum, { value }) => sum + value / 4, 0) * 4;
  return `the other ${others.length} add up to ${numeral(size)}`;
}

function describe(rows: readonly Row[], unit: string | undefined): string {
  if (rows.length === 0) return 'No values.';
  const told = rows.slice(0, 20).map((row) => `${inWords(row.name)} ${textOfRow(row)}`);
  const more = rows.length > 20 ? `, and ${rows.length - 20} more` : '';
  return `${unit === undefined ? 'Largest first' : `${unit}, largest first`}: ${told.join(', ')}${more}.`;
}

/** Whether so little lies on one side of 0, such as the end of a whisker, that a whole step would be mostly empty. */
function isSliver([low, high]: Domain): boolean {
  return low < 0 && high > 0 && Math.min(-low, high) < 0.05 * (high - low);
}
