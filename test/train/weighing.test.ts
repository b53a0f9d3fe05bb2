import { describe, expect, test } from 'vitest';
import { columns, splitIndices, Table } from '../../src/data/index.ts';
import { type ClassWeight, DataError, dense, mse, OptionError, sequential } from '../../src/index.ts';
import { describeBackends } from './backends.ts';

const x = Array.from({ length: 20 }, (_, i) => [i / 20, 1 - i / 20]);

describe("a loss with reduction 'sum'", () => {
  const y = x.map(([a]) => [3 * a!]);
  // With so small a step the weights stay where they are, so that every number is that of one network.
  const still = {
    loss: mse({ reduction: 'sum' }),
    optimizer: 'sgd',
    learningRate: 1e-30,
    epochs: 1,
  } as const;

  test.each([1, 4, 20])('is logged as the sum over the rows, with batches of %i', async (batchSize) => {
    const net = sequential([dense(1)], { seed: 3, backend: 'typescript' });
    const history = await net.fit(x, y, { ...still, batchSize, validation: [x, y] });
    const { loss } = await net.evaluate(x, y);
    // float32 sums of up to 20 terms, in another order
    expect(history.final.loss).toBeCloseTo(loss, 4);
    expect(history.final['val_loss']).toBeCloseTo(loss, 4);
  });
});

describe('balanced classes', () => {
  test('are counted in the rows that are trained on', async () => {
    const labels = Int32Array.from(x, (_, i) => (i < 5 ? 1 : 0));
    const options = { loss: 'categoricalCrossentropy', epochs: 3, classWeight: 'balanced' } as const;
    const split = sequential([dense(2)], { seed: 9, backend: 'typescript' });
    await split.fit(x, labels, { ...options, validation: 0.25 });
    // The same by hand: the rows that are held out never had a part in it.
    const { train } = splitIndices(x.length, { validation: 0.25, seed: 9 });
    const alone = sequential([dense(2)], { seed: 9, backend: 'typescript' });
    const rows = Array.from(train, (row) => x[row]!);
    await alone.fit(
      rows,
      Int32Array.from(train, (row) => labels[row]!),
      options,
    );
    expect(await split.weights()).toEqual(await alone.weights());
  });
});

describe('a table', () => {
  const table = Table.fromRows(x.map(([a, b], i) => ({ a: a!, b: b!, c: i % 2 === 0 ? 'no' : 'yes' })));
  const prepare = columns({ numeric: { of: ['a', 'b'] }, target: { of: 'c', encode: 'label' } }).fit(table);

  test('with two labels trains a single output', async () => {
    const net = sequential([dense(1, { activation: 'sigmoid' })], { prepare, backend: 'typescript' });
    const history = await net.fit(table, { loss: 'binaryCrossentropy', metrics: ['accuracy'], epochs: 1 });
    expect(history.final['accuracy']).toBeGreaterThanOrEqual(0);
  });

  test('with labels under a loss of numbers says how to encode them', async () => {
    const net = sequential([dense(1)], { prepare, backend: 'typescript' });
    await expect(net.fit(table, { loss: 'mse' })).rejects.toMatchObject({
      code: 'ERR_GLIA_SHAPE',
      facts: { hint: expect.stringContaining("encode: 'none'") },
    });
  });
});

describe('keys of class weights', () => {
  const rows = [0, 1, 2, 3, 4, 5, 6, 7];
  const features = rows.map((i) => [i / 8, 1 - i / 4]);

  /** Weights after two steps on classes of these names, row `i` being of class `i % names`. */
  const weightsAfter = async (names: readonly string[], classWeight: ClassWeight | undefined) => {
    const named = Table.fromRows(
      features.map(([a, b], i) => ({ a: a!, b: b!, c: names[i % names.length]! })),
    );
    const prepared = columns({ numeric: { of: ['a', 'b'] }, target: { of: 'c', encode: 'label' } }).fit(
      named,
    );
    expect(prepared.classes).toEqual(names);
    const net = sequential([dense(names.length)], { prepare: prepared, seed: 1, backend: 'typescript' });
    const options = { loss: 'categoricalCrossentropy', epochs: 2 } as const;
    await net.fit(named, classWeight === undefined ? options : { ...options, classWeight });
    return net.weights();
  };

  test.each<[readonly string[], ClassWeight, readonly number[]]>([
    [['1', '2'], { 1: 1, 2: 5 }, [1, 5]],
    [['1', '2'], { 2: 5 }, [1, 5]],
    [['no', 'yes'], { yes: 5 }, [1, 5]],
    [['no', 'yes'], { 0: 1, 1: 5 }, [1, 5]],
    [['0', '1', '2'], { 0: 2, 2: 5 }, [2, 1, 5]],
    [['0', '2', '5'], { 5: 3, 2: 4, 0: 1 }, [1, 4, 3]],
    [['01', '1'], { '01': 4 }, [4, 1]],
  ])('of the classes %j, %j weigh %j', async (names, classWeight, wanted) => {
    const said = await weightsAfter(names, classWeight);
    const letters = names.map((_, i) => String.fromCharCode(97 + i));
    const byLetter = Object.fromEntries(letters.map((letter, i) => [letter, wanted[i]!]));
    expect(said).toEqual(await weightsAfter(letters, byLetter));
    expect(said).not.toEqual(await weightsAfter(names, undefined));
  });

  test.each<[string, readonly string[], unknown, RegExp]>([
    ['half an index, half a name', ['1', '2'], { 0: 1, 1: 5 }, /no class "0"[\s\S]*known +1, 2/],
    ['half a name, half an index', ['no', 'yes'], { yes: 2, 0: 1 }, /no class "0"[\s\S]*known +no, yes/],
    [
      'a name or an index',
      ['1', '2'],
      { 1: 5 },
      /class "1", the one at index 0[\s\S]*class "2", the one at index 1/,
    ],
    ['names or indices', ['0', '2', '5'], { 0: 1, 2: 5 }, /class "2", the one at index 1[\s\S]*class "5"/],
    ['misspelt', ['no', 'yes'], { yess: 2 }, /did you mean "yes"/],
    ['an index that no class has', ['no', 'yes'], { 2: 2 }, /no class "2"/],
    ['an index spelt otherwise', ['no', 'yes'], { '01': 2 }, /no class "01"/],
    ['a Map', ['no', 'yes'], new Map([['yes', 2]]), /Object\.fromEntries/],
    ['a weight that is a word', ['no', 'yes'], { yes: '2' }, /must be 0 or more, got "2"/],
    ['a weight that is a symbol', ['no', 'yes'], { yes: Symbol('2') }, /must be 0 or more, got a symbol/],
    ['a weight that is a big integer', ['no', 'yes'], { yes: 2n }, /must be 0 or more, got the bigint 2n/],
  ])('are refused: %s', async (_what, names, classWeight, message) => {
    const error = await weightsAfter(names, classWeight as ClassWeight).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(OptionError);
    expect(String(error)).toMatch(message);
  });
});

describeBackends('weights of rows', (backend) => {
  const y = x.map(([a], i) => [i % 3 === 0 ? -1 : 2 * a!]);
  const weights = x.map((_, i) => (i % 4 === 3 ? 0 : 1 + (i % 5)));

  /** What a run leaves, with the weights of rows times a unit. */
  const trained = async (unit: number, more: object = {}) => {
    const net = sequential([dense(2, { activation: 'tanh' }), dense(1)], {
      seed: 3,
      inputShape: [2],
      backend,
    });
    const sampleWeight = weights.map((weight) => weight * unit);
    const options = { loss: 'mse', epochs: 2, batchSize: 6, sampleWeight, ...more } as const;
    const history = await net.fit(x, y, options);
    return { losses: history.epochs.map(({ loss }) => loss), weights: await net.weights() };
  };

  // Powers of two, of which float32 holds the product with each weight exactly: the same numbers come out.
  test.each([2 ** -140, 2 ** -126, 2 ** -64, 2 ** 64, 2 ** 125])(
    'count in proportion, in units of %d',
    async (unit) => {
      const plain = await trained(1);
      const scaled = await trained(unit);
      expect(scaled.weights).toEqual(plain.weights);
      // Sums of weights in float64.
      scaled.losses.forEach((loss, i) => {
        expect(loss).toBeCloseTo(plain.losses[i]!, 12);
      });
    },
  );

  test('move the network also where they are 1e38 or 1e-40', async () => {
    for (const unit of [1e-40, 5e37]) {
      const { losses } = await trained(unit);
      const plain = await trained(1);
      // Six roundings of float32 in the weights.
      losses.forEach((loss, i) => {
        expect(Math.abs(loss / plain.losses[i]! - 1)).toBeLessThan(unit < 1 ? 1e-4 : 1e-6);
      });
    }
  });

  test('times those of classes may be beyond float32', async () => {
    const labels = Int32Array.from(x, (_, i) => i % 2);
    const ask = async (sampleWeight: number[], classWeight: ClassWeight) => {
      const net = sequential([dense(2)], { seed: 3, inputShape: [2], backend });
      await net.fit(x, labels, { loss: 'categoricalCrossentropy', epochs: 1, sampleWeight, classWeight });
      return net.weights();
    };
    const ones = x.map(() => 1);
    const many = ones.map(() => 2 ** 120);
    expect(await ask(many, { 0: 2 ** 120, 1: 2 ** 121 })).toEqual(await ask(ones, { 0: 1, 1: 2 }));
  });

  test.each<[string, object]>([
    ['too far apart', { sampleWeight: x.map((_, i) => (i === 3 ? 1e-30 : 1)) }],
    ['too large for a sum', { loss: mse({ reduction: 'sum' }), sampleWeight: x.map(() => 1e38) }],
    ['too small for a sum', { loss: mse({ reduction: 'sum' }), sampleWeight: x.map(() => 1e-40) }],
    ['0 throughout', { sampleWeight: x.map(() => 0) }],
  ])('that are %s are refused', async (_, options) => {
    const net = sequential([dense(1)], { seed: 3, inputShape: [2], backend });
    const before = await net.weights();
    await expect(net.fit(x, y, { loss: 'mse', epochs: 1, ...options })).rejects.toThrow(DataError);
    expect(await net.weights()).toEqual(before);
  });
});
