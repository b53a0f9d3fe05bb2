/** Losses: what an output is compared with, and the price of each row. */
export { type BinaryCrossentropyOptions, binaryCrossentropy } from './binary.ts';
export { type CategoricalCrossentropyOptions, categoricalCrossentropy } from './categorical.ts';
export { type LossName, lossFrom, lossNames, lossOf } from './choose.ts';
export type { LossOptions } from './define.ts';
export { type KlOptions, kl } from './divergence.ts';
export { hinge, squaredHinge } from './hinge.ts';
export type { Loss, LossFunction, Reduction, TargetSpec } from './loss.ts';
export { reduceRows } from './reduce.ts';
export { type HuberOptions, huber, mae, mse } from './regression.ts';
