import { readGiven } from '../base/check.ts';
import { describe } from '../base/describe.ts';
import { OptionError, ShapeError } from '../base/errors.ts';
import { choose } from '../base/options.ts';
import { showShape } from '../base/shape.ts';
import { isTensor } from '../ir/tensor.ts';
import { binaryCrossentropy } from './binary.ts';
import { categoricalCrossentropy } from './categorical.ts';
import { kl } from './divergence.ts';
import { hinge, squaredHinge } from './hinge.ts';
import type { Loss, LossFunction } from './loss.ts';
import { huber, mae, mse } from './regression.ts';

const LOSSES = {
  mse,
  meanSquaredError: mse,
  mae,
  meanAbsoluteError: mae,
  huber,
  binaryCrossentropy,
  categoricalCrossentropy,
  kl,
  klDivergence: kl,
  hinge,
  squaredHinge,
} satisfies Record<string, () => Loss>;

/** Names of the losses that `lossOf` and `lossFrom` make. */
export const lossNames: readonly string[] = Object.keys(LOSSES);

/** A loss with its default options, by name. */
export type LossName = keyof typeof LOSSES;

/**
 * The loss that a name, a loss or a function of one's own stands for.
 *
 * A function takes the output and the target as they are, so its `targets` are empty: whatever comes is taken. It
 * gives one number for each row, `[n]`, or a scalar, which cannot be weighted by row.
 *
 * @throws {OptionError} when there is no loss of that name, or the choice is something else.
 * @throws {ShapeError} when tracing, if a function gives any other shape.
 * @example
 * lossOf('mse').rows(output, target).loss;
 */
export function lossOf(choice: LossName | (string & {}) | Loss | LossFunction): Loss {
  if (typeof choice === 'string') return choose<() => Loss>('loss', choice, LOSSES)();
  if (typeof choice === 'function') return fromFunction(choice);
  if (readGiven('loss', () => isLoss(choice))) return choice;
  throw new OptionError('loss: must be a name, a loss such as mse(), or a function of output and target', {
    got: describe(choice),
  });
}

/**
 * The loss that a saved name and configuration describe.
 *
 * @throws {OptionError} when there is no such loss, or it refuses the options.
 */
export function lossFrom(name: string, config: object): Loss {
  return choose<(options: object) => Loss>('loss', name, LOSSES)(config);
}

const TASKS: Readonly<Record<Loss['task'], true>> = { classes: true, binary: true, values: true };

function isLoss(choice: Loss): boolean {
  if (typeof choice !== 'object' || choice === null) return false;
  const { rows, targets, prediction, name, task } = choice;
  const functions = [rows, targets, prediction].every((part) => typeof part === 'function');
  return functions && typeof name === 'string' && typeof task === 'string' && Object.hasOwn(TASKS, task);
}

function fromFunction(compute: LossFunction): Loss {
  const factory = Object.entries<unknown>(LOSSES).find(([, loss]) => loss === compute)?.[0];
  if (factory !== undefined) {
    throw new OptionError(`loss: ${factory} makes a loss, it is none itself`, {
      hint: `call it: ${factory}()`,
    });
  }
  if (/^class\b/.test(readGiven('loss', () => Function.prototype.toString.call(compute))))
    throw new OptionError('loss: must be a function of output and target, got a class');
  const own = readGiven('loss', () => compute.name);
  const name = typeof own === 'string' && own !== '' ? own : 'custom';
  return {
    name,
    config: undefined,
    reduction: 'mean',
    task: 'values',
    targets: () => [],
    prediction: (output) => output,
    rows(output, target) {
      const loss = compute(output, target);
      if (!isTensor(loss)) throw new ShapeError(`loss ${name}: gives ${describe(loss)}, wanted a tensor`);
      const { shape } = loss;
      if (shape.length === 0 || (shape.length === 1 && shape[0] === output.shape[0])) return { loss };
      throw new ShapeError(`loss ${name}: must give a scalar or one number for each row`, {
        at: output.path || undefined,
        output: showShape(output.shape),
        loss: showShape(shape),
        hint: 'take the mean over the other axes',
      });
    },
  };
}
