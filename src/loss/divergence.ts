import type { Tensor } from '../ir/tensor.ts';
import { add, exp, log, mul, softmax, softmaxCrossEntropy, sum, where } from '../ops/index.ts';
import { checkSameShape, foldRows, type LossOptions, lossOptions, mismatch } from './define.ts';
import { logitsFor } from './logits.ts';
import type { Loss } from './loss.ts';

/** Options of {@link kl}. */
export interface KlOptions extends LossOptions {
  /** The target holds logarithms of probabilities. Default false. */
  readonly logTarget?: boolean;
}

/**
 * Kullback-Leibler divergence of the output's distribution p from the target's q (Kullback and Leibler, 1951):
 * `Σₖ qₖ·(log qₖ - log pₖ)`, where a class with `q = 0` adds nothing. In strings: `'kl'`, `'klDivergence'`.
 *
 * | name     | shape                                                                             |
 * | -------- | --------------------------------------------------------------------------------- |
 * | `output` | `[n, …, classes]`: a softmax, or logits                                           |
 * | `target` | as `output`, probabilities (with `logTarget` their logarithms) over the last axis |
 * | row loss | `[n]`, mean over `…`, in nats                                                     |
 *
 * Its gradient is that of the cross-entropy; unlike it, it is 0 where output and target agree. Cost: about twelve
 * operations an element.
 *
 * @throws {ShapeError} when tracing, if the shapes differ or the output is a sigmoid; nothing is broadcast.
 * @throws {OptionError} for an unknown option.
 * @example
 * const distill = kl({ logTarget: true });
 */
export function kl(options: KlOptions = {}): Loss {
  const name = 'kl';
  const own = lossOptions(name, options, ['logTarget']);
  const { reduction } = own;
  const logTarget = own.logTarget === true;
  return {
    name,
    config: { ...own },
    reduction,
    task: 'classes',
    targets: (output) => [{ kind: 'values', shape: output, wants: logTarget ? undefined : 'distribution' }],
    prediction(output) {
      const { linked } = logitsFor(name, 'softmax', output);
      return linked ? output : softmax(output);
    },
    rows(output, target) {
      checkSameShape(name, output, target);
      if (output.shape.length < 2) mismatch(name, output, target, 'the output needs an axis of classes');
      const { logits } = logitsFor(name, 'softmax', output);
      const q = logTarget ? exp(target) : target;
      const divergence = add(
        softmaxCrossEntropy(logits, q),
        sum(negativeEntropy(q, target, logTarget), { axis: -1 }),
      );
      return { loss: foldRows(divergence, reduction) };
    },
  };
}

/** `q · log q`, and 0 where q is 0. */
function negativeEntropy(q: Tensor, target: Tensor, logTarget: boolean): Tensor {
  return logTarget ? where(q, mul(q, target), 0) : mul(q, log(where(q, q, 1)));
}
