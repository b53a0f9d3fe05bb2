import { grad } from '../compile/autodiff.ts';
import { fed, type Tensor } from '../ir/tensor.ts';
import { concat, max, neg, reshape, slice, sub, sum } from '../ops/index.ts';
import { ROWS } from './forward.ts';
import type { Subject } from './subject.ts';

/** By how much the best other class beats one, and how that rises with each number of the row. */
export interface Margins {
  /** `[rows]`; below 0 the class wins. */
  readonly margin: Float32Array;
  /** `[rows, width]`. */
  readonly gradient: Float32Array;
}

/** Margins of a class, and their gradients, in one pass. One output is the logit of class 1 against class 0. */
export async function marginsOf(
  subject: Subject,
  x: Float32Array,
  wanted: number,
  share: (done: number) => number,
): Promise<Margins> {
  const { width, shape, passes } = subject;
  const margin = new Float32Array(x.length / width);
  const gradient = new Float32Array(x.length);
  await passes.run(
    {
      key: `margins ${wanted} ${subject.key}`,
      rows: margin.length,
      width,
      trace: (batch) => {
        const leaf = fed(ROWS, [batch, ...shape]);
        const margins = traceMargins(subject, leaf, wanted, batch);
        return { margin: margins, gradient: grad(sum(margins), [leaf])[0]! };
      },
      feed: (from, count) => ({ [ROWS]: x.slice(from * width, (from + count) * width) }),
      take: (fetched, from) => {
        margin.set(fetched['margin']!, from);
        gradient.set(fetched['gradient']!, from * width);
      },
      cost: { forward: 1, backward: 1 },
    },
    share,
  );
  return { margin, gradient };
}

function traceMargins(subject: Subject, x: Tensor, wanted: number, batch: number): Tensor {
  const K = subject.outputs;
  const scores = reshape(subject.scores(x), [batch, K]);
  if (K === 1) return reshape(wanted === 1 ? neg(scores) : scores, [batch]);
  const columns = (from: number, to: number) =>
    from < to ? [slice(scores, [0, from], [batch, to - from])] : [];
  const others = concat([...columns(0, wanted), ...columns(wanted + 1, K)], 1);
  return sub(max(others, { axis: 1 }), reshape(columns(wanted, wanted + 1)[0]!, [batch]));
}
