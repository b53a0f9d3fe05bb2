import { denseCells, type Lattice } from './cells.ts';
import type { Box } from './figure.ts';
import { MARK } from './marks.ts';
import { element, joined, type Markup } from './markup.ts';
import { counted, numeral, percent } from './numerals.ts';
import { label, SIZE, title, type Words, widthOf } from './text.ts';
import { fill, stroke } from './theme.ts';

/** Rows of one class that were taken for another. */
export interface Confusion {
  readonly actual: string;
  readonly predicted: string;
  readonly count: number;
  /** Share of the rows of the actual class. */
  readonly share: number;
}

const ROW = 22;
const HEADING = 22;
const [PAIRS, GRID] = [12, 200];

/** Height of a list of confusions with the grid of all classes below. */
export function listHeight(pairs: number, classes: number, width: number): number {
  return HEADING + Math.min(PAIRS, pairs) * ROW + HEADING + gridSize(classes, width);
}

const gridSize = (classes: number, width: number): number =>
  Math.min(width - 20, 320, Math.max(120, classes * 5));

/** What is left out of both, in words. */
export function listNotes(pairs: number, classes: number): string[] {
  return [
    ...(pairs > PAIRS ? [`The ${PAIRS} largest of ${counted(pairs, 'confusion')}.`] : []),
    'In the grid classes stand by their mistakes, most first; right ones are on the diagonal.',
    ...(classes > GRID ? [`It has the ${GRID} of ${classes} classes with the most mistakes.`] : []),
  ];
}

/**
 * The largest confusions by name, and a grid of all classes without names: of thirty classes nobody reads the names of
 * columns, and what is asked is which classes are taken for which.
 *
 * `order`: classes by their mistakes. `shareOf`: share of the rows of a class that were predicted as another.
 */
export function confusionList(
  body: Box,
  confusions: readonly Confusion[],
  order: readonly number[],
  shareOf: (actual: number, predicted: number) => number,
): Markup[] {
  const shown = confusions.slice(0, PAIRS);
  const top = body.top + HEADING;
  const most = shown[0]?.count ?? 1;
  const classes = order.slice(0, GRID);
  const size = gridSize(classes.length, body.right - body.left);
  const cell = size / classes.length;
  const lattice: Lattice = {
    ...{ rows: classes.length, columns: classes.length, cellWidth: cell, cellHeight: cell },
    left: (body.left + body.right - size) / 2,
    top: top + shown.length * ROW + HEADING,
  };
  const at = (i: number) => [Math.floor(i / classes.length), i % classes.length] as const;
  const density = (right: boolean) => (i: number) => {
    const [row, column] = at(i);
    return (row === column) === right ? Math.sqrt(shareOf(classes[row]!, classes[column]!)) : 0;
  };
  const soft = { size: SIZE.tick, colour: 'soft' } as const;
  return [
    label(body.left, body.top + 13, [shown.length === 0 ? 'no confusions' : 'largest confusions'], {
      bold: true,
    }),
    ...shown.map((one, i) => drawn(one, top + (i + 0.5) * ROW, most, body)),
    label((body.left + body.right) / 2, lattice.top - 6, ['predicted'], { ...soft, anchor: 'middle' }),
    label(lattice.left - 6, lattice.top + size / 2, ['actual'], { ...soft, anchor: 'middle', turn: -90 }),
    element('rect', {
      ...{ x: lattice.left, y: lattice.top, width: size, height: size, fill: 'none' },
      class: stroke('grid'),
    }),
    denseCells(lattice, density(true), fill('negative')),
    denseCells(lattice, density(false), fill('positive')),
  ];
}

function drawn({ actual, predicted, count, share }: Confusion, y: number, most: number, body: Box): Markup {
  const number = `${numeral(count)} (${percent(share)})`;
  const reach = 44;
  const right = body.right - widthOf(number, SIZE.tick) - 6;
  const names: Words = [{ name: actual }, ' taken for ', { name: predicted }];
  const length = Math.max(1, (reach * count) / most);
  return joined([
    label(body.left, y + 4.5, names, { room: right - reach - 8 - body.left }),
    element(
      'g',
      { class: MARK },
      title([...names, `: ${number}`]),
      element('rect', { x: right - length, y: y - 6, width: length, height: 12, class: fill('positive') }),
    ),
    label(body.right, y + 4.5, [number], { anchor: 'end', size: SIZE.tick }),
  ]);
}
