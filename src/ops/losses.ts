import { OptionError, ShapeError } from '../base/errors.ts';
import { checkOptions } from '../base/options.ts';
import { checkNumber } from '../base/ranges.ts';
import { type Shape, sameShape, showShape } from '../base/shape.ts';
import { checkTensor } from '../ir/op.ts';
import { currentPath } from '../ir/scope.ts';
import type { Tensor } from '../ir/tensor.ts';
import { add, div, mul, neg, sub } from './arithmetic.ts';
import { equal, greater, maximum, where } from './compare.ts';
import { max } from './extrema.ts';
import { exp, log, softplus } from './functions.ts';
import { oneHot, toFloat } from './gather.ts';
import { mean } from './mean.ts';
import { detach } from './movement.ts';
import { sum } from './reduce.ts';

/** Options of {@link softmaxCrossEntropy}. */
export interface SoftmaxCrossEntropyOptions {
  /** Part of each target, in [0, 1), that is spread evenly over all classes (Szegedy et al., 2016). Default 0. */
  readonly labelSmoothing?: number;
  /** Label whose rows give a loss and a gradient of 0. Only for targets that are labels. Default: none. */
  readonly ignoreIndex?: number;
}

/**
 * Cross-entropy of a softmax with a target, for each row: `y = -Σₖ qₖ · log softmax(logits)ₖ`, computed from the
 * logits, so that it neither overflows nor loses a class of probability 0.
 *
 * | name     | shape                                                                          |
 * | -------- | ------------------------------------------------------------------------------ |
 * | `logits` | `[…, classes]`                                                                 |
 * | `target` | labels `[…]`, int32 in 0 to classes - 1; or probabilities `[…, classes]`       |
 * | `y`      | `[…]`, in nats                                                                 |
 *
 * With smoothing e the target is `q = (1 - e) · target + e / classes`. A label that is out of range, and not
 * `ignoreIndex`, gives Infinity or NaN. Cost: about eight operations an element.
 *
 * @throws {ShapeError} when the shapes do not belong together.
 * @throws {OptionError} when an option is unknown or out of range, or probabilities come with `ignoreIndex`.
 * @example
 * ops.mean(ops.softmaxCrossEntropy(logits, labels, { labelSmoothing: 0.1 }));
 */
export function softmaxCrossEntropy(
  logits: Tensor,
  target: Tensor,
  options: SoftmaxCrossEntropyOptions = {},
): Tensor {
  checkTensor('softmaxCrossEntropy', 'logits', logits);
  checkTensor('softmaxCrossEntropy', 'target', target);
  const own = checkOptions('softmaxCrossEntropy', options, ['labelSmoothing', 'ignoreIndex']);
  const { labelSmoothing = 0, ignoreIndex } = own;
  checkNumber('softmaxCrossEntropy', 'labelSmoothing', labelSmoothing, { least: 0, below: 1 });
  if (logits.shape.length === 0)
    mismatch('softmaxCrossEntropy', logits, target, 'logits need an axis of classes');
  const centred = sub(logits, detach(max(logits, { axis: -1, keepDims: true })));
  // log Σ e^logits, less the row's largest logit, which the picked logits are without as well.
  const total = log(sum(exp(centred), { axis: -1 }));
  const spread = (picked: Tensor): Tensor =>
    labelSmoothing === 0
      ? picked
      : add(mul(1 - labelSmoothing, picked), mul(labelSmoothing, mean(centred, { axis: -1 })));
  if (target.dtype === 'i32') return fromLabels(logits, target, centred, total, spread, ignoreIndex);
  if (ignoreIndex !== undefined) {
    throw new OptionError('softmaxCrossEntropy: ignoreIndex needs labels, the target holds probabilities', {
      hint: 'leave rows out with weights of 0 instead',
    });
  }
  if (!sameShape(target.shape, logits.shape)) {
    mismatch('softmaxCrossEntropy', logits, target, 'probabilities must have the shape of the logits');
  }
  const mass = sum(target, { axis: -1 });
  // A class of target probability 0 adds nothing, even where its logit is -Infinity.
  const picked = sum(where(target, mul(target, centred), 0), { axis: -1 });
  if (labelSmoothing === 0) return sub(mul(mass, total), picked);
  const smoothedMass = add(mul(1 - labelSmoothing, mass), labelSmoothing);
  return sub(mul(smoothedMass, total), spread(picked));
}

function fromLabels(
  logits: Tensor,
  labels: Tensor,
  centred: Tensor,
  total: Tensor,
  spread: (picked: Tensor) => Tensor,
  ignoreIndex: number | undefined,
): Tensor {
  const classes = logits.shape.at(-1)!;
  if (!sameShape(labels.shape, logits.shape.slice(0, -1))) {
    mismatch(
      'softmaxCrossEntropy',
      logits,
      labels,
      'labels must have the shape of the logits without its last axis',
    );
  }
  const picked = sum(where(oneHot(labels, classes), centred, 0), { axis: -1 });
  const loss = sub(total, spread(picked));
  const label = toFloat(labels);
  const inRange = mul(greater(label, -1), greater(classes, label));
  if (ignoreIndex === undefined) return div(loss, inRange);
  const ignored = equal(
    label,
    checkNumber('softmaxCrossEntropy', 'ignoreIndex', ignoreIndex, { whole: true }),
  );
  return where(ignored, 0, div(loss, maximum(inRange, ignored)));
}

/** Options of {@link sigmoidCrossEntropy}. */
export interface SigmoidCrossEntropyOptions {
  /** Weight of the positive part of each target, above 0; over 1 it favours recall. Default 1. */
  readonly posWeight?: number;
}

/**
 * Cross-entropy of a sigmoid with a target, for each element:
 * `y = -posWeight · t · log σ(z) - (1 - t) · log(1 - σ(z))`, computed from the logits z.
 *
 * | name     | shape                     |
 * | -------- | ------------------------- |
 * | `logits` | any                       |
 * | `target` | as `logits`, in [0, 1]    |
 * | `y`      | as `logits`, in nats      |
 *
 * Cost: six operations an element, two of them softplus. Both terms are positive, so nothing cancels.
 *
 * @throws {ShapeError} when the shapes differ.
 * @throws {OptionError} when an option is unknown or out of range.
 * @example
 * ops.mean(ops.sigmoidCrossEntropy(scores, clicked));
 */
export function sigmoidCrossEntropy(
  logits: Tensor,
  target: Tensor,
  options: SigmoidCrossEntropyOptions = {},
): Tensor {
  checkTensor('sigmoidCrossEntropy', 'logits', logits);
  checkTensor('sigmoidCrossEntropy', 'target', target);
  const { posWeight = 1 } = checkOptions('sigmoidCrossEntropy', options, ['posWeight']);
  checkNumber('sigmoidCrossEntropy', 'posWeight', posWeight, { above: 0 });
  if (!sameShape(logits.shape, target.shape)) {
    mismatch('sigmoidCrossEntropy', logits, target, 'the target must have the shape of the logits');
  }
  const positive = mul(posWeight === 1 ? target : mul(posWeight, target), softplus(neg(logits)));
  const negative = mul(sub(1, target), softplus(logits));
  return add(positive, negative);
}

function mismatch(op: string, logits: Tensor, target: Tensor, why: string): never {
  const show = (shape: Shape, dtype: string): string => `${showShape(shape)} ${dtype}`;
  throw new ShapeError(`${op}: ${why}`, {
    at: logits.path || currentPath() || undefined,
    logits: show(logits.shape, logits.dtype),
    target: show(target.shape, target.dtype),
    hint: 'nothing is broadcast here; reshape one side',
  });
}
