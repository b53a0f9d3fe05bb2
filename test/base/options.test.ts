import { afterEach, describe, expect, test } from 'vitest';
import { OptionError } from '../../src/base/errors.ts';
import { checkOptions, choose, didYouMean } from '../../src/base/options.ts';
import { HOSTILE } from '../support/hostile.ts';

const KNOWN = ['epochs', 'batchSize', 'learningRate', 'validation'];

describe('checkOptions', () => {
  test('takes known options, and none at all', () => {
    expect(() => checkOptions('fit', { epochs: 3, batchSize: 8 }, KNOWN)).not.toThrow();
    expect(() => checkOptions('fit', {}, KNOWN)).not.toThrow();
  });

  test('gives the own options, so that a default can be destructured', () => {
    const { epochs, batchSize = 32 } = checkOptions<{ epochs: number; batchSize?: number }>(
      'fit',
      { epochs: 3 },
      KNOWN,
    );
    expect([epochs, batchSize]).toEqual([3, 32]);
  });

  test.each([[null], [[1]], ['adam'], [3]])('refuses %j, which is no object', (options) => {
    expect(() => checkOptions('fit', options as unknown as object, KNOWN)).toThrow(OptionError);
  });

  test('refuses an unknown one with "did you mean"', () => {
    expect(() => checkOptions('fit', { batchsize: 8 }, KNOWN)).toThrowErrorMatchingInlineSnapshot(`
      [OptionError: fit: unknown option "batchsize"
        known epochs, batchSize, learningRate, validation
        hint  did you mean "batchSize"?]
    `);
  });

  test('gives the own options, and nothing of Object.prototype', () => {
    Object.defineProperty(Object.prototype, 'epochs', { value: 7, configurable: true });
    try {
      const own: { epochs?: number; batchSize?: number } = checkOptions('fit', { batchSize: 8 }, KNOWN);
      expect(own.epochs).toBeUndefined();
      expect(own.batchSize).toBe(8);
    } finally {
      Reflect.deleteProperty(Object.prototype, 'epochs');
    }
  });

  test.each([
    [null, 'null'],
    [undefined, 'undefined'],
    [3, '3'],
    [[1], 'an array'],
  ])('refuses %s', (options, got) => {
    expect(() => checkOptions('fit', options as object, KNOWN)).toThrow(
      `fit: options must be an object, got ${got}`,
    );
  });

  test('gives no hint where nothing is near', () => {
    expect(() => checkOptions('fit', { momentum: 8 }, KNOWN)).toThrowErrorMatchingInlineSnapshot(`
      [OptionError: fit: unknown option "momentum"
        known epochs, batchSize, learningRate, validation]
    `);
  });
});

describe('choose', () => {
  const table = { adam: 1, sgd: 2 };

  test('finds what is there', () => expect(choose('optimizer', 'sgd', table)).toBe(2));

  test('refuses what is not', () => {
    expect(() => choose('optimizer', 'adma', table)).toThrowErrorMatchingInlineSnapshot(`
      [OptionError: optimizer: there is no "adma"
        known adam, sgd
        hint  did you mean "adam"?]
    `);
  });

  test.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])('finds no inherited %s', (name) => {
    expect(() => choose('optimizer', name, table)).toThrow(OptionError);
  });
});

describe('a polluted Object.prototype', () => {
  const polluted = Object.prototype as { evil?: unknown };
  afterEach(() => {
    delete polluted.evil;
  });

  test('adds no option and no choice', () => {
    polluted.evil = 1;
    const options = checkOptions<{ epochs: number; evil?: unknown }>('fit', { epochs: 3 }, KNOWN);
    expect(options.evil).toBeUndefined();
    expect(() => choose('optimizer', 'evil', { adam: 1 })).toThrow(OptionError);
  });

  test('an own __proto__ key, as JSON makes it, is an unknown option and changes nothing', () => {
    const options = JSON.parse('{"__proto__": {"evil": 1}}') as object;
    expect(() => checkOptions('fit', options, KNOWN)).toThrow('unknown option "__proto__"');
    expect(polluted.evil).toBeUndefined();
  });
});

test.each([
  ['epoch', 'did you mean "epochs"?'],
  ['LEARNINGRATE', 'did you mean "learningRate"?'],
  ['leaningRat', 'did you mean "learningRate"?'],
  ['xyz', undefined],
  ['', undefined],
])('didYouMean(%j) is %j', (word, hint) => expect(didYouMean(word, KNOWN)).toBe(hint));

test('didYouMean has nothing to say without candidates', () => expect(didYouMean('a', [])).toBeUndefined());

describe('what could take long or run code of the caller', () => {
  test('a name of a million characters is cut, and compared with nothing', () => {
    const long = 'x'.repeat(1_000_000);
    expect(() => checkOptions('fit', { [long]: 1 }, KNOWN)).toThrow(/^fit: unknown option "x{77}\.\.\."\n/);
    expect(() => choose('loss', long, { mse: 1 })).toThrow(/^loss: there is no "x{77}\.\.\."\n/);
    expect(didYouMean(long, [`${long}y`])).toBeUndefined();
  });

  test.each(HOSTILE)('options that are $name are read or refused', ({ value }) => {
    let own: object;
    try {
      own = checkOptions('fit', value as object, KNOWN);
    } catch (error) {
      expect(error).toBeInstanceOf(OptionError);
      return;
    }
    expect(Object.getPrototypeOf(own)).toBe(null);
    expect(Object.keys(own)).toEqual([]);
  });

  test.each([new Map([['epochs', 1]]), new Date(), new Float32Array(2), Promise.resolve({ epochs: 1 })])(
    '%s is no object of options: it would pass as empty',
    (value) => expect(() => checkOptions('fit', value, KNOWN)).toThrow('options must be an object'),
  );
});
