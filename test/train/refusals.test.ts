import {
  batchNorm,
  categoricalCrossentropy,
  DataError,
  dense,
  GliaError,
  input,
  type Model,
  model,
  OptionError,
  ops,
  ShapeError,
  sequential,
  type Tensor,
  train,
  trainStep,
  valueAndGrad,
} from 'glia';
import { earlyStopping } from 'glia/callbacks';
import { columns, Table } from 'glia/data';
import { describe, expect, test } from 'vitest';
import { backend, classifier, column, crossentropy, errorOf, mse, regression, x } from './refused.ts';

describe('targets that do not have the shape of the output', () => {
  test('(4) against (4, 1) is an error with both shapes, the layer and what to do', async () => {
    const error = await errorOf(() => regression().fit(x, [1, 0, 1, 0], mse));
    expect(error).toBeInstanceOf(ShapeError);
    expect(error.message).toBe(
      [
        'mse: targets do not fit the output',
        '  at     dense2',
        '  output [4, 1]',
        '  y      [4]',
        '  wanted [4, 1] values',
        '  hint   give a column: y.map((value) => [value]), or { data: y, shape: [4, 1] }',
      ].join('\n'),
    );
  });

  test('so it is in evaluate, train, trainStep and the validation data', async () => {
    const wrong = [1, 0, 1, 0];
    const net = regression();
    for (const call of [
      () => net.evaluate(x, wrong, { loss: 'mse' }),
      () => train(net, { x, y: wrong }, mse),
      () => trainStep(net, { loss: 'mse' })(x, wrong),
      () => trainStep(net, { loss: 'mse' }).sync(x, wrong),
      () => net.fit(x, column, { ...mse, validation: [x, wrong] }),
      () => net.fit(x, column, { ...mse, validation: { x, y: wrong } }),
    ]) {
      const error = await errorOf(call);
      expect(error.code).toBe('ERR_GLIA_SHAPE');
      expect(error.facts).toMatchObject({ at: 'dense2', output: '[4, 1]', y: '[4]' });
    }
  });

  test('labels as a column say so', async () => {
    const error = await errorOf(() => classifier().fit(x, column, crossentropy));
    expect(error.facts).toMatchObject({
      at: 'scores',
      output: '[4, 3]',
      y: '[4, 1]',
      wanted: '[4] labels or [4, 3] values',
      hint: 'give labels as [n], not as a column',
    });
  });

  test('one-hot rows of another width, and other ranks', async () => {
    for (const y of [x, [[[1]], [[1]], [[1]], [[1]]]]) {
      const error = await errorOf(() => classifier().fit(x, y, crossentropy));
      expect(error).toBeInstanceOf(ShapeError);
      expect(error.facts).toMatchObject({ at: 'scores', hint: 'a loss never broadcasts' });
    }
  });

  test('another number of rows', async () => {
    const error = await errorOf(() => regression().fit(x, [[1], [0]], mse));
    expect(error).toBeInstanceOf(ShapeError);
    expect(error.message).toBe('x has 4 rows, y has 2\n  x     [4, 2]\n  y     [2, 1]');
  });
});

describe('inputs of another width', () => {
  const wide = [
    [1, 2, 3],
    [4, 5, 6],
  ];
  const calls: Readonly<Record<string, (net: Model) => unknown>> = {
    fit: (net) => net.fit(wide, [[1], [0]], mse),
    evaluate: (net) => net.evaluate(wide, [[1], [0]], { loss: 'mse' }),
    predict: (net) => net.predict(wide),
    predictSync: (net) => net.predictSync(wide),
    predictProbabilities: (net) => net.predictProbabilities(wide),
    predictAll: (net) => net.predictAll(wide),
    train: (net) => train(net, { x: wide, y: [[1], [0]] }, mse),
    trainStep: (net) => trainStep(net, { loss: 'mse' })(wide, [[1], [0]]),
    valueAndGrad: (net) => valueAndGrad(net, (y) => ops.mean(y))(wide, [[1], [0]]),
    'validation data': (net) => net.fit(x, column, { ...mse, validation: [wide, [[1], [0]]] }),
  };
  test.each(Object.entries(calls))('are refused by %s', async (_name, call) => {
    const error = await errorOf(() => call(regression()));
    expect(error).toBeInstanceOf(ShapeError);
    expect(error.message).toBe(
      [
        'x does not have the width that the model was built for',
        '  at     dense1',
        '  x      [2, 3]',
        '  wanted [n, 2]',
        '  hint   each row needs as many numbers as the first layer has inputs',
      ].join('\n'),
    );
  });

  test('a model without a shape takes that of the first data that it is trained on, and keeps it', async () => {
    const net = sequential([dense(1)], { backend });
    expect(await errorOf(() => net.predict(wide))).toMatchObject({ code: 'ERR_GLIA_STATE' });
    await net.fit(x, column, { ...mse, epochs: 1 });
    expect((await errorOf(() => net.predict(wide))).facts).toMatchObject({ at: 'dense1', wanted: '[n, 2]' });
  });

  test('a call that is refused for its targets does not fix the width', async () => {
    const net = sequential([dense(1)], { backend });
    expect(await errorOf(() => net.fit(wide, [[1]], { ...mse, epochs: 1 }))).toBeInstanceOf(ShapeError);
    await net.fit(x, column, { ...mse, epochs: 1 });
    expect((await net.predict(x)).shape).toEqual([x.length, 1]);
  });

  test('a column of numbers is no table, ragged rows are none, and nothing is nothing', async () => {
    const net = regression();
    expect((await errorOf(() => net.predict([1, 2]))).facts.hint).toMatch(
      /a column \[2, 1\]; for one row, \[\[…\]\]/,
    );
    for (const data of [[[1, 2], [3]], [], [[]], [[1, [2]]]]) {
      expect(await errorOf(() => net.predict(data as number[][]))).toBeInstanceOf(ShapeError);
    }
    for (const data of [undefined, null, 'x', 3, Symbol('x'), () => x, new DataView(new ArrayBuffer(8))]) {
      expect(await errorOf(() => net.predict(data as never))).toBeInstanceOf(DataError);
    }
  });

  test('a model of two inputs says how many it takes, and that they differ in rows', async () => {
    const [a, b] = [input([2]), input([1])];
    const net = model({ inputs: [a, b], outputs: dense(1).call(a), backend });
    expect((await errorOf(() => net.predict(x))).message).toMatch(/takes 2 inputs/);
    expect((await errorOf(() => net.predict([x, [[1]]]))).message).toMatch(
      /differ in rows: 4 and 1\n {2}at {4}x\[1\]/,
    );
    expect((await errorOf(() => net.predict([x, x]))).facts).toMatchObject({ x: '[4, 2]', wanted: '[n, 1]' });
  });
});

describe('numbers that cannot be', () => {
  test('NaN and Infinity in x name row and column, counted from 0', async () => {
    for (const bad of [Number.NaN, Infinity, -Infinity, 1e39]) {
      const dirty = x.map((row) => [...row]);
      dirty[2]![1] = bad;
      const error = await errorOf(() => regression().fit(dirty, column, mse));
      expect(error).toBeInstanceOf(DataError);
      expect(error.message).toMatch(/^x\[2\]\[1\] is (NaN|-?Infinity)/);
      expect(error.facts).toMatchObject({ row: 2, column: 1 });
    }
  });

  test('in y, in sample weights and in the validation data', async () => {
    const net = regression();
    const holes = [[1], [Number.NaN], [1], [0]];
    expect((await errorOf(() => net.fit(x, holes, mse))).message).toMatch(/^y\[1\]\[0\] is NaN/);
    expect((await errorOf(() => net.fit(x, column, { ...mse, validation: [x, holes] }))).message).toMatch(
      /^y\[1\]/,
    );
    const sampleWeight = [1, 1, Number.NaN, 1];
    expect((await errorOf(() => net.fit(x, column, { ...mse, sampleWeight }))).message).toMatch(
      /^sampleWeight\[2\] is NaN/,
    );
  });

  test('labels out of range name their row', async () => {
    for (const label of [3, -1, 0.5, 2 ** 31]) {
      const error = await errorOf(() => classifier().fit(x, [0, 1, label, 2], crossentropy));
      expect(error).toBeInstanceOf(DataError);
      expect(error.message).toMatch(new RegExp(`^y\\[2\\] is ${label}, not a label`));
      expect(error.facts).toMatchObject({ row: 2, wanted: 'a whole number from 0 to 2' });
    }
  });

  test('labels out of range beside an ignored one', async () => {
    const loss = categoricalCrossentropy({ ignoreIndex: -100 });
    const net = classifier();
    expect((await errorOf(() => net.fit(x, [0, -100, 3, 2], { loss }))).message).toMatch(/^y\[2\] is 3/);
    const history = await net.fit(x, [0, -100, 1, 2], { loss, epochs: 1 });
    expect(history.final.loss).toBeGreaterThan(0);
  });
});

describe('tables', () => {
  const table = Table.fromRows([
    { age: 1, plan: 'a', left: 'no' },
    { age: 2, plan: 'b', left: 'yes' },
    { age: 3, plan: 'a', left: 'no' },
  ]);
  const spec = columns({
    numeric: { of: ['age'] },
    categorical: { of: ['plan'], encode: 'onehot' },
    target: { of: 'left', encode: 'label' },
  });
  const churn = () => sequential([dense(2)], { prepare: spec.fit(table), backend });
  const none = table.filter(() => false);

  test('without rows are refused', async () => {
    expect((await errorOf(() => churn().fit(none, crossentropy))).message).toBe('the table has no rows');
    expect(await errorOf(() => churn().evaluate(none, { loss: 'categoricalCrossentropy' }))).toBeInstanceOf(
      DataError,
    );
    expect(await errorOf(() => churn().predict(none))).toBeInstanceOf(GliaError);
    expect(await errorOf(() => spec.fit(none))).toBeInstanceOf(DataError);
  });

  test('of a single class are refused when the columns are fitted', async () => {
    const error = await errorOf(() => spec.fit(table.filter(({ left }) => left === 'no')));
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toMatch(/every row of the target "left" is "no"/);
  });

  test('bring their own targets, and must have them', async () => {
    const net = churn();
    expect(
      await errorOf(() => net.session && train(net, { x: table, y: [0] } as never, crossentropy)),
    ).toBeInstanceOf(OptionError);
    expect((await errorOf(() => net.fit(table.select(['age', 'plan']), crossentropy))).message).toMatch(
      /does not have the target column/,
    );
  });

  test('and rows with names need preprocessing', async () => {
    const net = classifier();
    expect((await errorOf(() => net.fit(table, crossentropy))).facts.hint).toMatch(/prepare: columns/);
    expect((await errorOf(() => net.predict(table))).facts.hint).toMatch(/prepare: columns/);
    expect((await errorOf(() => net.predict({ age: 3 }))).facts.hint).toMatch(/prepare: columns/);
    expect((await errorOf(() => net.predict({}))).message).toMatch(/takes numbers/);
  });

  test('and rows with unknown keys or values that cannot be used are refused', async () => {
    const net = churn();
    expect((await errorOf(() => net.predict({ aeg: 3 }))).message).toMatch(/did you mean "age"/);
    expect(await errorOf(() => net.predict({ age: 'old' }))).toBeInstanceOf(DataError);
    expect(await errorOf(() => net.predict([{ age: 1 }, null] as never))).toBeInstanceOf(GliaError);
  });
});

describe('what is allowed', () => {
  test('a batch larger than the data is all of it', async () => {
    const history = await regression().fit(x, column, { ...mse, batchSize: 1000, epochs: 3 });
    expect(history.steps).toBe(3);
    expect(history.stopReason).toBe('completed');
  });

  test('no epochs: nothing happens, and the history says so', async () => {
    const net = regression();
    const before = await net.weights();
    const history = await net.fit(x, column, { ...mse, epochs: 0 });
    expect({ ...history }).toEqual({
      epochs: [],
      final: { epoch: 0, learningRate: Number.NaN, loss: Number.NaN },
      best: undefined,
      stopReason: 'completed',
      steps: 0,
      updates: 0,
      warnings: [],
    });
    expect(await net.weights()).toEqual(before);
  });

  test('labels of one class only, balanced and measured', async () => {
    const history = await classifier().fit(x, [1, 1, 1, 1], {
      ...crossentropy,
      classWeight: 'balanced',
      metrics: ['accuracy', 'auc', 'f1'],
      callbacks: [earlyStopping({ monitor: 'auc', patience: 1, restoreBest: true })],
    });
    expect(history.final.loss).toBeGreaterThan(0);
  });

  test('one row, in arrays of any kind', async () => {
    const net = sequential([dense(2), batchNorm(), dense(1)], { inputShape: [2], backend });
    for (const row of [
      [[1, 2]],
      [new Float64Array([1, 2])],
      { data: new Uint8Array([1, 2]), shape: [1, 2] },
    ]) {
      const { final } = await net.fit(row, [[1]], mse);
      expect(final.loss).toBeGreaterThanOrEqual(0);
    }
  });
});

describe('a refusal says what to write next', () => {
  /** What the hint says, run as it is written. */
  const flat = Float32Array.from({ length: 8 }, (_, i) => i / 8);

  test('a flat typed array for x', async () => {
    const net = regression();
    const error = await errorOf(() => net.fit(flat, column, mse));
    expect(error.facts.hint).toContain('give { data: x, shape: [4, 2] }');
    await net.fit({ data: flat, shape: [4, 2] }, column, mse);
    const unbuilt = sequential([dense(1)], { backend });
    const first = await errorOf(() => unbuilt.fit(flat, column, mse));
    expect(first.facts.hint).toContain('{ data: x, shape: [rows, features] }');
  });

  test('flat typed arrays for y', async () => {
    const one = await errorOf(() => regression().fit(x, flat.subarray(0, 4), mse));
    expect(one.facts.hint).toContain('{ data: y, shape: [4, 1] }');
    const two = sequential([dense(2)], { inputShape: [2], backend });
    const error = await errorOf(() => two.fit(x, flat, mse));
    expect(error.facts.hint).toBe('for 2 numbers a row, give { data: y, shape: [4, 2] }');
    await two.fit(x, { data: flat, shape: [4, 2] }, mse);
  });

  test('two inputs and two outputs: one refusal leads to a step', async () => {
    const [a, b] = [input([2]), input([1])];
    const net = model({ inputs: [a, b], outputs: [dense(1).call(a), dense(2).call(b)], backend });
    const targets = [column, x];
    const error = await errorOf(() => net.fit([x, column], targets as never, mse));
    expect(error.facts.hint).toContain(
      'trainStep(net, { loss: ([y0, y1], y) => … }); await step([x0, x1], y)',
    );
    const loss = ([y0, y1]: readonly Tensor[], y: Tensor) =>
      ops.add(
        ops.mean(ops.square(ops.sub(y0!, ops.slice(y, [0, 0], [4, 1])))),
        ops.mean(ops.square(ops.sub(y1!, ops.slice(y, [0, 1], [4, 2])))),
      );
    const step = trainStep(net, { loss });
    const each = await errorOf(() => step([x, column], targets as never));
    expect(each.message).toContain('y is one array, not one for each output');
    const named = await errorOf(() => step({ a: x, b: column } as never, x));
    expect(named.facts.hint).toBe('give an array of 2 in the order of its inputs: [x0 [n, 2], x1 [n, 1]]');
    const y = column.map(([first], i) => [first!, ...x[i]!]);
    expect((await step([x, column], y)).loss).toBeGreaterThan(0);
  });
});
