import {
  type ClassPrediction,
  concat,
  dense,
  type FitOptions,
  type History,
  input,
  layer,
  load,
  type Model,
  model,
  type Node,
  type Outputs,
  ops,
  type RowPrediction,
  sequential,
  type Tensor,
  train,
  trainStep,
  type Values,
  valueAndGrad,
  type Weight,
} from 'glia';
import { type Callback, csvLog, earlyStopping, type Run, type TrainEvent } from 'glia/callbacks';
import { columns, type Table } from 'glia/data';
import { gradCheck } from 'glia/testing';
import { expectTypeOf, test } from 'vitest';

const net = sequential([dense(2)]);
declare const table: Table;

test('fit takes arrays with targets, or a table without', () => {
  expectTypeOf(net.fit(table, { loss: 'mse' })).resolves.toEqualTypeOf<History>();
  net.fit(new Float32Array(4), new Int32Array(2), { loss: 'categoricalCrossentropy' });
  net.fit({ data: [1, 2], shape: [1, 2] }, [[true, false]], { loss: 'mse', validation: 0.2 });
  net.fit([[[1]], [[2]]], [[1]], { loss: 'mse', validation: { x: [[1]], y: [[1]] } });
  net.fit(table, { loss: 'mse', validation: table, classWeight: { yes: 2, no: 1 } });
  // @ts-expect-error arrays need targets
  net.fit([[1, 2]], { loss: 'mse' });
  // @ts-expect-error a table brings its own
  net.fit(table, [[1]], { loss: 'mse' });
  // @ts-expect-error options are not optional
  net.fit([[1, 2]], [[1, 0]]);
  // @ts-expect-error a bigint is no number of a network
  net.fit(new BigInt64Array(4), [[1]], { loss: 'mse' });
  // @ts-expect-error there are two ways to weigh classes
  net.fit(table, { loss: 'mse', classWeight: 'even' });
  // @ts-expect-error a metric that does not exist
  net.fit(table, { loss: 'mse', metrics: ['accuraccy'] });
  // @ts-expect-error what stops a run is a signal, not its controller
  net.fit(table, { loss: 'mse', signal: new AbortController() });
});

test('options of fit are plain data that can be kept', () => {
  const options: FitOptions = { loss: 'mse', epochs: 3 };
  net.fit(table, { ...options, epochs: 5 });
  expectTypeOf<FitOptions['loss']>().not.toEqualTypeOf<undefined>();
  // @ts-expect-error the loss is part of them
  const incomplete: FitOptions = { epochs: 3 };
  // @ts-expect-error and they do not change
  options.epochs = 4;
  expectTypeOf(incomplete).toEqualTypeOf<FitOptions>();
});

test('the loss may be a function of tensors', () => {
  net.fit(table, { loss: (y, t) => ops.mean(ops.square(ops.sub(y, t))) });
  net.fit(table, {
    loss(output, target) {
      expectTypeOf(output).toEqualTypeOf<Tensor>();
      expectTypeOf(target).toEqualTypeOf<Tensor>();
      return output;
    },
  });
  // @ts-expect-error numbers are traced, not computed
  net.fit(table, { loss: (y) => y.shape[0] });
});

test('predict answers in the form of the question', () => {
  expectTypeOf(net.predict([[1, 2]])).resolves.toEqualTypeOf<Values>();
  expectTypeOf(net.predict(new Float32Array(2))).resolves.toEqualTypeOf<Values>();
  expectTypeOf(net.predict({ data: [1, 2], shape: [1, 2] })).resolves.toEqualTypeOf<Values>();
  expectTypeOf(net.predict([new Float32Array(2)])).resolves.toEqualTypeOf<Values>();
  expectTypeOf(net.predict(table)).resolves.toEqualTypeOf<RowPrediction[]>();
  expectTypeOf(net.predict([{ age: 41, plan: 'basic' }])).resolves.toEqualTypeOf<RowPrediction[]>();
  expectTypeOf(net.predict({ age: 41, plan: null })).resolves.toEqualTypeOf<RowPrediction>();
  expectTypeOf(net.predictSync([[1, 2]])).toEqualTypeOf<Values>();
  expectTypeOf(net.predictAll([[1, 2]])).resolves.toEqualTypeOf<Values[]>();
  expectTypeOf<Values['data']>().toEqualTypeOf<Float32Array>();
  expectTypeOf<ClassPrediction>().toExtend<RowPrediction>();
  // @ts-expect-error a cell is a number, a word or nothing
  net.predict({ age: { years: 41 } });
  // @ts-expect-error a table is predicted with names, and not at once
  net.predictSync(table);
});

test('a model with several outputs predicts a list of them', () => {
  const x = input([4]);
  const two = model({ inputs: x, outputs: [dense(1).call(x), dense(3).call(x)] });
  expectTypeOf(two).toEqualTypeOf<Model<Values[]>>();
  expectTypeOf(two.predict([[1, 2, 3, 4]])).resolves.toEqualTypeOf<Values[]>();
  expectTypeOf(two.predict(table)).resolves.toEqualTypeOf<Values[]>();
  expectTypeOf(two.predict({ age: 41 })).resolves.toEqualTypeOf<Values[]>();
  expectTypeOf(two.predictSync([[1, 2, 3, 4]])).toEqualTypeOf<Values[]>();
  const link = ['none', 'softmax'] as const;
  expectTypeOf(two.predictProbabilities([[1]], { link })).resolves.toEqualTypeOf<Values[]>();
  expectTypeOf(load<Values[]>('x.glia')).resolves.toEqualTypeOf<Model<Values[]>>();
  trainStep(two, { loss: ([a, b]: readonly Tensor[], t) => ops.mean(ops.sub(ops.add(a!, b!), t)) });
  const nodes: readonly Node[] = [];
  expectTypeOf(model({ inputs: x, outputs: nodes })).toEqualTypeOf<Model<Outputs>>();
  // @ts-expect-error which of them is meant must be said
  two.predictSync([[1]]).data;
  // @ts-expect-error a link that does not exist
  net.predictProbabilities([[1]], { link: 'softmx' });
});

test('evaluate gives a loss and whatever was asked for', async () => {
  const logs = await net.evaluate([[1]], [[1]], { metrics: ['accuracy'] });
  expectTypeOf(logs.loss).toEqualTypeOf<number>();
  expectTypeOf(logs['accuracy']).toEqualTypeOf<number | undefined>();
  expectTypeOf(net.evaluate(table)).resolves.toEqualTypeOf<typeof logs>();
  // @ts-expect-error arrays need targets
  net.evaluate([[1]]);
  // @ts-expect-error a misspelt option
  net.evaluate(table, { metric: ['accuracy'] });
});

test('weights go out and in', () => {
  expectTypeOf(net.weights()).resolves.toEqualTypeOf<Record<string, Weight>>();
  expectTypeOf(net.setWeights({ w: { shape: [1], data: new Float32Array(1) } })).resolves.toBeVoid();
  // @ts-expect-error weights are float32
  net.setWeights({ w: { shape: [1], data: [1] } });
});

test('functional models are made of values, not of layers', () => {
  const x = input([4]);
  expectTypeOf(model({ inputs: x, outputs: concat().call(x, dense(2).call(x)) })).toEqualTypeOf<Model>();
  expectTypeOf(model({ inputs: [x], outputs: [x], seed: 1 })).toEqualTypeOf<Model>();
  // @ts-expect-error a layer is called first
  model({ inputs: x, outputs: dense(2) });
  // @ts-expect-error a layer is called with values
  dense(2).call(dense(2));
  // @ts-expect-error a misspelt option
  model({ inputs: x, outputs: x, sed: 1 });
  // @ts-expect-error a shape is a list
  input(4);
  // @ts-expect-error layers come in a list
  sequential(dense(2));
  // @ts-expect-error a factory is not yet a layer
  sequential([dense]);
  // @ts-expect-error preprocessing is fitted first
  sequential([dense(2)], { prepare: columns({ numeric: { of: ['age'] } }) });
  // @ts-expect-error there are two backends
  sequential([dense(2)], { backend: 'gpu' });
});

test('a custom layer knows its parameters and its state', () => {
  layer({ params: ([d]) => ({ w: [d, 8] }), apply: ({ w }, x) => ops.matmul(x, w) });
  layer({
    params: ([d]) => ({ w: [d, 8] }),
    state: () => ({ seen: { shape: [], initial: 0 } }),
    apply({ w, seen }, x, { training, inputs, update, uniform }) {
      expectTypeOf(w).toEqualTypeOf<Tensor>();
      expectTypeOf(seen).toEqualTypeOf<Tensor>();
      expectTypeOf(training).toEqualTypeOf<boolean>();
      expectTypeOf(inputs).toEqualTypeOf<readonly Tensor[]>();
      expectTypeOf(uniform([2])).toEqualTypeOf<Tensor>();
      update('seen', ops.add(seen, 1));
      return ops.matmul(x, w);
    },
  });
  layer({
    apply(own, x) {
      expectTypeOf(own).toEqualTypeOf<Readonly<Record<never, Tensor>>>();
      return x;
    },
  });
  layer({
    state: () => ({ seen: { shape: [], initial: 0 } }),
    // @ts-expect-error there is no state of that name
    apply: ({ sean }, x) => ops.add(x, sean),
  });
  // @ts-expect-error a state begins with a number
  layer({ state: () => ({ seen: { shape: [] } }), apply: (_own, x) => x });
  // @ts-expect-error a misspelt option
  layer({ parms: () => ({}), apply: (_own, x) => x });
});

test('steps of one’s own see one output, or all of them', () => {
  trainStep(net, { loss: (logits, target) => ops.mean(ops.softmaxCrossEntropy(logits, target)) });
  trainStep(net, { loss: 'mse', optimizer: 'lion', totalSteps: 10 });
  trainStep(net, { loss: ([a, b]: readonly Tensor[], t) => ops.mean(ops.sub(ops.add(a!, b!), t)) });
  const f = valueAndGrad(net, (y, t) => ops.mean(ops.sub(y, t)));
  valueAndGrad(net, (outputs: readonly Tensor[]) => ops.mean(outputs[0]!));
  expectTypeOf(f([[1]], [[1]]))
    .resolves.toHaveProperty('gradients')
    .toExtend<Readonly<Record<string, Values>>>();
  expectTypeOf(trainStep(net, { loss: 'mse' }).sync([[1]], [[1]])).toEqualTypeOf<{ readonly loss: number }>();
  // @ts-expect-error what is minimised must be said
  trainStep(net, { optimizer: 'adam' });
  // @ts-expect-error a misspelt option
  trainStep(net, { loss: 'mse', optimiser: 'adam' });
  // @ts-expect-error a step takes targets
  trainStep(net, { loss: 'mse' })([[1]]);
});

test('training is a stream of events that tell themselves apart', async () => {
  for await (const event of train(net, { x: [[1]], y: [[1]] }, { loss: 'mse' })) {
    expectTypeOf(event).toEqualTypeOf<TrainEvent>();
    if (event.type === 'step') expectTypeOf(event.loss).toEqualTypeOf<number>();
    if (event.type === 'epoch') expectTypeOf(event.logs['val_loss']).toEqualTypeOf<number | undefined>();
    if (event.type === 'end') expectTypeOf(event.history).toEqualTypeOf<History>();
    // @ts-expect-error only the end has a history
    event.history;
  }
  // @ts-expect-error there are no callbacks
  train(net, table, { loss: 'mse', callbacks: [] });
  // @ts-expect-error arrays come with their targets
  train(net, [[1]], { loss: 'mse' });
});

test('callbacks are objects with methods', () => {
  const own: Callback = {
    name: 'own',
    onEpoch({ logs }, run) {
      expectTypeOf(run).toEqualTypeOf<Run>();
      if (logs.loss < 0.1) run.stop('good enough');
    },
  };
  net.fit(table, { loss: 'mse', callbacks: [own, earlyStopping({ patience: 3 }), csvLog('run.csv')] });
  // @ts-expect-error a callback has a name
  net.fit(table, { loss: 'mse', callbacks: [{ onEpoch() {} }] });
  // @ts-expect-error a misspelt option
  earlyStopping({ patiense: 3 });
  // @ts-expect-error better is one of two
  earlyStopping({ better: 'more' });
  // @ts-expect-error a log has a path
  csvLog();
});

test('models are saved, loaded and checked', () => {
  expectTypeOf(load('x.glia')).resolves.toEqualTypeOf<Model>();
  load('x.glia', { layers: { mine: (config, name) => dense(config['units'] as number, { name }) } });
  expectTypeOf(net.save('x.glia')).resolves.toBeVoid();
  expectTypeOf(gradCheck(net, { batch: 2 })).resolves.toBeVoid();
  // @ts-expect-error a misspelt option
  load('x.glia', { layer: {} });
  // @ts-expect-error a misspelt option
  gradCheck(net, { tolerence: 1 });
});
