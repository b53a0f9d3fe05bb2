import { checkList } from '../base/check.ts';
import { OptionError } from '../base/errors.ts';
import { ascending, descending } from '../base/order.ts';
import { checkNumber } from '../base/ranges.ts';
import type { Model } from '../train/model.ts';
import { type Session, sessionOf, type Weight } from '../train/session.ts';
import { GradientProducts } from './gradient-products.ts';
import type { Labelled, LossChoice } from './labelled.ts';
import { type ExplainOptions, readOptions } from './options.ts';
import { Passes } from './passes.ts';

/** Options of `influence` and `memorization`. */
export interface InfluenceOptions extends Pick<ExplainOptions, 'signal' | 'onProgress'> {
  /** Default: the loss of the last training. */
  readonly loss?: LossChoice;
  /**
   * Weights at some times of the training, as `weights()` gives them and `weightSnapshots()` collects them. Default: those
   * that the model has now.
   */
  readonly checkpoints?: readonly Readonly<Record<string, Weight>>[];
  /** Learning rate at the checkpoints: one for all, or one for each. Default 1, which leaves out no more than a scale. */
  readonly learningRate?: number | readonly number[];
  /** Rows that are named at each end. Default 5. */
  readonly top?: number;
}

/** A training row and its influence. */
export interface Influencer {
  readonly row: number;
  readonly influence: number;
}

/** What is asked over some checkpoints; everything is checked. */
export interface Asked {
  readonly session: Session;
  readonly loss: LossChoice | undefined;
  readonly checkpoints: InfluenceOptions['checkpoints'];
  readonly rates: readonly number[];
  readonly top: number;
  readonly passes: Passes;
}

/** Checks options, and makes a copy of the model where other weights go into it. */
export function ask(where: string, model: Model, given: InfluenceOptions): Asked {
  const options = readOptions(where, given, [
    'loss',
    'checkpoints',
    'learningRate',
    'top',
    'signal',
    'onProgress',
  ]);
  const { loss, checkpoints, learningRate = 1, top = 5 } = options;
  checkNumber(where, 'top', top, { least: 0, whole: true });
  if (checkpoints !== undefined && !(Array.isArray(checkpoints) && checkpoints.length > 0)) {
    throw new OptionError(`${where}: checkpoints must be a list of weights, with one at least`, {
      hint: 'weightSnapshots() collects them while fit runs',
    });
  }
  const count = checkpoints?.length ?? 1;
  const rates =
    typeof learningRate === 'number'
      ? Array<number>(count).fill(learningRate)
      : checkList(where, 'learningRate', learningRate, 'a number, or a list of numbers');
  if (rates.length !== count) {
    throw new OptionError(`${where}: ${rates.length} learning rates for ${count} checkpoints`);
  }
  const checked = rates.map((rate) => checkNumber(where, 'learningRate', rate, { least: 0 }));
  const own = sessionOf(where, model);
  const session = checkpoints === undefined ? own : own.twin(checkpoints[0]!);
  return { session, loss, checkpoints, rates: checked, top, passes: new Passes(session, options) };
}

/** Runs something with the weights of each checkpoint, and says how gradients were made. */
export async function overCheckpoints(
  { session, checkpoints, rates, passes }: Asked,
  sets: readonly Labelled[],
  run: (products: GradientProducts, rate: number, share: (done: number) => number) => Promise<void>,
): Promise<'in batches' | 'row by row'> {
  let inBatches = true;
  for (const [i, rate] of rates.entries()) {
    if (checkpoints !== undefined) await session.writeWeights(checkpoints[i]!);
    const share = (done: number): number => (i + done) / rates.length;
    const products = await GradientProducts.of(session, passes, sets, share);
    try {
      await run(products, rate, share);
    } finally {
      products.dispose();
    }
    inBatches &&= products.inBatches;
  }
  return inBatches ? 'in batches' : 'row by row';
}

/** The rows with the most, times `sign`, ties by position. */
export function largest(values: Float32Array, count: number, sign: number): Influencer[] {
  const compare = sign > 0 ? descending : ascending;
  const order = Array.from(values.keys()).sort((a, b) => compare(values[a]!, values[b]!) || ascending(a, b));
  return order.slice(0, count).map((row) => ({ row, influence: values[row]! }));
}
