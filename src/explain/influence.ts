import { DataError } from '../base/errors.ts';
import { type ProponentsOptions, proponents } from '../plot/proponents.ts';
import type { Model } from '../train/model.ts';
import { Values } from '../train/values.ts';
import { ask, type InfluenceOptions, type Influencer, largest, overCheckpoints } from './checkpoints.ts';
import type { Cost } from './explanation.ts';
import { type Examples, readLabelled } from './labelled.ts';
import { type Pictured, type Plain, withPicture } from './with-picture.ts';

/** Which training rows speak for and against predictions. */
export interface Influence extends Pictured<ProponentsOptions> {
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
  const result: Plain<Influence> = {
    method: 'influence',
    values: new Values(sums, [rows, columns]),
    proponents: each.map((column) => largest(column, asked.top, 1)),
    opponents: each.map((column) => largest(column, asked.top, -1)),
    loss: from.loss.name,
    checkpoints: asked.rates.length,
    gradients,
    cost: asked.passes.cost,
  };
  return withPicture(result, proponents);
}
