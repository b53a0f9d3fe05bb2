import { shap } from 'glia/explain';
import { expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { coalitionValues } from '../../src/explain/coalitions.ts';
import { kernelCoalitions } from '../../src/explain/kernel-coalitions.ts';
import { permutationShapley } from '../../src/explain/permutation-shapley.ts';
import { shapleyValues } from '../../src/explain/shapley-values.ts';
import { Subject } from '../../src/explain/subject.ts';
import { describeBackends } from '../train/backends.ts';
import { furthest, golden, type Net, networkOf, TOLERANCE } from './networks.ts';

interface Game {
  readonly base_value: number[];
  readonly f_x: number[];
  readonly shapley: number[][];
}
interface Golden {
  readonly input: number[];
  readonly baseline: number[];
  readonly background: number[][];
  readonly baseline_game: Game;
  readonly background_game: Game;
  readonly coalition_values: number[][];
  readonly grouped: { readonly feature_groups: number[][]; readonly shapley: number[][] };
  readonly kernel_weights: Record<string, number[]>;
  readonly antithetic_permutation_estimate: { readonly permutations: number[][]; readonly value: number[][] };
}
interface Xor {
  readonly net: Net;
  readonly inputs: number[][];
  readonly shapley_logit_background_4_points: number[][];
}

const wanted = golden<Golden>('shapley');
const { net } = golden<{ net: Net }>('mlp_relu');
const xor = golden<Xor>('xor');

describeBackends('Shapley values', (backend) => {
  test.each(['exact', 'kernel'] as const)(
    'by the %s algorithm are those of the references',
    async (algorithm) => {
      const model = await networkOf(net, 'relu', backend);
      for (const [background, game] of [
        [wanted.baseline, wanted.baseline_game],
        [wanted.background, wanted.background_game],
      ] as const) {
        const why = await shap(model, [wanted.input], { background, algorithm, target: 'all' });
        expect(why.values.shape).toEqual([1, 5, 3]);
        expect(furthest(why.values.data, game.shapley)).toBeLessThan(TOLERANCE);
        expect(furthest(why.baseValues.data, game.base_value)).toBeLessThan(TOLERANCE);
        expect(furthest(why.outputs.data, game.f_x)).toBeLessThan(TOLERANCE);
        expect(furthest(why.convergenceDelta!.data, [0, 0, 0])).toBeLessThan(TOLERANCE);
        expect(why.warnings).toEqual([]);
        expect(why.stdError).toBeUndefined();
      }
    },
  );

  test('of groups are those of the references, shared equally', async () => {
    const model = await networkOf(net, 'relu', backend);
    const groups = { first: [0, 1], last: [3, 4] };
    const why = await shap(model, [wanted.input], { background: wanted.baseline, groups, target: 0 });
    const [first, third, last] = wanted.grouped.shapley.map(([one]) => one!);
    expect(furthest(why.values.data, [first! / 2, first! / 2, third, last! / 2, last! / 2])).toBeLessThan(
      TOLERANCE,
    );
    const top = why.top();
    expect(top.map(({ feature }) => feature)).toEqual(['first', 'last', 'x2']);
    expect(
      furthest(
        top.map(({ attribution }) => attribution),
        [first, last, third],
      ),
    ).toBeLessThan(TOLERANCE);
  });

  test('of orders that are given are those of the references, as are the values of coalitions', async () => {
    const model = await networkOf(net, 'relu', backend);
    const subject = new Subject('test', model, [wanted.input], { target: 'all' });
    const background = Float32Array.from(wanted.baseline);
    const { permutations, value } = wanted.antithetic_permutation_estimate;
    const found = await shapleyValues(
      {
        subject,
        players: subject.featureNames.map((column, i) => ({ column, outputs: [i] })),
        games: [{ active: [0, 1, 2, 3, 4], rows: [0] }],
        background,
        design: (players) => permutationShapley(permutations, players),
        targets: new Int32Array(1),
      },
      (done) => done,
    );
    expect(furthest(found.values, value)).toBeLessThan(TOLERANCE);
    const keep = (c: number, z: Float32Array, at: number): void => {
      for (let i = 0; i < 5; i++) if (c & (1 << i)) z[at + i] = 1;
    };
    const values = await coalitionValues({
      subject,
      x: subject.x,
      background,
      count: 32,
      keep,
      asked: () => [0, 1, 2],
    });
    const byOutput = [0, 1, 2].map((k) => wanted.coalition_values.map((v) => v[k]!));
    expect(furthest(values, byOutput)).toBeLessThan(TOLERANCE);
  });

  test('of XOR are those of the references', async () => {
    const model = await networkOf(xor.net, 'tanh', backend);
    const why = await shap(model, xor.inputs, { background: xor.inputs });
    expect(furthest(why.values.data, xor.shapley_logit_background_4_points)).toBeLessThan(TOLERANCE);
  });
});

test('kernel weights are those of the references', () => {
  for (const [M, weights] of Object.entries(wanted.kernel_weights)) {
    const found = kernelCoalitions(Number(M), 2 ** Number(M), Random.of(0, 'test'));
    expect(found.weights).toHaveLength(2 ** Number(M) / 2 - 1);
    const bySize = new Map<number, number>();
    found.weights.forEach((weight, pair) => {
      const members = found.members.subarray(pair * Number(M), (pair + 1) * Number(M));
      const size = members.reduce((a, b) => a + b, 0);
      bySize.set(size, weight).set(Number(M) - size, weight);
    });
    const sizes = weights.map((_, i) => bySize.get(i + 1)!);
    expect(furthest(sizes, weights)).toBeLessThan(1e-12);
  }
});
