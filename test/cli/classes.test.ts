import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { printMeasured } from '../../src/cli/measured-print.ts';
import type { TextStream } from '../../src/cli/output.ts';
import { Output } from '../../src/cli/output.ts';
import { classBaseline } from '../../src/report/measured.ts';
import { ConfusionMatrix } from '../../src/train/metrics/index.ts';
import { clouds, csv, folder, glia, line } from './host.ts';

/** What is printed of a matrix with so many classes on a terminal of so many columns. */
function printed(classes: number, columns: number | undefined, name = (i: number) => `class number ${i}`) {
  let text = '';
  const stream: TextStream = { columns, write: (more) => (text += more) };
  const counts = Array.from({ length: classes }, (_, i) =>
    Array.from({ length: classes }, (_, j) => (i === j ? 20 + i : (i + 1) % classes === j ? 1 + (i % 4) : 0)),
  );
  const names = counts.map((_, i) => name(i));
  const labels = counts.flatMap((row, i) => row.flatMap((count) => new Array<number>(count).fill(i)));
  printMeasured(
    {
      rows: labels.length,
      task: 'classification',
      metrics: { accuracy: 0.9, balancedAccuracy: 0.9, f1: 0.9, auc: 0.99, loss: 0.3 },
      confusion: new ConfusionMatrix(counts, names),
      baseline: classBaseline(labels, names),
    },
    'kind',
    new Output(stream, {}),
  );
  return text;
}

const long = (i: number) => `${'very '.repeat(20)}long name ${i}`;

describe.each([30, 100])('%i classes', (classes) => {
  test.each([undefined, 40, 80, 200])('fit a terminal of %s columns', (columns) => {
    for (const name of [undefined, long]) {
      const lines = printed(classes, columns, name).split('\n');
      for (const text of lines) expect(text.length, text).toBeLessThanOrEqual(columns ?? 80);
      expect(lines.length).toBeLessThan(45);
    }
  });

  test('begin with the worst, and name what is taken for what', () => {
    const text = printed(classes, 80);
    expect(text).toMatch(/class +rows +precision +recall +F1\n/);
    expect(text).toContain(`and ${classes - 11} more, with F1 of `);
    expect(text).toMatch(
      /taken for another class most often\n {2}4 {2}class number \d+ taken for class number \d+/,
    );
    expect(printed(classes, undefined)).toMatch(
      /baseline +\d+\.\d\d %, by saying class number \d+ of every row/,
    );
  });
});

test('long names that differ at their ends are told apart', () => {
  for (const columns of [60, 80, 120]) {
    const names = printed(30, columns, long)
      .split('\n')
      .flatMap((text) => /^ +(?<name>\S.*…\S.*?\d)(?: +[\d.]+){4}$/.exec(text)?.groups?.['name'] ?? []);
    expect(names).toHaveLength(11);
    expect(new Set(names).size).toBe(11);
  }
});

test('a few classes have the whole matrix, where it fits', () => {
  expect(printed(3, 80)).toMatch(/predicted\n.*class number 0 +class number 1 +class number 2\nactual/);
  expect(printed(3, 40)).toContain('taken for');
});

test('JSON and the report have the scores of each class and the baseline', async () => {
  const cwd = folder({ 'trees.csv': clouds() });
  const argv = [
    'train',
    'trees.csv',
    '-t',
    'tree',
    '--epochs',
    '3',
    '--backend',
    'typescript',
    '-q',
    '--json',
  ];
  const { stdout } = await glia(cwd, argv);
  const { test: metrics, byClass, baseline, confusion } = JSON.parse(stdout);
  expect(byClass.map((one: { class: string }) => one.class).sort()).toEqual(['ash', 'birch', 'cedar']);
  const f1 = byClass.reduce((sum: number, one: { f1: number }) => sum + one.f1 / 3, 0);
  expect(f1).toBeCloseTo(metrics.f1, 12);
  const most = Math.max(...confusion.map((row: number[]) => row.reduce((a, b) => a + b)));
  expect(baseline.accuracy).toBe(most / 18);
  const page = readFileSync(join(cwd, 'trees.report.html'), 'utf8');
  for (const words of ['Class by class', '>precision<', '>recall<', '>F1<', 'baseline: always '])
    expect(page).toContain(words);
  const again = JSON.parse((await glia(cwd, ['evaluate', 'trees.glia', 'trees.csv', '--json'])).stdout);
  expect(again.byClass).toHaveLength(3);
  expect(again.baseline).toEqual({ class: 'ash', accuracy: 1 / 3 });
});

test('a regression has the error of the mean and the median beside its own', async () => {
  const cwd = folder({ 'line.csv': line() });
  const argv = ['train', 'line.csv', '-t', 'y', '--epochs', '3', '--backend', 'typescript', '-q'];
  expect((await glia(cwd, argv)).stdout).toMatch(
    /baseline +RMSE [\d.]+ by saying the mean, 1\d\.\d+, of every/,
  );
  expect(readFileSync(join(cwd, 'line.report.html'), 'utf8')).toMatch(
    /baseline: always the median, 1\d\.\d+/,
  );
});

describe('the index of a data frame', () => {
  const rows = (n: number) => Array.from({ length: n }, (_, i) => [i, (i * 7) % 11, i % 2 ? 'a' : 'b']);
  const argv = ['train', 'frame.csv', '-t', 'y', '--epochs', '1', '--backend', 'typescript', '-q'];
  const finding = 'column1 counts the rows of the file: it says where a row stood there';

  test('is warned of in the terminal, in JSON and in the report, in the same words', async () => {
    const cwd = folder({ 'frame.csv': csv(',x,y', rows(60)) });
    const { stdout, code } = await glia(cwd, argv);
    expect(code).toBe(0);
    const found = stdout.split('\n').find((text) => text.includes(finding))!;
    const words = found.replace(/^ +warning +/, '');
    expect(words).toMatch(/; --drop column1 leaves it out$/);
    expect(readFileSync(join(cwd, 'frame.report.html'), 'utf8')).toContain(`<li>${words}</li>`);
    expect(JSON.parse((await glia(cwd, [...argv, '--json'])).stdout).warnings).toEqual([words]);
  });

  test('is no news when it is dropped as advised', async () => {
    const { stdout } = await glia(folder({ 'frame.csv': csv(',x,y', rows(60)) }), [
      ...argv,
      ...['--drop', 'column1', '--no-report'],
    ]);
    expect(stdout).not.toContain(finding);
  });
});

test('a terminal that says nothing of its width, or less than can be, has one all the same', async () => {
  const widths = [undefined, 0, 10, 120].map(
    (columns) => new Output({ columns, write: () => undefined }, {}).width,
  );
  expect(widths).toEqual([80, 40, 40, 120]);
});
