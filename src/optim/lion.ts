import { checkNumber } from '../base/ranges.ts';
import { add, mul, scale, sign, sub } from '../ops/index.ts';
import type { Optimizer, OptimizerOptions } from './optimizer.ts';
import { optimizer, ruleOptions } from './rule.ts';

/** Options of {@link lion}. */
export interface LionOptions extends OptimizerOptions {
  /** Share of the momentum in the direction of the step, in [0, 1). Default 0.9. */
  readonly beta1?: number;
  /** Decay of the momentum, in [0, 1). Default 0.99. */
  readonly beta2?: number;
  /** λ, decoupled from the gradient, at least 0. Default 0. */
  readonly weightDecay?: number;
}

/**
 * Lion, evolved sign momentum (Chen et al., 2023):
 *
 *     c ← β₁·m + (1 - β₁)·g
 *     p ← (1 - lr·λ)·p - lr·sign(c)
 *     m ← β₂·m + (1 - β₂)·g
 *
 * Every parameter moves by the learning rate itself, so it wants a tenth of Adam's, and ten times its weight decay.
 * Default learning rate 0.0001. State: `m`, as large as the parameters. Cost: 9 operations a parameter.
 *
 * @throws {OptionError} for an unknown option or one out of range.
 * @example
 * await model.fit(x, y, { optimizer: lion({ learningRate: 1e-4, weightDecay: 0.1 }) });
 */
export function lion(options: LionOptions = {}): Optimizer {
  const own = ruleOptions('lion', options, ['beta1', 'beta2', 'weightDecay']);
  const { beta1 = 0.9, beta2 = 0.99, weightDecay = 0 } = own;
  checkNumber('lion', 'beta1', beta1, { least: 0, below: 1 });
  checkNumber('lion', 'beta2', beta2, { least: 0, below: 1 });
  checkNumber('lion', 'weightDecay', weightDecay, { least: 0 });
  const shrinks = weightDecay > 0;
  return optimizer(own, {
    name: 'lion',
    config: { beta1, beta2, weightDecay },
    learningRate: 0.0001,
    state: { m: 0 },
    scalars: (_t, learningRate) => ({
      learningRate,
      ...(shrinks && { keep: 1 - learningRate * weightDecay }),
    }),
    update(param, grad, { m: m0 }, { learningRate, keep }) {
      // With d = g - m both means are sums of m and a share of d. Writing c with the new m reads the old one only
      // before it is replaced, so that the update is one region and in place.
      const d = sub(grad, m0!);
      const m = add(m0!, scale(d, 1 - beta2));
      const c = add(m, scale(d, beta2 - beta1));
      const start = keep === undefined ? param : mul(keep, param);
      return { param: sub(start, mul(learningRate!, sign(c))), state: { m } };
    },
  });
}
