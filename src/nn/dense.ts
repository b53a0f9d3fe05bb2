import { checkFlag } from '../base/check.ts';
import { checkOptions } from '../base/options.ts';
import { checkNumber } from '../base/ranges.ts';
import { add, matmul } from '../ops/index.ts';
import { type Activation, type ActivationName, activationOf } from './activations.ts';
import { type Initializer, type InitializerName, initializerFrom, initializerOf } from './init.ts';
import { createLayer, type Layer, refuse, single } from './layer.ts';
import { checkRegularizer, type Regularizer } from './regularize.ts';

/** Programs count with 32 bits. */
const MOST_UNITS = 2 ** 31 - 1;

/** Options of {@link dense}. */
export interface DenseOptions {
  /** Applied to the result. Default `linear`. */
  readonly activation?: ActivationName | Activation;
  /** Add a bias. Default true. */
  readonly bias?: boolean;
  /** First values of the weight. Default `glorotUniform`. */
  readonly init?: InitializerName | Initializer;
  /** First values of the bias. Default `zeros`. */
  readonly biasInit?: InitializerName | Initializer;
  /** Penalty on the weight (not on the bias). */
  readonly regularizer?: Regularizer;
  /** Name in paths such as `hidden.weight`. */
  readonly name?: string;
}

/**
 * Fully connected layer, `y = activation(x · Wᵀ + b)`, on the last axis.
 *
 * | name     | shape         | initial value                            |
 * | -------- | ------------- | ---------------------------------------- |
 * | `x`      | `[n, …, in]`  |                                          |
 * | `weight` | `[units, in]` | Glorot uniform (Glorot and Bengio, 2010) |
 * | `bias`   | `[units]`     | 0                                        |
 * | `y`      | `[n, …, units]` |                                        |
 *
 * Cost: `2·n·in·units` FLOP.
 *
 * @throws {OptionError} when `units` is not a positive integer or an option is unknown.
 * @example
 * sequential([dense(64, { activation: 'relu' }), dense(10)]);
 */
export function dense(units: number, options: DenseOptions = {}): Layer {
  const own = checkOptions('dense', options, [
    'activation',
    'bias',
    'init',
    'biasInit',
    'regularizer',
    'name',
  ]);
  checkNumber('dense', 'units', units, { least: 1, most: MOST_UNITS, whole: true });
  const { bias = true, name } = own;
  checkFlag('dense', 'bias', bias);
  const regularizer = checkRegularizer(own.regularizer);
  const activation = activationOf(own.activation ?? 'linear');
  const init = initializerOf(own.init ?? 'glorotUniform');
  const biasInit = initializerOf(own.biasInit ?? 'zeros');
  return createLayer({
    kind: 'dense',
    name,
    config: {
      units,
      bias,
      activation: saved(activation),
      init: saved(init),
      biasInit: saved(biasInit),
      regularizer,
    },
    params(shape) {
      const width = shape.at(-1);
      if (width === undefined) refuse('dense: the input has no feature axis', [shape]);
      return {
        weight: { shape: [units, width], init, regularizer },
        ...(bias && { bias: { shape: [units], init: biasInit } }),
      };
    },
    apply({ weight, bias: b }, inputs) {
      const product = matmul(single('dense', inputs), weight!, { transB: true });
      return activation.apply(bias ? add(product, b!) : product);
    },
  });
}

function saved({ name, config }: { name: string; config: object }): { name: string; config: object } {
  return { name, config };
}

type Saved = { name: string; config: object };

/** The dense layer that a saved configuration describes. */
export function denseFrom(config: Readonly<Record<string, unknown>>, name: string): Layer {
  return dense(config['units'] as number, {
    name,
    bias: config['bias'] as boolean,
    activation: activationOf(config['activation'] as Saved),
    init: initializerFrom(config['init'] as Saved),
    biasInit: initializerFrom(config['biasInit'] as Saved),
    ...(config['regularizer'] !== undefined && { regularizer: config['regularizer'] as Regularizer }),
  });
}
