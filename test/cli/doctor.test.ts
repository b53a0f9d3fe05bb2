import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { version } from '../../src/base/package.ts';
import type { Report } from '../../src/cli/doctor-report.ts';
import { addonPath, noAddon } from '../backend/programs.ts';
import { folder, glia } from './host.ts';

const dist = resolve('dist');
const OWN = join('build', 'Release', 'glia.node');

/** A package with the built library and the files given, and nothing else but the packages that a clone imports. */
function installed(files: Readonly<Record<string, string | Uint8Array>> = {}): string {
  const root = folder();
  cpSync(dist, join(root, 'dist'), { recursive: true });
  cpSync('package.json', join(root, 'package.json'));
  symlinkSync(resolve('node_modules'), join(root, 'node_modules'), 'junction');
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), content);
  }
  return root;
}

function doctor(root: string, words: readonly string[], env: NodeJS.ProcessEnv = {}) {
  // Whoever runs the tests may have asked for a backend, threads or another processor.
  const clean = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(GLIA|OPENBLAS)_/.test(name)),
  );
  const args = [join(root, 'dist/cli/main.js'), 'doctor', ...words];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    env: { ...clean, ...env },
  });
  return { code: status, stdout, stderr };
}

/** The report, after what must hold for each is seen. */
function examined(root: string, env: NodeJS.ProcessEnv = {}): Report {
  const { code, stdout, stderr } = doctor(root, ['--json'], env);
  expect(stderr).toBe('');
  const report = JSON.parse(stdout) as Report;
  expect(Object.keys(report)).toEqual(KEYS);
  expect(code).toBe(report.ok ? 0 : 1);
  expect(report.ok).toBe(report.problems.length === 0);
  expect(report).toMatchObject({ glia: version(), root, node: process.version });
  return report;
}

/** The promise of `--json`. */
const KEYS = [
  'ok',
  'glia',
  'root',
  'node',
  'platform',
  'libc',
  'cpu',
  'backend',
  'blas',
  'threads',
  'environment',
  'selfTest',
  'product',
  'problems',
  'warnings',
];

/** The addon with traps instead of code: it loads, and then the process dies. */
function crashing(): Buffer {
  const bytes = readFileSync(addonPath);
  const first = Number(bytes.readBigUInt64LE(0x20));
  for (let at = first, i = 0; i < bytes.readUInt16LE(0x38); i++, at += bytes.readUInt16LE(0x36)) {
    const [loads, executable] = [bytes.readUInt32LE(at) === 1, (bytes.readUInt32LE(at + 4) & 1) === 1];
    const [start, size] = [0x08, 0x20].map((offset) => Number(bytes.readBigUInt64LE(at + offset)));
    if (loads && executable) bytes.fill(0xcc, start, start! + size!);
  }
  return bytes;
}

// Only where a build is there: an installed package is one.
describe.skipIf(!existsSync(dist))('an installation', () => {
  test.skipIf(noAddon)('with an addon is well: native and TypeScript training agree', () => {
    const report = examined(installed({ [OWN]: readFileSync(addonPath) }));
    expect(report.problems).toEqual([]);
    expect(report.backend).toEqual({ name: 'native', why: `${OWN} serves`, addon: OWN, tried: [] });
    expect(report.selfTest).toMatchObject({ backends: ['native', 'typescript'], passed: true, error: null });
    expect(report.selfTest.largestDifference).toBeLessThan(1e-3);
    // Not 0: then one backend would have been compared with itself.
    expect(report.selfTest.largestDifference).toBeGreaterThan(0);
    expect(report.product!.gflops).toBeGreaterThan(0);
    expect(report.product!.limit).toBeGreaterThan(0);
    expect(report.threads.used).toBe(report.product!.threads);
  });

  test('without an addon is not, and says where it looked', () => {
    const { backend, selfTest, product, problems } = examined(installed());
    expect(backend).toMatchObject({ name: 'typescript', why: 'no addon serves', addon: null });
    expect(backend.tried[0]).toEqual({ file: OWN, why: 'not there' });
    expect(selfTest).toMatchObject({ backends: ['typescript'], passed: true });
    expect(product).toBeNull();
    expect(problems).toEqual([
      { what: expect.stringContaining('no addon for '), todo: expect.stringContaining('npx glia build') },
    ]);
  });

  test.skipIf(noAddon || process.platform !== 'linux')('with an addon that crashes lives to say so', () => {
    const root = installed({ [OWN]: crashing() });
    const { backend, problems } = examined(root);
    expect(backend).toMatchObject({ name: null, addon: null });
    expect(problems).toEqual([
      {
        what: expect.stringMatching(/node was ended by SIG\w+ while it examined .*glia\.node/),
        todo: expect.stringMatching(/^npx glia build/),
      },
    ]);
    // A BLAS that was told of another processor may crash too.
    const misled = examined(root, { OPENBLAS_CORETYPE: 'Bulldozer' }).problems;
    expect(misled[0]!.todo).toMatch(/^unset OPENBLAS_CORETYPE; .*npx glia build/);
  });

  test('with variables that cannot be meant names them all', () => {
    const env = { GLIA_BACKEND: 'foo', GLIA_THREADS: 'nonsense', OPENBLAS_CORETYPE: '' };
    const { backend, environment, problems, threads, warnings } = examined(installed(), env);
    expect(backend).toMatchObject({ name: null, why: 'GLIA_BACKEND: there is no backend "foo"' });
    expect(environment).toEqual({ ...env, GLIA_ISA: null });
    expect(threads.used).toBeNull();
    expect(problems.map(({ what }) => what)).toEqual([
      'GLIA_BACKEND: there is no backend "foo"',
      'GLIA_THREADS is "nonsense"',
      expect.stringContaining('the native backend does not work'),
    ]);
    expect(warnings.map(({ todo }) => todo)).toContain('unset OPENBLAS_CORETYPE');
  });

  test('that lacks what was asked for has no backend', () => {
    expect(examined(installed(), { GLIA_BACKEND: 'native' }).backend.name).toBeNull();
    const asked = examined(installed(), { GLIA_BACKEND: 'typescript' });
    expect(asked.backend).toMatchObject({ name: 'typescript', why: 'GLIA_BACKEND asks for it' });
    expect(asked.ok).toBe(false);
  });
});

test('people read lines that end in what to do', async () => {
  const { code, stdout, stderr } = await glia(folder(), ['doctor']);
  expect(stderr).toBe('');
  expect(stdout).toMatch(/^glia \d+\.\d+\.\d+/);
  for (const label of ['installed', 'node', 'processor', 'threads', 'because', 'self-test']) {
    expect(stdout).toMatch(new RegExp(`^ {2}${label} +\\S`, 'm'));
  }
  if (code === 0) expect(stdout).toMatch(/\nThe native backend works\.\n$/);
  else expect(stdout).toMatch(/\nproblem: .*\n {2}to do +.*\n$/);
});
