import { dense, type History, load, metrics, OptionError, sequential } from 'glia';
import { columns, Table } from 'glia/data';
import { describe, expect, test } from 'vitest';
import { EpochLog, historyOf } from '../../src/train/history.ts';
import { folder } from '../cli/host.ts';
import { describeBackends } from './backends.ts';

/** A history with these losses of training and, where they are given, of validation. */
function logged(losses: readonly number[], validation?: readonly number[]): History {
  const log = new EpochLog(validation === undefined ? ['loss'] : ['loss', 'val_loss']);
  losses.forEach((loss, i) => {
    log.add(0.1, loss, validation === undefined ? [] : [validation[i]!]);
  });
  return historyOf(log, {
    stopReason: 'completed',
    steps: losses.length,
    updates: losses.length,
    warnings: [],
  });
}

describe('the best epoch of a history', () => {
  const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
  test.each<[string, History, History['best']]>([
    [
      'is that of the validation loss',
      logged([3, 2, 1], [5, 4, 6]),
      { epoch: 2, monitor: 'val_loss', value: 4 },
    ],
    ['or of the loss', logged([3, 1, 2]), { epoch: 2, monitor: 'loss', value: 1 }],
    ['is the first of equal ones', logged([1, 1]), { epoch: 1, monitor: 'loss', value: 1 }],
    ['is not NaN, in front or behind', logged([nan, 2, nan, 3]), { epoch: 2, monitor: 'loss', value: 2 }],
    ['is not infinite', logged([-inf, inf, 7]), { epoch: 3, monitor: 'loss', value: 7 }],
    ['may be negative', logged([-1, -3, -2]), { epoch: 2, monitor: 'loss', value: -3 }],
    ['is none of NaN alone', logged([nan], [nan]), undefined],
    ['is none of no epochs', logged([]), undefined],
  ])('%s', (_name, history, best) => {
    expect(history.best).toEqual(best);
    expect(structuredClone(history).best).toEqual(best);
    expect(JSON.parse(JSON.stringify(history))).toMatchObject(best === undefined ? {} : { best });
  });
});

const table = Table.fromRows(
  Array.from({ length: 40 }, (_, i) => ({ a: i % 7, b: i % 5, kind: ['x', 'y', 'z'][i % 3]! })),
);
const prepare = columns({ numeric: { of: ['a', 'b'] }, target: { of: 'kind' } }).fit(table);
const asked = ['accuracy', 'auc', 'f1', metrics.topK({ k: 2 })] as const;
const names = ['accuracy', 'auc', 'f1', 'loss', 'top2'];

describeBackends('evaluate', (backend) => {
  const net = () => sequential([dense(3)], { prepare, seed: 1, backend });
  const loss = 'categoricalCrossentropy';

  test('reports what fit was asked for, from a file, too', async () => {
    const model = net();
    await model.fit(table, { loss, metrics: [...asked, { name: 'mine', of: () => 4 }], epochs: 1 });
    const scores = await model.evaluate(table);
    expect(Object.keys(scores).sort()).toEqual([...names, 'mine'].sort());
    const path = `${folder()}/m.glia`;
    await model.save(path);
    // A function of the program's own is in no file.
    const { mine, ...ours } = scores;
    expect(mine).toBe(4);
    expect(await (await load(path, { backend })).evaluate(table)).toEqual(ours);
    expect(Object.keys(await model.evaluate(table, { metrics: ['f1'] }))).toEqual(['loss', 'f1']);
  });

  test('reports the usual ones where fit was asked for none, or another loss is given', async () => {
    const model = net();
    await model.fit(table, { loss, epochs: 1 });
    expect(Object.keys(await model.evaluate(table))).toEqual(['loss', 'accuracy']);
    await model.fit(table, { loss, metrics: ['auc'], epochs: 1 });
    const y = table.toRows().map((_, i) => [i, 1, 2]);
    const x = table.toRows().map(({ a, b }) => [Number(a), Number(b)]);
    expect(Object.keys(await model.evaluate(x, y, { loss: 'mse' }))).toEqual(['loss', 'rmse', 'r2']);
  });
});

test('null is no choice of an option that has a default', () => {
  const none = null as never;
  const labels = [0, 1, 2, 2];
  const scores = { data: [0.2, 0.7], shape: [2, 1] };
  const { f1, fBeta, precision, recall } = metrics;
  for (const of of [f1, fBeta, precision, recall]) {
    for (const option of ['average', 'positive', 'zeroDivision', 'threshold'])
      expect(
        () => of(scores, { data: [0, 1], shape: [2, 1] }, { [option]: none }),
        `${of.name} ${option}`,
      ).toThrow(OptionError);
    expect(() => of(labels, labels, { average: none }), of.name).toThrow(/none/);
  }
  expect(() => metrics.topK({ k: none })).toThrow(OptionError);
  expect(() => metrics.accuracy(scores, { data: [0, 1], shape: [2, 1] }, { threshold: none })).toThrow(
    OptionError,
  );
});
