import { fed } from '../ir/tensor.ts';
import { ROWS } from './forward.ts';
import type { Subject } from './subject.ts';

/** Rows that are made as they are needed: changed copies of others, too many to be kept. */
export interface Variants {
  readonly rows: number;
  /** Writes row `i` into `into`, from `at` on. */
  readonly make: (i: number, into: Float32Array, at: number) => void;
  /** Takes the scores of row `i`, which stand in `scores` from `at` on. */
  readonly take: (i: number, scores: ArrayLike<number>, at: number) => void;
}

/** Scores of rows that are made batch by batch, by the programs of `scoresOf`. */
export async function scoreVariants(
  subject: Subject,
  { rows, make, take }: Variants,
  share?: (done: number) => number,
): Promise<void> {
  const { width, shape, outputs, passes } = subject;
  await passes.run(
    {
      key: `scores ${subject.key}`,
      rows,
      width,
      trace: (batch) => ({ scores: subject.scores(fed(ROWS, [batch, ...shape])) }),
      feed: (from, count) => {
        const x = new Float32Array(count * width);
        for (let i = 0; i < count; i++) make(from + i, x, i * width);
        return { [ROWS]: x };
      },
      take: ({ scores }, from, count) => {
        for (let i = 0; i < count; i++) take(from + i, scores!, i * outputs);
      },
    },
    share,
  );
}
