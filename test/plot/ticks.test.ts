import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { type Domain, domainOf, niceScale } from '../../src/plot/scale.ts';

const MOST = Number.MAX_VALUE;
const niceAxis = (domain: Domain, wanted?: number, tight?: boolean) =>
  niceScale(domain, 0, 100, wanted, tight);
const odd: Domain[] = [
  [0, 1],
  [0, 0],
  [5, 5],
  [-1e-9, 1e-9],
  [1e9, 1e9 + 1],
  [1e16, 1e16 + 2],
  [-MOST, MOST],
  [0, MOST],
  [MOST, MOST],
  [0, 5e-324],
  [1e-310, 1e-300],
  [0.1, 0.3],
  [-0.0001, 0.00012],
  [999_999, 1_000_001],
  [-7e-7, 3],
  [123_456, 123_457],
];
const random = Random.of(3, 'ticks');
const drawn = Array.from({ length: 500 }, (): Domain => {
  const [low, span] = [random.normal() * 10 ** (random.integer(40) - 20), 10 ** (random.integer(40) - 20)];
  return [low, low + span * random.uniform()];
});

describe.each([1, 2, 5, 8])('about %d ticks', (wanted) => {
  test.each([false, true])('tight %s', (tight) => {
    for (const domain of [...odd, ...drawn]) {
      const { domain: ends, ticks } = niceAxis(domain, wanted, tight);
      const about = `of ${domain.join(' to ')}`;
      expect(ends[0], about).toBeLessThanOrEqual(domain[0]);
      expect(ends[1], about).toBeGreaterThanOrEqual(domain[1]);
      expect(ends.every(Number.isFinite) && ends[0] < ends[1], about).toBe(true);
      expect(ticks.length, about).toBeGreaterThanOrEqual(1);
      expect(ticks.length, about).toBeLessThanOrEqual(2 * wanted + 4);
      expect(new Set(ticks.map(({ label }) => label)).size, about).toBe(ticks.length);
      for (const [i, { value, label }] of ticks.entries()) {
        expect(
          value >= ends[0] && value <= ends[1] && !(value <= (ticks[i - 1]?.value ?? -Infinity)),
          about,
        ).toBe(true);
        // What a label says is where it stands, to a thousandth of a step.
        const said = Number(label.replaceAll('\u2212', '-'));
        const step = Math.abs((ticks[1]?.value ?? value * 2) / 4 - ticks[0]!.value / 4) * 4;
        expect(Math.abs(said / 4 - value / 4) * 4, `${about}: ${label}`).toBeLessThanOrEqual(step / 1000);
      }
    }
  });
});

test('ticks are 1, 2 or 5 times a power of ten apart', () => {
  expect(niceAxis([0, 1]).ticks.map(({ label }) => label)).toEqual([
    '0.0',
    '0.2',
    '0.4',
    '0.6',
    '0.8',
    '1.0',
  ]);
  expect(niceAxis([-3, 12], 3).ticks.map(({ value }) => value)).toEqual([-5, 0, 5, 10, 15]);
  expect(niceAxis([0.1, 0.3], 2).ticks.map(({ value }) => value)).toEqual([0.1, 0.2, 0.3]);
  expect(niceAxis([0, 2e6], 4).ticks.map(({ label }) => label)).toEqual(['0', '5e5', '1e6', '1.5e6', '2e6']);
  expect(niceAxis([-1, 1], 2).ticks.map(({ label }) => label)).toEqual(['\u22121', '0', '1']);
});

test('a domain passes over what is not finite', () => {
  expect(domainOf([NaN, 3, Infinity, -2], [0])).toEqual([-2, 3]);
  expect(domainOf([NaN])).toEqual([0, 1]);
});

test('a scale leads its ends to the pixels given, whatever the size', () => {
  for (const domain of [...odd, ...drawn.slice(0, 50)]) {
    const { at, domain: ends } = niceScale(domain, 300, 100);
    expect(at(ends[0])).toBeCloseTo(300, 6);
    expect(at(ends[1])).toBeCloseTo(100, 6);
    expect(at(domain[0])).toBeGreaterThanOrEqual(at(domain[1]));
  }
  expect(niceScale([0, 1], 0, 100).at(Infinity)).toBe(100);
});
