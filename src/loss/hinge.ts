import type { Tensor } from '../ir/tensor.ts';
import { mul, relu, square, sub } from '../ops/index.ts';
import { elementwiseLoss, type LossOptions, lossOptions } from './define.ts';
import type { Loss } from './loss.ts';

/**
 * Hinge loss of a margin classifier (Cortes and Vapnik, 1995): `max(0, 1 - target·output)`. In strings: `'hinge'`.
 *
 * | name     | shape                                        |
 * | -------- | -------------------------------------------- |
 * | `output` | `[n, …]`, scores: above 0 means +1           |
 * | `target` | as `output`, -1 or 1                         |
 * | row loss | `[n]`, mean over `…`                         |
 *
 * Cost: three operations an element.
 *
 * @throws {ShapeError} when tracing, if the shapes differ; nothing is broadcast.
 * @throws {OptionError} for an unknown option.
 * @example
 * await model.fit(x, [[-1], [1]], { loss: 'hinge' });
 */
export function hinge(options: LossOptions = {}): Loss {
  return elementwiseLoss({
    name: 'hinge',
    config: lossOptions('hinge', options),
    wants: 'side',
    element: shortfall,
  });
}

/**
 * Squared hinge loss: `max(0, 1 - target·output)²`, smooth at the margin. In strings: `'squaredHinge'`.
 *
 * | name     | shape                                        |
 * | -------- | -------------------------------------------- |
 * | `output` | `[n, …]`, scores: above 0 means +1           |
 * | `target` | as `output`, -1 or 1                         |
 * | row loss | `[n]`, mean over `…`                         |
 *
 * Cost: four operations an element.
 *
 * @throws {ShapeError} when tracing, if the shapes differ; nothing is broadcast.
 * @throws {OptionError} for an unknown option.
 * @example
 * await model.fit(x, [[-1], [1]], { loss: 'squaredHinge' });
 */
export function squaredHinge(options: LossOptions = {}): Loss {
  return elementwiseLoss({
    name: 'squaredHinge',
    config: lossOptions('squaredHinge', options),
    wants: 'side',
    element: (output, target) => square(shortfall(output, target)),
  });
}

/** How much the score falls short of a margin of 1 on the right side. */
function shortfall(output: Tensor, target: Tensor): Tensor {
  return relu(sub(1, mul(target, output)));
}
