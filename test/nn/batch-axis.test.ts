import { layer, ops, ShapeError, sequential } from 'glia';
import { expect, test } from 'vitest';

const model = (width: number, apply: Parameters<typeof layer>[0]['apply']) =>
  sequential([layer({ apply })], { inputShape: [width], backend: 'typescript' });

test.each([2, 3, 4])('a layer that swaps rows and a width of %i is refused', (width) => {
  expect(() => model(width, (_own, x) => ops.transpose(x))).toThrow('does not keep the batch axis');
});

test('a row whose shape depends on the number of rows is refused', () => {
  const outer = () => model(2, (_own, x) => ops.matmul(x, x, { transB: true }));
  expect(outer).toThrow(ShapeError);
  expect(outer).toThrow('depends on how many rows');
});
