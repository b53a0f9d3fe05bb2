import { describe, expect, test } from 'vitest';
import { OptionError } from '../../src/base/errors.ts';
import { Random } from '../../src/base/random.ts';
import { type Shape, sizeOf } from '../../src/base/shape.ts';
import { init } from '../../src/nn/index.ts';
import { readGolden } from '../support/golden.ts';

/** Samples of each distribution. */
const SAMPLES = 2 ** 17;

/**
 * Standard errors that a statistic may be off. Chance alone goes beyond 5 once in 1.7 million draws, and the numbers
 * follow from the seed, so a test that passes stays so.
 */
const ERRORS = 5;

/** E[(x - μ)⁴] / σ⁴, which decides how sure an observed variance is. */
const KURTOSIS = { uniform: 9 / 5, normal: 3 };

/** Many fillings of one shape, each from a stream of its own. */
function draws(initialiser: init.Initializer, shape: Shape): Float32Array {
  const size = sizeOf(shape);
  const times = Math.ceil(SAMPLES / size);
  const all = new Float32Array(times * size);
  for (let i = 0; i < times; i++) all.set(initialiser.fill(shape, Random.of(7, `filling ${i}`)), i * size);
  return all;
}

function moments(values: Float32Array): { mean: number; std: number; low: number; high: number } {
  let [sum, low, high] = [0, Infinity, -Infinity];
  for (const value of values) [sum, low, high] = [sum + value, Math.min(low, value), Math.max(high, value)];
  const mean = sum / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return { mean, std: Math.sqrt(squares / values.length), low, high };
}

/**
 * Expects mean and standard deviation within ERRORS standard errors: σ/√n for the mean, and σ·√((κ - 1) / 4n) for the
 * standard deviation (the delta method on the variance, whose own error is σ²·√((κ - 1) / n)).
 */
function expectMoments(values: Float32Array, mean: number, std: number, kurtosis: number): void {
  const n = values.length;
  expect(n).toBeGreaterThanOrEqual(1e5);
  const got = moments(values);
  expect(Math.abs(got.mean - mean)).toBeLessThan((ERRORS * std) / Math.sqrt(n));
  expect(Math.abs(got.std - std)).toBeLessThan(ERRORS * std * Math.sqrt((kurtosis - 1) / (4 * n)));
}

/** Expects a uniform distribution on [low, high): both ends are nearly reached and never passed. */
function expectUniform(values: Float32Array, low: number, high: number): void {
  expectMoments(values, (low + high) / 2, (high - low) / Math.sqrt(12), KURTOSIS.uniform);
  const got = moments(values);
  // All n samples stay clear of an end by a share of 14/n with probability e^-14, below one in a million.
  const near = (14 / values.length) * (high - low);
  // float32 rounds a number just below an end to the end's own nearest neighbour.
  expect(got.low).toBeGreaterThanOrEqual(Math.fround(low));
  expect(got.low).toBeLessThan(low + near);
  expect(got.high).toBeLessThanOrEqual(Math.fround(high));
  expect(got.high).toBeGreaterThan(high - near);
}

/** Expects a normal distribution: moments, and as many samples beyond one and two deviations as there should be. */
function expectNormal(values: Float32Array, mean: number, std: number): void {
  expectMoments(values, mean, std, KURTOSIS.normal);
  for (const [deviations, share] of [
    [1, 0.31731],
    [2, 0.0455],
  ] as const) {
    const beyond = values.filter((value) => Math.abs(value - mean) > deviations * std).length / values.length;
    const error = Math.sqrt((share * (1 - share)) / values.length); // binomial
    expect(Math.abs(beyond - share)).toBeLessThan(ERRORS * error);
  }
}

interface Golden {
  readonly shape: Shape;
  readonly fan_in: number;
  readonly fan_out: number;
  readonly [statistic: string]: number | Shape;
}

type Check = (values: Float32Array, statistic: number) => void;
const within: Check = (values, bound) => expectUniform(values, -bound, bound);
const spread: Check = (values, std) => expectNormal(values, 0, std);

/** What glia has of PyTorch's initialisers, by the statistic that the golden file gives of each. */
const COVERED: Readonly<Record<string, { readonly name: init.InitializerName; readonly check: Check }>> = {
  xavier_uniform_bound: { name: 'glorotUniform', check: within },
  xavier_normal_std: { name: 'glorotNormal', check: spread },
  kaiming_uniform_relu_bound: { name: 'heUniform', check: within },
  kaiming_normal_relu_std: { name: 'heNormal', check: spread },
  lecun_normal_std: { name: 'lecunNormal', check: spread },
};

/** PyTorch's default for a linear layer and its table of gains: glia has neither. */
const LEFT_OUT = ['torch_default_linear_bound', 'gain_tanh', 'gain_leaky_0.2', 'gain_selu'];

describe('initialisers of PyTorch', () => {
  const { cases } = readGolden<{ cases: Golden[] }>('init');
  describe.each(cases.map((one) => [one.shape.join('x'), one] as const))('%s', (_shape, golden) => {
    test('every statistic is covered or listed, and the fans are the same', () => {
      const { shape, fan_in: fanIn, fan_out: fanOut, ...statistics } = golden;
      expect(Object.keys(statistics).sort()).toEqual([...Object.keys(COVERED), ...LEFT_OUT].sort());
      expect(init.fans(shape)).toEqual({ fanIn, fanOut });
    });

    test.each(Object.entries(COVERED))('%s', (statistic, { name, check }) => {
      check(draws(init.initializerOf(name), golden.shape), golden[statistic] as number);
    });

    test('lecunUniform has the variance of lecunNormal', () => {
      within(
        draws(init.initializerOf('lecunUniform'), golden.shape),
        Math.sqrt(3) * (golden['lecun_normal_std'] as number),
      );
    });
  });
});

describe('plain distributions', () => {
  const shape = [64, 32];

  test.each([
    ['zeros', init.initializerOf('zeros'), 0],
    ['ones', init.initializerOf('ones'), 1],
    ['constant', init.constant(0.1), Math.fround(0.1)],
  ])('%s', (_name, initialiser, value) => {
    expect(new Set(initialiser.fill(shape, Random.of(0, 'x')))).toEqual(new Set([value]));
  });

  test('uniform', () => {
    expectUniform(draws(init.uniform(), shape), -0.05, 0.05);
    expectUniform(draws(init.uniform({ low: 2, high: 3 }), shape), 2, 3);
  });

  test('normal', () => {
    expectNormal(draws(init.normal(), shape), 0, 0.05);
    expectNormal(draws(init.normal({ mean: -1, std: 2 }), shape), -1, 2);
  });

  test('truncatedNormal ends at two deviations', () => {
    const values = draws(init.truncatedNormal({ mean: 3, std: 0.5 }), shape);
    // Moments of z under |z| < 2, with φ(2) and Φ(2) of the standard normal:
    // E[z²] = 1 - 4φ(2)/(2Φ(2) - 1), E[z⁴] = 3 - 28φ(2)/(2Φ(2) - 1).
    const ratio = 0.05399096651318806 / 0.9544997361036416;
    const variance = 1 - 4 * ratio;
    const kurtosis = (3 - 28 * ratio) / variance ** 2;
    expectMoments(values, 3, 0.5 * Math.sqrt(variance), kurtosis);
    const { low, high } = moments(values);
    expect(low).toBeGreaterThanOrEqual(2);
    expect(high).toBeLessThanOrEqual(4);
  });
});

describe('orthogonal', () => {
  // Rows are normalised in float64 and rounded to float32 once: 2⁻²⁴ an element, added up over at most 64 of them.
  const tolerance = 64 * 2 ** -24;

  test.each([
    [[32, 64], 1],
    [[48, 48], 1],
    [[64, 32], 1],
    [[16, 8, 3, 3], 1],
    [[8, 8], Math.SQRT2],
  ] as const)('%s with gain %s', (shape, gain) => {
    const [rows] = shape;
    const columns = sizeOf(shape) / rows;
    const w = init.orthogonal({ gain }).fill(shape, Random.of(3, 'w'));
    const row = (i: number) => Array.from(w.subarray(i * columns, (i + 1) * columns));
    const column = (j: number) => Array.from({ length: rows }, (_, i) => w[i * columns + j]!);
    const vectors = Array.from({ length: Math.min(rows, columns) }, (_, i) =>
      rows <= columns ? row(i) : column(i),
    );
    const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, k) => sum + x * b[k]!, 0);
    vectors.forEach((a, i) => {
      vectors.forEach((b, j) => {
        const wanted = i === j ? gain ** 2 : 0;
        expect(Math.abs(dot(a, b) - wanted)).toBeLessThan(tolerance * gain ** 2);
      });
    });
  });
});

describe('every initialiser', () => {
  /** The names, as the error about a wrong one lists them. */
  const names = knownNames();

  test('is tested above', () => {
    const covered = Object.values(COVERED).map(({ name }) => name);
    const plain = ['zeros', 'ones', 'uniform', 'normal', 'truncatedNormal', 'orthogonal', 'lecunUniform'];
    expect(names).toEqual(expect.arrayContaining([...covered, ...plain]));
    // That a new one is compared with numbers here, test/outside-numbers.test.ts sees.
  });

  test.each(names)('%s is a function of its stream alone, and comes back from what is saved', (name) => {
    const shape = [6, 5];
    const made = init.initializerOf(name);
    const again = init.initializerFrom(JSON.parse(JSON.stringify({ name: made.name, config: made.config })));
    const numbers = made.fill(shape, Random.of(1, 'w'));
    expect(numbers).toHaveLength(30);
    expect(made.fill(shape, Random.of(1, 'w'))).toEqual(numbers);
    expect(again.fill(shape, Random.of(1, 'w'))).toEqual(numbers);
    if (new Set(numbers).size > 1) expect(made.fill(shape, Random.of(2, 'w'))).not.toEqual(numbers);
  });

  test.each(names)('%s fills scalars, vectors and empty shapes', (name) => {
    for (const shape of [[], [1], [7], [0, 3]]) {
      const numbers = init.initializerOf(name).fill(shape, Random.of(1, 'w'));
      expect(numbers).toHaveLength(sizeOf(shape));
      expect(numbers.every(Number.isFinite)).toBe(true);
    }
  });

  test.each([
    init.constant(0.25),
    init.uniform({ low: -3, high: -2 }),
    init.normal({ mean: 4, std: 0.5 }),
    init.truncatedNormal({ mean: 4, std: 0.5 }),
    init.orthogonal({ gain: 3 }),
  ])('options of $name are saved', (made) => {
    const again = init.initializerFrom(JSON.parse(JSON.stringify({ name: made.name, config: made.config })));
    expect(again.fill([3, 3], Random.of(5, 'w'))).toEqual(made.fill([3, 3], Random.of(5, 'w')));
  });

  test('one that does not exist is refused with a suggestion', () => {
    expect(() => init.initializerOf('glorotUnifrom' as 'zeros')).toThrow(
      /no "glorotUnifrom"[\s\S]*did you mean "glorotUniform"/,
    );
    expect(() => init.initializerFrom({ name: 'normal', config: { stdd: 1 } })).toThrow(/did you mean "std"/);
  });

  test('of the saving program`s own comes back by its name, without its numbers', () => {
    const mine = init.initializerFrom({ name: 'toString', config: { scale: 2 } });
    expect(mine).toMatchObject({ name: 'toString', config: { scale: 2 } });
    expect(() => mine.fill([2], Random.of(1, 'w'))).toThrow(OptionError);
    for (const bad of [undefined, null, 'normal', { nmae: 'normal' }]) {
      expect(() => init.initializerFrom(bad as never)).toThrow(OptionError);
    }
  });

  test('options out of range are refused', () => {
    expect(() => init.uniform({ low: 1, high: 0 })).toThrow(OptionError);
    expect(() => init.uniform({ low: Number.NaN })).toThrow(OptionError);
    expect(() => init.normal({ std: -1 })).toThrow(OptionError);
    expect(() => init.normal({ mean: Infinity })).toThrow(OptionError);
    expect(() => init.truncatedNormal({ std: Number.NaN })).toThrow(OptionError);
    expect(() => init.orthogonal({ gain: Number.NaN })).toThrow(OptionError);
    expect(() => init.constant(undefined as never)).toThrow(OptionError);
  });

  test.each([
    [() => init.uniform({ hihg: 1 } as object), 'high'],
    [() => init.normal({ sdt: 1 } as object), 'std'],
    [() => init.truncatedNormal({ maen: 1 } as object), 'mean'],
    [() => init.orthogonal({ gian: 1 } as object), 'gain'],
    [() => init.initializerFrom({ name: 'constant', config: { valeu: 1 } }), 'value'],
  ])('options that do not exist are refused: %s', (make, right) => {
    expect(make).toThrow(OptionError);
    expect(make).toThrow(`did you mean "${right}"?`);
  });
});

function knownNames(): init.InitializerName[] {
  try {
    init.initializerOf('' as init.InitializerName);
  } catch (error) {
    if (error instanceof OptionError)
      return String(error.facts['known']).split(', ') as init.InitializerName[];
  }
  return expect.fail('an empty name was taken');
}
