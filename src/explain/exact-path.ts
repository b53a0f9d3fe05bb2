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

type Share = (done: number) => number;

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
  share: Share = (done) => done,
): Promise<{ readonly cuts: Cuts; readonly left: number }> {
  const cuts: Float64Array[] = [];
  const left = new Set<number>();
  await inBlocks(subject, ends, share, async (block, from, part) => {
    let some = whole(block.x.length / subject.width);
    for (let level = 0; level < levels; level++) {
      const crossings = new Crossings(some);
      await runPoints(subject, block, cutPoints(some), {
        key: `bends ${level}`,
        trace: (graph) => ({ values: bendsOf(graph, level) }),
        take: ({ values }, { count, real }) => crossings.take(values!, real, values!.length / count),
        share: (done) => part((level + done) / levels),
      });
      const merged = crossings.merge(most);
      some = merged.cuts;
      for (const row of merged.left) left.add(from + row);
    }
    cuts.push(...some);
  });
  return { cuts, left: left.size };
}

/** Rows whose paths are cut together: what JavaScript does for them is short, and their points are many. */
const BLOCK = 128;

/** Some work for a block of rows after the other, with the number of rows before it. */
async function inBlocks(
  { width }: Subject,
  { x, baselines, ...rest }: Ends,
  share: Share,
  work: (ends: Ends, from: number, share: Share) => Promise<void>,
): Promise<void> {
  const rows = x.length / width;
  for (let from = 0; from < rows; from += BLOCK) {
    const to = Math.min(from + BLOCK, rows);
    const cut = (all: Float32Array): Float32Array => all.subarray(from * width, to * width);
    const own = baselines.shared ? baselines : { ...baselines, data: cut(baselines.data) };
    await work({ ...rest, x: cut(x), baselines: own }, from, (done) =>
      share((from + (to - from) * done) / rows),
    );
  }
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
  share: Share = (done) => done,
): Promise<Float32Array> {
  const { width, outputs: K } = subject;
  const sums = new Float64Array(ends.x.length);
  await inBlocks(subject, ends, share, async (block, row0, part) => {
    const own = cuts.slice(row0, row0 + block.x.length / width);
    const weights = lengths(own);
    const points = middles(own);
    await runPoints(subject, block, points, {
      key: 'pieces',
      trace: sumOfSlopes,
      feed: (from, count) => ({
        seeds: Float32Array.from({ length: count * K }, (_, i) => {
          const point = from + Math.floor(i / K);
          return point < weights.length
            ? weights[point]! * seeds[(row0 + points.row[point]!) * K + (i % K)]!
            : 0;
        }),
      }),
      take({ values }, { first }) {
        for (let i = 0, to = (row0 + first) * width; i < values!.length; i++) sums[to++]! += values![i]!;
      },
      backward: 1,
      share: part,
    });
  });
  return Float32Array.from(sums);
}

function sumOfSlopes({ line, flat, row, rows }: PointsGraph): { readonly values: Tensor } {
  const { points, scores } = line.scores(flat);
  const [slopes] = grad(scores, [points], fed('seeds', scores.shape));
  return { values: line.back(scatterAdd(reshape(slopes!, flat.shape), row, rows)) };
}
