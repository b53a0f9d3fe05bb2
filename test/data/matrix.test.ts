import { describe, expect, test } from 'vitest';
import { DataError, type GliaError, OptionError, ShapeError } from '../../src/base/errors.ts';
import { type Data, toLabels, toMatrix } from '../../src/data/index.ts';

describe('toMatrix', () => {
  test.each<[string, Data, number[], number[]]>([
    ['a list', [1, 2, 3], [3], [1, 2, 3]],
    [
      'rows',
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
      [3, 2],
      [1, 2, 3, 4, 5, 6],
    ],
    [
      'images',
      [
        [[1], [2]],
        [[3], [4]],
      ],
      [2, 2, 1],
      [1, 2, 3, 4],
    ],
    [
      'booleans',
      [
        [true, false],
        [0, 1],
      ],
      [2, 2],
      [1, 0, 0, 1],
    ],
    ['rows that are typed arrays', [Float64Array.of(1, 2), Float64Array.of(3, 4)], [2, 2], [1, 2, 3, 4]],
    ['a typed array', Float64Array.of(1, 2), [2], [1, 2]],
    ['bytes', Uint8Array.of(0, 255), [2], [0, 255]],
    ['data with a shape', { data: Uint8Array.of(1, 2, 3, 4), shape: [2, 2] }, [2, 2], [1, 2, 3, 4]],
    ['numbers with a shape', { data: [1, 2], shape: [1, 2] }, [1, 2], [1, 2]],
    ['a part of a buffer', new Float32Array(Float32Array.of(9, 1, 2, 9).buffer, 4, 2), [2], [1, 2]],
  ])('%s', (_, input, shape, values) => {
    const matrix = toMatrix(input);
    expect(matrix.data).toBeInstanceOf(Float32Array);
    expect(matrix.shape).toEqual(shape);
    expect([...matrix.data]).toEqual(values);
  });

  test('int32 stays int32', () => {
    expect(toMatrix(Int32Array.of(1, 2))).toEqual({ data: Int32Array.of(1, 2), shape: [2] });
    expect(toMatrix({ data: Int32Array.of(1, 2), shape: [2, 1] }).data).toBeInstanceOf(Int32Array);
  });

  test('copies: neither the numbers nor the shape are shared', () => {
    const data = Float32Array.of(1, 2);
    const shape = [2, 1];
    const matrix = toMatrix({ data, shape });
    data[0] = 9;
    shape[0] = 9;
    expect(matrix).toEqual({ data: Float32Array.of(1, 2), shape: [2, 1] });
  });

  const self: unknown[] = [];
  self.push(self);
  const detached = new Float32Array(4);
  structuredClone(detached.buffer, { transfer: [detached.buffer] });

  test.each<[string, unknown, new (...args: never[]) => GliaError, string[]]>([
    [
      'NaN',
      [
        [1, 2],
        [3, Number.NaN],
      ],
      DataError,
      ['x[1][1] is NaN', 'row    1', 'column 1'],
    ],
    [
      'an infinity in a typed array',
      Float64Array.of(1, Number.NEGATIVE_INFINITY),
      DataError,
      ['x[1] is -Infinity'],
    ],
    [
      'NaN in data with a shape',
      { data: [0, 0, 0, 0, 0, Number.NaN], shape: [2, 3] },
      DataError,
      ['x[1][2] is NaN'],
    ],
    ['a number beyond float32', [1, 1e39], DataError, ['x[1] is Infinity', 'float32']],
    ['a word', [[1], ['a']], DataError, ['x[1][0] is "a", not a number', 'categorical']],
    ['null', [1, null], DataError, ['x[1] is null', 'impute']],
    // biome-ignore lint/suspicious/noSparseArray: a hole is the case.
    ['a hole', [1, , 3], DataError, ['x[1] is undefined']],
    ['a bigint', [1n], DataError, ['x[0] is the bigint 1n', 'Number(value)']],
    ['bigints', BigInt64Array.of(1n), DataError, ['Float64Array.from(array, Number)']],
    ['rows of bigints', [BigInt64Array.of(1n)], DataError, ['x[0][0] is the bigint']],
    ['a DataView', new DataView(new ArrayBuffer(8)), DataError, ['DataView']],
    ['a transferred array', detached, DataError, ['transferred away']],
    ['a transferred array as a row', [[1, 2], detached], ShapeError, ['x[1] has 0 elements']],
    [
      'rows of different length',
      [[1, 2], [3]],
      ShapeError,
      ['x[1] has 1 elements, the first of its kind has 2'],
    ],
    ['a number among rows', [[1, 2], 3], ShapeError, ['x[1] is 3']],
    ['a row among numbers', [1, [2]], ShapeError, ['x[1] is an array']],
    ['deeper ones', [[[1]], [[1, 2]]], ShapeError, ['x[1][0] has 2 elements']],
    ['nothing', [], ShapeError, ['the array is empty']],
    ['an empty row', [[]], ShapeError, ['a row is empty']],
    ['an empty typed array', new Float32Array(0), ShapeError, ['the array is empty']],
    ['an array in itself', self, ShapeError, ['16 deep']],
    [
      'a shape that does not fit',
      { data: [1, 2, 3], shape: [2, 2] },
      ShapeError,
      ['3 numbers do not fill', '[2, 2]'],
    ],
    ['a shape with a fraction', { data: [1], shape: [0.5, 2] }, ShapeError, ['[0.5, 2]']],
    ['a negative shape', { data: [1], shape: [-1, -1] }, ShapeError, ['[-1, -1]']],
    ['a shape that is a word', { data: [1], shape: '1' }, ShapeError, ['"1"']],
    ['data that is a word', { data: '1', shape: [1] }, DataError, ['is not data']],
    ['a number', 5, DataError, ['5 is not data']],
    ['null alone', null, DataError, ['null is not data']],
    ['undefined', undefined, DataError, ['undefined is not data']],
    ['a word alone', 'abc', DataError, ['"abc" is not data']],
    ['a table', new Map(), DataError, ['Map is not data', 'columns']],
    ['a buffer', new ArrayBuffer(8), DataError, ['ArrayBuffer is not data']],
  ])('refuses %s', (_, input, type, words) => {
    const run = () => toMatrix(input as Data);
    expect(run).toThrow(type);
    for (const word of words) expect(run).toThrow(word);
  });

  test('the name of the input is in the message', () => {
    expect(() => toMatrix([Number.NaN], 'y')).toThrow('y[0] is NaN');
  });

  test('buffers that are shared or can be resized are copied at once', () => {
    const shared = new Float32Array(new SharedArrayBuffer(8));
    const copy = toMatrix(shared);
    shared[0] = 5;
    expect([...copy.data]).toEqual([0, 0]);
    expect(copy.data.buffer).toBeInstanceOf(ArrayBuffer);
    const options = { maxByteLength: 32 };
    const buffer = Reflect.construct(ArrayBuffer, [8, options]) as ArrayBuffer & {
      resize(bytes: number): void;
    };
    const view = new Float32Array(buffer);
    buffer.resize(16);
    const grown = toMatrix(view);
    buffer.resize(4);
    expect(grown).toEqual({ data: new Float32Array(4), shape: [4] });
    buffer.resize(0);
    expect(() => toMatrix(view)).toThrow(ShapeError);
  });
});

describe('toLabels', () => {
  test.each<[string, Data]>([
    ['a list', [0, 2, 1]],
    ['int32', Int32Array.of(0, 2, 1)],
    ['bytes', Uint8Array.of(0, 2, 1)],
    ['a column', [[0], [2], [1]]],
    ['data with a shape', { data: [0, 2, 1], shape: [3, 1] }],
  ])('%s', (_, input) => {
    expect(toLabels(input, 3)).toEqual(Int32Array.of(0, 2, 1));
  });

  test.each<[string, Data, number | undefined, string]>([
    ['a fraction', [0, 1.5], undefined, 'y[1] is 1.5, not a label'],
    ['a negative one', [-1], undefined, 'y[0] is -1'],
    ['one too many', [0, 1, 3], 3, 'from 0 to 2'],
    ['one beyond what float32 counts', [2 ** 25], undefined, 'from 0 to 16777216'],
  ])('refuses %s', (_, input, classes, words) => {
    expect(() => toLabels(input, classes)).toThrow(DataError);
    expect(() => toLabels(input, classes)).toThrow(words);
  });

  test('refuses more than a column, and a number of classes that is none', () => {
    expect(() => toLabels([[0, 1]])).toThrow(ShapeError);
    expect(() => toLabels([0], 0)).toThrow(OptionError);
    expect(toLabels(Int32Array.of(2 ** 30))).toEqual(Int32Array.of(2 ** 30));
  });
});
