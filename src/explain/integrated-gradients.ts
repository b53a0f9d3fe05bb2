import { checkOptions, choose } from '../base/options.ts';
import { checkNumber } from '../base/ranges.ts';
import type { Model } from '../train/model.ts';
import { BASELINE_OPTIONS, type BaselineOptions, type BaselineRows, readBaselines } from './baselines.ts';
import type { Explanation } from './explanation.ts';
import { conclude } from './findings.ts';
import { forTargets, scoresOf } from './forward.ts';
import { EXPLAIN_OPTIONS, type ExplainOptions } from './options.ts';
import { integrate } from './path.ts';
import { type QuadratureRule, RULES } from './quadrature.ts';
import { type Explained, Subject } from './subject.ts';

/** Options of {@link integratedGradients}. */
export interface IntegratedGradientsOptions extends ExplainOptions, BaselineOptions {
  /** Points of a path at which the gradient is taken, 1 to 10,000.  Default 50. */
  readonly nSteps?: number;
  /** The rule for these points. Default `'gausslegendre'`. */
  readonly method?: QuadratureRule;
}

const WHERE = 'integratedGradients';

/**
 * Shares of the difference between what the model says of a row and of its baseline: the gradient, averaged over the
 * straight path from one to the other (Sundararajan, Taly and Yan, 2017, equation 1). They add up to the difference.
 *
 *     A_i = (x_i - b_i) · ∫₀¹ ∂f/∂x_i (b + α (x - b)) dα
 *
 * | name         | shape                                                                     |
 * | ------------ | ------------------------------------------------------------------------- |
 * | `inputs`     | `[n, …input]`, a table, or rows by name                                   |
 * | `values`     | `[n, …input]`, with `target: 'all'` and an axis of outputs                |
 * | `baseValues` | `[n]`, with `'all'` `[n, outputs]`: what the model says of the baselines  |
 *
 * The integral is a sum over `nSteps` points: by the rule of Gauss and Legendre, or a Riemann sum over left ends, right
 * ends, middles or trapezoids. A network that bends, as with ReLUs, leaves an error of about a percent; it is in
 * `convergenceDelta`, and in `warnings` where it is not small.
 *
 * Units: those of the output. Cost: `nSteps` passes forward and backward a row; a dense first layer is left out of them,
 * since it is linear along a path.
 *
 * @throws {OptionError} for unknown options, targets and baselines.
 * @throws {ShapeError | DataError} for rows and baselines that the model cannot take.
 * @example
 * const { values, convergenceDelta } = await integratedGradients(model, x, { baselines: 'mean', background: train });
 */
export async function integratedGradients(
  model: Model,
  inputs: Explained,
  options: IntegratedGradientsOptions = {},
): Promise<Explanation> {
  const known = [...EXPLAIN_OPTIONS, ...BASELINE_OPTIONS, 'nSteps', 'method'];
  const { nSteps = 50, method = 'gausslegendre', ...rest } = checkOptions(WHERE, options, known);
  checkNumber(WHERE, 'nSteps', nSteps, { least: 1, most: 10_000, whole: true });
  const quadrature = choose(`${WHERE}: method`, method, RULES)(nSteps);
  const subject = new Subject(WHERE, model, inputs, rest);
  const baselines = readBaselines(WHERE, subject, rest);
  const { x } = subject;
  const scores = await scoresOf(subject, x, () => 0);
  const baseScores = await baseScoresOf(subject, baselines);
  const values = await forTargets(subject, scores, (seeds, share) =>
    integrate(subject, { x, baselines, seeds }, quadrature, share),
  );
  return conclude({
    method: WHERE,
    options: { method, nSteps, baselines: baselines.about },
    ...{ subject, values, scores, baseScores },
    complete: true,
    remedy: 'take more steps',
  });
}

/** What the model says of the baseline of each row, `[rows, outputs]`. */
export async function baseScoresOf(subject: Subject, { data, shared }: BaselineRows): Promise<Float32Array> {
  const scores = await scoresOf(subject, data, () => 0);
  if (!shared) return scores;
  const { rows, outputs } = subject;
  return Float32Array.from({ length: rows * outputs }, (_, i) => scores[i % outputs]!);
}
