import { checkText, readGiven } from '../base/check.ts';
import { describe } from '../base/describe.ts';
import { OptionError } from '../base/errors.ts';
import { checkOptions } from '../base/options.ts';
import { checkNumber } from '../base/ranges.ts';
import { constant } from './constant.ts';
import type { Optimizer, OptimizerOptions } from './optimizer.ts';
import { noteBounds } from './ordinary.ts';
import type { Schedule } from './schedule.ts';

/** What one rule adds to what every optimizer has. */
export interface Rule extends Pick<Optimizer, 'state' | 'update'> {
  readonly name: string;
  /** The rule's own options, complete with defaults. */
  readonly config: Readonly<Record<string, number | boolean>>;
  readonly learningRate: number;
  /** Default: the learning rate alone. */
  readonly scalars?: Optimizer['scalars'];
}

/**
 * The own options of a rule, which takes `known` beside what every optimizer takes.
 *
 * @throws {OptionError} for an unknown one, and for what is not an object.
 */
export function ruleOptions<T extends OptimizerOptions>(
  name: string,
  options: T,
  known: readonly (string & keyof T)[],
): T {
  return checkOptions(name, options, [...known, 'learningRate', 'clipNorm', 'clipValue', 'accumulate']);
}

/** An optimizer out of a rule and the options that every optimizer takes, as {@link ruleOptions} gives them. */
export function optimizer(own: OptimizerOptions, rule: Rule): Optimizer {
  const { name, config, state, update } = rule;
  const { clipNorm, clipValue, accumulate = 1 } = own;
  const schedule = scheduleOf(name, own.learningRate ?? rule.learningRate);
  const clip = {
    ...(clipNorm !== undefined && { clipNorm: checkNumber(name, 'clipNorm', clipNorm, { above: 0 }) }),
    ...(clipValue !== undefined && { clipValue: checkNumber(name, 'clipValue', clipValue, { above: 0 }) }),
  };
  checkNumber(name, 'accumulate', accumulate, { least: 1, whole: true });
  noteBounds(update, config);
  return {
    name,
    config: { learningRate: { name: schedule.name, ...schedule.config }, ...config, ...clip, accumulate },
    schedule,
    ...clip,
    accumulate,
    state,
    scalars: rule.scalars ?? ((_t, learningRate) => ({ learningRate })),
    update,
  };
}

/** All parts of a schedule and not `at` alone, which every list has. */
function isSchedule(value: unknown): value is Schedule {
  if (typeof value !== 'object' || value === null) return false;
  const { name, config, at, watch } = value as { readonly [K in keyof Schedule]?: unknown };
  if (typeof name !== 'string' || typeof at !== 'function') return false;
  if (typeof config !== 'object' || config === null || Array.isArray(config)) return false;
  if (watch === undefined) return true;
  if (typeof watch !== 'object' || watch === null) return false;
  const { monitor, factor } = watch as { readonly monitor?: unknown; readonly factor?: unknown };
  return typeof monitor === 'string' && typeof factor === 'function';
}

/**
 * A learning rate as a schedule. `option` is what it is called where it was given.
 *
 * @throws {OptionError} when it is neither a number above 0 nor a schedule.
 * @example
 * const rate = scheduleOf('sgd', 0.01).at(step, total);
 */
export function scheduleOf(
  where: string,
  learningRate: number | Schedule,
  option = 'learningRate',
): Schedule {
  checkText('scheduleOf', 'where', where);
  checkText('scheduleOf', 'option', option);
  if (typeof learningRate === 'number') {
    checkNumber(where, option, learningRate, { above: 0 });
    return constant(learningRate);
  }
  if (readGiven(`${where}: ${option}`, () => isSchedule(learningRate))) return learningRate;
  throw new OptionError(`${where}: ${option} must be a number above 0 or a schedule`, {
    got: describe(learningRate),
    hint: 'such as 0.001, cosine({ peak: 0.003, warmup: 0.05 }), or one of your own: { name, config: {}, at: (update, updates) => … }',
  });
}
