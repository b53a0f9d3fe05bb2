import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { generateRow } from '../../src/backend/generate.ts';
import { interpretRow, type Row, type RowPlan } from '../../src/backend/row.ts';
import { arrayFor, type NumberArray } from '../../src/base/dtype.ts';
import { Random } from '../../src/base/random.ts';
import { allOps, type OpEntry } from '../../src/ir/op.ts';
import '../../src/ops/index.ts';

/** Elements of a row: more than a tile, and no multiple of anything. */
const N = 1031;
const PRECISIONS = ['float32', 'float64'] as const;
/** Numbers on which ops part: beyond float32 in what they give, too. */
const ODD = [0, -0, 1, -1, 2.5, -2.5, 1e-40, 3e38, -3e38, 89, -104, Infinity, -Infinity, Number.NaN];
const elementwise = allOps().filter(({ map }) => map !== undefined);
const random = Random.of(1, 'rows');
const pick = <T>(from: readonly T[]): T => from[random.integer(from.length)]!;
const draw = () => (random.integer(3) === 0 ? pick(ODD) : 4 * random.uniform() - 2);

afterEach(() => vi.unstubAllGlobals());

/** What a row makes of fresh numbers, the same for each row; `over` names the input whose array an output takes. */
function outputsOf(row: Row, plan: RowPlan, numbers: readonly number[][], over?: readonly [number, number]) {
  const { strides, outputs, precision } = plan;
  const data = [...strides, ...outputs].map(() => arrayFor('f32', 5 + 3 * N, precision));
  numbers.forEach((values, k) => {
    data[k]!.set(values);
  });
  if (over !== undefined) data[strides.length + over[1]] = data[over[0]]!;
  row(
    data,
    data.map(() => 5),
    N,
  );
  return data.slice(strides.length);
}

/** Numbers for each input, with some before its position and some behind its end. */
function numbersFor({ strides }: RowPlan): number[][] {
  return strides.map(() => Array.from({ length: 5 + 3 * N }, draw));
}

/** First place where two lists of arrays differ, in any bit but those of NaN. */
function difference(got: readonly NumberArray[], want: readonly NumberArray[]): string | undefined {
  for (const [o, values] of want.entries()) {
    const i = values.findIndex((value, i) => !Object.is(value, got[o]![i]));
    if (i !== -1) return `output ${o} at ${i}: ${got[o]![i]} is not ${values[i]}`;
  }
  return undefined;
}

function expectSame(plan: RowPlan, what: string, over?: readonly [number, number]): void {
  const numbers = numbersFor(plan);
  const generated = outputsOf(generateRow(plan)!, plan, numbers, over);
  const interpreted = outputsOf(interpretRow(plan), plan, numbers, over);
  expect(difference(generated, interpreted), what).toBeUndefined();
}

/** A plan of some ops with random wiring, strides and outputs. */
function randomPlan(size: number, precision: RowPlan['precision']): RowPlan {
  const strides = Array.from({ length: 1 + random.integer(4) }, () => random.integer(4));
  const body = Array.from({ length: size }, (_, i) => {
    const { map, inputs } = pick(elementwise);
    return { map: map!, args: inputs.map(() => random.integer(strides.length + i)) };
  });
  const outputs = Array.from({ length: 1 + random.integer(3) }, () => random.integer(strides.length + size));
  return { strides, body, outputs, precision };
}

/** The plan of one op. */
function planOf({ map, inputs }: OpEntry, stride: number, precision: RowPlan['precision']): RowPlan {
  const args = inputs.map((_, i) => i);
  return { strides: args.map(() => stride), body: [{ map: map!, args }], outputs: [args.length], precision };
}

describe.each(PRECISIONS)('a generated row in %s', (precision) => {
  test.each(elementwise.map((op) => [op.name, op] as const))('computes %s as its map does', (_, op) => {
    for (const stride of [0, 1, 3]) {
      const plan = planOf(op, stride, precision);
      const numbers = numbersFor(plan);
      const [got] = outputsOf(generateRow(plan)!, plan, numbers);
      const inputs = numbers.map((values) =>
        arrayFor('f32', values.length, precision).map((_, i) => values[i]!),
      );
      const want = arrayFor('f32', got!.length, precision);
      for (let i = 0; i < N; i++) want[5 + i] = op.map!(...inputs.map((x) => x[5 + i * stride]!));
      expect(difference([got!], [want]), `${op.name} by ${stride}`).toBeUndefined();
    }
  });

  test.each(elementwise.map((op) => [op.name, op] as const))(
    'gives the bits of shared loops for %s',
    (_, op) => {
      for (const stride of [0, 1, 3]) expectSame(planOf(op, stride, precision), `by ${stride}`);
      for (const input of op.inputs.keys()) {
        expectSame(planOf(op, 1, precision), `over input ${input}`, [input, 0]);
      }
    },
  );

  test('gives the bits of shared loops for ops that feed each other', () => {
    for (let seed = 0; seed < 200; seed++) {
      const plan = randomPlan(1 + (seed % 20), precision);
      expectSame(plan, JSON.stringify({ ...plan, body: plan.body.map(({ args }) => args) }));
    }
  });
});

describe('where making functions from text is forbidden', () => {
  test('no row is generated', () => {
    vi.stubGlobal('Function', function refuse() {
      throw new EvalError('forbidden');
    });
    expect(generateRow(randomPlan(3, 'float32'))).toBeUndefined();
  });

  // Only where a build is there: the flag is for a whole process.
  test.skipIf(!existsSync('dist/index.js'))('a model learns the same numbers', () => {
    const script = `
      import { adam, dense, dropout, sequential } from './dist/index.js';
      let forbidden = false;
      try { new Function(''); } catch { forbidden = true; }
      const model = sequential([dense(9, { activation: 'tanh' }), dropout(0.2), dense(3)], { inputShape: [4], seed: 3 });
      const x = Array.from({ length: 60 }, (_, i) => [0, 1, 2, 3].map((j) => Math.sin(12.9898 * (4 * i + j))));
      const y = Int32Array.from(x, ([a, b]) => (a > 0 ? 1 : 0) + (b > 0 ? 1 : 0));
      const optimizer = adam({ learningRate: 0.01, clipNorm: 1 });
      await model.fit(x, y, { loss: 'categoricalCrossentropy', optimizer, batchSize: 16, epochs: 3 });
      const { data } = await model.predict(x);
      console.log(JSON.stringify({ forbidden, bits: Buffer.from(data.buffer).toString('hex') }));
    `;
    const [free, bound] = [[], ['--disallow-code-generation-from-strings']].map((flags) => {
      const { stdout, stderr } = spawnSync(
        process.execPath,
        [...flags, '--input-type=module', '--eval', script],
        { encoding: 'utf8', env: { ...process.env, GLIA_BACKEND: 'typescript' } },
      );
      expect(stderr).toBe('');
      return JSON.parse(stdout) as { forbidden: boolean; bits: string };
    });
    expect([free!.forbidden, bound!.forbidden]).toEqual([false, true]);
    expect(bound!.bits).toBe(free!.bits);
  });
});
