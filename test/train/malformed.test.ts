import { type CustomLayer, dense, GliaError, layer, sequential, valueAndGrad, type Weight } from 'glia';
import { expect, test } from 'vitest';

const backend = 'typescript';
const wrong: readonly unknown[] = [null, 1, 'x', true, [], {}];
const net = () => sequential([dense(2)], { inputShape: [2], backend });

function expectTyped(call: () => unknown, value: unknown): void {
  try {
    call();
  } catch (error) {
    expect(error, `for ${JSON.stringify(value)}`).toBeInstanceOf(GliaError);
  }
}

test.each(['params', 'state', 'kind', 'name'])('a custom layer with a malformed %s', (what) => {
  for (const value of wrong) {
    const definition = {
      apply: (_own: object, x: never) => x,
      [what]: value,
    } as unknown as CustomLayer<never>;
    expectTyped(() => sequential([layer(definition)], { inputShape: [2], backend }), value);
  }
});

test.each(['params', 'state'])('a custom layer whose %s gives something malformed', (what) => {
  for (const value of [...wrong, undefined, { w: null }, { w: undefined }, { w: 1 }, { w: { shape: [2] } }]) {
    const definition = { apply: (_own: object, x: never) => x, [what]: () => value };
    expectTyped(
      () => sequential([layer(definition as unknown as CustomLayer<never>)], { inputShape: [2], backend }),
      value,
    );
  }
});

test('a name that is no string', () => {
  for (const value of [1, true, null, {}]) {
    const name = value as unknown as string;
    expectTyped(() => sequential([dense(2, { name })], { inputShape: [2], backend }), value);
  }
});

test('preprocessing that is null', () => {
  expect(() => sequential([dense(1)], { prepare: null as never, backend })).toThrow(GliaError);
});

test('weights that are no tensors', async () => {
  const model = net();
  const own = await model.weights();
  for (const value of wrong) {
    expect(() => model.setWeights(value as never), JSON.stringify(value)).toThrow(GliaError);
    for (const bias of [value, { shape: [2], data: value }, { shape: value, data: new Float32Array(2) }]) {
      const weights = { ...own, 'dense1.bias': bias as Weight };
      expect(() => model.setWeights(weights), JSON.stringify(bias)).toThrow(GliaError);
    }
  }
  expect(await model.weights()).toEqual(own);
});

test('a loss for valueAndGrad that gives no scalar', async () => {
  for (const value of [...wrong, undefined]) {
    await expect(valueAndGrad(net(), () => value as never)([[1, 2]], [[1, 2]])).rejects.toThrow(GliaError);
  }
  await expect(valueAndGrad(net(), (output) => output)([[1, 2]], [[1, 2]])).rejects.toThrow(
    'must give a scalar',
  );
});
