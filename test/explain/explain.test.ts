import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { columns, Table } from '../../src/data/index.ts';
import { explain, integratedGradients, saliency } from '../../src/explain/index.ts';
import { methodNames, methods } from '../../src/explain/methods.ts';
import { dense, type Model, sequential } from '../../src/index.ts';

const random = Random.of(3, 'people');
const people = Table.fromRows(
  Array.from({ length: 120 }, () => {
    const age = Math.round(20 + 40 * random.uniform());
    const plan = random.uniform() < 0.5 ? 'basic' : '<b>plus</b>';
    return {
      age,
      plan,
      left: age > 40 && plan === 'basic' ? 'yes' : 'no',
      pays: 3 * age + (plan === 'basic' ? 0 : 50),
    };
  }),
);
const inputs = { numeric: { of: ['age'], scale: 'standard' as const }, categorical: { of: ['plan'] } };

async function trained(target: 'left' | 'pays', activation: 'relu' | 'tanh' = 'relu'): Promise<Model> {
  const encode = target === 'left' ? ('label' as const) : ('none' as const);
  const scale = target === 'left' ? {} : { scale: 'standard' as const };
  const prepare = columns({ ...inputs, target: { of: target, encode, ...scale } }).fit(people);
  const model = sequential([dense(8, { activation }), dense(target === 'left' ? 2 : 1)], {
    seed: 1,
    prepare,
  });
  const loss = target === 'left' ? 'categoricalCrossentropy' : 'mse';
  await model.fit(people, { loss, epochs: 60, learningRate: 0.02 });
  return model;
}

const row = { age: 55, plan: 'basic' };
let left: Model;
let pays: Model;
beforeAll(async () => {
  [left, pays] = [await trained('left'), await trained('pays')];
});

describe('explain', () => {
  test('says what is predicted, by which columns, and whether it adds up', async () => {
    const why = await explain(left, row, { target: 'yes' });
    expect(why.prediction).toEqual(await left.predict(row));
    expect(why.attributions.map(({ feature }) => feature).sort()).toEqual(['age', 'plan']);
    expect(why.attributions.find(({ feature }) => feature === 'plan')!.value).toBe('basic');
    const sum = why.attributions.reduce((total, { attribution }) => total + attribution, 0);
    expect(Math.abs(sum - (why.output - why.baseValue))).toBeCloseTo(why.checks.completenessError!, 5);
    expect(why.outputName).toBe('yes');
  });

  test('refuses options of another method, and misses nothing where a method is exact', async () => {
    const wrong = explain(left, row, { nSteps: 1, method: 'shap', background: people });
    await expect(wrong).rejects.toThrow(/nSteps/);
    const exact = await explain(left, row, { method: 'shap', background: people });
    expect(exact.checks.completenessError).toBeLessThan(1e-4);
  });

  test('a background is the mean to compare with, where a method compares with one row', async () => {
    const why = await explain(left, row, { background: people, target: 'yes', nSteps: 20 });
    const same = await integratedGradients(left, row, {
      nSteps: 20,
      baselines: 'mean',
      background: people,
      target: 'yes',
    });
    expect(why.explanation.values.data).toEqual(same.values.data);
    expect(why.explanation.options).toMatchObject({ baselines: 'mean' });
  });

  test.each(methodNames)('%s explains a row', async (method) => {
    const { compares, slides } = methods[method];
    const needed = { ...(compares === 'background' && { background: people }), ...(slides && { window: 1 }) };
    const why = await explain(left, row, { method, ...needed });
    expect(why.attributions).toHaveLength(2);
    expect(why.explanation.method).toBe(method);
    expect(why.checks.completenessError === undefined).toBe(why.explanation.convergenceDelta === undefined);
    expect(why.toSvg()).toMatch(/^<svg/);
  });

  test('paths are exact where the model is linear in pieces, and the error is stated where it is not', async () => {
    const exact = await explain(left, row);
    expect(exact.explanation.options).toMatchObject({ method: 'exact' });
    expect(exact.checks.completenessError).toBeLessThan(1e-5);
    const bent = await explain(await trained('left', 'tanh'), row);
    expect(bent.explanation.options).toMatchObject({ method: 'gausslegendre', nSteps: 200 });
    expect(bent.checks.completenessError).toBeLessThan(1e-4);
  });

  test('a cell that is missing is told as missing', async () => {
    const { attributions } = await explain(left, { age: null, plan: 'basic' });
    expect(attributions.find(({ feature }) => feature === 'age')!.value).toBeNull();
  });

  test('a regression is explained in the units of its target', async () => {
    const why = await explain(pays, row, { method: 'shap', background: people });
    expect(why.output).toBeCloseTo((why.prediction as { value: number }).value, 2);
    const mean = people.column('pays').values as Float64Array;
    expect(Math.abs(why.baseValue - mean.reduce((a, b) => a + b) / mean.length)).toBeLessThan(8);
    expect([why.outputName, why.explanation.unit]).toEqual(['pays', 'pays']);
    expect(why.checks.completenessError).toBeLessThan(1e-2);
    const plain = await explain(pays, row, { method: 'saliency' });
    expect(plain.baseValue).toBe(0);
  });

  test('a list of numbers is a row', async () => {
    const net = sequential([dense(1)], { inputShape: [3], seed: 2 });
    const why = await explain(net, [1, 2, 3]);
    expect(why.attributions).toHaveLength(3);
    expect((await explain(net, new Float32Array([1, 2, 3]))).attributions).toEqual(why.attributions);
    await expect(explain(net, [1, 2])).rejects.toMatchObject({ name: 'ShapeError' });
  });

  test('what cannot be is refused, and the message says what can', async () => {
    await expect(explain(left, row, { method: 'integratedGradient' as never })).rejects.toThrow(
      /integratedGradients/,
    );
    await expect(explain(left, row, { target: 'maybe' })).rejects.toThrow(/no, yes/);
    await expect(explain(left, row, { target: 'all' })).rejects.toThrow(/one output/);
    await expect(explain(left, [row, row] as never)).rejects.toThrow(/one row, got 2/);
    await expect(explain(left, { aeg: 3 })).rejects.toThrow(/age/);
    await expect(explain(left, row, null as never)).rejects.toMatchObject({ name: 'OptionError' });
    await expect(explain({} as never, row)).rejects.toMatchObject({ name: 'OptionError' });
  });
});

describe('pages and pictures', () => {
  test('an explanation as a page holds its rows, its checks and its warnings, and text stays text', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'glia-why-')), 'why.html');
    const explanation = await integratedGradients(left, people.head(3), { nSteps: 1 });
    const page = await explanation.toHtml(path);
    expect(readFileSync(path, 'utf8')).toBe(page);
    expect(page.match(/<svg/g)).toHaveLength(3);
    expect(page).toContain('&lt;b&gt;plus');
    expect(page).not.toContain('<b>plus');
    expect(page).toContain('miss the difference');
    expect(await explanation.toHtml()).toBe(page);
  });

  test('an explanation as a picture: a waterfall where it adds up, bars where it need not', async () => {
    const adds = await integratedGradients(left, row);
    expect(adds.toSvg()).toContain('base value');
    const slopes = await saliency(left, row);
    expect(slopes.toSvg()).not.toContain('base value');
    expect(adds.toSvg({ row: 0, title: 'mine' })).toContain('mine');
    expect(() => adds.toSvg({ row: 1 })).toThrow(/no row 1/);
    expect(() => adds.toSvg({ theem: 'dark' } as never)).toThrow(/theme/);
  });

  test('every output of an explanation of all can be drawn', async () => {
    const all = await integratedGradients(left, people.head(2), { target: 'all' });
    expect(all.toSvg({ row: 1, at: 0 })).toContain('to no ');
    expect(all.toSvg({ row: 1, at: 1 })).toContain('to yes ');
    expect(() => all.toSvg({ at: 2 })).toThrow(/no output 2/);
  });

  test('a history as a page', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'glia-why-')), 'curves.html');
    const history = await left.fit(people, {
      loss: 'categoricalCrossentropy',
      epochs: 70,
      metrics: ['accuracy'],
    });
    const page = await history.toHtml(path);
    expect(readFileSync(path, 'utf8')).toBe(page);
    expect(page).toContain('accuracy');
    expect(page).toContain('<td>70</td>');
    expect(structuredClone(history).stopReason).toBe('completed');
    expect(Object.keys(history)).toEqual([
      'epochs',
      'final',
      'best',
      'stopReason',
      'steps',
      'updates',
      'warnings',
    ]);
  });
});
