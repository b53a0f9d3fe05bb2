import { dense, sequential } from 'glia';
import { columns, Table } from 'glia/data';
import { partialDependence } from 'glia/explain';
import { expect, test } from 'vitest';
import { OptionError } from '../../src/base/errors.ts';
import * as plot from '../../src/plot/index.ts';
import { pathPoints } from '../support/path-points.ts';
import { everyElement, parseXml } from '../support/xml.ts';

const texts = (svg: string): string[] =>
  everyElement(parseXml(svg))
    .filter(({ name }) => name === 'text')
    .map(({ text }) => text);
/** The points of the thickest line. */
const lineOf = (svg: string) =>
  pathPoints(
    everyElement(parseXml(svg)).find(({ attributes }) => attributes['stroke-width'] === '3.5')!.attributes[
      'd'
    ]!,
  );

test('dates lie on an axis of time, not in the order of the predictions', () => {
  const dates = ['2024-01-01', '2024-07-01', '2024-12-31T00:00'];
  const svg = plot.partialDependence({ dates, average: [3, 1, 2], rug: dates, name: 'joined' });
  const [a, b, c] = lineOf(svg).map(([x]) => x!) as [number, number, number];
  // 182 and 183 days of a leap year.
  expect((b - a) / (c - b)).toBeCloseTo(182 / 183, 1);
  expect(texts(svg)).toEqual(expect.arrayContaining(['2024', 'April', 'July', 'October']));
  expect(parseXml(svg).children[1]!.text).toContain('from 3 at joined 2024-01-01 to 2 at joined 2024-12-31');
});

test('a date without a zone is in UTC, whatever the zone of the machine', () => {
  const same = (dates: string[]) => plot.partialDependence({ dates, average: [1, 2] });
  expect(same(['2024-01-01T06:30', '2024-01-02T00:00'])).toBe(
    same(['2024-01-01T06:30:00Z', '2024-01-02T02:00+02:00']),
  );
});

test('values in any order are one line from left to right, with the rows that belong to them', () => {
  const ordered = { average: [1, 2, 3], ice: [[4, 5, 6]], rug: [2] };
  const mixed = { average: [3, 1, 2], ice: [[6, 4, 5]], rug: [2] };
  expect(plot.partialDependence({ grid: [9, -1, 2], ...mixed })).toBe(
    plot.partialDependence({ grid: [-1, 2, 9], ...ordered }),
  );
  const days = ['2024-01-01', '2024-03-01', '2025-01-01'] as const;
  expect(plot.partialDependence({ dates: [days[2], days[0], days[1]], ...mixed, rug: [days[1]] })).toBe(
    plot.partialDependence({ dates: days, ...ordered, rug: [days[1]] }),
  );
});

test.each<[string, object, RegExp]>([
  ['what is no date', { dates: ['2024-01-01', 'May'] }, /dates has what is no date\n {2}got +'?"?May/],
  ['a day that is none', { dates: ['2024-01-01', '2024-13-01'] }, /dates has what is no date/],
  ['a rug of something else', { dates: ['2024-01-01', '2024-01-02'], rug: [3] }, /rug has what is no date/],
  ['a grid beside them', { dates: ['2024-01-01', '2024-01-02'], grid: [1, 2] }, /both grid and dates/],
])('%s is refused', (_, data, message) => {
  const draw = () => plot.partialDependence({ average: [1, 2], ...data } as never);
  expect(draw).toThrow(OptionError);
  expect(draw).toThrow(message);
});

test('the curve of a column of dates is drawn over time as it comes', async () => {
  const table = Table.fromRows(
    Array.from({ length: 60 }, (_, i) => ({
      joined: new Date(Date.UTC(2023, 0, 1 + 11 * i)).toISOString().slice(0, 10),
      y: i % 7,
    })),
  );
  const prepare = columns({ date: { of: ['joined'] }, target: { of: 'y', encode: 'none' } }).fit(table);
  const model = sequential([dense(1)], { prepare, seed: 1, backend: 'typescript' });
  const svg = (await partialDependence(model, table, { feature: 'joined' })).toSvg();
  expect(texts(svg)).toEqual(expect.arrayContaining(['2023', '2024']));
  const xs = lineOf(svg).map(([x]) => x!);
  expect(xs).toEqual([...xs].sort((a, b) => a - b));
});
