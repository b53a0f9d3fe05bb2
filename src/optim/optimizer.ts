import type { Tensor } from '../ir/tensor.ts';
import type { Schedule } from './schedule.ts';

/** Options that every optimizer takes. */
export interface OptimizerOptions {
  /** Step size, a number or a schedule. */
  readonly learningRate?: number | Schedule;
  /** Scale the gradients of all parameters together to at most this norm (Pascanu et al., 2013). */
  readonly clipNorm?: number;
  /** Limit each gradient element to ± this value. */
  readonly clipValue?: number;
  /**
   * Average the gradients of this many batches before each update. Groups go over the end of an epoch; a last one that is
   * not full when `fit` ends, in whatever way, is applied and divided by the batches in it. Default 1.
   */
  readonly accumulate?: number;
}

/**
 * An update rule as graph: traced into the training step, once for each parameter.
 *
 * `state` names tensors of the parameter's shape that are carried from step to step. `scalars` gives, in double
 * precision, the numbers that change from step to step, such as bias corrections; they are fed, so that a schedule
 * never recompiles.
 */
export interface Optimizer {
  readonly name: string;
  /** Options as plain data, complete with defaults; saved with a checkpoint. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly schedule: Schedule;
  readonly clipNorm?: number;
  readonly clipValue?: number;
  readonly accumulate: number;
  /** Carried tensors and the value that each starts with. */
  readonly state: Readonly<Record<string, number>>;
  /** Numbers fed at update `t`, which counts from 1. `learningRate` is always among them. */
  readonly scalars: (t: number, learningRate: number) => Readonly<Record<string, number>>;
  readonly update: (
    param: Tensor,
    grad: Tensor,
    state: Readonly<Record<string, Tensor>>,
    scalars: Readonly<Record<string, Tensor>>,
  ) => { readonly param: Tensor; readonly state: Readonly<Record<string, Tensor>> };
}
