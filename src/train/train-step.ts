import { checkOptions } from '../base/options.ts';
import type { Data } from '../data/matrix.ts';
import type { Tensor } from '../ir/tensor.ts';
import type { Loss, LossName } from '../loss/index.ts';
import type { Optimizer, OptimizerName } from '../optim/index.ts';
import type { Inputs } from './dataset.ts';
import type { Model } from './model.ts';
import type { Outputs } from './predict.ts';
import type { OutputsLoss } from './scalar-loss.ts';
import { sessionOf } from './session.ts';
import { type AnyLoss, Stepper } from './stepper.ts';

/** Options of {@link trainStep}. */
export interface TrainStepOptions {
  readonly loss: LossName | Loss | ((output: Tensor, target: Tensor) => Tensor);
  /** Default `adam`. */
  readonly optimizer?: OptimizerName | Optimizer;
  /** Updates that the learning-rate schedule runs over; a schedule that needs to know throws without it. */
  readonly totalSteps?: number;
}

/** One training step: call it with a batch. */
export interface TrainStep {
  /** Runs a step off the event loop and gives the loss before the update. */
  (x: Inputs, y: Data): Promise<{ readonly loss: number }>;
  /**
   * The same at once on this thread, for tiny networks.
   *
   * @throws {GliaError} `ERR_GLIA_STATE` while other calls on the model wait for their turn.
   */
  readonly sync: (x: Inputs, y: Data) => { readonly loss: number };
}

/**
 * A training step for a loop of one's own: loss, gradients and updates in one native call.
 *
 * | name | shape                                                          |
 * | ---- | -------------------------------------------------------------- |
 * | `x`  | `[n, …]` as the model takes it                                 |
 * | `y`  | what the loss takes; an Int32Array arrives as an int32 tensor  |
 *
 * A loss of one's own gets the output, or a list of all outputs where there are several; annotate it then:
 * `([value, logits]: readonly Tensor[], target) => …`. Each batch size is compiled once. Optimizer state lives as long as the step.
 *
 * A step whose loss or gradient is not finite throws NumericError and leaves weights, optimizer and counters as they were.
 * That costs a look at each gradient before the first update.
 *
 * @throws {OptionError} for unknown options; the step itself throws ShapeError, DataError or NumericError.
 * @example
 * const step = trainStep(net, { loss: 'mse', optimizer: adam({ learningRate: 1e-3 }) });
 * const { loss } = await step([[0, 1]], [[1]]);
 */
export function trainStep(model: Model<Outputs>, options: TrainStepOptions): TrainStep;
export function trainStep(
  model: Model<Outputs>,
  options: Omit<TrainStepOptions, 'loss'> & { readonly loss: OutputsLoss },
): TrainStep;
export function trainStep(model: Model<Outputs>, options: AnyLoss): TrainStep {
  const session = sessionOf('trainStep', model);
  const stepper = new Stepper(
    session,
    checkOptions('trainStep', options, ['loss', 'optimizer', 'totalSteps']),
  );
  const step = async (x: Inputs, y: Data) => stepper.step(x, y);
  const sync = (x: Inputs, y: Data) => stepper.sync(x, y);
  return Object.assign(step, { sync });
}
