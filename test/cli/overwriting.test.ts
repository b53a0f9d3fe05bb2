import {
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { Command } from '../../src/cli/command.ts';
import { COMMANDS } from '../../src/cli/run.ts';
import { clouds, folder, glia } from './host.ts';

const options = COMMANDS.flatMap((command) =>
  Object.entries(command.options).map(([name, option]) => ({ command, name, option })),
);

test.each(options.map((one) => [`${one.command.name} --${one.name}`, one] as const))(
  '%s says whether its path is read or written',
  (_name, { option }) => {
    const isPath = /^(FILE|DIR|FOLDER|PATH|MODEL)/.test(option.value ?? '');
    expect(option.path !== undefined).toBe(isPath);
  },
);

/** A folder with a model, tables and links; words of the commands are found in it. */
function place(): string {
  const cwd = folder({ 'g.csv': clouds(), 'other.csv': clouds() });
  for (const name of ['m.glia', 'data']) mkdirSync(join(cwd, name));
  writeFileSync(join(cwd, 'm.glia/model.json'), '{}');
  writeFileSync(join(cwd, 'm.glia/weights.safetensors'), 'weights');
  writeFileSync(join(cwd, 'data/rows.csv'), clouds());
  linkSync(join(cwd, 'g.csv'), join(cwd, 'hard.csv'));
  symlinkSync('g.csv', join(cwd, 'soft.csv'));
  symlinkSync('m.glia', join(cwd, 'soft.glia'));
  symlinkSync('.', join(cwd, 'here'));
  symlinkSync('m.glia/new.html', join(cwd, 'dangling.html'));
  linkSync(join(cwd, 'm.glia/weights.safetensors'), join(cwd, 'hard.weights'));
  return cwd;
}

/** All that a folder holds, with when it was written; links are not followed. */
function contents(cwd: string): readonly string[] {
  return readdirSync(cwd, { withFileTypes: true }).flatMap((entry) => {
    const path = join(cwd, entry.name);
    if (entry.isDirectory()) return [path, ...contents(path)];
    return entry.isFile() ? `${path} ${statSync(path).mtimeMs} ${readFileSync(path, 'hex')}` : path;
  });
}

const WORDS: Readonly<Record<string, string>> = { MODEL: 'm.glia', FILE: 'g.csv' };

/** Each command, with each thing that it reads and each that it writes. */
const pairs = COMMANDS.flatMap((command) => {
  const of = (role: 'read' | 'write') =>
    Object.entries(command.options)
      .filter(([, { path }]) => path === role)
      .map(([name]) => `--${name}`);
  const reads = [...command.positionals, ...of('read')];
  return of('write').flatMap((write) =>
    reads.map((read) => [command.name, read, write, command] as [string, string, string, Command]),
  );
});

test('there are commands that read and write', () => {
  const named = pairs.map(([name, read, write]) => `${name} ${read} ${write}`);
  for (const one of ['train FILE --report', 'predict MODEL --out', 'explain --background --html'])
    expect(named).toContain(one);
});

describe.each(pairs)('glia %s: what %s names is not written by %s', (name, read, write, command) => {
  const isModel = read === 'MODEL';
  const spellings = (cwd: string): readonly string[] =>
    isModel
      ? ['m.glia', './m.glia/', 'm.glia/model.json', 'm.glia/why.html', 'soft.glia/a/b.html', 'dangling.html']
          .concat('hard.weights', join(cwd, 'here/m.glia/x'), '.')
          .concat(pathToFileURL(join(cwd, 'm.glia/x.html')).href)
      : ['g.csv', './g.csv', 'data/../g.csv', join(cwd, 'g.csv'), 'here/here/g.csv', 'hard.csv', 'soft.csv']
          .concat('g.csv/below', '.', 'here', pathToFileURL(join(cwd, 'g.csv')).href)
          .concat(join('..', cwd.split('/').at(-1)!, 'g.csv'));

  test('however it is spelled', async () => {
    const cwd = place();
    const before = contents(cwd);
    for (const spelling of spellings(resolve(cwd))) {
      const words = command.positionals.map((word) => (word === read ? WORDS[word]! : 'other.csv'));
      const given = read.startsWith('--') ? [read, 'g.csv'] : [];
      const { code, stdout, stderr } = await glia(cwd, [name, ...words, ...given, write, spelling]);
      expect({ spelling, code, stdout }).toEqual({ spelling, code: 2, stdout: '' });
      expect(stderr).toContain(`${write} `);
      // A folder around it may hold other things that are read as well.
      if (!['.', 'here'].includes(spelling)) expect(stderr).toContain(`${read} `);
      expect(contents(cwd)).toEqual(before);
    }
  });
});

describe('two outputs', () => {
  test.each([
    ['--out', 'a.glia', '--report', 'a.glia'],
    ['--out', 'a.glia', '--report', './a.glia/report.html'],
    ['--report', 'b.glia', '--out', 'b.glia/m'],
  ])('%s %s %s %s meet', async (...argv) => {
    const cwd = place();
    const { code, stderr } = await glia(cwd, ['train', 'g.csv', '--target', 'tree', ...argv]);
    expect(code).toBe(2);
    for (const option of ['--out', '--report']) expect(stderr).toContain(`${option} `);
  });
});

test('what is written by default is looked at, too', async () => {
  const cwd = place();
  writeFileSync(join(cwd, 'a.glia'), clouds());
  const { code, stderr } = await glia(cwd, ['train', 'a.glia', '--target', 'tree']);
  expect(code).toBe(2);
  expect(stderr).toContain('--out "a.glia" is the same as FILE "a.glia"');
});

test('another model is no place for a file', async () => {
  const cwd = place();
  const argv = ['train', 'g.csv', '--target', 'tree', '--report', 'm.glia/model.json'];
  const { code, stderr } = await glia(cwd, argv);
  expect(code).toBe(2);
  expect(stderr).toContain('lies in the folder of a saved model');
});

test('files beside each other do not meet', async () => {
  const cwd = place();
  const argv = ['train', 'g.csv', '--target', 'tree', '--epochs', '1', '--backend', 'typescript', '-q'];
  const { code, stderr } = await glia(cwd, [...argv, '--out', 'g', '--report', 'data/g.csv.html']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});

test('a URL that names no file is wrong usage', async () => {
  const { code, stderr } = await glia(place(), ['predict', 'm.glia', 'g.csv', '--out', 'file://host/a%2Fb']);
  expect(code).toBe(2);
  expect(stderr).toContain('is no path');
});
