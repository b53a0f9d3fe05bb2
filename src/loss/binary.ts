import { checkNumber } from '../base/ranges.ts';
import type { Tensor } from '../ir/tensor.ts';
import { add, log, maximum, mul, neg, sigmoid, sigmoidCrossEntropy, sub } from '../ops/index.ts';
import { elementwiseLoss, type LossOptions, reductionOf } from './define.ts';
import { logitsFor } from './logits.ts';
import type { Loss } from './loss.ts';

/** Options of {@link binaryCrossentropy}. */
export interface BinaryCrossentropyOptions extends LossOptions {
  /** Weight of the positive targets, above 0; over 1 it favours recall. Default 1. */
  readonly posWeight?: number;
  /** The output holds probabilities that no sigmoid made, such as those of a custom layer. Default false. */
  readonly probabilities?: boolean;
}

/**
 * Cross-entropy of yes-or-no targets, one for each output: `-t·log p - (1 - t)·log(1 - p)`. In strings:
 * `'binaryCrossentropy'`.
 *
 * | name     | shape                                            |
 * | -------- | ------------------------------------------------ |
 * | `output` | `[n, …]`: a sigmoid, or logits                   |
 * | `target` | as `output`, in [0, 1]                           |
 * | row loss | `[n]`, mean over `…`, in nats                    |
 *
 * The graph says what the output is: under a sigmoid the loss is computed from the sigmoid's logits, and an output
 * without one, such as `dense(1)`, is taken for logits. Probabilities from anything else need `probabilities: true`;
 * their logarithms are then limited to at least -100. Cost: six operations an element.
 *
 * @throws {ShapeError} when tracing, if the shapes differ or the output is a softmax; nothing is broadcast.
 * @throws {OptionError} for an unknown option, or a `posWeight` that is not above 0.
 * @example
 * await model.fit(x, [[0], [1]], { loss: binaryCrossentropy({ posWeight: 10 }) });
 */
export function binaryCrossentropy(options: BinaryCrossentropyOptions = {}): Loss {
  const name = 'binaryCrossentropy';
  const reduction = reductionOf(name, options, ['posWeight', 'probabilities']);
  const posWeight = checkNumber(name, 'posWeight', options.posWeight ?? 1, { above: 0 });
  if (options.probabilities === true) {
    const element = (p: Tensor, t: Tensor): Tensor => fromProbabilities(p, t, posWeight);
    return elementwiseLoss({ name, reduction, element, task: 'binary' });
  }
  return elementwiseLoss({
    name,
    reduction,
    task: 'binary',
    prediction(output) {
      const { linked } = logitsFor(name, 'sigmoid', output);
      return linked ? output : sigmoid(output);
    },
    element: (output, target) =>
      sigmoidCrossEntropy(logitsFor(name, 'sigmoid', output).logits, target, { posWeight }),
  });
}

function fromProbabilities(p: Tensor, t: Tensor, posWeight: number): Tensor {
  const yes = mul(t, bounded(p));
  const no = mul(sub(1, t), bounded(sub(1, p)));
  return neg(add(mul(posWeight, yes), no));
}

/** `log p`, at least -100 as in PyTorch, so that a probability of 0 costs much but not infinitely much. */
export function bounded(p: Tensor): Tensor {
  return maximum(log(p), -100);
}
