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
  for (let k = 0; k < (n + 1) / 2; k++) {
    const { x, slope } = root(n, k);
    nodes[k] = (1 - x) / 2;
    nodes[n - 1 - k] = (1 + x) / 2;
    weights[k] = 1 / ((1 - x * x) * slope * slope);
    weights[n - 1 - k] = weights[k]!;
  }
  return { nodes, weights };
}

/** The k-th root of the n-th Legendre polynomial, the largest first, and the derivative there. */
function root(n: number, k: number): { readonly x: number; readonly slope: number } {
  // Tricomi (1950): a root to a few units of 1 / n⁴, so that two steps are enough.
  let x = (1 - 1 / (8 * n * n) + 1 / (8 * n * n * n)) * Math.cos((Math.PI * (k + 0.75)) / (n + 0.5));
  let { value, slope } = legendre(n, x);
  for (let turn = 0; turn < 3 && Math.abs(value / slope) > 1e-16; turn++) {
    x -= value / slope;
    ({ value, slope } = legendre(n, x));
  }
  return { x, slope };
}

/** The n-th Legendre polynomial and its derivative, by Bonnet's recursion. */
function legendre(n: number, x: number): { readonly value: number; readonly slope: number } {
  let before = 1;
  let value = x;
  for (let k = 2; k <= n; k++) {
    const next = ((2 * k - 1) * x * value - (k - 1) * before) / k;
    before = value;
    value = next;
  }
  return { value, slope: (n * (x * value - before)) / (x * x - 1) };
}
