import { ShapeError } from '../base/errors.ts';
import { showShape } from '../base/shape.ts';
import { apply } from '../ir/op.ts';
import type { Tensor } from '../ir/tensor.ts';
import { type Link, logitsOf } from '../ops/index.ts';
import { boundsOf } from './bounds.ts';

/**
 * What a probabilistic loss stands on. An output that the graph shows to be a `link` (softmax or sigmoid, seen through
 * reshapes) stands on that link's logits; any other output is taken for logits itself, unless the graph shows that it
 * cannot leave [0, 1]: then it holds probabilities, and taking them for logits would train, but to nothing.
 *
 * @throws {ShapeError} when the output is the other link, or probabilities from something else.
 */
export function logitsFor(name: string, link: Link, output: Tensor): { logits: Tensor; linked: boolean } {
  const found = linkOf(output);
  if (found === undefined) {
    refuseProbabilities(name, link, output);
    return { logits: output, linked: false };
  }
  if (found.link === link) return { logits: found.logits, linked: true };
  const other = link === 'softmax' ? 'binaryCrossentropy' : 'categoricalCrossentropy';
  throw new ShapeError(`${name}: needs logits or a ${link}, but the output is a ${found.link}`, {
    at: output.path || undefined,
    output: showShape(output.shape),
    hint: `use ${other}, or end the model with a ${link}, or with no activation`,
  });
}

function refuseProbabilities(name: string, link: Link, output: Tensor): void {
  const [low, high] = boundsOf(output);
  if (!(low >= 0 && high <= 1)) return;
  throw new ShapeError(`${name}: needs logits or a ${link}, but the output lies in [${low}, ${high}]`, {
    at: output.path || undefined,
    output: showShape(output.shape),
    hint:
      link === 'sigmoid'
        ? `end the model with a sigmoid, or with no activation, or say ${name}({ probabilities: true })`
        : 'end the model with a softmax, or with no activation; logarithms of probabilities are logits, too',
  });
}

/** The softmax or sigmoid that an output is, under any number of views; the logits are given the output's shape. */
export function linkOf(output: Tensor): { link: Link; logits: Tensor } | undefined {
  const direct = logitsOf(output);
  if (direct !== undefined) return direct;
  if (output.origin.kind !== 'op' || !output.origin.op.view) return undefined;
  const { op, inputs, attrs } = output.origin;
  const below = linkOf(inputs[0]!);
  // A softmax is over the last axis, so only views that keep it show the same distributions.
  const same = below?.link === 'sigmoid' || inputs[0]!.shape.at(-1) === output.shape.at(-1);
  return below !== undefined && same
    ? { link: below.link, logits: apply(op, [below.logits], attrs) }
    : undefined;
}
