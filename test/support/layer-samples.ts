import type { Shape } from '../../src/base/shape.ts';
import type { Tensor } from '../../src/ir/tensor.ts';
import type { Layer, LayerMaker } from '../../src/nn/index.ts';
import * as nn from '../../src/nn/index.ts';
import * as ops from '../../src/ops/index.ts';

/** A layer to be tested, and what is to be found. Shapes are without the batch axis. */
export interface LayerSample {
  readonly make: (options: { name?: string }) => Layer;
  readonly inputs: readonly Shape[];
  readonly output: Shape;
  readonly params?: Readonly<Record<string, Shape>>;
  readonly states?: Readonly<Record<string, Shape>>;
  /** The layer computes something else in training. */
  readonly trains?: true;
  /** Inputs that it must refuse, beside another number of inputs. */
  readonly refuses?: readonly (readonly Shape[])[];
  /**
   * By hand or from another program: what a row becomes where each parameter is 1 throughout, states are as at the beginning
   * and nothing is trained. One sample of each layer has it.
   */
  readonly example?: { readonly inputs: readonly (readonly number[])[]; readonly output: readonly number[] };
  /** How the layer is made again when a model with it is loaded; only for kinds that glia does not know. */
  readonly maker?: LayerMaker;
}

const vector = (options: Partial<LayerSample> = {}) => ({ inputs: [[5]], output: [5], ...options });

/** Parameters of three kinds, a state, random numbers: all that a custom layer may ask for. */
function custom(options: { name?: string }): Layer {
  return nn.layer({
    kind: 'gatedNoise',
    ...options,
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

/** Samples of every layer that glia exports, by the name of its maker: with each of them all tests of layers are done. */
export const LAYER_SAMPLES: Readonly<Record<string, Readonly<Record<string, LayerSample>>>> = {
  dense: {
    plain: {
      ...dense,
      make: (o) => nn.dense(4, o),
      example: { inputs: [[1, 2, 4]], output: [8, 8, 8, 8] },
    },
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
        vector({ make: (o) => nn.activation(name as nn.ActivationName, o) }) as LayerSample,
      ]),
    ),
    'with an option': vector({
      make: (o) => nn.activation(nn.activations.elu({ alpha: 0.5 }), o),
      example: { inputs: [[-1, -2, 0, 1, 3]], output: [Math.expm1(-1) / 2, Math.expm1(-2) / 2, 0, 1, 3] },
    }) as LayerSample,
  },
  flatten: {
    'several axes': { make: (o) => nn.flatten(o), inputs: [[2, 3, 2]], output: [12] },
    'one axis': {
      make: (o) => nn.flatten(o),
      inputs: [[3]],
      output: [3],
      example: { inputs: [[3, 1, 2]], output: [3, 1, 2] },
    },
  },
  reshape: {
    'to two axes': {
      make: (o) => nn.reshape([3, 2], o),
      inputs: [[6]],
      output: [3, 2],
      refuses: [[[5]], [[3, 3]], [[]]],
      example: { inputs: [[3, 1, 2, 6, 5, 4]], output: [3, 1, 2, 6, 5, 4] },
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
    'a quarter of it': {
      make: (o) => nn.dropout(0.25, o),
      inputs: [[3]],
      output: [3],
      trains: true,
      example: { inputs: [[1, -2, 3]], output: [1, -2, 3] },
    },
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
      example: { inputs: [[1, -2, 3]], output: [1, -2, 3].map((x) => x / Math.sqrt(1 + 1e-5) + 1) },
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
      // Means 3 and 0, variances 2 and 8.
      example: {
        inputs: [[1, 2, 3, 4, 5, -4, -2, 0, 2, 4]],
        output: [2, 8].flatMap((v) =>
          [-2, -1, 0, 1, 2].map((k) => (k * Math.sqrt(v / 2)) / Math.sqrt(v + 1e-5) + 1),
        ),
      },
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
      example: {
        inputs: [
          [1, 2, 3, 4],
          [10, 20, 30, 40],
        ],
        output: [11, 22, 33, 44],
      },
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
      example: { inputs: [[1, 2], [3, 4, 5], [6]], output: [1, 2, 3, 4, 5, 6] },
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
      // x·w · sigmoid(x·g) + b + seen
      example: { inputs: [[1, 2, -3.5]], output: new Array<number>(4).fill(-0.5 / (1 + Math.exp(0.5)) + 3) },
      maker: (_config, name) => custom({ name }),
    },
  },
};
