import { fed } from '../ir/tensor.ts';
import { ROWS } from './forward.ts';
import type { Subject } from './subject.ts';

/** Rows that are made when they are needed, so that there are never many at a time. */
export interface MadeRows {
  readonly rows: number;
  /** Writes row `i`. Rows are asked for in order. */
  readonly make: (i: number, into: Float32Array) => void;
  /** The output of row `i` that is wanted. */
  readonly target: (i: number) => number;
}

/** The scores of one output each, `[rows]`. */
export async function scoresOfMade(
  subject: Subject,
  { rows, make, target }: MadeRows,
  share?: (done: number) => number,
): Promise<Float32Array> {
  const { width, outputs } = subject;
  const picked = new Float32Array(rows);
  await subject.passes.run(
    {
      key: `scores ${subject.key}`,
      width,
      trace: (batch) => ({ scores: subject.scores(fed(ROWS, [batch, ...subject.shape])) }),
      rows,
      feed(from, count) {
        const x = new Float32Array(count * width);
        for (let i = 0; i < count; i++) make(from + i, x.subarray(i * width, (i + 1) * width));
        return { [ROWS]: x };
      },
      take({ scores }, from, count) {
        for (let i = 0; i < count; i++) picked[from + i] = scores![i * outputs + target(from + i)]!;
      },
    },
    share,
  );
  return picked;
}
