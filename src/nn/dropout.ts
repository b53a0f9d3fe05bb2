import { describe } from '../base/describe.ts';
import { OptionError } from '../base/errors.ts';
import { checkOptions } from '../base/options.ts';
import { greater, mul } from '../ops/index.ts';
import { createLayer, type Layer, single } from './layer.ts';
import type { NameOption } from './shape-layers.ts';

/**
 * Dropout (Srivastava et al., 2014), inverted: in training each element is 0 with probability `rate` and else divided
 * by `1 - rate`; otherwise the layer does nothing.
 *
 * | name | shape  |
 * | ---- | ------ |
 * | `x`  | any    |
 * | `y`  | as `x` |
 *
 * The mask is a pure function of seed, layer path and step: the same on every backend and for any number of threads.
 *
 * @throws {OptionError} when `rate` is not in [0, 1).
 * @example
 * sequential([dense(64, { activation: 'relu' }), dropout(0.2), dense(10)]);
 */
export function dropout(rate: number, options: NameOption = {}): Layer {
  const { name } = checkOptions('dropout', options, ['name']);
  if (!(typeof rate === 'number' && rate >= 0 && rate < 1)) {
    throw new OptionError(`dropout: rate must be at least 0 and below 1, got ${describe(rate)}`, {
      hint: 'it is the share that is dropped; usual: 0.1 to 0.5',
    });
  }
  return createLayer({
    kind: 'dropout',
    name,
    config: { rate },
    params: () => ({}),
    apply(_own, inputs, { training, uniform }) {
      const x = single('dropout', inputs);
      if (!training || rate === 0) return x;
      const kept = greater(uniform(x.shape), rate - KEEP_TIES);
      return mul(x, mul(kept, 1 / (1 - rate)));
    },
  });
}

// Uniform numbers are multiples of 2⁻²⁴, so `u > rate - 2⁻²⁵` is `u >= rate`, which holds with probability 1 - rate.
const KEEP_TIES = 2 ** -25;
