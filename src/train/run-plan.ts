import type { Graph } from '../compile/compile.ts';
import { fed, type Tensor } from '../ir/tensor.ts';
import { type Loss, reduceRows } from '../loss/index.ts';
import type { Optimizer } from '../optim/index.ts';
import type { Callback, RunFacts } from './callback.ts';
import type { Dataset } from './dataset.ts';
import type { Metric } from './metrics/index.ts';
import { ResponseScale } from './response.ts';
import type { Session } from './session.ts';
import { LEAVES, storedRows, traceStep } from './step.ts';

/** What decides the step of a run. */
export interface RunStep {
  readonly session: Session;
  readonly loss: Loss;
  readonly optimizer: Optimizer;
  readonly metrics: readonly Metric[];
  readonly train: Dataset;
}

/** A run, ready to go: everything is checked. */
export interface RunPlan extends RunStep {
  readonly validation: Dataset | undefined;
  readonly epochs: number;
  readonly batchSize: number;
  readonly shuffle: boolean;
  readonly signal: AbortSignal | undefined;
  readonly callbacks: readonly Callback[];
  readonly facts: RunFacts;
  /** The steps of its batches, by their rows. */
  readonly graphs: ReadonlyMap<number, Graph>;
}

/** Updates that a run will make: a last group of batches that is not full makes one, too. */
export function updatesOf({ accumulate }: Optimizer, { epochs, stepsPerEpoch }: RunFacts): number {
  return Math.max(1, Math.ceil((epochs * stepsPerEpoch) / accumulate));
}

/** What is known of a run before it begins. */
export function factsOf(
  plan: Pick<RunPlan, 'epochs' | 'batchSize' | 'metrics'>,
  rows: number,
  validated: boolean,
): RunFacts {
  const { epochs, batchSize, metrics } = plan;
  const own = ['loss', ...metrics.map(({ name }) => name)];
  return {
    epochs,
    stepsPerEpoch: Math.ceil(rows / batchSize),
    rows,
    logged: validated ? [...own, ...own.map((name) => `val_${name}`)] : own,
    better: (name) => {
      const bare = name.replace(/^val_/, '');
      return bare === 'loss' ? 'lower' : metrics.find((metric) => metric.name === bare)?.better;
    },
  };
}

/** Traces the steps of a run, of whole batches and of a last one that is shorter, by their rows. */
export function traceSteps(step: RunStep, batchSize: number): Map<number, Graph> {
  const last = step.train.rows % batchSize;
  const sizes = last === 0 ? [batchSize] : [batchSize, last];
  return new Map(sizes.map((size) => [size, traceBatch(step, size)]));
}

/** The step of a batch of so many rows, which are gathered from the stored data; labels are fed. */
function traceBatch({ session, optimizer, loss, train, metrics }: RunStep, batch: number): Graph {
  const { y, weight, rows } = train;
  const stored = { rows, index: fed(LEAVES.index, [batch], 'i32') };
  const shape = y.shape.slice(1);
  const target =
    y.data instanceof Int32Array
      ? fed(LEAVES.target, [batch, ...shape], 'i32')
      : storedRows(LEAVES.target, shape, stored);
  const lossOf = ([output]: readonly Tensor[]) => ({
    loss: reduceRows(
      loss.rows(output!, target),
      loss.reduction,
      weight && storedRows(LEAVES.weight, [], stored),
    ),
    ...(metrics.length > 0 && {
      fetch: { prediction: new ResponseScale(session, loss).measured(output!) },
    }),
  });
  return traceStep({ network: session.network, optimizer, batch, stored, loss: lossOf });
}
