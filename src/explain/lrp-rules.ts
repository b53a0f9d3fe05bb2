import { describe } from '../base/describe.ts';
import { OptionError } from '../base/errors.ts';
import { choose } from '../base/options.ts';
import { checkNumber } from '../base/ranges.ts';
import type { Tensor } from '../ir/tensor.ts';
import { add, div, equal, greater, mul, where } from '../ops/index.ts';
import type { Block } from './block.ts';

/** Name of a rule of {@link lrp}. */
export type LrpRule = 'epsilon' | 'zplus' | 'alphaBeta' | 'gamma';

/** Numbers of the rules of {@link lrp}. */
export interface LrpNumbers {
  /** What is added to the denominators of the rule `epsilon`, away from 0. Default 1e-6. */
  readonly epsilon?: number;
  /** Weight of the contributions above 0 in `alphaBeta`, at least 1. Default 2. */
  readonly alpha?: number;
  /** Weight of those below 0 in `alphaBeta`: `alpha - 1`, so that nothing is lost. Default that. */
  readonly beta?: number;
  /** How much more those of the output's sign count in `gamma`, at least 0. Default 0.25. */
  readonly gamma?: number;
}

/**
 * How often the contributions to a block's output count, those above 0 and those below: what arrives, divided by what
 * they add up to.
 */
export type Weigh = (
  arrived: Tensor,
  block: Block,
) => { readonly plus: Tensor; readonly minus: Tensor | undefined };

/** The rules, with these numbers. */
export function rulesWith(numbers: Required<LrpNumbers>): Readonly<Record<LrpRule, Weigh>> {
  const { epsilon, alpha, beta, gamma } = numbers;
  return {
    epsilon: byAll(epsilon),
    zplus: bySign(1, 0),
    alphaBeta: bySign(alpha, beta),
    gamma: favouring(gamma),
  };
}

/** `z / (Σz + ε · sign Σz)`; with ε = 0 also for blocks in which nothing is added up. */
export function byAll(epsilon: number): Weigh {
  return (arrived, { y }) => {
    const away = where(greater(0, y), -epsilon, epsilon);
    const weight = quotient(arrived, epsilon === 0 ? y : add(y, away));
    return { plus: weight, minus: weight };
  };
}

/** `α · z⁺ / Σz⁺ - β · z⁻ / Σz⁻`. */
function bySign(alpha: number, beta: number): Weigh {
  return (arrived, { signed: { plus, minus } }) => ({
    plus: mul(alpha, quotient(arrived, plus)),
    minus: beta === 0 ? undefined : mul(-beta, quotient(arrived, minus)),
  });
}

/** `(z + γ · zˢ) / Σ(z + γ · zˢ)`, where `zˢ` are the contributions of the sign of the output. */
function favouring(gamma: number): Weigh {
  return (arrived, { y, signed: { plus, minus } }) => {
    const above = greater(y, 0);
    const weight = quotient(arrived, add(y, mul(gamma, where(above, plus, minus))));
    const more = mul(1 + gamma, weight);
    return { plus: where(above, more, weight), minus: where(above, weight, more) };
  };
}

/** `a / b`, and 0 where b is 0. */
function quotient(a: Tensor, b: Tensor): Tensor {
  const none = equal(b, 0);
  return where(none, 0, div(a, where(none, 1, b)));
}

/** The numbers of the rules, checked. */
export function checkNumbers(given: LrpNumbers): Required<LrpNumbers> {
  const { epsilon = 1e-6, alpha = 2, gamma = 0.25 } = given;
  checkNumber('lrp', 'epsilon', epsilon, { least: 0 });
  checkNumber('lrp', 'alpha', alpha, { least: 1 });
  checkNumber('lrp', 'gamma', gamma, { least: 0 });
  const { beta = alpha - 1 } = given;
  checkNumber('lrp', 'beta', beta, { least: 0 });
  if (Math.abs(alpha - beta - 1) > 1e-9) {
    throw new OptionError(`lrp: alpha - beta must be 1, got ${describe(alpha)} - ${describe(beta)}`, {
      hint: 'leave beta out',
    });
  }
  return { epsilon, alpha, beta, gamma };
}

/** A rule by its name. */
export function checkRule(where: string, name: string): LrpRule {
  const names: Readonly<Record<LrpRule, LrpRule>> = {
    epsilon: 'epsilon',
    zplus: 'zplus',
    alphaBeta: 'alphaBeta',
    gamma: 'gamma',
  };
  return choose(where, name, names);
}
