import { checkNumber } from '../base/ranges.ts';
import type { Tensor } from '../ir/tensor.ts';
import {
  abs,
  add,
  greater,
  log,
  logitsOf,
  mul,
  neg,
  sigmoid,
  sigmoidCrossEntropy,
  sub,
  where,
} from '../ops/index.ts';
import { elementwiseLoss, type LossOptions, lossOptions } from './define.ts';
import { logitsFor } from './logits.ts';
import type { Loss } from './loss.ts';

/** About the smallest float32 that is not denormal; what is nearer to 0 counts as 0. */
const SMALLEST = 1.2e-38;

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
 * the logarithm of 0 is then taken for -100. Cost: six operations an element.
 *
 * @throws {ShapeError} when tracing, if the shapes differ, or the output is a softmax or cannot leave [0, 1] for
 * another reason; nothing is broadcast.
 * @throws {OptionError} for an unknown option, or a `posWeight` that is not above 0.
 * @example
 * await model.fit(x, [[0], [1]], { loss: binaryCrossentropy({ posWeight: 10 }) });
 */
export function binaryCrossentropy(options: BinaryCrossentropyOptions = {}): Loss {
  const name = 'binaryCrossentropy';
  const own = lossOptions(name, options, ['posWeight', 'probabilities']);
  const posWeight = checkNumber(name, 'posWeight', own.posWeight ?? 1, { above: 0 });
  const probabilities = own.probabilities === true;
  const element = (p: Tensor, t: Tensor): Tensor => {
    if (probabilities && logitsOf(p)?.link !== 'sigmoid') return fromProbabilities(p, t, posWeight);
    return sigmoidCrossEntropy(logitsFor(name, 'sigmoid', p).logits, t, { posWeight });
  };
  const prediction = (output: Tensor): Tensor =>
    probabilities || logitsFor(name, 'sigmoid', output).linked ? output : sigmoid(output);
  return elementwiseLoss({ name, config: own, wants: 'share', element, prediction, task: 'binary' });
}

function fromProbabilities(p: Tensor, t: Tensor, posWeight: number): Tensor {
  const yes = mul(t, boundedLog(p));
  const no = mul(sub(1, t), boundedLog(sub(1, p)));
  return neg(add(mul(posWeight, yes), no));
}

/**
 * `log p`, and -100 where p is 0 (as in PyTorch), so that a probability of 0 costs much but not infinitely much. The
 * logarithm is not taken there at all, because its gradient would be 0 / 0.
 */
function boundedLog(p: Tensor): Tensor {
  const zero = greater(SMALLEST, abs(p));
  return where(zero, -100, log(where(zero, 1, p)));
}
