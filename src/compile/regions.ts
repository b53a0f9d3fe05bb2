import { sameShape } from '../base/shape.ts';
import { inputsOf, type Tensor } from '../ir/tensor.ts';

/**
 * Groups elementwise ops of one shape that feed each other, so that each group runs as one region. Two groups are
 * joined only if no path leaves one and comes back through something else, which would make a circle.
 *
 * @returns the members of each group, in the order of the graph.
 */
export function findRegions(order: readonly Tensor[]): Tensor[][] {
  const groups = new Map<Tensor, Set<Tensor>>();
  for (const tensor of order) {
    if (!isElementwise(tensor)) continue;
    groups.set(tensor, new Set([tensor]));
    for (const input of inputsOf(tensor)) {
      const [own, other] = [groups.get(tensor)!, groups.get(input)];
      if (other === undefined || other === own || !sameShape(input.shape, tensor.shape)) continue;
      if (!detour(own, other, groups)) join(own, other, groups);
    }
  }
  const inGroups = order.filter((tensor) => groups.has(tensor));
  const members = new Map(inGroups.map((tensor) => [groups.get(tensor)!, [] as Tensor[]]));
  for (const tensor of inGroups) members.get(groups.get(tensor)!)!.push(tensor);
  return [...members.values()];
}

function isElementwise(tensor: Tensor): boolean {
  return tensor.origin.kind === 'op' && tensor.origin.op.map !== undefined;
}

function join(a: Set<Tensor>, b: Set<Tensor>, groups: Map<Tensor, Set<Tensor>>): void {
  const [small, large] = a.size < b.size ? [a, b] : [b, a];
  for (const tensor of small) {
    large.add(tensor);
    groups.set(tensor, large);
  }
}

/** Whether one group depends on the other through a tensor that is in neither. */
function detour(
  a: ReadonlySet<Tensor>,
  b: ReadonlySet<Tensor>,
  groups: ReadonlyMap<Tensor, Set<Tensor>>,
): boolean {
  const both = new Set([...a, ...b]);
  const seen = new Set<Tensor>();
  const stack = [...both].flatMap((tensor) => inputsOf(tensor).filter((input) => !both.has(input)));
  while (stack.length > 0) {
    const tensor = stack.pop()!;
    if (both.has(tensor)) return true;
    if (seen.has(tensor)) continue;
    seen.add(tensor);
    const group = groups.get(tensor);
    // A member of a third group waits for everything that its group waits for.
    for (const member of group ?? [tensor]) {
      seen.add(member);
      stack.push(...inputsOf(member));
    }
  }
  return false;
}
