import { ascending } from '../base/order.ts';
import { MARK } from './marks.ts';
import { decimals, element, joined, type Markup } from './markup.ts';
import { type Colour, fill, stroke } from './theme.ts';

/** A rectangle of cells, and where it is drawn. */
export interface Lattice {
  readonly rows: number;
  readonly columns: number;
  readonly left: number;
  readonly top: number;
  /** Size of a cell in pixels. */
  readonly cellWidth: number;
  readonly cellHeight: number;
}

/** Steps of a scale: finer ones are not told apart by eye, and cells of a step share one path. */
const STEPS = 24;
/** From this share of the greatest on, a negative cell carries its sign. */
const SIGNED = 0.1;

/**
 * Cells in the colour of their sign, as dense as their share of `limit`: the scale is symmetric about zero, where
 * nothing is drawn. Negative cells carry a minus. What is not finite is hatched.
 */
export function signedCells(lattice: Lattice, values: ArrayLike<number>, limit: number): Markup {
  const level = (i: number) => Math.round(Math.max(-1, Math.min(1, share(values[i]!, limit))) * STEPS);
  const levels = groups(lattice, level);
  const colours = [...levels].map(([step, cells]) =>
    element('path', {
      d: cells.join(''),
      class: `${fill(step > 0 ? 'positive' : 'negative')} ${MARK}`,
      'fill-opacity': Math.abs(step) / STEPS,
    }),
  );
  return placed(lattice, [
    ...colours,
    signs(levels, SIGNED, 0.5, 'ink'),
    // On a dense colour the minus is seen in the colour of the paper.
    signs(levels, 0.5, Infinity, 'paper'),
    ...hatched(lattice, (i) => !Number.isFinite(values[i]!)),
  ]);
}

/** Strokes across the cells that have no number: an empty one would say zero. */
function hatched(lattice: Lattice, isMissing: (i: number) => boolean): Markup[] {
  const strokes: string[] = [];
  eachCell(lattice, (i, _, column, row) => {
    if (isMissing(i))
      strokes.push(`M${column} ${row}.5l.5 -.5M${column} ${row + 1}l1 -1M${column}.5 ${row + 1}l.5 -.5`);
  });
  if (strokes.length === 0) return [];
  const attributes = { class: stroke('soft'), 'stroke-width': 1, 'vector-effect': 'non-scaling-stroke' };
  return [element('path', { d: strokes.join(''), fill: 'none', ...attributes })];
}

/** Lines between cells that are on two sides of something. */
export function borders(lattice: Lattice, sideOf: (i: number) => boolean): Markup {
  const lines: string[] = [];
  eachCell(lattice, (i, _, column, row) => {
    if (column > 0 && sideOf(i) !== sideOf(i - 1)) lines.push(`M${column} ${row}v1`);
    if (row > 0 && sideOf(i) !== sideOf(i - lattice.columns)) lines.push(`M${column} ${row}h1`);
  });
  if (lines.length === 0) return joined([]);
  const attributes = { class: stroke('ink'), 'stroke-width': 1, 'stroke-opacity': 0.7, fill: 'none' };
  return placed(lattice, [
    element('path', { d: lines.join(''), 'vector-effect': 'non-scaling-stroke', ...attributes }),
  ]);
}

/** A minus in each cell whose size is in the range, as a share of the limit. */
function signs(levels: Map<number, string[]>, from: number, below: number, colour: Colour): Markup {
  const cells = [...levels].flatMap(([step, list]) => {
    const size = -step / STEPS;
    return size >= from && size < below ? list : [];
  });
  const minus = cells.map((cell) =>
    cell.replace(/^M(\d+) (\d+)h.*/, (_, x, y) => `M${x}.3 ${y}.45h.4v.1h-.4z`),
  );
  return cells.length === 0 ? joined([]) : element('path', { d: minus.join(''), class: fill(colour) });
}

/** Cells of one colour, as dense as `density`, from 0 to 1. */
export function denseCells(lattice: Lattice, density: (i: number) => number, className: string): Markup {
  const levels = groups(lattice, (i) => Math.round(Math.max(0, Math.min(1, density(i))) * STEPS));
  return placed(
    lattice,
    [...levels].map(([step, cells]) =>
      element('path', { d: cells.join(''), class: `${className} ${MARK}`, 'fill-opacity': step / STEPS }),
    ),
  );
}

/** Cells of any colour, as photographs have them. */
export function colouredCells(lattice: Lattice, colour: (i: number) => string): Markup {
  const byColour = new Map<string, string[]>();
  eachCell(lattice, (i, d) => {
    const name = colour(i);
    byColour.set(name, [...(byColour.get(name) ?? []), d]);
  });
  return placed(
    lattice,
    [...byColour].map(([name, cells]) => element('path', { d: cells.join(''), fill: name, class: MARK })),
  );
}

/** A share that no finite number makes NaN or infinite. */
function share(x: number, limit: number): number {
  return Number.isFinite(x) && limit > 0 ? x / limit : 0;
}

function groups(lattice: Lattice, level: (i: number) => number): Map<number, string[]> {
  const found = new Map<number, string[]>();
  eachCell(lattice, (i, d) => {
    const step = level(i);
    if (step === 0) return;
    const cells = found.get(step);
    if (cells === undefined) found.set(step, [d]);
    else cells.push(d);
  });
  return new Map([...found].sort(([a], [b]) => ascending(a, b)));
}

function eachCell(
  { rows, columns }: Lattice,
  visit: (i: number, d: string, column: number, row: number) => void,
): void {
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      visit(row * columns + column, `M${column} ${row}h1v1h-1z`, column, row);
    }
  }
}

/** Cells are one unit wide and high inside; so their paths are short. */
function placed({ left, top, cellWidth, cellHeight }: Lattice, inside: readonly Markup[]): Markup {
  const scale = `scale(${number(cellWidth)} ${number(cellHeight)})`;
  return element(
    'g',
    { transform: `translate(${decimals(left)} ${decimals(top)}) ${scale}`, 'shape-rendering': 'crispEdges' },
    joined(inside),
  );
}

/** Four decimals: an error in the size of a cell is multiplied by their number. */
function number(x: number): string {
  return String(Math.round(x * 1e4) / 1e4);
}
