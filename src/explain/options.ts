/** Which output of a model is explained. */
export type Target = number | string;

/** Options that every method of explanation takes. */
export interface ExplainOptions {
  /**
   * The output that is explained: `'predicted'`, for each row its largest; `'all'`, which gives the values a trailing
   * axis of outputs; an output by number or by the name of its class; or one of these for each row. Default
   * `'predicted'`.
   */
  readonly target?: 'predicted' | 'all' | Target | readonly Target[];
  /**
   * `'logit'`, the output before any softmax or sigmoid, or `'probability'`, after the one that the output or the loss
   * of the last training has. Default `'logit'`.
   */
  readonly output?: 'logit' | 'probability';
  /** Names of the inputs, as many as a row has numbers. Default: those of the preprocessing, else `x0`, `x1`, … */
  readonly featureNames?: readonly string[];
  /** Ends the work between two calls of the backend; the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called with the share that is done, from 0 to 1. */
  readonly onProgress?: (share: number) => void;
}

/** Names of {@link ExplainOptions}, for checks. */
export const EXPLAIN_OPTIONS = ['target', 'output', 'featureNames', 'signal', 'onProgress'] as const;
