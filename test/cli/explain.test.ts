import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { backends, clouds, data, folder, glia, line } from './host.ts';

const quick = ['--epochs', '20', '--backend', 'typescript', '--quiet', '--no-report'];

/** A folder with a CSV and a model trained on it. */
async function saved(name: string, text: string, target: string): Promise<string> {
  const cwd = folder({ [`${name}.csv`]: text });
  const { code, stderr } = await glia(cwd, ['train', `${name}.csv`, '--target', target, ...quick]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return cwd;
}

const trees = ['explain', 'trees.glia', 'trees.csv', '--backend', 'typescript', '--row', '4'];

/** What `glia explain --json` prints. */
interface Explained {
  readonly prediction: { readonly class: string; readonly value: number };
  readonly target: string;
  readonly output: number;
  readonly baseValue: number;
  readonly attributions: readonly { feature: string; value: unknown; attribution: number }[];
  readonly completenessError: number | null;
  readonly options: Readonly<Record<string, unknown>>;
  readonly warnings: readonly string[];
  readonly html: string | null;
}

async function explained(cwd: string, argv: readonly string[]): Promise<Explained> {
  const { code, stdout, stderr } = await glia(cwd, [...argv, '--json']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^\{.*\}\n$/);
  return JSON.parse(stdout) as Explained;
}

describe.each(backends)('%s', (backend) => {
  test('a row by columns that add up to the difference', async () => {
    const cwd = await saved('trees', clouds(), 'tree');
    const argv = ['explain', 'trees.glia', 'trees.csv', '-r', '4', '--backend', backend];
    const { prediction, target, output, baseValue, attributions, ...rest } = await explained(cwd, argv);
    expect([prediction.class, target]).toEqual(['birch', 'birch']);
    expect(attributions.map(({ feature }) => feature)).toEqual(['x', 'y']);
    const sum = attributions.reduce((total, { attribution }) => total + attribution, 0);
    expect(sum).toBeCloseTo(output - baseValue, 4);
    expect(rest.completenessError).toBeLessThan(1e-4);
    expect(rest.options).toMatchObject({ algorithm: 'exact', background: 89 });
    expect(rest.warnings).toEqual([]);
  });
});

test('for people: prediction, columns with the values as they stand in the file, and the check', async () => {
  const cwd = await saved('trees', clouds(), 'tree');
  const { code, stdout } = await glia(cwd, [...trees, '--top', '1']);
  expect(code).toBe(0);
  const cell = Number(clouds().split('\n')[5]!.split(',')[0]);
  expect(stdout).toContain(`x = ${cell} `);
  for (const words of ['row 4 of trees.csv', 'birch, ', 'logit', 'and 1 more', 'misses the difference by'])
    expect(stdout).toContain(words);
});

test('a regression speaks in the units of its target, and of words', async () => {
  const cwd = await saved('line', line(), 'y');
  const argv = ['explain', 'line.glia', 'line.csv', '--row', '0', '--backend', 'typescript'];
  const { prediction, output, attributions } = await explained(cwd, argv);
  expect(output).toBeCloseTo(prediction.value, 2);
  expect(attributions.find(({ feature }) => feature === 'level')!.value).toBe('low');
});

test('each method by its name, and a class by its own', async () => {
  const cwd = await saved('trees', clouds(), 'tree');
  for (const method of [
    'integratedGradients',
    'deepLift',
    'lrp',
    'saliency',
    'smoothGrad',
    'featureAblation',
  ]) {
    const { target, completenessError, ...rest } = await explained(cwd, [
      ...trees,
      '--method',
      method,
      '-t',
      'ash',
    ]);
    expect([target, rest.attributions.length]).toEqual(['ash', 2]);
    if (['integratedGradients', 'deepLift'].includes(method)) expect(completenessError).toBeLessThan(1e-4);
  }
});

test('the page holds the picture, and stands alone', async () => {
  const cwd = await saved('trees', clouds(), 'tree');
  const { html } = await explained(cwd, [...trees, '--html', 'why.html']);
  expect(html).toBe('why.html');
  const page = readFileSync(join(cwd, 'why.html'), 'utf8');
  expect(page).toMatch(/<svg[\s\S]*base value/);
  expect(page).not.toMatch(/src=|href=|<script/);
});

test('digits are drawn as the pictures they are', async () => {
  const cwd = folder();
  const digits = data('digits.csv');
  const argv = ['train', digits, '--target', 'digit', '--epochs', '1', '--out', 'd.glia'];
  await glia(cwd, [...argv, '-q', '--no-report']);
  await explained(cwd, ['explain', 'd.glia', digits, '--row', '7', '--method', 'lrp', '--html', 'why.html']);
  expect(readFileSync(join(cwd, 'why.html'), 'utf8')).toContain('pixel by pixel');
});

describe('what cannot be', () => {
  test.each<[string, readonly string[], number, string]>([
    ['a method of no row', ['explain', 'trees.glia', 'trees.csv', '--method', 'lrp'], 2, '--row N'],
    ['half a row', [...trees, '--row', '1.5'], 2, '--row must be a whole number'],
    ['an unknown method', [...trees, '--method', 'shapp'], 2, 'did you mean "shap"?'],
    [
      'a background without need',
      [...trees, '--method', 'lrp', '--background', 'trees.csv'],
      2,
      'lrp does not',
    ],
    ['a row beyond the end', [...trees, '--row', '90'], 1, 'there is no row 90'],
    ['an unknown class', [...trees, '--target', 'oak'], 1, 'ash, birch, cedar'],
    ['a class number beyond the last', [...trees, '--target', '3'], 1, 'there is no output 3'],
    ['nothing to compare with', ['explain', 'trees.glia', 'one.csv', '--row', '0'], 1, '--background'],
    ['a model that is not there', ['explain', 'no.glia', 'trees.csv', '--row', '0'], 1, 'no.glia'],
    ['a page that is a folder', [...trees, '--html', 'pages'], 1, 'pages'],
    ['a page in the place of the model', [...trees, '--html', 'trees.glia'], 2, 'trees.glia'],
    ['a picture of another size', [...trees, '--html', 'a.html', '--image', '3x3'], 1, 'takes 9 columns'],
  ])('%s', async (_name, argv, expected, words) => {
    const cwd = await saved('trees', clouds(), 'tree');
    writeFileSync(join(cwd, 'one.csv'), 'x,y\n0,3\n');
    mkdirSync(join(cwd, 'pages'));
    const { code, stdout, stderr } = await glia(cwd, argv);
    expect(stderr).toContain(words);
    expect(stderr).not.toMatch(/\n\s+at .*:\d+:\d+/);
    expect({ code, stdout }).toEqual({ code: expected, stdout: '' });
  });

  test('an interrupted one writes nothing', async () => {
    const cwd = await saved('trees', clouds(), 'tree');
    const ran = await glia(cwd, trees, { interruptible: (work) => work(AbortSignal.abort()) });
    expect(ran).toEqual({ code: 130, stdout: '', stderr: 'interrupted\n' });
  });
});
