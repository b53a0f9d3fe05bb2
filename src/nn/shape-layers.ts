import { describeList } from '../base/describe.ts';
import { OptionError } from '../base/errors.ts';
import { checkOptions } from '../base/options.ts';
import { readShape, type Shape, showShape, sizeOf } from '../base/shape.ts';
import * as ops from '../ops/index.ts';
import { type Activation, type ActivationName, activationOf } from './activations.ts';
import { createLayer, type Layer, refuse, single } from './layer.ts';

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
  const { name } = checkOptions('activation', options, ['name']);
  const chosen = activationOf(choice);
  return createLayer({
    kind: 'activation',
    name,
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
  const { name } = checkOptions('flatten', options, ['name']);
  return createLayer({
    kind: 'flatten',
    name,
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
 * @throws {OptionError} when `shape` is not a list of positive integers, at most one of them -1 instead.
 * @throws {ShapeError} when the number of elements differs.
 * @example
 * sequential([reshape([8, 8]), flatten(), dense(10)], { inputShape: [64] });
 */
export function reshape(shape: Shape, options: NameOption = {}): Layer {
  const { name } = checkOptions('reshape', options, ['name']);
  const target = checkTarget(shape);
  return createLayer({
    kind: 'reshape',
    name,
    config: { shape: target },
    params: () => ({}),
    apply(_own, inputs) {
      const x = single('reshape', inputs);
      const row = x.shape.slice(1);
      const known = target.reduce((size, dim) => (dim === -1 ? size : size * dim), 1);
      const free = sizeOf(row) / known;
      if (!(target.includes(-1) ? Number.isInteger(free) : free === 1)) {
        refuse(`reshape: ${sizeOf(row)} elements a row do not fill ${showShape(target)}`, [x.shape]);
      }
      return ops.reshape(x, [x.shape[0]!, ...target.map((dim) => (dim === -1 ? free : dim))]);
    },
  });
}

function checkTarget(given: unknown): Shape {
  const shape = readShape(given, -1);
  if (shape !== undefined && !shape.includes(0) && shape.filter((dim) => dim === -1).length < 2) return shape;
  throw new OptionError('reshape: the shape must be a list of positive integers', {
    got: describeList(given),
    hint: 'one dimension may be -1: it takes what is left',
  });
}
