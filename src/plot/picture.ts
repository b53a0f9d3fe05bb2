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
  /** A number for each pixel, as one for each cell: the mean. */
  readonly meanOf: (values: Float64Array) => Float64Array;
}

/** Greys and colours have so many steps a channel: cells of the same colour share a path. */
const STEPS = 32;

/** The image in cells of `block` × `block` pixels; those at the right and at the bottom may be smaller. */
export function coarser(image: Pixels, block: number, [black, white]: readonly [number, number]): Picture {
  const rows = Math.ceil(image.rows / block);
  const columns = Math.ceil(image.columns / block);
  const mean = (values: Float64Array, channels: number, channel: number): Float64Array => {
    const means = new Float64Array(rows * columns);
    const counts = new Float64Array(rows * columns);
    for (let i = 0; i < image.rows * image.columns; i++) {
      const row = Math.floor(Math.floor(i / image.columns) / block);
      const cell = row * columns + Math.floor((i % image.columns) / block);
      counts[cell]!++;
      // In two steps, since the difference of two numbers may be beyond what a number can hold.
      means[cell]! -= means[cell]! / counts[cell]!;
      means[cell]! += values[i * channels + channel]! / counts[cell]!;
    }
    return means;
  };
  const planes = Array.from({ length: image.channels }, (_, c) => mean(image.pixels, image.channels, c));
  const hex = (x: number): string => {
    const share = (x / 2 - black / 2) / (white / 2 - black / 2);
    const step = Math.round(Math.min(1, Math.max(0, share)) * (STEPS - 1));
    return Math.round((step * 255) / (STEPS - 1))
      .toString(16)
      .padStart(2, '0');
  };
  return {
    rows,
    columns,
    colour: (cell) =>
      `#${(planes.length === 1 ? [0, 0, 0] : [0, 1, 2]).map((c) => hex(planes[c]![cell]!)).join('')}`,
    meanOf: (values) => mean(values, 1, 0),
  };
}
