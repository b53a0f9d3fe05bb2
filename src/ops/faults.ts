import { apply, defineOp } from '../ir/op.ts';
import { constant, type Tensor } from '../ir/tensor.ts';

/** Tensors that one application looks at, beside what those before it have found. */
const TENSORS = Array.from({ length: 16 }, (_, i) => `x${i}`);

/** All finite numbers are below this power of two. */
const FINITE = 128;

/**
 * 0 where all numbers of all tensors are below 2 to the power of `exponent`, whatever their sign, else NaN. By default it
 * finds what is not finite.
 *
 * | name | shape |
 * | ---- | ----- |
 * | `xs` | any   |
 * | `y`  | `[]`  |
 *
 * Cost: a look at each element, sixteen tensors in a step of the program.
 *
 * @example
 * const next = ops.where(faults([loss, gradient]), weight, stepped); // NaN is not 0
 */
export function faults(xs: readonly Tensor[], exponent = FINITE): Tensor {
  let found = constant(0);
  for (let i = 0; i < xs.length; i += TENSORS.length) {
    const some = TENSORS.map((_, k) => xs[i + k] ?? constant(0));
    found = apply(faultsOp, [...some, found], { exponent });
  }
  return found;
}

/** Of the samples. */
const SHAPES = Object.fromEntries(
  [...TENSORS, 'before'].map((name, i) => [name, name === 'before' ? [] : [[2, 3], [3], [], [17]][i % 4]!]),
);

const faultsOp = defineOp({
  name: 'faults',
  inputs: [...TENSORS, 'before'],
  attrs: { exponent: FINITE },
  shape({ before }, { exponent }, fail) {
    if (before!.length > 0) fail('before must be a scalar');
    if (!((exponent as number) > -127 && (exponent as number) <= FINITE))
      fail('exponent must be in -126..128');
    return [];
  },
  // All are 0.
  grad: () => ({}),
  kernel(x, y, { exponent }) {
    const limit = 2 ** (exponent as number);
    let fine = true;
    for (const { data } of Object.values(x))
      for (let i = 0; i < data.length; i++) if (!(Math.abs(data[i]!) < limit)) fine = false;
    y.data[0] = fine ? 0 : Number.NaN;
  },
  flops: (x) => Object.values(x).reduce((sum, shape) => sum + shape.reduce((a, b) => a * b, 1), 0),
  samples: [{ shapes: SHAPES }, { shapes: SHAPES, attrs: { exponent: 40 } }],
});
