import { OptionError } from '../base/errors.ts';
import { checkOptions, choose } from '../base/options.ts';
import { adagrad } from './adagrad.ts';
import { adam, adamw } from './adam.ts';
import { lion } from './lion.ts';
import type { Optimizer, OptimizerOptions } from './optimizer.ts';
import { rmsprop } from './rmsprop.ts';
import type { Schedule } from './schedule.ts';
import { sgd } from './sgd.ts';

const OPTIMIZERS = { sgd, rmsprop, adagrad, adam, adamw, lion } satisfies Record<
  string,
  (options: OptimizerOptions) => Optimizer
>;

/** An optimizer with its default options, by name. */
export type OptimizerName = keyof typeof OPTIMIZERS;

/**
 * The optimizer that a name or an optimizer stands for.
 *
 * | name                      | learning rate by default |
 * | ------------------------- | ------------------------ |
 * | `sgd`, `adagrad`          | 0.01                     |
 * | `rmsprop`, `adam`, `adamw` | 0.001                   |
 * | `lion`                    | 0.0001                   |
 *
 * @throws {OptionError} when there is no optimizer of that name, the choice is something else, or a learning rate comes
 * beside an optimizer that has its own.
 * @example
 * optimizerOf('adam', { learningRate: 0.05 });
 */
export function optimizerOf(
  choice: OptimizerName | (string & {}) | Optimizer,
  options: { readonly learningRate?: number | Schedule | undefined } = {},
): Optimizer {
  const { learningRate } = checkOptions('optimizer', options, ['learningRate']);
  if (typeof choice === 'string') {
    const make = choose<(options: OptimizerOptions) => Optimizer>('optimizer', choice, OPTIMIZERS);
    return make(learningRate === undefined ? {} : { learningRate });
  }
  if (typeof choice !== 'object' || choice === null || typeof choice.update !== 'function') {
    throw new OptionError('optimizer: must be a name or an optimizer such as adam()', {
      got: choice === null ? 'null' : typeof choice,
    });
  }
  if (learningRate !== undefined) {
    throw new OptionError('learningRate: the optimizer has its own', {
      hint: `give it there: ${choice.name}({ learningRate: … })`,
    });
  }
  return choice;
}
