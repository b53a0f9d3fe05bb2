import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as glia from 'glia';
import { load, type Model, model, ops, trainStep, valueAndGrad } from 'glia';
import { deepLift, lrp } from 'glia/explain';
import { gradCheck } from 'glia/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OptionError, ShapeError } from '../src/base/errors.ts';
import { Random } from '../src/base/random.ts';
import { type Shape, sizeOf } from '../src/base/shape.ts';
import { grad } from '../src/compile/autodiff.ts';
import { toposort } from '../src/compile/toposort.ts';
import { fed, stored, type Tensor } from '../src/ir/tensor.ts';
import * as nn from '../src/nn/index.ts';
import { expectHeld, sizes } from './support/any-size.ts';
import { evaluate, judges } from './support/evaluate.ts';
import { LAYER_SAMPLES, type LayerSample } from './support/layer-samples.ts';
import { exportsOf } from './support/sources.ts';
import { describeBackends } from './train/backends.ts';

const all = Object.entries(LAYER_SAMPLES).flatMap(([maker, samples]) =>
  Object.entries(samples).map(([what, sample]) => [`${maker}, ${what}`, sample] as const),
);
const kindOf = (sample: LayerSample) => sample.make({}).kind;

test('every layer that the folder exports is sampled, and every program can reach it', () => {
  const makers = exportsOf('src/nn/index.ts').filter(
    ({ returns, file }) => returns === 'Layer' && file !== 'src/nn/index.ts',
  );
  const names = makers.map(({ name }) => name).sort();
  expect(names, 'samples in test/support/layer-samples.ts').toEqual(Object.keys(LAYER_SAMPLES).sort());
  expect(
    names.filter((name) => !(name in glia)),
    'exports of src/index.ts',
  ).toEqual([]);
});

test('every kind of layer that a saved model may hold is sampled', () => {
  const kinds = new Set(
    all.filter(([, { maker }]) => maker === undefined).map(([, sample]) => kindOf(sample)),
  );
  expect([...kinds].sort()).toEqual([...nn.layerKinds].sort());
});

/** A model of the one layer, called `subject`, or with a dense layer of its own in front of each input. */
function modelOf(sample: LayerSample, options: object = {}, front = false): Model {
  const inputs = sample.inputs.map((shape) => nn.input(shape));
  const fed = inputs.map((x, i) => {
    const width = sample.inputs[i]!.at(-1);
    return front && width !== undefined ? nn.dense(width, { name: `front${i}` }).call(x) : x;
  });
  const subject = sample.make({ name: 'subject' });
  return model({ inputs, outputs: subject.call(fed), seed: 3, ...options });
}

/** Random rows for each input of a sample, or the rows alone where there is one input. */
function rowsFor({ inputs }: LayerSample, rows: number) {
  const random = Random.of(5, 'rows');
  const data = inputs.map((shape) => ({
    data: Array.from({ length: rows * sizeOf(shape) }, () => Math.fround(random.normal())),
    shape: [rows, ...shape],
  }));
  return data.length === 1 ? data[0]! : data;
}

/** Random directions, so that no gradient cancels by symmetry as that of a softmax's sum would. */
function directed(y: Tensor): Tensor {
  const random = Random.of(6, 'direction');
  const last = y.shape.at(-1) ?? 1;
  const weights = Array.from({ length: last }, () => ops.add(1, random.uniform()));
  const column = ops.concat(
    weights.map((weight) => ops.reshape(weight, [1])),
    0,
  );
  return ops.sum(ops.mul(ops.square(y), column));
}

describe.each(all)('%s', (_name, sample) => {
  const paths = (own: Readonly<Record<string, Shape>> = {}) =>
    Object.fromEntries(Object.entries(own).map(([key, shape]) => [`subject.${key}`, shape]));

  test('has the shapes and the paths that it declares', () => {
    const { network } = modelOf(sample).session;
    const shapes = (list: readonly { path: string; shape: Shape }[]) =>
      Object.fromEntries(list.map(({ path, shape }) => [path, shape]));
    expect(network.outputShapes).toEqual([sample.output]);
    expect(shapes(network.params)).toEqual(paths(sample.params));
    expect(shapes(network.states)).toEqual(paths(sample.states));
  });

  test('has right gradients, for itself and for what stands before it', async () => {
    await gradCheck(modelOf(sample));
    await gradCheck(modelOf(sample, {}, true));
  });

  test('computes something else in training exactly where it should', () => {
    const { network } = modelOf(sample).session;
    const leaves = sample.inputs.map((shape, i) => stored(`x${i}`, [6, ...shape]));
    const rows = [rowsFor(sample, 6)].flat();
    const weights = [...network.params, ...network.states];
    const values = {
      step: [0],
      ...Object.fromEntries(rows.map(({ data }, i) => [`x${i}`, data])),
      ...Object.fromEntries(weights.map(({ path, shape }, i) => [path, numbers(shape, i)])),
    };
    const outputs = [true, false].map((training) => network.trace(leaves, training).outputs[0]!);
    const [trained, told] = evaluate(outputs, values, 'float64');
    if (sample.trains) expect(trained).not.toEqual(told);
    else expect(trained).toEqual(told);
    expect(network.trace(leaves, false).updates).toEqual([]);
    const updated = network.trace(leaves, true).updates.map(([leaf]) => leaf);
    expect(new Set(updated)).toEqual(new Set(network.states.map(({ leaf }) => leaf)));
  });

  test('is decided by the seed alone', async () => {
    const weights = await modelOf(sample).weights();
    expect(await modelOf(sample).weights()).toEqual(weights);
    const random = Object.values(weights).some(({ data }) => new Set(data).size > 1);
    if (random) expect(await modelOf(sample, { seed: 4 }).weights()).not.toEqual(weights);
  });

  test('refuses inputs that do not fit, naming itself', () => {
    const { inputs, refuses = [] } = sample;
    // A layer of one input takes no two; a layer of several takes no single one.
    const count = inputs.length === 1 ? [inputs[0]!, inputs[0]!] : [inputs[0]!];
    for (const wrong of [...refuses, ...(kindOf(sample) === 'gatedNoise' ? [] : [count])]) {
      const build = () => modelOf({ ...sample, inputs: wrong });
      expect(build, JSON.stringify(wrong)).toThrow(ShapeError);
      expect(build, JSON.stringify(wrong)).toThrow(/\n {2}at {4}subject\n/);
    }
  });
});

test('what each layer computes is said by an example', () => {
  const makers = Object.entries(LAYER_SAMPLES);
  const silent = makers.filter(([, samples]) => !Object.values(samples).some(({ example }) => example));
  expect(silent.map(([maker]) => maker)).toEqual([]);
});

describeBackends('layers', (backend) => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'glia-layers-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test.each(all)(
    '%s: shapes of predictions, and gradients that reach every parameter',
    async (_name, sample) => {
      const net = modelOf(sample, { backend }, true);
      const x = rowsFor(sample, 4);
      expect((await net.predict(x)).shape).toEqual([4, ...sample.output]);
      const { gradients } = await valueAndGrad(net, directed)(x, [0]);
      expect(Object.keys(gradients)).toEqual(net.session.network.params.map(({ path }) => path));
      for (const [path, { data, shape }] of Object.entries(gradients)) {
        expect(data.every(Number.isFinite), path).toBe(true);
        expect(
          data.some((value) => value !== 0),
          path,
        ).toBe(true);
        expect(data).toHaveLength(sizeOf(shape));
      }
    },
  );

  test.each(all.filter(([, { example }]) => example))('%s: computes its example', async (_name, sample) => {
    const net = modelOf(sample, { backend });
    const { network } = net.session;
    const ones = network.params.map(({ path, shape }) => {
      return [path, { shape, data: new Float32Array(sizeOf(shape)).fill(1) }] as const;
    });
    await net.setWeights({ ...(await net.weights()), ...Object.fromEntries(ones) });
    const { inputs, output } = sample.example!;
    const x = inputs.map((row, i) => ({ data: row, shape: [1, ...sample.inputs[i]!] }));
    const { data } = await net.predict(x.length === 1 ? x[0]! : x);
    // A few roundings of float32 of numbers of a handful.
    expect([...data]).toEqual(output.map((y) => expect.closeTo(y, 5)));
  });

  test.each(all)('%s: saved and loaded it computes the same bits', async (name, sample) => {
    const net = modelOf(sample, { backend }, true);
    const step = trainStep(net, { loss: directed, optimizer: 'sgd' });
    const x = rowsFor(sample, 4);
    if (net.session.network.params.length > 0) for (let i = 0; i < 2; i++) await step(x, [0]);
    const path = join(folder, name.replaceAll(/\W+/g, '-'));
    await net.save(path);
    const layers = sample.maker && { [kindOf(sample)]: sample.maker };
    const again = await load(path, { backend, ...(layers && { layers }) });
    expect(await again.weights()).toEqual(await net.weights());
    expect(await again.predict(x)).toEqual(await net.predict(x));
    expect(String(again.summary())).toBe(String(net.summary()));
  });
});

/** Whether what a sample computes holds something constant for gradients, through which no relevance goes. */
function holdsConstants(sample: LayerSample): boolean {
  const { network } = modelOf(sample).session;
  const leaves = sample.inputs.map((shape, i) => stored(`x${i}`, [2, ...shape]));
  return toposort(network.trace(leaves, false).outputs).some(
    ({ origin }) => origin.kind === 'op' && origin.op.held === true,
  );
}

describe.each(all)('%s, of numbers of any size', (_name, sample) => {
  const { network } = modelOf(sample).session;
  const leaves = sample.inputs.map((shape, i) => fed(`x${i}`, [6, ...shape]));
  const params = network.params.map(({ leaf }) => leaf);
  const traced = [true, false].map((training) => {
    const { outputs, updates } = network.trace(leaves, training);
    const gradients = grad(outputs[0]!, [...leaves, ...params], fed('seed', outputs[0]!.shape));
    return { computed: [outputs[0]!, ...gradients], next: updates.map(([, value]) => value) };
  });
  const signed = (shape: Shape, salt: number, unit: number): number[] =>
    numbers(shape, salt).map((value) => Math.fround((value < 1 ? -1 : 1) * unit * (value + 0.5)));

  test.each(sizes)('is what float64 makes of %d, or an error', (unit) => {
    const values = {
      step: [0],
      seed: signed([6, ...sample.output], 30, 1),
      ...Object.fromEntries(leaves.map(({ shape }, i) => [`x${i}`, signed(shape, 20 + i, unit)])),
      ...Object.fromEntries(
        [...network.params, ...network.states].map(({ path, shape }, i) => [path, numbers(shape, i)]),
      ),
    };
    for (const { computed, next } of traced) {
      const wanted = evaluate(computed, values, 'float64');
      for (const judge of judges.filter((one) => one !== 'float64')) {
        // A step that leaves a state that is not finite is refused.
        if (!evaluate(next, values, judge).flat().every(Number.isFinite)) continue;
        for (const [k, got] of evaluate(computed, values, judge).entries()) expectHeld(got, wanted[k]!, unit);
      }
    }
  });
});

/** The layer in a model of one input and two outputs, with dense layers around it. */
function surrounded(sample: LayerSample, options: object): Model {
  const x = nn.input([4]);
  const fed = sample.inputs.map((shape, i) =>
    nn.reshape(shape).call(nn.dense(sizeOf(shape), { name: `front${i}` }).call(x)),
  );
  const y = nn.flatten().call(sample.make({ name: 'subject' }).call(fed));
  return model({ inputs: x, outputs: nn.dense(2, { name: 'back' }).call(y), seed: 3, ...options });
}

describeBackends('explanations through layers', (backend) => {
  const rows = { data: Float32Array.from({ length: 24 }, (_, i) => Math.sin(i * i)), shape: [6, 4] };
  const furthest = (numbers: ArrayLike<number>): number => Math.max(...Array.from(numbers, Math.abs));

  test.each(all)('%s: deepLift adds up', async (_name, sample) => {
    const found = await deepLift(surrounded(sample, { backend }), rows, { target: 'all' });
    // Changes are rounded to 6e-8 at each of some steps, and the largest multiply them by some tens.
    const size = Math.max(1, furthest(found.values.data));
    expect(furthest(found.convergenceDelta!.data)).toBeLessThan(1e-5 * size);
    expect(furthest(found.values.data)).toBeGreaterThan(0.01);
  });

  test.each(all)('%s: lrp hands back what arrives, or refuses by name', async (_name, sample) => {
    const explained = () => lrp(surrounded(sample, { backend }), rows, { target: 'all', rule: 'zplus' });
    if (holdsConstants(sample)) {
      await expect(explained).rejects.toThrow(/lrp: there is no rule for the op \w+\n {2}at {4}subject\n/);
      return;
    }
    const found = await explained();
    const size = Math.max(1, furthest(found.values.data));
    expect(furthest(found.convergenceDelta!.data)).toBeLessThan(1e-5 * size);
    expect(furthest(found.values.data)).toBeGreaterThan(0.01);
  });
});

describe('options of layers', () => {
  const wrong: Readonly<Record<string, () => unknown>> = {
    'dense without units': () => nn.dense(undefined as never),
    'dense of no units': () => nn.dense(0),
    'dense of half a unit': () => nn.dense(1.5),
    'dense with an unknown activation': () => nn.dense(1, { activation: 'rellu' as 'relu' }),
    'dense with an unknown initialiser': () => nn.dense(1, { init: 'glorot' as 'zeros' }),
    'dense with a negative penalty': () => nn.dense(1, { regularizer: nn.l2(-1) }),
    'dropout of everything': () => nn.dropout(1),
    'dropout of less than nothing': () => nn.dropout(-0.1),
    'dropout of NaN': () => nn.dropout(Number.NaN),
    'batchNorm with too much momentum': () => nn.batchNorm({ momentum: 1.1 }),
    'batchNorm without eps': () => nn.batchNorm({ eps: 0 }),
    'layerNorm of no axes': () => nn.layerNorm({ axes: 0 }),
    'layerNorm with NaN for eps': () => nn.layerNorm({ eps: Number.NaN }),
    'dense with a function for an activation': () => nn.dense(1, { activation: ops.relu as never }),
    'dense with an activation that does nothing': () =>
      nn.dense(1, { activation: { name: 'mine' } as never }),
    'dense with an initialiser that fills nothing': () => nn.dense(1, { init: { name: 'mine' } as never }),
    'dense with a number for a penalty': () => nn.dense(1, { regularizer: 0.1 as never }),
    'dense with half a penalty': () => nn.dense(1, { regularizer: { l2: 1 } as never }),
    'dense with null for options': () => nn.dense(1, null as never),
    'leakyRelu with a word for a slope': () => nn.activations.leakyRelu({ slope: 'steep' as never }),
    'elu of NaN': () => nn.activations.elu({ alpha: Number.NaN }),
    'softplus of nothing': () => nn.activations.softplus({ beta: 0 }),
    'reshape to nothing': () => nn.reshape([0]),
    'reshape to half a column': () => nn.reshape([1.5, 2]),
    'reshape with two free axes': () => nn.reshape([-1, -1]),
    'reshape to a number': () => nn.reshape(4 as never),
    'concat along half an axis': () => nn.concat({ axis: 0.5 }),
    'layer without apply': () => nn.layer({} as never),
    'layer of no options': () => nn.layer(undefined as never),
    'an activation without a name': () => nn.activation('constructor' as 'relu'),
  };
  test.each(Object.entries(wrong))('%s is refused', (_name, make) => {
    expect(make).toThrow(OptionError);
  });
});

function numbers(shape: Shape, salt: number): number[] {
  const random = Random.of(salt, 'numbers');
  return Array.from({ length: sizeOf(shape) }, () => Math.fround(0.5 + random.uniform()));
}
