import { describe, expect, test } from 'vitest';
import { signedCells } from '../../src/plot/cells.ts';
import { heatmap, heatmapOverlay } from '../../src/plot/index.ts';
import { everyElement, parseXml } from '../support/xml.ts';

const lattice = { rows: 1, columns: 5, left: 0, top: 0, cellWidth: 10, cellHeight: 10 };

/** Colour and density of each cell, by its place. */
function cells(markup: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const { attributes } of everyElement(parseXml(markup))) {
    const [colour, mark] = attributes['class']?.split(' ') ?? [];
    if (mark !== 'mark') continue;
    for (const [, x, y] of attributes['d']!.matchAll(/M(\d+) (\d+)/g)) {
      found[`${x},${y}`] = `${colour} ${attributes['fill-opacity']}`;
    }
  }
  return found;
}

describe('signed cells', () => {
  test('are symmetric about zero, where there is no colour', () => {
    const values = [-1, -0.25, 0, 0.5, 1];
    const [here, there] = [values, values.map((x) => -x)].map((list) => cells(signedCells(lattice, list, 1)));
    const swapped = (text: string) =>
      text.replace(/positive|negative/, (sign) => (sign === 'positive' ? 'negative' : 'positive'));
    expect(there).toEqual(Object.fromEntries(Object.entries(here!).map(([at, cell]) => [at, swapped(cell)])));
    expect(here).toEqual({
      '0,0': 'f-negative 1',
      '1,0': 'f-negative 0.25',
      '3,0': 'f-positive 0.5',
      '4,0': 'f-positive 1',
    });
  });

  test('have the full colour beyond the limit, and none where there is no number', () => {
    expect(cells(signedCells(lattice, [-9, NaN, 9, Infinity, -Infinity], 2))).toEqual({
      '0,0': 'f-negative 1',
      '2,0': 'f-positive 1',
    });
  });

  test('carry a minus below zero, and only there', () => {
    const svg = signedCells(lattice, [-1, -0.2, -0.01, 0.2, 1], 1);
    const signs = [...svg.matchAll(/M(\d)\.3 0\.45/g)].map(([, column]) => column);
    expect(signs.sort()).toEqual(['0', '1']);
  });
});

describe('heatmap', () => {
  test('takes its scale from the largest size, so that both ends are alike', () => {
    const svg = heatmap({ values: [[0.5, -2]] });
    expect(cells(svg)).toMatchObject({ '0,0': 'f-positive 0.25', '1,0': 'f-negative 1' });
    const text = everyElement(parseXml(svg)).map((element) => element.text);
    expect(text).toEqual(expect.arrayContaining(['\u22122', '0', '+2']));
  });

  test('says what it leaves out', () => {
    expect(heatmap({ values: [[1, NaN, Infinity]] })).toContain('2 of 3 cells left out: not finite.');
    const wide = heatmap({ values: [Float64Array.from({ length: 1000 }, (_, i) => i - 500)] });
    expect(wide).toContain('200 of 1000 columns drawn, at equal distances.');
  });
});

describe('heatmapOverlay', () => {
  const flat = (n: number, x: number) => new Float64Array(n).fill(x);

  test('draws large images in blocks, whose contributions are means', () => {
    const attributions = flat(130 * 130, 0);
    attributions.set([3, 3, 3], 0); // the first block is 3 by 3 pixels
    attributions[129 * 130 + 129] = -1; // the last holds one pixel
    const svg = heatmapOverlay({ image: flat(130 * 130, 0), attributions, width: 130, height: 130 });
    expect(svg).toContain('Each cell is a block of 3 × 3 pixels.');
    expect(cells(svg)).toEqual({ '0,0': 'f-positive 1', '43,43': 'f-negative 1' });
  });

  test('shows colours as they are, and greys from black to white', () => {
    const overlay = { attributions: [1, -1], width: 2, height: 1 };
    const rgb = heatmapOverlay({ ...overlay, image: [255, 0, 0, 0, 0, 255], channels: 3, range: [0, 255] });
    expect(rgb).toContain('fill="#ff0000"');
    expect(rgb).toContain('fill="#0000ff"');
    const grey = heatmapOverlay({ ...overlay, image: [-3, 5] });
    expect(grey).toContain('fill="#000000"');
    expect(grey).toContain('fill="#ffffff"');
  });
});
