import { byName, encodeAttrs } from '../ir/op.ts';
import type { Tensor } from '../ir/tensor.ts';
import { rewrite } from './rewrite.ts';

/**
 * An equal, smaller graph: each op's own `simplify` rule until it has nothing more to say, and equal
 * subexpressions made one. Nothing here changes the result, but for the sign of a zero and the roundings of
 * what is computed from constants alone.
 */
export function simplify(outputs: readonly Tensor[]): Tensor[] {
  const known = new Map<string, Tensor>();
  const unique = (tensor: Tensor): Tensor => {
    const key = identity(tensor);
    const earlier = known.get(key);
    if (earlier !== undefined) return earlier;
    known.set(key, tensor);
    return tensor;
  };
  return rewrite(outputs, (tensor) => unique(cheapest(tensor, unique)));
}

function cheapest(tensor: Tensor, unique: (tensor: Tensor) => Tensor): Tensor {
  let best = tensor;
  while (best.origin.kind === 'op') {
    const { op, inputs, attrs } = best.origin;
    const better = op.simplify?.(byName(op, inputs), best, attrs);
    if (better === undefined || better === best) break;
    best = unique(better);
  }
  return best;
}

/** Two tensors with the same text hold the same numbers. */
function identity({ id, origin, shape, dtype }: Tensor): string {
  switch (origin.kind) {
    case 'leaf':
      return `${origin.role} ${origin.name} ${dtype} ${shape}`;
    case 'constant':
      return `constant ${textOf(origin.value)} ${dtype}`;
    case 'op':
      return `${origin.op.name} ${encodeAttrs(origin.attrs).map(textOf)} ${origin.inputs.map((x) => x.id)}`;
    default:
      return String(id);
  }
}

/** A number as text, another text for each number: -0 is not 0. */
function textOf(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}
