import { checkOptions } from '../base/options.ts';
import { type Shape, sizeOf } from '../base/shape.ts';
import * as ops from '../ops/index.ts';
import { type Activation, type ActivationName, activationOf } from './activations.ts';
import { createLayer, type Layer, single } from './layer.ts';

/** The one option of layers without parameters. */
export interface NameOption {
  /** Name in paths. */
  readonly name?: string;
}

/**
 * An activation as a layer of its own.
 *
 * | name | shape  |
 * | ---- | ------ |
 * | `x`  | any    |
 * | `y`  | as `x` |
 *
 * @throws {OptionError} when there is no activation of that name.
 * @example
 * sequential([dense(64), batchNorm(), activation('relu'), dense(10)]);
 */
export function activation(choice: ActivationName | Activation, options: NameOption = {}): Layer {
  checkOptions('activation', options, ['name']);
  const chosen = activationOf(choice);
  return createLayer({
    kind: 'activation',
    name: options.name,
    config: { activation: { name: chosen.name, config: chosen.config } },
    params: () => ({}),
    apply: (_own, inputs) => chosen.apply(single('activation', inputs)),
  });
}

/**
 * All axes after the batch axis as one.
 *
 * | name | shape            |
 * | ---- | ---------------- |
 * | `x`  | `[n, …]`         |
 * | `y`  | `[n, size of …]` |
 *
 * Cost: none.
 *
 * @example
 * sequential([flatten(), dense(10)], { inputShape: [28, 28] });
 */
export function flatten(options: NameOption = {}): Layer {
  checkOptions('flatten', options, ['name']);
  return createLayer({
    kind: 'flatten',
    name: options.name,
    config: {},
    params: () => ({}),
    apply(_own, inputs) {
      const x = single('flatten', inputs);
      return ops.reshape(x, [x.shape[0]!, sizeOf(x.shape.slice(1))]);
    },
  });
}

/**
 * The same numbers under another shape, without the batch axis; one dimension may be -1.
 *
 * | name | shape         |
 * | ---- | ------------- |
 * | `x`  | `[n, …]`      |
 * | `y`  | `[n, …shape]` |
 *
 * Cost: none.
 *
 * @throws {ShapeError} when the number of elements differs.
 * @example
 * sequential([reshape([8, 8]), flatten(), dense(10)], { inputShape: [64] });
 */
export function reshape(shape: Shape, options: NameOption = {}): Layer {
  checkOptions('reshape', options, ['name']);
  return createLayer({
    kind: 'reshape',
    name: options.name,
    config: { shape: [...shape] },
    params: () => ({}),
    apply(_own, inputs) {
      const x = single('reshape', inputs);
      const known = shape.reduce((size, dim) => (dim === -1 ? size : size * dim), 1);
      const free = sizeOf(x.shape.slice(1)) / known;
      return ops.reshape(x, [x.shape[0]!, ...shape.map((dim) => (dim === -1 ? free : dim))]);
    },
  });
}
