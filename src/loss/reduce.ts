import { ShapeError } from '../base/errors.ts';
import { sameShape, showShape } from '../base/shape.ts';
import type { Tensor } from '../ir/tensor.ts';
import { div, mean, mul, sum, where } from '../ops/index.ts';
import type { Loss, Reduction } from './loss.ts';

/**
 * The loss of a batch from the losses of its rows: `Σ wᵢ·lᵢ / Σ wᵢ` for the mean, `Σ wᵢ·lᵢ` for the sum.
 *
 * | name           | shape                                                              |
 * | -------------- | ------------------------------------------------------------------ |
 * | `rows.loss`    | `[n]`; `[]` from a loss of one's own that reduces by itself        |
 * | `rows.weight`  | `[n]`, at least 0, from the loss                                   |
 * | `sampleWeight` | `[n]`, at least 0, from the data: weights of samples or classes    |
 * | result         | `[]`                                                               |
 *
 * Rows of weight 0 add nothing, whatever their loss. Where all weights are 0 the result is 0.
 *
 * @throws {ShapeError} when the shapes differ, or a scalar comes with weights.
 * @example
 * const loss = reduceRows(mse().rows(output, target), 'mean', weights);
 */
export function reduceRows(
  rows: ReturnType<Loss['rows']>,
  reduction: Reduction,
  sampleWeight?: Tensor,
): Tensor {
  const { loss } = rows;
  const weight = product(rows.weight, sampleWeight);
  if (weight === undefined)
    return loss.shape.length === 0 ? loss : reduction === 'sum' ? sum(loss) : mean(loss);
  if (loss.shape.length !== 1 || !sameShape(loss.shape, weight.shape)) {
    throw new ShapeError('loss: weights need a loss for each row', {
      at: loss.path || undefined,
      loss: showShape(loss.shape),
      weights: showShape(weight.shape),
      hint: loss.shape.length === 0 ? 'let the loss give [n] numbers, without a mean of its own' : undefined,
    });
  }
  if (reduction === 'sum') return sum(where(weight, mul(weight, loss), 0));
  return weightedMean(loss, weight, 0);
}

/**
 * `Σ w·x / Σ w` over one axis, and 0 where all weights are 0. Weights are divided by a power of two of about their number
 * first, which rounds nothing: the sums may be beyond float32 where their quotient is not.
 */
export function weightedMean(x: Tensor, weight: Tensor, axis: number): Tensor {
  const share = mul(weight, 2 ** -Math.ceil(Math.log2(Math.max(1, x.shape[axis]!))));
  const mass = sum(share, { axis });
  return div(sum(where(weight, mul(share, x), 0), { axis }), where(mass, mass, 1));
}

function product(a: Tensor | undefined, b: Tensor | undefined): Tensor | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  if (!sameShape(a.shape, b.shape)) {
    throw new ShapeError('loss: the weights of the loss and of the samples differ in shape', {
      loss: showShape(a.shape),
      samples: showShape(b.shape),
    });
  }
  return mul(a, b);
}
