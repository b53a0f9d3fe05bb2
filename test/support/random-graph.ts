import { Random } from '../../src/base/random.ts';
import { broadcastShapes, type Shape, sameShape, sizeOf } from '../../src/base/shape.ts';
import type { Graph } from '../../src/compile/compile.ts';
import { fed, stored, type Tensor } from '../../src/ir/tensor.ts';
import * as ops from '../../src/ops/index.ts';

const SHAPES: readonly Shape[] = [[], [3], [1], [4, 3], [4, 1], [1, 3], [3, 4], [3, 3], [2, 4, 3], [2, 6]];
type Unary = (x: Tensor) => Tensor;
const SMOOTH: readonly Unary[] = [
  ops.tanh,
  ops.sigmoid,
  ops.neg,
  ops.abs,
  ops.relu,
  ops.square,
  ops.detach,
  ops.softmax,
];
const WHOLE: readonly Unary[] = [ops.neg, ops.abs, ops.relu, ops.sign, ops.square, ops.detach];
const BINARY = [ops.add, ops.sub, ops.mul, ops.maximum, ops.greater];

/** A graph with random wiring, and the leaves it reads. */
export interface RandomGraph {
  readonly graph: Graph;
  readonly stored: readonly Tensor[];
  readonly fed: readonly Tensor[];
}

/**
 * A graph of `size` applications whose wiring follows from `seed`: branches, views, broadcasts, carried values. With
 * `whole`, whole numbers in [-3, 3] at its leaves stay such everywhere, so that float32 computes it exactly.
 */
export function randomGraph(seed: number, size: number, whole = false): RandomGraph {
  const random = Random.of(seed, 'random graph');
  const pick = <T>(from: readonly T[]): T => from[random.integer(from.length)]!;
  const weights = Array.from({ length: 1 + random.integer(5) }, (_, i) => stored(`w${i}`, pick(SHAPES)));
  // Leaves of one shape can take each other's place.
  const twins = [stored('p', weights[0]!.shape), stored('q', weights[0]!.shape)];
  const feeds = Array.from({ length: random.integer(3) }, (_, i) => fed(`f${i}`, pick(SHAPES)));
  const index = fed('index', [2], 'i32');
  const pool: Tensor[] = [...weights, ...twins, ...feeds, ops.sub(1, whole ? 2 : 0.5)];
  const recent = () =>
    random.uniform() < 0.6 ? pool.at(-1 - random.integer(Math.min(4, pool.length)))! : pick(pool);
  while (pool.length < weights.length + twins.length + feeds.length + 1 + size) {
    const made = application(random, recent, index, whole ? WHOLE : SMOOTH);
    if (made !== undefined) pool.push(whole ? ops.clip(made, -3, 3) : made);
  }
  const leaves = [...weights, ...twins];
  const fetched = Array.from({ length: 1 + random.integer(3) }, () =>
    random.uniform() < 0.2 ? pick(pool) : recent(),
  );
  return {
    graph: {
      fetch: Object.fromEntries(fetched.map((tensor, i) => [`y${i}`, tensor])),
      carry: carries(random, leaves, pool),
    },
    stored: leaves,
    fed: [...feeds, index],
  };
}

function application(
  random: Random,
  pick: () => Tensor,
  index: Tensor,
  functions: readonly Unary[],
): Tensor | undefined {
  const a = pick();
  const b = pick();
  const kind = random.integer(12);
  if (kind <= 3) return binary(random, a, b);
  if (kind <= 6) return unary(random, a, functions);
  if (kind === 7) return product(random, a, b, pick());
  if (kind === 8) return folded(random, a);
  if (kind === 9) return ops.reshape(a, random.uniform() < 0.5 ? [sizeOf(a.shape)] : [1, ...a.shape]);
  if (kind === 10) return moved(random, a, index);
  const both = broadcastShapes(a.shape, b.shape);
  return both && ops.where(ops.greater(a, b), a, b);
}

function unary(random: Random, a: Tensor, functions: readonly Unary[]): Tensor {
  const f = functions[random.integer(functions.length)]!;
  return f === ops.softmax && a.shape.length === 0 ? ops.neg(a) : f(a);
}

function binary(random: Random, a: Tensor, b: Tensor): Tensor | undefined {
  const f = BINARY[random.integer(BINARY.length)]!;
  if (random.uniform() < 0.15)
    return random.uniform() < 0.5 ? f(a, random.integer(3)) : f(random.integer(3), a);
  return broadcastShapes(a.shape, b.shape) && f(a, b);
}

/** A product in whatever orientation fits, with a bias if `c` can be one. */
function product(random: Random, a: Tensor, b: Tensor, c: Tensor): Tensor | undefined {
  if (a.shape.length !== 2 || b.shape.length !== 2) return undefined;
  const orientations = [{}, { transB: true }, { transA: true }].filter(
    ({ transA, transB }: ops.MatmulOptions) => {
      return a.shape[transA ? 0 : 1] === b.shape[transB ? 1 : 0];
    },
  );
  if (orientations.length === 0) return undefined;
  const y = ops.matmul(a, b, orientations[random.integer(orientations.length)]);
  return sameShape(broadcastShapes(y.shape, c.shape) ?? [], y.shape) ? ops.add(y, c) : y;
}

function folded(random: Random, a: Tensor): Tensor | undefined {
  if (a.shape.length === 0) return undefined;
  const axis = random.integer(a.shape.length);
  return (random.uniform() < 0.7 ? ops.sum : ops.max)(a, { axis, keepDims: random.uniform() < 0.5 });
}

function moved(random: Random, a: Tensor, index: Tensor): Tensor | undefined {
  if (a.shape.length === 0) return ops.expand(a, [3]);
  const which = random.integer(3);
  if (which === 0) return ops.transpose(a);
  if (which === 1) return ops.gather(a, index);
  return a.shape[0]! > 1
    ? ops.slice(
        a,
        a.shape.map(() => 0),
        [a.shape[0]! - 1, ...a.shape.slice(1)],
      )
    : undefined;
}

/** Next values of some leaves: anything of their shape, often another leaf or one value for several. */
function carries(random: Random, leaves: readonly Tensor[], pool: readonly Tensor[]): [Tensor, Tensor][] {
  return leaves.flatMap((leaf): [Tensor, Tensor][] => {
    if (random.uniform() < 0.3) return [];
    const fitting = pool.filter((tensor) => sizeOf(tensor.shape) === sizeOf(leaf.shape));
    // The later half holds what was computed; the whole holds other leaves too.
    const from = random.uniform() < 0.7 ? fitting.slice(fitting.length >> 1) : fitting;
    const next = from[random.integer(from.length)]!;
    return [[leaf, sameShape(next.shape, leaf.shape) ? next : ops.reshape(next, leaf.shape)]];
  });
}
