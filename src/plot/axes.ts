import { type Box, MARGIN } from './figure.ts';
import { element, joined, type Markup } from './markup.ts';
import type { Domain } from './scale.ts';
import { namedScale, niceScale, type Scale, type ScaleKind } from './scale.ts';
import { label, SIZE, widthOf } from './text.ts';
import { stroke } from './theme.ts';

/** An axis by what it must contain and what it is called. */
export interface AxisSpec {
  readonly domain: Domain;
  readonly name?: string | undefined;
  /** Whether it ends with the domain, not with a whole number of steps. */
  readonly tight?: boolean;
  /** Names at 0, 1, 2, …, instead of numbers. */
  readonly names?: readonly string[] | undefined;
  /** Default: by equal steps. */
  readonly kind?: ScaleKind | undefined;
}

/** Two axes, the area between them, and how they are drawn. */
export interface Axes {
  readonly x: Scale;
  readonly y: Scale;
  readonly area: Box;
  readonly marks: Markup;
}

/** Height of the numbers below an axis, and of its name. */
export const NUMBERS = 20;
export const NAME = 18;

const GAP = 12;

/** Axes for points in a plane: numbers left and below, the name of the vertical axis above it, so that it reads level. */
export function plane(body: Box, x: AxisSpec, y: AxisSpec): Axes {
  const top = body.top + (y.name === undefined ? 8 : NAME + 10);
  const bottom = body.bottom - NUMBERS - (x.name === undefined ? 0 : NAME);
  const vertical = fitting(y, bottom, top, () => SIZE.tick + GAP);
  const left = body.left + widest(vertical) + 8;
  const horizontal = acrossSpec(x, left, body.right);
  const area = { left, top, right: body.right - overhang(horizontal), bottom };
  const scale = acrossSpec(x, left, area.right);
  return {
    x: scale,
    y: vertical,
    area,
    marks: joined([below(area, scale, x.name), beside(area, vertical, y.name)]),
  };
}

/** A horizontal scale from `left` to `right` with as many ticks as have room for their numbers. */
export function across(domain: Domain, left: number, right: number): Scale {
  return acrossSpec({ domain }, left, right);
}

function acrossSpec(spec: AxisSpec, left: number, right: number): Scale {
  if (spec.names !== undefined) return namedScale(spec.names, left, right);
  return fitting(spec, left, right, (scale) => widest(scale) + GAP);
}

/** How far half the last number stands out of the area. */
export function overhang(scale: Scale): number {
  return Math.max(0, widest(scale) / 2 - 10);
}

/** A horizontal axis: lines through the area, numbers and a name below it. */
export function below(area: Box, scale: Scale, name?: string): Markup {
  const lines = scale.ticks.map(({ value }) => rule(scale.at(value), area.top, scale.at(value), area.bottom));
  const numbers = labelled(scale).map((tick) =>
    label(scale.at(tick.value), area.bottom + 15, tick.label, {
      anchor: 'middle',
      size: SIZE.tick,
      colour: 'soft',
      room: scale.room ?? Infinity,
    }),
  );
  return element('g', {}, ...lines, ...numbers, ...named(area, name));
}

function named(area: Box, name: string | undefined): Markup[] {
  if (name === undefined) return [];
  const y = area.bottom + NUMBERS + 13;
  return [label(area.right, y, name, { anchor: 'end', size: SIZE.tick, room: area.right - MARGIN })];
}

/** A vertical axis: lines through the area, numbers left of it and its name above. */
function beside(area: Box, scale: Scale, name?: string): Markup {
  const lines = scale.ticks.map(({ value }) => rule(area.left, scale.at(value), area.right, scale.at(value)));
  const numbers = labelled(scale).map((tick) =>
    label(area.left - 6, scale.at(tick.value) + 4, tick.label, {
      anchor: 'end',
      size: SIZE.tick,
      colour: 'soft',
    }),
  );
  const above =
    name === undefined
      ? []
      : [label(area.left - widest(scale) - 8, area.top - 14, name, { size: SIZE.tick, room: area.right })];
  return element('g', {}, ...lines, ...numbers, ...above);
}

/** A thin line of the grid. */
export function rule(x1: number, y1: number, x2: number, y2: number): Markup {
  return element('line', { x1, y1, x2, y2, class: stroke('grid') });
}

/** A line that stands for a number, such as zero or the base value. */
export function reference(x1: number, y1: number, x2: number, y2: number): Markup {
  return element('line', { x1, y1, x2, y2, class: stroke('soft'), 'stroke-dasharray': '2 3' });
}

function fitting(
  { domain, tight, kind }: AxisSpec,
  from: number,
  to: number,
  room: (scale: Scale) => number,
): Scale {
  const length = Math.abs(to - from);
  for (let wanted = 6; wanted > 1; wanted--) {
    const scale = niceScale(domain, from, to, wanted, tight, kind);
    if ((labelled(scale).length - 1) * room(scale) <= length) return scale;
  }
  const scale = niceScale(domain, from, to, 1, tight, kind);
  const [first, ...rest] = scale.ticks;
  return { ...scale, ticks: rest.length === 0 || room(scale) > length ? [first!] : [first!, rest.at(-1)!] };
}

const labelled = ({ ticks }: Scale) => ticks.filter(({ label: text }) => text !== '');

function widest({ ticks, room = Infinity }: Scale): number {
  return ticks.reduce((most, tick) => Math.max(most, Math.min(room, widthOf(tick.label, SIZE.tick))), 0);
}
