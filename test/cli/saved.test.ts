import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseCsv, readCsv, type Table } from '../../src/data/index.ts';
import { dense } from '../../src/nn/index.ts';
import { load } from '../../src/train/load.ts';
import { sequential } from '../../src/train/model.ts';
import type { ClassPrediction, ValuePrediction } from '../../src/train/predict.ts';
import { backends, clouds, folder, glia, line } from './host.ts';

const quick = ['--epochs', '8', '--backend', 'typescript', '--quiet'];

/** A folder with a CSV and a model trained on it. */
async function saved(name: string, text: string, target: string): Promise<string> {
  const cwd = folder({ [`${name}.csv`]: text });
  const { code, stderr } = await glia(cwd, ['train', `${name}.csv`, '--target', target, ...quick]);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return cwd;
}

async function fine(cwd: string, argv: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await glia(cwd, argv);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return stdout;
}

async function failing(cwd: string, argv: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await glia(cwd, argv);
  expect(stdout).toBe('');
  expect(code).toBe(1);
  return stderr;
}

/** Numbers of a column of what `glia predict` printed. */
function numbersOf(table: Table, column: string): number[] {
  return Array.from(table.column(column).values as Float64Array);
}

describe.each(backends)('predict on %s', (backend) => {
  test('gives each row its class and probabilities, in order', async () => {
    const cwd = await saved('trees', clouds(), 'tree');
    const model = await load(join(cwd, 'trees.glia'), { backend });
    const table = await readCsv(join(cwd, 'trees.csv'));
    const wanted = (await model.predict(table)) as ClassPrediction[];
    const text = await fine(cwd, ['predict', 'trees.glia', 'trees.csv', '--backend', backend]);
    const got = parseCsv(text);
    expect(got.columns).toEqual(['prediction', 'probability_ash', 'probability_birch', 'probability_cedar']);
    expect(got.column('prediction').values).toEqual(wanted.map((one) => one.class));
    // The decimals stand for the very same float32.
    for (const name of ['ash', 'birch', 'cedar']) {
      const numbers = numbersOf(got, `probability_${name}`).map(Math.fround);
      expect(numbers).toEqual(wanted.map(({ probabilities }) => probabilities[name]));
    }
  });

  test('gives each row its value, in the units of the target', async () => {
    const cwd = await saved('line', line(), 'y');
    const model = await load(join(cwd, 'line.glia'), { backend });
    const wanted = (await model.predict(await readCsv(join(cwd, 'line.csv')))) as ValuePrediction[];
    const got = parseCsv(await fine(cwd, ['predict', 'line.glia', 'line.csv', '--backend', backend]));
    expect(got.columns).toEqual(['prediction']);
    numbersOf(got, 'prediction').forEach((value, row) => {
      // Nine digits.
      expect(Math.abs(value / wanted[row]!.value - 1)).toBeLessThan(1e-8);
    });
  });
});

describe('predict', () => {
  test('needs no target, passes over other columns and imputes missing cells', async () => {
    const cwd = await saved('trees', clouds(), 'tree');
    writeFileSync(join(cwd, 'new.csv'), 'note,y,x\nhello,0.5,0.5\nworld,,3.5\n');
    const text = await fine(cwd, ['predict', 'trees.glia', 'new.csv']);
    expect(text.trimEnd().split('\n')).toHaveLength(3);
  });

  test('does not read the target: it may be missing or new', async () => {
    const cwd = await saved('trees', clouds(), 'tree');
    writeFileSync(join(cwd, 'new.csv'), 'x,y,tree\n0.5,0.5,\n3,0.5,oak\n');
    expect((await fine(cwd, ['predict', 'trees.glia', 'new.csv'])).split('\n')).toHaveLength(4);
  });

  test('writes a file in place of stdout', async () => {
    const cwd = await saved('trees', clouds(), 'tree');
    const text = await fine(cwd, ['predict', 'trees.glia', 'trees.csv']);
    const said = await fine(cwd, ['predict', 'trees.glia', 'trees.csv', '--out', 'deep/out.csv']);
    expect(said).toBe('90 predictions in deep/out.csv\n');
    expect(readFileSync(join(cwd, 'deep/out.csv'), 'utf8')).toBe(text);
  });

  test('prints one JSON object', async () => {
    const cwd = await saved('trees', clouds(), 'tree');
    const text = await fine(cwd, ['predict', 'trees.glia', 'trees.csv', '--json', '-o', 'out.csv']);
    expect(text).toMatch(/^\{.*\}\n$/);
    const report = JSON.parse(text) as { predictions: ClassPrediction[] };
    expect(report).toMatchObject({ task: 'classification', target: 'tree', rows: 90, out: 'out.csv' });
    expect(Object.keys(report.predictions[89]!.probabilities)).toEqual(['ash', 'birch', 'cedar']);
    expect(readFileSync(join(cwd, 'out.csv'), 'utf8').split('\n')).toHaveLength(92);
  });

  test('quotes class names as CSV needs it', async () => {
    const names = clouds().replaceAll('ash', '"ash, ""old"""');
    const cwd = await saved('trees', names, 'tree');
    const got = parseCsv(await fine(cwd, ['predict', 'trees.glia', 'trees.csv']));
    expect(got.columns[1]).toBe('probability_ash, "old"');
    expect(got.toRows().map((row) => row['prediction'])).toContain('ash, "old"');
  });

  test('takes categories for words although they look like numbers', async () => {
    const rows = Array.from(
      { length: 60 },
      (_, i) => `${['01', '02', 'x3'][i % 3]},${i % 3 === 0 ? 'a' : 'b'}`,
    );
    const cwd = await saved('codes', `code,y\n${rows.join('\n')}\n`, 'y');
    const chance = async (file: string) =>
      numbersOf(parseCsv(await fine(cwd, ['predict', 'codes.glia', file])), 'probability_a')[0]!;
    writeFileSync(join(cwd, 'one.csv'), 'code\n01\n01\n');
    // Batches of other sizes may round the last bit another way.
    expect(await chance('one.csv')).toBeCloseTo(await chance('codes.csv'), 6);
    // Neither is it one of the words that training never saw, which is said.
    writeFileSync(join(cwd, 'none.csv'), 'code\nx9\n');
    const { code, stdout, stderr } = await glia(cwd, ['predict', 'codes.glia', 'none.csv']);
    expect([code, stderr]).toEqual([
      0,
      '1 cell of "code" holds what training never saw ("x9"), which counts as no category\n',
    ]);
    expect(numbersOf(parseCsv(stdout), 'probability_a')[0]).not.toBeCloseTo(await chance('codes.csv'), 3);
  });

  test('names all the columns that are missing', async () => {
    const cwd = await saved('line', line(), 'y');
    writeFileSync(join(cwd, 'new.csv'), 'a,levle\n1,low\n');
    const stderr = await failing(cwd, ['predict', 'line.glia', 'new.csv']);
    expect(stderr).toContain('2 columns that the model needs are missing');
    expect(stderr).toContain('b, level');
    writeFileSync(join(cwd, 'new.csv'), 'a,b,levle\n1,1,low\n');
    const one = await failing(cwd, ['predict', 'line.glia', 'new.csv']);
    expect(one).toContain('a column that the model needs is missing');
    expect(one).toContain('did you mean "levle"?');
  });

  test('says which cell is no number', async () => {
    const cwd = await saved('trees', clouds(), 'tree');
    writeFileSync(join(cwd, 'new.csv'), 'x,y\n1,2\nNA,2\n');
    const stderr = await failing(cwd, ['predict', 'trees.glia', 'new.csv']);
    expect(stderr).toContain('"NA"');
    expect(stderr).toContain('line   3');
    expect(await fine(cwd, ['predict', 'trees.glia', 'new.csv', '--missing', 'NA'])).toContain('prediction');
  });

  test('leaves a file as it was when the model cannot be read', async () => {
    const cwd = await saved('trees', clouds(), 'tree');
    writeFileSync(join(cwd, 'out.csv'), 'old');
    writeFileSync(join(cwd, 'trees.glia', 'model.json'), '{');
    expect(await failing(cwd, ['predict', 'trees.glia', 'trees.csv', '-o', 'out.csv'])).toContain('JSON');
    expect(readFileSync(join(cwd, 'out.csv'), 'utf8')).toBe('old');
  });

  test('wants a model with preprocessing', async () => {
    const cwd = folder({ 'trees.csv': clouds() });
    await sequential([dense(1)], { inputShape: [2], backend: 'typescript' }).save(join(cwd, 'bare.glia'));
    const stderr = await failing(cwd, ['predict', 'bare.glia', 'trees.csv']);
    expect(stderr).toContain('the model has no preprocessing');
  });
});

describe('evaluate', () => {
  test('measures a classifier as its confusion matrix counts', async () => {
    const cwd = await saved('trees', clouds(), 'tree');
    const report = JSON.parse(await fine(cwd, ['evaluate', 'trees.glia', 'trees.csv', '--json'])) as {
      test: Record<string, number>;
      confusion: number[][];
    };
    expect(report).toMatchObject({
      task: 'classification',
      target: 'tree',
      rows: { evaluated: 90, leftOut: 0 },
    });
    const hits = report.confusion.reduce((sum, row, label) => sum + row[label]!, 0);
    expect(report.test['accuracy']).toBe(hits / 90);
    expect(Object.keys(report.test)).toEqual(['accuracy', 'balancedAccuracy', 'f1', 'auc', 'loss']);
  });

  test('measures a regression in the units of its target', async () => {
    const cwd = await saved('line', line(), 'y');
    const table = await readCsv(join(cwd, 'line.csv'));
    const wanted = numbersOf(table, 'y');
    const model = await load(join(cwd, 'line.glia'));
    const given = ((await model.predict(table)) as ValuePrediction[]).map(({ value }) => value);
    const squares = given.reduce((sum, value, row) => sum + (value - wanted[row]!) ** 2, 0);
    const report = JSON.parse(await fine(cwd, ['evaluate', 'line.glia', 'line.csv', '--json'])) as {
      test: Record<string, number>;
    };
    expect(report.test['rmse']).toBeCloseTo(Math.sqrt(squares / 120), 10);
  });

  test('prints metrics and the matrix, and leaves out rows without a target', async () => {
    const cwd = await saved('trees', clouds(), 'tree');
    writeFileSync(join(cwd, 'more.csv'), `${clouds()}1,1,\n`);
    const text = await fine(cwd, ['evaluate', 'trees.glia', 'more.csv']);
    for (const words of ['1 row without tree', 'accuracy', 'of 90 rows', 'predicted', 'cedar'])
      expect(text).toContain(words);
  });

  test('wants the target column, and classes that training saw', async () => {
    const cwd = await saved('trees', clouds(), 'tree');
    writeFileSync(join(cwd, 'new.csv'), 'x,y,trees\n1,2,ash\n');
    expect(await failing(cwd, ['evaluate', 'trees.glia', 'new.csv'])).toContain('did you mean "trees"?');
    writeFileSync(join(cwd, 'new.csv'), 'x,y,tree\n1,2,oak\n');
    expect(await failing(cwd, ['evaluate', 'trees.glia', 'new.csv'])).toContain('"oak"');
    writeFileSync(join(cwd, 'new.csv'), 'x,y,tree\n1,2,\n');
    expect(await failing(cwd, ['evaluate', 'trees.glia', 'new.csv'])).toContain(
      'no row has a value of "tree"',
    );
  });
});
