import { describe, expect, test } from 'vitest';
import { OptionError } from '../../src/base/errors.ts';
import { activation, add, between, dense, input, type Node } from '../../src/nn/index.ts';

// Far beyond what a stack of about a megabyte holds in frames.
const DEPTH = 20_000;

describe('a model of many calls behind each other', () => {
  test('is wired in order', () => {
    const relu = activation('relu', { name: 'relu' });
    const x = input([3]);
    let y = x;
    for (let i = 0; i < DEPTH; i++) y = relu.call(y);
    const { calls, outputs } = between([x], [y]);
    expect(calls.map(({ inputs }) => inputs[0])).toEqual(Array.from({ length: DEPTH }, (_, i) => i));
    expect(outputs).toEqual([DEPTH]);
  });

  test('whose values are used twice each is walked once', () => {
    const sum = add({ name: 'sum' });
    const x = input([3]);
    let y = x;
    for (let i = 0; i < DEPTH; i++) y = sum.call(y, y);
    expect(between([x], [y]).calls).toHaveLength(DEPTH);
  });
});

test('calls come in the order of their inputs, left to right', () => {
  const x = input([3]);
  const left = dense(2, { name: 'left' }).call(x);
  const right = dense(2, { name: 'right' }).call(x);
  const sum = add({ name: 'sum' }).call(left, right);
  const more = add({ name: 'more' }).call(right, sum);
  const { calls, outputs } = between([x], [more, left]);
  expect(calls.map(({ name, inputs }) => [name, inputs])).toEqual([
    ['right', [0]],
    ['left', [0]],
    ['sum', [2, 1]],
    ['more', [1, 3]],
  ]);
  expect(outputs).toEqual([4, 2]);
});

describe('a value that depends on itself', () => {
  /** A node with an input more, as only a program that writes to nodes can make it. */
  const join = (node: Node, to: Node) => (node.inputs as Node[]).push(to);

  test('at once', () => {
    const x = input([3]);
    const node = add({ name: 'loop' }).call(x, x);
    join(node, node);
    const build = () => between([x], [dense(1).call(node)]);
    expect(build).toThrow(OptionError);
    expect(build).toThrow('model: a call of the layer "loop" depends on itself');
  });

  test('through others, of a layer without a name', () => {
    const x = input([3]);
    const first = add().call(x, x);
    const last = dense(3).call(activation('relu').call(first));
    join(first, last);
    expect(() => between([x], [last])).toThrow('model: a call of the layer "dense" depends on itself');
  });

  test('but not one that another output uses again, or that is an input', () => {
    const x = input([3]);
    const h = dense(3).call(x);
    expect(between([x], [h, h, add().call(h, h)]).outputs).toEqual([1, 1, 2]);
    expect(between([h], [h]).calls).toEqual([]);
  });
});

test.each([null, 5, {}])('a node with %s for an input is refused', (wrong) => {
  const node = { ...dense(3).call(input([3])), inputs: [wrong as never] };
  expect(() => between([input([3])], [node])).toThrow(OptionError);
});
