import { inputsOf, type Tensor } from '../ir/tensor.ts';
import { Heap } from './heap.ts';
import { findJoints, type Joint } from './joints.ts';
import { findRegions } from './regions.ts';

/**
 * What becomes one step of a program: a kernel, the elementwise ops of a region, a kernel that a region follows, or
 * kernels that are computed jointly.
 */
export interface Unit {
  readonly kernel: Tensor | undefined;
  readonly joint?: Joint;
  readonly region: readonly Tensor[];
  /** All of them, in the order of the graph. */
  readonly members: readonly Tensor[];
}

/** The tensor whose memory `tensor` shows, through any number of views. */
export function rootOf(tensor: Tensor): Tensor {
  let root = tensor;
  while (root.origin.kind === 'op' && root.origin.op.view) root = root.origin.inputs[0]!;
  return root;
}

/**
 * Cuts a graph into units and puts them in an order in which each comes after what it needs. Units that make the
 * next value of something stored come as late as they can, so that they may overwrite the present one. `has` says
 * which bundles of kernels may be used.
 */
export function schedule(
  order: readonly Tensor[],
  carried: ReadonlySet<Tensor>,
  has: (bundle: string) => boolean = () => false,
): Unit[] {
  const units = cut(order, findJoints(order, has));
  const home = new Map(units.flatMap((unit) => unit.members.map((member) => [member, unit] as const)));
  const waiting = new Map(units.map((unit) => [unit, needs(unit, home)]));
  const unlocks = new Map<Unit, Unit[]>(units.map((unit) => [unit, []]));
  for (const [unit, needed] of waiting) for (const before of needed) unlocks.get(before)!.push(unit);

  const late = (unit: Unit): boolean => unit.members.some((member) => carried.has(member));
  const rank = new Map(units.map((unit, i) => [unit, i + (late(unit) ? units.length : 0)]));
  const ready = new Heap<Unit>((unit) => rank.get(unit)!);
  for (const unit of units) if (waiting.get(unit)!.size === 0) ready.push(unit);
  const done: Unit[] = [];
  for (let next = ready.pop(); next !== undefined; next = ready.pop()) {
    done.push(next);
    for (const unit of unlocks.get(next)!) {
      waiting.get(unit)!.delete(next);
      if (waiting.get(unit)!.size === 0) ready.push(unit);
    }
  }
  return done;
}

function cut(order: readonly Tensor[], joints: readonly Joint[]): Unit[] {
  const regions = findRegions(order, joints);
  const last = new Map(regions.map((unit) => [unit.members.at(-1)!, unit]));
  const inRegion = new Set(regions.flatMap(({ members }) => members));
  return order.flatMap((tensor): Unit[] => {
    const unit = last.get(tensor);
    if (unit !== undefined) return [unit];
    const computed = tensor.origin.kind === 'op' && !tensor.origin.op.view && !inRegion.has(tensor);
    return computed ? [{ kernel: tensor, region: [], members: [tensor] }] : [];
  });
}

function needs(unit: Unit, home: ReadonlyMap<Tensor, Unit>): Set<Unit> {
  const needed = new Set<Unit>();
  for (const input of unit.members.flatMap((member) => inputsOf(member))) {
    const before = home.get(rootOf(input));
    if (before !== undefined && before !== unit) needed.add(before);
  }
  return needed;
}
