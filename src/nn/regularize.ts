import { describe } from '../base/describe.ts';
import { OptionError } from '../base/errors.ts';
import { checkOptions } from '../base/options.ts';
import { constant, type Tensor } from '../ir/tensor.ts';
import { abs, add, mul, sum } from '../ops/index.ts';

/** A penalty on a parameter that is added to the loss. */
export interface Regularizer {
  /** Weight of `Σ|w|`. */
  readonly l1: number;
  /** Weight of `Σw²`. */
  readonly l2: number;
}

function regularizer(l1Weight: number, l2Weight: number): Regularizer {
  for (const weight of [l1Weight, l2Weight]) {
    if (!(typeof weight === 'number' && weight >= 0 && Number.isFinite(weight))) {
      throw new OptionError(`a penalty must be 0 or more, got ${describe(weight)}`, {
        hint: 'usual: 1e-5 to 1e-2',
      });
    }
  }
  return { l1: l1Weight, l2: l2Weight };
}

/**
 * Penalty `weight · Σ|w|`, which makes weights exactly 0 (Tibshirani, 1996).
 *
 * @throws {OptionError} when the weight is negative.
 * @example
 * dense(64, { regularizer: l1(1e-4) });
 */
export function l1(weight = 0.01): Regularizer {
  return regularizer(weight, 0);
}

/**
 * Penalty `weight · Σw²`, as Keras counts it (its gradient is `2 · weight · w`).
 *
 * @throws {OptionError} when the weight is negative.
 * @example
 * dense(64, { regularizer: l2(1e-4) });
 */
export function l2(weight = 0.01): Regularizer {
  return regularizer(0, weight);
}

/**
 * Both penalties (Zou and Hastie, 2005).
 *
 * @throws {OptionError} when a weight is negative.
 * @example
 * dense(64, { regularizer: l1l2(1e-5, 1e-4) });
 */
export function l1l2(l1Weight = 0.01, l2Weight = 0.01): Regularizer {
  return regularizer(l1Weight, l2Weight);
}

/**
 * A penalty, once it is sure that it is one.
 *
 * @throws {OptionError} for anything that `l1`, `l2` or `l1l2` would not make.
 */
export function checkRegularizer(penalty: Regularizer | undefined): Regularizer | undefined {
  if (penalty === undefined) return undefined;
  if (typeof penalty !== 'object' || penalty === null) {
    throw new OptionError('regularizer: must be a penalty such as l2(1e-4)', {
      got: describe(penalty),
    });
  }
  const { l1: l1Weight, l2: l2Weight } = checkOptions('regularizer', penalty, ['l1', 'l2']);
  return regularizer(l1Weight, l2Weight);
}

/** The penalty of one parameter, a scalar. */
export function penalty(w: Tensor, { l1, l2 }: Regularizer): Tensor {
  // Weighed before they are added up: the sum of squares of large weights may be beyond float32 where the penalty is not.
  const terms = [...(l1 > 0 ? [sum(mul(l1, abs(w)))] : []), ...(l2 > 0 ? [sum(mul(mul(l2, w), w))] : [])];
  return terms.length === 0 ? constant(0) : terms.reduce(add);
}
