import { ProgramError } from '../base/errors.ts';
import { sameShape, showShape } from '../base/shape.ts';
import type { Tensor } from '../ir/tensor.ts';
import { toposort } from './toposort.ts';

/** What a program is asked for. */
export interface Graph {
  /** Values handed out after each step, by name. */
  readonly fetch: Readonly<Record<string, Tensor>>;
  /** Stored leaves and the values that they take after each step. */
  readonly carry: readonly (readonly [leaf: Tensor, next: Tensor])[];
}

/**
 * Checks what a program relies on: a leaf's name stands for one tensor, and each carried leaf is stored and takes
 * one next value, which fits it.
 *
 * @throws {ProgramError} naming the leaf.
 */
export function checkGraph({ fetch, carry }: Graph): void {
  const leaves = new Map<string, Tensor>();
  for (const tensor of toposort([...Object.values(fetch), ...carry.flat()])) {
    if (tensor.origin.kind !== 'leaf') continue;
    const { role, name } = tensor.origin;
    const known = leaves.get(`${role} ${name}`) ?? tensor;
    if (!fits(known, tensor)) refuse(`${role} ${name} is two tensors`, known, tensor);
    leaves.set(`${role} ${name}`, tensor);
  }
  const carried = new Set<string>();
  for (const [leaf, next] of carry) {
    if (leaf.origin.kind !== 'leaf' || leaf.origin.role !== 'stored') {
      throw new ProgramError('only stored leaves take next values', { at: leaf.path || undefined });
    }
    const { name } = leaf.origin;
    if (carried.has(name)) throw new ProgramError(`${name} takes two next values`);
    if (!fits(leaf, next)) refuse(`the next value of ${name} does not fit it`, leaf, next);
    carried.add(name);
  }
}

function fits(a: Tensor, b: Tensor): boolean {
  return a.dtype === b.dtype && sameShape(a.shape, b.shape);
}

function refuse(why: string, wanted: Tensor, got: Tensor): never {
  const show = ({ shape, dtype }: Tensor) => `${showShape(shape)} ${dtype}`;
  throw new ProgramError(why, { at: got.path || undefined, wanted: show(wanted), got: show(got) });
}
