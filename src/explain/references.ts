import { type BaselineOptions, readBackground, readBaselines, spread } from './baselines.ts';
import { scoresOf } from './forward.ts';
import type { Subject } from './subject.ts';

/** Rows that the explained ones are compared with: each with its own, or each with all. */
export interface References {
  readonly data: Float32Array;
  /** How many each row is compared with, and where the k-th of them stands. */
  readonly each: number;
  readonly at: (row: number, k: number) => number;
  readonly about: Readonly<Record<string, unknown>>;
}

/**
 * A background by itself is what each row is compared with; else there is one reference for each.
 *
 * @throws {OptionError | ShapeError | DataError} for what cannot be read.
 */
export function readReferences(
  where: string,
  subject: Subject,
  { baselines, background }: BaselineOptions,
): References {
  if (background !== undefined && baselines === undefined) {
    const data = readBackground(where, subject, background);
    const each = data.length / subject.width;
    return { data, each, at: (_row, k) => k, about: { background: each } };
  }
  const rows = readBaselines(where, subject, {
    ...(baselines !== undefined && { baselines }),
    ...(background !== undefined && { background }),
  });
  return { data: spread(rows, subject), each: 1, at: (row) => row, about: { baselines: rows.about } };
}

/** What the model says of the references of each row, `[rows, outputs]`: the mean, where there are several. */
export async function referenceScoresOf(
  subject: Subject,
  { data, each, at }: References,
  share: (done: number) => number,
): Promise<Float32Array> {
  const { rows, outputs } = subject;
  const scores = await scoresOf(subject, data, share);
  return Float32Array.from({ length: rows * outputs }, (_, i) => {
    const [row, output] = [Math.floor(i / outputs), i % outputs];
    let sum = 0;
    for (let k = 0; k < each; k++) sum += scores[at(row, k) * outputs + output]!;
    return sum / each;
  });
}
