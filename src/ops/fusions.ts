import { defineBundle } from '../ir/bundle.ts';
import { defineFusion } from '../ir/fusion.ts';
import { apply } from '../ir/op.ts';
import type { Tensor } from '../ir/tensor.ts';
import { add, div, mul, neg, sub } from './arithmetic.ts';
import { greater, where } from './compare.ts';
import { logSoftmax, softmax } from './composed.ts';
import { max } from './extrema.ts';
import { exp, relu, sqrt } from './functions.ts';
import { oneHot, toFloat } from './gather.ts';
import { softmaxCrossEntropy } from './losses.ts';
import { detach, reshape } from './movement.ts';
import { sum } from './reduce.ts';

/** Softmax over the last axis, a row at a time while it is in cache. */
defineFusion({
  name: 'softmax',
  inputs: ['x'],
  compose: ({ x }) => softmax(x!),
  samples: [{ shapes: { x: [3, 5] } }, { shapes: { x: [2, 3, 40] } }],
  tolerance: 2e-6, // two roundings more than exp
});

/** Logarithm of the softmax over the last axis, a row at a time while it is in cache. */
defineFusion({
  name: 'logSoftmax',
  inputs: ['x'],
  compose: ({ x }) => logSoftmax(x!),
  samples: [{ shapes: { x: [3, 5] } }, { shapes: { x: [2, 3, 40] } }],
  tolerance: 2e-6, // two roundings more than exp
});

/** Cross-entropy of a softmax with labels, a number a row. */
const lossOfLabels = defineFusion({
  name: 'labelCrossEntropy',
  inputs: ['logits', 'labels'],
  inputTypes: { labels: 'i32' },
  compose: ({ logits, labels }) => softmaxCrossEntropy(logits!, labels!),
  samples: [
    { shapes: { logits: [3, 5], labels: [3] }, classes: 5 },
    { shapes: { logits: [70, 40], labels: [70] }, classes: 40 },
  ],
  tolerance: 2e-6, // two roundings more than exp
});

/** Its gradient: `(softmax(logits) - onehot(labels)) · dy`, in the terms that differentiation gives. */
const gradOfLabels = defineFusion({
  name: 'labelCrossEntropyGrad',
  inputs: ['logits', 'labels', 'dy'],
  inputTypes: { labels: 'i32' },
  compose: ({ logits, labels, dy }) => labelCrossEntropyGrad(logits!, labels!, dy!),
  samples: [
    { shapes: { logits: [3, 5], labels: [3], dy: [3] }, classes: 5 },
    { shapes: { logits: [3, 5], labels: [3], dy: [1] }, classes: 5 },
    { shapes: { logits: [70, 40], labels: [70], dy: [70] }, classes: 40 },
  ],
  tolerance: 2e-6, // two roundings more than exp
});

/** Both in one pass over the logits, whose exponentials they share. */
defineBundle({
  name: 'labelCrossEntropyWithGrad',
  inputs: ['logits', 'labels', 'dy'],
  inputTypes: { labels: 'i32' },
  compose: ({ logits, labels, dy }) => [
    apply(lossOfLabels, [logits!, labels!]),
    apply(gradOfLabels, [logits!, labels!, dy!]),
  ],
  samples: [
    { shapes: { logits: [3, 5], labels: [3], dy: [3] }, classes: 5 },
    { shapes: { logits: [3, 5], labels: [3], dy: [1] }, classes: 5 },
    { shapes: { logits: [70, 40], labels: [70], dy: [70] }, classes: 40 },
    { shapes: { logits: [1000, 10], labels: [1000], dy: [1] }, classes: 10 },
  ],
});

function labelCrossEntropyGrad(logits: Tensor, labels: Tensor, dy: Tensor): Tensor {
  const classes = logits.shape[1]!;
  const exps = exp(sub(logits, detach(max(logits, { axis: -1, keepDims: true }))));
  const total = sum(exps, { axis: -1 });
  const label = toFloat(labels);
  const share = div(dy, mul(greater(label, -1), greater(classes, label)));
  const column = (x: Tensor): Tensor => reshape(x, [...labels.shape, 1]);
  return add(where(oneHot(labels, classes), column(neg(share)), 0), mul(column(div(share, total)), exps));
}

// Fusions are tried in this order, so the larger of two that overlap stands first.

const SCALAR: readonly number[] = [];

/** Backward through tanh, `dy · (1 - y²)`. */
defineFusion({
  name: 'tanhGrad',
  inputs: ['dy', 'y'],
  elementwise: true,
  compose: ({ dy, y }) => mul(dy!, sub(1, mul(y!, y!))),
  samples: [{ shapes: { dy: [2, 3], y: [2, 3] } }, { shapes: { dy: [1031], y: [1031] } }],
});

/** Backward through relu, `dy · (y > 0)`. */
defineFusion({
  name: 'reluGrad',
  inputs: ['dy', 'y'],
  elementwise: true,
  compose: ({ dy, y }) => mul(dy!, greater(y!, 0)),
  samples: [{ shapes: { dy: [2, 3], y: [2, 3] } }, { shapes: { dy: [1031], y: [1031] } }],
});

/** Relu of a sum, `max(a + b, 0)`, as a dense layer ends. */
defineFusion({
  name: 'addRelu',
  inputs: ['a', 'b'],
  elementwise: true,
  compose: ({ a, b }) => relu(add(a!, b!)),
  samples: [
    { shapes: { a: [2, 3], b: [2, 3] } },
    { shapes: { a: [2, 3], b: [3] } },
    { shapes: { a: [1031], b: [1031] } },
  ],
});

/** A weighted sum of one and of the square of another, such as a running mean of squares: `a · s + b² · t`. */
const blendSquare = defineFusion({
  name: 'blendSquare',
  inputs: ['a', 's', 'b', 't'],
  elementwise: true,
  compose: ({ a, s, b, t }) => add(mul(a!, s!), mul(mul(b!, b!), t!)),
  samples: [
    { shapes: { a: [2, 3], s: SCALAR, b: [2, 3], t: SCALAR } },
    { shapes: { a: [1031], s: SCALAR, b: [1031], t: SCALAR } },
  ],
});

/** A weighted sum of two, such as a running mean: `a · s + b · t`. */
const blend = defineFusion({
  name: 'blend',
  inputs: ['a', 's', 'b', 't'],
  elementwise: true,
  compose: ({ a, s, b, t }) => add(mul(a!, s!), mul(b!, t!)),
  samples: [
    { shapes: { a: [2, 3], s: SCALAR, b: [2, 3], t: SCALAR } },
    { shapes: { a: [1031], s: SCALAR, b: [1031], t: SCALAR } },
  ],
});

/** A step of Adam, `p - rate · m / (√v + eps)`. */
const adamStep = defineFusion({
  name: 'adamStep',
  inputs: ['p', 'rate', 'm', 'v', 'eps'],
  elementwise: true,
  compose: ({ p, rate, m, v, eps }) => sub(p!, mul(rate!, div(m!, add(sqrt(v!), eps!)))),
  samples: [
    { shapes: { p: [2, 3], rate: SCALAR, m: [2, 3], v: [2, 3], eps: SCALAR }, domain: [0.5, 2] },
    { shapes: { p: [1031], rate: SCALAR, m: [1031], v: [1031], eps: SCALAR }, domain: [0.5, 2] },
  ],
});

/** A step of gradient descent, `p - rate · g`. */
defineFusion({
  name: 'descend',
  inputs: ['p', 'rate', 'g'],
  elementwise: true,
  compose: ({ p, rate, g }) => sub(p!, mul(rate!, g!)),
  samples: [
    { shapes: { p: [2, 3], rate: SCALAR, g: [2, 3] } },
    { shapes: { p: [1031], rate: SCALAR, g: [1031] } },
    { shapes: { p: [1031], rate: [1031], g: [1031] } },
  ],
});

/** All that Adam does to a parameter and its state, read and written once. */
defineBundle({
  name: 'adam',
  inputs: ['p', 'm', 'v', 'g', 'beta1', 'rest1', 'beta2', 'rest2', 'rate', 'eps'],
  compose: ({ p, m, v, g, beta1, rest1, beta2, rest2, rate, eps }) => {
    const mean = apply(blend, [m!, beta1!, g!, rest1!]);
    const square = apply(blendSquare, [v!, beta2!, g!, rest2!]);
    return [mean, square, apply(adamStep, [p!, rate!, mean, square, eps!])];
  },
  samples: [7, 16, 1031].map((n) => {
    const numbers = { beta1: SCALAR, rest1: SCALAR, beta2: SCALAR, rest2: SCALAR, rate: SCALAR, eps: SCALAR };
    return { shapes: { p: [n], m: [n], v: [n], g: [n], ...numbers }, domain: [0.5, 2] };
  }),
});
