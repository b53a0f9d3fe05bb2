import { largest } from '../base/order.ts';
import { checkNumber } from '../base/ranges.ts';
import type { Model } from '../train/model.ts';
import { gamesOf, inputsRead } from './active-players.ts';
import { readBackground } from './baselines.ts';
import type { Explanation } from './explanation.ts';
import { conclude } from './findings.ts';
import { scoresOf } from './forward.ts';
import { EXPLAIN_OPTIONS, type ExplainOptions, MOST_DRAWS, readOptions } from './options.ts';
import { type Groups, playersOf } from './players.ts';
import { algorithmFor, checkAlgorithm, designOf, type ShapleyAlgorithm } from './shapley-algorithm.ts';
import { shapleyValues } from './shapley-values.ts';
import { type Explained, Subject } from './subject.ts';

/** Options of {@link shap}. */
export interface ShapOptions extends ExplainOptions {
  /** Rows that stand in for inputs that are away: one, or many that the model usually sees, such as a hundred. */
  readonly background: Explained;
  /**
   * `'exact'`, all coalitions; `'kernel'`, a weighted fit to some; `'permutation'`, some orders, forward and backward.
   * Default `'auto'`: exact where coalitions times background are at most 2¹⁸ rows for a row, else kernel, and
   * permutation for more than 1024 players.
   */
  readonly algorithm?: 'auto' | ShapleyAlgorithm;
  /**
   * Inputs that are there or away together, positions by name; each other input plays by itself. Default `'columns'`
   * with preprocessing: the original columns, so that a category is one player.
   */
  readonly groups?: Groups;
  /**
   * Coalitions, besides none and all, of `'kernel'` and `'permutation'`, which walks at least two orders. Default twice
   * the players and 2048.
   */
  readonly nSamples?: number;
  /** Decides what is drawn. Default 0. */
  readonly seed?: number;
}

/**
 * Shapley values (Shapley, 1953; Lundberg and Lee, 2017): what each input adds to the output, on average over the orders
 * in which inputs may become known. Inputs that are not known are those of the background, of all its rows in turn and
 * whatever the known ones are (the interventional game); a coalition S of inputs is worth
 *
 *     v(S) = 1/K · Σ_k f(x_S, b_k elsewhere).
 *
 * | name         | shape                                                                     |
 * | ------------ | ------------------------------------------------------------------------- |
 * | `inputs`     | `[n, …input]`, a table, or rows by name                                   |
 * | `background` | `[K, …input]`, a table, or rows by name                                   |
 * | `values`     | `[n, …input]`, with `target: 'all'` and an axis of outputs                |
 * | `baseValues` | `[n]`, the mean output over the background                                |
 * | `stdError`   | as `values`, where coalitions were drawn                                  |
 *
 * The values of a row add up to the output less the base value, however few coalitions there are. Inputs of a group
 * get equal shares of what falls to it, and of its standard error; `top` adds them up again. An input that no row of
 * the background differs in, or that a dense first layer does not read, gets exactly 0.
 *
 * Units: those of the output. Cost: 2^M·K rows forward for a row of M players (exact), (nSamples + 2)·K (kernel,
 * permutation); all outputs at once. A fit for hundreds of players takes up to a second of the main thread, once.
 *
 * The standard error is over what is drawn, and says nothing of the choice of the background. Of a kernel fit it is the
 * sandwich estimate over pairs of coalitions, such that 1.96 of it hold 95 %; it takes 8 samples for each player, and 80.
 * Of permutations it is that of their mean, with a degree of freedom less than there are orders; it takes 40 of them,
 * which are `80·(M - 1)` samples. With fewer it is NaN, and a warning says how many it takes.
 *
 * @throws {OptionError} for unknown options and targets, groups that overlap, a background that is missing, and more
 * than 20 players of an exact or 1024 of a kernel game.
 * @throws {ShapeError | DataError} for rows that the model cannot take.
 * @example
 * const why = await shap(model, rows, { background: trainingRows });
 * why.top(3); // [{ feature: 'plan', value: 'basic', attribution: 0.83 }, …]
 */
export async function shap(model: Model, inputs: Explained, options: ShapOptions): Promise<Explanation> {
  const known = [...EXPLAIN_OPTIONS, 'background', 'algorithm', 'groups', 'nSamples', 'seed'];
  const own = readOptions('shap', options, known);
  const { background: given, algorithm = 'auto', groups, nSamples, seed = 0, ...rest } = own;
  checkAlgorithm(algorithm);
  if (nSamples !== undefined)
    checkNumber('shap', 'nSamples', nSamples, { least: 4, most: MOST_DRAWS, whole: true });
  checkNumber('shap', 'seed', seed, { whole: true });
  const subject = new Subject('shap', model, inputs, rest);
  const background = readBackground('shap', subject, given);
  const players = playersOf('shap', subject, groups);
  const scores = await scoresOf(subject, subject.x, (done) => 0.01 * done);
  const baseScores = await meanScores(subject, background);
  const games = gamesOf(subject, players, background, await inputsRead(subject));
  const most = largest(games.map(({ active }) => active.length));
  const chosen = algorithmFor(algorithm, most, background.length / subject.width);
  const found = await shapleyValues(
    {
      ...{ subject, players, games, background, targets: subject.targets(scores) },
      design: (M) => designOf(chosen, M, nSamples ?? 2 * M + 2048, seed),
    },
    (done) => 0.02 + 0.98 * done,
  );
  const sampling = chosen !== 'exact' && { nSamples: nSamples ?? 2 * most + 2048, seed };
  return conclude({
    method: 'shap',
    options: { algorithm: chosen, background: background.length / subject.width, ...sampling },
    ...{ subject, scores, baseScores, groups: players },
    complete: true,
    ...found,
  });
}

/** The mean of the background's scores, once for each row that is explained. */
async function meanScores(subject: Subject, background: Float32Array): Promise<Float32Array> {
  const { outputs, rows } = subject;
  const scores = await scoresOf(subject, background, (done) => 0.01 + 0.01 * done);
  const sums = new Float64Array(outputs);
  for (let i = 0; i < scores.length; i++) sums[i % outputs]! += scores[i]!;
  return Float32Array.from(
    { length: rows * outputs },
    (_, i) => (sums[i % outputs]! * outputs) / scores.length,
  );
}
