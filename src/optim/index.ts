/** Optimizers: how parameters follow their gradients. Schedules: how fast, over time. */
export { type AdagradOptions, adagrad } from './adagrad.ts';
export { type AdamOptions, adam, adamw } from './adam.ts';
export { type OptimizerName, optimizerOf } from './choose.ts';
export { clipByGlobalNorm, clipByValue, clipGradients, globalNorm } from './clip.ts';
export { constant } from './constant.ts';
export {
  type CosineOptions,
  type CosineRestartsOptions,
  cosine,
  cosineRestarts,
  type OneCycleOptions,
  oneCycle,
} from './cosine.ts';
export {
  type ExponentialOptions,
  exponential,
  type MultiStepOptions,
  multiStep,
  type PolynomialOptions,
  polynomial,
  type StepOptions,
  step,
} from './decay.ts';
export { type LionOptions, lion } from './lion.ts';
export type { Optimizer, OptimizerOptions } from './optimizer.ts';
export { type PlateauOptions, plateau } from './plateau.ts';
export { type RmspropOptions, rmsprop } from './rmsprop.ts';
export { scheduleOf } from './rule.ts';
export type { Schedule } from './schedule.ts';
export { type SgdOptions, sgd } from './sgd.ts';
export { type NoamOptions, noam, type WarmupOptions, warmup } from './warmup.ts';
