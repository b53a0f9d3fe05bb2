import { grad, ops, type Shape, type Tensor } from 'glia';
import { apply, compile, constant, defineOp, fed, type Program, stored } from 'glia/unstable';
import { expectTypeOf, test } from 'vitest';

declare const x: Tensor;

test('ops take tensors, and numbers where a scalar makes sense', () => {
  expectTypeOf(ops.add(x, 1)).toEqualTypeOf<Tensor>();
  expectTypeOf(ops.where(x, 0, x)).toEqualTypeOf<Tensor>();
  expectTypeOf(ops.logitsOf(x)?.logits).toEqualTypeOf<Tensor | undefined>();
  // @ts-expect-error an op takes as many inputs as it says
  ops.add(x);
  // @ts-expect-error a matrix is no number
  ops.matmul(x, 2);
  // @ts-expect-error numbers are traced, not computed
  ops.exp([1, 2]);
  // @ts-expect-error no such attribute
  ops.matmul(x, x, { transpose: true });
  // @ts-expect-error an attribute has a type
  ops.matmul(x, x, { transA: 1 });
  // @ts-expect-error Bessel's correction is 0 or 1
  ops.variance(x, { correction: 2 });
  // @ts-expect-error axes are numbers
  ops.sum(x, { axis: 'last' });
  // @ts-expect-error there is no such op
  ops.frobnicate(x);
});

test('tensors and shapes cannot be changed', () => {
  expectTypeOf(x.shape).toEqualTypeOf<Shape>();
  // @ts-expect-error
  x.shape[0] = 3;
  // @ts-expect-error
  x.shape = [3];
  // @ts-expect-error there are no numbers in a tensor
  x.data;
});

test('gradients are tensors, one for each input', () => {
  expectTypeOf(grad(x, [x, x])).toEqualTypeOf<Tensor[]>();
  // @ts-expect-error inputs come as a list
  grad(x, x);
});

test('an op needs a name, inputs, a shape rule, a kernel and samples', () => {
  const parts = { name: 'twice', inputs: ['x'], samples: [] } as const;
  const kernel = () => {};
  const op = defineOp({ ...parts, kernel, shape: (shapes) => shapes['x']! });
  expectTypeOf(apply(op, [x])).toEqualTypeOf<Tensor>();
  // @ts-expect-error no shape rule
  defineOp({ ...parts, kernel });
  // @ts-expect-error no kernel
  defineOp({ ...parts, shape: () => [] });
  // @ts-expect-error a misspelt part
  defineOp({ ...parts, kernel, shape: () => [], gradient: () => ({}) });
  // @ts-expect-error an attribute is a number, a flag or a list of numbers
  defineOp({ ...parts, kernel, shape: () => [], attrs: { mode: 'same' } });
});

test('a program is plain data that nobody changes', () => {
  const program = compile({ fetch: { y: fed('y', [2]) }, carry: [[stored('w', []), constant(1)]] });
  expectTypeOf(program).toEqualTypeOf<Program>();
  // @ts-expect-error
  program.arena = 0;
  // @ts-expect-error
  program.steps.push(program.steps[0]!);
  // @ts-expect-error what is carried is pairs
  compile({ fetch: {}, carry: [stored('w', [])] });
  // @ts-expect-error a graph says what it carries
  compile({ fetch: {} });
});
