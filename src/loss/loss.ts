import type { Shape } from '../base/shape.ts';
import type { Tensor } from '../ir/tensor.ts';

/** How the losses of the rows become one number. */
export type Reduction = 'mean' | 'sum';

/** What a loss wants to be compared with, for an output of a given shape (batch axis first). */
export interface TargetSpec {
  /** `labels`: one class index a row, int32 `[n]`. `values`: numbers in the output's own shape. */
  readonly kind: 'labels' | 'values';
  readonly shape: Shape;
  /** Number of classes, for `labels`; a label must be below it. */
  readonly classes?: number;
  /** A label that leaves its row out of the loss. */
  readonly ignoreIndex?: number | undefined;
  /**
   * What the numbers must be, for `values`: a `share` is in [0, 1], a `side` -1 or 1, and the numbers of a
   * `distribution` are not below 0 and add up to 1 along the last axis. Default: anything.
   */
  readonly wants?: 'share' | 'side' | 'distribution' | undefined;
}

/** A loss as graph: a number for each row of a batch. */
export interface Loss {
  readonly name: string;
  /** Options as plain data, from which a saved model makes the loss again; a function of one's own has none. */
  readonly config: Readonly<Record<string, unknown>> | undefined;
  readonly reduction: Reduction;
  /** The targets it takes for this output; more than one kind may do. None: whatever comes is taken as it is. */
  readonly targets: (output: Shape) => readonly TargetSpec[];
  /**
   * Loss of each row, `[n]`, and, where some rows count less or not at all, their weights, `[n]`. The mean divides
   * by the sum of the weights. A loss of one's own may give a scalar, `[]`, which cannot be weighted by row.
   */
  readonly rows: (output: Tensor, target: Tensor) => { readonly loss: Tensor; readonly weight?: Tensor };
  /** The prediction as people read it, such as probabilities where the output holds logits. */
  readonly prediction: (output: Tensor) => Tensor;
  /** What `fit` reports and a saved model remembers: probabilities of classes, of yes or no, or plain values. */
  readonly task: 'classes' | 'binary' | 'values';
}

/** A loss of one's own: from output and target to a scalar, or to one number a row. */
export type LossFunction = (output: Tensor, target: Tensor) => Tensor;
