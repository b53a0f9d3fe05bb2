/** What can happen beside a run: the entry point `glia/callbacks`. */
export type { Callback, EndEvent, EpochEvent, Run, StepEvent, TrainEvent } from './callback.ts';
export { csvLog } from './csv-log.ts';
export { type EarlyStoppingOptions, earlyStopping } from './early-stopping.ts';
export { type ProgressOptions, type ProgressStream, progress } from './progress.ts';
export { type WeightSnapshots, weightSnapshots } from './weight-snapshots.ts';
