import { type Box, MARGIN } from './figure.ts';
import { element, joined, type Markup } from './markup.ts';
import type { Domain } from './scale.ts';
import { niceScale, type Scale, type ScaleKind } from './scale.ts';
import { label, SIZE, widthOf } from './text.ts';
import { stroke } from './theme.ts';

/** An axis by what it must contain and what it is called. */
export interface AxisSpec {
  readonly domain: Domain;
  readonly name?: string | undefined;
  /** Whether it ends with the domain, not with a whole number of steps. */
  readonly tight?: boolean;
  /** Default: by equal steps. */
  readonly kind?: ScaleKind | undefined;
  /** Whether it counts things, so that numbers between whole ones say nothing. */
  readonly whole?: boolean;
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

/**
 * Axes for points in a plane: numbers left and below, the name of the vertical axis above it, so that it reads level.
 * Its left end is at `least` or further right, so that planes below each other can begin at the same place.
 */
export function plane(body: Box, x: AxisSpec, y: AxisSpec, least = 0): Axes {
  const top = body.top + (y.name === undefined ? 8 : NAME + 10);
  const bottom = body.bottom - NUMBERS - (x.name === undefined ? 0 : NAME);
  const vertical = fitting(y, bottom, top, () => SIZE.tick + GAP);
  const left = Math.max(least, body.left + widest(vertical) + 8);
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
export function across(domain: Domain, left: number, right: number, tight = false): Scale {
  return acrossSpec({ domain, tight }, left, right);
}

function acrossSpec(spec: AxisSpec, left: number, right: number): Scale {
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
      : [label(MARGIN, area.top - 14, name, { size: SIZE.tick, room: area.right - MARGIN })];
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
  { domain, tight, kind, whole = false }: AxisSpec,
  from: number,
  to: number,
  room: (scale: Scale) => number,
): Scale {
  const length = Math.abs(to - from);
  for (let wanted = 6; wanted > 1; wanted--) {
    const scale = counting(niceScale(domain, from, to, wanted, tight, kind), whole);
    if ((labelled(scale).length - 1) * room(scale) <= length) return scale;
  }
  const scale = counting(niceScale(domain, from, to, 1, tight, kind), whole);
  const [first, ...rest] = scale.ticks;
  if (first === undefined) return scale;
  return { ...scale, ticks: rest.length === 0 || room(scale) > length ? [first] : [first, rest.at(-1)!] };
}

/** Without what lies between whole numbers, where there are whole ones. */
function counting(scale: Scale, whole: boolean): Scale {
  const ticks = scale.ticks
    .filter(({ value }) => Number.isInteger(value))
    .map(({ value, label: text }) => ({ value, label: text.replace(/\.0+$/, '') }));
  return whole && ticks.length > 0 ? { ...scale, ticks } : scale;
}

const labelled = ({ ticks }: Scale) => ticks.filter(({ label: text }) => text !== '');

function widest({ ticks }: Scale): number {
  return ticks.reduce((most, tick) => Math.max(most, widthOf(tick.label, SIZE.tick)), 0);
}
