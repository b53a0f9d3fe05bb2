import { type Axes, type AxisSpec, plane } from './axes.ts';
import { nothing } from './empty.ts';
import { type Box, bodyWidth, type Drawing, figure } from './figure.ts';
import { type Entry, legend, legendHeight } from './legend.ts';
import { at, curve, dashes, line, MARK, path } from './marks.ts';
import { joined, type Markup } from './markup.ts';
import { type Colour, series, stroke } from './theme.ts';
import { domainOf } from './ticks.ts';

/** A line through points. */
export interface Line {
  readonly name: string;
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** Default: by its place among the lines. */
  readonly colour?: Colour;
  readonly width?: number;
  readonly dash?: string | undefined;
  /** Not to be told in the legend. */
  readonly silent?: boolean;
}

/** What stands in the plane besides the lines. */
export interface LinesDrawing extends Omit<Drawing, 'least' | 'usual' | 'draw'> {
  readonly lines: readonly Line[];
  readonly xName?: string | undefined;
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

const xAxis = ({ lines, xName, xAlso }: LinesDrawing): AxisSpec => ({
  name: xName,
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

function drawn({ x, y, colour, width = 2, dash }: Line, i: number, axes: Axes): Markup {
  const d = curve(axes.x, axes.y, x, y);
  const own = dash ?? (colour === undefined ? dashes(i) : undefined);
  return d === '' ? joined([]) : line(d, colour ?? series(i), width, { 'stroke-dasharray': own });
}

function entriesOf(lines: readonly Line[]): Entry[] {
  return lines.flatMap(({ name, colour, width = 2, dash, silent = false }, i) => {
    const own = dash ?? (colour === undefined ? dashes(i) : undefined);
    const attributes = { fill: 'none', 'stroke-width': width, 'stroke-dasharray': own };
    const sign: Entry['sign'] = (left, y) =>
      path(`M${at(left, y)}h22`, { class: stroke(colour ?? series(i)), ...attributes });
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
