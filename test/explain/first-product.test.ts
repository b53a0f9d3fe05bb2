import { describe, expect, test } from 'vitest';
import { firstProduct, substitute } from '../../src/explain/first-product.ts';
import { fed, stored } from '../../src/ir/tensor.ts';
import { add, concat, detach, matmul, mul, relu, reshape } from '../../src/ops/index.ts';
import { evaluate } from '../support/evaluate.ts';

const x = fed('x', [4, 6]);
const w = stored('w', [6, 3]);

describe('the first product', () => {
  test('is found right behind the input, or behind another shape of it', () => {
    const product = matmul(x, w);
    expect(firstProduct(relu(add(product, 1)), x)).toBe(product);
    const flat = matmul(reshape(x, [4, 6]), w);
    expect(firstProduct(flat, x)).toBe(flat);
    const turned = matmul(x, stored('v', [3, 6]), { transB: true });
    expect(firstProduct(turned, x)).toBe(turned);
  });

  test('is none where something else reads the input too, or comes before', () => {
    expect(firstProduct(concat([matmul(x, w), x]), x)).toBeUndefined();
    expect(firstProduct(concat([matmul(x, w), matmul(x, w)]), x)).toBeUndefined();
    expect(firstProduct(matmul(relu(x), w), x)).toBeUndefined();
    expect(firstProduct(matmul(detach(x), w), x)).toBeUndefined();
    expect(firstProduct(mul(x, 2), x)).toBeUndefined();
    expect(firstProduct(x, x)).toBeUndefined();
  });

  test('is none where it mixes rows, or its other side depends on the input', () => {
    expect(firstProduct(matmul(x, stored('v', [4, 2]), { transA: true }), x)).toBeUndefined();
    expect(firstProduct(matmul(stored('v', [2, 4]), x), x)).toBeUndefined();
    expect(firstProduct(matmul(x, x, { transB: true }), x)).toBeUndefined();
  });
});

test('a graph takes another tensor in the place of one', () => {
  const y = add(mul(x, 2), 1);
  const other = substitute(y, x, fed('z', [4, 6]));
  const z = Float64Array.from({ length: 24 }, (_, i) => i);
  expect(evaluate([other], { z }, 'float64')[0]).toEqual(Array.from(z, (value) => 2 * value + 1));
});
