import { type Axes, type AxisSpec, plane } from './axes.ts';
import { nothing } from './empty.ts';
import { type Box, bodyWidth, type Drawing, figure } from './figure.ts';
import { type Entry, legend, legendHeight } from './legend.ts';
import { at, curve, dashes, line, MARK, path } from './marks.ts';
import { joined, type Markup } from './markup.ts';
import { leftOut } from './reading.ts';
import { domainOf, hasPlace, type ScaleKind } from './scale.ts';
import type { Words } from './text.ts';
import { type Colour, series, stroke } from './theme.ts';

/** A line through points. */
export interface Line {
  readonly name: Words;
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
  /** How the axes count. */
  readonly kinds?: { readonly x: ScaleKind; readonly y: ScaleKind };
  /** Drawn below the lines. */
  readonly behind?: (axes: Axes) => readonly Markup[];
  /** Room for more below the plane, and what is drawn there. */
  readonly under?: { readonly height: number; readonly draw: (axes: Axes, box: Box) => readonly Markup[] };
  readonly more?: readonly Entry[];
}

/** A picture of lines in a plane, with a legend where there is more than one. */
export function linesFigure(drawing: LinesDrawing): string {
  const { under, more = [] } = drawing;
  const lines = crowded(drawing.lines.map((one) => placed(one, drawing.kinds)));
  const entries = [...entriesOf(lines), ...more];
  const shown = entries.length > 1 ? entries : [];
  const top = legendHeight(shown, bodyWidth(drawing.options));
  const extra = top + (under?.height ?? 0);
  const count = (list: readonly Line[]) =>
    list.reduce(
      (sum, { x, y }) => sum + Array.from(x).filter((value, i) => Number.isFinite(value + y[i]!)).length,
      0,
    );
  const all = count(drawing.lines);
  return figure({
    ...drawing,
    notes: [...(drawing.notes ?? []), ...leftOut(all - count(lines), all, 'points', 'not above 0')],
    least: 150 + extra,
    usual: 240 + extra,
    draw: (body) => {
      const inner = { ...body, top: body.top + top, bottom: body.bottom - (under?.height ?? 0) };
      const axes = plane(inner, xAxis({ ...drawing, lines }), yAxis({ ...drawing, lines }));
      return [
        legend(shown, body.left, body.top, body.right - body.left),
        axes.marks,
        ...(drawing.behind?.(axes) ?? []),
        // What is told apart lies above the rest.
        ...lines.map((one, i) => (one.colour === 'soft' ? drawn(one, i, axes) : joined([]))),
        ...lines.map((one, i) => (one.colour === 'soft' ? joined([]) : drawn(one, i, axes))),
        ...(lines.some(hasPoint) ? [] : [nothing(axes.area)]),
        ...(under?.draw(axes, { ...axes.area, top: inner.bottom, bottom: body.bottom }) ?? []),
      ];
    },
  });
}

/** Nobody tells more lines apart than this: the rest is thin and grey, and counted in the legend. */
const APART = 12;

function crowded(lines: readonly Line[]): readonly Line[] {
  const own = lines.filter(({ colour }) => colour === undefined);
  if (own.length <= APART) return lines;
  const others = own.slice(APART - 1);
  const first = others[0]!;
  const name = [`${others.length} others`];
  return lines.map((one) => {
    if (!others.includes(one)) return one;
    return { ...one, colour: 'soft', width: 0.8, ...(one === first ? { name } : { silent: true }) };
  });
}

function hasPoint({ x, y }: Line): boolean {
  return x.some((value, i) => Number.isFinite(value) && Number.isFinite(y[i]!));
}

/** Without the points that have no place on a logarithmic axis: they are gaps. */
function placed(one: Line, kinds: LinesDrawing['kinds']): Line {
  if (kinds === undefined) return one;
  const only = (values: Float64Array, kind: ScaleKind) =>
    values.map((value) => (hasPlace(value, kind) ? value : Number.NaN));
  return { ...one, x: only(one.x, kinds.x), y: only(one.y, kinds.y) };
}

const xAxis = ({ lines, xName, xAlso = [], kinds }: LinesDrawing): AxisSpec => ({
  kind: kinds?.x,
  name: xName,
  tight: true,
  domain: domainOf(
    lines.flatMap(({ x }) => Array.from(x)),
    xAlso.filter((x) => hasPlace(x, kinds?.x ?? 'linear')),
  ),
});

const yAxis = ({ lines, yName, yAlso = [], kinds }: LinesDrawing): AxisSpec => ({
  kind: kinds?.y,
  name: yName,
  domain: domainOf(
    lines.flatMap(({ y }) => Array.from(y)),
    yAlso.filter((y) => hasPlace(y, kinds?.y ?? 'linear')),
  ),
});

function drawn(one: Line, i: number, axes: Axes): Markup {
  const { x, y, colour = series(i), width = 2 } = one;
  const d = curve(axes.x, axes.y, x, y);
  return d === '' ? joined([]) : line(d, colour, width, { 'stroke-dasharray': dashOf(one, i) });
}

/** Lines differ by dashes, unless they have a colour of their own. */
function dashOf({ colour, dash }: Line, i: number): string | undefined {
  return dash ?? (colour === undefined ? dashes(i) : undefined);
}

function entriesOf(lines: readonly Line[]): Entry[] {
  return lines.flatMap((one, i) => {
    const { name, colour = series(i), width = 2, silent = false } = one;
    const attributes = { fill: 'none', 'stroke-width': width, 'stroke-dasharray': dashOf(one, i) };
    const sign: Entry['sign'] = (left, y) =>
      path(`M${at(left, y)}h22`, { class: stroke(colour), ...attributes });
    return silent ? [] : [{ name, sign }];
  });
}

/** Short strokes on the horizontal axis: where there are data. */
export function rug(axes: Axes, values: Float64Array): Markup[] {
  const strokes = Array.from(values)
    .filter((x) => Number.isFinite(x) && x >= axes.x.domain[0] && x <= axes.x.domain[1])
    .map((x) => `M${at(axes.x.at(x), axes.area.bottom)}v-7`);
  if (strokes.length === 0) return [];
  return [path(strokes.join(''), { class: `${stroke('ink')} ${MARK}`, 'stroke-opacity': 0.45 })];
}
