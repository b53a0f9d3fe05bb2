import { checkNumber } from '../base/ranges.ts';
import { add, div, maximum, mul, scale, sqrt, square, sub } from '../ops/index.ts';
import { average, averageSquare, withL2 } from './moments.ts';
import type { Optimizer, OptimizerOptions } from './optimizer.ts';
import { optimizer, ruleOptions } from './rule.ts';

/** Options of {@link rmsprop}. */
export interface RmspropOptions extends OptimizerOptions {
  /** ρ, decay of the mean of the squared gradients, in [0, 1). Default 0.99. */
  readonly rho?: number;
  /** ε, outside the root, above 0. Default 1e-8. */
  readonly eps?: number;
  /** μ, in [0, 1). Default 0. */
  readonly momentum?: number;
  /** Divide by the standard deviation of the gradients rather than their root mean square. Default false. */
  readonly centered?: boolean;
  /** λ of an L2 penalty, at least 0. Default 0. */
  readonly weightDecay?: number;
}

/**
 * RMSProp (Hinton, 2012, lecture 6), as in PyTorch; centred after Graves (2013):
 *
 *     g ← g + λ·p
 *     v ← ρ·v + (1 - ρ)·g²
 *     a ← ρ·a + (1 - ρ)·g          with `centered`, else a = 0
 *     b ← μ·b + g / (√(v - a²) + ε)
 *     p ← p - lr·b
 *
 * Default learning rate 0.001. State: `v`, with `centered` also `mean`, with momentum also `velocity`, each as large as
 * the parameters. Cost: 8 to 15 operations a parameter.
 *
 * @throws {OptionError} for an unknown option or one out of range.
 * @example
 * await model.fit(x, y, { optimizer: rmsprop({ rho: 0.9, momentum: 0.9 }) });
 */
export function rmsprop(options: RmspropOptions = {}): Optimizer {
  const own = ruleOptions('rmsprop', options, ['rho', 'eps', 'momentum', 'centered', 'weightDecay']);
  const { rho = 0.99, eps = 1e-8, momentum = 0, centered = false, weightDecay = 0 } = own;
  checkNumber('rmsprop', 'rho', rho, { least: 0, below: 1 });
  checkNumber('rmsprop', 'eps', eps, { above: 0 });
  checkNumber('rmsprop', 'momentum', momentum, { least: 0, below: 1 });
  checkNumber('rmsprop', 'weightDecay', weightDecay, { least: 0 });
  return optimizer(own, {
    name: 'rmsprop',
    config: { rho, eps, momentum, centered, weightDecay },
    learningRate: 0.001,
    state: { v: 0, ...(centered && { mean: 0 }), ...(momentum > 0 && { velocity: 0 }) },
    update(param, grad, { v: v0, mean: mean0, velocity: velocity0 }, { learningRate }) {
      const g = withL2(grad, param, weightDecay);
      const v = averageSquare(v0!, g, rho);
      const mean = mean0 && average(mean0, g, rho);
      // Rounding can make v - a² a little less than 0 where the gradient hardly changes.
      const spread = mean === undefined ? v : maximum(sub(v, square(mean)), 0);
      const step = div(g, add(sqrt(spread), eps));
      const velocity = velocity0 && add(scale(velocity0, momentum), step);
      return {
        param: sub(param, mul(learningRate!, velocity ?? step)),
        state: { v, ...(mean && { mean }), ...(velocity && { velocity }) },
      };
    },
  });
}
