import { DataError, OptionError } from '../base/errors.ts';
import { checkOptions } from '../base/options.ts';
import { checkNumber } from '../base/ranges.ts';
import type { Model } from '../train/model.ts';
import { type Session, sessionOf, type Weight } from '../train/session.ts';
import { Values } from '../train/values.ts';
import type { Cost } from './explanation.ts';
import { GradientProducts } from './gradient-products.ts';
import { type Examples, type Labelled, type LossChoice, readLabelled } from './labelled.ts';
import type { ExplainOptions } from './options.ts';
import { Passes } from './passes.ts';

/** Options of {@link influence} and {@link memorization}. */
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

/** Which training rows speak for and against predictions. */
export interface Influence {
  readonly method: 'influence';
  /** `[train, test]`: positive where training on a row lowers the loss of the other. */
  readonly values: Values;
  /** For each test row the training rows that lower its loss most, the most helpful first. */
  readonly proponents: readonly (readonly Influencer[])[];
  /** Those that raise it most, the most harmful first. */
  readonly opponents: readonly (readonly Influencer[])[];
  readonly loss: string;
  readonly checkpoints: number;
  /** How gradients were made: of batches, in factors, or for each row alone. */
  readonly gradients: 'in batches' | 'row by row';
  readonly cost: Cost;
}

/** How much of each training row the network has learned by heart. */
export interface Memorization {
  readonly method: 'memorization';
  /** Self-influence of each row, `[rows]`; never below 0. */
  readonly values: Values;
  /** The rows with the most, largest first: look at their labels. */
  readonly top: readonly Influencer[];
  readonly loss: string;
  readonly checkpoints: number;
  readonly gradients: 'in batches' | 'row by row';
  readonly cost: Cost;
}

/** Products that are kept at most: 128 MiB. */
const MOST = 1 << 25;

/**
 * How much each training row has lowered, or raised, the loss of each test row: TracIn (Pruthi, Liu, Kale and Sundararajan,
 * 2020, equation 1 over checkpoints).
 *
 *     I(z, z') = Σ_t η_t · ⟨∇L(z; w_t), ∇L(z'; w_t)⟩
 *
 * | name            | shape                                                    |
 * | --------------- | -------------------------------------------------------- |
 * | `train`, `test` | `[x, y]`, `{ x, y }`, or a table with the target         |
 * | `values`        | `[train, test]`                                          |
 *
 * The loss is that of a row, in inference mode, without penalties. For dense and normalising layers the inner products
 * come of batches, since the gradient of a row is an outer product; a model where the graph does not show that is passed
 * row by row, with the same numbers. Cost: a pass forward and backward of the training rows for each 256 test rows and
 * checkpoint, and products of all pairs.
 *
 * @throws {OptionError} when there is no loss, for learning rates that do not fit the checkpoints, and unknown options.
 * @throws {ShapeError | DataError} for rows that the model cannot take, and more than 2²⁵ pairs.
 * @example
 * const snapshots = weightSnapshots({ every: 10 });
 * await model.fit(x, y, { loss: 'mse', callbacks: [snapshots] });
 * const { proponents } = await influence(model, [x, y], [xTest, yTest], { checkpoints: snapshots.weights });
 */
export async function influence(
  model: Model,
  train: Examples,
  test: Examples,
  given: InfluenceOptions = {},
): Promise<Influence> {
  const asked = ask('influence', model, given);
  const from = readLabelled('influence', asked.session, train, asked.loss);
  const to = readLabelled('influence', asked.session, test, asked.loss);
  const [rows, columns] = [from.data.rows, to.data.rows];
  if (rows * columns > MOST) {
    throw new DataError(`influence: ${rows} training rows and ${columns} test rows are too many pairs`, {
      most: MOST,
      hint: 'ask for fewer test rows at a time',
    });
  }
  const sums = new Float32Array(rows * columns);
  const gradients = await overCheckpoints(asked, [from, to], (products, scale, share) =>
    products.add(from, to, scale, sums, share),
  );
  const each = Array.from({ length: columns }, (_, j) =>
    Float32Array.from({ length: rows }, (_, i) => sums[i * columns + j]!),
  );
  return {
    method: 'influence',
    values: new Values(sums, [rows, columns]),
    proponents: each.map((column) => largest(column, asked.top, 1)),
    opponents: each.map((column) => largest(column, asked.top, -1)),
    loss: from.loss.name,
    checkpoints: asked.rates.length,
    gradients,
    cost: asked.passes.cost,
  };
}

/**
 * The influence of each training row on itself (Pruthi et al., 2020, section 3): large for rows that the network could
 * only learn by heart, such as those with a wrong label. Takes what {@link influence} takes.
 *
 * | name     | shape                                            |
 * | -------- | ------------------------------------------------ |
 * | `train`  | `[x, y]`, `{ x, y }`, or a table with the target |
 * | `values` | `[rows]`                                         |
 *
 * Cost: a pass forward and backward for each checkpoint.
 *
 * @throws {OptionError | ShapeError | DataError} as {@link influence}.
 * @example
 * const { top } = await memorization(model, [x, y], { top: 20 });
 */
export async function memorization(
  model: Model,
  train: Examples,
  given: InfluenceOptions = {},
): Promise<Memorization> {
  const asked = ask('memorization', model, given);
  const from = readLabelled('memorization', asked.session, train, asked.loss);
  const sums = new Float32Array(from.data.rows);
  const gradients = await overCheckpoints(asked, [from], (products, scale, share) =>
    products.addNorms(from, scale, sums, share),
  );
  return {
    method: 'memorization',
    values: new Values(sums, [from.data.rows]),
    top: largest(sums, asked.top, 1),
    loss: from.loss.name,
    checkpoints: asked.rates.length,
    gradients,
    cost: asked.passes.cost,
  };
}

interface Asked {
  readonly session: Session;
  readonly loss: LossChoice | undefined;
  readonly checkpoints: InfluenceOptions['checkpoints'];
  readonly rates: readonly number[];
  readonly top: number;
  readonly passes: Passes;
}

function ask(where: string, model: Model, given: InfluenceOptions): Asked {
  const options = checkOptions(where, given, [
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
    typeof learningRate === 'number' ? Array<number>(count).fill(learningRate) : [...learningRate];
  if (rates.length !== count) {
    throw new OptionError(`${where}: ${rates.length} learning rates for ${count} checkpoints`);
  }
  for (const rate of rates) checkNumber(where, 'learningRate', rate, { least: 0 });
  const own = sessionOf(where, model);
  // Other weights go into a copy.
  const session = checkpoints === undefined ? own : own.twin(checkpoints[0]!);
  return { session, loss, checkpoints, rates, top, passes: new Passes(session, options) };
}

/** Runs something with the weights of each checkpoint, and says how gradients were made. */
async function overCheckpoints(
  { session, checkpoints, rates, passes }: Asked,
  sets: readonly Labelled[],
  run: (products: GradientProducts, rate: number, share: (done: number) => number) => Promise<void>,
): Promise<'in batches' | 'row by row'> {
  let inBatches = true;
  for (const [i, rate] of rates.entries()) {
    if (checkpoints !== undefined) await session.writeWeights(checkpoints[i]!);
    const products = await GradientProducts.of(session, passes, sets);
    try {
      await run(products, rate, (done) => (i + done) / rates.length);
    } finally {
      products.dispose();
    }
    inBatches &&= products.inBatches;
  }
  return inBatches ? 'in batches' : 'row by row';
}

/** The rows with the most, times `sign`, ties by position. */
function largest(values: Float32Array, count: number, sign: number): Influencer[] {
  const order = Array.from(values.keys()).sort((a, b) => sign * (values[b]! - values[a]!) || a - b);
  return order.slice(0, count).map((row) => ({ row, influence: values[row]! }));
}
