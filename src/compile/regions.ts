import { sameShape } from '../base/shape.ts';
import { inputsOf, type Tensor } from '../ir/tensor.ts';

/** A search for a circle gives up after this many groups, so that compiling stays linear in the graph's size. */
const MOST_VISITED = 2000;

/** Tensors that run together, or one that runs alone. */
interface Group {
  readonly members: Set<Tensor>;
  /** What the members read from outside. */
  readonly before: Set<Tensor>;
  /** Place in an order in which each group comes after all that it waits for. */
  rank: number;
}

/**
 * Groups elementwise ops of one shape that feed each other, so that each group runs as one region. Two groups are
 * joined only if no path leaves one and comes back through something else, which would make a circle.
 *
 * @returns the members of each group, in the order of the graph.
 */
export function findRegions(order: readonly Tensor[]): Tensor[][] {
  const ranked = order.map((tensor, rank) => {
    return { members: new Set([tensor]), before: new Set(inputsOf(tensor)), rank };
  });
  const groups = new Map<Tensor, Group>(order.map((tensor, i) => [tensor, ranked[i]!]));
  for (const tensor of order.filter(isElementwise)) {
    for (const input of inputsOf(tensor)) {
      const [own, other] = [groups.get(tensor)!, groups.get(input)!];
      if (other === own || !isElementwise(input) || !sameShape(input.shape, tensor.shape)) continue;
      const between = waitedFor(own, other, groups);
      if (between !== undefined) join(own, other, between, groups, ranked);
    }
  }
  const regions = new Map<Group, Tensor[]>();
  for (const tensor of order.filter(isElementwise)) {
    const group = groups.get(tensor)!;
    regions.set(group, regions.get(group) ?? []);
    regions.get(group)!.push(tensor);
  }
  return [...regions.values()];
}

function isElementwise(tensor: Tensor): boolean {
  return tensor.origin.kind === 'op' && tensor.origin.op.map !== undefined;
}

/**
 * What `late` waits for of that which stands behind `early`; nothing if `early` is waited for on the way, or if there
 * is too much to look at.
 */
function waitedFor(late: Group, early: Group, groups: ReadonlyMap<Tensor, Group>): Set<Group> | undefined {
  const found = new Set<Group>();
  const stack: Group[] = [late];
  while (stack.length > 0) {
    const group = stack.pop()!;
    for (const input of group.before) {
      const next = groups.get(input)!;
      if (next === early && group !== late) return undefined;
      if (next.rank <= early.rank || found.has(next)) continue;
      if (found.size === MOST_VISITED) return undefined;
      found.add(next);
      stack.push(next);
    }
  }
  return found;
}

/** Makes two groups one, behind all that either waits for. */
function join(
  late: Group,
  early: Group,
  between: ReadonlySet<Group>,
  groups: Map<Tensor, Group>,
  ranked: (Group | undefined)[],
): void {
  const [small, large] = late.members.size < early.members.size ? [late, early] : [early, late];
  for (const tensor of small.members) {
    large.members.add(tensor);
    large.before.delete(tensor);
    groups.set(tensor, large);
  }
  for (const tensor of small.before) if (groups.get(tensor) !== large) large.before.add(tensor);
  const [first, last] = [early.rank, late.rank];
  const others = ranked.slice(first, last + 1).filter((group) => group !== early && group !== late);
  const waited = others.filter((group) => group !== undefined && between.has(group));
  const rest = others.filter((group) => group === undefined || !between.has(group));
  [undefined, ...waited, large, ...rest].forEach((group, i) => {
    ranked[first + i] = group;
    if (group !== undefined) group.rank = first + i;
  });
}
