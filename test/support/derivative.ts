import { createReference } from '../../src/backend/reference.ts';
import { Random } from '../../src/base/random.ts';
import { sizeOf } from '../../src/base/shape.ts';
import { grad } from '../../src/compile/autodiff.ts';
import { compile } from '../../src/compile/compile.ts';
import { fed, type Tensor } from '../../src/ir/tensor.ts';
import { add, mul, sum } from '../../src/ops/index.ts';
import { nameOf } from './naive.ts';

/**
 * Distance of central differences. Their error is h²/6 · |f‴| from the truncated series plus ε·|f|/h from rounding,
 * ε = 2^-53; with h = 1e-5 both stay near 1e-11 · |f| while |f‴| is below a few hundred.
 */
const STEP = 1e-5;

/** Small inputs are moved element by element; of larger ones a few elements, and all at once in random directions. */
const SMALL = 24;
const ELEMENTS = 5;
const DIRECTIONS = 2;

interface Checked {
  readonly y: Tensor;
  /** Fed leaves that the derivative is taken to. */
  readonly wrt: readonly Tensor[];
  /** All fed leaves, `wrt` among them. */
  readonly leaves: readonly Tensor[];
  readonly numbers: Readonly<Record<string, Float64Array>>;
}

/**
 * Largest difference between what the gradient of `Σ y · w`, for fixed random `w`, says about a small move of the
 * inputs and what the move does, in float64 and through the compiler; relative to max(1, |difference|).
 */
export function derivativeError({ y, wrt, leaves, numbers }: Checked): number {
  const seed = fed('weights of y', y.shape);
  const weights = noise(sizeOf(y.shape), 'weights of y');
  const gradients = grad(y, wrt, seed);
  const fetch = Object.fromEntries([y, ...gradients].map((tensor, i) => [`f${i}`, tensor]));
  const backend = createReference('float64');
  const runnable = backend.prepare(compile({ fetch, carry: [] }, { check: true }), backend.createStorage());
  // One run: step 0 at the point itself, then two steps for each move.
  const moves = wrt.flatMap((x) => movesOf(x));
  const steps = 1 + 2 * moves.length;
  const feeds = [...leaves, seed].map((leaf) => {
    const name = nameOf(leaf);
    const point = leaf === seed ? weights : numbers[name]!;
    return [
      name,
      moved(
        point,
        moves.map((move) => (move.x === leaf ? move.by : undefined)),
      ),
    ] as const;
  });
  const fetched = runnable.runSync(steps, Object.fromEntries(feeds));
  const n = weights.length;
  const errors = moves.map(({ x, by }, i) => {
    let measured = 0;
    for (let j = 0; j < n; j++) {
      const [up, down] = [fetched['f0']![(2 * i + 1) * n + j]!, fetched['f0']![(2 * i + 2) * n + j]!];
      measured += (weights[j]! * (up - down)) / (2 * STEP);
    }
    const gradient = fetched[`f${1 + wrt.indexOf(x)}`]!;
    const predicted = by.reduce((total, step, j) => total + step * gradient[j]!, 0);
    return Math.abs(predicted - measured) / Math.max(1, Math.abs(measured));
  });
  return Math.max(0, ...errors);
}

/** The scalar `Σ gradient · w` over all gradients of a case, whose own gradients are second derivatives. */
export function gradientSum(
  y: Tensor,
  wrt: readonly Tensor[],
): { total: Tensor; leaves: Tensor[]; numbers: Checked['numbers'] } {
  const dy = fed('dy', y.shape);
  const weights = wrt.map((x) => fed(`weights of d${nameOf(x)}`, x.shape));
  const parts = grad(y, wrt, dy).map((dx, i) => sum(mul(dx, weights[i]!)));
  const leaves = [dy, ...weights];
  const numbers = leaves.map((leaf) => [nameOf(leaf), noise(sizeOf(leaf.shape), nameOf(leaf))] as const);
  return { total: parts.reduce(add), leaves, numbers: Object.fromEntries(numbers) };
}

interface Move {
  readonly x: Tensor;
  readonly by: Float64Array;
}

function movesOf(x: Tensor): Move[] {
  const size = sizeOf(x.shape);
  const random = Random.of(size, `moves of ${nameOf(x)}`);
  const elements =
    size <= SMALL ? Array.from({ length: size }, (_, i) => i) : random.permutation(size).slice(0, ELEMENTS);
  const single = Array.from(elements, (element) => {
    const by = new Float64Array(size);
    by[element] = 1;
    return { x, by };
  });
  const all = Array.from({ length: DIRECTIONS }, (_, i) => ({ x, by: noise(size, `direction ${i}`) }));
  return [...single, ...all];
}

/** `point`, then for each move the point above and the point below. */
function moved(point: Float64Array, moves: readonly (Float64Array | undefined)[]): Float64Array {
  const n = point.length;
  const all = new Float64Array(n * (1 + 2 * moves.length));
  for (let k = 0; k < 1 + 2 * moves.length; k++) all.set(point, k * n);
  moves.forEach((by, i) => {
    by?.forEach((step, j) => {
      all[(2 * i + 1) * n + j]! += STEP * step;
      all[(2 * i + 2) * n + j]! -= STEP * step;
    });
  });
  return all;
}

function noise(size: number, name: string): Float64Array {
  const random = Random.of(size, name);
  return Float64Array.from({ length: size }, () => 2 * random.uniform() - 1);
}
