import { checkNumber } from '../base/ranges.ts';
import { abs, minimum, mul, square, sub } from '../ops/index.ts';
import { elementwiseLoss, type LossOptions, lossOptions } from './define.ts';
import type { Loss } from './loss.ts';

/**
 * Mean squared error, `(output - target)²`. In strings: `'mse'`, `'meanSquaredError'`.
 *
 * | name     | shape                   |
 * | -------- | ----------------------- |
 * | `output` | `[n, …]`                |
 * | `target` | as `output`             |
 * | row loss | `[n]`, mean over `…`    |
 *
 * Cost: two operations an element.
 *
 * @throws {ShapeError} when tracing, if the shapes differ; nothing is broadcast.
 * @throws {OptionError} for an unknown option.
 * @example
 * await model.fit(x, y, { loss: mse() });
 */
export function mse(options: LossOptions = {}): Loss {
  return elementwiseLoss({
    name: 'mse',
    config: lossOptions('mse', options),
    element: (output, target) => square(sub(output, target)),
  });
}

/**
 * Mean absolute error, `|output - target|`; its gradient at 0 is 0. In strings: `'mae'`, `'meanAbsoluteError'`.
 *
 * | name     | shape                   |
 * | -------- | ----------------------- |
 * | `output` | `[n, …]`                |
 * | `target` | as `output`             |
 * | row loss | `[n]`, mean over `…`    |
 *
 * Cost: two operations an element.
 *
 * @throws {ShapeError} when tracing, if the shapes differ; nothing is broadcast.
 * @throws {OptionError} for an unknown option.
 * @example
 * await model.fit(x, y, { loss: 'mae' });
 */
export function mae(options: LossOptions = {}): Loss {
  return elementwiseLoss({
    name: 'mae',
    config: lossOptions('mae', options),
    element: (output, target) => abs(sub(output, target)),
  });
}

/** Options of {@link huber}. */
export interface HuberOptions extends LossOptions {
  /** Error at which the loss turns from square to linear, above 0, in the target's unit. Default 1. */
  readonly delta?: number;
}

/**
 * Huber's loss (Huber, 1964): `d²/2` for errors up to `delta`, `delta·(|d| - delta/2)` beyond, so that outliers pull
 * with a bounded force. In strings: `'huber'`.
 *
 * | name     | shape                   |
 * | -------- | ----------------------- |
 * | `output` | `[n, …]`                |
 * | `target` | as `output`             |
 * | row loss | `[n]`, mean over `…`    |
 *
 * Cost: six operations an element.
 *
 * @throws {ShapeError} when tracing, if the shapes differ; nothing is broadcast.
 * @throws {OptionError} for an unknown option, or a `delta` that is not above 0.
 * @example
 * await model.fit(x, y, { loss: huber({ delta: 0.5 }) });
 */
export function huber(options: HuberOptions = {}): Loss {
  const own = lossOptions('huber', options, ['delta']);
  const delta = checkNumber('huber', 'delta', own.delta ?? 1, { above: 0 });
  return elementwiseLoss({
    name: 'huber',
    config: own,
    element(output, target) {
      const distance = abs(sub(output, target));
      // Both branches in one: with q = min(|d|, delta), q·(|d| - q/2) is d²/2 or delta·(|d| - delta/2).
      const q = minimum(distance, delta);
      return mul(q, sub(distance, mul(0.5, q)));
    },
  });
}
