import { NAME, NUMBERS } from './axes.ts';
import type { Box } from './figure.ts';
import type { Markup } from './markup.ts';
import { BOLD, label, partsOf, spoken, type Words, widthOf } from './text.ts';

/** Half of the first number of the axis stands below the names. */
const LEAST = 24;
const GAP = 5;
/** Of a name whose number takes more than the share of both. */
const SHORT = 30;
/** How far a number may stand out of the area to the right. */
const STANDS_OUT = 10;

/** The area right of the rows' names, which take what they need, but not more than two fifths. */
export function rowsArea(body: Box, names: readonly Words[], unit: string | undefined): Box {
  const width = body.right - body.left;
  const wanted = Math.max(LEAST, ...names.map((name) => widthOf(spoken(name)) * BOLD));
  const numbers = Math.max(0, ...names.map((name) => widthOf(spoken(name, () => '…')) * BOLD));
  const room = Math.min(wanted, Math.max(width * 0.42, Math.min(numbers + SHORT, width * 0.6)));
  const left = body.left + room + 10;
  const bottom = body.bottom - NUMBERS - (unit === undefined ? 0 : NAME);
  return { left, top: body.top, right: body.right - 10, bottom };
}

/** Name of a row, left of the area. */
export function rowName(name: Words, y: number, body: Box, area: Box, bold = false): Markup {
  return label(area.left - 10, y + 4.5, name, { anchor: 'end', room: area.left - 10 - body.left, bold });
}

/** A number beside a bar, on the side where there is room. */
export function beside(
  text: string,
  left: number,
  right: number,
  y: number,
  area: Box,
  after: boolean,
): Markup {
  const fits = fitsBeside(text, left, right, area);
  return (after ? fits.after || !fits.before : !fits.before)
    ? label(right + GAP, y + 4.5, text)
    : label(left - GAP, y + 4.5, text, { anchor: 'end' });
}

/** On which sides of a bar a number has room. */
export function fitsBeside(
  text: string,
  left: number,
  right: number,
  area: Box,
): { before: boolean; after: boolean } {
  const room = widthOf(text) + GAP;
  return { before: left - room >= area.left, after: right + room <= area.right + STANDS_OUT };
}

/** A name and its number, as the pointer is told. */
export function told(name: Words, number: string): Words {
  return [...partsOf(name), `: ${number}`];
}
