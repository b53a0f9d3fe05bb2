import {
  adagrad,
  adam,
  BackendError,
  type BackendName,
  binaryCrossentropy,
  categoricalCrossentropy,
  DataError,
  dense,
  dropout,
  hinge,
  input,
  type Loss,
  type Model,
  model,
  ops,
  sequential,
  trainStep,
} from 'glia';
import type { Data } from 'glia/data';
import { expect, test } from 'vitest';
import type { Inputs } from '../../src/train/dataset.ts';
import { describeBackends } from './backends.ts';
import { problem } from './problems.ts';

const { x, labels, values } = problem(8, 3);
const rows = (from: number, to: number) => ({
  data: x.data.slice(3 * from, 3 * to),
  shape: [to - from, 3],
});
const nested = (count: number) =>
  Array.from({ length: count }, (_, i) => Array.from(x.data.subarray(3 * i, 3 * i + 3)));

const make = (backend: BackendName, units = 3): Model =>
  sequential([dense(6, { activation: 'tanh' }), dropout(0.2), dense(units)], {
    inputShape: [3],
    seed: 3,
    backend,
  });

function thrown(call: () => unknown): Error {
  try {
    call();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}

describeBackends('steps on this thread', (backend) => {
  test('leave the same bits as steps in the background, in whatever form their data comes', async () => {
    const [one, other] = [make(backend), make(backend)];
    const options = { loss: 'categoricalCrossentropy', optimizer: adam({ accumulate: 2 }) } as const;
    const [sync, async] = [trainStep(one, options).sync, trainStep(other, options)];
    const forms: [Inputs, Data][] = [
      [x, labels],
      [rows(0, 4), labels.slice(0, 4)],
      [nested(4), labels.slice(0, 4)],
      [nested(4), Array.from(labels.slice(0, 4))],
      [rows(4, 8), Array.from(labels.slice(4))],
      [nested(4).map((row) => Float32Array.from(row)), { data: labels.slice(0, 4), shape: [4] }],
      [{ data: Float64Array.from(rows(0, 4).data), shape: [4, 3] }, Float32Array.from(labels.slice(0, 4))],
      [{ data: new Int32Array(12).fill(1), shape: [4, 3] }, labels.slice(0, 4)],
      [rows(0, 2), nested(2).map(() => [0.25, 0.25, 0.5])],
      [rows(0, 2), { data: Float32Array.of(1, 0, 0, 0, 1, 0), shape: [2, 3] }],
      [rows(0, 2), labels.slice(0, 2)],
    ];
    for (const [inputs, targets] of [...forms, ...forms, ...forms.reverse()]) {
      expect(sync(inputs, targets)).toEqual(await async(inputs, targets));
    }
    expect(await one.weights()).toEqual(await other.weights());
    expect(one.session.steps).toBe(other.session.steps);
  });

  test('of a model with several inputs, and with a loss of one`s own', async () => {
    const two = () => {
      const [a, b] = [input([3]), input([1])];
      return model({
        inputs: [a, b],
        outputs: [dense(2).call(a), dense(1).call(b)],
        seed: 1,
        backend,
      });
    };
    const loss = ([first, second]: Parameters<typeof ops.mean>[0][]) =>
      ops.add(ops.mean(ops.square(first!)), ops.mean(ops.square(second!)));
    const [one, other] = [two(), two()];
    const [sync, async] = [trainStep(one, { loss } as never).sync, trainStep(other, { loss } as never)];
    for (let i = 0; i < 3; i++) {
      const inputs = [rows(0, 4), nested(4).map((row) => row.slice(0, 1))];
      expect(sync(inputs, labels.slice(0, 4))).toEqual(await async(inputs, labels.slice(0, 4)));
    }
    expect(await one.weights()).toEqual(await other.weights());
    expect(thrown(() => sync([rows(0, 4)], labels))).toMatchObject({ code: 'ERR_GLIA_SHAPE' });
  });

  /** What each loss refuses beside what no loss takes, for an output [4, units]. */
  const odd: Record<string, { loss: Loss; units: number; good: Data; bad: Record<string, unknown> }> = {
    labels: {
      loss: categoricalCrossentropy(),
      units: 3,
      good: Int32Array.of(0, 1, 2, 0),
      bad: {
        'a class too high': Int32Array.of(0, 1, 3, 0),
        'a class below 0': Int32Array.of(0, -1, 2, 0),
        'half a class': [0, 1, 0.5, 0],
        'a class of 2³²': [0, 1, 2 ** 32, 0],
        'too few': Int32Array.of(0, 1, 2),
        'a column': { data: Int32Array.of(0, 1, 2, 0), shape: [4, 1] },
        words: ['0', '1', '2', '0'],
        'a hole': Object.assign(new Array<number>(4), { 0: 0, 2: 2, 3: 0 }),
      },
    },
    'labels of which some are ignored': {
      loss: categoricalCrossentropy({ ignoreIndex: -100 }),
      units: 3,
      good: Int32Array.of(0, -100, 2, 0),
      bad: { 'another label below 0': Int32Array.of(0, -1, 2, 0) },
    },
    distributions: {
      loss: categoricalCrossentropy(),
      units: 2,
      good: [
        [1, 0],
        [0.5, 0.5],
        [0, 1],
        [1, 0],
      ],
      bad: {
        'a sum of 1.5': { data: Float32Array.of(1, 0, 1, 0.5, 1, 0, 1, 0), shape: [4, 2] },
        'one below 0': { data: Float32Array.of(1, 0, 2, -1, 1, 0, 1, 0), shape: [4, 2] },
      },
    },
    shares: {
      loss: binaryCrossentropy(),
      units: 1,
      good: [[0], [1], [0.5], [1]],
      bad: {
        'one above 1': [[0], [1], [1.5], [1]],
        'one below 0': { data: Float32Array.of(0, 1, -1, 1), shape: [4, 1] },
        NaN: [[0], [1], [Number.NaN], [1]],
        'a row of two': [[0], [1], [0, 1], [1]],
        'one that is a list': [[0], [1], [[1]], [1]],
      },
    },
    sides: {
      loss: hinge(),
      units: 1,
      good: [[1], [-1], [1], [1]],
      bad: { 'a side of 0': [[1], [0], [1], [1]] },
    },
  };
  const badInputs: Record<string, unknown> = {
    NaN: { data: Float32Array.from({ length: 12 }, (_, i) => (i === 7 ? Number.NaN : i)), shape: [4, 3] },
    'infinity, in a list': nested(4).map((row, i) => (i === 2 ? [1, Infinity, 2] : row)),
    'a number beyond float32': nested(4).map((row, i) => (i === 2 ? [1, 1e39, 2] : row)),
    'another width': { data: new Float32Array(8), shape: [4, 2] },
    'a shape that lies': { data: new Float32Array(8), shape: [4, 3] },
    'a ragged list': [
      [1, 2, 3],
      [1, 2],
      [1, 2, 3],
      [1, 2, 3],
    ],
    'booleans among words': [
      [true, 'a', 1],
      [1, 2, 3],
      [1, 2, 3],
      [1, 2, 3],
    ],
    'no rows': [],
    nothing: undefined,
    null: null,
    'an object': {},
    'a detached array': (() => {
      const data = new Float32Array(12);
      structuredClone(data, { transfer: [data.buffer] });
      return { data, shape: [4, 3] };
    })(),
  };

  test.each(Object.entries(odd))(
    'refuse with %s what the first step refuses, and change nothing',
    async (_name, { loss, units, good, bad }) => {
      const [warm, calm] = [make(backend, units), make(backend, units)];
      const [step, same] = [trainStep(warm, { loss }), trainStep(calm, { loss })];
      expect(step.sync(rows(0, 4), good)).toEqual(same.sync(rows(0, 4), good));
      const cases = [
        ...Object.entries(bad).map(([what, y]) => [what, rows(0, 4), y] as const),
        ...Object.entries(badInputs).map(([what, inputs]) => [what, inputs, good] as const),
      ];
      for (const [what, inputs, targets] of cases) {
        const call = (net: typeof step) => thrown(() => net.sync(inputs as Inputs, targets as Data));
        const wanted = call(trainStep(make(backend, units), { loss }));
        expect((wanted as { code?: string }).code, what).toMatch(/^ERR_GLIA_/);
        const got = call(step);
        expect(got.constructor, what).toBe(wanted.constructor);
        expect(got.message, what).toBe(wanted.message);
      }
      expect(step.sync(rows(4, 8), good)).toEqual(same.sync(rows(4, 8), good));
      expect(await warm.weights()).toEqual(await calm.weights());
      expect(warm.session.steps).toBe(2);
    },
  );

  test('go on when the engine has given their program up, with their optimizer', async () => {
    const [net, other] = [make(backend), make(backend)];
    const optimizer = adagrad({ initialAccumulator: 0.1 });
    const [step, same] = [net, other].map((one) =>
      trainStep(one, { loss: 'categoricalCrossentropy', optimizer }),
    );
    for (let i = 0; i < 3; i++) {
      expect(step!.sync(x, labels)).toEqual(same!.sync(x, labels));
      net.session.engine.forget('');
      await net.weights();
    }
    expect(await net.weights()).toEqual(await other.weights());
  });

  test('that were refused as the first leave one set of optimizer state', async () => {
    const [net, calm] = [make(backend), make(backend)];
    const options = { loss: 'categoricalCrossentropy', optimizer: adam({ learningRate: 0.1 }) } as const;
    const [step, same] = [trainStep(net, options), trainStep(calm, options)];
    const { engine } = net.session;
    const broken = engine.program.bind(engine);
    engine.program = () => {
      throw new BackendError('not now');
    };
    expect(() => step.sync(x, labels)).toThrow(BackendError);
    engine.program = broken;
    // Two programs, by batch size, share the moments.
    for (const count of [8, 4, 8]) {
      const batch = [rows(0, count), labels.slice(0, count)] as const;
      expect(step.sync(...batch)).toEqual(same.sync(...batch));
    }
    expect(await net.weights()).toEqual(await calm.weights());
  });
});

describeBackends('predictions on this thread', (backend) => {
  test('are those of predict, in whatever form rows come, and belong to the caller', async () => {
    const net = make(backend);
    const forms: Inputs[] = [x, nested(8), rows(0, 2), nested(2), rows(2, 4), x];
    for (const inputs of [...forms, ...forms]) {
      const got = net.predictSync(inputs);
      expect(got).toEqual(await net.predict(inputs));
      (got.shape as number[])[0] = 99;
      got.data.fill(7);
      structuredClone(got.data, { transfer: [got.data.buffer as ArrayBuffer] });
      expect(net.predictSync(inputs)).toEqual(await net.predict(inputs));
    }
  });

  test('follow the weights, and refuse what predict refuses', async () => {
    const net = make(backend);
    net.predictSync(x);
    await net.fit(x, labels, { loss: 'categoricalCrossentropy', epochs: 2 });
    expect(net.predictSync(x)).toEqual(await net.predict(x));
    for (const bad of [[[1, 2]], [[1, 2, Number.NaN]], [], null, values]) {
      const wanted = await net.predict(bad as Inputs).catch((error: Error) => error);
      expect(thrown(() => net.predictSync(bad as Inputs))).toEqual(wanted);
    }
    expect(net.predictSync(x)).toEqual(await net.predict(x));
  });
});

describeBackends('predictions of many numbers at once', (backend) => {
  const rows = 6000; // more numbers than are checked one by one
  const net = () => sequential([dense(2)], { inputShape: [4], seed: 1, backend });
  const inputs = (data: Float32Array) => ({ data, shape: [rows, 4] });

  test('are refused for a number that is not finite, by its place, and go on after it', () => {
    const model = net();
    const x = new Float32Array(4 * rows).fill(0.5);
    const first = model.predictSync(inputs(x)).data;
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => model.predictSync(inputs(x.with(4 * 4321 + 2, bad)))).toThrow(DataError);
      expect(() => model.predictSync(inputs(x.with(4 * 4321 + 2, bad)))).toThrow(/4321/);
      expect(model.predictSync(inputs(x)).data).toEqual(first);
    }
  });

  test('are made of finite numbers whose sum is too large for float32', () => {
    const { data } = net().predictSync(inputs(new Float32Array(4 * rows).fill(1e37)));
    expect(data.every(Number.isFinite)).toBe(true);
    expect(net().predictSync(inputs(new Float32Array(4 * rows).fill(3e38))).data).toHaveLength(2 * rows);
  });
});
