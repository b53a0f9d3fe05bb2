import { describe, expect, test } from 'vitest';
import { GliaError } from '../../src/base/errors.ts';
import { isTensor, stored, type Tensor } from '../../src/ir/tensor.ts';
import * as ops from '../../src/ops/index.ts';
import { rightFor } from '../support/right-arguments.ts';
import { exportsOf } from '../support/sources.ts';

/**
 * What stands in each position of each function, and a value that is right there. What is wrong in a position must be
 * refused with an error of the library's own, never with a TypeError, and never be taken.
 */
type Kind = 'tensor' | 'operand' | 'integers' | 'integer' | 'tensors' | 'axis' | 'options';
type Slot = readonly [kind: Kind, right: unknown, optional?: 'optional'];

const x = stored('x', [2, 3]);
const one = stored('one', [3]);
const index = stored('index', [2], 'i32');

const tensor = (value: Tensor = x): Slot => ['tensor', value];
const operand: Slot = ['operand', x];
const options: Slot = ['options', {}, 'optional'];

/** The kind of argument that a type stands for. */
const KINDS: Readonly<Record<string, Kind>> = {
  Operand: 'operand',
  Tensor: 'tensor',
  'readonly Tensor[]': 'tensors',
  Shape: 'integers',
  'readonly number[]': 'integers',
  Key: 'integers',
};

/** What their types and names do not say: what is right there, or what more is wrong. */
const SAID: Readonly<Partial<Record<string, readonly Slot[]>>> = {
  clip: [operand, ['operand', -1], ['operand', 1]],
  scale: [operand, ['operand', 2]],
  matmul: [tensor(), tensor(stored('w', [3, 4])), options],
  softmaxCrossEntropy: [tensor(), tensor(index), options],
  scatterAdd: [tensor(), tensor(index), ['integer', 4]],
  oneHot: [tensor(index), ['integer', 4]],
  // Their type is narrower than what they take.
  logSigmoid: [operand],
  norm: [operand],
  logitsOf: [tensor(ops.sigmoid(x))],
  reshape: [tensor(), ['integers', [3, -1]]],
  transpose: [tensor(), ['integers', [1, 0], 'optional']],
  slice: [tensor(), ['integers', [0, 1]], ['integers', [2, 2]]],
  concat: [
    ['tensors', [x, x]],
    ['axis', 1, 'optional'],
  ],
  expand: [tensor(one), ['integers', [2, 3]]],
  sumTo: [tensor(), ['integers', [3]]],
};

const functions = Object.entries(ops).filter(([, op]) => typeof op === 'function');
const declared = new Map(exportsOf('src/ops/index.ts').map(({ name, text }) => [name, text]));

/** What stands in each position of a function, by the types of its parameters and, for what is right, their names. */
function slotsOf(name: string): readonly Slot[] {
  const said = SAID[name];
  if (said !== undefined) return said;
  const list = declared
    .get(name)!
    .replace(/\): [\s\S]*/, '')
    .replace(/\{[^{}]*\}/g, '')
    .replace(/^[^(]*\(/, '');
  const parameters = list
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
  const right = rightFor({
    path: `glia: ops.${name}`,
    name: `ops.${name}`,
    parameters: parameters.map((one) => /^\w+/.exec(one)![0]),
  });
  return parameters.map((parameter, i): Slot => {
    const [, called, optional, type] = /^(\w+)(\?)?: ([^=&]*)/.exec(parameter)!;
    if (called === 'options') return options;
    const kind = KINDS[type!.trim()];
    if (kind === undefined) throw new Error(`say in SAID what stands for ${called}: ${type!} of ops.${name}`);
    return optional ? [kind, right[i], 'optional'] : [kind, right[i]];
  });
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

/** Wrong values of an option that has no row: what no option of an op takes. */
const NEVER_RIGHT = [null, Symbol('x'), 3n, () => x, {}];

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
  expect(Object.keys(SAID).filter((name) => !(name in ops))).toEqual([]);
  expect(functions.length).toBeGreaterThan(40);
});

describe.each(functions)('ops.%s', (name, op) => {
  const slots = slotsOf(name);
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
      for (const value of WRONG_OPTIONS[key] ?? NEVER_RIGHT) {
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
