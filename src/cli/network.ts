import type { BackendName } from '../backend/backend.ts';
import type { Prepared, Task } from '../data/index.ts';
import { dense, dropout } from '../nn/index.ts';
import { type Optimizer, optimizerOf } from '../optim/index.ts';
import { type Model, sequential } from '../train/model.ts';
import { type Arguments, fromOption, type OptionTable } from './arguments.ts';

/** What the network looks like and how it learns. */
export interface NetworkPlan {
  readonly hidden: readonly number[];
  /** Undefined: by the task. */
  readonly dropout: number | undefined;
  readonly optimizer: Optimizer;
  readonly epochs: number;
  readonly batchSize: number;
  readonly patience: number;
}

const HIDDEN = [128];
/** Classifiers gain from it on small tables, regressions lose. */
const DROPOUT: Readonly<Record<Task, number>> = { classification: 0.3, regression: 0 };
/** Larger than Adam's usual 0.001: early stopping catches what overshoots, and a run takes a third of the time. */
const LEARNING_RATE = 0.003;

/** Options of the network and its training, with their defaults in words. */
export const NETWORK_OPTIONS = {
  hidden: { value: 'SIZES', help: 'units of the hidden layers, such as 64,64, or "none" (default 128)' },
  dropout: {
    value: 'SHARE',
    help: 'dropout after hidden layers (default 0.3 for classification, 0 for regression)',
  },
  optimizer: { value: 'NAME', help: 'adam, adamw, sgd, rmsprop, adagrad or lion (default adam)' },
  'learning-rate': {
    value: 'NUMBER',
    help: "size of a step (default 0.003 for adam, else the optimizer's own)",
  },
  epochs: { value: 'N', help: 'most passes over the training rows (default 100)' },
  batch: { value: 'N', help: 'rows a step (default 64)' },
  patience: {
    value: 'N',
    help: 'epochs without a better validation loss before training ends (default 10)',
  },
} as const satisfies OptionTable;

/** Reads the options above. @throws {UsageError} */
export function planNetwork(args: Arguments): NetworkPlan {
  const name = args.text('optimizer') ?? 'adam';
  const said = args.number('learning-rate', { above: 0 });
  const learningRate = said ?? (name === 'adam' ? LEARNING_RATE : undefined);
  return {
    hidden: args.sizes('hidden') ?? HIDDEN,
    dropout: args.number('dropout', { least: 0, below: 1 }),
    optimizer: fromOption('optimizer', () => optimizerOf(name, { learningRate })),
    epochs: args.whole('epochs', 1) ?? 100,
    batchSize: args.whole('batch', 1) ?? 64,
    patience: args.whole('patience', 1) ?? 10,
  };
}

/** A network of dense layers for prepared columns. */
export function buildNetwork(
  plan: NetworkPlan,
  prepare: Prepared,
  task: Task,
  options: { readonly seed: number; readonly backend: BackendName | undefined },
): Model {
  const rate = plan.dropout ?? DROPOUT[task];
  const layers = plan.hidden.flatMap((units) => [
    dense(units, { activation: 'relu' }),
    ...(rate > 0 ? [dropout(rate)] : []),
  ]);
  const { seed, backend } = options;
  return sequential([...layers, dense(Math.max(1, prepare.classes.length))], {
    seed,
    prepare,
    ...(backend !== undefined && { backend }),
  });
}
