import { apply, defineOp } from '../ir/op.ts';
import { constant, type Tensor } from '../ir/tensor.ts';

/** Tensors that one application looks at, beside what those before it have found. */
const TENSORS = ['a', 'b', 'c', 'd'];

/**
 * 0 where all numbers of all tensors are finite, else NaN: the sum of 0 times each, which no size of numbers makes too
 * large.
 *
 * | name | shape |
 * | ---- | ----- |
 * | `xs` | any   |
 * | `y`  | `[]`  |
 *
 * Cost: a look at each element, four tensors in a step.
 *
 * @example
 * const fine = ops.equal(faults([loss, ...gradients]), 0);
 */
export function faults(xs: readonly Tensor[]): Tensor {
  let found = constant(0);
  for (let i = 0; i < xs.length; i += TENSORS.length) {
    const some = TENSORS.map((_, k) => xs[i + k] ?? constant(0));
    found = apply(faultsOp, [...some, found]);
  }
  return found;
}

const faultsOp = defineOp({
  name: 'faults',
  inputs: [...TENSORS, 'before'],
  shape({ before }, _attrs, fail) {
    if (before!.length > 0) fail('before must be a scalar');
    return [];
  },
  linear: [[...TENSORS, 'before']],
  // All are 0.
  grad: () => ({}),
  kernel(x, y) {
    let found = 0;
    for (const { data } of Object.values(x)) for (let i = 0; i < data.length; i++) found += 0 * data[i]!;
    y.data[0] = found;
  },
  flops: (x) => Object.values(x).reduce((sum, shape) => sum + shape.reduce((a, b) => a * b, 1), 0),
  samples: [{ shapes: { a: [2, 3], b: [3], c: [], d: [17], before: [] } }],
});
