import { OptionError } from '../base/errors.ts';
import { grad } from '../compile/autodiff.ts';
import { fed, type Tensor } from '../ir/tensor.ts';
import { concat, reshape, scatterAdd } from '../ops/index.ts';
import { findKinks } from './kinks.ts';
import { traceLine } from './line.ts';
import type { Paths } from './path.ts';
import { Crossings, type Cuts, cutPoints, lengths, middles, whole } from './pieces.ts';
import { type Ends, type PointsGraph, runPoints } from './points.ts';
import type { Subject } from './subject.ts';

/**
 * How many levels of bends the model has.
 *
 * @throws {OptionError} when it is not linear in pieces, naming the ops.
 */
export function levelsOf(where: string, subject: Subject): number {
  const line = traceLine(subject, { rows: 1, shared: true, collapse: false });
  const { points, scores } = line.scores(line.start);
  const { levels, others } = findKinks(scores, points);
  if (others.length === 0) return levels.length;
  const names = new Set(others.flatMap(({ origin }) => (origin.kind === 'op' ? [origin.op.name] : [])));
  throw new OptionError(
    `${where}: 'exact' needs a model that is linear in pieces, and this one has ${[...names].join(', ')}`,
    {
      at: others[0]!.path || undefined,
      hint: "take method: 'gausslegendre'; convergenceDelta says how far it is off, and more nSteps bring it nearer",
    },
  );
}

/**
 * Cuts the paths where the model bends, level by level: what bends at a level is linear between the cuts of the levels
 * before it, so its values at these say where it passes zero.
 *
 * @param most pieces that a path is cut into.
 * @returns the cuts, and how many rows bend more often than that.
 */
export async function cutPaths(
  subject: Subject,
  ends: Ends,
  levels: number,
  most: number,
  share: (done: number) => number = (done) => done,
): Promise<{ readonly cuts: Cuts; readonly left: number }> {
  let cuts = whole(ends.x.length / subject.width);
  let left = 0;
  for (let level = 0; level < levels; level++) {
    const crossings = new Crossings(cuts);
    await runPoints(subject, ends, cutPoints(cuts), {
      key: `bends ${level}`,
      trace: (graph) => ({ values: bendsOf(graph, level) }),
      take: ({ values }, _first, count) => crossings.take(values!, count),
      share: (done) => share((level + done) / levels),
    });
    const merged = crossings.merge(most);
    cuts = merged.cuts;
    left = Math.max(left, merged.left);
  }
  return { cuts, left };
}

/** What bends the model at a level, for each of n points: `[n, …]`. */
function bendsOf({ line, flat }: PointsGraph, level: number): Tensor {
  const { points, scores } = line.scores(flat);
  const bends = findKinks(scores, points).levels[level]!;
  return concat(
    [...new Set(bends)].map((bend) => reshape(bend, [flat.shape[0]!, -1])),
    1,
  );
}

/** Gradients at the middle of each piece times its length, summed up, times what the inputs travel: `[rows, width]`. */
export async function integratePieces(
  subject: Subject,
  { seeds, ...ends }: Paths,
  cuts: Cuts,
  share: (done: number) => number = (done) => done,
): Promise<Float32Array> {
  const { width, outputs: K } = subject;
  const sums = new Float64Array(ends.x.length);
  const weights = lengths(cuts);
  const points = middles(cuts);
  await runPoints(subject, ends, points, {
    key: 'pieces',
    trace({ line, flat, row, rows }) {
      const { points: at, scores } = line.scores(flat);
      const [slopes] = grad(scores, [at], fed('seeds', scores.shape));
      return { values: line.back(scatterAdd(reshape(slopes!, flat.shape), row, rows)) };
    },
    feed: (from, count) => ({
      seeds: Float32Array.from({ length: count * K }, (_, i) => {
        const point = from + Math.floor(i / K);
        return weights[point]! * seeds[points.row[point]! * K + (i % K)]!;
      }),
    }),
    take({ values }, first) {
      for (let i = 0, to = first * width; i < values!.length; i++) sums[to++]! += values![i]!;
    },
    backward: 1,
    share,
  });
  return Float32Array.from(sums);
}
