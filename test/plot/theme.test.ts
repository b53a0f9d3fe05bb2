import { describe, expect, test } from 'vitest';
import { type Colour, palettes, series, UNDER_TEXT } from '../../src/plot/theme.ts';

type Rgb = readonly number[];
const rgb = (hex: string): Rgb => [1, 3, 5].map((i) => Number.parseInt(hex.slice(i, i + 2), 16) / 255);
const over = (top: Rgb, alpha: number, below: Rgb): Rgb =>
  top.map((x, i) => alpha * x + (1 - alpha) * below[i]!);

/** Contrast of WCAG 2.2: relative luminances plus 0.05, the lighter by the darker. */
function contrast(a: Rgb, b: Rgb): number {
  const luminance = (colour: Rgb) => {
    const [r, g, b] = colour.map((x) => (x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
  };
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light! + 0.05) / (dark! + 0.05);
}

test('contrast of black on white is 21', () => {
  expect(contrast(rgb('#000000'), rgb('#ffffff'))).toBeCloseTo(21, 10);
});

describe.each(['light', 'dark'] as const)('%s', (theme) => {
  const palette = palettes[theme];
  const paper = rgb(palette.paper);
  const colours = Object.keys(palette).filter((name) => !['paper', 'grid'].includes(name)) as Colour[];

  test.each(colours)('%s is readable on paper', (name) => {
    expect(contrast(rgb(palette[name]), paper)).toBeGreaterThanOrEqual(4.5);
  });

  test.each(['positive', 'negative', 'grid'] as const)(
    'ink is readable on %s as dense as it may be',
    (name) => {
      for (const density of [0, UNDER_TEXT / 2, UNDER_TEXT]) {
        const ground = over(rgb(palette[name]), density, paper);
        expect(contrast(rgb(palette.ink), ground)).toBeGreaterThanOrEqual(4.5);
      }
    },
  );

  test('the sign of a cell is seen on every density: ink to the half, paper from there on', () => {
    for (const density of [0.1, 0.3, 0.49]) {
      expect(contrast(rgb(palette.ink), over(rgb(palette.negative), density, paper))).toBeGreaterThanOrEqual(
        3,
      );
    }
    expect(contrast(paper, over(rgb(palette.negative), 0.8, paper))).toBeGreaterThanOrEqual(3);
  });

  test('six series differ', () => {
    expect(new Set(Array.from({ length: 6 }, (_, i) => palette[series(i)])).size).toBe(6);
    expect(series(6)).toBe(series(0));
  });
});
