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

/** Names of {@link ExplainOptions}, for checks. */
export const EXPLAIN_OPTIONS = ['target', 'output', 'featureNames', 'signal', 'onProgress'] as const;
