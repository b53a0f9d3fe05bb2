import { describe, expect, test } from 'vitest';
import { grad } from '../../src/compile/autodiff.ts';
import { compile, type Graph } from '../../src/compile/compile.ts';
import { toposort } from '../../src/compile/toposort.ts';
import { printGraph, printProgram } from '../../src/ir/print.ts';
import { withScope } from '../../src/ir/scope.ts';
import { fed, stored } from '../../src/ir/tensor.ts';
import { add, matmul, mean, mul, neg, reshape, softplus, sub, sum, tanh } from '../../src/ops/index.ts';

/** One step of gradient descent on XOR: two inputs, two hidden units, one logit, binary cross-entropy. */
function xor(): Graph {
  const [x, y, rate] = [stored('x', [4, 2]), stored('y', [4, 1]), fed('learningRate', [])];
  const [w1, b1] = [stored('hidden.weight', [2, 2]), stored('hidden.bias', [2])];
  const [w2, b2] = [stored('out.weight', [1, 2]), stored('out.bias', [1])];
  const hidden = withScope('hidden', () => tanh(add(matmul(x, w1, { transB: true }), b1)));
  const logits = withScope('out', () => add(matmul(hidden, w2, { transB: true }), b2));
  const loss = withScope('loss', () => mean(sub(softplus(logits), mul(logits, y))));
  const weights = [w1, b1, w2, b2];
  const steps = grad(loss, weights);
  return { fetch: { loss }, carry: weights.map((weight, i) => [weight, sub(weight, mul(rate, steps[i]!))]) };
}

// Whoever changes how graphs are simplified, fused, ordered or laid out sees here what becomes of a small one.
describe('a training step of XOR as a program', () => {
  test('of plain ops', async () => {
    const program = compile(xor(), { check: true });
    await expect(printProgram(program)).toMatchFileSnapshot('../golden/xor-plain.txt');
  });

  test('with every fusion', async () => {
    const program = compile(xor(), { check: true, fuses: () => true });
    await expect(printProgram(program)).toMatchFileSnapshot('../golden/xor-fused.txt');
  });
});

describe('what is printed', () => {
  test('says of a program where everything lies', () => {
    const n = fed('n', [2], 'i32');
    const w = stored('w', [2, 3]);
    const flat = reshape(w, [6]);
    const text = printProgram(compile({ fetch: { flat, s: sum(w, { axis: 1 }), n }, carry: [[w, neg(w)]] }));
    expect(text).toMatchInlineSnapshot(`
      "arena 64
      feed @48[2]:i32 = n
      copy @16[2, 3] = w[2, 3]
      @32[2] = sum(w[2, 3]) {"axis":1,"count":1}
      region [6]
        %0 = w[2, 3] by [1]
        %1 = neg(%0)
        @0[2, 3] = %1
      copy w[2, 3] = @0[2, 3]
      fetch flat = @16[6]
      fetch s = @32[2]
      fetch n = @48[2]:i32"
    `);
  });

  test('says of a graph what follows from what', () => {
    const y = sum(mul(fed('x', [3]), 2));
    // Tensors are numbered through a whole process; here the first is 0.
    const [first] = toposort([y]);
    const text = printGraph(toposort([y])).replace(/%(\d+)/g, (_, id) => `%${Number(id) - first!.id}`);
    expect(text).toMatchInlineSnapshot(`
      "%0 [3] = fed x
      %1 [] = 2
      %2 [3] = mul(%0,%1)
      %3 [] = sum(%2)"
    `);
  });
});
