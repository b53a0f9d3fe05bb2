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
  const total = sum(where(weight, mul(weight, loss), 0));
  if (reduction === 'sum') return total;
  const mass = sum(weight);
  return div(total, where(mass, mass, 1));
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
