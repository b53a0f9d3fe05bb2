import { OptionError } from '../base/errors.ts';
import { checkNumber } from '../base/ranges.ts';
import { type Shape, sameShape } from '../base/shape.ts';
import type { Tensor } from '../ir/tensor.ts';
import { equal, reshape, softmax, softmaxCrossEntropy, toFloat, where } from '../ops/index.ts';
import { foldRows, type LossOptions, lossOptions, mismatch } from './define.ts';
import { logitsFor } from './logits.ts';
import type { Loss, TargetSpec } from './loss.ts';
import { weightedMean } from './reduce.ts';

/** Options of {@link categoricalCrossentropy}. */
export interface CategoricalCrossentropyOptions extends LossOptions {
  /** Part of each target, in [0, 1), that is spread evenly over all classes. Default 0. */
  readonly labelSmoothing?: number;
  /** Label that leaves its row out of the loss, such as -100 or a padding token. Default: none. */
  readonly ignoreIndex?: number;
}

/**
 * Cross-entropy of one class out of several, `-log p(target)`. In strings: `'categoricalCrossentropy'`.
 *
 * | name     | shape                                                                                   |
 * | -------- | --------------------------------------------------------------------------------------- |
 * | `output` | `[n, …, classes]`, at least two classes: a softmax, or logits                            |
 * | `target` | labels `[n, …]`, int32 in 0 to classes - 1; or one-hot or probabilities, as `output`     |
 * | row loss | `[n]`, mean over `…`, in nats                                                            |
 *
 * The graph says what the output is: under a softmax the loss is computed from the softmax's logits, and an output
 * without one is taken for logits. With `ignoreIndex` only labels are taken; the mean then runs over the labels
 * that count. For probabilities that no softmax made, end the model with their logarithms. Cost: about eight operations
 * an element.
 *
 * @throws {ShapeError} when tracing, if the shapes do not belong together, or the output is a sigmoid or cannot leave [0, 1]
 * for another reason.
 * @throws {OptionError} for an unknown option or one out of range.
 * @example
 * await model.fit(x, labels, { loss: categoricalCrossentropy({ labelSmoothing: 0.1 }) });
 */
export function categoricalCrossentropy(options: CategoricalCrossentropyOptions = {}): Loss {
  const name = 'categoricalCrossentropy';
  const own = lossOptions(name, options, ['labelSmoothing', 'ignoreIndex']);
  const labelSmoothing = checkNumber(name, 'labelSmoothing', own.labelSmoothing ?? 0, {
    least: 0,
    below: 1,
  });
  const { reduction, ignoreIndex } = own;
  if (ignoreIndex !== undefined) checkNumber(name, 'ignoreIndex', ignoreIndex, { whole: true });
  const ignore = ignoreIndex === undefined ? {} : { ignoreIndex };
  return {
    name,
    config: { ...own },
    reduction,
    task: 'classes',
    targets: (output) => targetsFor(output, ignoreIndex),
    prediction(output) {
      const { linked } = logitsFor(name, 'softmax', output);
      return linked ? output : softmax(output);
    },
    rows(output, target) {
      checkTarget(name, output, target, ignoreIndex);
      const { logits } = logitsFor(name, 'softmax', output);
      const loss = softmaxCrossEntropy(logits, target, { labelSmoothing, ...ignore });
      if (ignoreIndex === undefined) return { loss: foldRows(loss, reduction) };
      return weighRows(loss, where(equal(toFloat(target), ignoreIndex), 0, 1));
    },
  };
}

/** Rows and their weights such that mean and sum of a batch run over all elements that count, whatever their row. */
function weighRows(loss: Tensor, counts: Tensor): { loss: Tensor; weight: Tensor } {
  if (counts.shape.length === 1) return { loss, weight: counts };
  const weight = foldRows(counts, 'sum');
  const flat = (x: Tensor): Tensor => reshape(x, [x.shape[0]!, -1]);
  return { loss: weightedMean(flat(loss), flat(counts), 1), weight };
}

function targetsFor(output: Shape, ignoreIndex: number | undefined): TargetSpec[] {
  const classes = output.at(-1) ?? 0;
  const labels = { kind: 'labels', shape: output.slice(0, -1), classes, ignoreIndex } as const;
  return ignoreIndex === undefined
    ? [labels, { kind: 'values', shape: output, wants: 'distribution' }]
    : [labels];
}

function checkTarget(name: string, output: Tensor, target: Tensor, ignoreIndex: number | undefined): void {
  const { shape } = output;
  if (shape.length < 2 || shape.at(-1)! < 2) {
    mismatch(name, output, target, 'the last axis of the output must have at least two classes');
  }
  const labels = target.dtype === 'i32';
  if (!labels && ignoreIndex !== undefined) {
    throw new OptionError(`${name}: ignoreIndex needs labels, the target holds probabilities`, {
      hint: 'give int32 labels, or leave rows out with sample weights of 0',
    });
  }
  if (sameShape(target.shape, labels ? shape.slice(0, -1) : shape)) return;
  mismatch(
    name,
    output,
    target,
    labels ? 'there must be one label for each row' : 'output and target differ in shape',
  );
}
