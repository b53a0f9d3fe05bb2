import { checkNumber } from '../base/ranges.ts';
import { add, div, mul, sqrt, square, sub } from '../ops/index.ts';
import { withL2 } from './moments.ts';
import type { Optimizer, OptimizerOptions } from './optimizer.ts';
import { optimizer, ruleOptions } from './rule.ts';

/** Options of {@link adagrad}. */
export interface AdagradOptions extends OptimizerOptions {
  /** η: update t takes the learning rate lr / (1 + (t - 1)·η). At least 0. Default 0. */
  readonly lrDecay?: number;
  /** What the sum of squares starts with, at least 0. Default 0. */
  readonly initialAccumulator?: number;
  /** ε, outside the root, above 0. Default 1e-10. */
  readonly eps?: number;
  /** λ of an L2 penalty, at least 0. Default 0. */
  readonly weightDecay?: number;
}

/**
 * Adagrad (Duchi, Hazan and Singer, 2011), as in PyTorch: parameters with rare gradients take larger steps.
 *
 *     g ← g + λ·p
 *     s ← s + g²
 *     p ← p - lr / (1 + (t - 1)·η) · g / (√s + ε)
 *
 * Default learning rate 0.01. State: `sum`, as large as the parameters. Cost: 7 operations a parameter.
 *
 * @throws {OptionError} for an unknown option or one out of range.
 * @example
 * await model.fit(x, y, { optimizer: adagrad({ learningRate: 0.1 }) });
 */
export function adagrad(options: AdagradOptions = {}): Optimizer {
  const own = ruleOptions('adagrad', options, ['lrDecay', 'initialAccumulator', 'eps', 'weightDecay']);
  const { lrDecay = 0, initialAccumulator = 0, eps = 1e-10, weightDecay = 0 } = own;
  for (const [name, value] of Object.entries({ lrDecay, initialAccumulator, weightDecay })) {
    checkNumber('adagrad', name, value, { least: 0 });
  }
  checkNumber('adagrad', 'eps', eps, { above: 0 });
  return optimizer(own, {
    name: 'adagrad',
    config: { lrDecay, initialAccumulator, eps, weightDecay },
    learningRate: 0.01,
    state: { sum: initialAccumulator },
    scalars: (t, learningRate) => ({ learningRate, rate: learningRate / (1 + (t - 1) * lrDecay) }),
    update(param, grad, { sum: sum0 }, { rate }) {
      const g = withL2(grad, param, weightDecay);
      const sum = add(sum0!, square(g));
      return { param: sub(param, mul(rate!, div(g, add(sqrt(sum), eps)))), state: { sum } };
    },
  });
}
