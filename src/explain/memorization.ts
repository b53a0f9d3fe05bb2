import { type ProponentsOptions, proponents } from '../plot/proponents.ts';
import type { Model } from '../train/model.ts';
import { Values } from '../train/values.ts';
import { ask, type InfluenceOptions, type Influencer, largest, overCheckpoints } from './checkpoints.ts';
import type { Cost } from './explanation.ts';
import { type Examples, readLabelled } from './labelled.ts';
import { type Pictured, type Plain, withPicture } from './with-picture.ts';

/** How much of each training row the network has learned by heart. */
export interface Memorization extends Pictured<ProponentsOptions> {
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

/**
 * The influence of each training row on itself (Pruthi et al., 2020, section 3): large for rows that the network could
 * only learn by heart, such as those with a wrong label. Takes what `influence` takes.
 *
 * | name     | shape                                            |
 * | -------- | ------------------------------------------------ |
 * | `train`  | `[x, y]`, `{ x, y }`, or a table with the target |
 * | `values` | `[rows]`                                         |
 *
 * Cost: a pass forward and backward for each checkpoint.
 *
 * @throws {OptionError | ShapeError | DataError} as `influence`.
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
  const result: Plain<Memorization> = {
    method: 'memorization',
    values: new Values(sums, [from.data.rows]),
    top: largest(sums, asked.top, 1),
    loss: from.loss.name,
    checkpoints: asked.rates.length,
    gradients,
    cost: asked.passes.cost,
  };
  return withPicture(result, proponents);
}
