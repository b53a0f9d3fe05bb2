import { sizeOf } from '../base/shape.ts';
import type { Tensor } from '../ir/tensor.ts';
import type { Graph } from './graph.ts';
import { type Homes, safeInPlace, type Uses } from './lifetimes.ts';
import { rootOf, type Unit } from './units.ts';

/** Copies that a program needs because a value could not be updated in place. */
export interface Copies {
  /** Leaves whose present value is saved before the first step, because it is needed after the last. */
  readonly early: Set<Tensor>;
  /** Values that are copied over their stored leaf after the last step. */
  readonly late: { readonly leaf: Tensor; readonly next: Tensor }[];
}

/** Lets each next value overwrite the present one where that is safe; else notes a copy. */
export function placeCarried(graph: Graph, units: readonly Unit[], uses: Uses, homes: Homes): Copies {
  const copies: Copies = { early: new Set(), late: [] };
  const leaves = new Set(graph.carry.map(([leaf]) => leaf));
  const taken = new Set<Tensor>();
  for (const tensor of Object.values(graph.fetch))
    if (leaves.has(rootOf(tensor))) copies.early.add(rootOf(tensor));
  for (const [leaf, next] of graph.carry) {
    const root = rootOf(next);
    if (root === leaf) continue;
    const computed = uses.birth.get(root)! >= 0;
    if (computed && !taken.has(root) && canOverwrite(units, uses, root, leaf, copies)) {
      homes.overwrite(root, leaf);
      taken.add(root);
      continue;
    }
    if (!computed && leaves.has(root)) copies.early.add(root);
    copies.late.push({ leaf, next });
  }
  return copies;
}

function canOverwrite(
  units: readonly Unit[],
  uses: Uses,
  root: Tensor,
  leaf: Tensor,
  copies: Copies,
): boolean {
  const u = uses.birth.get(root)!;
  const lastRead = uses.last.get(leaf) ?? -1;
  if (copies.early.has(leaf) || lastRead > u || sizeOf(root.shape) !== sizeOf(leaf.shape)) return false;
  return lastRead < u || safeInPlace(units[u]!, root, leaf);
}
