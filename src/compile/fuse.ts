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
 * anything else needs (a backward pass, an output) keeps the graph as it is.
 */
export function fuse(outputs: readonly Tensor[], fuses: (op: string) => boolean): Tensor[] {
  const fusions = allFusions()
    .filter((fusion) => fuses(fusion.name))
    .map((fusion) => ({ fusion, pattern: trace(fusion, (name) => fusion.samples[0]!.shapes[name]!) }));
  if (fusions.length === 0) return [...outputs];
  const users = countUses(outputs);
  const replacements = new Map<Tensor, { fusion: OpEntry; inputs: readonly Tensor[] }>();
  const inner = new Set<Tensor>();
  for (const root of toposort(outputs).reverse()) {
    if (inner.has(root)) continue;
    for (const { fusion, pattern } of fusions) {
      const found = match(fusion, pattern, root, users);
      if (found === undefined) continue;
      replacements.set(root, { fusion, inputs: found.inputs });
      for (const tensor of found.inner) inner.add(tensor);
      break;
    }
  }
  return rewriteWith(outputs, replacements);
}

function rewriteWith(
  outputs: readonly Tensor[],
  replacements: ReadonlyMap<Tensor, { fusion: OpEntry; inputs: readonly Tensor[] }>,
): Tensor[] {
  const renewed = new Map<Tensor, Tensor>();
  return rewrite(outputs, (tensor, old) => {
    const found = replacements.get(old);
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

interface Match {
  readonly inputs: readonly Tensor[];
  readonly inner: ReadonlySet<Tensor>;
}

function match(
  fusion: OpEntry,
  sample: Tensor,
  root: Tensor,
  users: ReadonlyMap<Tensor, number>,
): Match | undefined {
  const leaves = new Map<string, Tensor>();
  if (!sameStructure(sample, root, leaves)) return undefined;
  const inputs = fusion.inputs.map((name) => leaves.get(name)!);
  if (!ranksOf(fusion, inputs)) return undefined;
  // Attributes and constants follow from the shapes, so the pattern is traced again with those found here.
  const pattern = traceIfFitting(fusion, (name) => leaves.get(name)!.shape);
  const inner = new Set<Tensor>();
  if (pattern === undefined || !equals(pattern, root, leaves, inner)) return undefined;
  inner.delete(root);
  const uses = countUses([root], new Set(inputs));
  for (const tensor of inner) {
    if (tensor.origin.kind === 'op' && uses.get(tensor) !== users.get(tensor)) return undefined;
  }
  return { inputs, inner };
}

function trace(fusion: OpEntry, shapeOf: (name: string) => readonly number[]): Tensor {
  const x = Object.fromEntries(fusion.inputs.map((name) => [name, stored(name, shapeOf(name))]));
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

/** A leaf must have a rank that the fusion was declared with, else a full matrix would pass for a bias. */
function ranksOf(fusion: OpEntry, inputs: readonly Tensor[]): boolean {
  return fusion.inputs.every((name, i) =>
    fusion.samples.some(({ shapes }) => shapes[name]!.length === inputs[i]!.shape.length),
  );
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

/** How often each tensor is used, as an input or as an output; `stop` tensors are not entered. */
function countUses(outputs: readonly Tensor[], stop: ReadonlySet<Tensor> = new Set()): Map<Tensor, number> {
  const uses = new Map<Tensor, number>();
  const use = (tensor: Tensor): void => void uses.set(tensor, (uses.get(tensor) ?? 0) + 1);
  outputs.forEach(use);
  const seen = new Set<Tensor>(stop);
  const stack = outputs.filter((output) => !stop.has(output));
  while (stack.length > 0) {
    const tensor = stack.pop()!;
    if (seen.has(tensor)) continue;
    seen.add(tensor);
    for (const input of inputsOf(tensor)) {
      use(input);
      stack.push(input);
    }
  }
  return uses;
}
