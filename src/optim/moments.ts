import type { Tensor } from '../ir/tensor.ts';
import { add, mul, scale, square } from '../ops/index.ts';

/** Running mean of `x`: `beta·average + (1 - beta)·x`. */
export function average(running: Tensor, x: Tensor, beta: number): Tensor {
  return add(scale(running, beta), scale(x, 1 - beta));
}

/** Running mean of the squares of `x`. */
export function averageSquare(running: Tensor, x: Tensor, beta: number): Tensor {
  return average(running, square(x), beta);
}

/** Gradient of an L2 penalty added: `grad + weightDecay·param`. */
export function withL2(grad: Tensor, param: Tensor, weightDecay: number): Tensor {
  return weightDecay === 0 ? grad : add(grad, mul(weightDecay, param));
}
