import { line as lineThrough } from './d3.ts';
import { type Attributes, decimals, element, joined, type Markup } from './markup.ts';
import type { Scale } from './scale.ts';
import { title, type Words } from './text.ts';
import { type Colour, fill, stroke } from './theme.ts';

/** Class of everything that stands for a datum. */
export const MARK = 'mark';

/** Dashes that tell series apart without colour. */
const DASHES = ['', '7 4', '2 3', '9 3 2 3', '14 4', '1 5'];

/** Dashes of the i-th series, or nothing for a whole line. */
export const dashes = (i: number): string | undefined => DASHES[shift(i) % DASHES.length] || undefined;

/** Colours come again after six series: their second lap has other dashes and shapes, so that 36 are told apart. */
export const shift = (i: number): number => i + Math.floor(i / DASHES.length);

/** A path from pieces such as `M1 2`, with coordinates in pixels. */
export function path(d: string, attributes: Attributes, ...inside: Markup[]): Markup {
  return element('path', { d, ...attributes }, ...inside);
}

/** A pair of coordinates as a path has it. */
export const at = (x: number, y: number): string => `${decimals(x)} ${decimals(y)}`;

/** A line may leave out points that lie nearer than this to the last one, in pixels. */
const NEAR = 0.4;

/** A line through points. One that is not finite makes a gap; a point between two gaps is a dot. */
export function curve(x: Scale, y: Scale, xs: Float64Array, ys: Float64Array): string {
  const [px, py] = [xs.map((value) => atFinite(x, value)), ys.map((value) => atFinite(y, value))];
  const isThere = (i: number) => !Number.isNaN(px[i]! + py[i]!);
  let last = 0;
  const kept = Array.from(xs, (_, i) => i).filter((i) => {
    const inside = i > 0 && i < xs.length - 1 && isThere(i) && isThere(i - 1) && isThere(last);
    if (inside && Math.hypot(px[i]! - px[last]!, py[i]! - py[last]!) < NEAR) return false;
    last = i;
    return true;
  });
  return (
    lineThrough<number>(
      (i) => px[i]!,
      (i) => py[i]!,
    )
      .defined(isThere)
      .digits(2)(kept) ?? ''
  );
}

const atFinite = (scale: Scale, value: number): number =>
  Number.isFinite(value) ? scale.at(value) : Number.NaN;

/** A drawn line. */
export function line(d: string, colour: Colour, width: number, attributes: Attributes = {}): Markup {
  return path(d, {
    class: `${stroke(colour)} ${MARK}`,
    fill: 'none',
    'stroke-width': width,
    'stroke-linejoin': 'round',
    'stroke-linecap': 'round',
    ...attributes,
  });
}

/**
 * A bar that points to where it pushes: from `from` to `to`, with a tip. Positive and negative differ by direction and
 * by stripes as well as by colour.
 */
export function arrow(from: number, to: number, top: number, height: number, told: Words): Markup {
  const up = to >= from;
  const tip = Math.min(Math.abs(to - from), height / 2.5) * (up ? 1 : -1);
  const bottom = top + height;
  const outline = `M${at(from, top)}L${at(to - tip, top)}L${at(to, (top + bottom) / 2)}L${at(to - tip, bottom)}L${at(from, bottom)}Z`;
  const colour = up ? 'positive' : 'negative';
  return element(
    'g',
    { class: MARK },
    title(told),
    // The line around it keeps what is thinner than a pixel in sight.
    path(outline, {
      class: `${fill(colour)} ${stroke(colour)}`,
      'stroke-width': 1,
      'stroke-linejoin': 'round',
    }),
    ...(up ? [] : [stripes(Math.min(from, to - tip), Math.max(from, to - tip), top, bottom)]),
  );
}

/** A bar from zero, striped when it is negative. */
export function bar(from: number, to: number, top: number, height: number, told: Words): Markup {
  const [left, right] = [Math.min(from, to), Math.max(from, to)];
  const colour = to >= from ? 'positive' : 'negative';
  return element(
    'g',
    { class: MARK },
    title(told),
    element('rect', { x: left, y: top, width: Math.max(1, right - left), height, class: fill(colour) }),
    ...(to >= from ? [] : [stripes(left, right, top, top + height)]),
  );
}

/** Slanting lines inside a rectangle. Drawn, since a pattern needs an id, and ids meet those of other pictures. */
export function stripes(left: number, right: number, top: number, bottom: number): Markup {
  const [height, pieces] = [bottom - top, [] as string[]];
  for (let x = left + 4; x + height / 2 < right; x += 6) {
    pieces.push(`M${at(x, bottom)}L${at(x + height / 2, top)}`);
  }
  if (pieces.length === 0) return joined([]);
  return path(pieces.join(''), { class: stroke('paper'), 'stroke-width': 1.2, 'stroke-opacity': 0.75 });
}

const SHAPES: readonly ((r: number) => string)[] = [
  (r) => `a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0z`,
  (r) => `v${-r}h${2 * r}v${2 * r}h${-2 * r}z`,
  (r) => `m0 ${r}l${r} ${-2 * r}l${r} ${2 * r}z`,
  (r) => `l${r} ${-1.3 * r}l${r} ${1.3 * r}l${-r} ${1.3 * r}z`,
  (r) => `m0 ${-r}l${r} ${2 * r}l${r} ${-2 * r}z`,
  (r) => `m${0.6 * r} ${-r}h${0.8 * r}v${2 * r}h${-0.8 * r}z`,
];

/** A point whose shape says which series it belongs to. */
export function point(x: number, y: number, shape: number, r: number, attributes: Attributes): Markup {
  return path(`M${at(x - r, y)}${SHAPES[shift(shape) % SHAPES.length]!(r)}`, attributes);
}
