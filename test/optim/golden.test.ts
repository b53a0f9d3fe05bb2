import { describe, test } from 'vitest';
import { stored } from '../../src/ir/tensor.ts';
import {
  adagrad,
  adam,
  adamw,
  clipByGlobalNorm,
  clipByValue,
  globalNorm,
  lion,
  type Optimizer,
  rmsprop,
  sgd,
} from '../../src/optim/index.ts';
import { evaluate, judges } from '../support/evaluate.ts';
import { casesFor, expectClose, type GoldenTensor, readGolden, TOLERANCE } from '../support/golden.ts';
import { trajectory } from '../support/trajectory.ts';

interface Golden {
  readonly params: readonly number[];
  readonly grads: readonly (readonly number[])[];
  readonly cases: readonly OptimizerCase[];
  readonly clip: readonly ClipCase[];
}

interface OptimizerCase {
  readonly name: string;
  /** Who made the numbers, if not PyTorch. */
  readonly source?: string;
  /** The parameters after each update. */
  readonly f64: readonly (readonly number[])[];
}

interface ClipCase {
  readonly name: string;
  readonly g0: GoldenTensor;
  readonly g1?: GoldenTensor;
  readonly f64?: {
    readonly total_norm: number;
    readonly g0: readonly number[];
    readonly g1: readonly number[];
  };
  readonly result?: readonly number[];
}

const COVERED: Readonly<Record<string, Optimizer>> = {
  sgd: sgd({ learningRate: 0.1 }),
  sgd_wd: sgd({ learningRate: 0.1, weightDecay: 0.1 }),
  momentum: sgd({ learningRate: 0.1, momentum: 0.9 }),
  momentum_dampening: sgd({ learningRate: 0.1, momentum: 0.9, dampening: 0.1 }),
  momentum_wd: sgd({ learningRate: 0.1, momentum: 0.9, weightDecay: 0.01 }),
  nesterov: sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true }),
  nesterov_wd: sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.01 }),
  rmsprop: rmsprop({ learningRate: 0.01 }),
  rmsprop_momentum: rmsprop({ learningRate: 0.01, rho: 0.9, momentum: 0.9 }),
  rmsprop_centered: rmsprop({ learningRate: 0.01, rho: 0.9, centered: true }),
  rmsprop_wd: rmsprop({ learningRate: 0.01, weightDecay: 0.1 }),
  adam: adam({ learningRate: 0.01 }),
  adam_betas_eps: adam({ learningRate: 0.1, beta1: 0.5, beta2: 0.9, eps: 1e-4 }),
  adam_l2: adam({ learningRate: 0.01, weightDecay: 0.1 }),
  amsgrad: adam({ learningRate: 0.01, amsgrad: true }),
  adamw: adamw({ learningRate: 0.01 }),
  'adamw_wd0.1': adamw({ learningRate: 0.01, weightDecay: 0.1 }),
  adagrad: adagrad({ learningRate: 0.1 }),
  adagrad_decay_wd_init: adagrad({
    learningRate: 0.1,
    lrDecay: 0.1,
    weightDecay: 0.1,
    initialAccumulator: 0.1,
  }),
  lion: lion({ learningRate: 0.01 }),
  'lion_wd0.1': lion({ learningRate: 0.01, weightDecay: 0.1 }),
  // Keras has eps inside the root, which moves these parameters by less than 1e-8.
  'keras_rmsprop_eps1e-7': rmsprop({ learningRate: 0.01, rho: 0.9, eps: 1e-7 }),
  // Keras adds eps before the bias correction, which moves these parameters by less than 1e-8.
  'keras_adam_eps1e-7': adam({ learningRate: 0.01, eps: 1e-7 }),
};

/** Rules that glia does not have. A new golden case fails here until it is covered or listed. */
const LEFT_OUT = ['sgd_maximize', 'adadelta', 'adamax', 'nadam', 'radam', 'rprop', 'asgd'];

/** Keras holds the learning rate in float32. */
const KERAS = 1e-6;

const golden = readGolden<Golden>('optimizers');
const cases = casesFor(golden.cases, Object.keys(COVERED), LEFT_OUT);
const clips = casesFor(
  golden.clip,
  ['clip_norm_1', 'clip_norm_100_noop', 'clip_value_0.5'],
  // Norms other than the Euclidean.
  ['clip_norm_inf', 'clip_norm_l1'],
);

describe.each(judges)('five updates as in PyTorch and Keras, in %s', (judge) => {
  test.each(cases.map((one) => [one.name, one] as const))('%s', (name, { f64, source = '' }) => {
    const after = trajectory(COVERED[name]!, golden.params, golden.grads, judge);
    const tolerance = Math.max(TOLERANCE[judge], source.startsWith('Keras') ? KERAS : 0);
    for (const [t, params] of f64.entries()) expectClose(after[t]!, params, tolerance);
  });
});

describe.each(judges)('clipping as in PyTorch, in %s', (judge) => {
  test.each(clips.map((one) => [one.name, one] as const))('%s', (name, { g0, g1, f64, result }) => {
    const values = { g0: g0.data, g1: g1?.data ?? [0] };
    const first = stored('g0', g0.shape);
    if (g1 === undefined || f64 === undefined) {
      const [clipped] = evaluate(clipByValue([first], 0.5), values, judge);
      expectClose(clipped!, result!, TOLERANCE[judge]);
      return;
    }
    const grads = [first, stored('g1', g1.shape)];
    const max = name === 'clip_norm_1' ? 1 : 100;
    const [norm, c0, c1] = evaluate([globalNorm(grads), ...clipByGlobalNorm(grads, max)], values, judge);
    expectClose(norm!, [f64.total_norm], TOLERANCE[judge]);
    expectClose(c0!, f64.g0, TOLERANCE[judge]);
    expectClose(c1!, f64.g1, TOLERANCE[judge]);
  });
});
