import { meansOf } from './means.ts';

/** Pixels row by row, channels last. */
export interface Pixels {
  readonly pixels: Float64Array;
  readonly rows: number;
  readonly columns: number;
  readonly channels: number;
}

/** An image as it is drawn. */
export interface Picture {
  readonly rows: number;
  readonly columns: number;
  /** Colour of a cell. */
  readonly colour: (cell: number) => string;
  /** Whether a cell is nearer to white than to black. */
  readonly isLight: (cell: number) => boolean;
  /** A number for each pixel, as one for each cell: the mean. */
  readonly meanOf: (values: Float64Array) => Float64Array;
}

/** Greys and colours have so many steps a channel: cells of the same colour share a path. */
const STEPS = 32;

/** The image in cells of `block` × `block` pixels; those at the right and at the bottom may be smaller. What is all alike is black. */
export function coarser(image: Pixels, block: number, [black, white]: readonly [number, number]): Picture {
  const rows = Math.ceil(image.rows / block);
  const columns = Math.ceil(image.columns / block);
  const cellOf = (pixel: number): number => {
    const row = Math.floor(Math.floor(pixel / image.columns) / block);
    return row * columns + Math.floor((pixel % image.columns) / block);
  };
  const planes = Array.from({ length: image.channels }, (_, channel) => {
    const plane = image.pixels.filter((_, i) => i % image.channels === channel);
    return meansOf(plane, rows * columns, cellOf);
  });
  const span = white / 2 - black / 2;
  const hex = (x: number): string => {
    const share = span === 0 ? 0 : (x / 2 - black / 2) / span;
    const step = Math.round(Math.min(1, Math.max(0, share)) * (STEPS - 1));
    return Math.round((step * 255) / (STEPS - 1))
      .toString(16)
      .padStart(2, '0');
  };
  const channels = planes.length === 1 ? [0, 0, 0] : [0, 1, 2];
  const lightness = (cell: number) =>
    channels.reduce((sum, c) => sum + Number.parseInt(hex(planes[c]![cell]!), 16), 0);
  return {
    rows,
    columns,
    colour: (cell) => `#${channels.map((c) => hex(planes[c]![cell]!)).join('')}`,
    isLight: (cell) => lightness(cell) > 1.5 * 255,
    meanOf: (values) => meansOf(values, rows * columns, cellOf),
  };
}
