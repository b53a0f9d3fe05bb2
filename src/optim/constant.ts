import { checkNumber } from '../base/ranges.ts';
import type { Schedule } from './schedule.ts';

/**
 * The same learning rate at every update; what a plain number stands for.
 *
 * @throws {OptionError} when the learning rate is not above 0.
 * @example
 * adam({ learningRate: constant(1e-3) });
 */
export function constant(learningRate: number): Schedule {
  checkNumber('constant', 'learningRate', learningRate, { above: 0 });
  return { name: 'constant', config: { learningRate }, at: () => learningRate };
}
