import { type Axes, type AxisSpec, plane } from './axes.ts';
import { nothing } from './empty.ts';
import { type Box, bodyWidth, type Drawing, figure } from './figure.ts';
import { type Entry, legend, legendHeight } from './legend.ts';
import { at, curve, dashes, line, MARK, path, point } from './marks.ts';
import { joined, type Markup } from './markup.ts';
import { domainOf } from './scale.ts';
import type { Words } from './text.ts';
import { type Colour, fill, series, stroke } from './theme.ts';

/** A line through points. */
export interface Line {
  readonly name: Words;
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** Default: by its place among the lines. */
  readonly colour?: Colour;
  readonly width?: number;
  readonly dash?: string | undefined;
  /** A point for each number instead of a line. */
  readonly dots?: boolean;
  /** Not to be told in the legend. */
  readonly silent?: boolean;
}

/** What stands in the plane besides the lines. */
export interface LinesDrawing extends Omit<Drawing, 'least' | 'usual' | 'draw'> {
  readonly lines: readonly Line[];
  readonly xName?: string | undefined;
  /** Names of the places 0, 1, 2, … of the horizontal axis. */
  readonly xNames?: readonly string[] | undefined;
  readonly yName?: string | undefined;
  /** Numbers that the axes must contain besides those of the lines. */
  readonly xAlso?: readonly number[];
  readonly yAlso?: readonly number[];
  /** Drawn below the lines. */
  readonly behind?: (axes: Axes) => readonly Markup[];
  /** Room for more below the plane, and what is drawn there. */
  readonly under?: { readonly height: number; readonly draw: (axes: Axes, box: Box) => readonly Markup[] };
  readonly more?: readonly Entry[];
}

/** A picture of lines in a plane, with a legend where there is more than one. */
export function linesFigure(drawing: LinesDrawing): string {
  const { lines, under, more = [] } = drawing;
  const entries = [...entriesOf(lines), ...more];
  const shown = entries.length > 1 ? entries : [];
  const top = legendHeight(shown, bodyWidth(drawing.options));
  const extra = top + (under?.height ?? 0);
  return figure({
    ...drawing,
    least: 150 + extra,
    usual: 240 + extra,
    draw: (body) => {
      const inner = { ...body, top: body.top + top, bottom: body.bottom - (under?.height ?? 0) };
      const axes = plane(inner, xAxis(drawing), yAxis(drawing));
      return [
        legend(shown, body.left, body.top, body.right - body.left),
        axes.marks,
        ...(drawing.behind?.(axes) ?? []),
        ...lines.map((one, i) => drawn(one, i, axes)),
        ...(lines.some(hasPoint) ? [] : [nothing(axes.area)]),
        ...(under?.draw(axes, { ...axes.area, top: inner.bottom, bottom: body.bottom }) ?? []),
      ];
    },
  });
}

function hasPoint({ x, y }: Line): boolean {
  return x.some((value, i) => Number.isFinite(value) && Number.isFinite(y[i]!));
}

const xAxis = ({ lines, xName, xNames, xAlso }: LinesDrawing): AxisSpec => ({
  name: xName,
  names: xNames,
  tight: true,
  domain: domainOf(
    lines.flatMap(({ x }) => Array.from(x)),
    xAlso,
  ),
});

const yAxis = ({ lines, yName, yAlso }: LinesDrawing): AxisSpec => ({
  name: yName,
  domain: domainOf(
    lines.flatMap(({ y }) => Array.from(y)),
    yAlso,
  ),
});

function drawn(one: Line, i: number, axes: Axes): Markup {
  if (one.dots === true) return dots(one, i, axes);
  const { x, y, colour = series(i), width = 2 } = one;
  const d = curve(axes.x, axes.y, x, y);
  return d === '' ? joined([]) : line(d, colour, width, { 'stroke-dasharray': dashOf(one, i) });
}

/** Points differ by shape, unless they have a colour of their own. */
function shapeOf({ colour }: Line, i: number): number {
  return colour === undefined ? i : 0;
}

/** Lines differ by dashes, unless they have a colour of their own. */
function dashOf({ colour, dash }: Line, i: number): string | undefined {
  return dash ?? (colour === undefined ? dashes(i) : undefined);
}

function dots(one: Line, i: number, axes: Axes): Markup {
  const { x, y, colour } = one;
  const attributes = { class: `${fill(colour ?? series(i))} ${MARK}` };
  return joined(
    Array.from(x, (value, n) => {
      if (!Number.isFinite(value) || !Number.isFinite(y[n]!)) return joined([]);
      return point(axes.x.at(value), axes.y.at(y[n]!), shapeOf(one, i), 6, attributes);
    }),
  );
}

function entriesOf(lines: readonly Line[]): Entry[] {
  return lines.flatMap((one, i) => {
    const { name, colour = series(i), width = 2, silent = false } = one;
    const attributes = { fill: 'none', 'stroke-width': width, 'stroke-dasharray': dashOf(one, i) };
    const sign: Entry['sign'] = (left, y) =>
      one.dots === true
        ? point(left + 16, y, shapeOf(one, i), 5, { class: fill(colour) })
        : path(`M${at(left, y)}h22`, { class: stroke(colour), ...attributes });
    return silent ? [] : [{ name, sign }];
  });
}

/** Short strokes on the horizontal axis: where there are data. */
export function rug(axes: Axes, values: Float64Array): Markup[] {
  const strokes = Array.from(values)
    .filter((x) => Number.isFinite(x))
    .map((x) => `M${at(axes.x.at(x), axes.area.bottom)}v-7`);
  if (strokes.length === 0) return [];
  return [path(strokes.join(''), { class: `${stroke('ink')} ${MARK}`, 'stroke-opacity': 0.45 })];
}
