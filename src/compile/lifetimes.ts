import { sameShape } from '../base/shape.ts';
import { inputsOf, type Tensor } from '../ir/tensor.ts';
import { rootOf, type Unit } from './units.ts';

/** When each root is computed and last read, as indices of units; feeds are born at -1. */
export interface Uses {
  readonly birth: Map<Tensor, number>;
  readonly last: Map<Tensor, number>;
}

/** When each tensor of `order` is computed and last read; `kept` ones are read after the last unit. */
export function findUses(order: readonly Tensor[], units: readonly Unit[], kept: readonly Tensor[]): Uses {
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
export class Homes {
  readonly #home = new Map<Tensor, Tensor>();
  readonly #overwritten = new Set<Tensor>();

  of(root: Tensor): Tensor {
    let home = root;
    while (this.#home.has(home)) home = this.#home.get(home)!;
    return home;
  }

  overwrite(root: Tensor, old: Tensor): void {
    this.#home.set(root, old);
    this.#overwritten.add(old);
  }

  isFree(root: Tensor): boolean {
    return !this.#home.has(root) && !this.#overwritten.has(root);
  }
}

/**
 * Whether a unit may write `root` where it reads `old`: only a region, which reads an element before it writes the
 * same one, and only if nothing after `root` in its body reads `old` again. A kernel before it may still be reading
 * its inputs for another block.
 */
export function safeInPlace({ kernel, region }: Unit, root: Tensor, old: Tensor): boolean {
  const at = region.indexOf(root);
  if (at < 0 || (kernel !== undefined && inputsOf(kernel).some((input) => rootOf(input) === old)))
    return false;
  return region.every((member, i) =>
    inputsOf(member).every(
      (input) => rootOf(input) !== old || (i <= at && sameShape(input.shape, member.shape)),
    ),
  );
}

/** A value of a region that nothing outside needs: it lives in a tile and has no memory of its own. */
export function isInner(tensor: Tensor, units: readonly Unit[], uses: Uses): boolean {
  const u = uses.birth.get(tensor)!;
  return u >= 0 && units[u]!.kernel !== tensor && uses.last.get(tensor)! <= u;
}
