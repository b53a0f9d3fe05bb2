import { dense, type Model, sequential } from 'glia';
import { columns, type Prepared, Table } from 'glia/data';
import { counterfactual } from 'glia/explain';
import { describe, expect, test } from 'vitest';
import type { BackendName } from '../../src/backend/backend.ts';
import { Random } from '../../src/base/random.ts';
import type { RowObject } from '../../src/train/predict.ts';
import { describeBackends } from '../train/backends.ts';
import { furthest } from './networks.ts';
import { linearModel, people, peopleModel, prepare as peoplePrepare } from './prepared.ts';

/** Counts, amounts and flags; the target does not matter. */
const customers = Table.fromRows(
  Array.from({ length: 30 }, (_, i) => ({
    visits: (i * 7) % 12,
    income: 1000.5 + 37.25 * i,
    member: i % 3 === 0,
    left: i % 2 === 0 ? 'yes' : 'no',
  })),
);
const prepare = columns({
  numeric: { of: ['visits', 'income', 'member'], scale: 'standard' },
  target: { of: 'left', encode: 'label' },
}).fit(customers);

/** A logit of yes that is linear in the values themselves: `Σ w (value - boundary)`. */
async function inValues(
  backend: BackendName,
  weights: readonly number[],
  boundary: readonly number[],
  prepared: Prepared = prepare,
): Promise<Model> {
  const inputs = prepared.toJSON().inputs.map((input) => {
    if (input.kind !== 'numeric') throw new Error('numbers only');
    return input;
  });
  const model = sequential([dense(1)], { inputShape: [inputs.length], prepare: prepared, backend });
  const bias = inputs.reduce((sum, { shift }, j) => sum + weights[j]! * (shift - boundary[j]!), 0);
  await model.setWeights({
    'dense1.weight': {
      shape: [1, inputs.length],
      data: Float32Array.from(inputs, ({ scale }, j) => weights[j]! * scale),
    },
    'dense1.bias': { shape: [1], data: Float32Array.of(bias) },
  });
  return model;
}

const said = async (model: Model, row: object) =>
  ((await model.predict(row as RowObject)) as { class?: string }).class;

describeBackends('counterfactual in whole steps', (backend) => {
  test('goes to the next count that flips, where plain rounding would undo it', async () => {
    // Yes from 5.2 on: the nearest number is 5.2, the nearest whole number of it 5, which is no.
    const model = await inValues(backend, [1, 0, 0], [5.2, 0, 0]);
    const row = { visits: 2, income: 1100, member: false };
    for (const options of [{ data: customers }, {}]) {
      const got = await counterfactual(model, row, { ...options, target: 'yes' });
      expect([got.valid, got.changed]).toEqual([true, [{ feature: 'visits', from: 2, to: 6 }]]);
      expect(await said(model, got.row)).toBe('yes');
      // The margin of 6 visits, not that of 5.2.
      expect(got.margin).toBeCloseTo(5.2 - 6, 5);
      const { scale } = prepare.toJSON().inputs[0] as { scale: number };
      expect(got.input[0]! - prepare.transformRow(row).data[0]!).toBeCloseTo(4 / scale, 5);
    }
    // The median is 5.5, the median distance from it 3.5.
    const { distance } = await counterfactual(model, row, { data: customers, target: 'yes' });
    expect(distance).toBeCloseTo(4 / 3.5, 5);
    const free = await counterfactual(model, row, { data: customers, target: 'yes', whole: false });
    expect(free.changed[0]!.to).toBeCloseTo(5.2, 2);
  });

  test('moves other numbers to what is nearest then, and a flag to the other', async () => {
    const model = await inValues(backend, [1, 0.01, 0.5], [5.3, 1100, 0]);
    const row = { visits: 3, income: 1100, member: false };
    const got = await counterfactual(model, row, { data: customers, target: 'yes', distance: 'l2' });
    expect([got.valid, await said(model, got.row)]).toEqual([true, 'yes']);
    expect(Number.isInteger(got.row['visits'])).toBe(true);
    expect(typeof got.row['member']).toBe('boolean');
    // What wins, wins by the margin alone: income takes what the counts leave.
    expect(got.margin).toBeLessThan(0);
    expect(got.margin).toBeGreaterThan(-0.002);
    const flag = await inValues(backend, [0, 0, 1], [0, 0, 0.3]);
    for (const options of [{ data: customers }, {}]) {
      const other = await counterfactual(flag, row, { ...options, target: 'yes' });
      expect(other.changed).toEqual([{ feature: 'member', from: false, to: true }]);
      expect(other.row['member']).toBe(true);
      const back = await counterfactual(flag, { ...row, member: true }, { ...options, target: 'no' });
      expect(back.changed).toEqual([{ feature: 'member', from: true, to: false }]);
    }
    // A flag has no third value.
    const beyond = await inValues(backend, [0, 0, 1], [0, 0, 1.5]);
    const never = await counterfactual(beyond, row, { target: 'yes' });
    expect([never.valid, [false, true].includes(never.row['member'] as boolean)]).toEqual([false, true]);
  });

  test('keeps to whole values within the limits', async () => {
    const model = await inValues(backend, [1, 0, 0], [5.2, 0, 0]);
    const row = { visits: 2, income: 1100, member: false };
    const near = await counterfactual(model, row, { target: 'yes', ranges: { visits: [2, 6.9] } });
    expect([near.valid, near.row['visits']]).toEqual([true, 6]);
    // 5.9 would do, 5 does not.
    const none = await counterfactual(model, row, { target: 'yes', ranges: { visits: [2, 5.9] } });
    expect([none.valid, none.row['visits'], none.warnings.length]).toEqual([false, 5, 1]);
    expect(none.margin).toBeCloseTo(0.2, 5);
    const any = await counterfactual(model, row, {
      target: 'yes',
      ranges: { visits: [2, 5.9] },
      whole: false,
    });
    expect(any.valid).toBe(true);
  });

  test('says of an income that it is whole where it is asked to, and of a row of half a visit that it is not', async () => {
    const model = await inValues(backend, [0, 1, 0], [0, 1234.5, 0]);
    const row = { visits: 2, income: 1100.25, member: false };
    const got = await counterfactual(model, row, { target: 'yes', whole: ['income'] });
    expect(got.changed).toEqual([{ feature: 'income', from: 1100.25, to: 1235 }]);
    const half = await inValues(backend, [1, 0, 0], [5.2, 0, 0]);
    const other = await counterfactual(half, { ...row, visits: 2.5 }, { data: customers, target: 'yes' });
    expect(other.changed[0]!.to).toBeCloseTo(5.2, 2);
  });

  test('leaves alone what was constant in training, of which the model knows nothing', async () => {
    const table = customers.derive('site', () => 7);
    const prepared = columns({ numeric: { of: ['visits', 'site'] }, target: { of: 'left' } }).fit(table);
    const model = await inValues(backend, [1, 100], [5.2, 7], prepared);
    const got = await counterfactual(model, { visits: 2, site: 7 }, { target: 'yes' });
    expect(got.changed).toEqual([{ feature: 'visits', from: 2, to: 6 }]);
  });

  test('is as near as brute force finds over whole numbers, by three counts and any weights', async () => {
    const random = Random.of(11, 'weights');
    for (let run = 0; run < 6; run++) {
      const weights = Array.from({ length: 3 }, () => 0.3 + random.uniform());
      const model = await linearModel(backend, [weights], [-2 - 4 * random.uniform()]);
      const distance = run % 2 === 0 ? 'l1' : 'l2';
      const logit = (x: readonly number[]) => x.reduce((sum, value, j) => sum + value * weights[j]!, bias);
      const bias = (await model.predict([[0, 0, 0]])).data[0]!;
      const got = await counterfactual(model, [[0, 0, 0]], {
        target: 1,
        distance,
        whole: [0, 1, 2],
        margin: 1e-3,
      });
      expect(got.input.every(Number.isInteger)).toBe(true);
      expect([got.valid, logit(got.input) > 0]).toEqual([true, true]);
      const cells = Array.from({ length: 21 ** 3 }, (_, i) => [
        i % 21,
        Math.floor(i / 21) % 21,
        Math.floor(i / 441),
      ]);
      const far = (x: number[]) => (distance === 'l1' ? x.reduce((a, b) => a + b) : Math.hypot(...x));
      const nearest = Math.min(...cells.filter((x) => logit(x) >= 1e-3).map(far));
      expect(got.distance).toBeCloseTo(nearest, 5);
    }
  });

  test('never says valid of a row to which the model says something else', async () => {
    const model = peopleModel(backend);
    await model.fit(people, { loss: 'categoricalCrossentropy', epochs: 20, learningRate: 0.05 });
    for (const row of people.toRows().slice(0, 5)) {
      for (const options of [{ data: people }, {}, { data: people, ranges: { age: [30, 31.5] as const } }]) {
        const got = await counterfactual(model, row, options);
        for (const column of ['age', 'height']) expect(Number.isInteger(got.row[column])).toBe(true);
        expect((await said(model, got.row)) === got.target).toBe(got.valid);
        expect(furthest(got.input, [...peoplePrepare.transformRow(got.row as RowObject).data])).toBeLessThan(
          1e-6,
        );
      }
    }
  });
});

describe('whole refuses', () => {
  const row = { age: 40, height: 170, plan: 'basic' };
  test.each([
    [{ whole: true }, /whole must be a list of columns, or false/],
    [{ whole: 'age' }, /whole must be a list of columns, or false/],
    [{ whole: ['agee'] }, /there is no column "agee"/],
    [{ whole: ['plan'] }, /"plan", of which whole speaks, holds no numbers/],
    [
      { whole: ['age'], ranges: { age: [30.2, 30.8] } },
      /the range of "age" has no whole number, came 30.2, 30.8/,
    ],
  ])('%j', async (options, message) => {
    await expect(counterfactual(peopleModel('typescript'), row, options as object)).rejects.toThrow(message);
  });
});
