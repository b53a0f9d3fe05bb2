import { checkOptions } from '../base/options.ts';
import { checkNumber } from '../base/ranges.ts';
import { type Shape, sizeOf } from '../base/shape.ts';
import type { Tensor } from '../ir/tensor.ts';
import * as ops from '../ops/index.ts';
import { initializerOf } from './init.ts';
import { type CallContext, createLayer, type Layer, refuse, single } from './layer.ts';

/** Options of {@link batchNorm}. */
export interface BatchNormOptions {
  /** Weight of the new batch in the running mean and variance. Default 0.1. */
  readonly momentum?: number;
  /** Added to the variance. Default 1e-5. */
  readonly eps?: number;
  readonly name?: string;
}

/**
 * Batch normalisation (Ioffe and Szegedy, 2015), `y = (x - mean) / √(var + eps) · weight + bias` for each channel,
 * with the batch's statistics in training and the running ones otherwise.
 *
 * | name                          | shape        | initial value |
 * | ----------------------------- | ------------ | ------------- |
 * | `x`, `y`                      | `[n, c, …]`  |               |
 * | `weight`, `bias`              | `[c]`        | 1, 0          |
 * | `running_mean`, `running_var` | `[c]`        | 0, 1          |
 *
 * As in PyTorch the running variance is the unbiased one. A batch with one number a channel, such as a last batch of one
 * row, has no variance: PyTorch refuses it, here it is normalised to `bias` and leaves the running statistics as they
 * are. With `batchSize: 1` they never change. Where float32 does not hold the variance, of activations beyond 1e19, a
 * training step is refused with a NumericError.
 *
 * @throws {OptionError} when `momentum` is not in [0, 1] or `eps` is not positive.
 * @example
 * sequential([dense(64), batchNorm(), activation('relu'), dense(10)]);
 */
export function batchNorm(options: BatchNormOptions = {}): Layer {
  const own = checkOptions('batchNorm', options, ['momentum', 'eps', 'name']);
  const { momentum = 0.1, eps = 1e-5, name } = own;
  checkNumber('batchNorm', 'momentum', momentum, { least: 0, most: 1 });
  checkNumber('batchNorm', 'eps', eps, { above: 0 });
  const channels = (shape: Shape): Shape => {
    if (shape.length === 0) refuse('batchNorm: the input has no channel axis', [shape]);
    return [shape[0]!];
  };
  return createLayer({
    kind: 'batchNorm',
    name,
    config: { momentum, eps },
    params: (shape) => ({
      weight: { shape: channels(shape), init: initializerOf('ones') },
      bias: { shape: channels(shape), init: initializerOf('zeros') },
    }),
    state: (shape) => ({
      running_mean: { shape: channels(shape), initial: 0 },
      running_var: { shape: channels(shape), initial: 1 },
    }),
    apply(own, inputs, context) {
      const x = single('batchNorm', inputs);
      const along = [x.shape[1]!, ...x.shape.slice(2).map(() => 1)];
      const { mean, scaledVariance } = context.training
        ? batchStatistics(x, own, momentum, context)
        : running(own);
      const root = ops.sqrt(ops.add(ops.reshape(scaledVariance, along), SCALE * SCALE * eps));
      const centred = ops.sub(x, ops.reshape(mean, along));
      const scaled = ops.div(centred, ops.div(root, SCALE));
      return ops.add(ops.mul(scaled, ops.reshape(own['weight']!, along)), ops.reshape(own['bias']!, along));
    },
  });
}

/**
 * The variance is that of `SCALE · x`: its gradient is about the inverse of its size, and for activations of 1e19 float32
 * would not hold it. A power of two, so that nothing is rounded; small enough that the scaled `eps` is no denormal number.
 */
const SCALE = 2 ** -16;

type Statistics = { mean: Tensor; scaledVariance: Tensor };
type Own = Readonly<Record<string, Tensor>>;

function running(own: Own): Statistics {
  return { mean: own['running_mean']!, scaledVariance: ops.mul(own['running_var']!, SCALE * SCALE) };
}

function batchStatistics(x: Tensor, own: Own, momentum: number, { update }: CallContext): Statistics {
  const axis = x.shape.flatMap((_, i) => (i === 1 ? [] : [i]));
  const mean = ops.mean(x, { axis });
  const centred = ops.sub(x, ops.mean(x, { axis, keepDims: true }));
  const scaledVariance = ops.mean(ops.square(ops.mul(centred, SCALE)), { axis });
  const n = sizeOf(x.shape) / x.shape[1]!;
  // The unbiased variance of one number is 0 / 0: 0 in its place would pull the running one down at every epoch.
  if (n === 1) return { mean, scaledVariance };
  const unbiased = ops.mul(ops.div(scaledVariance, SCALE * SCALE), n / (n - 1));
  const blend = (old: Tensor, now: Tensor): Tensor =>
    ops.add(ops.mul(1 - momentum, old), ops.mul(momentum, ops.detach(now)));
  update('running_mean', blend(own['running_mean']!, mean));
  update('running_var', blend(own['running_var']!, unbiased));
  return { mean, scaledVariance };
}

/** Options of {@link layerNorm}. */
export interface LayerNormOptions {
  /** How many of the last axes are normalised together. Default 1. */
  readonly axes?: number;
  /** Added to the variance. Default 1e-5. */
  readonly eps?: number;
  readonly name?: string;
}

/**
 * Layer normalisation (Ba et al., 2016), `y = (x - mean) / √(var + eps) · weight + bias`, with statistics of each row
 * over its last axes; the same in training and otherwise. Right for activations of any size that float32 holds.
 *
 * | name             | shape                   | initial value |
 * | ---------------- | ----------------------- | ------------- |
 * | `x`, `y`         | `[n, …, d]`             |               |
 * | `weight`, `bias` | the last `axes` of `x`  | 1, 0          |
 *
 * @throws {OptionError} when `axes` is not a positive integer or `eps` is not positive.
 * @example
 * sequential([dense(64), layerNorm(), activation('gelu'), dense(10)]);
 */
export function layerNorm(options: LayerNormOptions = {}): Layer {
  const { axes = 1, eps = 1e-5, name } = checkOptions('layerNorm', options, ['axes', 'eps', 'name']);
  checkNumber('layerNorm', 'axes', axes, { least: 1, whole: true });
  checkNumber('layerNorm', 'eps', eps, { above: 0 });
  return createLayer({
    kind: 'layerNorm',
    name,
    config: { axes, eps },
    params(shape) {
      if (shape.length < axes) refuse(`layerNorm: there are no ${axes} axes to normalise`, [shape]);
      return {
        weight: { shape: shape.slice(-axes), init: initializerOf('ones') },
        bias: { shape: shape.slice(-axes), init: initializerOf('zeros') },
      };
    },
    apply({ weight, bias }, inputs) {
      const x = single('layerNorm', inputs);
      const axis = Array.from({ length: axes }, (_, i) => -1 - i);
      const centred = ops.sub(x, ops.mean(x, { axis, keepDims: true }));
      const scaled = ops.div(centred, ops.rootMeanSquare(centred, { axes, eps }));
      return ops.add(ops.mul(scaled, weight!), bias!);
    },
  });
}
