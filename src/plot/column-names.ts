import { joined, type Markup } from './markup.ts';
import { label, SIZE, widthOf } from './text.ts';

/** Longest of the names of columns, in pixels. */
const LONGEST = 88;
const DEGREES = -55;
/** Columns narrower than this cannot all carry a name. */
const NAMED = 14;

/** Width of the widest of the names. */
export function widest(names: readonly string[]): number {
  return names.reduce((most, name) => Math.max(most, widthOf(name, SIZE.tick)), 0);
}

/** Height that slanting names take above their columns. */
export function slantHeight(names: readonly string[]): number {
  return Math.min(LONGEST, widest(names)) + 8;
}

/** How far they stand out to the right of the last column. */
export function slantWidth(names: readonly string[]): number {
  return slantHeight(names) * 0.6;
}

/** Which columns carry a name: each, or each so-and-so-manieth. */
export const everyColumn = (cellWidth: number): number => Math.max(1, Math.ceil(NAMED / cellWidth - 1e-6));

/** Slanting names above columns that begin at `left` and `bottom` below them. */
export function slanting(names: readonly string[], left: number, bottom: number, cellWidth: number): Markup {
  const every = everyColumn(cellWidth);
  const room = slantHeight(names);
  const shown = names.map((name, i) => {
    if (name === '' || i % every !== 0) return joined([]);
    return label(left + (i + 0.5) * cellWidth, bottom - 6, name, { size: SIZE.tick, room, turn: DEGREES });
  });
  return joined(shown);
}
