import { readGiven } from '../base/check.ts';
import { describe, describeList, isRecord } from '../base/describe.ts';
import { OptionError } from '../base/errors.ts';
import { checkOptions, ownOf } from '../base/options.ts';
import { checkNumber } from '../base/ranges.ts';
import { readShape, type Shape } from '../base/shape.ts';
import { currentPath } from '../ir/scope.ts';
import { isTensor, type Tensor } from '../ir/tensor.ts';
import { type Initializer, type InitializerName, initializerOf } from './init.ts';
import {
  type CallContext,
  createLayer,
  type Layer,
  type ParamSpec,
  refuse,
  type StateSpec,
} from './layer.ts';
import { checkRegularizer, type Regularizer } from './regularize.ts';

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

/** What {@link layer} takes. `P` are the names of the parameters, `S` those of the state. */
export interface CustomLayer<P extends string, S extends string = never> {
  /** Parameters by name, from the input's shape without the batch axis. */
  readonly params?: (...inputs: InputShape[]) => Readonly<Record<P, CustomParam>>;
  /** The computation, out of ops: parameters by name, the input (an array if there are several), the context. */
  readonly apply: (
    own: Readonly<Record<P | S, Tensor>>,
    x: Tensor,
    context: CallContext & { inputs: readonly Tensor[] },
  ) => Tensor;
  /** Tensors carried from step to step; `apply` finds them beside the parameters. Write it before `apply`, as `params`. */
  readonly state?: (...inputs: InputShape[]) => Readonly<Record<S, StateSpec>>;
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
 * @throws {OptionError} when an option is unknown; when the model is built, if `apply` gives no tensor.
 * @throws {ShapeError} when the model is built, if the shape of a parameter is not a list of positive integers.
 * @example
 * const gated = (units: number) => layer({
 *   params: ([d]) => ({ w: [d, units], g: [d, units] }),
 *   apply: ({ w, g }, x) => ops.mul(ops.matmul(x, w), ops.sigmoid(ops.matmul(x, g))),
 * });
 */
export function layer<P extends string = never, S extends string = never>(
  definition: CustomLayer<P, S>,
): Layer {
  const known = ['params', 'apply', 'state', 'kind', 'config', 'name'];
  const {
    params,
    apply,
    state,
    kind = 'custom',
    config = {},
    name,
  } = checkOptions('layer', definition, known);
  if (typeof apply !== 'function') throw new OptionError('layer: apply must be a function');
  for (const [what, made] of Object.entries({ params, state })) {
    if (made === undefined || typeof made === 'function') continue;
    throw new OptionError(`layer: ${what} must be a function of the input's shape, got ${describe(made)}`, {
      hint: `${what}: ([d]) => ({ … })`,
    });
  }
  if (typeof kind !== 'string') throw new OptionError(`layer: kind must be a string, got ${describe(kind)}`);
  if (!isRecord(config)) throw new OptionError(`layer: config must be an object, got ${describe(config)}`);
  return createLayer({
    kind,
    name,
    config,
    params(...inputs) {
      const made = params?.(...(inputs as unknown as InputShape[])) ?? {};
      const specs = entriesOf<CustomParam>('params', made);
      return Object.fromEntries(specs.map(([key, param]) => [key, complete(key, param, inputs)]));
    },
    ...(state && {
      state(...inputs: Shape[]) {
        const specs = entriesOf<StateSpec>('state', state(...(inputs as unknown as InputShape[])));
        return Object.fromEntries(
          specs.map(([key, spec]) => {
            const own = ownOf(`layer: state ${key}`, spec, ['shape', 'initial']);
            checkNumber('layer', `initial of state ${key}`, own.initial);
            return [key, { shape: checkShape(`state ${key}`, own.shape, inputs), initial: own.initial }];
          }),
        );
      },
    }),
    apply(own, inputs, context) {
      const y = apply(own as Readonly<Record<P | S, Tensor>>, inputs[0]!, { ...context, inputs });
      if (isTensor(y)) return y;
      throw new OptionError(`layer: apply gave ${describe(y)}, wanted a tensor`, {
        at: currentPath() || undefined,
      });
    },
  });
}

function complete(key: string, param: CustomParam, inputs: readonly Shape[]): ParamSpec {
  const where = `layer: parameter ${key}`;
  const whole = readGiven(where, () => (isShape(param) ? { shape: param } : param));
  const own: Partial<Exclude<CustomParam, Shape>> = ownOf(where, whole, ['shape', 'init', 'regularizer']);
  const { init, regularizer } = own;
  const shape = checkShape(`parameter ${key}`, own.shape, inputs);
  const usual = shape.length > 1 ? 'glorotUniform' : 'zeros';
  return { shape, init: initializerOf(init ?? usual), regularizer: checkRegularizer(regularizer) };
}

/** Shapes are made from those of the inputs, so an axis that an input does not have shows here. */
function checkShape(what: string, given: unknown, inputs: readonly Shape[]): Shape {
  const shape = readShape(given, 1);
  if (shape !== undefined) return shape;
  const why = `layer: the shape of ${what} is ${describeList(given)}`;
  return refuse(why, inputs, 'dimensions are positive integers');
}

/** What a function of the caller's gave, by name. */
function entriesOf<T>(what: string, made: Readonly<Record<string, T>>): [string, T][] {
  const entries = readGiven(`layer: ${what}`, () => isRecord(made) && Object.entries(made));
  if (entries !== false) return entries as [string, T][];
  throw new OptionError(`layer: ${what} gave ${describe(made)}, wanted an object`);
}

function isShape(param: CustomParam): param is Shape {
  return Array.isArray(param);
}
