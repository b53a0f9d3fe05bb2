import { readGiven } from '../base/check.ts';
import { describe } from '../base/describe.ts';
import { OptionError } from '../base/errors.ts';
import { checkOptions, choose } from '../base/options.ts';
import { checkNumber } from '../base/ranges.ts';
import type { Tensor } from '../ir/tensor.ts';
import * as ops from '../ops/index.ts';

/** An activation: a function of a tensor, with a name to save it by. */
export interface Activation {
  readonly name: string;
  /** Options as plain data. */
  readonly config: Readonly<Record<string, number>>;
  readonly apply: (x: Tensor) => Tensor;
}

/** Name of an activation, with its usual options. */
export type ActivationName = keyof typeof table;

const plain = (name: string, apply: (x: Tensor) => Tensor) => (): Activation => ({ name, config: {}, apply });

/** Where `x > 0`, `x`; else `negative` of it, which never sees a large positive number and so cannot overflow. */
function onNegative(x: Tensor, negative: (x: Tensor) => Tensor): Tensor {
  const positive = ops.greater(x, 0);
  return ops.where(positive, x, negative(ops.where(positive, 0, x)));
}

/**
 * Leaky rectifier: `x` above 0, `slope · x` below (Maas et al., 2013). The derivative at 0 is `slope`.
 *
 * @throws {OptionError} when `slope` is not a finite number or an option is unknown.
 * @example
 * dense(64, { activation: activations.leakyRelu({ slope: 0.2 }) });
 */
export function leakyRelu(options: { readonly slope?: number } = {}): Activation {
  const { slope = 0.01 } = checkOptions('leakyRelu', options, ['slope']);
  checkNumber('leakyRelu', 'slope', slope);
  return {
    name: 'leakyRelu',
    config: { slope },
    apply: (x) => ops.where(ops.greater(x, 0), x, ops.mul(slope, x)),
  };
}

/**
 * Exponential linear unit: `x` above 0, `alpha · (eˣ - 1)` below (Clevert et al., 2016).
 *
 * @throws {OptionError} when `alpha` is not a finite number or an option is unknown.
 * @example
 * dense(64, { activation: activations.elu({ alpha: 0.5 }) });
 */
export function elu(options: { readonly alpha?: number } = {}): Activation {
  const { alpha = 1 } = checkOptions('elu', options, ['alpha']);
  checkNumber('elu', 'alpha', alpha);
  return { name: 'elu', config: { alpha }, apply: (x) => onNegative(x, (z) => ops.mul(alpha, ops.expm1(z))) };
}

/**
 * Softplus with sharpness: `log(1 + e^(beta·x)) / beta`.
 *
 * @throws {OptionError} when `beta` is not above 0 or an option is unknown.
 * @example
 * dense(1, { activation: activations.softplus({ beta: 2 }) });
 */
export function softplus(options: { readonly beta?: number } = {}): Activation {
  const { beta = 1 } = checkOptions('softplus', options, ['beta']);
  checkNumber('softplus', 'beta', beta, { above: 0 });
  return { name: 'softplus', config: { beta }, apply: (x) => ops.div(ops.softplus(ops.mul(beta, x)), beta) };
}

// Klambauer et al. (2017), equation 14.
const SELU_ALPHA = 1.6732632423543772;
const SELU_SCALE = 1.0507009873554805;

function selu(x: Tensor): Tensor {
  return ops.mul(
    SELU_SCALE,
    onNegative(x, (z) => ops.mul(SELU_ALPHA, ops.expm1(z))),
  );
}

/** Hendrycks and Gimpel (2016): `x · Φ(x)`. */
function gelu(x: Tensor): Tensor {
  return ops.mul(ops.mul(0.5, x), ops.add(1, ops.erf(ops.mul(x, Math.SQRT1_2))));
}

/** Hendrycks and Gimpel (2016), the approximation by tanh. */
function geluTanh(x: Tensor): Tensor {
  // The tanh is 1 long before; the cube of a larger number may be infinite, and its gradient then 0 · ∞.
  const z = ops.clip(x, -100, 100);
  const inner = ops.mul(Math.sqrt(2 / Math.PI), ops.add(z, ops.mul(0.044715, ops.mul(z, ops.mul(z, z)))));
  return ops.mul(ops.mul(0.5, x), ops.add(1, ops.tanh(inner)));
}

const table = {
  linear: plain('linear', (x) => x),
  relu: plain('relu', ops.relu),
  leakyRelu: () => leakyRelu(),
  elu: () => elu(),
  selu: plain('selu', selu),
  gelu: plain('gelu', gelu),
  geluTanh: plain('geluTanh', geluTanh),
  /** Elfwing et al. (2018): `x · sigmoid(x)`; also called swish. */
  silu: plain('silu', (x) => ops.mul(x, ops.sigmoid(x))),
  swish: plain('silu', (x) => ops.mul(x, ops.sigmoid(x))),
  softplus: () => softplus(),
  /** Misra (2019): `x · tanh(softplus(x))`. */
  mish: plain('mish', (x) => ops.mul(x, ops.tanh(ops.softplus(x)))),
  sigmoid: plain('sigmoid', ops.sigmoid),
  tanh: plain('tanh', ops.tanh),
  softmax: plain('softmax', (x) => ops.softmax(x)),
  logSoftmax: plain('logSoftmax', (x) => ops.logSoftmax(x)),
};

const withOptions: Readonly<Record<string, (config: Record<string, number>) => Activation>> = {
  leakyRelu,
  elu,
  softplus,
};

/** Every activation by name, for tests and for tables of choices. */
export const activationNames: readonly string[] = Object.keys(table);

/**
 * An activation by name, as it is, or from a saved configuration.
 *
 * @throws {OptionError} when there is none of that name, or the choice is something else.
 * @example
 * const y = activations.activationOf('relu').apply(x);
 */
export function activationOf(
  choice: ActivationName | Activation | { name: string; config: object },
): Activation {
  if (typeof choice === 'string') return choose('activation', choice, table)();
  if (typeof choice !== 'object' || choice === null) {
    throw new OptionError('activation: must be a name or an activation such as leakyRelu({ slope: 0.2 })', {
      got: describe(choice),
      hint: 'a function of your own goes into layer({ apply: (_own, x) => … })',
    });
  }
  return readGiven('activation', () => {
    const { name, config } = choice;
    if ('apply' in choice && typeof choice.apply === 'function') return choice;
    if (typeof name === 'string' && Object.hasOwn(withOptions, name))
      return withOptions[name]!(config as Record<string, number>);
    return choose('activation', name, table)();
  });
}
