import { OptionError } from '../base/errors.ts';
import { showShape } from '../base/shape.ts';
import { isTensor, type Tensor } from '../ir/tensor.ts';

/** A loss of one's own over every output of a model with several: to a scalar. */
export type OutputsLoss = (outputs: readonly Tensor[], target: Tensor) => Tensor;

/**
 * The scalar that a function of the caller's makes of a model's outputs: of the one output, or of a list where there are
 * several.
 *
 * @throws {OptionError} when it gives anything but a scalar.
 */
export function scalarLoss(
  where: string,
  compute: ((output: Tensor, target: Tensor) => Tensor) | OutputsLoss,
  outputs: readonly Tensor[],
  target: Tensor,
): Tensor {
  const output = outputs.length === 1 ? outputs[0]! : outputs;
  const loss = compute(output as Tensor & readonly Tensor[], target);
  if (isTensor(loss) && loss.shape.length === 0) return loss;
  throw new OptionError(`${where}: the loss must give a scalar`, {
    got: isTensor(loss) ? showShape(loss.shape) : typeof loss,
    hint: 'take ops.mean of it',
  });
}
