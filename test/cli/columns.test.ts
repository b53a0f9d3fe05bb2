import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { csv, folder, glia } from './host.ts';

const quick = ['--epochs', '2', '--backend', 'typescript'];

/** 60 customers: two ages are NA, a postcode begins with a zero, a date each. */
function customers(
  date = (i: number) => new Date(Date.UTC(2023, 0, 1 + i)).toISOString().slice(0, 10),
): string {
  return csv(
    'age,zip,since,country,y',
    Array.from({ length: 60 }, (_, i) => [
      i === 7 || i === 30 ? 'NA' : 20 + (i % 25),
      ['01001', '75001', '20095'][i % 3]!,
      date(i),
      ['FR', 'DE'][i % 2]!,
      ['yes', 'no'][i % 2]!,
    ]),
  );
}

describe('what columns are taken for is said', () => {
  test('on the terminal: which cells, on which lines, what to write', async () => {
    const cwd = folder({ 'c.csv': customers() });
    const { code, stdout } = await glia(cwd, ['train', 'c.csv', '-t', 'y', ...quick, '--no-report']);
    expect(code).toBe(0);
    expect(stdout).toContain('age: 2 of 60 cells are no numbers ("NA"), so the column is text, lines 9, 32');
    expect(stdout).toContain('--missing NA');
    expect(stdout).toContain('zip: 20 of 60 cells begin with a zero ("01001")');
    expect(stdout).toContain('1 of dates (since)');
  });

  test('as JSON, on the page, and in the saved model', async () => {
    const cwd = folder({ 'c.csv': customers() });
    const { code, stdout } = await glia(cwd, ['train', 'c.csv', '-t', 'y', ...quick, '--json']);
    expect(code).toBe(0);
    const { notes } = JSON.parse(stdout) as { notes: { column: string; cells: number; lines: number[] }[] };
    expect(notes.map(({ column, cells }) => [column, cells])).toEqual([
      ['age', 2],
      ['zip', 20],
    ]);
    expect(notes[0]!.lines).toEqual([9, 32]);
    const page = readFileSync(join(cwd, 'c.report.html'), 'utf8');
    expect(page).toContain('How columns were read');
    expect(page).toMatch(/age: [12] of \d+ cells (is|are) no numbers? \(&quot;NA&quot;\)/);
    const saved = JSON.parse(readFileSync(join(cwd, 'c.glia', 'model.json'), 'utf8')) as {
      prepare: { notes: { column: string }[] };
    };
    expect(saved.prepare.notes.map(({ column }) => column)).toContain('age');
  });

  test('and goes away as it says', async () => {
    const cwd = folder({ 'c.csv': customers() });
    const argv = [
      'train',
      'c.csv',
      '-t',
      'y',
      ...quick,
      '--no-report',
      '--missing',
      'NA',
      '--numeric',
      'zip',
    ];
    const { stdout } = await glia(cwd, argv);
    expect(stdout).toContain('2 numeric');
    expect(stdout).not.toContain('no numbers');
    // What meant missing in training means it in later files, where nobody says so.
    const { code, stdout: predicted } = await glia(cwd, ['predict', 'c.glia', 'c.csv', '--json']);
    expect(code).toBe(0);
    expect((JSON.parse(predicted) as { rows: number }).rows).toBe(60);
  });
});

describe('dates whose order is in doubt', () => {
  const doubtful = (i: number) => `0${1 + (i % 9)}/0${1 + ((i * 5) % 9)}/2023`;

  test('are refused, naming the option', async () => {
    const cwd = folder({ 'c.csv': customers(doubtful) });
    const { code, stderr } = await glia(cwd, ['train', 'c.csv', '-t', 'y', ...quick]);
    expect(code).toBe(1);
    expect(stderr).toContain('--dates since=dmy');
  });

  test.each(['dmy', 'since=mdy'])('are read with --dates %s', async (order) => {
    const cwd = folder({ 'c.csv': customers(doubtful) });
    const { code, stdout } = await glia(cwd, [
      'train',
      'c.csv',
      '-t',
      'y',
      ...quick,
      '--no-report',
      '--dates',
      order,
    ]);
    expect(code).toBe(0);
    expect(stdout).toContain('1 of dates (since)');
  });

  test.each(['iso', 'since=', 'dmy,mdy', '=dmy', 'since=dmy,mdy'])(
    'but not with --dates %s',
    async (order) => {
      const { code, stderr } = await glia(folder(), ['train', 'c.csv', '-t', 'y', '--dates', order]);
      expect(code).toBe(2);
      expect(stderr).toContain('--dates must be one of ymd, dmy, mdy');
    },
  );
});

test('a file that writes a column otherwise means the same', async () => {
  const rows = (flag: (yes: boolean) => string, zip: (i: number) => string) =>
    csv(
      'flag,zip,y',
      Array.from({ length: 40 }, (_, i) => [flag(i % 2 === 0), zip(i), ['a', 'b'][i % 2]!]),
    );
  const zips = (i: number) => ['01001', '75001'][i % 2]!;
  const cwd = folder({
    'train.csv': rows((yes) => (yes ? 'True' : 'False'), zips),
    'upper.csv': rows((yes) => (yes ? 'TRUE' : 'FALSE'), zips),
    'digits.csv': rows((yes) => (yes ? '1' : '0'), zips),
    'other.csv': rows((yes) => (yes ? 'ja' : 'nein'), zips),
  });
  await glia(cwd, ['train', 'train.csv', '-t', 'y', ...quick, '--no-report']);
  const predict = async (file: string) => (await glia(cwd, ['predict', 'train.glia', file])).stdout;
  const wanted = await predict('train.csv');
  expect(await predict('upper.csv')).toBe(wanted);
  expect(await predict('digits.csv')).toBe(wanted);
  const { stdout, stderr, code } = await glia(cwd, ['predict', 'train.glia', 'other.csv']);
  expect(code).toBe(0);
  expect(stdout).not.toBe(wanted);
  expect(stderr).toContain('40 cells of "flag" hold what training never saw ("ja", "nein")');
  const evaluated = await glia(cwd, ['evaluate', 'train.glia', 'other.csv']);
  expect(evaluated.stdout).toContain('40 cells of "flag" hold what training never saw');
});
