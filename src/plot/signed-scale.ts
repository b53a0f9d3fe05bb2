import { DataError } from '../base/errors.ts';
import { signedCells } from './cells.ts';
import type { Box } from './figure.ts';
import { MARK } from './marks.ts';
import { joined, type Markup } from './markup.ts';
import { largestOf } from './means.ts';
import { numeral, signed } from './numerals.ts';
import { finiteOf } from './reading.ts';
import { label, SIZE, widthOf } from './text.ts';

/** Height that the scale of colours takes below a picture. */
export const SCALE_HEIGHT = 42;

const STEPS = 21;

/**
 * The number whose colour is full: the one that was asked for, or the largest size; 1 where all are zero.
 *
 * @throws {DataError} for a limit that is not above 0.
 */
export function limitOf(where: string, limit: unknown, values: Float64Array): number {
  if (limit !== undefined) {
    const x = finiteOf(where, 'limit', limit);
    if (x <= 0) throw new DataError(`${where}: limit is ${x}, wanted a number above 0`);
    return x;
  }
  return largestOf(values) || 1;
}

/** The scale of signed colours at the foot of a body, from minus the limit to the limit. */
export function signedScale(body: Box, limit: number, unit: string): Markup {
  const width = Math.min(280, body.right - body.left);
  const left = (body.left + body.right - width) / 2;
  const top = body.bottom - SCALE_HEIGHT + 10;
  const lattice = { rows: 1, columns: STEPS, left, top, cellWidth: width / STEPS, cellHeight: 12 };
  const half = (STEPS - 1) / 2;
  const values = Array.from({ length: STEPS }, (_, i) => (i - half) / half);
  const [low, high] = [numeral(-limit), signed(limit)];
  const room = width - 2 * Math.max(widthOf(low, SIZE.tick), widthOf(high, SIZE.tick)) - 8;
  const number = (x: number, text: string, anchor: 'start' | 'middle' | 'end'): Markup =>
    label(x, top + 26, text, {
      anchor,
      size: SIZE.tick,
      colour: 'soft',
      ...(anchor === 'middle' && { room }),
    });
  return joined([
    signedCells(lattice, values, 1).replaceAll(` ${MARK}`, '') as Markup,
    number(left, low, 'start'),
    number(left + width / 2, unit === '' ? '0' : `0 (${unit})`, 'middle'),
    number(left + width, high, 'end'),
  ]);
}
