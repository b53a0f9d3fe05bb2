import { checkOptions } from '../base/options.ts';
import { checkNumber } from '../base/ranges.ts';
import { sameShape } from '../base/shape.ts';
import type { Tensor } from '../ir/tensor.ts';
import * as ops from '../ops/index.ts';
import { createLayer, type Layer, refuse } from './layer.ts';
import type { NameOption } from './shape-layers.ts';

/**
 * Sum of two or more values of one shape: a residual connection.
 *
 * | name | shape                       |
 * | ---- | --------------------------- |
 * | `xs` | all the same, no broadcast  |
 * | `y`  | as each                     |
 *
 * @throws {ShapeError} when shapes differ.
 * @example
 * const y = add().call(x, dense(64).call(x));
 */
export function add(options: NameOption = {}): Layer {
  const { name } = checkOptions('add', options, ['name']);
  return createLayer({
    kind: 'add',
    name,
    config: {},
    params: () => ({}),
    apply(_own, inputs) {
      const shapes = atLeastTwo('add', inputs).map(({ shape }) => shape);
      if (shapes.some((shape) => !sameShape(shape, shapes[0]!)))
        refuse('add: inputs must have one shape', shapes);
      return inputs.reduce((a, b) => ops.add(a, b));
    },
  });
}

/**
 * Two or more values behind each other along an axis; `axis` counts the batch axis, -1 is the last.
 *
 * | name | shape                              |
 * | ---- | ---------------------------------- |
 * | `xs` | equal but for `axis`               |
 * | `y`  | as each, with the sum along `axis` |
 *
 * @throws {OptionError} when `axis` is not an integer.
 * @throws {ShapeError} when other dimensions differ.
 * @example
 * const y = concat().call(left, right);
 */
export function concat(options: NameOption & { readonly axis?: number } = {}): Layer {
  const { axis = -1, name } = checkOptions('concat', options, ['axis', 'name']);
  checkNumber('concat', 'axis', axis, { whole: true });
  return createLayer({
    kind: 'concat',
    name,
    config: { axis },
    params: () => ({}),
    apply: (_own, inputs) => ops.concat(atLeastTwo('concat', inputs), axis),
  });
}

function atLeastTwo(kind: string, inputs: readonly Tensor[]): readonly Tensor[] {
  if (inputs.length < 2)
    refuse(
      `${kind} takes two or more inputs, got ${inputs.length}`,
      inputs.map(({ shape }) => shape),
    );
  return inputs;
}
