import { readGiven } from '../base/check.ts';
import { describe } from '../base/describe.ts';
import { OptionError } from '../base/errors.ts';
import { checkOptions, choose } from '../base/options.ts';
import { checkNumber } from '../base/ranges.ts';
import { adagrad } from './adagrad.ts';
import { adam, adamw } from './adam.ts';
import { lion } from './lion.ts';
import type { Optimizer, OptimizerOptions } from './optimizer.ts';
import { rmsprop } from './rmsprop.ts';
import { scheduleOf } from './rule.ts';
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
  readGiven('optimizer', () => checkOptimizer(choice));
  if (learningRate !== undefined) {
    throw new OptionError('learningRate: the optimizer has its own', {
      hint: `give it there: ${choice.name}({ learningRate: … })`,
    });
  }
  return choice;
}

/** What a training step reads of an optimizer, beside the options that may be left out. */
const PARTS = {
  name: 'string',
  config: 'object',
  schedule: 'object',
  accumulate: 'number',
  state: 'object',
  scalars: 'function',
  update: 'function',
} satisfies Partial<Record<keyof Optimizer, string>>;

function checkOptimizer(choice: Optimizer): void {
  if (typeof choice !== 'object' || choice === null || typeof choice.update !== 'function') {
    throw new OptionError('optimizer: must be a name or an optimizer such as adam()', {
      got: describe(choice),
    });
  }
  const has = (part: string) => (choice as unknown as Readonly<Record<string, unknown>>)[part];
  const unfit = Object.entries(PARTS).filter(
    ([part, type]) => typeof has(part) !== type || has(part) === null,
  );
  if (unfit.length > 0) {
    throw new OptionError('optimizer: parts are missing or of another type', {
      wanted: unfit.map(([part, type]) => `${part}: ${type}`).join(', '),
      got: Object.keys(choice).join(', '),
      hint: 'copy what is the same from another: { ...adam(), update }',
    });
  }
  scheduleOf('optimizer: schedule', choice.schedule);
  checkNumber('optimizer', 'accumulate', choice.accumulate, { least: 1, whole: true });
}
