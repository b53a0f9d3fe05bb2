import { sizeOf } from '../base/shape.ts';
import type { Buffer } from '../ir/program.ts';
import { inputsOf, type Tensor } from '../ir/tensor.ts';
import type { Copies } from './carry.ts';
import { layOut, type Span } from './layout.ts';
import { type Homes, isInner, safeInPlace, type Uses } from './lifetimes.ts';
import { rootOf, type Unit } from './units.ts';

/** Lets results of regions take the memory of an input that dies there, or of the kernel that the region follows. */
export function reuseInputs(units: readonly Unit[], uses: Uses, homes: Homes): void {
  const claimed = new Set<Tensor>();
  units.forEach((unit, u) => {
    for (const member of unit.region) {
      if (uses.last.get(member)! <= u || homes.of(member) !== member || !homes.isFree(member)) continue;
      const old = unit.region
        .flatMap((other) => inputsOf(other).map(rootOf))
        .find((root) => {
          const temporary =
            root.origin.kind === 'op' || (root.origin.kind === 'leaf' && root.origin.role === 'fed');
          const dies = uses.last.get(root) === u && (uses.birth.get(root)! < u || root === unit.kernel);
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

/** Where everything lies. */
export interface Placement {
  readonly places: Map<Tensor, Buffer['place']>;
  readonly arena: number;
  /** Offset of the saved value of each leaf in `copies.early`. */
  readonly snapshots: Map<Tensor, number>;
}

/** Gives each root a place: storage for stored leaves and what overwrites them, else a span of the arena. */
export function placeInArena(
  order: readonly Tensor[],
  units: readonly Unit[],
  uses: Uses,
  homes: Homes,
  copies: Copies,
): Placement {
  const end = units.length;
  const spans = new Map<Tensor, Span>();
  const places = new Map<Tensor, Buffer['place']>();
  for (const root of order) {
    if (rootOf(root) !== root || isInner(root, units, uses)) continue;
    const home = homes.of(root);
    if (isStored(home)) places.set(root, { stored: home.origin.name });
    else spans.set(home, unite(spans.get(home), lifeOf(root, uses, end)));
  }
  const early = [...copies.early];
  const saved = early.map((leaf) => ({ size: sizeOf(leaf.shape), birth: -1, death: end }));
  const { offsets, length } = layOut([...spans.values(), ...saved]);
  const offset = new Map([...spans.keys()].map((home, i) => [home, offsets[i]!]));
  for (const root of order) {
    const home = homes.of(root);
    if (!places.has(root) && offset.has(home)) places.set(root, { arena: offset.get(home)! });
  }
  return {
    places,
    arena: length,
    snapshots: new Map(early.map((leaf, i) => [leaf, offsets[spans.size + i]!])),
  };
}

/** Memory of a root: constants are written once, before the first run, so nothing may ever take their place. */
function lifeOf(root: Tensor, uses: Uses, end: number): Span {
  const size = sizeOf(root.shape);
  if (root.origin.kind === 'constant') return { size, birth: -1, death: end };
  const birth = uses.birth.get(root)!;
  return { size, birth, death: uses.last.get(root) ?? birth };
}

function unite(a: Span | undefined, b: Span): Span {
  if (a === undefined) return b;
  return { size: a.size, birth: Math.min(a.birth, b.birth), death: Math.max(a.death, b.death) };
}

function isStored(tensor: Tensor): tensor is Tensor & { origin: { name: string } } {
  return tensor.origin.kind === 'leaf' && tensor.origin.role === 'stored';
}
