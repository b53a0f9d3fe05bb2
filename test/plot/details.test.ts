import { describe, expect, test } from 'vitest';
import { OptionError } from '../../src/base/errors.ts';
import * as plot from '../../src/plot/index.ts';
import { placesIn } from '../../src/plot/swarm.ts';
import * as metrics from '../../src/train/metrics/index.ts';
import { pathPoints } from '../support/path-points.ts';
import { everyElement, parseXml, type Xml } from '../support/xml.ts';
import { outside, overlaps } from './bounds.ts';

const marks = (svg: string): Xml[] =>
  everyElement(parseXml(svg)).filter(({ attributes }) => attributes['class']?.split(' ').includes('mark'));
const told = (svg: string): string[] => marks(svg).map(({ children }) => children[0]?.text ?? '');
const texts = (svg: string): string[] =>
  everyElement(parseXml(svg))
    .filter(({ name }) => name === 'text')
    .map(({ text }) => text);
const description = (svg: string): string => parseXml(svg).children[1]!.text;

describe('what is not finite', () => {
  const bad = [1, NaN, -Infinity];
  test.each<[string, string]>([
    ['bar', plot.bar({ values: bad })],
    ['beeswarm', plot.beeswarm({ values: [bad] })],
    ['scatter', plot.scatter({ x: bad, y: [1, 2, 3] })],
    ['heatmap', plot.heatmap({ values: [bad] })],
    ['heatmapOverlay', plot.heatmapOverlay({ image: [1, 2, 3], attributions: bad, width: 3, height: 1 })],
    [
      'reliabilityDiagram',
      plot.reliabilityDiagram({ confidence: [0.5, NaN, 0.5], accuracy: [0.5, 0.5, NaN], counts: [1, 1, 1] }),
    ],
    ['weightHistograms', plot.weightHistograms({ layers: [{ values: bad }] })],
    ['proponents', plot.proponents({ rows: bad.map((influence) => ({ name: 'row', influence })) })],
  ])('is left out of %s and counted', (_, svg) => {
    expect(svg).toMatch(/2 of 3 \w+ left out: not finite\./);
    expect(description(svg)).toContain('2 of 3');
  });

  test('makes gaps in lines', () => {
    const svg = plot.partialDependence({ grid: [0, 1, 2, 3, 4], average: [1, 2, NaN, 4, 5] });
    expect(marks(svg)[0]!.attributes['d']!.match(/M/g)).toHaveLength(2);
  });

  test('draws no weight and fills no unit of a network', () => {
    const svg = plot.network({
      layers: [{ units: 2, nodes: [NaN, 1] }, { units: 1 }],
      weights: [[[Infinity, 2]]],
    });
    expect(marks(svg)).toHaveLength(1 + 3);
    expect(description(svg)).toContain('Largest weights: 2.');
  });
});

describe('what is constant or single', () => {
  test.each<[string, string, number]>([
    ['scatter', plot.scatter({ x: [3], y: [3] }), 1],
    ['beeswarm', plot.beeswarm({ values: [[2], [2], [2]], inputs: [[1], [1], [1]] }), 3],
    ['partialDependence', plot.partialDependence({ grid: [1], average: [2] }), 1],
    ['rocCurve', plot.rocCurve({ falsePositiveRate: [0], truePositiveRate: [0] }), 1],
    ['weightHistograms', plot.weightHistograms({ layers: [{ values: [1, 1, 1] }] }), 1],
    ['learningCurves', plot.learningCurves({ epochs: [{ epoch: 1, loss: 0.5 }] }), 1],
    ['tree', plot.tree({ nodes: [{ prediction: 'yes' }] }), 1],
    ['network', plot.network({ layers: [{ units: 1 }], weights: [] }), 1],
  ])('has a place in %s', (_, svg, count) => {
    expect(marks(svg)).toHaveLength(count);
  });

  test('zero attributions are drawn and end where they begin', () => {
    expect(told(plot.waterfall({ values: [0, 0], baseValue: 1 }))).toEqual(['feature 0: 0', 'feature 1: 0']);
    expect(plot.heatmap({ values: [[0, 0]] })).toContain('colours from −1 to 1');
  });
});

describe('numbers at the ends of what there is', () => {
  const M = Number.MAX_VALUE;
  const ends = [-M, M, M, -M, 0];
  test.each<[string, () => string]>([
    ['bar', () => plot.bar({ values: ends, errors: ends })],
    ['beeswarm', () => plot.beeswarm({ values: ends.map((x) => [x]), inputs: ends.map((x) => [x]) })],
    ['scatter', () => plot.scatter({ x: ends, y: ends })],
    ['heatmap', () => plot.heatmap({ values: [ends] })],
    ['heatmapOverlay', () => plot.heatmapOverlay({ image: ends, attributions: ends, width: 5, height: 1 })],
    [
      'heatmapOverlay in blocks',
      () =>
        plot.heatmapOverlay({
          image: Array(130).fill(M),
          attributions: Array(130)
            .fill(0)
            .map((_, i) => ends[i % 4]!),
          width: 130,
          height: 1,
        }),
    ],
    ['partialDependence', () => plot.partialDependence({ grid: [-M, 0, M], average: [M, 0, -M], rug: ends })],
    ['network', () => plot.network({ layers: [{ units: 5, nodes: ends }, { units: 1 }], weights: [[ends]] })],
    ['weightHistograms', () => plot.weightHistograms({ layers: [{ values: ends }] })],
    ['learningCurves', () => plot.learningCurves({ epochs: ends.map((loss, i) => ({ epoch: i, loss })) })],
    ['proponents', () => plot.proponents({ rows: ends.map((influence) => ({ name: 'row', influence })) })],
    ['decisionBoundary', () => plot.decisionBoundary({ x: [-M, M], y: [0], predicted: [0, 1] })],
  ])('are drawn in %s', (_, draw) => {
    const svg = draw();
    expect(outside(svg)).toEqual([]);
    expect(svg).not.toMatch(/NaN|Infinity/);
  });

  test('are refused where they are added up', () => {
    expect(() =>
      plot.confusionMatrix({
        counts: [
          [M, M],
          [0, 0],
        ],
      }),
    ).toThrow(/sum of the counts is Infinity/);
    const bins = { confidence: [0.1, 0.2], accuracy: [0.1, 0.2], counts: [M, M] };
    expect(() => plot.reliabilityDiagram(bins)).toThrow(/sum of the counts is Infinity/);
  });
});

describe('what metrics and fit give is drawn as it is', () => {
  test('ROC curve, with the area that metrics computes', () => {
    const [scores, labels] = [
      [0.1, 0.4, 0.35, 0.8],
      [0, 0, 1, 1],
    ];
    const svg = plot.rocCurve(metrics.rocCurve(scores, labels));
    expect(texts(svg)).toContain(`ROC curve, area ${metrics.rocAuc(scores, labels)}`);
  });

  test('confusion matrix', () => {
    const svg = plot.confusionMatrix(
      metrics.confusionMatrix([0, 1, 1, 0], [0, 1, 0, 0], { classes: ['no', 'yes'] }),
    );
    expect(told(svg)[0]).toBe('actual no, predicted no: 2 (66.7%)');
    expect(told(svg)[1]).toBe('actual no, predicted yes: 1 (33.3%)');
    expect(texts(svg)).toContain('Actual and predicted classes: 75% right');
  });

  test('history', () => {
    const epochs = [1, 2].map((epoch) => ({
      epoch,
      learningRate: 0.1,
      loss: 1 / epoch,
      val_loss: 2 / epoch,
    }));
    const svg = plot.learningCurves({ epochs, final: epochs[1]!, stopReason: 'completed', steps: 8 });
    expect(marks(svg)).toHaveLength(2);
    expect(description(svg)).toBe('2 epochs. loss from 1 to 0.5, validation from 2 to 1.');
    const withMethods = { epochs, toHtml: () => '' };
    expect(plot.learningCurves(withMethods)).toBe(svg);
    const rate = plot.learningCurves({ epochs }, { metrics: ['learningRate'] });
    expect(texts(rate)).toContain('learningRate by epoch');
    expect(() => plot.learningCurves({ epochs }, { metrics: ['auc'] })).toThrow(/"auc" was not logged/);
  });

  test('tables with a shape', () => {
    const table = { shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) };
    expect(plot.heatmap({ values: table })).toBe(
      plot.heatmap({
        values: [
          [1, 2],
          [3, 4],
        ],
      }),
    );
  });
});

describe('large data', () => {
  test('are thinned, and it is said', () => {
    const many = Float64Array.from({ length: 10_000 }, (_, i) => i);
    const svg = plot.scatter({ x: many, y: many });
    expect(marks(svg)).toHaveLength(3000);
    expect(svg).toContain('3000 of 10000 points drawn, at equal distances.');
    const swarm = plot.beeswarm({ values: { shape: [10_000, 1], data: many } });
    expect(marks(swarm)).toHaveLength(400);
    expect(swarm).toContain('400 of 10000 rows drawn');
    const line = plot.rocCurve({
      falsePositiveRate: many.map((x) => x / 1e4),
      truePositiveRate: many.map((x) => x / 1e4),
    });
    expect(line.length).toBeLessThan(50_000);
  });

  test('networks show the units that matter, and say so', () => {
    const nodes = Float64Array.from({ length: 784 }, (_, i) => (i % 100 === 7 ? -i : 0.5));
    const data = {
      layers: [{ units: 784, nodes }, { units: 2 }],
      weights: [{ shape: [2, 784], data: new Float64Array(1568) }],
    };
    const svg = plot.network(data, { most: 7 });
    expect(texts(svg)).toEqual(expect.arrayContaining(['7 of 784', 'Network 784-2']));
    const units = told(svg).filter((text) => text.startsWith('unit'));
    expect(units.slice(0, 7)).toEqual([107, 207, 307, 407, 507, 607, 707].map((i) => `unit ${i}: −${i}`));
    expect(svg).toContain('Of large layers, the 7 units with the largest numbers are drawn.');
  });

  test('confusions of many classes are listed by name, above a grid of all', () => {
    const counts: number[][] = Array.from({ length: 100 }, (_, i) =>
      Array.from({ length: 100 }, (_, j) => (i === j ? 5 : 0)),
    );
    counts[90]![91] = 9;
    for (let i = 1; i < 20; i++) counts[i]![0] = 1;
    const classes = counts.map((_, i) => `species ${i}`);
    const svg = plot.confusionMatrix({ counts, classes });
    expect(told(svg)[0]).toBe('species 90 taken for species 91: 9 (64.3%)');
    expect(texts(svg)).toEqual(
      expect.arrayContaining(['species 90 taken for species 91', '9 (64.3%)', '1 (16.7%)']),
    );
    expect(svg).toContain('The 12 largest of 20 confusions.');
    expect(description(svg)).toContain('species 90 taken for species 91 9 times');
    // 100 cells are right and 20 wrong; no class is left out.
    const cells = everyElement(parseXml(svg)).flatMap(
      ({ attributes }) => attributes['d']?.match(/h1v1h-1z/g) ?? [],
    );
    expect(cells).toHaveLength(120);
    expect([...outside(svg), ...overlaps(svg)]).toEqual([]);
  });

  test.each([30, 100])('%d categories can be read', (n) => {
    const categories = Array.from({ length: n }, (_, i) => `category ${i}`);
    const average = categories.map((_, i) => Math.sin(i) / 2);
    const svg = plot.partialDependence({ categories, average, name: 'plan' });
    const shown = texts(svg).filter((text) => text.startsWith('category'));
    expect(shown).toHaveLength(Math.min(n, 40));
    expect(shown[0]).toBe(`category ${average.indexOf(Math.max(...average))}`);
    expect(shown.at(-1)).toBe(`category ${average.indexOf(Math.min(...average))}`);
    expect(svg).toContain('The highest first.');
    if (n > 40)
      expect(svg).toMatch(/The 20 highest and the 20 lowest of 100; the others lie from −0\.\d+ to 0\.\d+\./);
    expect([...outside(svg), ...overlaps(svg)]).toEqual([]);
  });

  test.each([13, 30, 100])('of %d curves eleven are told apart, the worst first', (n) => {
    const curves = Array.from({ length: n }, (_, i) => ({
      name: `class ${i}`,
      falsePositiveRate: [0, 0.1, 1],
      truePositiveRate: [0, 1 - i / (2 * n), 1],
    }));
    const svg = plot.rocCurve({ curves });
    const names = texts(svg).filter((text) => /class|others/.test(text));
    expect(names).toHaveLength(12);
    expect(names[0]).toMatch(new RegExp(`^class ${n - 1}: area 0\\.\\d+$`));
    expect(names.at(-1)).toBe(`${n - 11} others`);
    expect([...outside(svg), ...overlaps(svg)]).toEqual([]);
    const looks = marks(svg)
      .slice(-11)
      .map(({ attributes }) => `${attributes['class']} ${attributes['stroke-dasharray']}`);
    expect(new Set(looks).size).toBe(11);
  });

  test('bars say what the small ones add up to', () => {
    const svg = plot.bar({ values: Array.from({ length: 100 }, (_, i) => 100 - i) });
    expect(svg).toContain('The largest 20 of 100; the other 80 add up to 3240.');
  });

  test('names of columns and rows are left out in words', () => {
    const wide = plot.heatmap({
      values: [Array(60).fill(1)],
      columnNames: Array.from({ length: 60 }, (_, i) => `c${i}`),
    });
    expect(wide).toContain('Every 3rd column is named.');
    const names = Array.from({ length: 100 }, (_, i) => `row ${i}`);
    const tall = plot.heatmap({ values: names.map(() => [1]), rowNames: names });
    expect(texts(tall).filter((text) => text.startsWith('row'))).toEqual(names);
  });
});

describe('sums of what is drawn', () => {
  test('histograms hold every weight once', () => {
    const values = Array.from({ length: 500 }, (_, i) => Math.sin(i) * 3);
    const counts = told(plot.weightHistograms({ layers: [{ values }] }, { bins: 17 })).map((text) =>
      Number.parseInt(text, 10),
    );
    expect(counts.reduce((a, b) => a + b)).toBe(500);
    expect(counts.length).toBeLessThanOrEqual(17);
  });

  test('the calibration error is the mean gap by counts', () => {
    const svg = plot.reliabilityDiagram({
      confidence: [0.6, 0.9, NaN],
      accuracy: [0.5, 0.96, NaN],
      counts: [20, 60, 0],
    });
    expect(texts(svg).join(' ')).toContain('calibration error 7%'); // (20 · 0.1 + 60 · 0.06) / 80
    expect(svg).not.toContain('left out');
  });

  test('areas of classes cover the plane, borders lie where classes meet', () => {
    const svg = plot.decisionBoundary({ x: [0, 1, 2], y: [0, 1], predicted: [0, 0, 1, 0, 0, 1] });
    const cells = everyElement(parseXml(svg)).filter(({ attributes }) =>
      attributes['d']?.includes('h1v1h-1z'),
    );
    expect(cells.map(({ attributes }) => attributes['d']!.match(/M/g)!.length)).toEqual([4, 2]);
    const border = everyElement(parseXml(svg)).find(
      ({ attributes }) => attributes['stroke-width'] === '1.4',
    )!;
    expect(new Set(pathPoints(border.attributes['d']!).map(([x]) => x)).size).toBe(1);
    expect(description(svg)).toContain('class 0 on 66.7%, class 1 on 33.3%');
  });

  test('the first row of predictions lies at the bottom', () => {
    const svg = plot.decisionBoundary({ x: [0], y: [0, 1], predicted: [0, 1] });
    const [first, second] = everyElement(parseXml(svg)).filter(({ attributes }) =>
      attributes['d']?.includes('h1v1h-1z'),
    );
    expect([first!.attributes['d'], second!.attributes['d']]).toEqual(['M0 1h1v1h-1z', 'M0 0h1v1h-1z']);
  });
});

describe('scales', () => {
  const limits = (svg: string): string[] =>
    everyElement(parseXml(svg))
      .filter(({ name, attributes }) => name === 'text' && attributes['class'] === 'f-soft')
      .map(({ text }) => text);

  test('of colours begin at 0 where nothing is below it', () => {
    expect(limits(plot.heatmap({ values: [[0, 2]], unit: 'loss' }))).toEqual(['0', 'loss', '2']);
    expect(limits(plot.heatmap({ values: [[-1, 2]] }))).toEqual(['−2', '0', '+2']);
    expect(limits(plot.heatmap({ values: [[1, 2]], signed: true }))).toEqual(['−2', '0', '+2']);
    const over = { image: [0, 1], attributions: [0, 3], width: 2, height: 1 };
    expect(limits(plot.heatmapOverlay(over)).slice(-2)).toEqual(['0', '3']);
    expect(() => plot.heatmap({ values: [[-1, 2]], signed: false })).toThrow(/there is -1 among numbers/);
  });

  test('say what missing cells look like, and no missing cell looks like 0', () => {
    const cells = (values: number[]) => plot.heatmap({ values: [values] });
    const hatched = (svg: string) =>
      everyElement(parseXml(svg)).filter(({ attributes }) => attributes['vector-effect'] !== undefined);
    expect(hatched(cells([0, 1]))).toEqual([]);
    const svg = cells([NaN, 1, -Infinity]);
    // Three strokes for each of two cells, and for the one in the legend.
    expect(hatched(svg).map(({ attributes }) => attributes['d']!.match(/M/g)!.length)).toEqual([6, 3]);
    expect(texts(svg)).toContain('missing (2)');
    expect(outside(svg)).toEqual([]);
    const over = plot.heatmapOverlay({ image: [0, 1], attributions: [NaN, 3], width: 2, height: 1 });
    expect(texts(over)).toContain('missing (1)');
  });

  test('of an overlay mean what its colours are: nothing lies below or above them', () => {
    const svg = plot.heatmapOverlay({ image: [0, 1, 1, 0], attributions: [1, 2, 3, 4], width: 2, height: 2 });
    const all = everyElement(parseXml(svg));
    const cells = all.filter(({ attributes }) => attributes['class'] === 'f-positive mark');
    const legend = all.filter(({ attributes }) => attributes['class'] === 'f-positive');
    const densities = (list: Xml[]) => list.map(({ attributes }) => Number(attributes['fill-opacity']));
    for (const density of densities(cells)) {
      expect(Math.min(...densities(legend).map((other) => Math.abs(other - density)))).toBeLessThan(0.05);
    }
    // The image stands beside them alone; over them are its outlines.
    const grey = all.filter(({ attributes }) => /^#/.test(attributes['fill'] ?? ''));
    expect(grey.reduce((sum, { attributes }) => sum + attributes['d']!.match(/M/g)!.length, 0)).toBe(4);
    expect(all.filter(({ attributes }) => attributes['opacity'] !== undefined)).toEqual([]);
    expect(all.find(({ attributes }) => attributes['stroke-opacity'] === '0.7')!.attributes['d']).toBe(
      'M1 0v1M0 1h1M1 1v1M1 1h1',
    );
  });

  test('of predicted by true values are the same, with the line where both are equal', () => {
    const svg = plot.scatter(
      { x: [0, 10], y: [2, 40], xName: 'true', yName: 'predicted' },
      { identity: true },
    );
    const diagonal = everyElement(parseXml(svg)).find(
      ({ attributes }) => attributes['stroke-dasharray'] === '2 3',
    )!;
    const [x1, y1, x2, y2] = ['x1', 'y1', 'x2', 'y2'].map((key) => Number(diagonal.attributes[key])) as [
      number,
      number,
      number,
      number,
    ];
    const [first, last] = marks(svg).map(({ attributes }) => pathPoints(attributes['d']!)[0]!) as [
      [number, number],
      [number, number],
    ];
    const at = (x: number) => y1 + ((x - x1) / (x2 - x1)) * (y2 - y1);
    // 0 is predicted as 2, above the diagonal; the area is nearly square, so that the line rises by half a right angle.
    expect(first[1]).toBeLessThan(at(first[0] + 3));
    expect(last[1]).toBeLessThan(at(last[0] + 3));
    expect(Math.abs((y1 - y2) / (x2 - x1) - 1)).toBeLessThan(0.2);
    const numbers = texts(svg).filter((text) => /^\d+$/.test(text));
    expect(numbers.filter((text) => text === '40')).toHaveLength(2);
  });

  test('of factors and of dates', () => {
    const svg = plot.scatter({ x: [1, 10, 1000, 0], y: [1, 2, 3, 4] }, { xScale: 'log' });
    expect(texts(svg)).toEqual(expect.arrayContaining(['1', '10', '100', '1000']));
    expect(svg).toContain('1 of 4 points left out: not finite, or not above 0.');
    const [a, b, c] = marks(svg).map(({ attributes }) => pathPoints(attributes['d']!)[0]![0]) as [
      number,
      number,
      number,
    ];
    expect((c - a) / (b - a)).toBeCloseTo(3, 1);
    const dates = plot.scatter({ x: [new Date('2024-01-01'), new Date('2026-01-01')], y: [1, 2] });
    expect(texts(dates)).toEqual(expect.arrayContaining(['2024', '2025', '2026']));
    expect(plot.ale({ grid: [1, 1e4], effect: [0, 1] }, { xScale: 'log' })).toContain('>100<');
    expect(() => plot.scatter({ x: [1], y: [1] }, { xScale: 'lgo' as never })).toThrow(/did you mean "log"/);
  });
});

describe('learning curves', () => {
  const run = (losses: readonly number[], more: Readonly<Record<string, number>> = {}) => ({
    epochs: losses.map((loss, i) => ({ epoch: i + 1, loss, ...more })),
  });

  test('are drawn on a scale of factors where they span decades', () => {
    const svg = plot.learningCurves(run([100, 1, 0.01]));
    expect(texts(svg)).toEqual(expect.arrayContaining(['loss (log scale)', '0.01', '1', '100']));
    const [points] = marks(svg).map(({ attributes }) => pathPoints(attributes['d']!.replaceAll(',', ' ')));
    const heights = points!.map(([, y]) => y);
    expect(heights[1]! - heights[0]!).toBeCloseTo(heights[2]! - heights[1]!, 1);
    for (const losses of [
      [100, 1.1],
      [1, 0],
      [-1, -1000],
      [NaN, 1],
    ]) {
      expect(plot.learningCurves(run(losses))).not.toContain('log scale');
    }
    expect(plot.learningCurves(run([100, 1, 0.01]), { scale: 'linear' })).not.toContain('log scale');
    expect(plot.learningCurves(run([2, 1, 0]), { scale: 'log' })).toContain('1 of 3 numbers left out');
  });

  test('begin at the same place in every panel', () => {
    const svg = plot.learningCurves(run([123_456, 120_000], { accuracy: 0.5 }));
    const starts = marks(svg).map(
      ({ attributes }) => pathPoints(attributes['d']!.replaceAll(',', ' '))[0]![0],
    );
    expect(starts).toHaveLength(2);
    expect(starts[0]).toBe(starts[1]);
  });

  test('of one epoch are points with their numbers, and epochs are whole', () => {
    const svg = plot.learningCurves({ epochs: [{ epoch: 1, loss: 0.512, val_loss: 0.625 }] });
    expect(texts(svg)).toEqual(expect.arrayContaining(['0.512', '0.625', '1']));
    expect(marks(svg)).toHaveLength(2);
    expect(outside(svg)).toEqual([]);
    const few = plot.learningCurves(run([30, 20, 10]));
    expect(texts(few)).toEqual(expect.arrayContaining(['1', '2', '3']));
    expect(texts(few)).not.toContain('1.5');
  });
});

describe('beeswarm', () => {
  test('keeps points of a crowd apart, and within their row', () => {
    const places = placesIn([5, 5, 5, 5, 5, 100], 4, 6);
    expect(new Set(places.slice(0, 5)).size).toBe(5);
    expect(Math.max(...places.map(Math.abs))).toBeLessThanOrEqual(6);
    expect(places[5]).toBe(0);
  });

  test('fills a point by the value of its feature, and crosses out what is missing', () => {
    const svg = plot.beeswarm({ values: [[1], [2], [3]], inputs: [[10], [NaN], [30]] });
    expect(marks(svg).map(({ name, attributes }) => [name, attributes['fill-opacity']])).toEqual([
      ['circle', '0'],
      ['path', undefined],
      ['circle', '1'],
    ]);
  });

  test('puts the strongest feature first', () => {
    const svg = plot.beeswarm({ values: [[0.1, -5, 1]], names: ['weak', 'strong', 'middling'] });
    expect(texts(svg).filter((text) => /weak|strong|middling/.test(text))).toEqual([
      'strong',
      'middling',
      'weak',
    ]);
  });
});

describe('partial dependence on categories', () => {
  const categories = ['FR', 'DE', 'a country with a name that is longer than its place'];
  const svg = plot.partialDependence({
    categories,
    average: [0.2, NaN, 0.6],
    ice: [[0.1, 0.2, 0.3]],
    name: 'country',
  });

  test('has a point for each that has a mean, and the names on the axis', () => {
    // A point for each, and the strokes of the row.
    expect(marks(svg)).toHaveLength(2 + 3);
    const named = [expect.stringMatching(/^a coun.*….*place$/), 'FR', 'DE', '0.2', '0.6'];
    expect(texts(svg)).toEqual(expect.arrayContaining(named));
    expect(svg).toContain('1 of 3 means left out: not finite.');
    expect(description(svg)).toContain('FR 0.2, DE none, a country');
    expect([...outside(svg), ...overlaps(svg)]).toEqual([]);
  });

  test('is refused together with a grid', () => {
    expect(() => plot.partialDependence({ categories, grid: [1, 2, 3], average: [1, 2, 3] })).toThrow(
      OptionError,
    );
  });
});

test('proponents are told apart by side, the strongest first', () => {
  const rows = [0.1, -0.3, 0.5, 0, -0.9].map((influence, i) => ({ name: `row ${i}`, influence }));
  const svg = plot.proponents({ rows }, { most: 2 });
  expect(told(svg)).toEqual(['row 2: +0.5', 'row 0: +0.1', 'row 4: −0.9', 'row 1: −0.3']);
});

test('a tree is an outline: yes before no, below its question', () => {
  const svg = plot.tree({
    nodes: [
      { feature: 'age', threshold: 40, left: 1, right: 2 },
      { prediction: 'no' },
      { feature: 'income', threshold: 1e4, left: 3, right: 4 },
      { prediction: 'yes' },
      { prediction: 0.25 },
    ],
  });
  expect(told(svg)).toEqual(['age ≤ 40?', 'yes: no', 'no: income ≤ 10000?', 'yes: yes', 'no: 0.25']);
});
