import { OptionError } from '../base/errors.ts';
import type { Random } from '../base/random.ts';
import { checkNumber } from '../base/ranges.ts';

/** A standard deviation for all inputs, or one for each. */
export type Stdev = number | readonly number[];

/**
 * The standard deviation of each input.
 *
 * @throws {OptionError} for what is negative or not finite, and for another number of them.
 */
export function readStdev(where: string, stdev: Stdev, width: number): readonly number[] {
  if (!Array.isArray(stdev)) {
    return new Array<number>(width).fill(checkNumber(where, 'stdev', stdev, { least: 0 }));
  }
  if (stdev.length === width)
    return stdev.map((one: unknown, j) => checkNumber(where, `stdev[${j}]`, one, { least: 0 }));
  throw new OptionError(`${where}: stdev has ${stdev.length} numbers for ${width} inputs`, {
    hint: 'give one number, or one for each input',
  });
}

/** Normal noise, `[count, width]`: the same for every row, so that rows differ by themselves alone. */
export function noiseOf(random: Random, stdev: readonly number[], count: number): Float32Array {
  const width = stdev.length;
  return Float32Array.from({ length: count * width }, (_, i) => random.normal() * stdev[i % width]!);
}
