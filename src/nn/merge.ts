import { ShapeError } from '../base/errors.ts';
import { checkOptions } from '../base/options.ts';
import { sameShape, showShape } from '../base/shape.ts';
import { currentPath } from '../ir/scope.ts';
import type { Tensor } from '../ir/tensor.ts';
import * as ops from '../ops/index.ts';
import { createLayer, type Layer } from './layer.ts';
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
  checkOptions('add', options, ['name']);
  return createLayer({
    kind: 'add',
    name: options.name,
    config: {},
    params: () => ({}),
    apply(_own, inputs) {
      const odd = atLeastTwo('add', inputs).find((x) => !sameShape(x.shape, inputs[0]!.shape));
      if (odd !== undefined) {
        throw new ShapeError('add: inputs must have one shape', {
          at: currentPath(),
          first: showShape(inputs[0]!.shape),
          other: showShape(odd.shape),
        });
      }
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
 * @throws {ShapeError} when other dimensions differ.
 * @example
 * const y = concat().call(left, right);
 */
export function concat({ axis = -1, ...options }: NameOption & { readonly axis?: number } = {}): Layer {
  checkOptions('concat', options, ['name']);
  return createLayer({
    kind: 'concat',
    name: options.name,
    config: { axis },
    params: () => ({}),
    apply: (_own, inputs) => ops.concat(atLeastTwo('concat', inputs), axis),
  });
}

function atLeastTwo(kind: string, inputs: readonly Tensor[]): readonly Tensor[] {
  if (inputs.length < 2) throw new ShapeError(`${kind} takes two or more inputs, got ${inputs.length}`);
  return inputs;
}
