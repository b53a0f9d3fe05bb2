import {
  adam,
  cosine,
  dense,
  type GliaError,
  type History,
  init,
  layer,
  type Model,
  ops,
  sequential,
  type Tensor,
  trainStep,
} from 'glia';
import { expectTypeOf, test } from 'vitest';

const net = sequential([dense(2)]);

test('layers take the options that they have', () => {
  dense(8, { activation: 'tanh', init: init.normal({ std: 0.1 }), bias: false });
  // @ts-expect-error a misspelt option
  dense(8, { activaton: 'tanh' });
  // @ts-expect-error a misspelt activation
  dense(8, { activation: 'thanh' });
  // @ts-expect-error a misspelt initialiser
  dense(8, { init: 'heNormall' });
  // @ts-expect-error units are a number
  dense('8');
  // @ts-expect-error units are not optional
  dense();
});

test('a custom layer knows its own parameters', () => {
  layer({
    params: ([d]) => ({ w: [d, 3], scale: { shape: [3], init: 'ones' } }),
    apply: ({ w, scale }, x) => {
      expectTypeOf(w).toEqualTypeOf<Tensor>();
      return ops.mul(ops.matmul(x, w), scale);
    },
  });
  layer({
    params: ([d]) => ({ w: [d, 3] }),
    // @ts-expect-error there is no parameter v
    apply: ({ v }, x) => ops.matmul(x, v),
  });
  // @ts-expect-error a layer computes a tensor
  layer({ apply: () => 3 });
  // @ts-expect-error a layer computes something
  layer({ params: () => ({ w: [2] }) });
});

test('models are fitted, used and saved with promises', () => {
  expectTypeOf(net).toEqualTypeOf<Model>();
  expectTypeOf(
    net.fit([[1, 2]], [[1, 0]], { loss: 'mse', optimizer: 'adam', metrics: ['accuracy'] }),
  ).resolves.toEqualTypeOf<History>();
  net.fit([[1, 2]], [[1, 0]], { loss: 'mse', optimizer: adam({ learningRate: cosine({ peak: 1e-3 }) }) });
  // @ts-expect-error what is minimised must be said
  net.fit([[1, 2]], [[1, 0]], { epochs: 3 });
  // @ts-expect-error a misspelt loss
  net.fit([[1, 2]], [[1, 0]], { loss: 'mes' });
  // @ts-expect-error a misspelt option
  net.fit([[1, 2]], [[1, 0]], { loss: 'mse', epoch: 3 });
  // @ts-expect-error a misspelt optimizer
  net.fit([[1, 2]], [[1, 0]], { loss: 'mse', optimizer: 'adma' });
  // @ts-expect-error text is no number
  net.predict([['a']]);
});

test('a step of a loop of one’s own gives a loss', () => {
  const step = trainStep(net, { loss: (y, t) => ops.mean(ops.square(ops.sub(y, t))), optimizer: 'sgd' });
  expectTypeOf(step([[1, 2]], [[1, 0]])).resolves.toEqualTypeOf<{ readonly loss: number }>();
  // @ts-expect-error a loss is a tensor
  trainStep(net, { loss: () => 0 });
  // @ts-expect-error optimizer options are checked
  adam({ lr: 0.1 });
});

test('errors say what they are', () => {
  expectTypeOf<GliaError>().toExtend<Error>();
  expectTypeOf<GliaError['code']>().toEqualTypeOf<string>();
  expectTypeOf<GliaError['facts']['hint']>().toEqualTypeOf<string | undefined>();
});
