import { apply } from '../ir/op.ts';
import type { Tensor } from '../ir/tensor.ts';
import { add, div, mul, neg, sub } from './arithmetic.ts';
import { greater } from './compare.ts';
import { asTensor, defineElementwise, type Operand } from './define.ts';
import { erfOf } from './erf.ts';
import { linked } from './logits.ts';

/**
 * `y = e^x`.
 *
 * | name | shape  |
 * | ---- | ------ |
 * | `x`  | any    |
 * | `y`  | as `x` |
 *
 * Cost: one operation an element.
 *
 * @example
 * ops.exp(ops.sub(logits, peak));
 */
export function exp(x: Operand): Tensor {
  return apply(expOp, [asTensor(x)]);
}

const expOp = defineElementwise('exp', {
  inputs: ['x'],
  map: (x) => Math.exp(x!),
  grad: (_x, y, dy) => ({ x: mul(dy, y) }),
  tolerance: 2e-6,
});

/**
 * `y = e^x - 1`, exact near 0.
 *
 * | name | shape  |
 * | ---- | ------ |
 * | `x`  | any    |
 * | `y`  | as `x` |
 *
 * Cost: one operation an element.
 *
 * @example
 * ops.expm1(x);
 */
export function expm1(x: Operand): Tensor {
  return apply(expm1Op, [asTensor(x)]);
}

const expm1Op = defineElementwise('expm1', {
  inputs: ['x'],
  map: (x) => Math.expm1(x!),
  grad: (_x, y, dy) => ({ x: mul(dy, add(y, 1)) }),
  tolerance: 2e-6,
});

/**
 * `y = log(1 + x)`, exact near 0. NaN below -1.
 *
 * | name | shape  |
 * | ---- | ------ |
 * | `x`  | any    |
 * | `y`  | as `x` |
 *
 * Cost: one operation an element.
 *
 * @example
 * ops.log1p(count);
 */
export function log1p(x: Operand): Tensor {
  return apply(log1pOp, [asTensor(x)]);
}

const log1pOp = defineElementwise('log1p', {
  inputs: ['x'],
  map: (x) => Math.log1p(x!),
  grad: ({ x }, _y, dy) => ({ x: div(dy, add(x!, 1)) }),
  domain: [-0.5, 2],
});

/**
 * Square root; NaN below 0. The gradient at 0 is infinite.
 *
 * | name | shape  |
 * | ---- | ------ |
 * | `x`  | any    |
 * | `y`  | as `x` |
 *
 * Cost: one operation an element.
 *
 * @example
 * ops.sqrt(ops.sum(ops.square(x)));
 */
export function sqrt(x: Operand): Tensor {
  return apply(sqrtOp, [asTensor(x)]);
}

const sqrtOp = defineElementwise('sqrt', {
  inputs: ['x'],
  map: (x) => Math.sqrt(x!),
  grad: (_x, y, dy) => ({ x: div(dy, mul(2, y)) }),
  domain: [0.25, 3],
});

/**
 * Hyperbolic tangent.
 *
 * | name | shape  |
 * | ---- | ------ |
 * | `x`  | any    |
 * | `y`  | as `x` |
 *
 * Cost: one operation an element.
 *
 * @example
 * ops.tanh(ops.matmul(x, w));
 */
export function tanh(x: Operand): Tensor {
  return apply(tanhOp, [asTensor(x)]);
}

const tanhOp = defineElementwise('tanh', {
  inputs: ['x'],
  map: (x) => Math.tanh(x!),
  // Written with the output, dy * (1 - y²), so x need not stay alive until the backward pass.
  grad: (_x, y, dy) => ({ x: mul(dy, sub(1, mul(y, y))) }),
});

/**
 * Logistic function, `y = 1 / (1 + e^-x)`, without overflow for any `x`.
 *
 * | name | shape  |
 * | ---- | ------ |
 * | `x`  | any    |
 * | `y`  | as `x` |
 *
 * Cost: one operation an element.
 *
 * @example
 * ops.sigmoid(logits);
 */
export function sigmoid(x: Operand): Tensor {
  const logits = asTensor(x);
  return linked(apply(sigmoidOp, [logits]), 'sigmoid', logits);
}

const sigmoidOp = defineElementwise('sigmoid', {
  inputs: ['x'],
  map: logistic,
  grad: (_x, y, dy) => ({ x: mul(dy, mul(y, sub(1, y))) }),
});

/**
 * `y = log(1 + e^x)`, without overflow for any `x`.
 *
 * | name | shape  |
 * | ---- | ------ |
 * | `x`  | any    |
 * | `y`  | as `x` |
 *
 * Cost: one operation an element.
 *
 * @example
 * ops.softplus(ops.neg(margin));
 */
export function softplus(x: Operand): Tensor {
  return apply(softplusOp, [asTensor(x)]);
}

const softplusOp = defineElementwise('softplus', {
  inputs: ['x'],
  map: (x) => Math.max(x!, 0) + Math.log1p(Math.exp(-Math.abs(x!))),
  grad: ({ x }, _y, dy) => ({ x: mul(dy, sigmoid(x!)) }),
});

/**
 * Error function, `y = 2/√π · ∫₀ˣ e^(-t²) dt`.
 *
 * | name | shape  |
 * | ---- | ------ |
 * | `x`  | any    |
 * | `y`  | as `x` |
 *
 * Cost: one operation an element.
 *
 * @example
 * ops.erf(ops.div(x, Math.SQRT2));
 */
export function erf(x: Operand): Tensor {
  return apply(erfOp, [asTensor(x)]);
}

const erfOp = defineElementwise('erf', {
  inputs: ['x'],
  map: (x) => erfOf(x!),
  grad: ({ x }, _y, dy) => ({ x: mul(dy, mul(2 / Math.sqrt(Math.PI), exp(neg(mul(x!, x!))))) }),
});

/**
 * Absolute value. The gradient at 0 is 0.
 *
 * | name | shape  |
 * | ---- | ------ |
 * | `x`  | any    |
 * | `y`  | as `x` |
 *
 * Cost: one operation an element.
 *
 * @example
 * ops.mean(ops.abs(ops.sub(y, target)));
 */
export function abs(x: Operand): Tensor {
  return apply(absOp, [asTensor(x)]);
}

const absOp = defineElementwise('abs', {
  inputs: ['x'],
  map: (x) => Math.abs(x!),
  grad: ({ x }, _y, dy) => ({ x: mul(dy, sign(x!)) }),
});

/**
 * -1, 0 or 1 by the sign of `x`; NaN stays. Not differentiable.
 *
 * | name | shape  |
 * | ---- | ------ |
 * | `x`  | any    |
 * | `y`  | as `x` |
 *
 * Cost: one operation an element.
 *
 * @example
 * ops.sign(momentum);
 */
export function sign(x: Operand): Tensor {
  return apply(signOp, [asTensor(x)]);
}

const signOp = defineElementwise('sign', {
  inputs: ['x'],
  map: (x) => Math.sign(x!),
});

/**
 * Rectifier, `y = max(x, 0)`; NaN stays. The gradient at 0 is 0.
 *
 * | name | shape  |
 * | ---- | ------ |
 * | `x`  | any    |
 * | `y`  | as `x` |
 *
 * Cost: one operation an element.
 *
 * @example
 * ops.relu(ops.add(ops.matmul(x, w), b));
 */
export function relu(x: Operand): Tensor {
  return apply(reluOp, [asTensor(x)]);
}

const reluOp = defineElementwise('relu', {
  inputs: ['x'],
  map: (x) => Math.max(x!, 0),
  grad: (_x, y, dy) => ({ x: mul(dy, greater(y, 0)) }),
});

/**
 * Natural logarithm. NaN below 0, -Inf at 0.
 *
 * | name | shape  |
 * | ---- | ------ |
 * | `x`  | any    |
 * | `y`  | as `x` |
 *
 * Cost: one operation an element.
 *
 * @example
 * ops.log(p);
 */
export function log(x: Operand): Tensor {
  return apply(logOp, [asTensor(x)]);
}

const logOp = defineElementwise('log', {
  inputs: ['x'],
  map: (x) => Math.log(x!),
  grad: ({ x }, _y, dy) => ({ x: div(dy, x!) }),
  domain: [0.25, 3],
});

/**
 * Power, element by element: `y = a ^ b`, for `a > 0`, or any `a` where `b` is a whole number.
 *
 * | name     | shape                     |
 * | -------- | ------------------------- |
 * | `a`, `b` | broadcast to each other   |
 * | `y`      | what they broadcast to    |
 *
 * Cost: one operation an element.
 *
 * @throws {ShapeError} when the shapes do not broadcast.
 * @example
 * ops.pow(ops.sub(1, p), gamma);
 */
export function pow(a: Operand, b: Operand): Tensor {
  return apply(powOp, [asTensor(a), asTensor(b)]);
}

const powOp = defineElementwise('pow', {
  inputs: ['a', 'b'],
  map: (a, b) => a! ** b!,
  // A constant exponent takes no gradient: log(a) would be NaN for a <= 0, and 0 · NaN is NaN.
  grad: ({ a, b }, y, dy): Record<string, Tensor> => {
    const da = mul(dy, mul(b!, pow(a!, sub(b!, 1))));
    return b!.origin.kind === 'constant' ? { a: da } : { a: da, b: mul(dy, mul(y, log(a!))) };
  },
  domain: [0.5, 2],
  tolerance: 2e-6,
});

function logistic(x = 0): number {
  if (x >= 0) return 1 / (1 + Math.exp(-x));
  const e = Math.exp(x);
  return e / (1 + e);
}
