import { DataError } from '../base/errors.ts';
import { checkNumber } from '../base/ranges.ts';
import { borders, colouredCells, type Lattice, signedCells } from './cells.ts';
import { bodyWidth, figure, plotOptions } from './figure.ts';
import { element, joined, type Markup } from './markup.ts';
import { percent } from './numerals.ts';
import { coarser, type Picture } from './picture.ts';
import { fieldsOf, finiteNumbersOf, leftOut, numbersOf, textOf } from './reading.ts';
import type { Explained } from './results/explanation.ts';
import { RESULT_OPTIONS, type ResultOptions, translated } from './results/result.ts';
import { overlayOf } from './results/tables.ts';
import { domainOf } from './scale.ts';
import { type ColourScale, colourScale, limitOf, SCALE_HEIGHT, signedOf, spanOf } from './signed-scale.ts';
import { inWords, label, SIZE } from './text.ts';
import { stroke } from './theme.ts';

/** What {@link heatmapOverlay} draws. */
export interface HeatmapOverlayData {
  /** The picture, row by row from the top left; with three channels red, green, blue of each pixel one after the other. */
  readonly image: ArrayLike<number>;
  /** A contribution for each pixel, row by row. */
  readonly attributions: ArrayLike<number>;
  /** Pixels of a row. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** 1 for grey or 3 for colours. Default 1. */
  readonly channels?: 1 | 3;
  /** Numbers that stand for black and for white. Default: the least and the greatest of the picture. */
  readonly range?: readonly [black: number, white: number];
  /** The number whose colour is full. Default: the largest size. */
  readonly limit?: number;
  /** Whether the colour scale goes from minus the limit, not from 0. Default: where there is a number below 0. */
  readonly signed?: boolean;
  /** What was explained, such as the class: `digit 7`. */
  readonly outputName?: string;
  /** Unit of the contributions. */
  readonly unit?: string;
}

/** Options of {@link heatmapOverlay}. */
export interface HeatmapOverlayOptions extends ResultOptions {
  /** Of an explanation of flat inputs: how many pixels a row of the picture has. */
  readonly imageWidth?: number;
}

const GAP = 16;
const HEADING = 20;
/** More pixels a side than a reader can tell apart. */
const SIDE = 64;

/**
 * An image, and beside it each pixel's contribution, with the outlines of the image over it: red raises the output, blue
 * with a minus lowers it. The scale is symmetric about zero, or begins there where no contribution is below it; nothing
 * mixes with its colours.
 *
 * | field             | what                                                         |
 * | ----------------- | ------------------------------------------------------------ |
 * | `image`           | `[height · width · channels]`, channels last                 |
 * | `attributions`    | `[height · width]`                                           |
 * | `width`, `height` | pixels of the image                                          |
 * | `channels`        | 1 (grey) or 3 (red, green, blue)                             |
 * | `range`           | the numbers for black and white                              |
 * | `limit`           | the contribution whose colour is full; default the largest   |
 * | `signed`          | whether the scale goes below 0                               |
 * | `outputName`      | what was explained                                           |
 * | `unit`            | unit of the contributions                                    |
 *
 * Beyond 64 pixels a side, blocks of them are drawn as one, contributions as their mean, and a note says so.
 * Contributions that are not finite are hatched, and a note says how many. Cost: about 50 bytes a cell.
 *
 * @throws {OptionError} for unknown fields and options, and for what is not of its type.
 * @throws {ShapeError} when image or attributions are not as many as the pixels.
 * @throws {DataError} for a pixel that is not finite, and a range that is empty.
 * @example
 * heatmapOverlay({ image: pixels, attributions: why, width: 8, height: 8, range: [0, 16], outputName: 'digit 3' });
 */
export function heatmapOverlay(
  data: HeatmapOverlayData | Explained,
  options: HeatmapOverlayOptions = {},
): string {
  const own = plotOptions('heatmapOverlay', options, ['imageWidth', ...RESULT_OPTIONS]);
  const { picture, attributions, outputName, scale, block, missing } = read(
    translated('heatmapOverlay', data, (given) => overlayOf('heatmapOverlay', given, own)),
  );
  const { rows, columns } = picture;
  const side = (bodyWidth(own) - GAP) / 2;
  const cell = Math.min(side / columns, (1.5 * side) / rows);
  return figure({
    where: 'heatmapOverlay',
    options: own,
    title: ['What speaks for ', { name: outputName }, ', pixel by pixel'],
    description: describe(attributions, picture, scale, outputName),
    least: HEADING + cell * rows + SCALE_HEIGHT,
    notes: [
      ...(block > 1 ? [`Each cell is a block of ${block} × ${block} pixels.`] : []),
      ...leftOut(missing, attributions.length, 'contributions'),
    ],
    draw: (body) => {
      const spare = (body.bottom - body.top - HEADING - SCALE_HEIGHT - cell * rows) / 2;
      const lattice = (left: number): Lattice => ({
        ...{ rows, columns, cellWidth: cell, cellHeight: cell },
        left: left + (side - cell * columns) / 2,
        top: body.top + HEADING + Math.max(0, spare),
      });
      const [first, second] = [lattice(body.left), lattice(body.left + side + GAP)];
      return [
        heading('image', first),
        unmarked(colouredCells(first, picture.colour)),
        frame(first),
        heading('contributions', second),
        signedCells(second, attributions, scale.limit),
        borders(second, picture.isLight),
        frame(second),
        colourScale(body, scale),
      ];
    },
  });
}

interface Overlay {
  readonly picture: Picture;
  readonly attributions: Float64Array;
  readonly outputName: string;
  readonly scale: ColourScale;
  readonly block: number;
  readonly missing: number;
}

function read(data: HeatmapOverlayData): Overlay {
  const where = 'heatmapOverlay';
  const known = [
    'image',
    'attributions',
    'width',
    'height',
    'channels',
    'range',
    'limit',
    'signed',
    'outputName',
    'unit',
  ];
  const fields = fieldsOf(`${where}: data`, data, known);
  const columns = checkNumber(where, 'width', fields.width, { least: 1, most: 8192, whole: true });
  const rows = checkNumber(where, 'height', fields.height, { least: 1, most: 8192, whole: true });
  const channels = checkNumber(where, 'channels', fields.channels ?? 1, { least: 1, most: 3, whole: true });
  if (channels === 2) throw new DataError(`${where}: channels is 2, wanted 1 (grey) or 3 (red, green, blue)`);
  const pixels = finiteNumbersOf(where, 'image', fields.image, rows * columns * channels);
  const contributions = numbersOf(where, 'attributions', fields.attributions, rows * columns);
  const block = Math.ceil(Math.max(rows, columns) / SIDE);
  const picture = coarser({ pixels, rows, columns, channels }, block, rangeOf(fields.range, pixels));
  const attributions = picture.meanOf(contributions);
  const missing = attributions.reduce((count, x) => count + (Number.isFinite(x) ? 0 : 1), 0);
  return {
    picture,
    attributions,
    block,
    missing,
    scale: {
      limit: limitOf(where, fields.limit, attributions),
      signed: signedOf(where, fields.signed, attributions),
      unit: textOf(where, 'unit', fields.unit, ''),
      missing,
    },
    outputName: textOf(where, 'outputName', fields.outputName, 'the output'),
  };
}

function rangeOf(range: unknown, pixels: Float64Array): readonly [number, number] {
  if (range === undefined) return domainOf(pixels);
  const [black, white] = finiteNumbersOf('heatmapOverlay', 'range', range, 2);
  if (black === white)
    throw new DataError(`heatmapOverlay: range is from ${black} to ${white}, wanted two numbers`);
  return [black!, white!];
}

/** Cells of the image are no data of the explanation. */
function unmarked(markup: Markup): Markup {
  return markup.replaceAll(' class="mark"', '') as Markup;
}

function heading(text: string, { left, top, columns, cellWidth }: Lattice): Markup {
  const middle = left + (columns * cellWidth) / 2;
  return joined([label(middle, top - 6, text, { anchor: 'middle', size: SIZE.tick, colour: 'soft' })]);
}

function frame({ left, top, rows, columns, cellWidth, cellHeight }: Lattice): Markup {
  const [width, height] = [columns * cellWidth, rows * cellHeight];
  return element('rect', { x: left, y: top, width, height, fill: 'none', class: stroke('grid') });
}

function describe(
  values: Float64Array,
  { rows, columns }: Picture,
  scale: ColourScale,
  outputName: string,
): string {
  const sums = [0, 0];
  for (const x of values) if (Number.isFinite(x)) sums[x > 0 ? 0 : 1]! += Math.abs(x) / scale.limit;
  const share = sums[0]! + sums[1]! === 0 ? 0 : sums[0]! / (sums[0]! + sums[1]!);
  const size = `Image of ${columns} × ${rows} cells; colours from ${spanOf(scale)}.`;
  return `${size} Of all contributions to ${inWords(outputName)} by size, ${percent(share)} raise it.`;
}
