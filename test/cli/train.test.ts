import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { backends, clouds, data, folder, glia, line } from './host.ts';

const quick = ['--epochs', '8', '--backend', 'typescript'];

/** What `glia train --json` prints. */
interface Report {
  readonly task: string;
  readonly target: string;
  readonly classes: readonly string[];
  readonly rows: Record<string, number>;
  readonly features: readonly string[];
  readonly dropped: readonly { column: string }[];
  readonly test: Record<string, number> | null;
  readonly confusion: readonly (readonly number[])[] | null;
  readonly history: { readonly epochs: number; readonly best: Record<string, number> | null };
  readonly stopReason: string;
  readonly backend: { readonly name: string };
  readonly model: string;
  readonly seed: number;
  readonly seconds: number;
}

async function trained(cwd: string, argv: readonly string[]): Promise<Report> {
  const { code, stdout, stderr } = await glia(cwd, ['train', ...argv, '--json']);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  // One object on one line, and nothing else.
  expect(stdout).toMatch(/^\{.*\}\n$/);
  return JSON.parse(stdout) as Report;
}

describe.each(backends)('%s', (backend) => {
  test('penguins by species, cells missing', async () => {
    const cwd = folder();
    const report = await trained(cwd, [data('penguins.csv'), '--target', 'species', '--backend', backend]);
    expect(report).toMatchObject({
      task: 'classification',
      target: 'species',
      classes: ['Adelie', 'Chinstrap', 'Gentoo'],
      rows: { train: 223, validation: 52, test: 69, leftOut: 0 },
      dropped: [],
      backend: { name: backend },
      model: 'penguins.glia',
      seed: 0,
    });
    expect(report.features).toHaveLength(6);
    // 66 of 69: ten seeds gave 67 or more.
    expect(report.test!['accuracy']).toBeGreaterThan(0.95);
    expect(report.confusion!.flat().reduce((sum, count) => sum + count)).toBe(69);
    expect(readdirSync(join(cwd, 'penguins.glia')).sort()).toEqual(['model.json', 'weights.safetensors']);
  });

  test('a line, by regression', async () => {
    const cwd = folder({ 'line.csv': line() });
    const report = await trained(cwd, ['line.csv', '-t', 'y', '--backend', backend]);
    expect(report).toMatchObject({ task: 'regression', classes: [], confusion: null });
    // y has a standard deviation of about 2.7.
    expect(report.test!['rmse']).toBeLessThan(0.5);
    expect(report.test!['r2']).toBeGreaterThan(0.95);
    expect(report.test!['mae']).toBeLessThanOrEqual(report.test!['rmse']!);
  });
});

test('the report says what was read, what was trained and what came out', async () => {
  const cwd = folder({ 'trees.csv': clouds() });
  const { code, stdout, stderr } = await glia(cwd, ['train', 'trees.csv', '--target', 'tree', ...quick]);
  expect(code).toBe(0);
  for (const words of [
    'trees.csv',
    '90: 58 for training, 14 for validation, 18 for the test',
    '2 numeric; 2 inputs',
    'classification, by the values of the target',
    '3: ash, birch, cedar',
    'dense1',
    'parameters',
    'the best was ',
    '(val_loss ',
    'accuracy',
    'predicted',
    'typescript: ',
    'The model is in trees.glia',
  ])
    expect(stdout).toContain(words);
  expect(stderr).toMatch(/^epoch 1\/8 {2}loss/);
  expect(stderr).toContain('8 epochs in');
});

describe('progress', () => {
  const argv = ['train', 'trees.csv', '--target', 'tree', '--epochs', '2', '--backend', 'typescript'];
  test.each<[string, boolean, readonly string[], RegExp]>([
    ['is a bar on a terminal', true, [], /\[K.*loss/],
    ['is lines elsewhere', false, [], /^epoch 1\/2/],
    ['is a bar on a terminal beside JSON', true, ['--json'], /\[K.*loss/],
    ['is not there elsewhere beside JSON', false, ['--json'], /^$/],
    ['is not there when quiet', true, ['--quiet'], /^$/],
  ])('%s', async (_name, terminal, more, expected) => {
    const { stderr } = await glia(folder({ 'trees.csv': clouds() }), [...argv, ...more], { terminal });
    expect(stderr).toMatch(expected);
  });
});

describe('the seed decides everything', () => {
  test.each(backends)('%s: two runs print the same and write the same', async (backend) => {
    const cwd = folder({ 'trees.csv': clouds() });
    const once = async (seed: string) => {
      const argv = ['trees.csv', '-t', 'tree', '--epochs', '6', '--seed', seed, '--backend', backend];
      const { stdout } = await glia(cwd, ['train', ...argv, '--quiet']);
      return { stdout, weights: readFileSync(join(cwd, 'trees.glia', 'weights.safetensors'), 'hex') };
    };
    const first = await once('3');
    expect(await once('3')).toEqual(first);
    expect((await once('4')).weights).not.toBe(first.weights);
  });
});

describe('options', () => {
  test('task, layers, dropped columns, shares and folder are as asked for', async () => {
    const cwd = folder({ 'line.csv': line() });
    const more = ['--drop', 'b,level', '--hidden', '8,4', '--dropout', '0.1', '--optimizer', 'sgd'];
    const out = ['--out', 'runs/line', '--validation', '0', '--test', '0.5', '--epochs', '2'];
    const report = await trained(cwd, ['line.csv', '-t', 'y', ...more, ...out]);
    expect(report).toMatchObject({
      features: ['a'],
      rows: { train: 60, validation: 0, test: 60 },
      model: 'runs/line',
      stopReason: 'completed',
      history: { epochs: 2, best: { epoch: expect.any(Number) } },
    });
    const { calls } = JSON.parse(readFileSync(join(cwd, 'runs/line/model.json'), 'utf8')) as {
      calls: { kind: string }[];
    };
    expect(calls.map(({ kind }) => kind)).toEqual(['dense', 'dropout', 'dense', 'dropout', 'dense']);
  });

  test('no hidden layer, no test', async () => {
    const cwd = folder({ 'trees.csv': clouds() });
    const report = await trained(cwd, [
      'trees.csv',
      '-t',
      'tree',
      '--hidden',
      'none',
      '--test',
      '0',
      ...quick,
    ]);
    expect(report).toMatchObject({ test: null, confusion: null, rows: { test: 0 } });
  });

  test('numbers can be classes, and class numbers values', async () => {
    const rows = Array.from({ length: 60 }, (_, i) => `${i % 7},${i % 3}.5,${i % 3}`).join('\n');
    const cwd = folder({ 'n.csv': `a,half,whole\n${rows}\n` });
    const classes = await trained(cwd, ['n.csv', '-t', 'half', '--task', 'classification', ...quick]);
    expect(classes.classes).toEqual(['0.5', '1.5', '2.5']);
    const values = await trained(cwd, ['n.csv', '-t', 'whole', '--task', 'regression', ...quick]);
    expect(values.task).toBe('regression');
  });

  test('early stopping waits as long as asked for', async () => {
    const cwd = folder({ 'line.csv': line() });
    const report = await trained(cwd, ['line.csv', '-t', 'y', '--patience', '1', '--learning-rate', '0.5']);
    expect(report.stopReason).toContain('earlyStopping');
    expect(report.history.best!['epoch']).toBe(report.history.epochs - 1);
  });

  test('delimiter and words for missing cells', async () => {
    const rows = Array.from({ length: 40 }, (_, i) => `${i % 5 === 0 ? 'NA' : i}\t${i % 2 ? 'no' : 'yes'}`);
    const cwd = folder({ 'tab.csv': `x\ty\n${rows.join('\n')}\n` });
    const argv = ['tab.csv', '-t', 'y', '--delimiter', 'tab', '--missing', 'NA,?', ...quick];
    expect((await trained(cwd, argv)).features).toEqual(['x']);
  });

  test('how numbers are written', async () => {
    const rows = Array.from({ length: 40 }, (_, i) => `1,${100 + i};"1 ${100 + i}";${i % 2 ? 'no' : 'yes'}`);
    const cwd = folder({ 'mass.csv': `mass;price;y\n${rows.join('\n')}\n` });
    // Three digits behind a sign may be decimals or a group, and numbers of one length in groups may be names.
    const argv = ['mass.csv', '-t', 'y', '--decimal', ',', '--thousands', 'space', ...quick];
    expect((await trained(cwd, argv)).features).toEqual(['mass', 'price']);
  });
});

test('rows without a target are left out and counted', async () => {
  const cwd = folder({ 'trees.csv': `${clouds()}1,1,\n2,2,\n` });
  const report = await trained(cwd, ['trees.csv', '--target', 'tree', ...quick]);
  expect(report.rows).toEqual({ train: 58, validation: 14, test: 18, leftOut: 2 });
});

test('columns that can teach nothing are dropped and named', async () => {
  const [head, ...rows] = clouds().trimEnd().split('\n');
  const text = [`name,void,${head}`, ...rows.map((row, i) => `tree-${i},,${row}`)].join('\n');
  const cwd = folder({ 'named.csv': text });
  const report = await trained(cwd, ['named.csv', '--target', 'tree', ...quick]);
  expect(report.dropped.map(({ column }) => column)).toEqual(['name', 'void']);
});

describe('an interrupted run', () => {
  const argv = ['train', 'trees.csv', '--target', 'tree', '--backend', 'typescript', '--quiet'];

  test('keeps the best weights so far and says so', async () => {
    const cwd = folder({ 'trees.csv': clouds() });
    const { code, stdout, stderr } = await glia(
      cwd,
      [...argv, '--epochs', '100000', '--patience', '100000'],
      {
        interruptible: (work) => work(AbortSignal.timeout(500)),
      },
    );
    expect(code).toBe(130);
    expect(stderr).toContain('interrupted: the best weights so far are in trees.glia');
    expect(stdout).toContain('aborted');
    expect(existsSync(join(cwd, 'trees.glia', 'model.json'))).toBe(true);
  });

  test('saves nothing before the first epoch', async () => {
    const cwd = folder({ 'trees.csv': clouds() });
    const interruptible = <T>(work: (signal: AbortSignal) => Promise<T>) => work(AbortSignal.abort());
    const { code, stderr } = await glia(cwd, argv, { interruptible });
    expect(code).toBe(130);
    expect(stderr).toContain('nothing was saved');
    expect(readdirSync(cwd)).toEqual(['trees.csv']);
  });
});

test('a second run replaces the model of the first', async () => {
  const cwd = folder({ 'trees.csv': clouds() });
  const argv = ['trees.csv', '--target', 'tree', ...quick];
  await trained(cwd, argv);
  await trained(cwd, [...argv, '--hidden', '4']);
  expect(readFileSync(join(cwd, 'trees.glia/model.json'), 'utf8')).toContain('"units": 4');
});
