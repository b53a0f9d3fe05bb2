import { checkList, readGiven } from '../base/check.ts';
import { describe } from '../base/describe.ts';
import { OptionError } from '../base/errors.ts';
import { ownOf } from '../base/options.ts';
import { checkNumber } from '../base/ranges.ts';
import { checkTensor } from '../ir/op.ts';
import type { Tensor } from '../ir/tensor.ts';
import { unitNorm } from '../ops/composed.ts';
import { add, clip, div, maximum, minimum, mul, sqrt, square } from '../ops/index.ts';

/**
 * Euclidean norm of all gradients together.
 *
 * | name    | shape                  |
 * | ------- | ---------------------- |
 * | `grads` | any, at least one      |
 * | result  | `[]`                   |
 *
 * It is right wherever float32 holds it, whatever the squares are. Cost: five operations an element.
 *
 * @throws {OptionError} when there is none.
 * @example
 * const { norm } = await run({ norm: globalNorm(grads) });
 */
export function globalNorm(grads: readonly Tensor[]): Tensor {
  const list = checkGradients('globalNorm', grads);
  if (list.length === 0) {
    throw new OptionError('globalNorm: the list of gradients is empty', {
      hint: 'pass at least one, such as grad(loss, [weight])',
    });
  }
  const { unit, length } = globalUnitNorm(list);
  return mul(unit, length);
}

/** The norm of all as `unit · length`, where the unit is about the largest element of all. */
function globalUnitNorm(grads: readonly Tensor[]): { unit: Tensor; length: Tensor } {
  const parts = grads.map(unitNorm);
  const unit = parts.map((part) => part.unit).reduce((most, one) => maximum(most, one));
  const squares = parts.map((part) => square(mul(part.length, div(part.unit, unit))));
  return { unit, length: sqrt(squares.reduce((total, one) => add(total, one))) };
}

/**
 * Scales all gradients by one factor, `min(1, max / (norm + 1e-6))`, so that their norm together is at most `max`
 * (Pascanu, Mikolov and Bengio, 2013). The direction of the step stays, also where the norm is beyond float32.
 *
 * | name    | shape            |
 * | ------- | ---------------- |
 * | `grads` | any              |
 * | result  | as `grads`       |
 *
 * Cost: six operations an element, and no update can begin before all gradients are known.
 *
 * @throws {OptionError} when `max` is not above 0.
 * @example
 * const clipped = clipByGlobalNorm(grad(loss, params), 1);
 */
export function clipByGlobalNorm(grads: readonly Tensor[], max: number): Tensor[] {
  checkNumber('clipByGlobalNorm', 'max', max, { above: 0 });
  const list = checkGradients('clipByGlobalNorm', grads);
  if (list.length === 0) return [];
  const { unit, length } = globalUnitNorm(list);
  // The norm may be beyond float32, and the factor below its normal numbers: very large gradients are divided first, by
  // what is 1 for others.
  const first = maximum(div(unit, 2 ** 60), 1);
  const second = minimum(div(div(max, div(unit, first)), add(length, div(1e-6, unit))), first);
  return list.map((grad) => mul(div(grad, first), second));
}

/**
 * Limits each element of each gradient to `[-limit, limit]`.
 *
 * | name    | shape            |
 * | ------- | ---------------- |
 * | `grads` | any              |
 * | result  | as `grads`       |
 *
 * Cost: two operations an element.
 *
 * @throws {OptionError} when `limit` is not above 0.
 * @example
 * const clipped = clipByValue(grad(loss, params), 0.5);
 */
export function clipByValue(grads: readonly Tensor[], limit: number): Tensor[] {
  checkNumber('clipByValue', 'limit', limit, { above: 0 });
  return checkGradients('clipByValue', grads).map((grad) => clip(grad, -limit, limit));
}

/**
 * Clips as an optimizer's options say: first each element, then the norm of what is left.
 *
 * | name    | shape            |
 * | ------- | ---------------- |
 * | `grads` | any              |
 * | result  | as `grads`       |
 *
 * Cost: that of {@link clipByValue} and {@link clipByGlobalNorm}; nothing without the options.
 *
 * @throws {OptionError} when an option is not above 0.
 * @example
 * const clipped = clipGradients(grads, optimizer);
 */
export function clipGradients(
  grads: readonly Tensor[],
  options: { readonly clipNorm?: number; readonly clipValue?: number },
): Tensor[] {
  const { clipNorm, clipValue } = ownOf('clipGradients', options, ['clipNorm', 'clipValue']);
  const list = checkGradients('clipGradients', grads);
  const limited = clipValue === undefined ? list : clipByValue(list, clipValue);
  return clipNorm === undefined ? limited : clipByGlobalNorm(limited, clipNorm);
}

/** Refuses what is not a list of tensors. */
function checkGradients(where: string, grads: unknown): Tensor[] {
  if (!readGiven(`${where}: gradients`, () => Array.isArray(grads))) {
    throw new OptionError(`${where}: gradients must be a list of tensors`, {
      got: describe(grads),
      hint: 'a single one is a list of one: [gradient]',
    });
  }
  return checkList(where, 'gradients', grads).map((grad, i) => checkTensor(where, `grads[${i}]`, grad));
}
