import { isA, readGiven } from '../base/check.ts';
import { describe, isRecord } from '../base/describe.ts';
import { OptionError, ShapeError } from '../base/errors.ts';
import { sameShape, showShape } from '../base/shape.ts';
import { type Data, toMatrix } from '../data/matrix.ts';
import type { Model } from '../train/model.ts';
import { Explanation } from './explanation.ts';
import type { ExplainOptions, Target } from './options.ts';
import { type Explained, Subject, type SubjectOptions } from './subject.ts';

/** Options of what watches one output of each row. */
export interface OneOutputOptions extends Pick<ExplainOptions, 'output' | 'signal' | 'onProgress'> {
  /** The output; of an explanation by default the one that it explains, else the predicted one. */
  readonly target?: 'predicted' | Target | readonly Target[];
}

/** Names of {@link OneOutputOptions}, for checks. */
export const ONE_OUTPUT_OPTIONS = ['target', 'output', 'signal', 'onProgress'] as const;

/**
 * Refuses all outputs at once.
 *
 * @throws {OptionError} saying what there is instead.
 */
export function checkOneOutput(where: string, { target }: OneOutputOptions): void {
  if (target !== 'all') return;
  throw new OptionError(`${where}: target must be one output of each row, got 'all'`, {
    hint: 'call it for each output',
  });
}

/** Attributions from elsewhere: rows, and a value for each of their numbers. */
export interface Attributed {
  readonly inputs: Explained;
  /** `[n, …input]`. */
  readonly values: Data;
}

/** Attributions that are to be judged: an explanation, or rows with values. */
export type Judged = Explanation | Attributed;

/** The rows and targets of attributions as something that can be asked again, and a value for each number of a row. */
export function readJudged(
  where: string,
  model: Model,
  judged: Judged,
  options: OneOutputOptions & SubjectOptions,
): { readonly subject: Subject; readonly values: Float32Array } {
  checkOneOutput(where, options);
  if (isA(judged, Explanation)) {
    const { data, target, output } = judged;
    const same = { target: [...target], output, ...options };
    return { subject: new Subject(where, model, data, same), values: valuesOf(judged) };
  }
  const own = readGiven(where, () =>
    isRecord(judged) && 'inputs' in judged && 'values' in judged
      ? { inputs: judged.inputs, values: judged.values }
      : undefined,
  );
  if (own === undefined) {
    throw new OptionError(`${where}: wanted an explanation or { inputs, values }`, {
      got: describe(judged),
      hint: 'give what a method gave: await saliency(model, x)',
    });
  }
  const subject = new Subject(where, model, own.inputs, options);
  const { data, shape } = toMatrix(own.values, 'values');
  const wanted = [subject.rows, ...subject.shape];
  if (!sameShape(shape, wanted)) {
    throw new ShapeError(`${where}: values do not have the shape of the inputs`, {
      values: showShape(shape),
      wanted: showShape(wanted),
    });
  }
  return { subject, values: Float32Array.from(data) };
}

/** A value for each number of the rows; of an explanation of all outputs those for its targets. */
export function valuesOf({ values, data, target }: Explanation): Float32Array {
  const K = values.data.length / data.data.length;
  if (K === 1) return values.data;
  const width = data.data.length / target.length;
  return Float32Array.from(data.data, (_, i) => values.data[i * K + target[Math.floor(i / width)]!]!);
}
