import { ascending, descending } from '../base/order.ts';
import { across, below, NAME, NUMBERS } from './axes.ts';
import { nothing } from './empty.ts';
import { type Box, figure, type PlotOptions } from './figure.ts';
import { at, MARK, path, point } from './marks.ts';
import { element, type Markup } from './markup.ts';
import { numeral } from './numerals.ts';
import { type Grid, leftOut } from './reading.ts';
import { beside, rowName, rowsArea, told } from './rows.ts';
import { domainOf, type Scale } from './scale.ts';
import { inWords, title, type Words, widthOf } from './text.ts';
import { fill, stroke } from './theme.ts';
import { thinned } from './thinning.ts';

/** A number for each category, and those of single rows. */
export interface CategoryRows {
  readonly where: string;
  readonly options: PlotOptions;
  readonly title: Words;
  readonly categories: readonly string[];
  readonly average: Float64Array;
  /** `[rows, categories]` */
  readonly single: Grid;
  readonly unit: string;
}

const ROW = 22;
/** Categories keep their order up to so many; more are sorted, and of many more the ends are shown. */
const [ORDERED, MOST] = [12, 40];
/** Strokes of single rows in a line: more are a grey surface. */
const STROKES = 100;

/** Categories as lines of a list, where thirty names can be read: a point for the mean, its number, strokes for single rows. */
export function categoriesFigure(data: CategoryRows): string {
  const { where, options, categories, average, single, unit } = data;
  const shown = shownOf(average);
  const finite = Array.from(average).filter(Number.isFinite);
  const rows = thinned(single.rows, STROKES);
  return figure({
    where,
    options,
    title: data.title,
    description: describe(data),
    least: Math.max(1, shown.length) * ROW + NUMBERS + NAME,
    notes: [
      ...(categories.length > ORDERED ? ['The highest first.'] : []),
      ...(shown.length < categories.length ? [between(average, shown)] : []),
      ...leftOut(average.length - finite.length, average.length, 'means'),
    ],
    draw: (body) => {
      if (shown.length === 0) return [nothing(body)];
      const outer = rowsArea(
        body,
        shown.map((i) => categories[i]!),
        unit,
      );
      const widest = Math.max(0, ...finite.map((x) => widthOf(numeral(x))));
      const area = { ...outer, right: outer.right - widest - 4 };
      const strokes = (i: number) => rows.map((row) => single.data[row * categories.length + i]!);
      const domain = domainOf([...shown.map((i) => average[i]!), ...shown.flatMap(strokes)]);
      const scale = across(domain, area.left, area.right);
      const height = (area.bottom - area.top) / shown.length;
      return [
        below(area, scale, unit),
        ...shown.flatMap((i, n) => {
          const y = area.top + (n + 0.5) * height;
          const line = { name: categories[i]!, mean: average[i]!, strokes: strokes(i) };
          return drawn(line, y, body, outer, scale);
        }),
      ];
    },
  });
}

/** Numbers of the categories that are shown, in their order. */
function shownOf(average: Float64Array): number[] {
  const all = Array.from(average.keys());
  if (all.length <= ORDERED) return all;
  const rank = (i: number) => (Number.isFinite(average[i]!) ? average[i]! : -Infinity);
  const sorted = all.sort((a, b) => descending(rank(a), rank(b)) || ascending(a, b));
  return sorted.length <= MOST ? sorted : [...sorted.slice(0, MOST / 2), ...sorted.slice(-MOST / 2)];
}

function between(average: Float64Array, shown: readonly number[]): string {
  const drawn = new Set(shown);
  const [low, high] = domainOf(average.filter((_, i) => !drawn.has(i)));
  return `The ${MOST / 2} highest and the ${MOST / 2} lowest of ${average.length}; the others lie from ${numeral(low)} to ${numeral(high)}.`;
}

function drawn(
  { name, mean, strokes }: { name: string; mean: number; strokes: readonly number[] },
  y: number,
  body: Box,
  area: Box,
  scale: Scale,
): Markup[] {
  const finite = strokes.filter(Number.isFinite).map((x) => `M${at(scale.at(x), y - 6)}v12`);
  const lines =
    finite.length === 0
      ? []
      : [path(finite.join(''), { class: `${stroke('soft')} ${MARK}`, 'stroke-opacity': 0.5 })];
  if (!Number.isFinite(mean)) return [rowName(name, y, body, area), ...lines];
  const x = scale.at(mean);
  return [
    rowName(name, y, body, area),
    ...lines,
    element('g', { class: MARK }, title(told(name, numeral(mean))), point(x, y, 0, 5, { class: fill('1') })),
    beside(
      numeral(mean),
      x - 5,
      Math.max(x + 5, ...strokes.filter(Number.isFinite).map(scale.at)),
      y,
      area,
      true,
    ),
  ];
}

function describe({ categories, average, single, unit }: CategoryRows): string {
  const list = categories.map(
    (category, i) => `${inWords(category)} ${Number.isFinite(average[i]!) ? numeral(average[i]!) : 'none'}`,
  );
  if (list.length === 0) return `No mean of ${inWords(unit)}.`;
  const rows = single.rows > 0 ? `; ${single.rows} single ${single.rows === 1 ? 'row' : 'rows'}` : '';
  return `Mean ${inWords(unit)} ${list.join(', ')}${rows}.`;
}
