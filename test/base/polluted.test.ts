import { describe, expect, test } from 'vitest';
import { GliaError, OptionError } from '../../src/base/errors.ts';
import { fed, stored, type Tensor } from '../../src/ir/tensor.ts';
import * as losses from '../../src/loss/index.ts';
import * as nn from '../../src/nn/index.ts';
import * as ops from '../../src/ops/index.ts';
import * as optim from '../../src/optim/index.ts';

/**
 * What `Object.prototype` holds is no option: every factory that takes options makes the same while each of the names
 * that it knows stands there with each of these values, some of which would be taken and some refused.
 */
const VALUES: readonly unknown[] = [0.5, 1, true, 'sum', 'tanh', [0]];

/** A graph as lines, each value once. */
function graphOf(...tensors: readonly Tensor[]): string[] {
  const lines: string[] = [];
  const seen = new Map<Tensor, number>();
  const visit = (tensor: Tensor): number => {
    const known = seen.get(tensor);
    if (known !== undefined) return known;
    const { origin } = tensor;
    const own =
      origin.kind === 'op'
        ? `${origin.op.name}(${origin.inputs.map(visit).join()}) ${JSON.stringify(origin.attrs)}`
        : origin.kind === 'leaf'
          ? origin.name
          : String(origin.value);
    lines.push(`${own} [${tensor.shape.join()}] ${tensor.path}`);
    seen.set(tensor, lines.length);
    return lines.length;
  };
  tensors.forEach(visit);
  return lines;
}

function ofOptimizer(rule: optim.Optimizer): unknown {
  const scalars = rule.scalars(3, 0.25);
  const state = Object.fromEntries(Object.keys(rule.state).map((name) => [name, stored(name, [2])]));
  const fedScalars = Object.fromEntries(Object.keys(scalars).map((name) => [name, fed(name, [])]));
  const [clipped] = optim.clipGradients([stored('g', [2])], rule);
  const next = rule.update(stored('p', [2]), clipped!, state, fedScalars);
  return { config: rule.config, scalars, graph: graphOf(next.param, ...Object.values(next.state)) };
}

const ofSchedule = ({ config, at }: optim.Schedule) => ({
  config,
  rates: [0, 1, 7, 19].map((t) => at(t, 20)),
});

function ofLoss(loss: losses.Loss): unknown {
  const output = stored('output', [3, 4]);
  const { rows, prediction, reduction, task } = loss;
  const targets = loss.targets([3, 4]);
  const wanted = targets.map(({ kind, ignoreIndex }) => (kind === 'labels' ? [kind, ignoreIndex] : [kind]));
  const target = targets[0]!.kind === 'labels' ? stored('t', [3], 'i32') : stored('t', [3, 4]);
  const { loss: ofRows } = rows(output, target);
  return { reduction, task, wanted, graph: graphOf(ofRows, prediction(output)) };
}

function ofLayer(layer: nn.Layer, count = 1): unknown {
  const inputs = Array.from({ length: count }, () => nn.input([2, 4]));
  const wiring = nn.between(inputs, [layer.call(inputs)]);
  const network = new nn.Network(wiring, [...inputs.map(({ shape }) => shape!)], 3);
  const traced = network.trace(
    inputs.map((_, i) => stored(`x${i}`, [5, 2, 4])),
    true,
  );
  const { config } = layer;
  const values = [...traced.outputs, ...traced.updates.map(([, next]) => next)];
  return {
    config: JSON.stringify(config),
    paths: network.params.map(({ path }) => path),
    graph: graphOf(...values),
  };
}

const ofActivation = ({ name, config, apply }: nn.Activation) => ({
  name,
  config,
  graph: graphOf(apply(stored('x', [2]))),
});
const ofInit = ({ name, config }: nn.Initializer) => ({ name, config });

const x = () => stored('x', [2, 3]);
const labels = () => stored('labels', [2], 'i32');

type Options = Readonly<Record<string, unknown>>;
type Made = (options: Options) => unknown;

const TAKES_OPTIONS: Readonly<Record<string, Readonly<Record<string, Made>>>> = {
  optim: {
    sgd: (o) => ofOptimizer(optim.sgd({ ...o })),
    rmsprop: (o) => ofOptimizer(optim.rmsprop({ ...o })),
    adagrad: (o) => ofOptimizer(optim.adagrad({ ...o })),
    adam: (o) => ofOptimizer(optim.adam({ ...o })),
    adamw: (o) => ofOptimizer(optim.adamw({ ...o })),
    lion: (o) => ofOptimizer(optim.lion({ ...o })),
    optimizerOf: (o) => ofOptimizer(optim.optimizerOf('adam', { ...o })),
    cosine: (o) => ofSchedule(optim.cosine({ peak: 0.1, ...o })),
    cosineRestarts: (o) => ofSchedule(optim.cosineRestarts({ peak: 0.1, period: 5, ...o })),
    oneCycle: (o) => ofSchedule(optim.oneCycle({ max: 0.1, ...o })),
    step: (o) => ofSchedule(optim.step({ initial: 0.1, size: 5, ...o })),
    multiStep: (o) => ofSchedule(optim.multiStep({ initial: 0.1, milestones: [5], ...o })),
    exponential: (o) => ofSchedule(optim.exponential({ initial: 0.1, gamma: 0.9, ...o })),
    polynomial: (o) => ofSchedule(optim.polynomial({ initial: 0.1, ...o })),
    plateau: (o) => ofSchedule(optim.plateau({ initial: 0.1, ...o })),
    warmup: (o) => ofSchedule(optim.warmup({ steps: 5, to: 0.1, ...o })),
    noam: (o) => ofSchedule(optim.noam({ width: 8, warmup: 5, ...o })),
  },
  losses: {
    mse: (o) => ofLoss(losses.mse({ ...o })),
    mae: (o) => ofLoss(losses.mae({ ...o })),
    huber: (o) => ofLoss(losses.huber({ ...o })),
    hinge: (o) => ofLoss(losses.hinge({ ...o })),
    squaredHinge: (o) => ofLoss(losses.squaredHinge({ ...o })),
    kl: (o) => ofLoss(losses.kl({ ...o })),
    binaryCrossentropy: (o) => ofLoss(losses.binaryCrossentropy({ ...o })),
    categoricalCrossentropy: (o) => ofLoss(losses.categoricalCrossentropy({ ...o })),
  },
  nn: {
    dense: (o) => ofLayer(nn.dense(3, { ...o })),
    activation: (o) => ofLayer(nn.activation('relu', { ...o })),
    flatten: (o) => ofLayer(nn.flatten({ ...o })),
    reshape: (o) => ofLayer(nn.reshape([8], { ...o })),
    dropout: (o) => ofLayer(nn.dropout(0.25, { ...o })),
    batchNorm: (o) => ofLayer(nn.batchNorm({ ...o })),
    layerNorm: (o) => ofLayer(nn.layerNorm({ ...o })),
    add: (o) => ofLayer(nn.add({ ...o }), 2),
    concat: (o) => ofLayer(nn.concat({ ...o }), 2),
    layer: (o) => ofLayer(nn.layer({ apply: (_own, value) => value, ...o } as nn.CustomLayer<never>)),
    input: (o) => nn.input([3], { ...o }).name,
  },
  activations: {
    leakyRelu: (o) => ofActivation(nn.activations.leakyRelu({ ...o })),
    elu: (o) => ofActivation(nn.activations.elu({ ...o })),
    softplus: (o) => ofActivation(nn.activations.softplus({ ...o })),
  },
  init: {
    uniform: (o) => ofInit(nn.init.uniform({ ...o })),
    normal: (o) => ofInit(nn.init.normal({ ...o })),
    truncatedNormal: (o) => ofInit(nn.init.truncatedNormal({ ...o })),
    orthogonal: (o) => ofInit(nn.init.orthogonal({ ...o })),
  },
  ops: {
    sum: (o) => graphOf(ops.sum(x(), { ...o })),
    max: (o) => graphOf(ops.max(x(), { ...o })),
    mean: (o) => graphOf(ops.mean(x(), { ...o })),
    variance: (o) => graphOf(ops.variance(x(), { ...o })),
    logSumExp: (o) => graphOf(ops.logSumExp(x(), { ...o })),
    softmax: (o) => graphOf(ops.softmax(x(), { ...o })),
    logSoftmax: (o) => graphOf(ops.logSoftmax(x(), { ...o })),
    matmul: (o) => graphOf(ops.matmul(stored('a', [2, 2]), stored('b', [2, 2]), { ...o })),
    softmaxCrossEntropy: (o) => graphOf(ops.softmaxCrossEntropy(x(), labels(), { ...o })),
    sigmoidCrossEntropy: (o) => graphOf(ops.sigmoidCrossEntropy(x(), x(), { ...o })),
  },
};

test.each(['init', 'regularizer'])('%s is no option of a custom parameter', (name) => {
  const make = () =>
    nn.layer({
      params: () => ({ w: [4], v: { shape: [4] } }),
      apply: ({ w, v }, y) => ops.add(y, ops.mul(w, v)),
    });
  const params = () => make().params([4]);
  const plain = params();
  const value = name === 'init' ? 'ones' : nn.l2(1);
  const kept = polluted(name, value, () =>
    Object.values(params()).map((spec) => [spec.init.name, spec.regularizer]),
  );
  expect(kept).toEqual(Object.values(plain).map((spec) => [spec.init.name, spec.regularizer]));
});

/** Option names that a factory says it knows when it is given one that it does not. */
function namesOf(make: Made): string[] {
  try {
    make({ '?': 1 });
  } catch (error) {
    if (error instanceof OptionError) return String(error.facts['known']).split(', ');
  }
  throw new Error('an unknown option was taken');
}

/** What is made while `Object.prototype` holds `name`, as plain text, for nothing else may run meanwhile. */
function polluted(name: string, value: unknown, make: Made): unknown {
  Object.defineProperty(Object.prototype, name, {
    value,
    configurable: true,
    enumerable: true,
    writable: true,
  });
  try {
    return make({});
  } catch (error) {
    return error instanceof GliaError ? error.message : error;
  } finally {
    Reflect.deleteProperty(Object.prototype, name);
  }
}

describe.each(Object.entries(TAKES_OPTIONS))('a polluted Object.prototype, %s', (_folder, factories) => {
  test.each(Object.entries(factories))('%s', (_name, make) => {
    const wanted = make({});
    for (const name of namesOf(make)) {
      for (const value of VALUES) {
        expect(polluted(name, value, make), `${name}: ${String(value)}`).toEqual(wanted);
      }
    }
  });
});

describe('every factory is here', () => {
  const plain: Readonly<Record<string, readonly string[]>> = {
    optim: ['clipByGlobalNorm', 'clipByValue', 'clipGradients', 'constant', 'globalNorm', 'scheduleOf'],
    losses: ['lossFrom', 'lossOf', 'reduceRows'],
  };
  test.each(Object.entries({ optim, losses }))('%s', (folder, module) => {
    const functions = Object.entries(module).flatMap(([name, value]) =>
      typeof value === 'function' ? [name] : [],
    );
    expect(functions.sort()).toEqual([...Object.keys(TAKES_OPTIONS[folder]!), ...plain[folder]!].sort());
  });

  // One word for the parameter that holds options, in every signature of the folder.
  test('ops', () => {
    const functions = Object.entries(ops).flatMap(([name, value]) =>
      /^function \w+\([^)]*\boptions\b/.test(String(value)) ? [name] : [],
    );
    expect(functions.sort()).toEqual(Object.keys(TAKES_OPTIONS['ops']!).sort());
  });
});
