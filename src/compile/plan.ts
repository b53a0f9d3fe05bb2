import { sameShape, sizeOf } from '../base/shape.ts';
import type { Buffer, Program, Step } from '../ir/program.ts';
import { inputsOf, type Tensor } from '../ir/tensor.ts';
import { layOut } from './layout.ts';
import { mergeAxes } from './dims.ts';
import { toposort } from './toposort.ts';
import { rootOf, schedule, type Unit } from './units.ts';

/** What a program is asked for. */
export interface Graph {
  /** Values handed out after each step, by name. */
  readonly fetch: Readonly<Record<string, Tensor>>;
  /** Stored leaves and the values that they take after each step. */
  readonly carry: readonly (readonly [leaf: Tensor, next: Tensor])[];
}

/**
 * Puts a graph into steps and its values into memory: an order, lifetimes, offsets in one arena, and in-place
 * updates where nothing still reads the old value.
 */
export function plan(graph: Graph): Program {
  const kept = [...Object.values(graph.fetch), ...graph.carry.map(([, next]) => next)];
  const order = toposort([...kept, ...graph.carry.map(([leaf]) => leaf)]);
  const units = schedule(order, new Set(graph.carry.map(([, next]) => rootOf(next))));
  const uses = findUses(order, units, kept);
  const homes = new Homes();
  const copies = placeCarried(graph, units, uses, homes);
  reuseInputs(units, uses, homes);
  return emit(graph, order, units, uses, homes, copies);
}

/** When each root is computed and last read, as indices of units; feeds are born at -1. */
interface Uses {
  readonly birth: Map<Tensor, number>;
  readonly last: Map<Tensor, number>;
}

function findUses(order: readonly Tensor[], units: readonly Unit[], kept: readonly Tensor[]): Uses {
  const birth = new Map<Tensor, number>(order.map((tensor) => [tensor, -1]));
  const last = new Map<Tensor, number>();
  units.forEach((unit, u) => {
    for (const member of unit.members) {
      birth.set(member, u);
      last.set(member, u);
      for (const input of inputsOf(member)) last.set(rootOf(input), u);
    }
  });
  for (const tensor of kept) last.set(rootOf(tensor), units.length);
  return { birth, last };
}

/** Whose memory each root uses: its own, or that of the root it overwrites. */
class Homes {
  readonly #home = new Map<Tensor, Tensor>();

  of(root: Tensor): Tensor {
    let home = root;
    while (this.#home.has(home)) home = this.#home.get(home)!;
    return home;
  }

  overwrite(root: Tensor, old: Tensor): void {
    this.#home.set(root, old);
  }

  isFree(root: Tensor): boolean {
    return !this.#home.has(root) && ![...this.#home.values()].includes(root);
  }
}

interface Copies {
  /** Leaves whose present value is saved before the first step, because it is needed after the last. */
  readonly early: Set<Tensor>;
  /** Values that are copied over their stored leaf after the last step. */
  readonly late: { readonly leaf: Tensor; readonly next: Tensor }[];
}

/** Lets each next value overwrite the present one where that is safe; else notes a copy. */
function placeCarried(graph: Graph, units: readonly Unit[], uses: Uses, homes: Homes): Copies {
  const copies: Copies = { early: new Set(), late: [] };
  const leaves = new Set(graph.carry.map(([leaf]) => leaf));
  const taken = new Set<Tensor>();
  for (const tensor of Object.values(graph.fetch)) if (leaves.has(rootOf(tensor))) copies.early.add(rootOf(tensor));
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

function canOverwrite(units: readonly Unit[], uses: Uses, root: Tensor, leaf: Tensor, copies: Copies): boolean {
  const u = uses.birth.get(root)!;
  const lastRead = uses.last.get(leaf) ?? -1;
  if (copies.early.has(leaf) || lastRead > u || sizeOf(root.shape) !== sizeOf(leaf.shape)) return false;
  return lastRead < u || safeInPlace(units[u]!, root, leaf);
}

/**
 * Whether a unit may write `root` where it reads `old`: only a region, which reads an element before it writes the
 * same one, and only if nothing after `root` in its body reads `old` again.
 */
function safeInPlace(unit: Unit, root: Tensor, old: Tensor): boolean {
  if (!unit.region) return false;
  const at = unit.members.indexOf(root);
  return unit.members.every((member, i) =>
    inputsOf(member).every(
      (input) => rootOf(input) !== old || (i <= at && sameShape(input.shape, member.shape)),
    ),
  );
}

/** Lets results of regions take the memory of an input that dies there. */
function reuseInputs(units: readonly Unit[], uses: Uses, homes: Homes): void {
  const claimed = new Set<Tensor>();
  units.forEach((unit, u) => {
    if (!unit.region) return;
    for (const member of unit.members) {
      if (uses.last.get(member)! <= u || homes.of(member) !== member || !homes.isFree(member)) continue;
      const old = unit.members
        .flatMap((other) => inputsOf(other).map(rootOf))
        .find((root) => {
          const temporary = root.origin.kind === 'op' || (root.origin.kind === 'leaf' && root.origin.role === 'fed');
          const dies = uses.last.get(root) === u && uses.birth.get(root)! < u;
          const arena = homes.of(root).origin.kind !== 'leaf' || isFed(homes.of(root));
          const free = temporary && dies && arena && !claimed.has(root) && root.dtype === member.dtype;
          return free && sizeOf(root.shape) === sizeOf(member.shape) && safeInPlace(unit, member, root);
        });
      if (old === undefined) continue;
      claimed.add(old);
      homes.overwrite(member, old);
    }
  });
}

function isFed(tensor: Tensor): boolean {
  return tensor.origin.kind === 'leaf' && tensor.origin.role === 'fed';
}

function emit(
  graph: Graph,
  order: readonly Tensor[],
  units: readonly Unit[],
  uses: Uses,
  homes: Homes,
  copies: Copies,
): Program {
  const { places, arena, snapshots } = placeInArena(order, units, uses, homes, copies);
  const buffers: Buffer[] = [];
  const index = new Map<Tensor, number>();
  const bufferOf = (tensor: Tensor): number => {
    const known = index.get(tensor);
    if (known !== undefined) return known;
    const root = rootOf(tensor);
    const viewOf = root === tensor ? undefined : bufferOf(root);
    index.set(tensor, buffers.length);
    const { shape, dtype } = tensor;
    buffers.push({ place: places.get(root)!, shape, dtype, ...(viewOf !== undefined && { viewOf }) });
    return buffers.length - 1;
  };
  const saved = new Map(
    [...snapshots].map(([leaf, offset]) => {
      buffers.push({ place: { arena: offset }, shape: leaf.shape, dtype: leaf.dtype });
      return [leaf, buffers.length - 1] as const;
    }),
  );
  const finalOf = (tensor: Tensor): number => {
    const snapshot = saved.get(rootOf(tensor));
    if (snapshot === undefined) return bufferOf(tensor);
    if (rootOf(tensor) === tensor) return snapshot;
    buffers.push({ ...buffers[snapshot]!, shape: tensor.shape, viewOf: snapshot });
    return buffers.length - 1;
  };
  const steps: Step[] = [...saved].map(([leaf, to]) => ({ kind: 'copy', from: bufferOf(leaf), to, path: '' }));
  units.forEach((unit, u) => {
    steps.push(unit.region ? regionStep(unit, u, uses, bufferOf) : kernelStep(unit.members[0]!, bufferOf));
  });
  for (const { leaf, next } of copies.late) {
    steps.push({ kind: 'copy', from: finalOf(next), to: bufferOf(leaf), path: next.path });
  }
  const used = [...order];
  const constants = used.flatMap((tensor) =>
    tensor.origin.kind === 'constant' ? [{ buffer: bufferOf(tensor), value: tensor.origin.value }] : [],
  );
  const feeds = used.flatMap((tensor) =>
    tensor.origin.kind === 'leaf' && tensor.origin.role === 'fed'
      ? [{ name: tensor.origin.name, buffer: bufferOf(tensor) }]
      : [],
  );
  const fetches = Object.entries(graph.fetch).map(([name, tensor]) => ({ name, buffer: finalOf(tensor) }));
  return { buffers, arena, constants, feeds, steps, fetches };
}

function kernelStep(tensor: Tensor, bufferOf: (tensor: Tensor) => number): Step {
  if (tensor.origin.kind !== 'op') throw new TypeError('only an op makes a step');
  const { op, inputs, attrs } = tensor.origin;
  return {
    kind: 'kernel',
    op: op.name,
    inputs: inputs.map(bufferOf),
    output: bufferOf(tensor),
    attrs,
    path: tensor.path,
  };
}

function regionStep({ members }: Unit, u: number, uses: Uses, bufferOf: (tensor: Tensor) => number): Step {
  const inside = new Set(members);
  const inputs = [...new Set(members.flatMap((member) => inputsOf(member)))].filter((input) => !inside.has(input));
  const { dims, strides } = mergeAxes(
    members[0]!.shape,
    inputs.map((input) => input.shape),
  );
  const values = new Map([...inputs, ...members].map((tensor, i) => [tensor, i]));
  return {
    kind: 'region',
    dims,
    inputs: inputs.map((input, i) => ({ buffer: bufferOf(input), strides: strides[i]! })),
    body: members.map((member) => ({
      op: member.origin.kind === 'op' ? member.origin.op.name : '',
      args: inputsOf(member).map((input) => values.get(input)!),
    })),
    outputs: members
      .filter((member) => uses.last.get(member)! > u)
      .map((member) => ({ buffer: bufferOf(member), value: values.get(member)! })),
    path: members.at(-1)!.path,
  };
}

interface Placement {
  readonly places: Map<Tensor, Buffer['place']>;
  readonly arena: number;
  /** Offset of the saved value of each leaf in `copies.early`. */
  readonly snapshots: Map<Tensor, number>;
}

/** Gives each root a place: storage for stored leaves and what overwrites them, else a span of the arena. */
function placeInArena(
  order: readonly Tensor[],
  units: readonly Unit[],
  uses: Uses,
  homes: Homes,
  copies: Copies,
): Placement {
  const end = units.length;
  const spans = new Map<Tensor, { size: number; birth: number; death: number }>();
  const places = new Map<Tensor, Buffer['place']>();
  for (const root of order) {
    if (rootOf(root) !== root || isInner(root, units, uses)) continue;
    const home = homes.of(root);
    if (home.origin.kind === 'leaf' && home.origin.role === 'stored') {
      places.set(root, { stored: home.origin.name });
      continue;
    }
    // Constants are written once, before the first run, so nothing may ever take their place.
    const always = root.origin.kind === 'constant';
    const birth = always ? -1 : uses.birth.get(root)!;
    const death = always ? end : (uses.last.get(root) ?? birth);
    const sofar = spans.get(home) ?? { size: sizeOf(home.shape), birth, death };
    spans.set(home, {
      size: sofar.size,
      birth: Math.min(sofar.birth, birth),
      death: Math.max(sofar.death, death),
    });
  }
  const early = [...copies.early];
  const saved = early.map((leaf) => ({ size: sizeOf(leaf.shape), birth: -1, death: end }));
  const { offsets, length } = layOut([...spans.values(), ...saved]);
  const offset = new Map([...spans.keys()].map((home, i) => [home, offsets[i]!]));
  for (const root of order) {
    const home = homes.of(root);
    if (!places.has(root) && offset.has(home)) places.set(root, { arena: offset.get(home)! });
  }
  return { places, arena: length, snapshots: new Map(early.map((leaf, i) => [leaf, offsets[spans.size + i]!])) };
}

/** A value of a region that nothing outside needs: it lives in a tile and has no memory of its own. */
function isInner(tensor: Tensor, units: readonly Unit[], uses: Uses): boolean {
  const u = uses.birth.get(tensor)!;
  return u >= 0 && units[u]!.region && uses.last.get(tensor)! <= u;
}
