import { sizeOf } from '../base/shape.ts';
import type { Model } from '../train/model.ts';
import { BASELINE_OPTIONS, type BaselineOptions, baseScoresOf, readBaselines } from './baselines.ts';
import type { Explanation } from './explanation.ts';
import { conclude } from './findings.ts';
import { scoresOf } from './forward.ts';
import { EXPLAIN_OPTIONS, type ExplainOptions, readOptions } from './options.ts';
import { removals } from './removal.ts';
import { askedOutputs } from './shares.ts';
import { type Explained, Subject } from './subject.ts';
import { coverOf, type Lengths, windowsOver } from './windows.ts';

/** Options of {@link occlusion}. */
export interface OcclusionOptions extends ExplainOptions, BaselineOptions {
  /**
   * How long a window is along the last two axes of a row, or a length for each of its last axes. It goes through all of
   * the others, such as the channels of an image.
   */
  readonly window: Lengths;
  /** How far one window is from the next, at most as far as it is long. Default 1. */
  readonly stride?: Lengths;
}

/**
 * What the output loses when a window of the row is covered with the baseline: for each input the mean over the windows
 * that it is in (Zeiler and Fergus, 2014).
 *
 *     O_i = mean_{W ∋ i} (f(x) - f(x with b in W))
 *
 * | name     | shape                                                                |
 * | -------- | -------------------------------------------------------------------- |
 * | `inputs` | `[n, …input]`, of any number of axes, a table, or rows by name       |
 * | `values` | `[n, …input]`, with `target: 'all'` and an axis of outputs           |
 *
 * Windows begin at the first input and lie a stride apart; the last ones are cut off at the end. The values need not
 * add up to anything.
 *
 * Units: those of the output. Cost: a row forward for each window, and two; all outputs at once.
 *
 * @throws {OptionError} for unknown options, targets and baselines, windows that do not fit and strides that leave gaps.
 * @throws {ShapeError | DataError} for rows that the model cannot take.
 * @example
 * const why = await occlusion(model, images, { window: 5, stride: 2 });
 */
export async function occlusion(
  model: Model,
  inputs: Explained,
  options: OcclusionOptions,
): Promise<Explanation> {
  const known = [...EXPLAIN_OPTIONS, ...BASELINE_OPTIONS, 'window', 'stride'];
  const { window, stride = 1, ...rest } = readOptions('occlusion', options, known);
  const subject = new Subject('occlusion', model, inputs, rest);
  const baselines = readBaselines('occlusion', subject, rest);
  const windows = windowsOver('occlusion', subject.shape, window, stride);
  const cover = coverOf(windows, subject.shape);
  const scores = await scoresOf(subject, subject.x, () => 0.01);
  const baseScores = await baseScoresOf(subject, baselines);
  const sums = new Float64Array(sizeOf(subject.valuesShape));
  const asked = askedOutputs(subject, subject.targets(scores));
  await removals(
    {
      ...{ subject, baselines, asked },
      parts: windows.map((positions, w) => ({ column: `window ${w}`, outputs: positions })),
      take(losses, { row, at }) {
        for (const [w, positions] of windows.entries())
          for (const i of positions)
            sums[(row * subject.width + i) * asked(row).length + at]! += losses[w]! / cover[i]!;
      },
    },
    (done) => 0.02 + 0.98 * done,
  );
  const about = { window, stride, baselines: baselines.about };
  const values = Float32Array.from(sums);
  return conclude({ method: 'occlusion', options: about, subject, values, scores, baseScores });
}
