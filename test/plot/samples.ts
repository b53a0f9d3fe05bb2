import { Random } from '../../src/base/random.ts';
import type { PlotOptions } from '../../src/plot/index.ts';
import * as plot from '../../src/plot/index.ts';

/** A picture of a kind. */
export interface Sample {
  /** Data that each have a mark. */
  readonly marks: number;
  /** `name` stands wherever a name can, `x` among the numbers. */
  readonly draw: (options?: PlotOptions, name?: string, x?: number) => string;
  /** The same without data. */
  readonly empty: (options?: PlotOptions) => string;
}

const random = Random.of(1, 'plots');
const uniform = (n: number): number[] => Array.from({ length: n }, () => random.uniform());
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
    marks: 96,
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
    marks: PIXELS.filter((x) => Math.abs(x) > 1 / 48).length,
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
};
void uniform;
