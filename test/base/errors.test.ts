import { describe, expect, test } from 'vitest';
import * as errors from '../../src/base/errors.ts';
import { DataError, FileError, GliaError, ShapeError } from '../../src/base/errors.ts';
import { withScope } from '../../src/ir/scope.ts';
import { stored } from '../../src/ir/tensor.ts';
import { matmul } from '../../src/ops/index.ts';

/** What a call throws. */
function thrown(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

describe('the message', () => {
  test('is a line that says what is wrong, then a line for each fact', () => {
    const product = () => matmul(stored('a', [4, 3]), stored('b', [8, 2]));
    const error = thrown(() => withScope('xor', () => withScope('hidden', product))) as ShapeError;
    expect(error).toBeInstanceOf(ShapeError);
    expect(error.message).toMatchInlineSnapshot(`
      "matmul: inner dims differ, 3 and 8
        at    xor.hidden
        a     [4, 3]
        b     [8, 2]
        hint  transpose one side with transA or transB"
    `);
  });

  test('has the place first and the hint last, whatever the order of the facts', () => {
    const error = new DataError('csv: row 3 has 5 cells', {
      hint: 'check the quotes',
      wanted: 4,
      at: 'a.csv:3',
    });
    expect(error.message).toMatchInlineSnapshot(`
      "csv: row 3 has 5 cells
        at     a.csv:3
        wanted 4
        hint   check the quotes"
    `);
  });

  test('leaves out facts that are not known', () => {
    expect(new GliaError('ERR_GLIA_X', 'plain', { at: undefined, hint: undefined }).message).toBe('plain');
  });

  test('writes lists as shapes', () => {
    expect(new ShapeError('s', { a: [4, 3], b: [], c: [[1], [2, 3]] }).message).toMatchInlineSnapshot(`
      "s
        a     [4, 3]
        b     []
        c     [[1], [2, 3]]"
    `);
  });
});

describe('the classes', () => {
  const classes = Object.entries(errors).filter(([name]) => name !== 'GliaError');

  test.each(classes)('%s has a name, a code of its own and the facts', (name, Class) => {
    const error = new (Class as new (summary: string, facts: errors.Facts) => GliaError)('what', {
      at: 'here',
    });
    expect(error).toBeInstanceOf(GliaError);
    expect(error).toBeInstanceOf(Error);
    expect(error.name).toBe(name);
    expect(error.code).toBe(`ERR_GLIA_${name.replace('Error', '').toUpperCase()}`);
    expect(error.facts).toEqual({ at: 'here' });
    expect(error.message.split('\n')).toHaveLength(2);
  });

  test('a cause is kept, and only where there is one', () => {
    const cause = new Error('ENOENT');
    expect(new FileError('cannot read x', {}, cause).cause).toBe(cause);
    expect('cause' in new FileError('cannot read x')).toBe(false);
  });
});
