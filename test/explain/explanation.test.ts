import { dense, OptionError, ShapeError, sequential } from 'glia';
import { columns, Table } from 'glia/data';
import { type Explanation, inputXGradient, saliency } from 'glia/explain';
import { describe, expect, test } from 'vitest';

const net = sequential([dense(4, { activation: 'relu' }), dense(3)], { inputShape: [2], seed: 1 });
const x = [
  [1, 2],
  [3, -1],
  [0.5, 0.25],
];

const rows = Table.fromRows([
  { age: 20, plan: 'basic', stays: 'yes' },
  { age: 60, plan: 'gold', stays: 'no' },
  { age: 40, plan: 'basic', stays: 'yes' },
  { age: 50, plan: 'none', stays: 'no' },
]);
const prepare = columns({
  numeric: { of: ['age'], scale: 'standard' },
  categorical: { of: ['plan'], encode: 'onehot' },
  target: { of: 'stays', encode: 'label' },
}).fit(rows);

describe('what is explained', () => {
  test('is the largest output of each row unless it is said', async () => {
    const { target, outputs } = await saliency(net, x);
    const predicted = (await net.predict(x)).toArray() as number[][];
    expect([...target]).toEqual(predicted.map((row) => row.indexOf(Math.max(...row))));
    expect([...outputs.data]).toEqual(predicted.map((row) => Math.max(...row)));
  });

  test('may be another for each row, or a class by name', async () => {
    expect([...(await saliency(net, x, { target: [0, 2, 1] })).target]).toEqual([0, 2, 1]);
    const named = sequential([dense(2)], { seed: 1, prepare });
    const why = await saliency(named, { age: 41, plan: 'gold' }, { target: 'no' });
    expect([...why.target]).toEqual([prepare.classes.indexOf('no')]);
    expect(why.outputNames).toEqual(prepare.classes);
  });

  test.each([
    [{ target: 3 }, 'there is no output 3'],
    [{ target: -1 }, 'there is no output -1'],
    [{ target: 0.5 }, 'there is no output 0.5'],
    [{ target: 'y4' }, 'did you mean "y0"'],
    [{ target: [0, 1] }, 'target has 2 entries for 3 rows'],
    [{ output: 'logits' as 'logit' }, 'did you mean "logit"'],
    [{ targets: 1 }, 'did you mean "target"'],
  ])('%j is refused', async (options, message) => {
    await expect(saliency(net, x, options as object)).rejects.toThrow(OptionError);
    await expect(saliency(net, x, options as object)).rejects.toThrow(message);
  });

  test('names have to be as many as a row has numbers', async () => {
    await expect(saliency(net, x, { featureNames: ['a'] })).rejects.toThrow(ShapeError);
    expect((await saliency(net, x, { featureNames: ['a', 'b'] })).featureNames).toEqual(['a', 'b']);
  });

  test('is the probability on request: of a softmax its output, else that of the loss', async () => {
    const linked = sequential([dense(3, { activation: 'softmax' })], { inputShape: [2], seed: 2 });
    const [logit, probability] = [
      await saliency(linked, x),
      await saliency(linked, x, { output: 'probability' }),
    ];
    const shown = (await linked.predict(x)).toArray() as number[][];
    expect([...probability.outputs.data]).toEqual(shown.map((row) => Math.max(...row)));
    expect(logit.outputs.data).not.toEqual(probability.outputs.data);
  });
});

describe('an explanation', () => {
  test('of one row is that of the row in all', async () => {
    const all = await inputXGradient(net, x, { target: 'all' });
    for (const row of [0, 1, 2]) {
      const one = all.at(row);
      expect(one.rows).toBe(1);
      expect(one.values.shape).toEqual([1, 2, 3]);
      expect([...one.values.data]).toEqual([...all.values.data.slice(6 * row, 6 * row + 6)]);
      expect(one.top(2)).toEqual(all.top(2, row));
    }
    expect(() => all.at(3)).toThrow(OptionError);
    expect(() => all.top(1, 0, 3)).toThrow(OptionError);
  });

  test('names the inputs that weigh most, first', async () => {
    const why = await inputXGradient(net, [[1, 2]], { featureNames: ['a', 'b'] });
    const top = why.top();
    expect(top.map(({ feature }) => feature).sort()).toEqual(['a', 'b']);
    expect(Math.abs(top[0]!.attribution)).toBeGreaterThanOrEqual(Math.abs(top[1]!.attribution));
    for (const { feature, value } of top) expect(value).toBe(feature === 'a' ? 1 : 2);
    expect(why.top(1)).toEqual(top.slice(0, 1));
  });

  test('speaks of the columns that the user knows, one-hots summed', async () => {
    const named = sequential([dense(2)], { seed: 1, prepare });
    const row = { age: 41, plan: 'gold' };
    for (const given of [row, [row], Table.fromRows([row])]) {
      const why = await inputXGradient(named, given);
      const top = Object.fromEntries(why.top().map((one) => [one.feature, one]));
      expect(Object.keys(top).sort()).toEqual(['age', 'plan']);
      expect([top['age']!.value, top['plan']!.value]).toEqual([41, 'gold']);
      const [age, ...plan] = why.values.data;
      expect(top['age']!.attribution).toBe(age);
      expect(top['plan']!.attribution).toBeCloseTo(
        plan.reduce((a, b) => a + b, 0),
        6,
      );
    }
  });

  test('undoes scaling and encoding where numbers were given', async () => {
    const named = sequential([dense(2)], { seed: 1, prepare });
    const why = await inputXGradient(named, prepare.inputs(Table.fromRows([{ age: 41, plan: 'gold' }])));
    for (const one of [why, why.at(0)]) {
      const top = Object.fromEntries(one.top().map(({ feature, value }) => [feature, value]));
      expect(top).toEqual({ age: expect.closeTo(41, 4), plan: 'gold' });
    }
  });

  test('goes through JSON', async () => {
    const why = await inputXGradient(net, x);
    const json = JSON.parse(JSON.stringify(why)) as ReturnType<Explanation['toJSON']>;
    expect(json).toMatchObject({
      format: 'glia.explanation',
      version: 1,
      method: 'inputXGradient',
      shape: [3, 2],
    });
    expect(json.values).toEqual([...why.values.data]);
    expect(json.cost).toEqual({ forward: 6, backward: 3, ms: expect.any(Number) });
  });
});

describe('the work', () => {
  test('says how far it is, and ends when it is told to', async () => {
    const many = { data: new Float32Array(2 * 2000).fill(0.5), shape: [2000, 2] };
    const shares: number[] = [];
    await saliency(net, many, { onProgress: (share) => shares.push(share) });
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares.at(-1)).toBe(1);
    expect(shares.length).toBeGreaterThan(4);
    const stop = new AbortController();
    const work = saliency(net, many, {
      signal: stop.signal,
      onProgress: () => stop.abort(new Error('enough')),
    });
    await expect(work).rejects.toThrow('enough');
  });
});
