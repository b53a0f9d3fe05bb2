/** The vocabulary of graphs: every function takes tensors and gives a tensor; nothing is computed here. */
export { add, div, mul, neg, sub } from './arithmetic.ts';
export { equal, greater, maximum, minimum, where } from './compare.ts';
export {
  clip,
  logSigmoid,
  logSoftmax,
  logSumExp,
  norm,
  scale,
  softmax,
  square,
  variance,
} from './composed.ts';
export type { Operand } from './define.ts';
export { max } from './extrema.ts';

import './faults.ts';

export {
  abs,
  erf,
  exp,
  expm1,
  log,
  log1p,
  pow,
  relu,
  sigmoid,
  sign,
  softplus,
  sqrt,
  tanh,
} from './functions.ts';

import './fusions.ts';

export { gather, oneHot, scatterAdd, toFloat } from './gather.ts';
export { type Link, logitsOf } from './logits.ts';
export {
  type SigmoidCrossEntropyOptions,
  type SoftmaxCrossEntropyOptions,
  sigmoidCrossEntropy,
  softmaxCrossEntropy,
} from './losses.ts';
export { type MatmulOptions, matmul } from './matmul.ts';
export { mean } from './mean.ts';
export { concat, detach, pad, reshape, slice, transpose } from './movement.ts';
export { uniform } from './random.ts';
export { expand, type ReduceOptions, sum, sumTo } from './reduce.ts';
export { rootMeanSquare } from './root-mean-square.ts';
