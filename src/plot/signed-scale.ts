import { DataError } from '../base/errors.ts';
import { signedCells } from './cells.ts';
import type { Box } from './figure.ts';
import { MARK } from './marks.ts';
import { joined, type Markup } from './markup.ts';
import { largestOf } from './means.ts';
import { numeral, signed } from './numerals.ts';
import { finiteOf, flagOf } from './reading.ts';
import { label, SIZE, type Words, widthOf } from './text.ts';

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

/** What colours mean. */
export interface ColourScale {
  /** The number whose colour is full. */
  readonly limit: number;
  /** Whether there are numbers below 0. Without them the scale goes from 0. */
  readonly signed: boolean;
  readonly unit: string;
  /** Cells without a number. */
  readonly missing: number;
}

/**
 * Whether a scale goes below 0: as it was asked for, or where a number does. Zeros alone could be of either kind.
 *
 * @throws {OptionError} for what is not true or false.
 * @throws {DataError} for numbers below 0 on a scale that does not go there.
 */
export function signedOf(where: string, asked: unknown, values: Float64Array): boolean {
  const below = values.find((x) => x < 0 && Number.isFinite(x));
  if (asked === undefined) return below !== undefined || !values.some((x) => x > 0);
  const goes = flagOf(where, 'signed', asked);
  if (!goes && below !== undefined) {
    throw new DataError(`${where}: there is ${below} among numbers that are said not to be below 0`);
  }
  return goes;
}

/** The ends of a scale in words. */
export function spanOf({ limit, signed: below }: ColourScale): string {
  return `${numeral(below ? -limit : 0)} to ${numeral(limit)}`;
}

/** The scale of colours at the foot of a body: from minus the limit to the limit, or from 0; and what missing cells look like. */
export function colourScale(body: Box, { limit, signed: below, unit, missing }: ColourScale): Markup {
  const note = missing === 0 ? '' : `missing (${missing})`;
  const beside = missing === 0 ? 0 : widthOf(note, SIZE.tick) + 36;
  const width = Math.min(280, body.right - body.left - beside);
  const left = (body.left + body.right - width - beside) / 2;
  const top = body.bottom - SCALE_HEIGHT + 10;
  const lattice = { rows: 1, columns: STEPS, left, top, cellWidth: width / STEPS, cellHeight: 12 };
  const half = (STEPS - 1) / 2;
  const values = Array.from({ length: STEPS }, (_, i) => (below ? (i - half) / half : i / (STEPS - 1)));
  const [low, high] = below ? [numeral(-limit), signed(limit)] : ['0', numeral(limit)];
  const room = width - 2 * Math.max(widthOf(low, SIZE.tick), widthOf(high, SIZE.tick)) - 8;
  const number = (x: number, words: Words, anchor: 'start' | 'middle' | 'end'): Markup =>
    label(x, top + 26, words, {
      anchor,
      size: SIZE.tick,
      colour: 'soft',
      ...(anchor === 'middle' && { room }),
    });
  const middle: Words = below ? (unit === '' ? ['0'] : ['0 (', { name: unit }, ')']) : [{ name: unit }];
  const sample = { rows: 1, columns: 1, left: left + width + 14, top, cellWidth: 16, cellHeight: 12 };
  return joined([
    signedCells(lattice, values, 1).replaceAll(` ${MARK}`, '') as Markup,
    number(left, [low], 'start'),
    ...(below || unit !== '' ? [number(left + width / 2, middle, 'middle')] : []),
    number(left + width, [high], 'end'),
    ...(missing === 0
      ? []
      : [
          signedCells(sample, [Number.NaN], 1),
          label(sample.left + 22, top + 10, [note], { size: SIZE.tick, colour: 'soft' }),
        ]),
  ]);
}
