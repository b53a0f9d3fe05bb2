import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { type AttributionData, force, waterfall } from '../../src/plot/index.ts';
import { pathPoints } from '../support/path-points.ts';
import { everyElement, parseXml, type Xml } from '../support/xml.ts';

/** Arrows in order: what they say, and their beginnings and tips in pixels. */
function arrows(svg: string): { told: string; from: number; to: number; striped: boolean }[] {
  return everyElement(parseXml(svg))
    .filter(({ attributes }) => attributes['class'] === 'mark')
    .map(({ children }) => {
      const [title, outline, stripes] = children as [Xml, Xml, Xml | undefined];
      const points = pathPoints(outline.attributes['d']!);
      return { told: title.text, from: points[0]![0], to: points[2]![0], striped: stripes !== undefined };
    });
}

/** Thick lines, which stand for base value and output. */
const totals = (svg: string): number[] =>
  everyElement(parseXml(svg))
    .filter(({ name, attributes }) => name === 'line' && attributes['stroke-width'] === '2.5')
    .map(({ attributes }) => Number(attributes['x1']));

const random = Random.of(5, 'attributions');
const cases = Array.from({ length: 30 }, (_, i): AttributionData => {
  const values = Array.from({ length: 1 + (i % 9) }, () => random.normal() * 10 ** (i % 5));
  return { values, baseValue: random.normal(), unit: 'logit' };
});

describe('waterfall', () => {
  test('chains from the base value to the output', () => {
    for (const data of cases) {
      const svg = waterfall(data);
      const steps = arrows(svg);
      const [base, output] = totals(svg);
      expect(steps).toHaveLength(data.values.length);
      expect(steps[0]!.from).toBeCloseTo(base!, 1);
      expect(steps.at(-1)!.to).toBeCloseTo(output!, 1);
      for (const [i, step] of steps.entries()) if (i > 0) expect(step.from).toBe(steps[i - 1]!.to);
    }
  });

  test('has arrows as long as the values, to the side of their sign, the largest first', () => {
    for (const data of cases) {
      const steps = arrows(waterfall(data));
      const sorted = Array.from(data.values).sort((a, b) => Math.abs(b) - Math.abs(a));
      const scale = (steps[0]!.to - steps[0]!.from) / sorted[0]!;
      expect(scale).toBeGreaterThan(0);
      for (const [i, { from, to }] of steps.entries()) expect(to - from).toBeCloseTo(sorted[i]! * scale, 0);
    }
  });

  test('says the values with their names, whatever is drawn', () => {
    const told = arrows(
      waterfall({ values: [0.25, -1.5], baseValue: 1, names: ['a', 'b'], inputs: [3, 'x'] }),
    );
    expect(told.map((arrow) => arrow.told)).toEqual(['b = x: \u22121.5', 'a = 3: +0.25']);
    expect(told.map(({ striped }) => striped)).toEqual([true, false]);
  });

  test('shows what the contributions do not explain, and passes over rounding', () => {
    const data = { values: [0.2, -0.1], baseValue: 0.5 };
    expect(arrows(waterfall({ ...data, output: 0.9 })).at(-1)!.told).toBe('not explained: +0.3');
    expect(arrows(waterfall({ ...data, output: 0.6000001 }))).toHaveLength(2);
    expect(waterfall({ ...data, output: 0.9 })).toContain('not explained +0.3');
  });

  test('gathers the smallest', () => {
    const values = [5, -4, 3, -2, 1];
    const told = arrows(waterfall({ values, baseValue: 0 }, { most: 3 })).map((arrow) => arrow.told);
    expect(told).toEqual(['feature 0: +5', 'feature 1: \u22124', '3 others: +2']);
  });
});

describe('force', () => {
  test.each(cases)('pushes from both sides to the output, %#', (data) => {
    const svg = force(data);
    const parts = arrows(svg);
    const [output] = totals(svg);
    const up = parts.filter(({ from, to }) => to > from);
    const down = parts.filter(({ from, to }) => to < from);
    expect(up).toHaveLength(Array.from(data.values).filter((x) => x > 0).length);
    expect(up.length + down.length).toBe(data.values.length);
    for (const side of [up, down]) {
      const tips = side.map(({ to }) => to);
      const wanted = side.map((_, i) => (i === 0 ? expect.closeTo(output!, 1) : side[i - 1]!.from));
      expect(tips).toEqual(wanted);
    }
  });
});
