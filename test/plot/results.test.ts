import { dense, type History, type Model, metrics, sequential } from 'glia';
import { weightSnapshots } from 'glia/callbacks';
import * as explain from 'glia/explain';
import { beforeAll, describe, expect, test } from 'vitest';
import { CLAIMS, PARTS } from '../../bench/coverage-claims.mjs';
import { GliaError } from '../../src/base/errors.ts';
import { methodNames, methods } from '../../src/explain/methods.ts';
import * as plot from '../../src/plot/index.ts';
import { people, peopleModel, prepare } from '../explain/prepared.ts';
import { exportsOf, read } from '../support/sources.ts';
import { everyElement, parseXml } from '../support/xml.ts';
import { outside } from './bounds.ts';

/** A network over pictures of 4 × 4, which have no columns. */
const pictures = { data: Float32Array.from({ length: 96 }, (_, i) => Math.sin(i)), shape: [6, 16] };
const half = people.take(Array.from({ length: 20 }, (_, i) => i));
const rest = people.take(Array.from({ length: 20 }, (_, i) => 20 + i));
const one = people.take([3]);

let model: Model;
let pixels: Model;
let history: History;
const snapshots = weightSnapshots();
const log = explain.attributionLog({ rows: half });

beforeAll(async () => {
  model = peopleModel('typescript');
  const fit = { loss: 'categoricalCrossentropy', epochs: 3, batchSize: 10, validation: rest } as const;
  history = await model.fit(half, { ...fit, callbacks: [snapshots, log] });
  pixels = sequential([dense(3)], { inputShape: [16], seed: 1, backend: 'typescript' });
});

/** Attributions that others judge. */
const judged = () => explain.saliency(model, half);

interface Kind {
  readonly make: () => unknown;
  /** The pictures that take it. */
  readonly pictures: readonly string[];
  /** What has no `toSvg`: weights, and results of metrics. */
  readonly bare?: true;
}

const OF_ROWS = ['bar', 'beeswarm', 'heatmap', 'scatter', 'waterfall', 'force'];

/** Every method of attribution, with the options that it needs. */
const attributions = methodNames.map((name): [string, Kind] => {
  const { run, compares, slides } = methods[name];
  const needed = { ...(compares === 'background' && { background: rest }), ...(slides && { window: 1 }) };
  return [name, { make: () => run(model, half, needed), pictures: OF_ROWS }];
});

/** All that is computed, by the function that computes it. One that is missing here fails the test below. */
const kinds: Readonly<Record<string, Kind>> = {
  explain: { make: () => explain.explain(model, one), pictures: OF_ROWS },
  ...Object.fromEntries(attributions),
  'shap of drawn coalitions': {
    make: () => explain.shap(model, half, { background: rest, algorithm: 'permutation', nSamples: 80 }),
    pictures: OF_ROWS,
  },
  permutationImportance: { make: () => explain.permutationImportance(model, half), pictures: ['bar'] },
  partialDependence: {
    make: () => explain.partialDependence(model, half, { feature: 'age', kind: 'both', gridSize: 5 }),
    pictures: ['partialDependence'],
  },
  'partialDependence of categories': {
    make: () => explain.partialDependence(model, half, { feature: 'plan' }),
    pictures: ['partialDependence'],
  },
  'partialDependence of two columns': {
    make: () => explain.partialDependence(model, half, { features: ['age', 'plan'], gridSize: 4 }),
    pictures: ['heatmap'],
  },
  ale: { make: () => explain.ale(model, half, { feature: 'age' }), pictures: ['ale'] },
  calibration: { make: () => explain.calibration(model, half), pictures: ['reliabilityDiagram'] },
  temperature: { make: () => explain.temperature(model, half), pictures: ['bar'] },
  deletion: { make: async () => explain.deletion(model, await judged()), pictures: ['deletionCurve'] },
  insertion: { make: async () => explain.insertion(model, await judged()), pictures: ['deletionCurve'] },
  faithfulness: {
    make: async () => explain.faithfulness(model, await judged()),
    pictures: ['deletionCurve'],
  },
  infidelity: { make: async () => explain.infidelity(model, await judged()), pictures: ['bar'] },
  sensitivity: { make: () => explain.sensitivity(model, half, explain.saliency), pictures: ['bar'] },
  sanityCheck: {
    make: () => explain.sanityCheck(model, half, explain.saliency, { repeats: 2 }),
    pictures: ['bar'],
  },
  influence: {
    make: () => explain.influence(model, half, rest, { checkpoints: snapshots.weights }),
    pictures: ['proponents', 'heatmap'],
  },
  memorization: {
    make: () => explain.memorization(model, half, { checkpoints: snapshots.weights }),
    pictures: ['proponents', 'bar'],
  },
  neurons: { make: () => explain.neurons(model, half), pictures: ['bar'] },
  surrogateTree: { make: () => explain.surrogateTree(model, half), pictures: ['tree'] },
  shortcut: { make: () => explain.shortcut(model, half, undefined, 'plan'), pictures: ['bar'] },
  leakage: { make: () => explain.leakage(half, rest, { target: 'left' }), pictures: ['bar'] },
  counterfactual: {
    make: () => explain.counterfactual(model, one, { data: half }),
    pictures: ['changes'],
  },
  audit: {
    make: () => explain.audit(model, half, { methods: { saliency: explain.saliency }, rows: 5 }),
    pictures: ['bar'],
  },
  attributionLog: { make: () => log, pictures: ['heatmap', 'bar'] },
  'an explanation of pictures': {
    make: () => explain.inputXGradient(pixels, pictures),
    pictures: [...OF_ROWS, 'heatmapOverlay'],
  },
  fit: { make: () => history, pictures: ['learningCurves'] },
  weights: { make: () => model.weights(), pictures: ['weightHistograms', 'network'], bare: true },
  weightSnapshots: { make: () => snapshots, pictures: ['weightHistograms', 'network'], bare: true },
  'metrics.confusionMatrix': {
    make: () => metrics.confusionMatrix([0, 1, 1], [0, 1, 0]),
    pictures: ['confusionMatrix'],
    bare: true,
  },
  'metrics.rocCurve': {
    make: () => metrics.rocCurve([0.1, 0.4, 0.8], [0, 1, 1]),
    pictures: ['rocCurve'],
    bare: true,
  },
};

/** What a number may be uncertain by, by the names that are usual for it. */
const UNCERTAIN = /std|err(or)?$|interval|confidence|varianc|deviation|spread|lower|upper|bound|margin/i;
/** Names that sound like it and are none: what they are instead. */
const CERTAIN: Readonly<Record<string, string>> = {
  std: 'how far repeats lie apart, of permutationImportance',
  variance: 'of what a unit answers to the rows',
  confidence: 'a probability that the model gives',
  completenessError: 'by how much a sum is missed',
  stdev: 'an option',
  margin: 'by how much the wanted class leads, of counterfactual',
};

/** Paths in a result to what its numbers are uncertain by, without positions. */
function uncertain(value: unknown, path: string): string[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((one) => uncertain(one, path));
  return Object.entries(value).flatMap(([key, one]) =>
    UNCERTAIN.test(key) && !(key in CERTAIN) ? [`${path}.${key}`] : uncertain(one, `${path}.${key}`),
  );
}

/** What of a function's results the bench measures, for a path in the result of one that holds it. */
function measuredAs(path: string): string {
  const part = Object.entries(PARTS).find(([prefix]) => path.startsWith(`${prefix}.`));
  return part === undefined ? path : `${part[1]}${path.slice(part[0].length)}`;
}

/** Pictures of what no function of glia gives in one piece: their data are made of predictions. */
const OF_PREDICTIONS = ['decisionBoundary'];
/** Options without which a result is no picture. */
const options: Readonly<Record<string, object>> = { heatmapOverlay: { imageWidth: 4 } };

const all = Object.entries(plot).filter(([, value]) => typeof value === 'function') as [
  string,
  (data: unknown, options?: object) => string,
][];
const marksOf = (svg: string): number =>
  everyElement(parseXml(svg)).filter(({ attributes }) => /\bmark\b/.test(attributes['class'] ?? '')).length;

describe('the table of results and pictures', () => {
  test('has every function of glia/explain', () => {
    const functions = exportsOf('src/explain/index.ts').filter(({ kind }) => kind.includes('function'));
    expect(
      functions.map(({ name }) => name).filter((name) => !(name in kinds)),
      'how it is called, and what draws it, in the table above',
    ).toEqual([]);
    expect(functions.length).toBeGreaterThan(25);
  });

  // Also of what a result has at times only. Explanations have one each; those that fill it in are run below.
  test('has every type that says how uncertain it is', () => {
    const exported = exportsOf('src/explain/index.ts');
    const functions = exported.filter(({ kind }) => kind.includes('function'));
    const segments: string[] = [...CLAIMS, ...Object.keys(PARTS)].flatMap((path) => path.split('.'));
    const others = ['Estimate', 'Explanation', 'ExplanationJson'];
    for (const { name, text } of exported.filter(
      (one) => !others.includes(one.name) && /interface/.test(one.kind),
    )) {
      for (const [, member] of text.matchAll(/(\w+)\??: Estimate\b/g)) expect(segments).toContain(member);
      if (!/\bstdError\b/.test(text)) continue;
      const makers = functions.filter(({ name: maker, file }) =>
        new RegExp(`function ${maker}\\([^{]*Promise<${name}>`).test(read(file)),
      );
      expect(makers.length, name).toBeGreaterThan(0);
      for (const maker of makers)
        expect(CLAIMS.filter((claim) => claim.startsWith(`${maker.name}.`))).not.toEqual([]);
    }
  });

  test('has every picture', () => {
    const taken = new Set([...Object.values(kinds).flatMap(({ pictures }) => pictures), ...OF_PREDICTIONS]);
    expect(all.map(([name]) => name).filter((name) => !taken.has(name))).toEqual([]);
  });
});

describe.each(Object.entries(kinds))('what %s gives', (name, { make, pictures, bare }) => {
  let result: object;
  beforeAll(async () => {
    result = (await make()) as object;
  });

  test.each(all)('is drawn as it is by %s, or refused with words', (picture, draw) => {
    if (!pictures.includes(picture)) return expect(() => draw(result)).toThrow(GliaError);
    const svg = draw(result, options[picture]);
    expect(marksOf(svg)).toBeGreaterThan(0);
    expect(outside(svg)).toEqual([]);
    expect(svg).not.toMatch(/NaN|undefined|Infinity|null|\[object/);
  });

  test('draws itself, and is plain data still', async () => {
    if (bare) return expect(result).not.toHaveProperty('toSvg');
    const { toSvg } = result as { toSvg: (options?: object) => string | Promise<string> };
    const svg = await toSvg.call(result, { title: 'T' });
    expect(parseXml(svg).children[0]!.text).toBe('T');
    await expect((async () => toSvg.call(result, { widht: 3 }))()).rejects.toThrow(/did you mean "width"/);
    expect(marksOf(svg)).toBeGreaterThan(0);
    if (result instanceof explain.Explanation || 'explanation' in result || 'onBegin' in result) return;
    expect(Object.keys(result)).not.toContain('toSvg');
    expect(structuredClone(result)).toEqual(result);
  });

  test('is uncertain by nothing but what `npm run bench -- coverage` measures', () => {
    const plain = JSON.parse(JSON.stringify(result)) as unknown;
    for (const path of uncertain(plain, name.split(' ')[0]!)) expect(CLAIMS).toContain(measuredAs(path));
  });

  test('has a page of its own', async () => {
    if (bare) return expect(result).not.toHaveProperty('toHtml');
    const { toHtml } = result as { toHtml: (path?: string) => Promise<string> };
    const document = await toHtml.call(result);
    expect(document).toMatch(/^<!doctype html>[\s\S]*<svg[\s\S]*<table/);
    expect(document).not.toMatch(/NaN|undefined|Infinity|\[object|No picture/);
    expect(Object.keys(result).includes('toHtml')).toBe('explanation' in result);
  });
});

test.each(all)('%s refuses what calls itself a result and is none', (name, draw) => {
  const methods = [...Object.keys(kinds), 'shap', 'attributionLog'];
  const hollow = methods.flatMap((method) => [
    { method },
    { method, values: 3 },
    { method, grid: [], features: null },
  ]);
  const others = [
    { importance: null },
    { name: 'attributionLog', columns: 3, epochs: [null] },
    { weights: [], epochs: [] },
    { explanation: { top: 1, baseValues: 1, outputs: 1, values: 1, target: 1 } },
    { deletion: null, insertion: null },
    { fractions: [0], curves: null },
  ];
  for (const data of [...hollow, ...others]) {
    try {
      draw(data);
    } catch (error) {
      expect(error, `${name} of ${JSON.stringify(data)}`).toBeInstanceOf(GliaError);
    }
  }
});

describe('pictures of results', () => {
  test('have the numbers of the result', async () => {
    const importance = await explain.permutationImportance(model, half);
    expect(plot.bar(importance)).toBe(
      plot.bar(
        {
          values: importance.mean,
          errors: importance.stdError,
          names: importance.features,
          unit: 'increase of the loss',
        },
        { title: 'Importance by shuffling' },
      ),
    );
    const { outputNames, values, edges, observed, output } = await explain.ale(model, half, {
      feature: 'age',
      target: 'yes',
    });
    const data = { grid: edges, effect: values[0]!, rug: observed, name: 'age', unit: `${output} of yes` };
    expect(outputNames).toEqual(['yes']);
    expect(
      await explain.ale(model, half, { feature: 'age' }).then((two) => two.toSvg({ output: 'yes' })),
    ).toBe(plot.ale(data));
  });

  test('are of the row and the output that is asked for', async () => {
    const explanation = await explain.inputXGradient(model, half, { target: 'all' });
    const svg = plot.bar(explanation, { row: 2, output: 'no' });
    expect(svg).toBe(explanation.toSvg({ row: 2, at: prepareClass('no') }));
    expect(svg).not.toBe(plot.bar(explanation, { row: 2, output: 'yes' }));
    for (const wrong of [
      { row: 20 },
      { row: -1 },
      { row: 0.5 },
      { row: 0, output: 'maybe' },
      { row: 0, output: 7 },
    ]) {
      expect(() => plot.bar(explanation, wrong)).toThrow(/there is no (row|output)/);
    }
    expect(() => plot.scatter(explanation, { feature: 'plan' })).toThrow(/no numeric column "plan"/);
    expect(plot.scatter(explanation, { feature: 'height' })).toContain('height');
  });

  test('show a decision by what the model predicts', async () => {
    const plane = sequential([dense(3, { activation: 'softmax' })], {
      inputShape: [2],
      seed: 3,
      backend: 'typescript',
    });
    const places = [-1, 0, 1];
    const grid = places.flatMap((y) => places.map((x) => [x, y]));
    const predicted = await plane.predict(grid);
    const classes = predicted
      .toArray()
      .map((row) => (row as number[]).indexOf(Math.max(...(row as number[]))));
    const confidence = predicted.toArray().map((row) => Math.max(...(row as number[])));
    expect(plot.decisionBoundary({ x: places, y: places, predicted })).toBe(
      plot.decisionBoundary({ x: places, y: places, predicted: classes, confidence }),
    );
  });

  test('show the weights of an epoch', () => {
    const first = plot.weightHistograms(snapshots, { epoch: 1 });
    expect(first).toBe(plot.weightHistograms(snapshots.weights[0]!));
    expect(plot.weightHistograms(snapshots)).toBe(plot.weightHistograms(snapshots.weights[2]!));
    expect(() => plot.network(snapshots, { epoch: 9 })).toThrow(/no weights of that epoch/);
  });
});

const prepareClass = (name: string): number => prepare.classes.indexOf(name);
