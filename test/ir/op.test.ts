import { describe, expect, test } from 'vitest';
import { GliaError, ShapeError } from '../../src/base/errors.ts';
import { readDefinition } from '../../src/ir/definition.ts';
import { allFusions } from '../../src/ir/fusion.ts';
import { allOps, apply, byName, defineOp, encodeAttrs, findOp, signature } from '../../src/ir/op.ts';
import { currentPath, withPath, withScope } from '../../src/ir/scope.ts';
import { constant, createTensor, fed, inputsOf, isTensor, stored } from '../../src/ir/tensor.ts';
import { add, gather, matmul, uniform } from '../../src/ops/index.ts';

const copy = defineOp({
  name: 'copy of the op test',
  inputs: ['x', 'index'],
  inputTypes: { index: 'i32' },
  outputType: 'i32',
  attrs: { axis: 1, keep: false, order: [] },
  shape: ({ x }, { axis }, fail) => (axis === 9 ? fail('9 is too many', 'take 8') : x!),
  kernel: () => {},
  samples: [],
});

describe('defineOp', () => {
  test('enters an op with usual parts filled in', () => {
    expect(findOp('copy of the op test')).toBe(copy);
    expect(allOps()).toContain(copy);
    expect(copy).toMatchObject({ view: false, tolerance: 1e-6, exempt: {} });
    expect(copy.flops({}, [3], {})).toBe(0);
  });

  test('is given parts of their types, by the library as by others', () => {
    for (const op of allOps()) expect(readDefinition(op)).toMatchObject({ name: op.name, inputs: op.inputs });
    expect(() => readDefinition({ ...copy, kernel: 'loops' } as never)).toThrow(/kernel must be a function/);
  });

  test('refuses a name that is taken', () => {
    expect(() => defineOp({ ...copy })).toThrow(GliaError);
    expect(() => defineOp({ ...copy })).toThrow('is defined twice');
  });

  test('a fusion is an op that can be taken apart again', () => {
    for (const fusion of allFusions()) {
      expect(findOp(fusion.name)).toBe(fusion);
      expect(fusion.compose).toBeTypeOf('function');
      expect(fusion.samples.length).toBeGreaterThan(0);
    }
  });
});

describe('signature', () => {
  test('names inputs, attributes and whatever is not f32', () => {
    expect(signature(copy)).toBe('copy of the op test(x, index:i32; axis, keep, order):i32');
  });

  test('is another for each op', () => {
    const all = allOps().map(signature);
    expect(new Set(all).size).toBe(all.length);
  });
});

describe('apply', () => {
  const x = stored('x', [2, 3]);
  const index = fed('index', [4], 'i32');

  test('completes attributes in the order of the definition', () => {
    const y = apply(copy, [x, index], { order: [1, 0] });
    expect(y).toMatchObject({ shape: [2, 3], dtype: 'i32' });
    expect(y.origin.kind === 'op' && encodeAttrs(y.origin.attrs)).toEqual([1, 0, 2, 1, 0]);
    expect(inputsOf(y)).toEqual([x, index]);
  });

  test('says which shape rule refused, where, and what to try', () => {
    const call = () =>
      withScope('net', () => withScope('layer0', () => apply(copy, [x, index], { axis: 9 })));
    expect(call).toThrow(ShapeError);
    expect(call).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: copy of the op test: 9 is too many
        at    net.layer0
        x     [2, 3]
        index [4]
        hint  take 8]
    `);
  });

  test('refuses another type', () => {
    expect(() => gather(x, fed('index', [4]))).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: gather: index must be i32, got f32
        x     [2, 3]
        index [4]]
    `);
    expect(() => add(x, index)).toThrow('b must be f32, got i32');
    expect(() => uniform(fed('step', []), [2], [1, 2])).toThrow('step must be i32, got f32');
  });

  test('copies the shapes that it is given', () => {
    const shape = [2, 3];
    const leaf = stored('mutable', shape);
    shape[0] = 99;
    expect(leaf.shape).toEqual([2, 3]);
  });
});

describe('tensors', () => {
  test.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])('have no dimension of %d', (dim) => {
    expect(() => stored('x', [2, dim])).toThrow(ShapeError);
  });

  test('are younger than what they are computed from', () => {
    const [a, b] = [stored('a', [2, 2]), constant(3)];
    const y = matmul(a, add(a, b));
    for (const input of inputsOf(y)) expect(input.id).toBeLessThan(y.id);
  });

  test('are told from other values', () => {
    const leaf = createTensor([], 'f32', { kind: 'constant', value: 1 });
    expect([leaf, {}, null, undefined, 3, 'x', [], { id: 1 }].map(isTensor)).toEqual([
      true,
      ...Array(7).fill(false),
    ]);
  });
});

describe('scopes', () => {
  test('nest, and end even with an error', () => {
    expect(withScope('a', () => withScope('b', currentPath))).toBe('a.b');
    expect(() =>
      withScope('a', () => {
        throw new Error('inside');
      }),
    ).toThrow('inside');
    expect(currentPath()).toBe('');
  });

  test('are left for an absolute path', () => {
    expect(withScope('a', () => withPath('x.y', currentPath))).toBe('x.y');
    expect(withScope('a', () => withPath('', currentPath))).toBe('');
    expect(withScope('a', () => withPath('x.y', () => withScope('z', currentPath)))).toBe('x.y.z');
  });
});

test('byName pairs in order', () => expect(byName({ inputs: ['a', 'b'] }, [1, 2])).toEqual({ a: 1, b: 2 }));

test('attributes travel as numbers, lists after their length', () => {
  expect(encodeAttrs({ a: true, b: -2, c: [5, 6], d: [], e: false })).toEqual([1, -2, 2, 5, 6, 0, 0]);
});
