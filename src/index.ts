/** The public face of glia. */
export type { BackendName } from './backend/backend.ts';
export {
  BackendError,
  DataError,
  type Facts,
  FileError,
  GliaError,
  LinkError,
  NumericError,
  OptionError,
  ProgramError,
  ShapeError,
} from './base/errors.ts';
export type { Shape } from './base/shape.ts';
export { grad } from './compile/autodiff.ts';
export type { Data } from './data/matrix.ts';
export type { Tensor } from './ir/tensor.ts';
export {
  binaryCrossentropy,
  categoricalCrossentropy,
  hinge,
  huber,
  kl,
  type Loss,
  type LossFunction,
  type LossName,
  mae,
  mse,
  squaredHinge,
} from './loss/index.ts';
export {
  type Activation,
  type ActivationName,
  activation,
  activations,
  add,
  type BatchNormOptions,
  batchNorm,
  type CallContext,
  type CustomLayer,
  type CustomParam,
  concat,
  type DenseOptions,
  dense,
  dropout,
  flatten,
  type Initializer,
  type InitializerName,
  type InputShape,
  init,
  input,
  type Layer,
  type LayerMaker,
  type LayerNormOptions,
  l1,
  l1l2,
  l2,
  layer,
  layerNorm,
  type NameOption,
  type Node,
  type Regularizer,
  reshape,
} from './nn/index.ts';
export * as ops from './ops/index.ts';
export * from './optim/index.ts';
export type { ClassWeight } from './train/class-weight.ts';
export type { EvaluateOptions } from './train/evaluate-model.ts';
export type { FitOptions } from './train/fit.ts';
export type { Validation } from './train/held-out.ts';
export type { BestEpoch, EpochLogs, History } from './train/history.ts';
export { type LoadOptions, load } from './train/load.ts';
export * as metrics from './train/metrics/index.ts';
export { Model, model, type SequentialOptions, sequential } from './train/model.ts';
export type {
  ClassPrediction,
  Named,
  Outputs,
  ProbabilityOptions,
  RowObject,
  RowPrediction,
  ValuePrediction,
} from './train/predict.ts';
export type { LinkName } from './train/response.ts';
export type { ModelOptions, Weight } from './train/session.ts';
export type { LayerSummary, Summary } from './train/summary.ts';
export { train } from './train/train.ts';
export { type TrainStep, type TrainStepOptions, trainStep } from './train/train-step.ts';
export { type ValueAndGrad, valueAndGrad } from './train/value-and-grad.ts';
export type { Values } from './train/values.ts';
