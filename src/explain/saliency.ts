import type { Model } from '../train/model.ts';
import type { Explanation } from './explanation.ts';
import { conclude } from './findings.ts';
import { forTargets, gradientsOf, scoresOf } from './forward.ts';
import { EXPLAIN_OPTIONS, type ExplainOptions, readOptions } from './options.ts';
import { type Explained, Subject } from './subject.ts';

/** Options of {@link saliency}. */
export interface SaliencyOptions extends ExplainOptions {
  /** Sizes without signs. Default false. */
  readonly absolute?: boolean;
}

/**
 * How much the output rises with each input, at the row itself: the gradient (Simonyan, Vedaldi and Zisserman, 2014).
 *
 *     S_i = ∂f / ∂x_i
 *
 * | name     | shape                                                             |
 * | -------- | ----------------------------------------------------------------- |
 * | `inputs` | `[n, …input]`, a table, or rows by name                           |
 * | `values` | `[n, …input]`, with `target: 'all'` and an axis of outputs        |
 *
 * Units: output per input. Cost: one pass forward and one backward a row, with `'all'` one for each output.
 *
 * @throws {OptionError} for unknown options and targets.
 * @throws {ShapeError | DataError} for rows that the model cannot take.
 * @example
 * const { values } = await saliency(model, x, { target: 3 });
 */
export async function saliency(
  model: Model,
  inputs: Explained,
  options: SaliencyOptions = {},
): Promise<Explanation> {
  const { absolute = false, ...rest } = readOptions('saliency', options, [...EXPLAIN_OPTIONS, 'absolute']);
  const subject = new Subject('saliency', model, inputs, rest);
  const { values, scores } = await gradients(subject);
  if (absolute) for (let i = 0; i < values.length; i++) values[i] = Math.abs(values[i]!);
  return conclude({ method: 'saliency', options: { absolute }, subject, values, scores });
}

/**
 * Each input times its gradient (Shrikumar, Greenside and Kundaje, 2016): exact shares of the output for a network of
 * ReLUs without biases, first-order ones elsewhere.
 *
 *     A_i = x_i · ∂f / ∂x_i
 *
 * Shapes, cost and errors are those of {@link saliency}. Units: those of the output.
 *
 * @throws {OptionError | ShapeError | DataError} as {@link saliency}.
 * @example
 * const { values } = await inputXGradient(model, x);
 */
export async function inputXGradient(
  model: Model,
  inputs: Explained,
  options: ExplainOptions = {},
): Promise<Explanation> {
  const subject = new Subject(
    'inputXGradient',
    model,
    inputs,
    readOptions('inputXGradient', options, EXPLAIN_OPTIONS),
  );
  const { values, scores } = await gradients(subject);
  const K = values.length / subject.x.length;
  for (let i = 0; i < values.length; i++) values[i]! *= subject.x[Math.floor(i / K)]!;
  return conclude({ method: 'inputXGradient', options: {}, subject, values, scores });
}

/** Gradients of the outputs that are asked for, in the shape of values, and the scores. */
async function gradients(subject: Subject): Promise<{ values: Float32Array; scores: Float32Array }> {
  const { x, outputs, all } = subject;
  const asked = all ? outputs : 1;
  const scores = await scoresOf(subject, x, (done) => done / (1 + asked));
  const values = await forTargets(
    subject,
    scores,
    (seeds, share) => gradientsOf(subject, x, seeds, share),
    (done) => (1 + asked * done) / (1 + asked),
  );
  return { values, scores };
}
