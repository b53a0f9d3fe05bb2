import { type Key, philox, toUniform } from '../base/random.ts';
import type { Shape } from '../base/shape.ts';
import { checkIntegers } from '../ir/attr.ts';
import { apply, defineOp } from '../ir/op.ts';
import type { Tensor } from '../ir/tensor.ts';

/**
 * Uniform random numbers in [0, 1), a pure function of key and step: element i is word `i mod 4` of the Philox
 * block with counter `(i div 4, 0, step, 0)`. Both backends give the same bits.
 *
 * | name   | shape              |
 * | ------ | ------------------ |
 * | `step` | `[]`, int32        |
 * | `y`    | `shape`            |
 *
 * Cost: about 25 integer operations an element. Not differentiable.
 *
 * @throws {ShapeError} when `step` is not an int32 scalar.
 * @example
 * ops.greater(keep, ops.uniform(step, x.shape, keyOf(seed, 'dropout')));
 */
export function uniform(step: Tensor, shape: Shape, key: Key): Tensor {
  const [key0, key1] = checkIntegers('uniform', 'key', key) as unknown as Key;
  return apply(uniformOp, [step], { shape, key0, key1 });
}

const uniformOp = defineOp({
  name: 'uniform',
  inputs: ['step'],
  inputTypes: { step: 'i32' },
  attrs: { shape: [], key0: 0, key1: 0 },
  shape: ({ step }, { shape }, fail) =>
    step!.length > 0 ? fail('step must be a scalar') : (shape as number[]),
  kernel({ step }, y, { key0, key1 }) {
    const block = new Uint32Array(4);
    const key: Key = [key0 as number, key1 as number];
    const now = step!.data[0]!;
    for (let i = 0; i < y.data.length; i++) {
      if (i % 4 === 0) philox(i / 4, 0, now, 0, key, block);
      y.data[i] = toUniform(block[i % 4]!);
    }
  },
  samples: [
    { shapes: { step: [] }, attrs: { shape: [3, 5], key0: 17, key1: -4 }, classes: 1000 },
    { shapes: { step: [] }, attrs: { shape: [2050], key0: -1, key1: 5 }, classes: 1000 },
  ],
  tolerance: 0, // the same bits
});
