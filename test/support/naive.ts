import { arrayFor, type NumberArray } from '../../src/base/dtype.ts';
import { sizeOf } from '../../src/base/shape.ts';
import type { Graph } from '../../src/compile/compile.ts';
import { byName } from '../../src/ir/op.ts';
import type { Tensor } from '../../src/ir/tensor.ts';

/** Numbers of leaves by name. */
export type Values = Readonly<Record<string, ArrayLike<number>>>;

/**
 * What a graph means, by plain recursion in float64: no order, no memory plan, no fusion. Everything that the
 * compiler does must agree with this.
 */
export function evaluateNaively(
  y: Tensor,
  leaves: Values,
  done = new Map<Tensor, NumberArray>(),
): NumberArray {
  const known = done.get(y);
  if (known !== undefined) return known;
  const data = arrayFor(y.dtype, sizeOf(y.shape), 'float64');
  const { origin } = y;
  if (origin.kind === 'leaf') data.set(leaves[origin.name]!);
  else if (origin.kind === 'constant') data.fill(origin.value);
  else {
    const inputs = origin.inputs.map((x) => ({ data: evaluateNaively(x, leaves, done), shape: x.shape }));
    origin.op.kernel(byName(origin.op, inputs), { data, shape: y.shape }, origin.attrs);
  }
  done.set(y, data);
  return data;
}

/** One step of a graph: what it fetches, and what it leaves in storage. All next values are taken at once. */
export function stepNaively({ fetch, carry }: Graph, leaves: Values): { fetched: Values; next: Values } {
  const done = new Map<Tensor, NumberArray>();
  const value = (tensor: Tensor) => evaluateNaively(tensor, leaves, done).slice();
  const fetched = Object.entries(fetch).map(([name, tensor]) => [name, value(tensor)] as const);
  const next = carry.map(([leaf, tensor]) => [nameOf(leaf), value(tensor)] as const);
  return { fetched: Object.fromEntries(fetched), next: { ...leaves, ...Object.fromEntries(next) } };
}

/** Name of a leaf. */
export function nameOf(leaf: Tensor): string {
  if (leaf.origin.kind !== 'leaf') throw new TypeError('not a leaf');
  return leaf.origin.name;
}
