import { activation, dense, input, type Model, model, NumericError, OptionError, sequential } from 'glia';
import { columns, Table } from 'glia/data';
import type { Explanation } from 'glia/explain';
import * as library from 'glia/explain';
import { expect, test } from 'vitest';
import type { BackendName } from '../../src/backend/backend.ts';
import { hitsOf, type Labelled } from '../../src/explain/labelled.ts';
import { methodNames, methods } from '../../src/explain/methods.ts';
import { lossOf } from '../../src/loss/index.ts';
import type { AskedModel } from '../../src/report/ask-model.ts';
import { dependenceOn } from '../../src/report/dependence.ts';
import { reachable } from '../support/exported.ts';
import { net, rightFor } from '../support/right-arguments.ts';
import { describeBackends } from '../train/backends.ts';
import { prepare as classes, linearModel, people } from './prepared.ts';

const { ale, counterfactual, deletion, infidelity, neurons, partialDependence, surrogateTree } = library;

// price rises by 200 with each unit of x, and z, which goes with x nowhere, does nothing.
const xs = [1, 2, 3, 4];
const tableOf = (price: (x: number) => number) =>
  Table.fromRows(xs.map((x, i) => ({ x, z: [1, -1, -1, 1][i]!, price: price(x) })));

/** A model that has learned the line: on columns and a target that are both scaled, its weights are 1 and 0. */
async function lineOn(table: Table, backend: BackendName): Promise<Model> {
  const prepare = columns({
    numeric: { of: ['x', 'z'], scale: 'standard' },
    target: { of: 'price', encode: 'none', scale: 'standard' },
  }).fit(table);
  const net = sequential([dense(1)], { prepare, backend });
  await net.setWeights({
    'dense1.weight': { shape: [1, 2], data: Float32Array.of(1, 0) },
    'dense1.bias': { shape: [1], data: new Float32Array(1) },
  });
  return net;
}

const table = tableOf((x) => 500 + 200 * x);
// float32 numbers of up to 1300, after a handful of roundings.
const ROUNDING = 2e-3;

function expectNear(got: ArrayLike<number>, wanted: readonly number[], about = ''): void {
  expect(got.length, about).toBe(wanted.length);
  wanted.forEach((value, i) => {
    expect(Math.abs(got[i]! - value), `${about} ${i}: ${got[i]}, wanted ${value}`).toBeLessThan(ROUNDING);
  });
}

describeBackends('a regression whose target is scaled', (backend) => {
  test.each(methodNames)('is explained in the units and by the name of its target by %s', async (name) => {
    const net = await lineOn(table, backend);
    const { run, compares, slides } = methods[name];
    const why: Explanation = await run(net, table, {
      ...(compares !== undefined && { background: table }),
      ...(compares === 'mean' && { baselines: 'mean' }),
      ...(slides && { window: 1 }),
    });
    expect([why.unit, why.output, why.outputNames]).toEqual(['price', 'value', ['price']]);
    expect(JSON.parse(JSON.stringify(why))).toMatchObject({ unit: 'price', output: 'value' });
    expectNear(why.outputs.data, [700, 900, 1100, 1300], name);
    const { data: values } = why.values;
    const ofX = Array.from(values).filter((_, i) => i % 2 === 0);
    if (why.convergenceDelta !== undefined) {
      const { baseValues, convergenceDelta } = why;
      expect(why.outputs.data.length).toBe(xs.length);
      xs.forEach((_, i) => {
        const sum = values[2 * i]! + values[2 * i + 1]!;
        const miss = sum - (why.outputs.data[i]! - baseValues.data[i]!);
        expect(Math.abs(miss - convergenceDelta.data[i]!)).toBeLessThan(ROUNDING);
      });
    }
    // A mean over the table is the middle of the line; drawn rows lie about it.
    if (compares !== undefined && why.stdError === undefined) {
      expectNear(ofX, [-300, -100, 100, 300], name);
      if (!slides) expectNear(why.baseValues.data, [1000, 1000, 1000, 1000], name);
    }
    // A slope is that over a scaled unit of x: 200 times its deviation, √1.25.
    if (name === 'saliency') expectNear(ofX, new Array(4).fill(200 * Math.sqrt(1.25)), name);
    if (name === 'saliency') expectNear(why.baseValues.data, [0, 0, 0, 0], name);
  });

  test('has curves, effects and a tree in them', async () => {
    const net = await lineOn(table, backend);
    const grid = { x: [0, 2.5, 5] };
    const dependence = await partialDependence(net, table, { feature: 'x', grid, kind: 'both' });
    expect([dependence.unit, dependence.outputNames]).toEqual(['price', ['price']]);
    expectNear(dependence.average![0]!, [500, 1000, 1500]);
    for (const curve of dependence.individual![0]!) expectNear(curve, [500, 1000, 1500]);
    const effects = await ale(net, table, { feature: 'x', bins: 3 });
    expect([effects.unit, effects.outputNames]).toEqual(['price', ['price']]);
    expectNear(effects.localEffects[0]!, [200, 200, 200]);
    const tree = await surrogateTree(net, table, { maxDepth: 1 });
    expect([tree.unit, tree.target]).toEqual(['price', 'price']);
    expectNear([tree.root.left!.value, tree.root.right!.value], [800, 1200]);
    expect(tree.rules[0]!.text).toMatch(/^if x <= 2\.5: 800/);
  });

  test('has curves of the report in them', async () => {
    const asked = { model: await lineOn(table, backend), task: 'regression' } as unknown as AskedModel;
    const { average, predicted } = (await dependenceOn(asked, 'x', table))!;
    expect(predicted).toBe('price');
    expectNear([average[0]!, average.at(-1)!], [700, 1300]);
  });

  test('is judged in them: what is said of it belongs to what it does', async () => {
    const net = await lineOn(table, backend);
    const slopes = await library.saliency(net, table, { absolute: false });
    const { mean, output } = await infidelity(net, slopes);
    expect(output).toBe('value');
    // (200 · √1.25 · float32 rounding)², of a function that its slopes tell exactly
    expect(mean).toBeLessThan(1e-3);
    const fallen = await deletion(net, slopes, { randomOrders: 0 });
    expect([fallen.unit, fallen.warnings]).toEqual(['price', []]);
    // x goes first and becomes its mean, and then z, which does nothing.
    expectNear(fallen.curves.data.subarray(0, 3), [700, 1000, 1000]);
  });

  test('has lesions in them', async () => {
    const deep = sequential([dense(1, { name: 'hidden' }), dense(1)], {
      prepare: (await lineOn(table, backend)).session.prepare!,
      backend,
    });
    await deep.setWeights({
      'hidden.weight': { shape: [1, 2], data: Float32Array.of(1, 0) },
      'hidden.bias': { shape: [1], data: new Float32Array(1) },
      'dense2.weight': { shape: [1, 1], data: Float32Array.of(1) },
      'dense2.bias': { shape: [1], data: new Float32Array(1) },
    });
    const { layers } = await neurons(deep, table, { loss: 'mse' });
    // To its mean: 300, 100, 100, 300 away.
    expectNear([layers[0]!.neurons[0]!.lesion!.output], [200]);
  });

  test('keeps small differences of large values', async () => {
    const far = tableOf((x) => 1e9 + x);
    const net = await lineOn(far, backend);
    const why = await library.shap(net, far, { background: far });
    expectNear(
      Array.from(why.values.data).filter((_, i) => i % 2 === 0),
      [-1.5, -0.5, 0.5, 1.5],
    );
    const { average } = await partialDependence(net, far, { feature: 'x', grid: { x: xs } });
    expectNear(
      average![0]!.map((value) => value - 1e9),
      xs,
    );
  });

  test('is refused where float32 does not hold its units', async () => {
    for (const size of [1e60, 1e-60]) {
      const net = await lineOn(
        tableOf((x) => size * x),
        backend,
      );
      await expect(library.saliency(net, table)).rejects.toBeInstanceOf(NumericError);
    }
  });

  test('says so on its pages and pictures, and nothing of logits', async () => {
    const net = await lineOn(table, backend);
    const why = await library.shap(net, table, { background: table });
    for (const text of [await why.toHtml(), why.toSvg()]) {
      expect(text).toMatch(/price/);
      expect(text).not.toMatch(/logit/);
    }
  });

  test('has no probabilities and no classes to explain', async () => {
    const net = await lineOn(table, backend);
    const output = 'probability';
    await expect(library.saliency(net, table, { output })).rejects.toThrow(
      /values of price, not probabilities/,
    );
    await expect(counterfactual(net, table.head(1))).rejects.toThrow(/gives values, not classes/);
    const labels = [0, 1, 1, 0];
    const { x } = net.session.prepare!.transform(table);
    await expect(library.temperature(net, x, labels)).rejects.toThrow(/gives values, not classes/);
    await expect(library.calibration(net, x, labels)).rejects.toThrow(/not probabilities/);
  });
});

describeBackends('what an output is called', (backend) => {
  const kinds = async (net: Model, x: readonly (readonly number[])[] = [[1, 2]]) => {
    const { output, unit } = await library.saliency(net, x as number[][]);
    return [output, unit];
  };
  const bare = { inputShape: [2], backend } as const;

  test('follows from what is known of it, never from a guess', async () => {
    expect(await kinds(sequential([dense(1)], bare))).toEqual(['value', 'value']);
    expect(await kinds(sequential([dense(2), activation('softmax')], bare))).toEqual(['logit', 'logit']);
    const named = await linearModel(backend, [
      [1, 0, 0, 0, 0],
      [0, 1, 0, 0, 0],
    ]);
    const { output, outputNames } = await library.saliency(named, people.head(2));
    expect([output, outputNames]).toEqual(['logit', classes.classes]);
    const trained = sequential([dense(2)], bare);
    await trained.fit([[1, 2]], [0], { loss: 'categoricalCrossentropy', epochs: 1 });
    expect(await kinds(trained)).toEqual(['logit', 'logit']);
    const bounded = sequential([dense(1), activation('sigmoid')], bare);
    expect(await kinds(bounded)).toEqual(['logit', 'logit']);
    await expect(library.saliency(trained, [[1, 2]], { output: 'value' })).rejects.toBeInstanceOf(
      OptionError,
    );
    const { output: kind } = await library.saliency(sequential([dense(1)], bare), [[1, 2]], {
      output: 'value',
    });
    expect(kind).toBe('value');
  });

  test('probabilities that nothing speaks of are not explained as some', async () => {
    const net = sequential([dense(2)], bare);
    const asked = library.saliency(net, [[1, 2]], { output: 'probability' });
    await expect(asked).rejects.toThrow(/nothing says how the outputs[\s\S]*softmax/);
  });

  test('what is not finite is explained by nothing', async () => {
    const net = await linearModel(backend, [
      [1e30, 0, 0, 0, 0],
      [0, 1, 0, 0, 0],
    ]);
    const far = [
      [0, 0, 0, 0, 0],
      [1e30, 0, 0, 0, 0],
    ];
    for (const method of [library.saliency, library.inputXGradient, surrogateTree]) {
      await expect(method(net, far)).rejects.toThrow(/gives Infinity for row 1/);
    }
    await expect(counterfactual(net, [far[1]!])).rejects.toBeInstanceOf(NumericError);
  });
});

test('a prediction of NaN hits no label, neither the first class nor no', () => {
  const labelled = (task: 'classes' | 'binary', y: Int32Array) =>
    ({
      loss: lossOf(task === 'classes' ? 'categoricalCrossentropy' : 'binaryCrossentropy'),
      data: {
        y: { data: y, shape: [1] },
        ignoreIndex: undefined,
        classes: task === 'classes' ? 2 : undefined,
      },
    }) as unknown as Labelled;
  const nan = Number.NaN;
  const none = { right: 0, counted: 1 };
  expect(hitsOf([nan, 0.5], 0, labelled('classes', Int32Array.of(0)), 0, 2)).toEqual(none);
  expect(hitsOf([0.5, nan], 0, labelled('classes', Int32Array.of(0)), 0, 2)).toEqual(none);
  expect(hitsOf([nan], 0, labelled('binary', Int32Array.of(0)), 0, 1)).toEqual(none);
  expect(hitsOf([0.2], 0, labelled('binary', Int32Array.of(0)), 0, 1)).toEqual({ right: 1, counted: 1 });
});

test('every function of glia/explain refuses a model with two outputs', async () => {
  const a = input([2]);
  const outputs = [dense(1).call(a), dense(1).call(a)] as const;
  const two = model({ inputs: a, outputs, backend: 'typescript' });
  const asked = (await reachable()).filter(
    ({ path, parameters }) =>
      path.startsWith('glia/explain: ') && /^(model|\.\.\.given)$/.test(parameters[0] ?? ''),
  );
  expect(asked.length).toBeGreaterThan(20);
  for (const one of asked) {
    const refused = one.call(...rightFor(one).map((value) => (value === net ? two : value)));
    await expect(refused, one.name).rejects.toThrow(/one input and one output|with one output/);
    await expect(refused, one.name).rejects.toBeInstanceOf(OptionError);
  }
});
