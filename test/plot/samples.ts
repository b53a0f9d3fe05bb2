import { Random } from '../../src/base/random.ts';
import type { PlotOptions } from '../../src/plot/index.ts';
import * as plot from '../../src/plot/index.ts';

/** A picture of a kind. */
export interface Sample {
  /** Data that each have a mark; nothing where marks stand for several. */
  readonly marks: number | undefined;
  /** `name` stands wherever a name can, `x` among the numbers. */
  readonly draw: (options?: PlotOptions, name?: string, x?: number) => string;
  /** The same without data. */
  readonly empty: (options?: PlotOptions) => string;
}

const random = Random.of(1, 'plots');
const normal = (n: number): number[] => Array.from({ length: n }, () => random.normal());
const rows = (n: number, of: (i: number) => number[]): number[][] =>
  Array.from({ length: n }, (_, i) => of(i));

const NAMES = [
  'income',
  'visits',
  'plan',
  'country',
  'months since the first order',
  'complaints',
  'discount',
];
const WHY = [0.31, -0.22, 0.12, 0.08, -0.05, 0.03, 0.02, -0.01];
const INPUTS = [41, 52_000, 3, 'basic', 'FR', 17.25, 0, 0.05];
const SWARM = rows(60, () => normal(4));
const SWARM_INPUTS = SWARM.map((row) => row.map((value) => value + random.normal() / 2));
const TABLE = rows(11, () => normal(8));
const DIGIT = [
  '..6ff8..',
  '.ef..fa.',
  '.f4...f.',
  '.8f.bff.',
  '..bfe5f.',
  '......f.',
  '.8a..ef.',
  '..bffb..',
].flatMap((row) => Array.from(row, (c) => (c === '.' ? 0 : Number.parseInt(c, 16))));
const PIXELS = DIGIT.map((pixel, i) => (pixel / 15) * Math.cos(i / 9));

/** Cells below a 48th of the largest have no colour. */
function visible(values: readonly number[]): number {
  const limit = Math.max(...values.map(Math.abs));
  return values.filter((x) => Math.abs(x) >= limit / 48).length;
}
const GRID = rows(21, (i) => [20 + 2.5 * i]).flat();
const CURVE = GRID.map((age) => 1 / (1 + Math.exp(-(age - 42) / 8)));
const AGES = rows(80, () => [45 + 9 * random.normal()]).flat();
const PLACES = rows(41, (i) => [i / 20 - 1]).flat();
const SPOTS = rows(60, () => [2 * random.uniform() - 1, 2 * random.uniform() - 1]);
const BRIGHT = rows(784, (i) => [Math.sin(i * 1.7) * Math.exp(-(((i - 400) / 200) ** 2))]).flat();
const SYNAPSES = normal(8 * 784);
const FRACTIONS = rows(21, (i) => [i / 20]).flat();
const regionOf = (a: number, b: number): number => (Math.hypot(a, b) < 0.6 ? 0 : a + b / 3 < 0 ? 1 : 2);

/** By the name of the function. A face without a sample here fails the test. */
export const samples: Readonly<Record<string, Sample>> = {
  waterfall: {
    marks: 8,
    draw: (options, name = 'age', x = WHY[0]!) =>
      plot.waterfall(
        {
          ...{
            values: [x, ...WHY.slice(1)],
            baseValue: 0.42,
            names: [name, ...NAMES],
            outputName: `${name} (yes)`,
          },
          ...{ inputs: [name, ...INPUTS.slice(1)], unit: `${name}, probability` },
        },
        options,
      ),
    empty: (options) => plot.waterfall({ values: [], baseValue: 0.42 }, options),
  },
  force: {
    marks: 8,
    draw: (options, name = 'age', x = WHY[0]!) =>
      plot.force(
        {
          ...{
            values: [x, ...WHY.slice(1)],
            baseValue: 0.42,
            names: [name, ...NAMES],
            outputName: `${name} (yes)`,
          },
          ...{ inputs: [name, ...INPUTS.slice(1)], unit: `${name}, probability` },
        },
        options,
      ),
    empty: (options) => plot.force({ values: [], baseValue: 0.42 }, options),
  },
  bar: {
    marks: 8,
    draw: (options, name = 'age', x = WHY[0]!) =>
      plot.bar(
        {
          ...{ values: [x, ...WHY.slice(1)], names: [name, ...NAMES], unit: `${name}: loss of accuracy` },
          errors: WHY.map((value) => value / 5),
        },
        options,
      ),
    empty: (options) => plot.bar({ values: [] }, options),
  },
  beeswarm: {
    marks: 240,
    draw: (options, name = 'age', x = 0.5) =>
      plot.beeswarm(
        {
          values: [[x, 0.2, 0.3, 0.1], ...SWARM.slice(1)],
          ...{ inputs: SWARM_INPUTS, names: [name, ...NAMES.slice(0, 3)], unit: `${name}, logit` },
        },
        options,
      ),
    empty: (options) => plot.beeswarm({ values: [] }, options),
  },
  scatter: {
    marks: 60,
    draw: (options, name = 'age', x = 0.5) =>
      plot.scatter(
        {
          x: [x, ...SWARM_INPUTS.slice(1).map((row) => row[0]!)],
          y: SWARM.map((row) => row[0]!),
          groups: SWARM.map((_, i) => i % 3),
          ...{ groupNames: [name, 'premium', 'none'], xName: name, yName: `${name}, logit` },
        },
        options,
      ),
    empty: (options) => plot.scatter({ x: [], y: [] }, options),
  },
  heatmap: {
    marks: visible([0.5, ...WHY.slice(1), ...TABLE.flat()]),
    draw: (options, name = 'age', x = 0.5) =>
      plot.heatmap(
        {
          values: [[x, ...WHY.slice(1)], ...TABLE],
          rowNames: [name, ...TABLE.map((_, i) => `row ${i + 2}`)],
          ...{ columnNames: [name, ...NAMES], unit: `${name}, logit` },
        },
        options,
      ),
    empty: (options) => plot.heatmap({ values: [] }, options),
  },
  heatmapOverlay: {
    marks: visible([0, ...PIXELS.slice(1)]),
    draw: (options, name = 'digit 9', x = 0) =>
      plot.heatmapOverlay(
        {
          ...{ image: DIGIT, attributions: [x, ...PIXELS.slice(1)], width: 8, height: 8 },
          ...{ outputName: name, unit: `${name}, logit` },
        },
        options,
      ),
    empty: (options) => plot.heatmapOverlay({ image: [0], attributions: [0], width: 1, height: 1 }, options),
  },
  partialDependence: {
    // The mean, 20 rows, and the strokes below in one path.
    marks: 22,
    draw: (options, name = 'age', x = 0.2) =>
      plot.partialDependence(
        {
          ...{ grid: GRID, average: [x, ...CURVE.slice(1)], rug: AGES, name, unit: `${name}, probability` },
          ice: rows(20, (i) => CURVE.map((y, j) => y + Math.sin(i) / 4 + Math.cos(i * 3 + j / 3) / 40)),
        },
        options,
      ),
    empty: (options) => plot.partialDependence({ grid: [], average: [] }, options),
  },
  ale: {
    marks: 2,
    draw: (options, name = 'age', x = -0.3) =>
      plot.ale(
        {
          ...{ grid: GRID, effect: [x, ...CURVE.slice(1).map((y) => y - 0.5)], rug: AGES, name },
          unit: `${name}, logit`,
        },
        options,
      ),
    empty: (options) => plot.ale({ grid: [], effect: [] }, options),
  },
  reliabilityDiagram: {
    marks: 6,
    draw: (options, _name, x = 0.31) =>
      plot.reliabilityDiagram(
        {
          confidence: [0.05, 0.15, x, 0.5, 0.72, 0.88, 0.97],
          accuracy: [NaN, 0.2, 0.24, 0.41, 0.6, 0.83, 0.96],
          counts: [0, 4, 9, 14, 30, 81, 212],
        },
        options,
      ),
    empty: (options) => plot.reliabilityDiagram({ confidence: [], accuracy: [], counts: [] }, options),
  },
  changes: {
    marks: 3,
    draw: (options, name = 'age', x = 41) =>
      plot.changes(
        {
          changed: [
            { feature: name, from: x, to: 53.25 },
            { feature: 'plan', from: name, to: 'premium' },
            { feature: 'income', from: null, to: 52_000 },
          ],
          ...{ from: 'no', target: name },
        },
        options,
      ),
    empty: (options) => plot.changes({ changed: [] }, options),
  },
  confusionMatrix: {
    marks: 100,
    draw: (options, name = '0', x = 33) =>
      plot.confusionMatrix(
        {
          counts: rows(10, (i) =>
            rows(10, () => []).map((_, j) => (i === j ? 30 : (i * 7 + j * 3) % 11 === 0 ? 3 : 0)),
          ).map((row, i) => (i === 0 ? [x, ...row.slice(1)] : row)),
          classes: [name, ...'123456789'],
        },
        options,
      ),
    empty: (options) => plot.confusionMatrix({ counts: [] }, options),
  },
  rocCurve: {
    marks: 2,
    draw: (options, name = 'network', x = 0.2) =>
      plot.rocCurve(
        {
          curves: [
            { name, falsePositiveRate: [0, 0, x, 0.4, 1], truePositiveRate: [0, 0.5, 0.8, 0.95, 1] },
            { name: 'tree', falsePositiveRate: [0, 0.1, 0.3, 1], truePositiveRate: [0, 0.4, 0.7, 1] },
          ],
        },
        options,
      ),
    empty: (options) => plot.rocCurve({ curves: [] }, options),
  },
  decisionBoundary: {
    marks: 60,
    draw: (options, name = 'inside', x = 0.3) =>
      plot.decisionBoundary(
        {
          x: PLACES,
          y: PLACES,
          predicted: PLACES.flatMap((b) => PLACES.map((a) => regionOf(a, b))),
          confidence: PLACES.flatMap((b) =>
            PLACES.map((a) => Math.min(1, Math.abs(Math.hypot(a, b) - 0.6) * 2)),
          ),
          points: {
            x: [x, ...SPOTS.slice(1).map(([a]) => a!)],
            y: SPOTS.map(([, b]) => b!),
            labels: SPOTS.map(([a, b]) => regionOf(a!, b!)),
          },
          ...{ classNames: [name, 'left', 'right'], xName: name, yName: `${name}²` },
        },
        options,
      ),
    empty: (options) => plot.decisionBoundary({ x: [], y: [], predicted: [] }, options),
  },
  network: {
    // 12 + 8 + 3 units; 12·8 + 8·3 weights.
    marks: 23 + 120,
    draw: (options, name = 'pixel 0', x = 0.9) =>
      plot.network(
        {
          layers: [
            {
              units: 784,
              name,
              nodes: [x, ...BRIGHT.slice(1)],
              nodeNames: BRIGHT.map((_, i) => `${name} ${i}`),
            },
            { units: 8, name: 'hidden', nodes: WHY },
            { units: 3, nodes: [2.1, -0.4, 0.3], nodeNames: [name, 'seven', 'nine'] },
          ],
          weights: [
            { shape: [8, 784], data: SYNAPSES },
            rows(3, (i) => WHY.map((w, j) => w * Math.cos(i + j))),
          ],
          unit: `${name} attribution`,
        },
        options,
      ),
    empty: (options) => plot.network({ layers: [], weights: [] }, options),
  },
  weightHistograms: {
    marks: undefined,
    draw: (options, name = 'hidden.weight', x = 0.1) =>
      plot.weightHistograms(
        {
          layers: [
            { name, values: [x, ...SYNAPSES.slice(1)] },
            { name: 'hidden.bias', values: WHY },
            { name: 'output.weight', values: SWARM.flat() },
          ],
          unit: `${name} weight`,
        },
        options,
      ),
    empty: (options) => plot.weightHistograms({ layers: [] }, options),
  },
  deletionCurve: {
    marks: 3,
    draw: (options, name = 'integratedGradients', x = 0.95) =>
      plot.deletionCurve(
        {
          curves: [
            {
              name,
              fraction: FRACTIONS,
              score: [x, ...FRACTIONS.slice(1).map((f) => 0.95 * Math.exp(-5 * f))],
              auc: 0.19,
            },
            { name: 'saliency', fraction: FRACTIONS, score: FRACTIONS.map((f) => 0.95 * Math.exp(-2 * f)) },
            { name: 'random order', fraction: FRACTIONS, score: FRACTIONS.map((f) => 0.95 - 0.85 * f) },
          ],
          unit: `${name} probability`,
        },
        options,
      ),
    empty: (options) => plot.deletionCurve({ curves: [] }, options),
  },
  tree: {
    marks: 9,
    draw: (options, name = 'petal length', x = 2.45) =>
      plot.tree(
        {
          nodes: [
            { feature: name, threshold: x, left: 1, right: 2, samples: 150 },
            { prediction: name, samples: 50 },
            { feature: 'petal width', threshold: 1.75, left: 3, right: 4, samples: 100 },
            { feature: name, threshold: 4.95, left: 5, right: 6, samples: 54 },
            {
              feature: 'sepal length of the flower as it was measured',
              threshold: 4.85,
              left: 7,
              right: 8,
              samples: 46,
            },
            { prediction: 'versicolor', samples: 48 },
            { prediction: 'virginica', samples: 6 },
            { prediction: 'virginica', samples: 3 },
            { prediction: 0.25, samples: 43 },
          ],
          fidelity: 0.973,
        },
        options,
      ),
    empty: (options) => plot.tree({ nodes: [] }, options),
  },
  learningCurves: {
    marks: 4,
    draw: (options, name = 'accuracy', x = 1.2) =>
      plot.learningCurves(
        {
          epochs: rows(40, (i) => [i]).map(([i]) => ({
            ...{ epoch: i! + 1, learningRate: 1e-3, loss: i === 0 ? x : Math.exp(-i! / 9) + 0.05 },
            ...{ val_loss: Math.exp(-i! / 9) + 0.1 + i! ** 2 / 5000 },
            ...{ [name]: 1 - Math.exp(-i! / 6) / 1.5, [`val_${name}`]: 0.95 - Math.exp(-i! / 6) / 1.5 },
          })),
        },
        options,
      ),
    empty: (options) => plot.learningCurves({ epochs: [] }, options),
  },
  proponents: {
    marks: 5,
    draw: (options, name = 'row 17', x = 0.83) =>
      plot.proponents(
        {
          rows: [
            { name, influence: x, label: `${name}: digit 9`, image: DIGIT },
            { name: 'row 204', influence: 0.61, label: 'digit 9', image: DIGIT.toReversed() },
            { name: 'row 3', influence: 0.2, label: 'digit 9', image: DIGIT },
            {
              name: 'row 512, which somebody labelled in haste and nobody looked at again',
              influence: -0.55,
            },
            { name: 'row 8', influence: -0.07, label: 'digit 3', image: PIXELS },
          ],
          ...{ imageWidth: 8, outputName: name },
        },
        options,
      ),
    empty: (options) => plot.proponents({ rows: [] }, options),
  },
};
