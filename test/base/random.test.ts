import { describe, expect, test } from 'vitest';
import { keyOf, philox, Random, toUniform } from '../../src/base/random.ts';

/** Known answers of Philox-4x32-10 from Random123's `kat_vectors`. */
const KNOWN = [
  {
    counter: [0, 0, 0, 0],
    key: [0, 0],
    words: [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
  },
  {
    counter: [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
    key: [0xffffffff, 0xffffffff],
    words: [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  },
  {
    counter: [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    key: [0xa4093822, 0x299f31d0],
    words: [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  },
] as const;

describe('philox', () => {
  test.each(KNOWN)('gives the published words for counter $counter', ({ counter, key, words }) => {
    const out = new Uint32Array(4);
    philox(counter[0], counter[1], counter[2], counter[3], key, out);
    expect([...out]).toEqual(words);
  });

  test('takes words as signed or unsigned alike', () => {
    const [unsigned, signed] = [new Uint32Array(4), new Uint32Array(4)];
    philox(0xfffffffe, 5, 0x80000000, 7, [0xdeadbeef, 3], unsigned);
    philox(-2, 5, 0x80000000 | 0, 7, [0xdeadbeef | 0, 3], signed);
    expect(signed).toEqual(unsigned);
  });
});

test('toUniform maps every word into [0, 1), exactly in float32', () => {
  expect(toUniform(0)).toBe(0);
  expect(toUniform(0xffffffff)).toBe(1 - 2 ** -24);
  for (const word of [1, 255, 256, 0x12345678, 0x80000000, 0xfffffeff]) {
    expect(Math.fround(toUniform(word))).toBe(toUniform(word));
  }
});

/** Mean, variance, skewness and excess kurtosis of n draws. */
function moments(n: number, draw: () => number): [number, number, number, number] {
  const x = Float64Array.from({ length: n }, draw);
  const mean = x.reduce((sum, v) => sum + v, 0) / n;
  const central = (p: number) => x.reduce((sum, v) => sum + (v - mean) ** p, 0) / n;
  const variance = central(2);
  return [mean, variance, central(3) / variance ** 1.5, central(4) / variance ** 2 - 3];
}

describe('Random', () => {
  const N = 200_000;
  // Each bound is five standard deviations of the statistic over N independent draws: a sound generator exceeds
  // one of them once in two million seeds, and the seeds here are fixed.
  const five = (variance: number) => 5 * Math.sqrt(variance / N);

  test('uniform has the moments of the uniform distribution', () => {
    const random = Random.of(1, 'uniform');
    const [mean, variance, skewness, kurtosis] = moments(N, () => random.uniform());
    expect(Math.abs(mean - 1 / 2)).toBeLessThan(five(1 / 12));
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(five(1 / 180));
    expect(Math.abs(skewness)).toBeLessThan(five(6));
    expect(Math.abs(kurtosis + 6 / 5)).toBeLessThan(five(24));
  });

  test('normal has the moments of the normal distribution', () => {
    const random = Random.of(2, 'normal');
    const [mean, variance, skewness, kurtosis] = moments(N, () => random.normal());
    expect(Math.abs(mean)).toBeLessThan(five(1));
    expect(Math.abs(variance - 1)).toBeLessThan(five(2));
    expect(Math.abs(skewness)).toBeLessThan(five(6));
    expect(Math.abs(kurtosis)).toBeLessThan(five(24));
  });

  test('uniform fills 100 bins evenly', () => {
    const random = Random.of(3, 'bins');
    const bins = new Array<number>(100).fill(0);
    for (let i = 0; i < N; i++) bins[Math.floor(random.uniform() * 100)]!++;
    const chi2 = bins.reduce((sum, count) => sum + (count - N / 100) ** 2 / (N / 100), 0);
    // Chi-squared with 99 degrees of freedom: mean 99, standard deviation √198 = 14.1; five of them.
    expect(Math.abs(chi2 - 99)).toBeLessThan(5 * Math.sqrt(198));
  });

  test('neighbouring draws are not correlated', () => {
    const random = Random.of(4, 'lag');
    let [last, sum] = [random.normal(), 0];
    for (let i = 0; i < N; i++) {
      const next = random.normal();
      sum += last * next;
      last = next;
    }
    expect(Math.abs(sum / N)).toBeLessThan(five(1));
  });

  test('integer stays below n and reaches every number', () => {
    const random = Random.of(5, 'integer');
    const seen = new Set(Array.from({ length: 500 }, () => random.integer(7)));
    expect([...seen].sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(random.integer(1)).toBe(0);
    expect(random.integer(2 ** 32)).toBeLessThan(2 ** 32);
  });

  test('integer has no modulo bias: a third of the words is drawn again for n = 2^31 + 2^30', () => {
    // Reduced modulo n, the lower 2^30 numbers would come twice as often as the others: half of all draws, not a third.
    const n = 2 ** 31 + 2 ** 30;
    const random = Random.of(6, 'bias');
    let low = 0;
    for (let i = 0; i < N; i++) if (random.integer(n) < 2 ** 30) low++;
    expect(Math.abs(low / N - 1 / 3)).toBeLessThan(five(2 / 9));
  });

  test('permutation is a permutation, and every number gets everywhere', () => {
    const random = Random.of(7, 'permutation');
    const places = Array.from({ length: 5 }, () => new Array<number>(5).fill(0));
    const rounds = 5000;
    for (let round = 0; round < rounds; round++) {
      const order = random.permutation(5);
      expect([...order].sort()).toEqual([0, 1, 2, 3, 4]);
      order.forEach((value, at) => {
        places[value]![at]!++;
      });
    }
    // Binomial with p = 1/5: standard deviation √(n · 4/25); five of them.
    const bound = 5 * Math.sqrt((rounds * 4) / 25);
    for (const count of places.flat()) expect(Math.abs(count - rounds / 5)).toBeLessThan(bound);
  });

  test('permutation of none and of one', () => {
    const random = Random.of(8, 'few');
    expect([...random.permutation(0)]).toEqual([]);
    expect([...random.permutation(1)]).toEqual([0]);
  });

  test('one key gives one stream, the same in every run', () => {
    const [a, b] = [Random.of(42, 'weights'), Random.of(42, 'weights')];
    const words = Array.from({ length: 6 }, () => a.word());
    expect(Array.from({ length: 6 }, () => b.word())).toEqual(words);
    // Written down once: seeds of published runs must go on meaning the same numbers.
    expect(words).toMatchInlineSnapshot(`
      [
        2322037116,
        143074250,
        2743599482,
        2343648747,
        2022907912,
        2898931638,
      ]
    `);
  });
});

describe('keyOf', () => {
  test('separates paths and seeds: no key comes twice', () => {
    const seeds = [0, 1, 2, 41, 42, 2 ** 31, 2 ** 32, 2 ** 32 + 1, Number.MAX_SAFE_INTEGER];
    const paths = [
      '',
      'a',
      'b',
      'ab',
      'ba',
      'layer0.weight',
      'layer0.bias',
      'layer1.weight',
      'layer10.weight',
    ];
    const keys = seeds.flatMap((seed) => paths.map((path) => keyOf(seed, path).join()));
    expect(new Set(keys).size).toBe(keys.length);
  });

  test('near seeds and near paths give streams that are not correlated', () => {
    const n = 20_000;
    const draws = (random: Random) => Float64Array.from({ length: n }, () => random.normal());
    const base = draws(Random.of(1, 'layer0.weight'));
    for (const other of [draws(Random.of(2, 'layer0.weight')), draws(Random.of(1, 'layer1.weight'))]) {
      const covariance = base.reduce((sum, x, i) => sum + x * other[i]!, 0) / n;
      expect(Math.abs(covariance)).toBeLessThan(5 / Math.sqrt(n)); // five standard deviations
    }
  });
});
