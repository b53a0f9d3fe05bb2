import { grad } from '../compile/autodiff.ts';
import { fed, type Tensor } from '../ir/tensor.ts';
import { mul, reshape, sub } from '../ops/index.ts';
import { firstProduct, substitute } from './first-product.ts';
import { ROWS } from './forward.ts';
import type { Subject } from './subject.ts';

/** Name under which baselines are fed. */
export const START = 'start';

/** Straight paths from baselines to rows as graph, seen behind the linear first layer where the model has one. */
export interface Line {
  /** The baselines there: `[rows, w]`, or `[1, w]` where one serves all rows. */
  readonly start: Tensor;
  /** What lies between them and the rows, `[rows, w]`: a point of the path is `start + alpha · rise`. */
  readonly rise: Tensor;
  /** The scores of n points `[n, w]`, and the tensor of the points that they are computed from. */
  readonly scores: (points: Tensor) => { readonly points: Tensor; readonly scores: Tensor };
  /** Gradients added up over a path, `[rows, w]`, times what each input travels: the shape of the rows. */
  readonly back: (total: Tensor) => Tensor;
}

/** What decides a line but the model. */
export interface LineSizes {
  readonly rows: number;
  /** Whether one baseline serves all rows. */
  readonly shared: boolean;
  /** Whether to take the linear first layer out. */
  readonly collapse: boolean;
}

/**
 * The line for rows and baselines fed as {@link ROWS} and {@link START}. Where the model begins with a product, that is
 * linear: it is taken once of the rows and the baselines instead of at each point, and gradients are added up before
 * they go back through it.
 */
export function traceLine(subject: Subject, { rows, shared, collapse }: LineSizes): Line {
  const { shape } = subject;
  const x = fed(ROWS, [rows, ...shape]);
  const b = fed(START, [shared ? 1 : rows, ...shape]);
  const way = sub(x, b);
  const first = (batch: number): { leaf: Tensor; cut: Tensor; scores: Tensor } => {
    const leaf = fed(`first ${batch}`, [batch, ...shape]);
    const scores = subject.scores(leaf);
    return { leaf, scores, cut: (collapse ? firstProduct(scores, leaf) : undefined) ?? leaf };
  };
  const through = (value: Tensor): Tensor => {
    const batch = value.shape[0]!;
    const { cut, leaf } = first(batch);
    return reshape(substitute(cut, leaf, value), [batch, -1]);
  };
  return {
    start: through(b),
    rise: through(way),
    scores(flat) {
      const { cut, scores } = first(flat.shape[0]!);
      const points = reshape(flat, cut.shape);
      return { points, scores: substitute(scores, cut, points) };
    },
    back(total) {
      const { cut, leaf } = first(rows);
      const there = reshape(total, cut.shape);
      const gradient = cut === leaf ? there : grad(cut, [leaf], there)[0]!;
      return mul(gradient, way);
    },
  };
}
