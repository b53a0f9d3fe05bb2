import { ascending } from '../base/order.ts';
import { sameShape, sizeOf } from '../base/shape.ts';
import { inputsOf, type Tensor } from '../ir/tensor.ts';
import type { Joint } from './joints.ts';
import type { Unit } from './units.ts';

/** A search for a circle gives up after this many groups, so that compiling stays linear in the graph's size. */
const MOST_VISITED = 2000;

/** Tensors that run together, or one that runs alone. */
interface Group {
  readonly members: Set<Tensor>;
  /** What the members read from outside. */
  readonly before: Set<Tensor>;
  /** The kernel among the members, in a group with elementwise ops. */
  kernel: Tensor | undefined;
  /** Place in an order in which each group comes after all that it waits for. */
  rank: number;
}

/**
 * Groups elementwise ops of one shape that feed each other, so that each group runs as one region, and lets a region
 * follow a kernel that finishes its output block by block. Two groups are joined only if no path leaves one and comes
 * back through something else, which would make a circle. Neighbours in the order are joined first: what a backward
 * pass derives from an activation goes to the backward pass, where it is used, and needs no memory until then. Kernels
 * of a joint come first.
 */
export function findRegions(order: readonly Tensor[], joints: readonly Joint[] = []): Unit[] {
  const groups = new Groups(order);
  const joined = joints.filter(({ results }) => groups.joinAll(results));
  const edges = order.flatMap((tensor, i) =>
    isElementwise(tensor) ? inputsOf(tensor).map((input) => ({ tensor, input, at: i })) : [],
  );
  const rank = new Map(order.map((tensor, i) => [tensor, i]));
  const length = ({ at, input }: (typeof edges)[number]): number => at - rank.get(input)!;
  edges.sort((a, b) => ascending(length(a), length(b)));
  for (const { tensor, input } of edges)
    if (isElementwise(input) && sameShape(input.shape, tensor.shape)) groups.join(tensor, input);
  for (const { tensor, input } of edges) follow(tensor, input, groups);
  const regions = new Map<Group, Tensor[]>();
  for (const tensor of order.filter(isElementwise)) {
    const group = groups.of(tensor);
    regions.set(group, regions.get(group) ?? []);
    regions.get(group)!.push(tensor);
  }
  const units = [...regions].map(([{ kernel }, region]): Unit => {
    return { kernel, region, members: kernel === undefined ? region : [kernel, ...region] };
  });
  return units.concat(
    joined.map((joint) => {
      const members = [...groups.of(joint.results[0]!).members].sort((a, b) =>
        ascending(rank.get(a)!, rank.get(b)!),
      );
      return { kernel: joint.results[0], joint, region: [], members };
    }),
  );
}

function isElementwise(tensor: Tensor): boolean {
  return tensor.origin.kind === 'op' && tensor.origin.op.map !== undefined;
}

/** Joins an elementwise op's group to the kernel that made its input, seen through views. */
function follow(tensor: Tensor, input: Tensor, groups: Groups): void {
  const views: Tensor[] = [];
  let kernel = input;
  while (kernel.origin.kind === 'op' && kernel.origin.op.view) {
    views.push(kernel);
    kernel = kernel.origin.inputs[0]!;
  }
  const { origin } = kernel;
  const taken = groups.of(tensor).kernel ?? groups.of(kernel).kernel;
  if (origin.kind !== 'op' || !origin.op.blocks || taken !== undefined) return;
  if (sizeOf(kernel.shape) !== sizeOf(tensor.shape) || sizeOf(input.shape) !== sizeOf(tensor.shape)) return;
  const alone = (one: Tensor): boolean =>
    groups.of(one) === groups.of(tensor) || groups.of(one).members.size === 1;
  const joined = [...views, kernel].every((one) => alone(one) && groups.join(tensor, one));
  if (joined) groups.of(tensor).kernel = kernel;
}

class Groups {
  readonly #groups: Map<Tensor, Group>;
  readonly #ranked: (Group | undefined)[];

  constructor(order: readonly Tensor[]) {
    const ranked = order.map((tensor, rank): Group => {
      return { members: new Set([tensor]), before: new Set(inputsOf(tensor)), kernel: undefined, rank };
    });
    this.#ranked = ranked;
    this.#groups = new Map(order.map((tensor, i) => [tensor, ranked[i]!]));
  }

  of(tensor: Tensor): Group {
    return this.#groups.get(tensor)!;
  }

  /** Makes the groups of two tensors one, whichever comes first, if that makes no circle. */
  joinAll([one, other]: readonly Tensor[]): boolean {
    const late = this.of(one!).rank > this.of(other!).rank;
    return late ? this.join(one!, other!) : this.join(other!, one!);
  }

  /** Makes the groups of both one, if that makes no circle. */
  join(tensor: Tensor, input: Tensor): boolean {
    const [own, other] = [this.of(tensor), this.of(input)];
    if (own === other) return true;
    const between = this.#waitedFor(own, other);
    if (between === undefined) return false;
    this.#unite(own, other, between);
    return true;
  }

  /**
   * What `late` waits for of that which stands behind `early`; nothing if `early` is waited for on the way, or if there
   * is too much to look at.
   */
  #waitedFor(late: Group, early: Group): Set<Group> | undefined {
    const found = new Set<Group>();
    const stack: Group[] = [late];
    while (stack.length > 0) {
      const group = stack.pop()!;
      for (const input of group.before) {
        const next = this.of(input);
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
  #unite(late: Group, early: Group, between: ReadonlySet<Group>): void {
    const [small, large] = late.members.size < early.members.size ? [late, early] : [early, late];
    for (const tensor of small.members) {
      large.members.add(tensor);
      large.before.delete(tensor);
      this.#groups.set(tensor, large);
    }
    for (const tensor of small.before) if (this.of(tensor) !== large) large.before.add(tensor);
    large.kernel ??= small.kernel;
    const [first, last] = [early.rank, late.rank];
    const others = this.#ranked.slice(first, last + 1).filter((group) => group !== early && group !== late);
    const waited = others.filter((group) => group !== undefined && between.has(group));
    const rest = others.filter((group) => group === undefined || !between.has(group));
    [undefined, ...waited, large, ...rest].forEach((group, i) => {
      this.#ranked[first + i] = group;
      if (group !== undefined) group.rank = first + i;
    });
  }
}
