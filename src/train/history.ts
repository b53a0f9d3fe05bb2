/** Numbers of one epoch: the loss, metrics, and the same of the validation data with `val_` before the name. */
export interface EpochLogs {
  /** Counts from 1. */
  readonly epoch: number;
  readonly learningRate: number;
  /** Mean over the rows by their weights, penalties included; NaN when no row was trained on. */
  readonly loss: number;
  readonly [name: string]: number;
}

/** What a run leaves behind: plain data. */
export interface History {
  readonly epochs: readonly EpochLogs[];
  /** The last epoch; with 0 epochs its numbers are NaN. */
  readonly final: EpochLogs;
  /** `completed`, `aborted`, or why a callback stopped the run. */
  readonly stopReason: string;
  /** Training steps taken. */
  readonly steps: number;
}

/** The history of a run that ended. */
export function historyOf(epochs: readonly EpochLogs[], stopReason: string, steps: number): History {
  const none = { epoch: 0, learningRate: Number.NaN, loss: Number.NaN };
  return { epochs: [...epochs], final: epochs.at(-1) ?? none, stopReason, steps };
}
