import { OptionError } from '../base/errors.ts';
import { checkOptions } from '../base/options.ts';
import type { Shape } from '../base/shape.ts';
import type { Tensor } from '../ir/tensor.ts';
import { type Initializer, type InitializerName, initializerOf } from './init.ts';
import { type CallContext, createLayer, type Layer, type StateSpec } from './layer.ts';
import type { Regularizer } from './regularize.ts';

/** A parameter of a custom layer: its shape, or shape, first values and penalty. */
export type CustomParam =
  | Shape
  | {
      readonly shape: Shape;
      /** Default `glorotUniform` for two or more axes, else `zeros`. */
      readonly init?: InitializerName | Initializer;
      readonly regularizer?: Regularizer;
    };

/** Shape of an input without the batch axis; there is at least one axis. */
export type InputShape = readonly [number, ...number[]];

/** What {@link layer} takes. `P` are the names of the parameters. */
export interface CustomLayer<P extends string> {
  /** Parameters by name, from the input's shape without the batch axis. */
  readonly params?: (...inputs: InputShape[]) => Readonly<Record<P, CustomParam>>;
  /** The computation, out of ops: parameters by name, the input (an array if there are several), the context. */
  readonly apply: (
    own: Readonly<Record<P, Tensor>>,
    x: Tensor,
    context: CallContext & { inputs: readonly Tensor[] },
  ) => Tensor;
  /** Tensors carried from step to step; `apply` finds them beside the parameters. */
  readonly state?: (...inputs: InputShape[]) => Readonly<Record<string, StateSpec>>;
  /** Kind under which it is saved; `load` then needs it in `layers`. */
  readonly kind?: string;
  /** Options as plain data, to make the layer again when a model is loaded. */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly name?: string;
}

/**
 * A layer of one's own. Derivatives, both backends and saving follow from the ops that `apply` uses.
 *
 * | name  | meaning                                                     |
 * | ----- | ----------------------------------------------------------- |
 * | `own` | parameters (and state) by name, symbolic                    |
 * | `x`   | input, batch axis first                                     |
 *
 * @throws {OptionError} when an option is unknown.
 * @example
 * const gated = (units: number) => layer({
 *   params: ([d]) => ({ w: [d, units], g: [d, units] }),
 *   apply: ({ w, g }, x) => ops.mul(ops.matmul(x, w), ops.sigmoid(ops.matmul(x, g))),
 * });
 */
export function layer<P extends string = never>(definition: CustomLayer<P>): Layer {
  checkOptions('layer', definition, ['params', 'apply', 'state', 'kind', 'config', 'name']);
  const { params, apply, state, kind = 'custom', config = {}, name } = definition;
  if (typeof apply !== 'function') throw new OptionError('layer: apply must be a function');
  return createLayer({
    kind,
    name,
    config,
    params(...inputs) {
      const specs = Object.entries<CustomParam>(params?.(...(inputs as unknown as InputShape[])) ?? {});
      return Object.fromEntries(specs.map(([key, param]) => [key, complete(param)]));
    },
    ...(state && { state: (...inputs: Shape[]) => state(...(inputs as unknown as InputShape[])) }),
    apply: (own, inputs, context) =>
      apply(own as Readonly<Record<P, Tensor>>, inputs[0]!, { ...context, inputs }),
  });
}

function complete(param: CustomParam) {
  const { shape, init, regularizer }: Exclude<CustomParam, Shape> = isShape(param) ? { shape: param } : param;
  const usual = shape.length > 1 ? 'glorotUniform' : 'zeros';
  return { shape, init: initializerOf(init ?? usual), regularizer };
}

function isShape(param: CustomParam): param is Shape {
  return Array.isArray(param);
}
