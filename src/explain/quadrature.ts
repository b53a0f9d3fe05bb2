import { OptionError } from '../base/errors.ts';

/** Names of the rules by which a path is summed up. */
export type QuadratureRule =
  | 'gausslegendre'
  | 'riemann_left'
  | 'riemann_right'
  | 'riemann_middle'
  | 'riemann_trapezoid';

/** Where on [0, 1] a function is looked at, and what each look weighs; the weights add up to 1. */
export interface Quadrature {
  readonly nodes: Float64Array;
  readonly weights: Float64Array;
}

/** Every rule: nodes and weights for n looks. */
export const RULES: Readonly<Record<QuadratureRule, (n: number) => Quadrature>> = {
  gausslegendre: gaussLegendre,
  riemann_left: (n) => equal(n, (k) => k / n),
  riemann_right: (n) => equal(n, (k) => (k + 1) / n),
  riemann_middle: (n) => equal(n, (k) => (k + 0.5) / n),
  riemann_trapezoid: trapezoid,
};

function equal(n: number, node: (k: number) => number): Quadrature {
  return {
    nodes: Float64Array.from({ length: n }, (_, k) => node(k)),
    weights: new Float64Array(n).fill(1 / n),
  };
}

/** n looks have n - 1 stretches between them, and the outer two count half. */
function trapezoid(n: number): Quadrature {
  if (n < 2) {
    throw new OptionError(`integratedGradients: riemann_trapezoid needs 2 steps or more, got ${n}`, {
      hint: "with a single step take method: 'riemann_middle'",
    });
  }
  const weights = new Float64Array(n).fill(1 / (n - 1));
  weights[0]! /= 2;
  weights[n - 1]! /= 2;
  return { nodes: Float64Array.from({ length: n }, (_, k) => k / (n - 1)), weights };
}

/** Roots of the Legendre polynomial by Newton's method, moved from [-1, 1]: exact for polynomials of degree 2n - 1. */
function gaussLegendre(n: number): Quadrature {
  const nodes = new Float64Array(n);
  const weights = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    // Abramowitz and Stegun (1964), 22.16.6: near enough for Newton's method to find the k-th root.
    let x = -Math.cos((Math.PI * (k + 0.75)) / (n + 0.5));
    let slope = 1;
    for (let turn = 0; turn < 8; turn++) {
      const p = legendre(n, x);
      slope = p.slope;
      const step = p.value / slope;
      x -= step;
      if (Math.abs(step) < 1e-16) break;
    }
    nodes[k] = (1 + x) / 2;
    weights[k] = 1 / ((1 - x * x) * slope * slope);
  }
  return { nodes, weights };
}

/** The n-th Legendre polynomial and its derivative, by Bonnet's recursion. */
function legendre(n: number, x: number): { value: number; slope: number } {
  let before = 1;
  let value = x;
  for (let k = 2; k <= n; k++) [before, value] = [value, ((2 * k - 1) * x * value - (k - 1) * before) / k];
  return { value, slope: (n * (x * value - before)) / (x * x - 1) };
}
