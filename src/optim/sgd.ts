import { OptionError } from '../base/errors.ts';
import { checkNumber } from '../base/ranges.ts';
import { add, mul, scale, sub } from '../ops/index.ts';
import { withL2 } from './moments.ts';
import type { Optimizer, OptimizerOptions } from './optimizer.ts';
import { optimizer, ruleOptions } from './rule.ts';

/** Options of {@link sgd}. */
export interface SgdOptions extends OptimizerOptions {
  /** μ, in [0, 1). Default 0. */
  readonly momentum?: number;
  /** τ, in [0, 1): the part of each gradient but the first that momentum leaves out. Default 0. */
  readonly dampening?: number;
  /** Look ahead along the velocity; needs momentum and no dampening. Default false. */
  readonly nesterov?: boolean;
  /** λ of an L2 penalty, at least 0. Default 0. */
  readonly weightDecay?: number;
}

/**
 * Stochastic gradient descent (Robbins and Monro, 1951), with momentum (Polyak, 1964; Sutskever et al., 2013):
 *
 *     g ← g + λ·p
 *     v ← μ·v + (1 - τ)·g        v ← g at the first update
 *     p ← p - lr·v               p ← p - lr·(g + μ·v) with `nesterov`
 *
 * Default learning rate 0.01. State: `velocity`, as large as the parameters, only with momentum. Cost: two to seven
 * operations a parameter.
 *
 * @throws {OptionError} for an unknown option or one out of range.
 * @example
 * await model.fit(x, y, { optimizer: sgd({ learningRate: 0.1, momentum: 0.9 }) });
 */
export function sgd(options: SgdOptions = {}): Optimizer {
  const own = ruleOptions('sgd', options, ['momentum', 'dampening', 'nesterov', 'weightDecay']);
  const { momentum = 0, dampening = 0, nesterov = false, weightDecay = 0 } = own;
  checkNumber('sgd', 'momentum', momentum, { least: 0, below: 1 });
  checkNumber('sgd', 'dampening', dampening, { least: 0, below: 1 });
  checkNumber('sgd', 'weightDecay', weightDecay, { least: 0 });
  if (nesterov && (momentum === 0 || dampening !== 0)) {
    throw new OptionError('sgd: nesterov needs momentum and no dampening', { momentum, dampening });
  }
  return optimizer(own, {
    name: 'sgd',
    config: { momentum, dampening, nesterov, weightDecay },
    learningRate: 0.01,
    state: momentum === 0 ? {} : { velocity: 0 },
    ...(dampening > 0 && {
      scalars: (t: number, learningRate: number) => ({ learningRate, share: t === 1 ? 1 : 1 - dampening }),
    }),
    update(param, grad, { velocity }, { learningRate, share }) {
      const g = withL2(grad, param, weightDecay);
      if (velocity === undefined) return { param: sub(param, mul(learningRate!, g)), state: {} };
      const v = add(scale(velocity, momentum), share === undefined ? g : mul(share, g));
      const direction = nesterov ? add(g, scale(v, momentum)) : v;
      return { param: sub(param, mul(learningRate!, direction)), state: { velocity: v } };
    },
  });
}
