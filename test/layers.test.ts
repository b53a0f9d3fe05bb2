import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load, type Model, model, ops, trainStep, valueAndGrad } from 'glia';
import { deepLift, lrp } from 'glia/explain';
import { gradCheck } from 'glia/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OptionError, ShapeError } from '../src/base/errors.ts';
import { Random } from '../src/base/random.ts';
import { type Shape, sizeOf } from '../src/base/shape.ts';
import { stored, type Tensor } from '../src/ir/tensor.ts';
import type { Layer, LayerMaker } from '../src/nn/index.ts';
import * as nn from '../src/nn/index.ts';
import { evaluate } from './support/evaluate.ts';
import { describeBackends } from './train/backends.ts';

/** A layer to be tested, and what is to be found. Shapes are without the batch axis. */
interface Sample {
  readonly make: (options: { name?: string }) => Layer;
  readonly inputs: readonly Shape[];
  readonly output: Shape;
  readonly params?: Readonly<Record<string, Shape>>;
  readonly states?: Readonly<Record<string, Shape>>;
  /** The layer computes something else in training. */
  readonly trains?: true;
  /** Inputs that it must refuse, beside another number of inputs. */
  readonly refuses?: readonly (readonly Shape[])[];
  /** How the layer is made again when a model with it is loaded; only for kinds that glia does not know. */
  readonly maker?: LayerMaker;
}

const vector = (options: Partial<Sample> = {}) => ({ inputs: [[5]], output: [5], ...options });

/** Parameters of three kinds, a state, random numbers: all that a custom layer may ask for. */
function custom({ name }: { name?: string }): Layer {
  return nn.layer({
    kind: 'gatedNoise',
    ...(name !== undefined && { name }),
    config: { units: 4 },
    params: ([d]) => ({
      w: [d, 4],
      g: { shape: [d, 4], init: 'heNormal', regularizer: nn.l2(0.1) },
      b: { shape: [4], init: nn.init.constant(0.5) },
    }),
    state: () => ({ seen: { shape: [], initial: 2 } }),
    apply({ w, g, b, seen }: Readonly<Record<string, Tensor>>, x, { training, uniform, update }) {
      update('seen', ops.add(seen!, 1));
      const y = ops.mul(ops.matmul(x, w!), ops.sigmoid(ops.matmul(x, g!)));
      const shifted = ops.add(ops.add(y, b!), seen!);
      return training ? ops.add(shifted, uniform(shifted.shape)) : shifted;
    },
  });
}

const dense = {
  inputs: [[3]],
  output: [4],
  params: { weight: [4, 3], bias: [4] },
  refuses: [[[]]],
};

/** Samples of every layer that glia exports, by the name of its maker. */
const SAMPLES: Readonly<Record<string, Readonly<Record<string, Sample>>>> = {
  dense: {
    plain: { ...dense, make: (o) => nn.dense(4, o) },
    'without bias': { ...dense, params: { weight: [4, 3] }, make: (o) => nn.dense(4, { bias: false, ...o }) },
    'on the last of several axes': {
      ...dense,
      inputs: [[2, 3]],
      output: [2, 4],
      make: (o) => nn.dense(4, o),
    },
    'with every option': {
      ...dense,
      make: (o) =>
        nn.dense(4, {
          activation: nn.activations.leakyRelu({ slope: 0.3 }),
          init: nn.init.normal({ std: 0.5 }),
          biasInit: 'ones',
          regularizer: nn.l1l2(0.01, 0.02),
          ...o,
        }),
    },
  },
  activation: {
    ...Object.fromEntries(
      nn.activations.activationNames.map((name) => [
        name,
        vector({ make: (o) => nn.activation(name as nn.ActivationName, o) }) as Sample,
      ]),
    ),
    'with an option': vector({ make: (o) => nn.activation(nn.activations.elu({ alpha: 0.5 }), o) }) as Sample,
  },
  flatten: {
    'several axes': { make: (o) => nn.flatten(o), inputs: [[2, 3, 2]], output: [12] },
    'one axis': { make: (o) => nn.flatten(o), inputs: [[3]], output: [3] },
  },
  reshape: {
    'to two axes': {
      make: (o) => nn.reshape([3, 2], o),
      inputs: [[6]],
      output: [3, 2],
      refuses: [[[5]], [[3, 3]], [[]]],
    },
    'with a free axis': {
      make: (o) => nn.reshape([3, -1], o),
      inputs: [[2, 6]],
      output: [3, 4],
      refuses: [[[4]], [[5]]],
    },
  },
  dropout: {
    'half of it': { make: (o) => nn.dropout(0.5, o), inputs: [[40]], output: [40], trains: true },
    'nothing of it': { make: (o) => nn.dropout(0, o), inputs: [[4, 3]], output: [4, 3] },
  },
  batchNorm: {
    'of features': {
      make: (o) => nn.batchNorm(o),
      inputs: [[3]],
      output: [3],
      params: { weight: [3], bias: [3] },
      states: { running_mean: [3], running_var: [3] },
      trains: true,
      refuses: [[[]]],
    },
    'of channels': {
      make: (o) => nn.batchNorm({ momentum: 0.3, eps: 1e-3, ...o }),
      inputs: [[3, 2, 2]],
      output: [3, 2, 2],
      params: { weight: [3], bias: [3] },
      states: { running_mean: [3], running_var: [3] },
      trains: true,
    },
  },
  layerNorm: {
    'of the last axis': {
      make: (o) => nn.layerNorm(o),
      inputs: [[2, 5]],
      output: [2, 5],
      params: { weight: [5], bias: [5] },
      refuses: [[[]]],
    },
    'of two axes': {
      make: (o) => nn.layerNorm({ axes: 2, eps: 1e-3, ...o }),
      inputs: [[2, 3, 4]],
      output: [2, 3, 4],
      params: { weight: [3, 4], bias: [3, 4] },
      refuses: [[[4]]],
    },
  },
  add: {
    two: {
      make: (o) => nn.add(o),
      inputs: [[4], [4]],
      output: [4],
      refuses: [
        [[4], [1]],
        [[4], [2, 2]],
      ],
    },
    three: {
      make: (o) => nn.add(o),
      inputs: [
        [2, 3],
        [2, 3],
        [2, 3],
      ],
      output: [2, 3],
    },
  },
  concat: {
    'the last axis': {
      make: (o) => nn.concat(o),
      inputs: [[2], [3], [1]],
      output: [6],
      refuses: [[[2], [2, 2]]],
    },
    'another axis': {
      make: (o) => nn.concat({ axis: 1, ...o }),
      inputs: [
        [2, 3],
        [4, 3],
      ],
      output: [6, 3],
      refuses: [
        [
          [2, 3],
          [2, 4],
        ],
        [[], []],
      ],
    },
  },
  layer: {
    'with everything': {
      make: custom,
      inputs: [[3]],
      output: [4],
      params: { w: [3, 4], g: [3, 4], b: [4] },
      states: { seen: [] },
      trains: true,
      refuses: [[[]]],
      maker: (_config, name) => custom({ name }),
    },
  },
};

/** Functions of the folder that make no layers. */
const OTHERS = ['layerFrom', 'input', 'between', 'chain', 'Network', 'l1', 'l2', 'l1l2'];

/** One wrong option for each maker, and the right one. */
const MISSPELT: Readonly<Record<string, readonly [make: () => unknown, right: string]>> = {
  dense: [() => nn.dense(4, { activaton: 'relu' } as object), 'activation'],
  activation: [() => nn.activation('relu', { nmae: 'x' } as object), 'name'],
  flatten: [() => nn.flatten({ nane: 'x' } as object), 'name'],
  reshape: [() => nn.reshape([2], { nam: 'x' } as object), 'name'],
  dropout: [() => nn.dropout(0.5, { Name: 'x' } as object), 'name'],
  batchNorm: [() => nn.batchNorm({ momentun: 0.2 } as object), 'momentum'],
  layerNorm: [() => nn.layerNorm({ axis: 2 } as object), 'axes'],
  add: [() => nn.add({ names: 'x' } as object), 'name'],
  concat: [() => nn.concat({ axes: 1 } as object), 'axis'],
  layer: [() => nn.layer({ aply: () => undefined } as never), 'apply'],
};

const all = Object.entries(SAMPLES).flatMap(([maker, samples]) =>
  Object.entries(samples).map(([what, sample]) => [`${maker}, ${what}`, sample] as const),
);
const kindOf = (sample: Sample) => sample.make({}).kind;

test('every function that the folder exports is sampled here or makes no layer', () => {
  const functions = Object.entries(nn).flatMap(([name, value]) =>
    typeof value === 'function' ? [name] : [],
  );
  expect(functions.sort()).toEqual([...Object.keys(SAMPLES), ...OTHERS].sort());
  expect(Object.keys(MISSPELT).sort()).toEqual(Object.keys(SAMPLES).sort());
});

test('every kind of layer that a saved model may hold is sampled', () => {
  const kinds = new Set(
    all.filter(([, { maker }]) => maker === undefined).map(([, sample]) => kindOf(sample)),
  );
  expect([...kinds].sort()).toEqual([...nn.layerKinds].sort());
});

/** A model of the one layer, called `subject`, or with a dense layer of its own in front of each input. */
function modelOf(sample: Sample, options: object = {}, front = false): Model {
  const inputs = sample.inputs.map((shape) => nn.input(shape));
  const fed = inputs.map((x, i) => {
    const width = sample.inputs[i]!.at(-1);
    return front && width !== undefined ? nn.dense(width, { name: `front${i}` }).call(x) : x;
  });
  const subject = sample.make({ name: 'subject' });
  return model({ inputs, outputs: subject.call(fed), seed: 3, ...options });
}

/** Random rows for each input of a sample, or the rows alone where there is one input. */
function rowsFor({ inputs }: Sample, rows: number) {
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

/** The layer in a model of one input and two outputs, with dense layers around it. */
function surrounded(sample: Sample, options: object): Model {
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

  test.each(all)('%s: lrp hands back what arrives, or refuses by name', async (name, sample) => {
    const explained = () => lrp(surrounded(sample, { backend }), rows, { target: 'all', rule: 'zplus' });
    if (/softmax/i.test(name)) {
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
  test.each(Object.entries(MISSPELT))('%s refuses one that does not exist', (_name, [make, right]) => {
    expect(make).toThrow(OptionError);
    expect(make).toThrow(`did you mean "${right}"?`);
  });

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
