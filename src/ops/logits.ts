import { checkTensor } from '../ir/op.ts';
import type { Tensor } from '../ir/tensor.ts';

/** What turned logits into probabilities. */
export type Link = 'softmax' | 'sigmoid';

const links = new WeakMap<Tensor, { link: Link; logits: Tensor }>();

/** Remembers that `y` is the softmax or sigmoid of `logits`, and gives `y`. */
export function linked(y: Tensor, link: Link, logits: Tensor): Tensor {
  links.set(y, { link, logits });
  return y;
}

/**
 * The logits under a softmax over the last axis or a sigmoid, if `y` is one: losses are computed from them.
 *
 * @example
 * const logits = ops.logitsOf(y)?.logits ?? ops.log(y);
 */
export function logitsOf(y: Tensor): { readonly link: Link; readonly logits: Tensor } | undefined {
  return links.get(checkTensor('logitsOf', 'y', y));
}
