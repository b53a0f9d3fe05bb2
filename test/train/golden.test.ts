import {
  type Activation,
  type ActivationName,
  activation,
  adam,
  adamw,
  batchNorm,
  dense,
  type Layer,
  type Model,
  type Optimizer,
  ops,
  sequential,
  sgd,
  trainStep,
  valueAndGrad,
} from 'glia';
import { describe, expect, test } from 'vitest';
import { createReference } from '../../src/backend/reference.ts';
import { compile } from '../../src/compile/compile.ts';
import { fed } from '../../src/ir/tensor.ts';
import { categoricalCrossentropy, reduceRows } from '../../src/loss/index.ts';
import { chain, Network } from '../../src/nn/index.ts';
import { LEAVES, optimizerSlots, traceStep } from '../../src/train/step.ts';
import { casesFor, expectClose, type GoldenTensor, readGolden } from '../support/golden.ts';
import { describeBackends } from './backends.ts';

/** A full run: what it starts from, the loss before each step, and what it ends with. */
interface Run {
  readonly name: string;
  readonly steps: number;
  readonly clip_norm?: number;
  readonly init: Readonly<Record<string, GoldenTensor>>;
  readonly x: GoldenTensor;
  readonly target: GoldenTensor;
  readonly f64: {
    readonly losses: readonly number[];
    readonly final_loss: number;
    readonly final: Readonly<Record<string, readonly number[]>>;
  };
}

/** Twenty steps in float64 leave room for another order of summation, which the steps carry on. */
const FLOAT64 = 1e-8;
/** The same in float32. */
const FLOAT32 = 5e-4;

interface Setup {
  readonly layers: () => Layer[];
  readonly optimizer: Optimizer;
  /** Path of each golden parameter. */
  readonly paths: Readonly<Record<string, string>>;
}

const mlp = (choice: ActivationName | Activation, optimizer: Optimizer): Setup => ({
  layers: () => [dense(16, { activation: choice }), dense(3)],
  optimizer,
  paths: { w1: 'dense1.weight', b1: 'dense1.bias', w2: 'dense2.weight', b2: 'dense2.bias' },
});

const COVERED: Readonly<Record<string, Setup>> = {
  mlp_4_16_3_tanh_sgd: mlp('tanh', sgd({ learningRate: 0.1 })),
  mlp_4_16_3_sigmoid_momentum: mlp('sigmoid', sgd({ learningRate: 0.1, momentum: 0.9 })),
  mlp_4_16_3_relu_adam: mlp('relu', adam({ learningRate: 0.01 })),
  mlp_4_16_3_gelu_adamw_clip: mlp('gelu', adamw({ learningRate: 0.02, weightDecay: 0.05, clipNorm: 0.5 })),
  mlp_4_16_3_bn_relu_nesterov: {
    layers: () => [dense(16), batchNorm(), activation('relu'), dense(3)],
    optimizer: sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true }),
    paths: {
      ...mlp('relu', sgd()).paths,
      g: 'batchNorm1.weight',
      be: 'batchNorm1.bias',
    },
  },
};

const runs = casesFor(readGolden<{ runs: Run[] }>('training').runs, Object.keys(COVERED), []);
const each = runs.map((run) => [run.name, run, COVERED[run.name]!] as const);

describe('training as in PyTorch, in float64', () => {
  test.each(each)('%s', (_name, run, { layers, optimizer, paths }) => {
    const network = new Network(chain(layers(), [4]), [[4]], 0);
    const backend = createReference('float64');
    const storage = backend.createStorage();
    const allocate = (name: string, shape: readonly number[], values: ArrayLike<number>) => {
      storage.allocate({ name, shape, dtype: 'f32' });
      storage.write(name, values);
    };
    for (const [of, path] of Object.entries(paths)) allocate(path, run.init[of]!.shape, run.init[of]!.data);
    expect(network.params.map(({ path }) => path).sort()).toEqual(Object.values(paths).sort());
    for (const { path, shape, initial } of network.states)
      allocate(
        path,
        shape,
        shape.map(() => initial),
      );
    for (const { name, shape, initial } of optimizerSlots(network, optimizer)) {
      allocate(name, shape, new Float64Array(shape.reduce((a, b) => a * b, 1)).fill(initial));
    }
    const target = fed('y', run.target.shape, 'i32');
    const graph = traceStep({
      network,
      optimizer,
      batch: run.x.shape[0]!,
      loss: ([logits]) => ({ loss: reduceRows(categoricalCrossentropy().rows(logits!, target), 'mean') }),
    });
    const program = compile(graph, { check: true });
    const runnable = backend.prepare(program, storage);
    const losses = run.f64.losses.map((_, t) => {
      const scalars = optimizer.scalars(t + 1, optimizer.schedule.at(t, run.steps));
      const fetched = runnable.runSync(1, {
        [LEAVES.input(0)]: Float64Array.from(run.x.data),
        y: Int32Array.from(run.target.data),
        ...Object.fromEntries(
          Object.entries(scalars).map(([name, value]) => [LEAVES.scalar(name), Float64Array.of(value)]),
        ),
      });
      return fetched['loss']![0]!;
    });
    expectClose(losses, run.f64.losses, FLOAT64);
    for (const [of, path] of Object.entries(paths)) {
      expectClose(storage.read(path), run.f64.final[of]!, FLOAT64);
    }
  });
});

describeBackends('training as in PyTorch through fit and trainStep', (backend) => {
  /** The network with the golden weights, all other state as it begins. */
  async function begin({ layers, paths }: Setup, { init }: Run): Promise<Model> {
    const net = sequential(layers(), { inputShape: [4], backend });
    const given = Object.entries(paths).map(([of, path]) => {
      return [path, { shape: init[of]!.shape, data: Float32Array.from(init[of]!.data) }] as const;
    });
    await net.setWeights({ ...(await net.weights()), ...Object.fromEntries(given) });
    return net;
  }

  async function expectEnd(net: Model, { paths }: Setup, { x, target, f64 }: Run): Promise<void> {
    const weights = await net.weights();
    for (const [of, path] of Object.entries(paths)) {
      expectClose(weights[path]!.data, f64.final[of]!, FLOAT32);
    }
    const lossOf = valueAndGrad(net, (logits, t) => ops.mean(ops.softmaxCrossEntropy(logits, t)));
    const { value } = await lossOf(x, labels(target));
    expectClose([value], [f64.final_loss], FLOAT32);
  }

  const labels = ({ data }: GoldenTensor) => Int32Array.from(data);

  test.each(each)('fit: %s', async (_name, run, setup) => {
    const net = await begin(setup, run);
    const history = await net.fit(run.x, labels(run.target), {
      loss: 'categoricalCrossentropy',
      optimizer: setup.optimizer,
      epochs: run.steps,
      batchSize: run.x.shape[0]!,
      shuffle: false,
    });
    expectClose(
      history.epochs.map(({ loss }) => loss),
      run.f64.losses,
      FLOAT32,
    );
    await expectEnd(net, setup, run);
  });

  test.each(each)('trainStep: %s', async (_name, run, setup) => {
    const net = await begin(setup, run);
    const step = trainStep(net, {
      optimizer: setup.optimizer,
      loss: (logits, target) => ops.mean(ops.softmaxCrossEntropy(logits, target)),
    });
    const losses: number[] = [];
    for (let t = 0; t < run.steps; t++) losses.push((await step(run.x, labels(run.target))).loss);
    expectClose(losses, run.f64.losses, FLOAT32);
    await expectEnd(net, setup, run);
  });
});
