import { checkNumber } from '../base/ranges.ts';
import { add, div, maximum, mul, sqrt, sub } from '../ops/index.ts';
import { average, averageSquare, withL2 } from './moments.ts';
import type { Optimizer, OptimizerOptions } from './optimizer.ts';
import { optimizer, ruleOptions } from './rule.ts';

/** Options of {@link adam} and {@link adamw}. */
export interface AdamOptions extends OptimizerOptions {
  /** Decay of the mean of the gradients, in [0, 1). Default 0.9. */
  readonly beta1?: number;
  /** Decay of the mean of their squares, in [0, 1). Default 0.999. */
  readonly beta2?: number;
  /** ε, outside the root, above 0. Default 1e-8. */
  readonly eps?: number;
  /** Divide by the largest v so far (Reddi et al., 2018). Default false. */
  readonly amsgrad?: boolean;
  /** λ, at least 0: an L2 penalty in `adam` (default 0), decoupled from the gradient in `adamw` (default 0.01). */
  readonly weightDecay?: number;
}

/**
 * Adam (Kingma and Ba, 2015), as in PyTorch:
 *
 *     g ← g + λ·p
 *     m ← β₁·m + (1 - β₁)·g
 *     v ← β₂·v + (1 - β₂)·g²
 *     p ← p - lr·m̂ / (√v̂ + ε),    m̂ = m / (1 - β₁ᵗ),  v̂ = v / (1 - β₂ᵗ)
 *
 * Default learning rate 0.001. State: `m` and `v`, with `amsgrad` also `vMax`, each as large as the parameters. Cost:
 * 12 operations a parameter.
 *
 * @throws {OptionError} for an unknown option or one out of range.
 * @example
 * await model.fit(x, y, { optimizer: adam({ learningRate: 1e-3, clipNorm: 1 }) });
 */
export function adam(options: AdamOptions = {}): Optimizer {
  return adaptive('adam', options, false);
}

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter, 2019): each update first shrinks the parameters,
 * `p ← (1 - lr·λ)·p`, then takes the step of {@link adam} with the plain gradient.
 *
 * Default learning rate 0.001. State: `m` and `v`, with `amsgrad` also `vMax`, each as large as the parameters. Cost:
 * 13 operations a parameter.
 *
 * @throws {OptionError} for an unknown option or one out of range.
 * @example
 * await model.fit(x, y, { optimizer: adamw({ learningRate: cosine({ peak: 3e-3, warmup: 0.05 }), weightDecay: 0.1 }) });
 */
export function adamw(options: AdamOptions = {}): Optimizer {
  return adaptive('adamw', options, true);
}

function adaptive(name: string, options: AdamOptions, decoupled: boolean): Optimizer {
  const own = ruleOptions(name, options, ['beta1', 'beta2', 'eps', 'amsgrad', 'weightDecay']);
  const { beta1 = 0.9, beta2 = 0.999, eps = 1e-8, amsgrad = false, weightDecay = decoupled ? 0.01 : 0 } = own;
  checkNumber(name, 'beta1', beta1, { least: 0, below: 1 });
  checkNumber(name, 'beta2', beta2, { least: 0, below: 1 });
  checkNumber(name, 'eps', eps, { above: 0 });
  checkNumber(name, 'weightDecay', weightDecay, { least: 0 });
  const shrinks = decoupled && weightDecay > 0;
  return optimizer(own, {
    name,
    config: { beta1, beta2, eps, amsgrad, weightDecay },
    learningRate: 0.001,
    state: { m: 0, v: 0, ...(amsgrad && { vMax: 0 }) },
    scalars(t, learningRate) {
      // lr·m̂ / (√v̂ + ε) with both corrections moved into numbers: rate·m / (√v + ε·c).
      const c = Math.sqrt(1 - beta2 ** t);
      const rate = (learningRate * c) / (1 - beta1 ** t);
      return shrinks
        ? { learningRate, rate, eps: eps * c, keep: 1 - learningRate * weightDecay }
        : { learningRate, rate, eps: eps * c };
    },
    update(param, grad, { m: m0, v: v0, vMax: vMax0 }, { rate, eps: epsilon, keep }) {
      const g = decoupled ? grad : withL2(grad, param, weightDecay);
      const m = average(m0!, g, beta1);
      const v = averageSquare(v0!, g, beta2);
      const vMax = vMax0 && maximum(vMax0, v);
      const step = mul(rate!, div(m, add(sqrt(vMax ?? v), epsilon!)));
      const start = keep === undefined ? param : mul(keep, param);
      return { param: sub(start, step), state: { m, v, ...(vMax && { vMax }) } };
    },
  });
}
