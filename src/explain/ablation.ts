import { sizeOf } from '../base/shape.ts';
import type { Model } from '../train/model.ts';
import { BASELINE_OPTIONS, type BaselineOptions, baseScoresOf, readBaselines } from './baselines.ts';
import type { Explanation } from './explanation.ts';
import { conclude } from './findings.ts';
import { scoresOf } from './forward.ts';
import { EXPLAIN_OPTIONS, type ExplainOptions, readOptions } from './options.ts';
import { type Groups, playersOf } from './players.ts';
import { removals } from './removal.ts';
import { askedOutputs, giveShares } from './shares.ts';
import { type Explained, Subject } from './subject.ts';

/** Options of {@link featureAblation}. */
export interface AblationOptions extends ExplainOptions, BaselineOptions {
  /**
   * Inputs that are taken away together, positions by name; each other input by itself. Default `'columns'` with
   * preprocessing: the original columns.
   */
  readonly groups?: Groups;
}

/**
 * What the output loses when an input takes the number of the baseline and all others stay.
 *
 *     A_i = f(x) - f(x with b_i in the place of x_i)
 *
 * | name     | shape                                                      |
 * | -------- | ---------------------------------------------------------- |
 * | `inputs` | `[n, …input]`, a table, or rows by name                    |
 * | `values` | `[n, …input]`, with `target: 'all'` and an axis of outputs |
 *
 * Inputs of a group get equal shares of what it makes; `top` adds them up again. The values need not add up to anything:
 * inputs that stand in for each other get little, each by itself. An input that is as in the baseline, or that a dense
 * first layer does not read, gets exactly 0.
 *
 * Units: those of the output. Cost: a row forward for each group, and two; all outputs at once.
 *
 * @throws {OptionError} for unknown options, targets and baselines, and groups that overlap.
 * @throws {ShapeError | DataError} for rows that the model cannot take.
 * @example
 * const why = await featureAblation(model, rows, { baselines: 'mean', background: trainingRows });
 */
export async function featureAblation(
  model: Model,
  inputs: Explained,
  options: AblationOptions = {},
): Promise<Explanation> {
  const known = [...EXPLAIN_OPTIONS, ...BASELINE_OPTIONS, 'groups'];
  const { groups: given, ...rest } = readOptions('featureAblation', options, known);
  const subject = new Subject('featureAblation', model, inputs, rest);
  const baselines = readBaselines('featureAblation', subject, rest);
  const groups = playersOf('featureAblation', subject, given);
  const scores = await scoresOf(subject, subject.x, () => 0.01);
  const baseScores = await baseScoresOf(subject, baselines);
  const values = new Float32Array(sizeOf(subject.valuesShape));
  const asked = askedOutputs(subject, subject.targets(scores));
  await removals(
    {
      ...{ subject, baselines, parts: groups, asked },
      take(losses, place) {
        for (const [g, { outputs }] of groups.entries())
          giveShares(subject, values, place, outputs, losses[g]!);
      },
    },
    (done) => 0.02 + 0.98 * done,
  );
  const about = { baselines: baselines.about };
  return conclude({ method: 'featureAblation', options: about, subject, values, scores, baseScores, groups });
}
