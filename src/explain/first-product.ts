import { rewrite } from '../compile/rewrite.ts';
import { toposort } from '../compile/toposort.ts';
import { inputsOf, type Tensor } from '../ir/tensor.ts';
import { matmulOp } from '../ops/matmul.ts';

/**
 * The product that alone reads `x`, if the graph of `y` begins with one: `x · W`, where `W` does not depend on `x`. A
 * dense first layer has one, whatever it is called. What lies before it is linear and alike for all rows.
 */
export function firstProduct(y: Tensor, x: Tensor): Tensor | undefined {
  const order = toposort([y]);
  let at = x;
  for (;;) {
    const readers = order.filter((tensor) => inputsOf(tensor).includes(at));
    const { origin } = readers[0] ?? x;
    if (readers.length !== 1 || origin.kind !== 'op') return undefined;
    const { op, inputs, attrs } = origin;
    if (op.view && op.grad !== undefined) {
      at = readers[0]!;
      continue;
    }
    const rows = op === matmulOp && attrs['transA'] === false && inputs[0]!.shape.length === 2;
    return rows && inputs[0] === at && inputs[1] !== at && !dependsOn(inputs[1]!, x) ? readers[0] : undefined;
  }
}

/** A graph with another tensor in the place of one. */
export function substitute(y: Tensor, from: Tensor, to: Tensor): Tensor {
  return rewrite([y], (tensor, old) => (old === from ? to : tensor))[0]!;
}

function dependsOn(y: Tensor, x: Tensor): boolean {
  return toposort([y]).includes(x);
}
