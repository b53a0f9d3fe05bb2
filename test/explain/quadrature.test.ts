import { describe, expect, test } from 'vitest';
import { RULES } from '../../src/explain/quadrature.ts';

const sum = (numbers: Iterable<number>) => [...numbers].reduce((a, b) => a + b, 0);

describe.each(Object.entries(RULES))('%s', (name, rule) => {
  test.each([2, 3, 50, 300, 1001])('with %i points has weights that add up to 1', (n) => {
    const { nodes, weights } = rule(n);
    expect([nodes.length, weights.length]).toEqual([n, n]);
    expect(Math.abs(sum(weights) - 1)).toBeLessThan(1e-13);
    expect(nodes.every((node, i) => node >= 0 && node <= 1 && !(node <= nodes[i - 1]!))).toBe(true);
  });

  test('comes nearer with more points', () => {
    const miss = (n: number) => {
      const { nodes, weights } = rule(n);
      return Math.abs(sum(nodes.map((node, i) => weights[i]! * Math.exp(node))) - (Math.E - 1));
    };
    expect(miss(10)).toBeLessThan(0.1);
    if (name !== 'gausslegendre') expect(miss(40)).toBeLessThan(miss(10) / 3.9);
    else expect(miss(10)).toBeLessThan(1e-14);
  });
});

test('the points of Gauss and Legendre are exact for polynomials of degree 2n - 1', () => {
  for (const n of [1, 2, 5, 20]) {
    const { nodes, weights } = RULES.gausslegendre(n);
    for (let degree = 0; degree < 2 * n; degree++) {
      const got = sum(nodes.map((node, i) => weights[i]! * node ** degree));
      expect(Math.abs(got - 1 / (degree + 1))).toBeLessThan(1e-14);
    }
  }
});

test('a trapezoid needs two ends', () => {
  expect(() => RULES.riemann_trapezoid(1)).toThrow(/riemann_middle/);
});
