import { checkFunction, checkSignal } from '../base/check.ts';
import { checkOptions } from '../base/options.ts';
import { plainOf } from '../base/plain.ts';

/** Which output of a model is explained. */
export type Target = number | string;

/**
 * What an output is: `'logit'`, before a softmax or sigmoid; `'probability'`, after it; `'value'` of a model that has
 * neither, such as a regression.
 */
export type OutputKind = 'logit' | 'probability' | 'value';

/** Options that every method of explanation takes. */
export interface ExplainOptions {
  /**
   * The output that is explained: `'predicted'`, for each row its largest; `'all'`, which gives the values a trailing
   * axis of outputs; an output by number or by the name of its class; or one of these for each row. Default
   * `'predicted'`.
   */
  readonly target?: 'predicted' | 'all' | Target | readonly Target[];
  /**
   * `'logit'`, the output before any softmax or sigmoid, or `'probability'`, after the one that `predictProbabilities`
   * goes through. Default `'logit'`, or `'value'` of a model of values: those of a numeric target of the preprocessing
   * in its units.
   */
  readonly output?: OutputKind;
  /** Names of the inputs, as many as a row has numbers. Default: those of the preprocessing, else `x0`, `x1`, … */
  readonly featureNames?: readonly string[];
  /** Ends the work between two calls of the backend; the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called with the share that is done, from 0 to 1. */
  readonly onProgress?: (share: number) => void;
}

/** Draws, repeats and steps, at most: nobody waits for more. */
export const MOST_DRAWS = 1e6;

/** Names of {@link ExplainOptions}, for checks. */
export const EXPLAIN_OPTIONS = ['target', 'output', 'featureNames', 'signal', 'onProgress'] as const;

/** They are known by what they are, and have checks of their own. */
const AS_THEY_ARE: readonly string[] = ['loss', 'metric', 'signal', 'onProgress'];

/**
 * Options of a method, checked for names that there are none of, as plain data: lists, rows and groups are read once, here.
 * Tables and what else is of a class stay as they are.
 *
 * @throws {OptionError} for an unknown option, for one that cannot be read, and for a signal or a listener that is none.
 */
export function readOptions<T extends object>(where: string, options: T, known: readonly string[]): T {
  const own = checkOptions(where, options, known);
  for (const [key, value] of Object.entries(own))
    if (!AS_THEY_ARE.includes(key)) Reflect.set(own, key, plainOf(`${where}: ${key}`, value, 'kept'));
  const { signal, onProgress } = own as Pick<ExplainOptions, 'signal' | 'onProgress'>;
  checkSignal(where, signal);
  checkFunction(where, 'onProgress', onProgress);
  return own;
}
