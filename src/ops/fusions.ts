import { defineFusion } from '../ir/fusion.ts';
import { add } from './arithmetic.ts';
import { logSoftmax, softmax } from './composed.ts';
import { matmul } from './matmul.ts';

/** A dense layer in one pass over its output: `y = x · wᵀ + b`. */
defineFusion({
  name: 'linear',
  inputs: ['x', 'w', 'b'],
  compose: ({ x, w, b }) => add(matmul(x!, w!, { transB: true }), b!),
  samples: [{ shapes: { x: [3, 4], w: [5, 4], b: [5] } }, { shapes: { x: [70, 33], w: [65, 33], b: [65] } }],
  tolerance: 1e-5, // float32 sums of up to 33 products of size 4
});

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
