import { describe, expect, test } from 'vitest';
import { GliaError } from '../../src/base/errors.ts';
import { isTensor, stored, type Tensor } from '../../src/ir/tensor.ts';
import * as ops from '../../src/ops/index.ts';

/**
 * What stands in each position of each function, and a value that is right there. What is wrong in a position must be
 * refused with an error of the library's own, never with a TypeError, and never be taken.
 */
type Kind = 'tensor' | 'operand' | 'integers' | 'integer' | 'tensors' | 'axis' | 'options';
type Slot = readonly [kind: Kind, right: unknown, optional?: 'optional'];

const x = stored('x', [2, 3]);
const one = stored('one', [3]);
const index = stored('index', [2], 'i32');
const step = stored('step', [], 'i32');

const tensor = (value: Tensor = x): Slot => ['tensor', value];
const operand: Slot = ['operand', x];
const options: Slot = ['options', {}, 'optional'];

/** An op that has no row here is tried with anything in test/hostile.test.ts all the same. */
const SLOTS: Readonly<Partial<Record<keyof typeof ops, readonly Slot[]>>> = {
  ...all(['add', 'sub', 'mul', 'div', 'pow', 'equal', 'greater', 'maximum', 'minimum'], [operand, operand]),
  ...all(['abs', 'erf', 'exp', 'expm1', 'log', 'log1p', 'neg', 'relu', 'sigmoid', 'sign'], [operand]),
  ...all(['softplus', 'sqrt', 'tanh', 'square', 'logSigmoid', 'norm'], [operand]),
  ...all(['sum', 'max', 'mean', 'variance', 'logSumExp', 'softmax', 'logSoftmax'], [tensor(), options]),
  where: [operand, operand, operand],
  clip: [operand, ['operand', -1], ['operand', 1]],
  scale: [operand, ['operand', 2]],
  matmul: [tensor(), tensor(stored('w', [3, 4])), options],
  softmaxCrossEntropy: [tensor(), tensor(index), options],
  sigmoidCrossEntropy: [tensor(), tensor(), options],
  gather: [tensor(), tensor(index)],
  scatterAdd: [tensor(), tensor(index), ['integer', 4]],
  oneHot: [tensor(index), ['integer', 4]],
  toFloat: [tensor(index)],
  detach: [tensor()],
  logitsOf: [tensor(ops.sigmoid(x))],
  reshape: [tensor(), ['integers', [3, -1]]],
  transpose: [tensor(), ['integers', [1, 0], 'optional']],
  slice: [tensor(), ['integers', [0, 1]], ['integers', [2, 2]]],
  pad: [tensor(), ['integers', [0, 1]], ['integers', [2, 2]]],
  concat: [
    ['tensors', [x, x]],
    ['axis', 1, 'optional'],
  ],
  expand: [tensor(one), ['integers', [2, 3]]],
  sumTo: [tensor(), ['integers', [3]]],
  uniform: [tensor(step), ['integers', [3]], ['integers', [1, 2]]],
};

function all<N extends string>(names: readonly N[], slots: readonly Slot[]): Record<N, readonly Slot[]> {
  return Object.fromEntries(names.map((name) => [name, slots])) as Record<N, readonly Slot[]>;
}

const NOTHING = [null, 'x', true, Symbol('x'), 3n, () => x];
/** Wrong for every kind of argument, and what is wrong for one. */
const WRONG: Readonly<Record<Kind, readonly unknown[]>> = {
  tensor: [...NOTHING, 5, Number.NaN, {}, [], [x], { shape: [2, 3] }],
  operand: [...NOTHING, {}, [], [x], { shape: [2, 3] }],
  tensors: [...NOTHING, 5, {}, [], x, [x, 5], [null, x], [x, undefined], [undefined]],
  integers: [...NOTHING, 5, {}, x, ['2', 3], [2, null], [0.5, 1], [Number.NaN, 1], [undefined, 1], [3n, 1]],
  integer: [...NOTHING, {}, [], x, 0.5, -1, Number.NaN, Infinity],
  axis: [...NOTHING, {}, [], x, 0.5, 7, -7, Number.NaN, Infinity],
  options: [...NOTHING, 5, [], { nonsense: 1 }],
};

/** Wrong values of each option. */
const WRONG_OPTIONS: Readonly<Record<string, readonly unknown[]>> = {
  axis: [...NOTHING, {}, 0.5, 7, -7, Number.NaN, [0, 'x'], [null], [0.5]],
  keepDims: [null, 'x', 1, Symbol('x'), {}],
  correction: [...NOTHING, {}, Number.NaN, -1],
  transA: [null, 'x', 1, Symbol('x'), {}],
  transB: [null, 'x', 1, Symbol('x'), {}],
  labelSmoothing: [...NOTHING, {}, Number.NaN, 1, -0.5],
  ignoreIndex: [...NOTHING, {}, Number.NaN, 0.5],
  posWeight: [...NOTHING, {}, Number.NaN, 0],
};

type Call = (...values: readonly unknown[]) => unknown;
const show = (value: unknown) =>
  typeof value === 'object'
    ? JSON.stringify(value, (_key, inner) => (typeof inner === 'bigint' ? 'bigint' : inner))
    : String(value);

function expectRefusal(call: () => unknown, what: string): void {
  let error: unknown = 'nothing was thrown';
  try {
    call();
  } catch (thrown) {
    error = thrown;
  }
  expect(error, `${what}: ${String(error)}`).toBeInstanceOf(GliaError);
}

test('every row is of an op', () => {
  expect(Object.keys(SLOTS).filter((name) => !(name in ops))).toEqual([]);
});

const sampled = Object.entries(ops).filter(([name]) => name in SLOTS);

describe.each(sampled)('ops.%s', (name, op) => {
  const slots = SLOTS[name as keyof typeof ops]!;
  const right = slots.map(([, value]) => value);
  const call = op as Call;

  test('takes what is right', () => {
    const y = call(...right);
    expect(isTensor(name === 'logitsOf' ? (y as { logits: Tensor }).logits : y)).toBe(true);
  });

  test('refuses what is wrong in any position', () => {
    for (const [i, [kind, , optional]] of slots.entries()) {
      const wrong = optional === 'optional' ? WRONG[kind] : [...WRONG[kind], undefined];
      for (const value of wrong) {
        expectRefusal(() => call(...right.with(i, value)), `argument ${i} is ${show(value)}`);
      }
    }
  });

  test('refuses to go without an argument', () => {
    const needed = slots.filter(([, , optional]) => optional !== 'optional').length;
    for (let n = 0; n < needed; n++) expectRefusal(() => call(...right.slice(0, n)), `${n} arguments`);
  });

  test('refuses wrong values of its options', () => {
    const at = slots.findIndex(([kind]) => kind === 'options');
    if (at < 0) return;
    for (const key of knownTo((given) => call(...right.with(at, given)))) {
      for (const value of WRONG_OPTIONS[key]!) {
        expectRefusal(() => call(...right.with(at, { [key]: value })), `${key} is ${show(value)}`);
      }
    }
  });
});

/** The options that a function names when it is given another. */
function knownTo(call: (given: object) => unknown): string[] {
  try {
    call({ '?': 1 });
  } catch (error) {
    if (error instanceof GliaError) return String(error.facts['known']).split(', ');
  }
  throw new Error('an unknown option was taken');
}

test.each<[string, () => unknown]>([
  ['matmul: b must be a tensor, got null', () => ops.matmul(x, null as never)],
  ['gather: x must be a tensor, got 5', () => ops.gather(5 as never, index)],
  ['pad: after must be a list of integers, got undefined', () => (ops.pad as Call)(x, [0, 0])],
  ['reshape: shape[1] must be an integer, got "3"', () => ops.reshape(x, [2, '3' as never])],
  ['sum: axis must be a list of integers, got "x"', () => ops.sum(x, { axis: 'x' as never })],
  ['scatterAdd: rows must be a number, got undefined', () => (ops.scatterAdd as Call)(x, index)],
  ['concat: needs a list of one tensor or more', () => ops.concat([])],
])('%s', (message, call) => expect(call).toThrow(message));
