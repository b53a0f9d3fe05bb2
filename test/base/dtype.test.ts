import { runInNewContext } from 'node:vm';
import { dense, metrics, sequential } from 'glia';
import { toMatrix } from 'glia/data';
import { expect, test } from 'vitest';
import { numericArrayOf } from '../../src/base/dtype.ts';

/** As an array comes from a worker's sandbox, a test runner or a frame: of classes that are not these. */
const foreign = (code: string) => runInNewContext(code) as Float32Array;

test.each([
  ['new Float32Array([1, 2])', Float32Array],
  ['new Float64Array([1, 2])', Float64Array],
  ['new Uint8ClampedArray([1, 2])', Uint8ClampedArray],
  ['new Int32Array([1, 2])', Int32Array],
])('%s of another realm is an array of this one on the same memory', (code, Class) => {
  const given = foreign(code);
  expect(given).not.toBeInstanceOf(Class);
  const own = numericArrayOf(given)!;
  expect(own).toBeInstanceOf(Class);
  own[0] = 7;
  expect(given[0]).toBe(7);
});

test('what is no array of numbers is none, whatever it calls itself', () => {
  for (const value of [[1], new DataView(new ArrayBuffer(8)), new BigInt64Array(1), { length: 1 }, null])
    expect(numericArrayOf(value)).toBeUndefined();
});

test('weights, data and metrics are taken from another realm', async () => {
  const net = sequential([dense(1, { bias: false })], { inputShape: [2], backend: 'typescript' });
  await net.setWeights({ 'dense1.weight': { shape: [1, 2], data: foreign('new Float32Array([3, 5])') } });
  expect([...(await net.weights())['dense1.weight']!.data]).toEqual([3, 5]);
  const x = { data: foreign('new Float32Array([1, 2])'), shape: [1, 2] };
  expect((await net.predict(x)).toArray()).toEqual([[13]]);
  expect(net.predictSync(x).toArray()).toEqual([[13]]);
  expect(toMatrix(foreign('new Int32Array([4])') as never).data).toBeInstanceOf(Int32Array);
  expect(metrics.meanAbsoluteError(foreign('new Float32Array([1, 3])'), [1, 1])).toBe(1);
});
