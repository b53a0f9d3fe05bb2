import type { Loss } from '../loss/index.ts';
import type { Dataset } from '../train/dataset.ts';
import { evaluateDataset } from '../train/evaluate.ts';
import type { Metric } from '../train/metrics/metric.ts';
import type { Player } from './column-groups.ts';
import type { Subject } from './subject.ts';

/** A data set whose columns are to be shuffled, and what is measured of it. */
export interface Shuffles {
  readonly subject: Subject;
  readonly loss: Loss;
  /** Undefined for the loss. */
  readonly measure: Metric | undefined;
  readonly dataset: Dataset;
  readonly players: readonly Player[];
  readonly nRepeats: number;
  /** The permutation of a repeat. */
  readonly permutation: (repeat: number) => ArrayLike<number>;
  readonly signal: AbortSignal | undefined;
}

let measurements = 0;

/** The measure as it is, and how much worse it gets for each player and permutation. */
export async function worsenings(shuffles: Shuffles): Promise<{ base: number; raw: number[][] }> {
  const { subject, loss, measure, dataset, players, nRepeats, permutation, signal } = shuffles;
  const { session, passes, rows } = subject;
  const key = `importance ${measurements++} `;
  const steps = 1 + players.length * nRepeats;
  let done = 0;
  const measured = async (): Promise<number> => {
    passes.check();
    const { logs } = await evaluateDataset(session, loss, dataset, measure ? [measure] : [], key, signal);
    passes.forward += rows;
    passes.report(++done / steps);
    return logs[measure?.name ?? 'loss']!;
  };
  try {
    const base = await measured();
    const sign = measure?.better === 'higher' ? -1 : 1;
    const raw: number[][] = players.map(() => []);
    for (let repeat = 0; repeat < nRepeats; repeat++) {
      const order = permutation(repeat);
      for (const [p, { at }] of players.entries()) {
        shuffle(subject, dataset, at, order);
        // Not -0 for a column that is not used.
        raw[p]!.push(sign * ((await measured()) - base) + 0);
        shuffle(subject, dataset, at, undefined);
      }
    }
    return { base, raw };
  } finally {
    session.engine.forget(key);
  }
}

/** Writes the numbers of some positions as they are in the permuted rows; without a permutation as they were. */
function shuffle(
  { x, width, rows }: Subject,
  dataset: Dataset,
  at: readonly number[],
  permutation: ArrayLike<number> | undefined,
): void {
  const into = dataset.x[0]!.data;
  for (let row = 0; row < rows; row++) {
    const from = permutation?.[row] ?? row;
    for (const i of at) into[row * width + i] = x[from * width + i]!;
  }
}
