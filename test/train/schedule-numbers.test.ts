import { dense, OptionError, type Schedule, sequential, sgd, trainStep } from 'glia';
import { expect, test } from 'vitest';

const net = () => sequential([dense(1)], { inputShape: [1], backend: 'typescript' });
const [x, y] = [[[1]], [[2]]];

test.each([Number.NaN, Number.POSITIVE_INFINITY, 1e300, undefined, '0.1', 1n])(
  'a schedule that gives %s is refused before it reaches a weight',
  async (rate) => {
    const at = (update: number) => (update < 2 ? 0.01 : rate) as number;
    const learningRate: Schedule = { name: 'odd', config: {}, at };
    const [run, loop] = [net(), net()];
    const fitted = run.fit(x, y, { loss: 'mse', epochs: 5, optimizer: sgd({ learningRate }) });
    await expect(fitted).rejects.toThrow(OptionError);
    const step = trainStep(loop, { loss: 'mse', optimizer: sgd({ learningRate }) });
    for (let i = 0; i < 2; i++) await step(x, y);
    await expect(step(x, y)).rejects.toThrow(OptionError);
    for (const model of [run, loop]) {
      for (const { data } of Object.values(await model.weights())) {
        expect(data.every(Number.isFinite)).toBe(true);
      }
    }
  },
);
