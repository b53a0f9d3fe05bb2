import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { backends, clouds, folder, glia, line } from './host.ts';

const quick = ['--epochs', '6', '--backend', 'typescript', '--quiet'];
const trees = ['train', 'trees.csv', '--target', 'tree', ...quick];

async function fine(cwd: string, argv: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await glia(cwd, argv);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

const pageIn = (cwd: string, name = 'trees.report.html') => readFileSync(join(cwd, name), 'utf8');

test('stands beside the model, and the last line and JSON say where', async () => {
  const cwd = folder({ 'trees.csv': clouds() });
  expect(await fine(cwd, trees)).toMatch(/The report is in trees\.report\.html.*\n$/);
  expect(readdirSync(cwd).sort()).toEqual(['trees.csv', 'trees.glia', 'trees.report.html']);
  expect(readdirSync(join(cwd, 'trees.glia')).sort()).toEqual(['model.json', 'weights.safetensors']);
  const json = JSON.parse(await fine(cwd, [...trees, '--json', '--out', 'runs/a.glia/'])) as {
    report: string;
  };
  expect(json.report).toBe('runs/a.report.html');
  expect(existsSync(join(cwd, json.report))).toBe(true);
});

test('is made where it is asked for, or not at all; the model is the same', async () => {
  const cwd = folder({ 'trees.csv': clouds() });
  const weights = () => readFileSync(join(cwd, 'trees.glia', 'weights.safetensors'), 'hex');
  const json = JSON.parse(await fine(cwd, [...trees, '--json', '--no-report'])) as { report: null };
  const without = weights();
  expect(json.report).toBeNull();
  expect(readdirSync(cwd).sort()).toEqual(['trees.csv', 'trees.glia']);
  await fine(cwd, [...trees, '--report', 'pages/why.html']);
  expect(pageIn(cwd, 'pages/why.html')).toContain('<!doctype html>');
  expect(weights()).toBe(without);
});

test('a second training replaces it', async () => {
  const cwd = folder({ 'trees.csv': clouds() });
  await fine(cwd, trees);
  await fine(cwd, [...trees, '--seed', '5']);
  expect(pageIn(cwd)).toContain('<th scope="row">seed</th><td>5</td>');
});

test.each(backends)('%s: the same seed gives the same bytes', async (backend) => {
  const cwd = folder({ 'trees.csv': clouds() });
  const argv = ['train', 'trees.csv', '-t', 'tree', '--epochs', '6', '-q', '--backend', backend];
  await fine(cwd, argv);
  const first = pageIn(cwd);
  await fine(cwd, argv);
  expect(pageIn(cwd)).toBe(first);
  await fine(cwd, [...argv, '--seed', '1']);
  expect(pageIn(cwd)).not.toBe(first);
});

describe('says', () => {
  test('all that was promised, of a classification', async () => {
    const cwd = folder({ 'trees.csv': clouds() });
    await fine(cwd, [...trees, '--epochs', '1']);
    const page = pageIn(cwd);
    for (const words of [
      'What was trained',
      'Results',
      'Actual and predicted classes',
      'Calibration',
      'temperature',
      'Most confident mistakes',
      'By shuffling',
      'By Shapley values',
      'Learning curves',
      'The network',
      'Data checks',
      'the same in all training rows',
      'How this was computed',
      'the attributions miss the difference that they should add up to by',
    ])
      expect(page).toContain(words);
    expect(page).toMatch(/<h3>Predicted \w+, is \w+<\/h3>/);
    expect(page).not.toMatch(/NaN|undefined|\[object/);
  });

  test('residuals and largest errors, of a regression, in the units of its target', async () => {
    const cwd = folder({ 'line.csv': line() });
    await fine(cwd, ['train', 'line.csv', '--target', 'y', ...quick]);
    const page = pageIn(cwd, 'line.report.html');
    for (const words of ['Residuals', 'Largest errors', 'off by', 'RMSE']) expect(page).toContain(words);
    for (const words of ['Calibration', 'Actual and predicted classes']) expect(page).not.toContain(words);
    // y is from 8 to 18; scaled it would be about 0.
    expect(page).toMatch(/From the base value 1[0-5]/);
    expect(page).toContain('level = low');
    expect(page).toContain('increase of the mean absolute error, y');
    expect(page).not.toMatch(/logit/);
  });

  test('that rows are seen again, and that a column tells the target', async () => {
    const [head, ...rows] = clouds().trimEnd().split('\n');
    const twice = [
      `${head},code`,
      ...[...rows, ...rows].map((row) => `${row},${row.length % 2}${row.at(-1)}`),
    ];
    const cwd = folder({ 'trees.csv': `${twice.join('\n')}\n` });
    await fine(cwd, trees);
    expect(pageIn(cwd)).toMatch(/\d+ test rows are training rows/);
    expect(pageIn(cwd)).toContain('alone tells the target');
  });

  test('that there were no rows to test or to stop by', async () => {
    const cwd = folder({ 'trees.csv': clouds() });
    await fine(cwd, [...trees, '--test', '0', '--validation', '0']);
    expect(pageIn(cwd)).toContain('training rows, which it has seen');
    expect(pageIn(cwd)).toContain('no validation rows');
  });
});

test('text of the table stays text', async () => {
  const evil = '<img src=x onerror=alert(1)>';
  const rows = Array.from(
    { length: 60 },
    (_, i) => `${i % 7},${i % 5},${i % 2 ? '<script>1</script>' : '"&amp;'}`,
  );
  const cwd = folder({ 'a.csv': `${evil},b,<b>class</b>\n${rows.join('\n').replaceAll('"', '')}\n` });
  await fine(cwd, ['train', 'a.csv', '--target', '<b>class</b>', ...quick]);
  const page = pageIn(cwd, 'a.report.html');
  expect(page).not.toMatch(/<img|<script|<b>/);
  expect(page).toContain('&lt;img src=x onerror=alert(1)&gt;');
  expect(page).toContain('&amp;amp;');
});

describe('what cannot be', () => {
  test('is refused before the training', async () => {
    const cwd = folder({ 'trees.csv': clouds() });
    mkdirSync(join(cwd, 'trees.report.html'));
    const { code, stderr } = await glia(cwd, trees);
    expect(code).toBe(1);
    expect(stderr).toContain('trees.report.html');
    expect(existsSync(join(cwd, 'trees.glia'))).toBe(false);
  });

  test.each<[readonly string[], string]>([
    [['--report', 'a.html', '--no-report'], 'exclude each other'],
    [['--image', '8'], '--image must be a width and a height'],
    [['--image', '0x8'], '--image must be a width and a height'],
  ])('%j is wrong usage', async (more, words) => {
    const { code, stderr } = await glia(folder({ 'trees.csv': clouds() }), [...trees, ...more]);
    expect(code).toBe(2);
    expect(stderr).toContain(words);
  });

  test('a picture takes as many columns as it has pixels', async () => {
    const { code, stderr } = await glia(folder({ 'trees.csv': clouds() }), [...trees, '--image', '8x8']);
    expect(code).toBe(1);
    expect(stderr).toContain('takes 64 columns');
  });
});

test('interrupted, the model is there and the report is not', async () => {
  const cwd = folder({ 'trees.csv': clouds() });
  let calls = 0;
  const { code, stderr } = await glia(cwd, trees, {
    // The training is left alone, what comes after it is not.
    interruptible: (work) => work(calls++ === 0 ? new AbortController().signal : AbortSignal.abort()),
  });
  expect(code).toBe(130);
  expect(stderr).toContain('the model is saved, the report was not made');
  expect(readdirSync(cwd).sort()).toEqual(['trees.csv', 'trees.glia']);
});
