import { apply } from '../ir/op.ts';
import { withPath } from '../ir/scope.ts';
import type { Tensor } from '../ir/tensor.ts';
import { toposort } from './toposort.ts';

/**
 * Rebuilds a graph from its leaves up. `replace` sees each tensor with its inputs already rebuilt and gives what
 * stands in its place; layers' paths are kept.
 */
export function rewrite(
  outputs: readonly Tensor[],
  replace: (tensor: Tensor, old: Tensor) => Tensor,
): Tensor[] {
  const rebuilt = new Map<Tensor, Tensor>();
  for (const old of toposort(outputs)) {
    rebuilt.set(
      old,
      withPath(old.path, () => replace(withInputs(old, rebuilt), old)),
    );
  }
  return outputs.map((output) => rebuilt.get(output)!);
}

function withInputs(tensor: Tensor, rebuilt: ReadonlyMap<Tensor, Tensor>): Tensor {
  if (tensor.origin.kind !== 'op') return tensor;
  const { op, inputs, attrs } = tensor.origin;
  const renewed = inputs.map((input) => rebuilt.get(input)!);
  return renewed.every((input, i) => input === inputs[i]) ? tensor : apply(op, renewed, attrs);
}
