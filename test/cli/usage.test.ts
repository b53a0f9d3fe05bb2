import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { clouds, folder, glia } from './host.ts';

const trees = { 'trees.csv': clouds() };
const train = ['train', 'trees.csv', '--target', 'tree'];

describe('help', () => {
  test.each([[['--help']], [['-h']]])('glia %s names every command', async (argv) => {
    const { code, stdout, stderr } = await glia(folder(), argv);
    expect(code).toBe(0);
    expect(stderr).toBe('');
    for (const name of ['train', 'evaluate', 'predict', 'doctor', 'build'])
      expect(stdout).toContain(`  ${name} `);
  });

  test.each(['train', 'evaluate', 'predict', 'doctor', 'build'])(
    'glia %s --help explains its options',
    async (name) => {
      const { code, stdout, stderr } = await glia(folder(), [name, '--help']);
      expect(code).toBe(0);
      expect(stderr).toBe('');
      expect(stdout).toMatch(new RegExp(`^usage: glia ${name}( |\\n)`));
      expect(stdout).toContain(name === 'build' ? '--help ' : '--json ');
      for (const text of stdout.split('\n')) expect(text.length).toBeLessThanOrEqual(110);
    },
  );

  test('the version is that of the package', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(await glia(folder(), ['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });
});

describe('wrong usage is explained on stderr, with code 2', () => {
  test.each<[string, readonly string[], string]>([
    ['no command', [], 'usage: glia COMMAND'],
    ['an unknown command', ['trian'], 'did you mean "train"?'],
    ['an unknown command that is near nothing', ['explode'], 'there is no command "explode"'],
    ['an option without a command', ['--seed'], 'there is no option --seed'],
    ['no file', ['train'], 'FILE is missing'],
    ['a word where none is wanted', ['doctor', 'now'], '"now" is one word too many'],
    ['no target', ['train', 'trees.csv'], '--target is missing'],
    ['an empty file name', ['train', '', '--target', 'tree'], 'FILE is empty'],
    ['a word too many', [...train, 'more.csv'], '"more.csv" is one word too many'],
    ['an unknown option', [...train, '--epoch', '3'], 'there is no option --epoch; did you mean "--epochs"?'],
    ['an unknown short option', [...train, '-x'], 'there is no option -x'],
    ['an option without its value', ['train', 'trees.csv', '--target'], 'argument missing'],
    ['a value too many', [...train, '--json=yes'], 'does not take an argument'],
    ['a negative value', [...train, '--seed', '-1'], "'--seed=-XYZ'"],
    ['a seed below 0', [...train, '--seed=-1'], '--seed must be a whole number of at least 0, got "-1"'],
    ['a fraction of an epoch', [...train, '--epochs', '1.5'], '--epochs must be a whole number'],
    ['a number in words', [...train, '--batch', 'ten'], '--batch must be a whole number of at least 1'],
    ['a hexadecimal number', [...train, '--batch', '0x10'], '--batch must be a whole number'],
    ['a share of all', [...train, '--test', '1'], '--test must be a number of at least 0 and below 1'],
    ['shares that leave nothing', [...train, '--test', '.5', '--validation', '.5'], 'nothing to train on'],
    ['a learning rate of 0', [...train, '--learning-rate', '0'], '--learning-rate must be a number above 0'],
    [
      'a layer without units',
      [...train, '--hidden', '64,0'],
      '--hidden must be a whole number of at least 1',
    ],
    ['a hole in a list', [...train, '--hidden', '64,,32'], '--hidden has an empty name in its list'],
    ['an unknown optimizer', [...train, '--optimizer', 'adamm'], 'did you mean "adam"?'],
    ['an unknown task', [...train, '--task', 'classify'], '--task must be classification or regression'],
    ['an unknown backend', [...train, '--backend', 'nativ'], 'did you mean "native"?'],
    ['a delimiter of two characters', [...train, '--delimiter', '::'], '--delimiter must be one character'],
    ['a sign that is none', [...train, '--decimal', ';'], '--decimal must be . or ,'],
    [
      'groups of digits by a letter',
      [...train, '--thousands', 'x'],
      "--thousands must be , or . or ' or space or none",
    ],
    ['no model', ['predict'], 'MODEL is missing'],
    ['no file to evaluate on', ['evaluate', 'trees.glia'], 'FILE is missing'],
  ])('%s', async (_name, argv, message) => {
    const { code, stdout, stderr } = await glia(folder(trees), argv);
    expect(stderr).toContain(message);
    expect(stderr).toContain('usage: glia');
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });
});

describe('work that fails says why on stderr, with code 1 and no stack', () => {
  const files = {
    ...trees,
    'empty.csv': '',
    'header.csv': 'x,y,tree\n',
    'one.csv': 'x,tree\n1,oak\n2,oak\n3,oak\n',
    'few.csv': 'x,tree\n1,oak\n2,ash\n',
    'blank.csv': 'x,tree\n1,\n2,\n',
    'ragged.csv': 'x,tree\n1,oak\n2\n',
    'only.csv': 'tree\noak\nash\noak\nash\n',
  };
  const of = (file: string) => ['train', file, '--target', 'tree'];
  test.each<[string, readonly string[], string]>([
    ['a file that is not there', of('nope.csv'), 'nope.csv'],
    ['an empty file', of('empty.csv'), 'csv'],
    ['a table without rows', of('header.csv'), 'the table has no rows'],
    ['a target of one class', of('one.csv'), 'every row of the target "tree" is "oak"'],
    ['a target without values', of('blank.csv'), 'the target "tree" has no value'],
    ['too few rows to split', of('few.csv'), 'would have no row'],
    ['rows of different length', of('ragged.csv'), 'line 3'],
    ['nothing to learn from', of('only.csv'), 'no column is left to predict "tree" from'],
    ['an unknown target', ['train', 'trees.csv', '--target', 'tre'], 'did you mean "tree"?'],
    ['an unknown column to drop', [...train, '--drop', 'xx'], 'there is no column "xx"'],
    ['a target that is dropped', [...train, '--drop', 'tree'], 'the target "tree" cannot be dropped'],
    ['a regression of words', [...train, '--task', 'regression'], 'a regression wants numbers'],
    ['a folder of other things as --out', [...train, '--out', 'things'], 'nothing was written'],
    ['a file as --out', [...train, '--out', 'one.csv'], 'nothing was written'],
    ['--out below a file', [...train, '--out', 'one.csv/model'], 'the model could not be written'],
    ['a model that is not there', ['predict', 'nope.glia', 'trees.csv'], 'nope.glia'],
    ['a model that is a table', ['evaluate', 'trees.csv', 'trees.csv'], 'trees.csv'],
  ])('%s', async (_name, argv, message) => {
    const cwd = folder(files);
    mkdirSync(join(cwd, 'things/more'), { recursive: true });
    const { code, stdout, stderr } = await glia(cwd, argv);
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/\n\s+at .*:\d+:\d+/);
    expect(stdout).toBe('');
    expect(code).toBe(1);
  });

  test('anything else is shown with its stack, as a bug', async () => {
    const interruptible = () => Promise.reject(new TypeError('lost'));
    const { code, stderr } = await glia(folder(trees), train, { interruptible });
    expect(stderr).toMatch(/TypeError: lost\n\s+at /);
    expect(stderr).toContain('Please report it');
    expect(code).toBe(1);
  });
});

describe('colour', () => {
  const argv = ['trian'];
  test.each<[string, boolean, Record<string, string>, boolean]>([
    ['is there on terminals', true, {}, true],
    ['is not there elsewhere', false, {}, false],
    ['is not there with NO_COLOR', true, { NO_COLOR: '1' }, false],
    ['is there with an empty NO_COLOR', true, { NO_COLOR: '' }, true],
    ['is not there on a dumb terminal', true, { TERM: 'dumb' }, false],
    ['is there with FORCE_COLOR', false, { FORCE_COLOR: '1' }, true],
    ['is not there with FORCE_COLOR=0', true, { FORCE_COLOR: '0' }, false],
  ])('%s', async (_name, terminal, env, expected) => {
    const { stderr } = await glia(folder(), argv, { terminal, env });
    expect(stderr.includes('\x1b[')).toBe(expected);
  });
});

test('what a file says is no command to the terminal', async () => {
  const { stderr } = await glia(folder({ 'bad.csv': 'x,\x1b[2Jy\n1,2\n' }), [
    'train',
    'bad.csv',
    '--target',
    'z',
  ]);
  expect(stderr).toContain('[2Jy');
  expect(stderr).not.toContain('\x1b');
});

test('a name that commands a terminal is written out there, and kept in what a program reads', async () => {
  const yes = 'yes\x1b[2J\x9b1m\u202e';
  const csv = `a,y\n${Array.from({ length: 12 }, (_, i) => `${i},${i % 2 ? 'no' : yes}\n`).join('')}`;
  const cwd = folder({ 'data.csv': csv });
  const shared = ['--backend', 'typescript'];
  const train = ['train', 'data.csv', '--target', 'y', '--epochs', '1', '--out', 'm', ...shared];
  const trained = await glia(cwd, train, { terminal: true, env: { NO_COLOR: '1' } });
  const predict = (...more: string[]) => ['predict', 'm', 'data.csv', ...more, ...shared];
  const shown = await glia(cwd, predict(), { terminal: true, env: { NO_COLOR: '1' } });
  for (const { code, stdout, stderr } of [trained, shown]) {
    expect(code, stderr).toBe(0);
    // Cc is what a terminal takes for a command; progress redraws its own line.
    expect((stdout + stderr).replaceAll('\r\x1b[K', '')).not.toMatch(/[^\P{Cc}\n\t]|\u202e/u);
  }
  expect(shown.stdout).toContain('yes\\u001b[2J\\u009b1m\\u202e');
  expect((await glia(cwd, predict())).stdout).toContain(yes);
  const json = JSON.parse((await glia(cwd, predict('--json'))).stdout) as unknown;
  expect(JSON.stringify(json)).toContain(JSON.stringify(yes).slice(1, -1));
});
