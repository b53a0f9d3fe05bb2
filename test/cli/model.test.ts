import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { clouds, folder, glia, line } from './host.ts';

const quick = ['--epochs', '15', '--backend', 'typescript', '--quiet'];

/** A folder with the two tables, a model of each, and the tables without their targets. */
async function models(): Promise<string> {
  const bare = (text: string) => text.replace(/,[^,\n]*$/gm, '');
  const cwd = folder({ 'trees.csv': clouds(), 'line.csv': line() });
  writeFileSync(join(cwd, 'new-trees.csv'), bare(clouds()));
  writeFileSync(join(cwd, 'new-line.csv'), bare(line()));
  for (const [file, target] of [
    ['trees.csv', 'tree'],
    ['line.csv', 'y'],
  ] as const)
    await fine(cwd, ['train', file, '--target', target, ...quick]);
  return cwd;
}

async function fine(cwd: string, argv: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await glia(cwd, argv);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

/** What `glia explain --json` prints of a model. */
interface Explained {
  readonly target: string;
  readonly rows: Record<string, number>;
  readonly importance: { columns: { column: string; mean: number; stdError: number }[] } | null;
  readonly attributions: { unit: string; columns: { column: string; mean: number }[] };
  readonly dependence: { column: string; predicted: string; values: unknown[]; average: number[] }[];
  readonly html: string | null;
}

const page = (cwd: string, name: string) => readFileSync(join(cwd, name), 'utf8');

test('a saved model: what it relies on, its page on any table, with targets and without', async () => {
  const cwd = await models();
  const told = async (argv: readonly string[]) =>
    JSON.parse(await fine(cwd, ['explain', ...argv, '--json'])) as Explained;

  // With the target: by shuffling. y = 3a - 2b + level: a matters most of the numbers.
  const line = await told(['line.glia', 'line.csv', '--html', 'line.html']);
  expect(line).toMatchObject({ target: 'y', rows: { explained: 120, leftOut: 0 }, html: 'line.html' });
  const [most] = [...line.importance!.columns].sort((a, b) => b.mean - a.mean);
  expect(most).toMatchObject({ column: 'level', stdError: expect.any(Number) });
  expect(line.attributions.unit).toBe('y');
  // In units of y, which is from 8 to 18, by the words of the column.
  const level = line.dependence.find(({ column }) => column === 'level')!;
  expect(level).toMatchObject({ predicted: 'y', values: ['high', 'low'] });
  const [high, low] = level.average as [number, number];
  expect(high - low).toBeGreaterThan(2);
  // The mean of y is 13.1.
  expect(low).toBeGreaterThan(7);
  expect(high).toBeLessThan(18);
  for (const words of ['What matters to the model', 'By shuffling', 'How predictions go with a column'])
    expect(page(cwd, 'line.html')).toContain(words);

  // Without: by attributions alone, which see the same.
  const bare = await told(['line.glia', 'new-line.csv', '--html', 'bare.html']);
  expect(bare.importance).toBeNull();
  expect([...bare.attributions.columns].sort((a, b) => b.mean - a.mean)[0]!.column).toBe('level');
  expect(page(cwd, 'bare.html')).not.toContain('By shuffling');
  expect((await told(['trees.glia', 'trees.csv'])).dependence[0]!.predicted).toMatch(
    /^probability of (ash|birch|cedar)$/,
  );
  const text = await fine(cwd, ['explain', 'trees.glia', 'trees.csv', '--top', '1']);
  expect(text).toMatch(/column +loss rises by +mean \|attribution\|\n/);
  expect(text).toContain('and 1 more');
  expect(text).toMatch(/^ {2}explained +shap of 50 rows, in units of logit$/m);
  expect(await fine(cwd, ['explain', 'trees.glia', 'new-trees.csv'])).toContain('nothing is shuffled');

  // The report of the training is left alone.
  const before = page(cwd, 'trees.report.html');
  expect(await fine(cwd, ['report', 'trees.glia', 'trees.csv'])).toContain(
    'The report is in trees-on-trees.report.html',
  );
  expect(page(cwd, 'trees.report.html')).toBe(before);
  const own = page(cwd, 'trees-on-trees.report.html');
  for (const words of ['The model', 'Results', 'Class by class', 'Calibration', 'is not saved with a model'])
    expect(own).toContain(words);
  for (const words of ['Learning curves', 'test row', 'training row', 'undefined', 'NaN', '[object'])
    expect(own).not.toContain(words);
  // Twice the same bytes.
  await fine(cwd, ['report', 'trees.glia', 'trees.csv', '--out', 'again.html']);
  expect(page(cwd, 'again.html')).toBe(own);

  const json = JSON.parse(
    await fine(cwd, ['report', 'trees.glia', 'new-trees.csv', '-o', 'new.html', '--json']),
  ) as object;
  expect(json).toMatchObject({ test: null, baseline: null, report: 'new.html', rows: { judged: 90 } });
  const unknown = page(cwd, 'new.html');
  for (const words of ['Predictions', 'how good the predictions are cannot be said', 'sure on average'])
    expect(unknown).toContain(words);
  for (const words of ['Results', 'Calibration', 'mistakes', 'By shuffling'])
    expect(unknown).not.toContain(words);
  await fine(cwd, ['report', 'line.glia', 'new-line.csv', '--background', 'line.csv', '--out', 'l.html']);
  expect(page(cwd, 'l.html')).toContain('half are below');
  expect(page(cwd, 'l.html')).toContain('background rows');

  // Rows without a target are left out and counted.
  writeFileSync(join(cwd, 'some.csv'), `${clouds()}1,1,\n`);
  await fine(cwd, ['report', 'trees.glia', 'some.csv', '--out', 'some.html']);
  expect(page(cwd, 'some.html')).toContain('1, left out');

  // A row has its number and its line, everywhere the same.
  writeFileSync(join(cwd, 'gaps.csv'), clouds().replace('\n', '\n\n\n'));
  const row = ['explain', 'trees.glia', 'gaps.csv', '--row', '4', '--html', 'row.html'];
  expect(JSON.parse(await fine(cwd, [...row, '--json']))).toMatchObject({ row: 4, line: 8 });
  expect(await fine(cwd, row)).toContain('row 4 of gaps.csv (line 8)');
  expect(page(cwd, 'row.html')).toContain('Line 8 of gaps.csv (row 4)');

  for (const [argv, words] of [
    [['explain', 'trees.glia', 'trees.csv', '--method', 'lrp'], '--method is for one row'],
    [['explain', 'trees.glia', 'trees.csv', '--target', 'ash'], '--target is for one row'],
  ] as const) {
    const { code, stderr } = await glia(cwd, argv);
    expect(code).toBe(2);
    expect(stderr).toContain(words);
  }
});

test('the rows of a report are those of the file: the line has what is said of it, and so has the row', async () => {
  // The label says little of the columns, so that there are mistakes; blank lines, and rows without a label.
  const cells = Array.from({ length: 90 }, (_, i) => {
    const kind = i % 9 === 4 ? '' : ['ash', 'birch'][(i * i * 7 + i) % 5 > 2 ? 1 : 0]!;
    return `${i % 13},${(i * 5) % 7},${kind}${i % 10 === 3 ? '\n' : ''}`;
  });
  const text = `x,y,tree\n${cells.join('\n')}\n`;
  const rows = text.split('\n').filter((one) => one !== '');
  const cwd = folder({ 'a.csv': text });
  await fine(cwd, ['train', 'a.csv', '-t', 'tree', ...quick]);
  const cards = /<h3>Predicted \w+, is (\w+)<\/h3>\s*<p class="lead">([^<]*)<\/p>/g;
  const found = [...page(cwd, 'a.report.html').matchAll(cards)];
  expect(found.length).toBeGreaterThan(1);
  for (const [, actual, words] of found) {
    const [, at, row] = /line (\d+) of a\.csv \(row (\d+)\)/.exec(words!)!;
    expect(text.split('\n')[Number(at) - 1]!.split(',')[2]).toBe(actual);
    expect(rows[1 + Number(row)]!.split(',')[2]).toBe(actual);
  }
  const [, line, row] = /line (\d+) of a\.csv \(row (\d+)\)/.exec(found[0]![2]!)!;
  const json = JSON.parse(await fine(cwd, ['explain', 'a.glia', 'a.csv', '--row', row!, '--json'])) as object;
  expect(json).toMatchObject({ row: Number(row), line: Number(line) });
});

test('interrupted, no page is written', async () => {
  const cwd = folder({ 'trees.csv': clouds() });
  await fine(cwd, ['train', 'trees.csv', '--target', 'tree', ...quick, '--no-report']);
  const host = { interruptible: <T>(work: (signal: AbortSignal) => Promise<T>) => work(AbortSignal.abort()) };
  for (const argv of [['report'], ['explain', '--html', 'why.html']]) {
    const { code, stderr } = await glia(cwd, [...argv, 'trees.glia', 'trees.csv'], host);
    expect(code).toBe(130);
    expect(stderr).toContain('interrupted');
  }
  expect(readdirSync(cwd).sort()).toEqual(['trees.csv', 'trees.glia']);
  expect(existsSync(join(cwd, 'why.html'))).toBe(false);
});
