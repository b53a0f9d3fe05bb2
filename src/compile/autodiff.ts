import { checkList } from '../base/check.ts';
import { ShapeError } from '../base/errors.ts';
import { showShape } from '../base/shape.ts';
import { byName, checkTensor } from '../ir/op.ts';
import { withPath } from '../ir/scope.ts';
import { constant, inputsOf, type Tensor } from '../ir/tensor.ts';
import { add, expand } from '../ops/index.ts';
import { toposort } from './toposort.ts';

/**
 * Gradients of `y` with respect to `wrt`, by reverse accumulation (Linnainmaa, 1970). Graph in, graph out: what
 * comes back can be differentiated again.
 *
 * | name  | shape                                                       |
 * | ----- | ----------------------------------------------------------- |
 * | `y`   | `[]`, or any with `seed`                                    |
 * | `wrt` | any; a tensor that `y` does not depend on gets zeros        |
 * | `seed` | as `y`: the gradient that arrives at `y`, by default 1     |
 *
 * Cost: about twice the operations of `y`.
 *
 * @throws {ShapeError} when `y` is no scalar and `seed` is missing, or `seed` has another shape.
 * @example
 * const [dw, db] = grad(loss, [weight, bias]);
 */
export function grad(y: Tensor, wrt: readonly Tensor[], seed: Tensor = constant(1)): Tensor[] {
  checkTensor('grad', 'y', y);
  checkTensor('grad', 'seed', seed);
  const leaves = checkList('grad', 'wrt', wrt, 'a list of tensors').map((x, i) =>
    checkTensor('grad', `wrt[${i}]`, x),
  );
  if (showShape(seed.shape) !== showShape(y.shape)) {
    throw new ShapeError('grad: the gradient that arrives must have the shape of y', {
      y: showShape(y.shape),
      seed: showShape(seed.shape),
      hint: 'differentiate a scalar: take the mean or the sum first',
    });
  }
  const order = toposort([y]);
  const needed = dependsOn(order, new Set(leaves));
  const gradients = new Map<Tensor, Tensor>([[y, seed]]);
  for (const tensor of order.reverse()) {
    const dy = gradients.get(tensor);
    if (dy !== undefined && tensor.origin.kind === 'op' && needed.has(tensor)) {
      withPath(tensor.path, () => pushBack(tensor, dy, needed, gradients));
    }
  }
  return leaves.map((x) => gradients.get(x) ?? expand(constant(0), x.shape));
}

function dependsOn(order: readonly Tensor[], wrt: ReadonlySet<Tensor>): Set<Tensor> {
  const needed = new Set<Tensor>();
  for (const tensor of order) {
    if (wrt.has(tensor) || inputsOf(tensor).some((input) => needed.has(input))) needed.add(tensor);
  }
  return needed;
}

function pushBack(y: Tensor, dy: Tensor, needed: ReadonlySet<Tensor>, gradients: Map<Tensor, Tensor>): void {
  if (y.origin.kind !== 'op' || y.origin.op.grad === undefined) return;
  const { op, inputs, attrs } = y.origin;
  const dx = y.origin.op.grad(byName(op, inputs), y, dy, attrs);
  inputs.forEach((input, i) => {
    const part = dx[op.inputs[i]!];
    if (part === undefined || !needed.has(input)) return;
    const sofar = gradients.get(input);
    gradients.set(input, sofar === undefined ? part : add(sofar, part));
  });
}
