import { checkList } from '../base/check.ts';
import { describe, isRecord } from '../base/describe.ts';
import { OptionError, ProgramError, ShapeError } from '../base/errors.ts';
import { checkOptions, ownOf } from '../base/options.ts';
import { sameShape, showShape } from '../base/shape.ts';
import { checkTensor } from '../ir/op.ts';
import type { Tensor } from '../ir/tensor.ts';
import { toposort } from './toposort.ts';

/** What a program is asked for. */
export interface Graph {
  /** Values handed out after each step, by name. */
  readonly fetch: Readonly<Record<string, Tensor>>;
  /** Stored leaves and the values that they take after each step. */
  readonly carry: readonly (readonly [leaf: Tensor, next: Tensor])[];
}

/** Tensors of a graph, at most: compiling so many takes seconds, in one turn of the event loop. */
const MOST_TENSORS = 2 ** 18;

/** Numbers along an axis, at most: indices are int32. */
const MOST_ALONG_AXIS = 2 ** 31 - 1;

/**
 * A copy of a graph that somebody may have written by hand.
 *
 * @throws {OptionError} for what is not a graph of tensors.
 */
export function readGraph(graph: Graph): Graph {
  const own = checkOptions('compile: graph', graph, ['fetch', 'carry']);
  if (!isRecord(own.fetch))
    throw new OptionError(`compile: fetch must be tensors by name, got ${describe(own.fetch)}`);
  const fetch = Object.entries(ownOf('compile: fetch', own.fetch, []));
  const carry = checkList('compile', 'carry', own.carry, 'a list of pairs of tensors').map((pair, i) => {
    const [leaf, next] = checkList('compile', `carry[${i}]`, pair, 'a pair of tensors');
    return [
      checkTensor('compile', `carry[${i}][0]`, leaf),
      checkTensor('compile', `carry[${i}][1]`, next),
    ] as const;
  });
  return {
    fetch: Object.fromEntries(fetch.map(([name, y]) => [name, checkTensor('compile', `fetch ${name}`, y)])),
    carry,
  };
}

/**
 * Checks what a program relies on: a leaf's name stands for one tensor, and each carried leaf is stored and takes
 * one next value, which fits it; no axis is longer than an index can say, and there are not too many tensors.
 *
 * @throws {ProgramError} naming the leaf.
 * @throws {ShapeError} for an axis that is too long, before anything is allocated.
 */
export function checkGraph({ fetch, carry }: Graph): void {
  const leaves = new Map<string, Tensor>();
  const order = toposort([...Object.values(fetch), ...carry.flat()]);
  checkSize(order);
  for (const tensor of order) {
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

function checkSize(order: readonly Tensor[]): void {
  if (order.length > MOST_TENSORS) {
    throw new ProgramError(
      `the graph has ${order.length} tensors, and at most ${MOST_TENSORS} can be compiled`,
      {
        hint: 'use fewer layers, or ops on whole tensors instead of many small ones',
      },
    );
  }
  for (const { shape, path } of order) {
    if (shape.every((dim) => dim <= MOST_ALONG_AXIS)) continue;
    throw new ShapeError('an axis is too long', {
      at: path || undefined,
      shape: showShape(shape),
      wanted: `at most ${MOST_ALONG_AXIS} along an axis`,
    });
  }
}

function fits(a: Tensor, b: Tensor): boolean {
  return a.dtype === b.dtype && sameShape(a.shape, b.shape);
}

function refuse(why: string, wanted: Tensor, got: Tensor): never {
  const show = ({ shape, dtype }: Tensor) => `${showShape(shape)} ${dtype}`;
  throw new ProgramError(why, { at: got.path || undefined, wanted: show(wanted), got: show(got) });
}
