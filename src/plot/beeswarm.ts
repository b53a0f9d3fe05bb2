import { descending } from '../base/order.ts';
import { checkNumber } from '../base/ranges.ts';
import { across, below, NAME, NUMBERS, reference } from './axes.ts';
import { nothing } from './empty.ts';
import { bodyWidth, figure, plotOptions } from './figure.ts';
import { type Entry, legend, legendHeight } from './legend.ts';
import { MARK } from './marks.ts';
import { decimals, element, type Markup } from './markup.ts';
import { numeral } from './numerals.ts';
import { checkLength, fieldsOf, type Grid, gridOf, leftOut, namesOf, type Rows, textOf } from './reading.ts';
import type { Explained } from './results/explanation.ts';
import { RESULT_OPTIONS, type ResultOptions, translated } from './results/result.ts';
import { swarmOf } from './results/tables.ts';
import { rowName, rowsArea } from './rows.ts';
import type { Scale } from './scale.ts';
import { domainOf } from './scale.ts';
import { placesIn } from './swarm.ts';
import { inWords } from './text.ts';
import { fill, stroke } from './theme.ts';
import { thinned, thinning } from './thinning.ts';

/** What {@link beeswarm} draws. */
export interface BeeswarmData {
  /** Contributions, a row for each prediction and a column for each feature. */
  readonly values: Rows;
  /** The features' values, of the same shape; what is not finite counts as missing. */
  readonly inputs?: Rows;
  /** Names of the features. Default `feature 0`, `feature 1`, … */
  readonly names?: ArrayLike<string>;
  /** Unit of the axis, such as `SHAP value, logit`. */
  readonly unit?: string;
}

/** Options of {@link beeswarm}. */
export interface BeeswarmOptions extends ResultOptions {
  /** Most features; the rest is counted in a note. 1 to 100, default 12. */
  readonly most?: number;
}

/** A feature and its points. */
interface Feature {
  readonly name: string;
  readonly column: number;
  readonly strength: number;
}

const ROW = 36;
const RADIUS = 2.6;
const POINTS = 400;

/**
 * Contributions of each feature over many predictions (Lundberg and Lee 2017; Lundberg et al. 2018): a point for each
 * prediction, features by their mean size, and each point as full as its feature's value is high: low ones are
 * hollow.
 *
 * | field    | what                                                  |
 * | -------- | ----------------------------------------------------- |
 * | `values` | contributions `[rows, features]`                      |
 * | `inputs` | values of the features `[rows, features]`             |
 * | `names`  | names of the features                                 |
 * | `unit`   | what the axis counts                                  |
 *
 * Contributions that are not finite are left out, and a note says how many. Of more than 400 rows, 400 at equal
 * distances are drawn, and a note says so. Cost: a sort of each feature's values.
 *
 * @throws {OptionError} for unknown fields and options, and for what is not of its type.
 * @throws {ShapeError} when inputs have another shape than values, or names another number.
 * @example
 * beeswarm({ values: [[0.3, -0.1], [-0.2, 0.4]], inputs: [[41, 52], [23, 80]], names: ['age', 'income'] });
 */
export function beeswarm(data: BeeswarmData | Explained, options: BeeswarmOptions = {}): string {
  const own = plotOptions('beeswarm', options, ['most', ...RESULT_OPTIONS]);
  const most = checkNumber('beeswarm', 'most', own.most ?? 12, { least: 1, most: 100, whole: true });
  const fields = fieldsOf(
    'beeswarm: data',
    translated('beeswarm', data, (given) => swarmOf('beeswarm', given, own)),
    ['values', 'inputs', 'names', 'unit'],
  );
  const values = gridOf('beeswarm', 'values', fields.values);
  const inputs = inputsOf(fields.inputs, values);
  const names = namesOf('beeswarm', 'names', fields.names, values.columns, (i) => `feature ${i}`);
  const unit = textOf('beeswarm', 'unit', fields.unit, undefined);
  const all = names.map((name, column) => ({ name, column, strength: strengthOf(values, column) }));
  all.sort((a, b) => descending(a.strength, b.strength));
  const shown = all.slice(0, most);
  const rows = thinned(values.rows, POINTS);
  const missing = values.data.reduce((count, x) => count + (Number.isFinite(x) ? 0 : 1), 0);
  const signs = inputs === undefined || values.rows === 0 ? [] : SIGNS;
  const signsHeight = legendHeight(signs, bodyWidth(own));
  return figure({
    where: 'beeswarm',
    options: own,
    title: 'Contributions by feature',
    description: describe(shown, values.rows, unit),
    least: signsHeight + Math.max(1, shown.length) * ROW + NUMBERS + (unit === undefined ? 0 : NAME),
    notes: [
      ...(all.length > most ? [`The strongest ${most} of ${all.length} features.`] : []),
      ...thinning(rows.length, values.rows, 'rows'),
      ...leftOut(missing, values.data.length, 'contributions'),
    ],
    draw: (body) => {
      const inner = { ...body, top: body.top + signsHeight };
      const featureNames = shown.map(({ name }) => name);
      const area = rowsArea(inner, featureNames, unit);
      const drawn = shown.map(({ column }) => rows.map((row) => values.data[row * values.columns + column]!));
      const scale = across(domainOf(drawn.flat(), [0]), area.left, area.right);
      const height = (area.bottom - area.top) / Math.max(1, shown.length);
      return [
        legend(signs, body.left, body.top, body.right - body.left),
        below(area, scale, unit),
        reference(scale.at(0), area.top, scale.at(0), area.bottom),
        ...shown.flatMap(({ name, column }, i) => {
          const y = area.top + (i + 0.5) * height;
          const fullness = fullnessOf(inputs, column, rows);
          return [rowName(name, y, body, area), swarm(drawn[i]!, fullness, y, height, scale)];
        }),
        ...(shown.length === 0 ? [nothing(area)] : []),
      ];
    },
  });
}

const dot = (x: number, y: number, fullness: number, mark = ` ${MARK}`): Markup =>
  element('circle', {
    cx: x,
    cy: y,
    r: RADIUS,
    class: `${fill('1')} ${stroke('1')}${mark}`,
    'fill-opacity': fullness,
  });

/** A value that is missing: neither low nor high. */
const cross = (x: number, y: number): Markup =>
  element('path', {
    d: `M${decimals(x - 2.5)} ${decimals(y - 2.5)}l5 5m0 -5l-5 5`,
    class: `${stroke('soft')} ${MARK}`,
  });

const SIGNS: readonly Entry[] = [
  { name: 'low value', sign: (x, y) => dot(x + 18, y, 0, '') },
  { name: 'high value', sign: (x, y) => dot(x + 18, y, 1, '') },
];

function swarm(
  values: readonly number[],
  fullness: readonly number[],
  y: number,
  room: number,
  scale: Scale,
): Markup {
  const finite = values.map((_, i) => i).filter((i) => Number.isFinite(values[i]!));
  const xs = finite.map((i) => scale.at(values[i]!));
  const places = placesIn(xs, 2 * RADIUS - 1, room / 2 - RADIUS);
  const points = finite.map((i, n) => {
    const full = fullness[i]!;
    return Number.isNaN(full) ? cross(xs[n]!, y + places[n]!) : dot(xs[n]!, y + places[n]!, full);
  });
  return element('g', {}, ...points);
}

/** Place of each value between the 5th and the 95th percentile of its feature, from 0 to 1; NaN where it is missing. */
function fullnessOf(inputs: Grid | undefined, column: number, rows: readonly number[]): number[] {
  if (inputs === undefined) return rows.map(() => 0.6);
  const all = Float64Array.from(
    { length: inputs.rows },
    (_, row) => inputs.data[row * inputs.columns + column]!,
  );
  const sorted = all.filter(Number.isFinite).sort();
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))]!;
  const [low, high] = [at(0.05), at(0.95)];
  return rows.map((row) => {
    const x = all[row]!;
    if (!Number.isFinite(x)) return NaN;
    return high > low ? Math.min(1, Math.max(0, (x / 2 - low / 2) / (high / 2 - low / 2))) : 0.5;
  });
}

function inputsOf(inputs: Rows | undefined, values: Grid): Grid | undefined {
  if (inputs === undefined) return undefined;
  const read = gridOf('beeswarm', 'inputs', inputs);
  checkLength('beeswarm', 'inputs', read.rows, values.rows);
  checkLength('beeswarm', 'a row of inputs', read.columns, values.columns);
  return read;
}

/** Mean size of a feature's finite contributions. */
function strengthOf({ rows, columns, data }: Grid, column: number): number {
  let [sum, count] = [0, 0];
  for (let row = 0; row < rows; row++) {
    const x = Math.abs(data[row * columns + column]!);
    if (!Number.isFinite(x)) continue;
    count++;
    sum += (x - sum) / count; // a running mean, which does not overflow
  }
  return sum;
}

function describe(shown: readonly Feature[], rows: number, unit: string | undefined): string {
  const list = shown.map(({ name, strength }) => `${inWords(name)} ${numeral(strength)}`).join(', ');
  return `${rows} predictions. Mean size of the contribution${unit === undefined ? '' : ` (${unit})`}: ${list || 'none'}.`;
}
