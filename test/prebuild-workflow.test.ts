import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ROOT, read } from './support/sources.ts';

const workflow = read('.github/workflows/prebuild.yml');
const jobs = new Map(
  workflow
    .slice(workflow.indexOf('\njobs:\n') + 7)
    .split(/^ {2}(?=\w+:$)/m)
    .filter((text) => text.trim() !== '')
    .map((text) => [text.slice(0, text.indexOf(':')), text] as const),
);

describe('the workflow of a release', () => {
  test('takes each action by the commit it was reviewed at', () => {
    const used = [...workflow.matchAll(/uses: *(\S+)(.*)/g)];
    expect(used.length).toBeGreaterThan(8);
    expect(used.filter(([, action, why]) => !(/@[0-9a-f]{40}$/.test(action!) && /# v\d/.test(why!)))).toEqual(
      [],
    );
  });

  test('lets only the job that publishes prove who it is, and that job has nothing to build from', () => {
    expect([...jobs.keys()]).toEqual(['test', 'build', 'assemble', 'publish']);
    expect([...jobs].filter(([, text]) => text.includes('id-token')).map(([name]) => name)).toEqual([
      'publish',
    ]);
    const publish = jobs.get('publish')!;
    expect(publish).toMatch(/^ {4}environment: /m);
    expect(publish).not.toMatch(/checkout|npm (ci|install|run|pack)/);
  });

  test('packs by the scripts that make the package, with the addons and packages that they need in place', () => {
    const assemble = jobs.get('assemble')!;
    const packed = assemble.indexOf('tarball=$(npm pack --silent)\n');
    for (const needed of ['actions/download-artifact', 'digests.mjs --expect', 'npm ci --ignore-scripts']) {
      expect(assemble.indexOf(needed), needed).toBeGreaterThan(-1);
      expect(assemble.indexOf(needed), needed).toBeLessThan(packed);
    }
    expect(assemble).not.toMatch(/npm pack.*--ignore-scripts|npm_config_ignore_scripts|ignore-scripts=true/i);
    expect(read('.npmrc')).not.toContain('scripts'); // which could turn them off
    const { scripts } = JSON.parse(read('package.json'));
    expect([scripts.prepack, scripts.postpack]).toEqual([
      'node scripts/pack/main.mjs',
      'node scripts/pack/clean.mjs',
    ]);
  });

  test('uses no cache and nothing that a pull request could bring', () => {
    expect(workflow).not.toMatch(/actions\/cache|^ +cache:|pull_request|secrets\./m);
    const setUps = workflow.split('actions/setup-node@').slice(1);
    expect(
      setUps.filter(
        (text) => !/^[^\n]*\n +with:\n +node-version: \d+\n +package-manager-cache: false\n/.test(text),
      ),
    ).toEqual([]);
  });

  test('hands on the digest of every addon that it builds', () => {
    const build = jobs.get('build')!;
    const built = [...build.matchAll(/- \{ name: ([\w-]+),/g)].map(([, name]) => name);
    const handed = [...build.matchAll(/^ {6}([\w-]+): \$\{\{ steps\.digests\.outputs\.([\w-]+) \}\}$/gm)];
    expect(built.length).toBeGreaterThan(5);
    expect(handed.map(([, name]) => name)).toEqual(built);
    expect(handed.map(([, , output]) => output)).toEqual(built);
  });
});

describe('digests.mjs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'glia-digests-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const files = {
    'linux-x64/glia.glibc.node': 'a',
    'linux-x64/glia.musl.node': 'b',
    'win32-x64/glia.node': 'c',
  };
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), content);
  }
  const sha = (content: string): string => createHash('sha256').update(content).digest('hex');
  const right = { 'linux-x64-glibc': sha('a'), 'linux-x64-musl': sha('b'), 'win32-x64': sha('c') };
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [join(ROOT, 'scripts/prebuild/digests.mjs'), '--in', folder, ...args], {
      encoding: 'utf8',
    });

  test('prints what a job hands on', () => {
    expect(run().stdout.trim().split('\n')).toEqual(Object.entries(right).map((pair) => pair.join('=')));
  });

  test('takes the files that the jobs built, all of them and no other', () => {
    expect(run('--expect', JSON.stringify(right)).status).toBe(0);
    for (const [wrong, name] of [
      [{ ...right, 'win32-x64': sha('d') }, 'win32-x64'],
      [{ ...right, 'darwin-x64': sha('c') }, 'darwin-x64'],
      [{ ...right, 'darwin-x64': '' }, 'darwin-x64'],
      [{ 'linux-x64-glibc': sha('a'), 'linux-x64-musl': sha('b') }, 'win32-x64'],
      [{ ...right, 'linux-x64-musl': '' }, 'linux-x64-musl'],
    ] as const) {
      const { status, stderr } = run('--expect', JSON.stringify(wrong));
      expect(stderr).toMatch(new RegExp(`^${name}: .*\n$`));
      expect(status).toBe(1);
    }
  });
});
