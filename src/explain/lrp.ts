import { checkOptions } from '../base/options.ts';
import { fed } from '../ir/tensor.ts';
import { mul } from '../ops/index.ts';
import type { Model } from '../train/model.ts';
import type { Explanation } from './explanation.ts';
import { conclude } from './findings.ts';
import { forTargets, ROWS, scoresOf } from './forward.ts';
import { checkNumbers, checkRule, type LrpNumbers, type LrpRule, rulesWith } from './lrp-rules.ts';
import { EXPLAIN_OPTIONS, type ExplainOptions, readOptions } from './options.ts';
import { relevance } from './relevance.ts';
import { type Explained, Subject } from './subject.ts';

/** Options of {@link lrp}. */
export interface LrpOptions extends ExplainOptions, LrpNumbers {
  /** How a layer shares what it gets among its inputs. Default `'epsilon'`. */
  readonly rule?: LrpRule;
  /** Rules of layers that have another, by the layer's name: `{ dense1: 'zplus' }`. */
  readonly rules?: Readonly<Record<string, LrpRule>>;
}

/**
 * Layer-wise relevance propagation (Bach et al., 2015; rules as in Montavon et al., 2019): the output is handed back
 * layer by layer, each of which shares what it gets among what contributed to it.
 *
 * | name         | shape                                                                     |
 * | ------------ | ------------------------------------------------------------------------- |
 * | `inputs`     | `[n, …input]`, a table, or rows by name                                   |
 * | `values`     | `[n, …input]`, with `target: 'all'` and an axis of outputs                |
 * | `baseValues` | what biases kept, and what a rule let go: values add up to output - this  |
 *
 * With `z` a contribution `x_j · w_jk` of an input to an output `k` of a layer, biases among them, and `R_k` what arrives
 * there, input j gets the sum over k of
 *
 *     epsilon     z / (Σz + ε · sign Σz) · R_k                 sign 0 = 1; ε = 0 is LRP-0
 *     zplus       z⁺ / Σz⁺ · R_k                               alphaBeta with α = 1
 *     alphaBeta   (α · z⁺ / Σz⁺ - β · z⁻ / Σz⁻) · R_k          α - β = 1
 *     gamma       (z + γ · zˢ) / Σ(z + γ · zˢ) · R_k           zˢ: those of the sign of Σz
 *
 * where `z⁺` is `z` above 0 (by the contribution, not by the weight alone) and `z⁻` below; a sum of 0 gives 0. It starts
 * from the output of the target itself and 0 for the others. What is linear within a layer shares together, with the bias
 * as one more contribution; what only moves or scales numbers hands everything on. A function of one number
 * hands on what it got. A divisor that varies, as in layer normalisation, counts as fixed (Ali et al., 2022); factors that
 * both vary get half each (Achtibat et al., 2024). An op for which no rule is known is refused. The rules were made for
 * networks of rectifiers: an activation that is not 0 at 0, such as a sigmoid, is not wrong here, but says less.
 *
 * Units: those of the output. Cost: one pass forward and one backward a row; the other rules than epsilon two to four
 * times that.
 *
 * @throws {OptionError} for unknown options, rules, layers and targets, and for a model with an op that has no rule.
 * @throws {ShapeError | DataError} for rows that the model cannot take.
 * @example
 * const { values, baseValues } = await lrp(model, x, { rule: 'zplus', rules: { dense3: 'epsilon' } });
 */
export async function lrp(model: Model, inputs: Explained, options: LrpOptions = {}): Promise<Explanation> {
  const known = [...EXPLAIN_OPTIONS, 'rule', 'rules', 'epsilon', 'alpha', 'beta', 'gamma'];
  const own = readOptions('lrp', options, known);
  const subject = new Subject('lrp', model, inputs, own);
  const numbers = checkNumbers(own);
  const rule = checkRule('lrp: rule', own.rule ?? 'epsilon');
  const rules = readRules(subject, own.rules ?? {});
  const found = await relevances(subject, { rule, rules, ...numbers });
  const used = new Set([rule, ...Object.values(rules)]);
  const about = {
    rule,
    ...(Object.keys(rules).length > 0 && { rules }),
    ...(used.has('epsilon') && { epsilon: numbers.epsilon }),
    ...(used.has('alphaBeta') && { alpha: numbers.alpha, beta: numbers.beta }),
    ...(used.has('gamma') && { gamma: numbers.gamma }),
  };
  return conclude({
    method: 'lrp',
    options: about,
    subject,
    ...found,
    complete: true,
    warnings: keptBySome(subject, found),
    remedy:
      'a layer whose contributions cancel makes large shares: try a larger epsilon, or the rule zplus or gamma',
  });
}

/** Says so where less than half of an output came through to the inputs. */
function keptBySome(
  subject: Subject,
  { scores, baseScores }: { readonly scores: Float32Array; readonly baseScores: Float32Array },
): string[] {
  const { rows, outputs, all } = subject;
  const target = subject.targets(scores);
  const asked = (i: number): boolean => all || target[Math.floor(i / outputs)] === i % outputs;
  const most = (kept: number, i: number): boolean => asked(i) && Math.abs(kept) > Math.abs(scores[i]! - kept);
  const count = baseScores.filter(most).length;
  if (count === 0) return [];
  return [
    `of ${count} of ${all ? rows * outputs : rows} outputs biases and the rule keep more than the inputs get; baseValues has it`,
  ];
}

/** Rules by layers that exist. */
function readRules(
  subject: Subject,
  given: Readonly<Record<string, string>>,
): Readonly<Record<string, LrpRule>> {
  const layers = [...new Set(subject.session.network.calls.map(({ name }) => name))];
  return Object.fromEntries(
    Object.entries(checkOptions('lrp: rules', given, layers)).map(([layer, name]) => [
      layer,
      checkRule(`lrp: rules.${layer}`, name),
    ]),
  );
}

type Settings = Required<LrpNumbers> & {
  readonly rule: LrpRule;
  readonly rules: Readonly<Record<string, LrpRule>>;
};

/** Relevances of the inputs, in the shape of values; scores, and what did not come through to the inputs. */
async function relevances(subject: Subject, settings: Settings) {
  const { x, rows, width, outputs, shape, passes } = subject;
  const weigh = rulesWith(settings);
  const ruleOf = (path: string) => weigh[settings.rules[path] ?? settings.rule];
  const scores = await scoresOf(subject, x, (done) => 0.2 * done);
  const baseScores = new Float32Array(rows * outputs);
  const one = async (seeds: Float32Array, share: (done: number) => number): Promise<Float32Array> => {
    const values = new Float32Array(rows * width);
    await passes.run(
      {
        key: `lrp ${subject.key} ${JSON.stringify(settings)}`,
        rows,
        width: width + outputs,
        trace: (batch) => {
          const leaf = fed(ROWS, [batch, ...shape]);
          const y = subject.scores(leaf);
          return { ...relevance(y, leaf, mul(y, fed('seeds', y.shape)), ruleOf) };
        },
        feed: (from, count) => ({
          [ROWS]: x.subarray(from * width, (from + count) * width),
          seeds: seeds.subarray(from * outputs, (from + count) * outputs),
        }),
        take: (fetched, from) => {
          values.set(fetched['values']!, from * width);
          fetched['kept']!.forEach((kept, i) => {
            const at = (from + i) * outputs;
            for (let k = at; k < at + outputs; k++) if (seeds[k] === 1) baseScores[k] = kept;
          });
        },
        cost: { forward: 1, backward: 1 },
      },
      share,
    );
    return values;
  };
  const values = await forTargets(subject, scores, one, (done) => 0.2 + 0.8 * done);
  return { values, scores, baseScores };
}
