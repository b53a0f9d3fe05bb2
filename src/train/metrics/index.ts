// What users reach as `metrics.*`: plain functions of predictions and targets, and the factory for `fit`.
export { accuracy, balancedAccuracy, type TopKOptions, topKAccuracy } from './accuracy.ts';
export { cohenKappa, matthews } from './agreement.ts';
export type { Average, AverageOptions } from './average.ts';
export { averagePrecision } from './average-precision.ts';
export { ConfusionMatrix, type ConfusionOptions, confusionMatrix } from './confusion.ts';
export type { LabelOptions } from './labels.ts';
export type { Metric, MetricContext, Predictions, Targets, Task } from './metric.ts';
export { type FBetaOptions, f1, fBeta, precision, recall } from './precision-recall.ts';
export { brier, logLoss } from './probability.ts';
export {
  explainedVariance,
  meanAbsoluteError,
  meanSquaredError,
  r2,
  rootMeanSquaredError,
} from './regression.ts';
export { type RocCurve, rocAuc, rocCurve } from './roc.ts';
export { type MetricChoice, type MetricName, metricNames, topK } from './table.ts';
export type { Input, Values } from './values.ts';
export type { WeightOptions } from './weights.ts';
