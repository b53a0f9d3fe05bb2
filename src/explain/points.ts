import type { Arrays } from '../backend/backend.ts';
import type { NumberArray } from '../base/dtype.ts';
import { fed, type Tensor } from '../ir/tensor.ts';
import { add, gather, mul, reshape } from '../ops/index.ts';
import { ROWS } from './forward.ts';
import { type Line, START, traceLine } from './line.ts';
import type { Paths } from './path.ts';
import type { Points } from './pieces.ts';
import type { Subject } from './subject.ts';

/** Points that go through the model together, and numbers of their rows, at most. */
const [POINTS, NUMBERS] = [512, 1 << 20];

/** Between which rows and baselines the paths lie. */
export type Ends = Omit<Paths, 'seeds'>;

/** Some points of paths as graph. */
export interface PointsGraph {
  readonly line: Line;
  /** `[n, w]`: where they lie, as the line says it. */
  readonly flat: Tensor;
  /** `[n]`: the row of each, counted from the first that is fed. */
  readonly row: Tensor;
  /** How many rows are fed. */
  readonly rows: number;
}

/** A graph to be run over points of paths. */
export interface PointsPass {
  /** Stands for the graph. */
  readonly key: string;
  readonly trace: (graph: PointsGraph) => Readonly<Record<string, Tensor>>;
  /** More arrays for some points; those at the end may stand for nothing. */
  readonly feed?: (from: number, count: number) => Record<string, NumberArray>;
  /** Takes what was fetched for some points, whose rows were fed from row `first` on; `real` of `count` are no padding. */
  readonly take: (fetched: Arrays, part: { first: number; count: number; real: number }) => void;
  /** How often each point goes backward. */
  readonly backward?: number;
  readonly share?: (done: number) => number;
}

/** Runs a graph over points, which are ordered by rows; what a first layer makes of a row is shared by its points. */
export async function runPoints(
  subject: Subject,
  ends: Ends,
  points: Points,
  pass: PointsPass,
): Promise<void> {
  const { width, key, passes } = subject;
  const { x, baselines, collapse = true } = ends;
  const { data, shared } = baselines;
  const all = x.length / width;
  const real = points.row.length;
  const step = Math.max(1, Math.min(POINTS, Math.floor(NUMBERS / width)));
  const rows = Math.min(all, mostRows(points.row, step));
  const rowOf = (point: number): number => points.row[Math.min(point, real - 1)]!;
  const firstOf = (from: number): number => Math.min(rowOf(from), all - rows);
  await passes.run(
    {
      key: `${pass.key} ${key} ${rows} ${shared} ${collapse}`,
      rows: padded(real, step),
      width: 1,
      most: step,
      trace(n) {
        const line = traceLine(subject, { rows, shared, collapse });
        const row = fed('row', [n], 'i32');
        const start = shared ? line.start : gather(line.start, row);
        const alphas = reshape(fed('alphas', [n]), [n, 1]);
        const flat = add(start, mul(alphas, gather(line.rise, row)));
        return pass.trace({ line, flat, row, rows });
      },
      feed(from, count) {
        const first = firstOf(from);
        const [begin, end] = [first * width, (first + rows) * width];
        return {
          [ROWS]: x.subarray(begin, end),
          [START]: shared ? data : data.subarray(begin, end),
          row: Int32Array.from({ length: count }, (_, i) => rowOf(from + i) - first),
          alphas: Float32Array.from({ length: count }, (_, i) => points.alpha[from + i] ?? 0),
          ...pass.feed?.(from, count),
        };
      },
      take: (fetched, from, count) =>
        pass.take(fetched, { first: firstOf(from), count, real: Math.min(count, real - from) }),
      cost: { forward: 1, backward: pass.backward ?? 0 },
    },
    pass.share,
  );
}

/** A number of points that is one of few, since a program is compiled for each: whole steps, or a power of two. */
function padded(points: number, step: number): number {
  return points > step ? step * Math.ceil(points / step) : Math.min(step, powerAbove(points));
}

/** Rows that so many points behind each other lie in at most, or a few more. */
function mostRows(row: Int32Array, step: number): number {
  let most = 1;
  for (let from = 0; from < row.length; from += step) {
    const last = row[Math.min(from + step, row.length) - 1]!;
    most = Math.max(most, last - row[from]! + 1);
  }
  return powerAbove(most);
}

function powerAbove(n: number): number {
  return 2 ** Math.ceil(Math.log2(n));
}
