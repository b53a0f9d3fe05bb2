import type { Findings } from './findings.ts';
import { forTargets, sideBySide } from './forward.ts';
import { Moments, type Variant } from './moments.ts';
import { LEAST_DRAWS, openErrors } from './spread.ts';
import type { Subject } from './subject.ts';

/** Numbers of points that are made at once at most, so that the event loop gets its turn; rows of a step. */
const [NUMBERS, STEP] = [1 << 18, 512];

/** Points near the rows, the same number for each. */
export interface Draws {
  readonly count: number;
  /** Writes a point of a row to `points`, from element `to` on. */
  readonly point: (row: number, draw: number, points: Float32Array, to: number) => void;
}

/** Some points: which row and draw each is of. */
export interface Drawn {
  readonly points: Float32Array;
  readonly seeds: Float32Array;
  readonly row: (point: number) => number;
  readonly draw: (point: number) => number;
}

/** Attributions at points, `[points, width]`. */
export type Attribute = (drawn: Drawn, share: (done: number) => number) => Promise<Float32Array>;

/** What a sampling method gives. */
export type Sampled = Required<Pick<Findings, 'values' | 'stdError' | 'warnings'>>;

/** Attributions at each row's points as one: their mean, or another of the variants, with its standard error. */
export async function sample(
  subject: Subject,
  scores: Float32Array,
  draws: Draws,
  attribute: Attribute,
  variant: Variant = 'mean',
): Promise<Sampled> {
  const errors: Float32Array[] = [];
  const values = await forTargets(subject, scores, async (seeds, share) => {
    const one = await sampleOne(subject, seeds, draws, attribute, variant, share);
    errors.push(one.stdError);
    return one.values;
  });
  const least = LEAST_DRAWS[variant];
  return {
    values,
    stdError: sideBySide(errors),
    warnings: draws.count > 1 ? openErrors(draws.count, least, 'sample', 'nSamples') : [],
  };
}

async function sampleOne(
  subject: Subject,
  seeds: Float32Array,
  { count, point }: Draws,
  attribute: Attribute,
  variant: Variant,
  share: (done: number) => number,
): Promise<Pick<Sampled, 'values' | 'stdError'>> {
  const { width, rows, outputs: K } = subject;
  const values = new Float32Array(rows * width);
  const stdError = new Float32Array(rows * width);
  const moments = new Moments(width, variant);
  const all = rows * count;
  const size = sizeOfPart(width, count);
  for (let from = 0; from < all; from += size) {
    const n = Math.min(size, all - from);
    const row = (i: number): number => Math.floor((from + i) / count);
    const draw = (i: number): number => (from + i) % count;
    const points = new Float32Array(n * width);
    for (let i = 0; i < n; i++) point(row(i), draw(i), points, i * width);
    const theirs = Float32Array.from(
      { length: n * K },
      (_, i) => seeds[row(Math.floor(i / K)) * K + (i % K)]!,
    );
    const found = await attribute({ points, seeds: theirs, row, draw }, (done) =>
      share((from + n * done) / all),
    );
    for (let i = 0; i < n; i++) {
      if (draw(i) === 0) moments.clear();
      moments.add(found, i * width);
      if (draw(i) === count - 1) moments.write(values, stdError, row(i) * width);
    }
  }
  return { values, stdError };
}

/** Points of a part: all where there is one for each row, as the method itself would take them. */
function sizeOfPart(width: number, count: number): number {
  if (count === 1) return Number.POSITIVE_INFINITY;
  const most = Math.max(1, Math.floor(NUMBERS / width));
  return most < STEP ? most : most - (most % STEP);
}
