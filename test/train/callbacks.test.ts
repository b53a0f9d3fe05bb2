import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import {
  dense,
  FileError,
  type FitOptions,
  GliaError,
  type Model,
  OptionError,
  sequential,
  sgd,
  type Weight,
} from 'glia';
import {
  type Callback,
  csvLog,
  earlyStopping,
  type ProgressOptions,
  progress,
  type Run,
} from 'glia/callbacks';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { describeBackends } from './backends.ts';
import { problem } from './problems.ts';

const { x, labels } = problem(32, 5);
const backend = 'typescript';
const net = (): Model => sequential([dense(3)], { inputShape: [5], seed: 4, backend });
const options: FitOptions = { loss: 'categoricalCrossentropy', epochs: 3, batchSize: 16, learningRate: 0.01 };

/** Lets everything that is waiting go first. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A metric whose values are given, epoch by epoch. */
function scripted(values: readonly number[], better?: 'higher' | 'lower') {
  let epoch = 0;
  return { name: 'score', of: () => values[epoch++]!, ...(better && { better }) };
}

describe('callbacks of one`s own', () => {
  test('come in order, are told everything, and are waited for', async () => {
    const log: string[] = [];
    const make = (name: string): Callback => ({
      name,
      async onBegin(run) {
        await turn();
        log.push(`${name} begin ${run.epochs} x ${run.stepsPerEpoch}, ${run.rows} rows`);
      },
      async onStep({ type, epoch, step, steps, loss, learningRate }) {
        await turn();
        expect(loss).toBeGreaterThan(0);
        log.push(`${name} ${type} ${epoch}: ${step}/${steps} at ${learningRate}`);
      },
      async onEpoch({ type, logs }) {
        await turn();
        log.push(`${name} ${type} ${logs.epoch}: ${Object.keys(logs).join()}`);
      },
      async onEnd({ type, history }) {
        await turn();
        log.push(`${name} ${type} ${history.stopReason} after ${history.steps}`);
      },
    });
    const history = await net().fit(x, labels, {
      ...options,
      epochs: 1,
      batchSize: 32,
      metrics: ['accuracy'],
      callbacks: [make('a'), make('b')],
    });
    expect(log).toEqual(
      [
        'begin 1 x 1, 32 rows',
        'step 1: 1/1 at 0.01',
        'epoch 1: epoch,learningRate,loss,accuracy',
        'end completed after 1',
      ].flatMap((line) => [`a ${line}`, `b ${line}`]),
    );
    expect(history.steps).toBe(1);
  });

  test('may leave methods out, and see each step of each epoch', async () => {
    const seen: [number, number][] = [];
    await net().fit(x, labels, {
      ...options,
      batchSize: 10,
      callbacks: [
        { name: 'none' },
        { name: 'steps', onStep: ({ epoch, step }) => void seen.push([epoch, step]) },
      ],
    });
    // One call may make several steps; each epoch of 32 rows in batches of 10 ends with its fourth.
    for (const epoch of [1, 2, 3]) {
      const steps = seen.filter(([one]) => one === epoch).map(([, step]) => step);
      expect(steps.at(-1)).toBe(4);
      expect(steps).toEqual([...new Set(steps)].sort((a, b) => a - b));
    }
  });

  test('know what is logged, and which way is better', async () => {
    let run: Run | undefined;
    await net().fit(x, labels, {
      ...options,
      metrics: ['accuracy', 'logLoss', { name: 'mine', of: () => 1 }],
      validation: 0.25,
      callbacks: [
        {
          name: 'keep',
          onBegin(one) {
            run = one;
          },
        },
      ],
    });
    const own = ['loss', 'accuracy', 'logLoss', 'mine'];
    expect(run?.logged).toEqual([...own, ...own.map((name) => `val_${name}`)]);
    expect(own.map((name) => run?.better(`val_${name}`))).toEqual(['lower', 'higher', 'lower', undefined]);
    expect(own.map((name) => run?.better(name))).toEqual(['lower', 'higher', 'lower', undefined]);
  });

  test.each(['onBegin', 'onStep', 'onEpoch', 'onEnd'] as const)(
    'an error in %s ends the run and is thrown',
    async (at) => {
      const one = net();
      const own = new Error('mine');
      const after: string[] = [];
      const callbacks = [
        { name: 'first', [at]: () => Promise.reject(own) },
        { name: 'second', [at]: () => void after.push(at) },
      ];
      await expect(one.fit(x, labels, { ...options, callbacks })).rejects.toBe(own);
      // Every callback gets its end.
      expect(after).toEqual(at === 'onEnd' ? ['onEnd'] : []);
      expect((await one.fit(x, labels, options)).stopReason).toBe('completed');
    },
  );

  test('stop a run after the epoch that goes on, with a reason', async () => {
    for (const method of ['onStep', 'onEpoch'] as const) {
      const stopper: Callback = {
        name: 'stopper',
        [method]: (_event: unknown, run: Run) => run.stop(`by ${method}`),
      };
      const history = await net().fit(x, labels, { ...options, batchSize: 8, callbacks: [stopper] });
      expect(history.stopReason).toBe(`by ${method}`);
      expect(history.epochs).toHaveLength(1);
      expect(history.steps).toBe(4);
    }
  });

  test('stop a run before it begins, and the first reason stays', async () => {
    const history = await net().fit(x, labels, {
      ...options,
      callbacks: [
        { name: 'first', onBegin: (run) => run.stop('one') },
        { name: 'second', onBegin: (run) => run.stop('two') },
      ],
    });
    expect(history).toMatchObject({ stopReason: 'one', steps: 0, epochs: [] });
  });

  test('may predict, evaluate and read, and may not fit', async () => {
    const one = net();
    const found: unknown[] = [];
    await one.fit(x, labels, {
      ...options,
      callbacks: [
        {
          name: 'curious',
          async onEpoch({ logs }, run) {
            const { loss } = await one.evaluate(x, labels);
            const { shape } = await one.predict(x);
            const paths = Object.keys(await run.readWeights());
            const refused = await one.fit(x, labels, options).catch((error: GliaError) => error.code);
            found.push({ better: loss < logs.loss, shape, paths, refused });
          },
        },
      ],
    });
    const each = {
      better: true,
      shape: [32, 3],
      paths: ['dense1.weight', 'dense1.bias'],
      refused: 'ERR_GLIA_STATE',
    };
    expect(found).toEqual([each, each, each]);
  });
});

describeBackends('weights that a callback writes', (name) => {
  test('are what the run goes on with', async () => {
    const make = () => sequential([dense(3)], { inputShape: [5], seed: 4, backend: name });
    const one = make();
    const first = await one.weights();
    const optimizer = sgd({ learningRate: 0.1 });
    const back: Callback = { name: 'back', onEpoch: (_event, run) => run.writeWeights(first) };
    const history = await one.fit(x, labels, {
      ...options,
      optimizer,
      learningRate: undefined as never,
      shuffle: false,
      callbacks: [back],
    });
    expect(new Set(history.epochs.map(({ loss }) => loss)).size).toBe(1);
    expect(await one.weights()).toEqual(first);
  });
});

describe('earlyStopping', () => {
  const run = async (
    values: readonly number[],
    stopping: Callback,
    better?: 'higher' | 'lower',
    epochs = values.length,
  ) =>
    net().fit(x, labels, { ...options, metrics: [scripted(values, better)], epochs, callbacks: [stopping] });
  const monitor = 'score';

  test('waits for an improvement as long as patience says', async () => {
    const falling = [5, 4, 4.5, 4.2, 3.9, 4, 4, 4, 4];
    expect((await run(falling, earlyStopping({ monitor, patience: 2 }), 'lower')).epochs).toHaveLength(4);
    const history = await run(falling, earlyStopping({ monitor, patience: 3 }), 'lower');
    expect(history.epochs).toHaveLength(8);
    expect(history.stopReason).toBe('earlyStopping: score has not improved for 3 epochs');
    expect((await run(falling, earlyStopping({ monitor, patience: 9 }), 'lower')).stopReason).toBe(
      'completed',
    );
    expect((await run([5, 4, 4, 3], earlyStopping({ monitor, patience: 0 }), 'lower')).epochs).toHaveLength(
      3,
    );
  });

  test('goes the way that the metric says, or the option', async () => {
    const rising = [1, 2, 3, 4];
    expect((await run(rising, earlyStopping({ monitor, patience: 1 }), 'higher')).epochs).toHaveLength(4);
    expect((await run(rising, earlyStopping({ monitor, patience: 1 }), 'lower')).epochs).toHaveLength(2);
    expect(
      (await run(rising, earlyStopping({ monitor, patience: 1, better: 'lower' }), 'higher')).epochs,
    ).toHaveLength(2);
    await expect(run(rising, earlyStopping({ monitor }))).rejects.toThrow(
      /which way is better[\s\S]*better: 'higher'/,
    );
  });

  test('counts only changes above minDelta, and never NaN', async () => {
    const slow = [1, 0.95, 0.9, 0.85];
    expect(
      (await run(slow, earlyStopping({ monitor, patience: 2, minDelta: 0.08 }), 'lower')).epochs,
    ).toHaveLength(4);
    expect(
      (await run(slow, earlyStopping({ monitor, patience: 1, minDelta: 0.08 }), 'lower')).epochs,
    ).toHaveLength(2);
    const holes = [Number.NaN, Number.NaN, 3, Number.NaN, 2, Number.NaN, Number.NaN];
    expect((await run(holes, earlyStopping({ monitor, patience: 2 }), 'lower')).epochs).toHaveLength(2);
    expect((await run(holes.slice(2), earlyStopping({ monitor, patience: 2 }), 'lower')).epochs).toHaveLength(
      5,
    );
  });

  const { NaN: nan } = Number;

  test.each<[string, number[], string]>([
    ['NaN throughout', [nan, nan, nan], 'score has been NaN for 2 epochs'],
    ['infinite throughout', [Infinity, Infinity, Infinity], 'score has been Infinity for 2 epochs'],
    ['NaN since the best', [3, nan, nan, nan], 'score has been NaN for 2 epochs'],
    ['NaN once', [3, nan, 4, 4], 'score has not improved for 2 epochs, in 1 of which it was not finite'],
    ['never NaN', [3, 4, 4, 4], 'score has not improved for 2 epochs'],
  ])('says of a number that is %s what it was', async (_, values, reason) => {
    for (const better of ['lower', 'higher'] as const) {
      const signed = values.map((value) =>
        better === 'lower' ? value : value === Infinity ? value : -value,
      );
      const { stopReason } = await run(signed, earlyStopping({ monitor, patience: 2 }), better);
      expect(stopReason).toBe(`earlyStopping: ${reason}`);
    }
  });

  test('says so too where the epochs run out before its patience does', async () => {
    const history = await run([nan, nan], earlyStopping({ monitor, patience: 9 }), 'lower');
    expect(history.stopReason).toBe('earlyStopping: score has been NaN for 2 epochs');
    expect((await run([nan, 1], earlyStopping({ monitor, patience: 9 }), 'lower')).stopReason).toBe(
      'completed',
    );
  });

  test('knows better from worse where numbers are negative', async () => {
    const patient = earlyStopping({ monitor, patience: 1, minDelta: 0.5 });
    expect((await run([-1, -2, -3, -3.4], patient, 'lower')).epochs).toHaveLength(4);
    expect((await run([-1, 0, 1, 1.4], patient, 'higher')).epochs).toHaveLength(4);
    expect((await run([-1, 0], patient, 'lower')).epochs).toHaveLength(2);
    expect((await run([-1, -0.6, 2], patient, 'higher')).epochs).toHaveLength(2);
  });

  test('watches val_loss where there is validation data, and else the loss', async () => {
    const watched = async (validation: number) => {
      const reasons: string[] = [];
      const patient = earlyStopping({ patience: 0, minDelta: 100 });
      const history = await net().fit(x, labels, { ...options, validation, callbacks: [patient] });
      reasons.push(history.stopReason);
      return reasons.join();
    };
    expect(await watched(0.25)).toMatch(/val_loss/);
    expect(await watched(0)).toMatch(/ loss /);
  });

  test('begins anew with each run', async () => {
    const stopping = earlyStopping({ monitor, patience: 1 });
    expect((await run([1, 2, 3], stopping, 'lower')).epochs).toHaveLength(2);
    // Worse than all of the first run, and yet the first of this one.
    expect((await run([9, 8, 7], stopping, 'lower')).epochs).toHaveLength(3);
  });
});

describeBackends('earlyStopping with restoreBest', (name) => {
  const values = [3, 1, 2, 2.5, 2.7, 2.9];

  async function fitted(
    restoreBest: boolean,
    epochs: number,
    more: readonly Callback[] = [],
    scores: readonly number[] = values,
  ) {
    const one = sequential([dense(4), dense(3)], { inputShape: [5], seed: 4, backend: name });
    const each: Record<string, Weight>[] = [];
    const stopping = earlyStopping({ monitor: 'score', patience: 3, restoreBest });
    const keep: Callback = {
      name: 'keep',
      async onEpoch(_event, run) {
        each.push(await run.readWeights());
      },
    };
    const metrics = [scripted(scores, 'lower')];
    const history = await one.fit(x, labels, {
      ...options,
      metrics,
      epochs,
      callbacks: [stopping, keep, ...more],
    });
    return { history, each, weights: await one.weights() };
  }

  test('puts the weights of the best epoch back, bit for bit', async () => {
    const { history, each, weights } = await fitted(true, 6);
    expect(history.epochs).toHaveLength(5);
    expect(weights).toEqual(each[1]);
    expect(each[4]).not.toEqual(each[1]);
  });

  test('does so when the epochs run out, and when the run is aborted', async () => {
    const short = await fitted(true, 3);
    expect(short.history.stopReason).toBe('completed');
    expect(short.weights).toEqual(short.each[1]);
    const stopped = await fitted(true, 6, [
      { name: 'stop', onEpoch: ({ logs }, run) => (logs.epoch === 3 ? run.stop('enough') : undefined) },
    ]);
    expect(stopped.history.stopReason).toBe('enough');
    expect(stopped.weights).toEqual(stopped.each[1]);
  });

  test('never takes an epoch without a finite number for the best', async () => {
    for (const none of [Number.NaN, -Infinity, Infinity]) {
      const { each, weights } = await fitted(true, 4, [], [none, 3, none, 4]);
      expect(weights).toEqual(each[1]);
    }
  });

  test('else the last ones stay', async () => {
    const { each, weights } = await fitted(false, 6);
    expect(weights).toEqual(each[4]);
  });
});

describe('csvLog', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'glia-csv-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const lines = (history: Awaited<ReturnType<Model['fit']>>) =>
    history.epochs.map(
      (logs) =>
        `${logs.epoch},0.01,${logs.loss},${logs['accuracy']},${logs['val_loss']},${logs['val_accuracy']}`,
    );
  const settings: FitOptions = { ...options, metrics: ['accuracy'], validation: 0.25 };
  const header = 'epoch,learningRate,loss,accuracy,val_loss,val_accuracy';

  test('writes a header, and a line an epoch as soon as it is done', async () => {
    const path = join(folder, 'run.csv');
    const sofar: number[] = [];
    const count: Callback = {
      name: 'count',
      async onEpoch() {
        sofar.push((await readFile(path, 'utf8')).split('\n').length - 2);
      },
    };
    const history = await net().fit(x, labels, { ...settings, callbacks: [csvLog(path), count] });
    expect(await readFile(path, 'utf8')).toBe(`${[header, ...lines(history)].join('\n')}\n`);
    expect(sofar).toEqual([1, 2, 3]);
  });

  test('begins anew with each run, or appends', async () => {
    const path = join(folder, 'again.csv');
    await net().fit(x, labels, { ...settings, callbacks: [csvLog(path)] });
    const second = await net().fit(x, labels, { ...settings, callbacks: [csvLog(path)] });
    const third = await net().fit(x, labels, {
      ...settings,
      epochs: 1,
      callbacks: [csvLog(path, { append: true })],
    });
    const text = await readFile(path, 'utf8');
    expect(text).toBe(`${[header, ...lines(second), ...lines(third)].join('\n')}\n`);
  });

  test('writes a header when it appends to nothing', async () => {
    const path = join(folder, 'new.csv');
    const history = await net().fit(x, labels, { ...settings, callbacks: [csvLog(path, { append: true })] });
    expect(await readFile(path, 'utf8')).toBe(`${[header, ...lines(history)].join('\n')}\n`);
  });

  test('that cannot be written ends the run, and the model stays usable', async () => {
    const path = join(folder, 'nowhere', 'run.csv');
    const one = net();
    const running = one.fit(x, labels, { ...options, callbacks: [csvLog(path)] });
    await expect(running).rejects.toThrow(FileError);
    await expect(running).rejects.toThrow(/csvLog: cannot write[\s\S]*nowhere/);
    await one.fit(x, labels, options);
  });
});

describe('progress', () => {
  const shown = async (isTTY: boolean, settings: Partial<FitOptions> = {}, more: ProgressOptions = {}) => {
    const written: string[] = [];
    const stream = { isTTY, write: (text: string) => written.push(text) };
    const history = await net().fit(x, labels, {
      ...options,
      ...settings,
      callbacks: [progress({ stream, ...more })],
    });
    return { text: written.join(''), written, history };
  };
  const plain = stripVTControlCharacters;

  test('without a terminal writes ten lines and a summary', async () => {
    const { text, history } = await shown(false, { epochs: 25, metrics: ['accuracy'], validation: 0.25 });
    const lines = text.trimEnd().split('\n');
    const epochs = lines.slice(0, -1).map((line) => Number(/^epoch (\d+)\/25 {2}loss /.exec(line)?.[1]));
    expect(epochs).toEqual([3, 6, 9, 12, 15, 18, 21, 24, 25]);
    const { final } = history;
    const numbers = ['loss', 'accuracy', 'val_loss', 'val_accuracy'].map(
      (name) => `${name} ${final[name]!.toPrecision(4)}`,
    );
    expect(lines.at(-2)).toBe(`epoch 25/25  ${numbers.join('  ')}`);
    expect(lines.at(-1)).toMatch(/^25 epochs in \d+\.\d s, completed {2}/);
    expect(lines.at(-1)!.endsWith(numbers.join('  '))).toBe(true);
    expect(text).not.toContain('\r');
    expect(plain(text)).toBe(text);
  });

  test('writes as often as it is told', async () => {
    const { written } = await shown(false, { epochs: 5 }, { every: 2 });
    expect(written.slice(0, -1).map((line) => line.slice(0, 9))).toEqual([
      'epoch 2/5',
      'epoch 4/5',
      'epoch 5/5',
    ]);
  });

  test('on a terminal redraws one line, and leaves only the summary', async () => {
    const { written } = await shown(true, { epochs: 5 });
    expect(written[0]!.startsWith('\r\x1b[K')).toBe(true);
    expect(plain(written[0]!)).toMatch(/epoch 1\/5 ━{24} loss \d.* s left$/);
    for (const line of written.slice(0, -2)) expect(line).not.toContain('\n');
    expect(written.at(-2)).toBe('\r\x1b[K');
    expect(written.at(-1)).toMatch(/^5 epochs in \d+\.\d s, completed {2}loss \d\.\d+\n$/);
  });

  test('without epochs has nothing to show but that', async () => {
    const { text } = await shown(false, { epochs: 0 });
    expect(text).toMatch(/^0 epochs in \d+\.\d s, completed {2}loss NaN\n$/);
  });

  test('is written to stderr, and without it nothing is written anywhere', async () => {
    const spies = [process.stdout, process.stderr].map((stream) =>
      vi.spyOn(stream, 'write').mockImplementation(() => true),
    );
    try {
      await net().fit(x, labels, { ...options, callbacks: [earlyStopping()] });
      expect(spies.map(({ mock }) => mock.calls)).toEqual([[], []]);
      await net().fit(x, labels, { ...options, callbacks: [progress()] });
      expect(spies[0]!.mock.calls).toEqual([]);
      expect(spies[1]!.mock.calls.length).toBeGreaterThan(0);
    } finally {
      for (const spy of spies) spy.mockRestore();
    }
  });
});

test('an error in a callback is no error of the library`s own', async () => {
  const callbacks = [{ name: 'x', onStep: () => expect.fail('mine') }];
  const error: unknown = await net()
    .fit(x, labels, { ...options, callbacks })
    .catch((one: unknown) => one);
  expect(error).not.toBeInstanceOf(GliaError);
  expect(() => earlyStopping({ patience: 1.5 })).toThrow(OptionError);
});
