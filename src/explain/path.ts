import { grad } from '../compile/autodiff.ts';
import { fed, type Tensor } from '../ir/tensor.ts';
import { add, mul, reshape, sum } from '../ops/index.ts';
import type { BaselineRows } from './baselines.ts';
import { ROWS } from './forward.ts';
import { type LineSizes, START, traceLine } from './line.ts';
import type { Quadrature } from './quadrature.ts';
import type { Subject } from './subject.ts';

/** Points of paths that go through the model together: enough for products to run at full speed. */
const POINTS = 1024;

/** Straight paths, and which weighted sum of scores is followed along them. */
export interface Paths {
  /** Where they end, row behind row; they begin at the baselines. */
  readonly x: Float32Array;
  readonly baselines: BaselineRows;
  /** Weights of the scores, `[rows, outputs]`. */
  readonly seeds: Float32Array;
  /** Take a linear first layer out of the sum; default true. It changes roundings alone. */
  readonly collapse?: boolean;
}

/**
 * Gradients summed up along paths, times what the inputs travel, `[rows, width]`:
 *
 *     (x - b) · Σₖ wₖ ∇f(b + aₖ (x - b))
 */
export async function integrate(
  subject: Subject,
  { x, baselines, seeds, collapse = true }: Paths,
  quadrature: Quadrature,
  share: (done: number) => number = (done) => done,
): Promise<Float32Array> {
  const { width, outputs, passes } = subject;
  const { data, shared } = baselines;
  const values = new Float32Array(x.length);
  const parts = Math.ceil(quadrature.nodes.length / POINTS);
  for (let part = 0; part < parts; part++) {
    const nodes = partOf(quadrature.nodes, part, parts);
    const weights = partOf(quadrature.weights, part, parts);
    const count = nodes.length;
    await passes.run(
      {
        key: `path ${subject.key} ${count} ${shared} ${collapse}`,
        rows: x.length / width,
        width: 2 * width + outputs,
        most: Math.max(1, Math.floor(POINTS / count)),
        trace: (rows) => ({ values: tracePath(subject, { rows, shared, collapse }, count) }),
        each: { nodes, weights, ...(shared && { [START]: data }) },
        feed: (from, n) => ({
          [ROWS]: x.subarray(from * width, (from + n) * width),
          ...(!shared && { [START]: data.subarray(from * width, (from + n) * width) }),
          seeds: seeds.subarray(from * outputs, (from + n) * outputs),
        }),
        take: (fetched, from) => {
          const some = fetched['values']!;
          for (let i = 0, to = from * width; i < some.length; i++) values[to++]! += some[i]!;
        },
        cost: { forward: count, backward: count },
      },
      (done) => share((part + done) / parts),
    );
  }
  return values;
}

/** So many numbers that all parts have nearly as many, as float32. */
function partOf(all: Float64Array, part: number, parts: number): Float32Array {
  const [from, to] = [part, part + 1].map((i) => Math.floor((i * all.length) / parts));
  return Float32Array.from(all.subarray(from, to));
}

function tracePath(subject: Subject, sizes: LineSizes, nodes: number): Tensor {
  const { rows } = sizes;
  const { outputs } = subject;
  const line = traceLine(subject, sizes);
  const alphas = reshape(fed('nodes', [nodes]), [1, nodes, 1]);
  const along = (x: Tensor): Tensor => reshape(x, [x.shape[0]!, 1, -1]);
  const flat = reshape(add(along(line.start), mul(alphas, along(line.rise))), [rows * nodes, -1]);
  const { points, scores } = line.scores(flat);
  const weights = reshape(fed('weights', [nodes]), [1, nodes, 1]);
  const seeds = mul(along(fed('seeds', [rows, outputs])), weights);
  const [slopes] = grad(scores, [points], reshape(seeds, scores.shape));
  return line.back(sum(reshape(slopes!, [rows, nodes, -1]), { axis: 1 }));
}
