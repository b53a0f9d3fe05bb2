import { describe, expect, test } from 'vitest';
import { DataError, dense, type LossName, sequential } from '../../src/index.ts';
import { lossNames, lossOf } from '../../src/loss/index.ts';

const refused: readonly [LossName, number[][], string][] = [
  ['binaryCrossentropy', [[1], [7]], 'a number in [0, 1]'],
  ['binaryCrossentropy', [[-3], [0]], 'a number in [0, 1]'],
  ['hinge', [[1], [0]], '-1 or 1'],
  ['squaredHinge', [[1], [0.5]], '-1 or 1'],
  [
    'categoricalCrossentropy',
    [
      [1, 0],
      [3, 4],
    ],
    'add up to 1',
  ],
  [
    'categoricalCrossentropy',
    [
      [1, 0],
      [0, 0],
    ],
    'add up to 1',
  ],
  [
    'kl',
    [
      [5, -4],
      [0.5, 0.5],
    ],
    'add up to 1',
  ],
];
const taken: readonly [LossName, number[][]][] = [
  ['binaryCrossentropy', [[0.5], [1]]],
  ['hinge', [[1], [-1]]],
  [
    'categoricalCrossentropy',
    [
      [0.25, 0.75],
      [0, 1],
    ],
  ],
  [
    'kl',
    [
      [0.25, 0.75],
      [0, 1],
    ],
  ],
  ['mse', [[7], [-3]]],
];
/** Numbers that are what a loss says it wants, and a row that is not. */
const WANTED: Readonly<Record<string, { readonly right: number[][]; readonly wrong?: number[][] }>> = {
  share: { right: [[0.5, 1], [0, 1]], wrong: [[1, 0], [0.5, 1.5]] }, // biome-ignore format: a row each would be a page
  side: { right: [[1, -1], [-1, 1]], wrong: [[1, -1], [0, 1]] }, // biome-ignore format: as above
  distribution: { right: [[0.25, 0.75], [0, 1]], wrong: [[0, 1], [0.5, 0.75]] }, // biome-ignore format: as above
  anything: { right: [[7, -3], [0, 1e3]] }, // biome-ignore format: as above
};
const all = lossNames.flatMap((name) =>
  lossOf(name)
    .targets([2, 2])
    .filter(({ kind }) => kind === 'values')
    .map(({ wants = 'anything' }) => [name, wants] as const),
);
const x = [[1], [2]];
const net = (y: number[][]) => sequential([dense(y[0]!.length)], { backend: 'typescript' });

describe('numbers that a loss is not defined for', () => {
  test.each(all)('%s takes what it wants, %s, and nothing else', async (loss, wants) => {
    const { right, wrong } = WANTED[wants]!;
    expect((await net(right).fit(x, right, { loss: loss as LossName, epochs: 1 })).epochs).toHaveLength(1);
    if (wrong === undefined) return;
    const refusal = net(wrong).fit(x, wrong, { loss: loss as LossName, epochs: 1 });
    await expect(refusal).rejects.toMatchObject({ name: 'DataError', facts: { row: 1 } });
  });

  test.each(refused)('%s refuses %j', async (loss, y, why) => {
    const error = await net(y)
      .fit(x, y, { loss, epochs: 1 })
      .catch((one: Error) => one);
    expect(error).toBeInstanceOf(DataError);
    expect((error as DataError).message).toContain(why);
    expect((error as DataError).facts['row']).toBeTypeOf('number');
  });

  test.each(taken)('%s takes %j', async (loss, y) => {
    expect((await net(y).fit(x, y, { loss, epochs: 1 })).epochs).toHaveLength(1);
  });
});
