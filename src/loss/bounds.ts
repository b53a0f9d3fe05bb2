import { largest, smallest } from '../base/order.ts';
import type { Tensor } from '../ir/tensor.ts';
import { logitsOf } from '../ops/index.ts';

/** Least and largest value that a tensor can take. */
type Bounds = readonly [low: number, high: number];

const ANY: Bounds = [-Infinity, Infinity];

/** Bounds of what elementwise ops give, from those of what they take. Ops that are not here give anything. */
const RULES: Readonly<Record<string, (a: Bounds, b: Bounds) => Bounds>> = {
  sigmoid: () => [0, 1],
  tanh: () => [-1, 1],
  erf: () => [-1, 1],
  exp: ([low, high]) => [Math.exp(low), Math.exp(high)],
  relu: ([low, high]) => [Math.max(low, 0), Math.max(high, 0)],
  neg: ([low, high]) => [-high, -low],
  add: (a, b) => [a[0] + b[0], a[1] + b[1]],
  sub: (a, b) => [a[0] - b[1], a[1] - b[0]],
  mul: (a, b) => spanned(a, b, (x, y) => (x === 0 || y === 0 ? 0 : x * y)),
  div: (a, b) => (b[0] > 0 || b[1] < 0 ? spanned(a, b, (x, y) => (Number.isFinite(y) ? x / y : 0)) : ANY),
  maximum: (a, b) => [Math.max(a[0], b[0]), Math.max(a[1], b[1])],
  minimum: (a, b) => [Math.min(a[0], b[0]), Math.min(a[1], b[1])],
};

/**
 * Bounds of a tensor as far as the graph shows them: an output clipped to [0, 1], or a sigmoid written out, is known
 * for what it is; a product of matrices can be anything.
 */
export function boundsOf(tensor: Tensor, known = new Map<Tensor, Bounds>()): Bounds {
  const before = known.get(tensor);
  if (before !== undefined) return before;
  const bounds = compute(tensor, known);
  known.set(tensor, bounds);
  return bounds;
}

function compute(tensor: Tensor, known: Map<Tensor, Bounds>): Bounds {
  const { origin } = tensor;
  if (logitsOf(tensor) !== undefined) return [0, 1];
  if (origin.kind === 'constant') return [origin.value, origin.value];
  if (origin.kind !== 'op') return ANY;
  if (origin.op.view) return boundsOf(origin.inputs[0]!, known);
  const rule = Object.hasOwn(RULES, origin.op.name) ? RULES[origin.op.name] : undefined;
  if (rule === undefined) return ANY;
  const [a = ANY, b = ANY] = origin.inputs.map((input) => boundsOf(input, known));
  return rule(a, b);
}

/** Bounds of an operation that takes its extremes at the ends of the intervals. */
function spanned(a: Bounds, b: Bounds, apply: (x: number, y: number) => number): Bounds {
  const ends = a.flatMap((x) => b.map((y) => apply(x, y)));
  return [smallest(ends), largest(ends)];
}
