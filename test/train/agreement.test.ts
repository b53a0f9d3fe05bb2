import {
  activation,
  activations,
  adagrad,
  adam,
  adamw,
  add,
  type BackendName,
  batchNorm,
  concat,
  cosine,
  dense,
  dropout,
  type FitOptions,
  input,
  l2,
  layerNorm,
  lion,
  type Model,
  type ModelOptions,
  model,
  rmsprop,
  sequential,
  sgd,
} from 'glia';
import { describe, expect, test } from 'vitest';
import { hasNative } from './backends.ts';
import { problem } from './problems.ts';

/** The promise of the library, for the mean loss of a step relative to max(1, |loss|). */
const FIRST = 1e-6;
const LATER = 1e-3;
const STEPS = 200;

const { x, labels, values } = problem(48, 6);

interface Case {
  readonly make: (options: ModelOptions) => Model;
  readonly fit: FitOptions;
  readonly y?: typeof values;
}

const classes: FitOptions = { loss: 'categoricalCrossentropy' };
const row = { inputShape: [6] };

const CASES: Readonly<Record<string, Case>> = {
  'tanh and momentum': {
    make: (o) => sequential([dense(16, { activation: 'tanh' }), dense(3)], { ...o, ...row }),
    fit: { ...classes, optimizer: sgd({ learningRate: 0.05, momentum: 0.9 }) },
  },
  'dropout and Adam': {
    make: (o) =>
      sequential([dense(24, { activation: 'relu' }), dropout(0.3), dense(3, { activation: 'softmax' })], {
        ...o,
        ...row,
      }),
    fit: { ...classes, optimizer: adam({ learningRate: 0.01 }) },
  },
  'batch normalisation, GELU, AdamW with clipping along a cosine': {
    make: (o) => sequential([dense(16), batchNorm(), activation('gelu'), dense(3)], { ...o, ...row }),
    fit: {
      ...classes,
      optimizer: adamw({ learningRate: cosine({ peak: 0.01, warmup: 0.1 }), clipNorm: 1, weightDecay: 0.05 }),
    },
  },
  // RMSProp and Lion move by a step of fixed length, so around a minimum a difference in the last bit of a small
  // gradient turns a step around, in any two programs; their rates are too small to arrive there in 200 steps.
  'layer normalisation, SiLU, RMSProp with penalties': {
    make: (o) =>
      sequential([dense(16, { regularizer: l2(1e-3) }), layerNorm(), activation('silu'), dense(1)], {
        ...o,
        ...row,
      }),
    fit: { loss: 'huber', optimizer: rmsprop({ learningRate: 5e-4, rho: 0.9, momentum: 0.5 }) },
    y: values,
  },
  'two branches, a residual and Adagrad': {
    make(o) {
      const a = input([6]);
      const left = dense(8, { activation: 'mish' }).call(a);
      const right = dense(8, { activation: activations.elu({ alpha: 0.5 }) }).call(a);
      const both = concat().call(left, right);
      const h = add().call(both, dense(16, { activation: 'tanh' }).call(both));
      return model({ inputs: a, outputs: dense(1).call(h), ...o });
    },
    fit: { loss: 'mse', optimizer: adagrad({ learningRate: 0.05 }) },
    y: values,
  },
  'sigmoids and Lion': {
    make: (o) => sequential([dense(8, { activation: 'sigmoid' }), dense(3)], { ...o, ...row }),
    fit: { ...classes, optimizer: lion({ learningRate: 1e-3 }) },
  },
};

async function losses({ make, fit, y }: Case, backend: BackendName, batchSize: number): Promise<number[]> {
  const net = make({ seed: 11, backend });
  const stepsPerEpoch = 48 / batchSize;
  const history = await net.fit(x, y ?? labels, { ...fit, batchSize, epochs: STEPS / stepsPerEpoch });
  expect(history.steps).toBe(STEPS);
  return history.epochs.map(({ loss }) => loss);
}

describe.skipIf(!hasNative)('the native backend and the one in TypeScript agree', () => {
  test.each(Object.entries(CASES))('over 200 steps of all rows: %s', async (_name, one) => {
    const [ours, theirs] = [await losses(one, 'native', 48), await losses(one, 'typescript', 48)];
    const distance = ours.map((loss, i) => Math.abs(loss - theirs[i]!) / Math.max(1, Math.abs(theirs[i]!)));
    expect(distance[0]).toBeLessThanOrEqual(FIRST);
    expect(Math.max(...distance)).toBeLessThanOrEqual(LATER);
    // The network learned: two runs that stand still would agree, too.
    expect(theirs.at(-1)).toBeLessThan(0.8 * theirs[0]!);
  });

  test.each(Object.entries(CASES))('over 200 steps of shuffled batches: %s', async (_name, one) => {
    const [ours, theirs] = [await losses(one, 'native', 12), await losses(one, 'typescript', 12)];
    expect(ours).toHaveLength(50);
    for (const [i, loss] of ours.entries())
      expect(Math.abs(loss - theirs[i]!)).toBeLessThanOrEqual(LATER * Math.max(1, Math.abs(theirs[i]!)));
  });
});

/** One seed and one machine: what a run leaves behind, to the last bit. */
async function outcome({ make, fit, y }: Case, options: ModelOptions): Promise<unknown> {
  const net = make(options);
  const { epochs, steps } = await net.fit(x, y ?? labels, {
    ...fit,
    batchSize: 10,
    epochs: 6,
    validation: 0.25,
    metrics: y === undefined ? ['accuracy'] : ['r2'],
  });
  return { epochs, steps, weights: await net.weights(), predictions: (await net.predict(x)).data };
}

describe.each(['typescript', 'native'] as const)('one seed decides everything, %s backend', (backend) => {
  describe.skipIf(backend === 'native' && !hasNative)('history, weights, states and predictions', () => {
    test.each(Object.entries(CASES))('%s', async (_name, one) => {
      const first = await outcome(one, { seed: 5, backend });
      expect(await outcome(one, { seed: 5, backend })).toEqual(first);
      expect(await outcome(one, { seed: 6, backend })).not.toEqual(first);
    });
  });
});
