import { expect, test } from 'vitest';
import { createReference } from '../../src/backend/reference.ts';
import { grad } from '../../src/compile/autodiff.ts';
import { compile } from '../../src/compile/compile.ts';
import { toposort } from '../../src/compile/toposort.ts';
import { printGraph } from '../../src/ir/print.ts';
import { fed, type Tensor } from '../../src/ir/tensor.ts';
import { matmul, neg } from '../../src/ops/index.ts';
import { runProgram } from '../support/run-graph.ts';

// A pass that recurses over the graph overflows the stack at a depth of about 10,000, and one that looks at all of
// the graph for each op takes minutes instead of seconds.
const DEPTH = 20_000;

const x = fed('x', [1, 1]);
const dy = fed('dy', [1, 1]);

/** `x` after `DEPTH` applications, alternating between `first` and `neg`. */
function chain(first: (x: Tensor) => Tensor): Tensor {
  let y: Tensor = x;
  for (let i = 0; i < DEPTH; i += 2) y = neg(first(y));
  return y;
}

test('a chain of elementwise ops is differentiated, printed, compiled, checked and run as one region', () => {
  const y = chain(neg);
  const [dx] = grad(y, [x], dy);
  const program = compile({ fetch: { y, dx: dx! }, carry: [] }, { check: true, fuses: () => true });
  expect(program.steps.map(({ kind }) => kind)).toEqual(['region', 'region']);
  const { fetched } = runProgram(createReference(), program, [], [x, dy], { x: [3], dy: [5] });
  expect([fetched['y']![0], fetched['dx']![0]]).toEqual([3, 5]);
  expect(printGraph(toposort([y])).split('\n')).toHaveLength(DEPTH + 1);
});

test('a chain of products and elementwise ops is differentiated, compiled, checked and run', () => {
  const y = chain((a) => matmul(a, dy));
  expect(toposort(grad(y, [x], dy))).toHaveLength(DEPTH + 1);
  const program = compile({ fetch: { y }, carry: [] }, { check: true, fuses: () => true });
  // Each elementwise op follows on the product before it.
  expect(program.steps).toHaveLength(DEPTH / 2);
  // Of the values between, two are alive at a time; each takes a cache line.
  expect(program.arena).toBeLessThanOrEqual(4 * 16);
  const { fetched } = runProgram(createReference(), program, [], [x, dy], { x: [3], dy: [1] });
  expect(fetched['y']![0]).toBe(3);
});
