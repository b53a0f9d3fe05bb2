import { OptionError } from '../base/errors.ts';
import { checkNumber } from '../base/ranges.ts';
import { type Shape, sizeOf, stridesOf } from '../base/shape.ts';

/** A length along the last two axes, or one for each of the last axes; a window goes through all of the others. */
export type Lengths = number | readonly number[];

/**
 * Windows that cover a shape, each as the positions in it: from the begin on, a stride apart, the last ones cut off at
 * the end.
 *
 * @throws {OptionError} for lengths that do not fit the shape, and a stride that leaves gaps.
 */
export function windowsOver(where: string, shape: Shape, window: Lengths, stride: Lengths): number[][] {
  const sizes = lengthsFor(where, 'window', shape, window, (dim) => dim);
  const steps = lengthsFor(where, 'stride', shape, stride, () => 1);
  steps.forEach((step, axis) => {
    if (step <= sizes[axis]!) return;
    throw new OptionError(
      `${where}: a stride of ${step} leaves gaps between windows of ${sizes[axis]} on axis ${axis}`,
      {
        hint: 'give a stride that is at most the window',
      },
    );
  });
  const strides = stridesOf(shape);
  let windows: number[][] = [[0]];
  shape.forEach((dim, axis) => {
    const [size, step] = [sizes[axis]!, steps[axis]!];
    const count = Math.ceil((dim - size) / step) + 1;
    windows = windows.flatMap((window) =>
      Array.from({ length: count }, (_, i) => {
        const along = Array.from({ length: Math.min(size, dim - i * step) }, (_, j) => i * step + j);
        return window.flatMap((at) => along.map((index) => at + index * strides[axis]!));
      }),
    );
  });
  return windows;
}

/** A length for each axis; `others` gives those of axes that nothing is said of. */
function lengthsFor(
  where: string,
  name: string,
  shape: Shape,
  given: Lengths,
  others: (dim: number) => number,
): number[] {
  const rank = shape.length;
  const last = Array.isArray(given) ? given : new Array<unknown>(Math.min(2, rank)).fill(given);
  if (last.length === 0 || last.length > rank) {
    throw new OptionError(`${where}: ${name} has ${last.length} lengths for rows of ${rank} axes`, {
      shape: `[${shape.join(', ')}]`,
    });
  }
  return shape.map((dim, axis) => {
    const at = axis - rank + last.length;
    return at < 0 ? others(dim) : checkNumber(where, name, last[at], { least: 1, most: dim, whole: true });
  });
}

/** How many windows each position is in. */
export function coverOf(windows: readonly (readonly number[])[], shape: Shape): Int32Array {
  const cover = new Int32Array(sizeOf(shape));
  for (const window of windows) for (const at of window) cover[at]!++;
  return cover;
}
