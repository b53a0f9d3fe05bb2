import { choose } from '../base/options.ts';
import { checkNumber } from '../base/ranges.ts';
import type { Model } from '../train/model.ts';
import {
  BASELINE_OPTIONS,
  type BaselineOptions,
  type BaselineRows,
  baseScoresOf,
  readBaselines,
} from './baselines.ts';
import { cutPaths, integratePieces, levelsOf } from './exact-path.ts';
import type { Explanation } from './explanation.ts';
import { conclude, type Findings } from './findings.ts';
import { forTargets, scoresOf } from './forward.ts';
import { EXPLAIN_OPTIONS, type ExplainOptions, readOptions } from './options.ts';
import { integrate } from './path.ts';
import { type Quadrature, type QuadratureRule, RULES } from './quadrature.ts';
import { type Explained, Subject } from './subject.ts';

/** How a path is summed up. */
export type PathMethod = QuadratureRule | 'exact';

/** Options of {@link integratedGradients}. */
export interface IntegratedGradientsOptions extends ExplainOptions, BaselineOptions {
  /** Points of a path at which the gradient is taken, 1 to 10,000; `'exact'` finds its own. Default 50. */
  readonly nSteps?: number;
  /** A rule for these points, or `'exact'`. Default `'gausslegendre'`. */
  readonly method?: PathMethod;
  /** Pieces that `'exact'` cuts a path into at most; of a row that bends more often it says so. Default 4096. */
  readonly maxPieces?: number;
}

const METHODS: Readonly<Record<PathMethod, ((n: number) => Quadrature) | undefined>> = {
  ...RULES,
  exact: undefined,
};
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
 * `convergenceDelta`, and in `warnings` where it is not small. `method: 'exact'` leaves none but rounding: it finds where
 * the path bends and takes the gradient once between two bends. It needs a model that is linear in pieces; another is
 * refused, naming the ops that are not.
 *
 * Units: those of the output. Cost: `nSteps` passes forward and backward a row; for `'exact'` one for each piece, and as many
 * forward for each layer that bends. A dense first layer is left out of them, since it is linear along a path.
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
  const known = [...EXPLAIN_OPTIONS, ...BASELINE_OPTIONS, 'nSteps', 'method', 'maxPieces'];
  const own = readOptions(WHERE, options, known);
  const { nSteps = 50, method = 'gausslegendre', maxPieces = 4096, ...rest } = own;
  checkNumber(WHERE, 'nSteps', nSteps, { least: 1, most: 10_000, whole: true });
  checkNumber(WHERE, 'maxPieces', maxPieces, { least: 1, most: 1 << 20, whole: true });
  const rule = choose(`${WHERE}: method`, method, METHODS);
  const quadrature = rule?.(nSteps);
  const subject = new Subject(WHERE, model, inputs, rest);
  const baselines = readBaselines(WHERE, subject, rest);
  const levels = quadrature === undefined ? levelsOf(WHERE, subject) : 0;
  const scores = await scoresOf(subject, subject.x, () => 0);
  const baseScores = await baseScoresOf(subject, baselines);
  const found =
    quadrature === undefined
      ? await exactly(subject, baselines, scores, levels, maxPieces)
      : await bySteps(subject, baselines, scores, quadrature);
  const about = quadrature === undefined ? { maxPieces } : { nSteps };
  return conclude({
    method: WHERE,
    options: { method, ...about, baselines: baselines.about },
    ...{ subject, scores, baseScores, ...found },
    complete: true,
  });
}

/** What the attributions of a method are, and what is to be said of them. */
type Found = Pick<Findings, 'values' | 'warnings' | 'remedy'>;

async function bySteps(
  subject: Subject,
  baselines: BaselineRows,
  scores: Float32Array,
  quadrature: Quadrature,
): Promise<Found> {
  const { x } = subject;
  const values = await forTargets(subject, scores, (seeds, share) =>
    integrate(subject, { x, baselines, seeds }, quadrature, share),
  );
  return { values, remedy: "take more nSteps, or method: 'exact' where the model is linear in pieces" };
}

async function exactly(
  subject: Subject,
  baselines: BaselineRows,
  scores: Float32Array,
  levels: number,
  most: number,
): Promise<Found> {
  const { x, rows } = subject;
  const { cuts, left } = await cutPaths(subject, { x, baselines }, levels, most, (done) => done / 2);
  const values = await forTargets(
    subject,
    scores,
    (seeds, share) => integratePieces(subject, { x, baselines, seeds }, cuts, share),
    (done) => (1 + done) / 2,
  );
  if (left === 0)
    return { values, remedy: 'the model jumps somewhere, or its numbers are too large for float32' };
  const why = `${left} of ${rows} rows bend more than ${most} times on their way, so theirs are sums of ${most} steps`;
  return { values, warnings: [why], remedy: 'raise maxPieces' };
}
