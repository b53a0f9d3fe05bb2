import { ShapeError } from '../base/errors.ts';
import { sameShape } from '../base/shape.ts';
import { allFusions } from '../ir/fusion.ts';
import { type Attrs, apply, encodeAttrs, type OpEntry } from '../ir/op.ts';
import { inputsOf, stored, type Tensor } from '../ir/tensor.ts';
import { rewrite } from './rewrite.ts';
import { simplify } from './simplify.ts';
import { toposort } from './toposort.ts';

/**
 * Replaces what a named fusion means by the fusion, where the backend has a kernel for it. An inner value that
 * anything else needs (a backward pass, an output) keeps the graph as it is, unless all that need it are replaced by
 * fusions as well, each of which computes it for itself.
 */
export function fuse(outputs: readonly Tensor[], fuses: (op: string) => boolean): Tensor[] {
  const fusions = allFusions()
    .filter((fusion) => fuses(fusion.name))
    .map((fusion) => ({ fusion, pattern: trace(fusion, (name) => fusion.samples[0]!.shapes[name]!) }));
  if (fusions.length === 0) return [...outputs];
  const order = toposort(outputs).reverse();
  const users = usersOf(order);
  const refused = new Map<Tensor, Set<OpEntry>>();
  for (;;) {
    const matches = findMatches(order, fusions, refused);
    const broken = matches.filter((found) => !isSelfContained(found, matches, users, outputs));
    if (broken.length === 0) return rewriteWith(outputs, new Map(matches.map((one) => [one.root, one])));
    for (const { root, fusion } of broken) refused.set(root, (refused.get(root) ?? new Set()).add(fusion));
  }
}

/** A fusion that a tensor is the result of. */
interface Match {
  readonly root: Tensor;
  readonly fusion: OpEntry;
  readonly inputs: readonly Tensor[];
  /** What lies between the root and the inputs. */
  readonly inner: ReadonlySet<Tensor>;
}

type Pattern = { readonly fusion: OpEntry; readonly pattern: Tensor };

/** Matches from the outputs down; what is inner to one is the root of no other. */
function findMatches(
  order: readonly Tensor[],
  fusions: readonly Pattern[],
  refused: ReadonlyMap<Tensor, ReadonlySet<OpEntry>>,
): Match[] {
  const matches: Match[] = [];
  const inner = new Set<Tensor>();
  for (const root of order) {
    if (inner.has(root)) continue;
    for (const { fusion, pattern } of fusions) {
      const found = refused.get(root)?.has(fusion) ? undefined : match(fusion, pattern, root);
      if (found === undefined) continue;
      matches.push(found);
      for (const tensor of found.inner) inner.add(tensor);
      break;
    }
  }
  return matches;
}

/** Whether nothing but the roots of `matches` is left of what needs the inner values of a match. */
function isSelfContained(
  { inner }: Match,
  matches: readonly Match[],
  users: ReadonlyMap<Tensor, readonly Tensor[]>,
  outputs: readonly Tensor[],
): boolean {
  return [...inner].every((tensor) => {
    if (outputs.includes(tensor)) return false;
    return users
      .get(tensor)!
      .every((user) =>
        matches.some((one) => one.inner.has(tensor) && (one.root === user || one.inner.has(user))),
      );
  });
}

function usersOf(order: readonly Tensor[]): Map<Tensor, Tensor[]> {
  const users = new Map<Tensor, Tensor[]>(order.map((tensor) => [tensor, []]));
  for (const tensor of order) for (const input of inputsOf(tensor)) users.get(input)!.push(tensor);
  return users;
}

function rewriteWith(outputs: readonly Tensor[], matches: ReadonlyMap<Tensor, Match>): Tensor[] {
  const renewed = new Map<Tensor, Tensor>();
  return rewrite(outputs, (tensor, old) => {
    const found = matches.get(old);
    const y =
      found === undefined
        ? tensor
        : apply(
            found.fusion,
            found.inputs.map((input) => renewed.get(input) ?? input),
          );
    renewed.set(old, y);
    return y;
  });
}

function match(fusion: OpEntry, sample: Tensor, root: Tensor): Match | undefined {
  const leaves = new Map<string, Tensor>();
  if (!sameStructure(sample, root, leaves)) return undefined;
  const inputs = fusion.inputs.map((name) => leaves.get(name)!);
  if (!fits(fusion, inputs)) return undefined;
  // Attributes and constants follow from the shapes, so the pattern is traced again with those found here.
  const pattern = traceIfFitting(fusion, (name) => leaves.get(name)!.shape);
  const inner = new Set<Tensor>();
  if (pattern === undefined || !equals(pattern, root, leaves, inner)) return undefined;
  inner.delete(root);
  return { root, fusion, inputs, inner };
}

function trace(fusion: OpEntry, shapeOf: (name: string) => readonly number[]): Tensor {
  const { inputs, inputTypes } = fusion;
  const x = Object.fromEntries(inputs.map((name) => [name, stored(name, shapeOf(name), inputTypes[name])]));
  return simplify([fusion.compose!(x, {})])[0]!;
}

/** The pattern for other shapes than its samples', or nothing if these cannot be what it means. */
function traceIfFitting(fusion: OpEntry, shapeOf: (name: string) => readonly number[]): Tensor | undefined {
  try {
    return trace(fusion, shapeOf);
  } catch (error) {
    if (error instanceof ShapeError) return undefined;
    throw error;
  }
}

/** Whether ops and wiring agree; fills in what the pattern's leaves stand for. */
function sameStructure(pattern: Tensor, tensor: Tensor, leaves: Map<string, Tensor>): boolean {
  if (pattern.origin.kind === 'leaf') {
    const bound = leaves.get(pattern.origin.name);
    leaves.set(pattern.origin.name, bound ?? tensor);
    return bound === undefined || bound === tensor;
  }
  if (pattern.origin.kind === 'constant') return tensor.origin.kind === 'constant';
  if (tensor.origin.kind !== 'op' || tensor.origin.op !== pattern.origin.op) return false;
  const inputs = tensor.origin.inputs;
  return pattern.origin.inputs.every((input, i) => sameStructure(input, inputs[i]!, leaves));
}

/**
 * A leaf must have the type and a rank that the fusion was declared with: a full matrix is not a row of numbers. An
 * elementwise fusion takes any.
 */
function fits({ inputs, inputTypes, map, samples }: OpEntry, tensors: readonly Tensor[]): boolean {
  return inputs.every((name, i) => {
    const { dtype, shape } = tensors[i]!;
    if (dtype !== (inputTypes[name] ?? 'f32')) return false;
    return map !== undefined || samples.some(({ shapes }) => shapes[name]!.length === shape.length);
  });
}

function equals(pattern: Tensor, tensor: Tensor, leaves: Map<string, Tensor>, inner: Set<Tensor>): boolean {
  if (!sameShape(pattern.shape, tensor.shape)) return false;
  if (pattern.origin.kind === 'leaf') return leaves.get(pattern.origin.name) === tensor;
  if (pattern.origin.kind === 'constant') {
    return tensor.origin.kind === 'constant' && tensor.origin.value === pattern.origin.value;
  }
  if (tensor.origin.kind !== 'op' || tensor.origin.op !== pattern.origin.op) return false;
  if (!sameAttrs(tensor.origin.attrs, pattern.origin.attrs)) return false;
  inner.add(tensor);
  const inputs = tensor.origin.inputs;
  return pattern.origin.inputs.every((input, i) => equals(input, inputs[i]!, leaves, inner));
}

function sameAttrs(a: Attrs, b: Attrs): boolean {
  const [left, right] = [encodeAttrs(a), encodeAttrs(b)];
  return left.length === right.length && left.every((value, i) => Object.is(value, right[i]));
}
