import { isA } from '../base/check.ts';
import { deletionCurve } from '../plot/deletion-curve.ts';
import type { ResultOptions } from '../plot/results/result.ts';
import type { Model } from '../train/model.ts';
import { CURVE_OPTIONS, type Curve, type CurveOptions, deletion, insertion } from './curves.ts';
import type { Cost } from './explanation.ts';
import { Explanation } from './explanation.ts';
import { type Infidelity, infidelity } from './infidelity.ts';
import type { Attributed, Judged } from './judged.ts';
import { readOptions } from './options.ts';
import { type Method, methodOf, type Sensitivity, sensitivity } from './sensitivity.ts';
import { type Pictured, type Plain, withPicture } from './with-picture.ts';

/** Options of {@link faithfulness}. */
export interface FaithfulnessOptions extends CurveOptions {
  /** The method that made the attributions, to ask it how steady it is. Default: sensitivity is left out. */
  readonly method?: Method;
}

/** What there is to say for and against attributions. */
export interface Faithfulness extends Pictured<ResultOptions> {
  readonly deletion: Curve;
  readonly insertion: Curve;
  readonly infidelity: Infidelity;
  readonly sensitivity?: Sensitivity;
  readonly cost: Cost;
  readonly warnings: readonly string[];
}

/**
 * Whether attributions say what the model does: {@link deletion}, {@link insertion}, {@link infidelity} and, of a method
 * that is given, {@link sensitivity}, each with its usual options.
 *
 * | name     | shape                                                              |
 * | -------- | ------------------------------------------------------------------ |
 * | `judged` | an explanation of `n` rows, or `{ inputs, values }`, both `[n, …]`  |
 *
 * The curves are of probabilities, the rest is of the output that was explained. Cost: that of its parts.
 *
 * @throws {OptionError | ShapeError | DataError} as its parts.
 * @example
 * const { deletion, insertion } = await faithfulness(model, await saliency(model, x), { method: saliency });
 */
export async function faithfulness(
  model: Model,
  judged: Judged,
  given: FaithfulnessOptions = {},
): Promise<Faithfulness> {
  const { method, ...curves } = readOptions('faithfulness', given, [...CURVE_OPTIONS, 'method']);
  if (method !== undefined) methodOf('faithfulness', method);
  const { seed = 0, onProgress, signal, target, output } = curves;
  const started = performance.now();
  const parts = method === undefined ? 3 : 4;
  let done = 0;
  const part = <T>(run: (options: CurveOptions) => Promise<T>): Promise<T> => {
    const before = done++;
    return run({ ...(signal && { signal }), onProgress: (share) => onProgress?.((before + share) / parts) });
  };
  const same = { seed, ...(target !== undefined && { target }) };
  const explained = isA(judged, Explanation) ? judged.output : output;
  const slopes = { ...same, ...(explained && { output: explained }) };
  const fallen = await part((own) => deletion(model, judged, { ...curves, ...own }));
  const risen = await part((own) => insertion(model, judged, { ...curves, ...own }));
  const missed = await part((own) => infidelity(model, judged, { ...slopes, ...own }));
  const inputs = isA(judged, Explanation) ? judged.data : (judged as Attributed).inputs;
  const moved = method && (await part((own) => sensitivity(model, inputs, method, { ...slopes, ...own })));
  const costs = [fallen, risen, missed, ...(moved ? [moved] : [])].map(({ cost }) => cost);
  const result: Plain<Faithfulness> = {
    deletion: fallen,
    insertion: risen,
    infidelity: missed,
    ...(moved && { sensitivity: moved }),
    cost: {
      forward: costs.reduce((sum, { forward }) => sum + forward, 0),
      backward: costs.reduce((sum, { backward }) => sum + backward, 0),
      ms: performance.now() - started,
    },
    warnings: [...new Set([fallen, risen, ...(moved ? [moved] : [])].flatMap(({ warnings }) => warnings))],
  };
  return withPicture(result, deletionCurve);
}
