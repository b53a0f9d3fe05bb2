import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { noAddon } from './programs.ts';

const built = resolve('dist/unstable.js');

/** Loads the built library in a process of its own, in the main thread and then in a worker, and says what serves. */
function load(flags: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const script = `
    import { Worker } from 'node:worker_threads';
    import { loadBackend } from ${JSON.stringify(pathToFileURL(built))};
    try {
      loadBackend(undefined, 1);
      console.log(loadBackend().name);
      const script = 'import(' + ${JSON.stringify(JSON.stringify(pathToFileURL(built)))} + ').then((glia) => glia.loadBackend())';
      new Worker(script, { eval: true });
    } catch (error) {
      console.log(error.code, error.facts.why, error.facts.hint);
    }`;
  const options = { encoding: 'utf8', env: { ...process.env, GLIA_BACKEND: '', ...env } } as const;
  const args = [...flags, '--input-type=module', '--eval', script];
  const { stdout, stderr } = spawnSync(process.execPath, args, options);
  return { stdout: stdout.trim(), warnings: stderr.split('\n').filter((line) => line.includes('GLIA_')) };
}

// Node 20 has the older name alone.
const permission = process.allowedNodeEnvironmentFlags.has('--permission')
  ? '--permission'
  : '--experimental-permission';

test.skipIf(noAddon || !existsSync(built)).each<[string, readonly string[], RegExp]>([
  [
    'may not load addons',
    [permission, '--allow-fs-read=*', '--allow-worker'],
    /Release.glia\.node: node may not load addons.*give node --allow-addons beside --permission/,
  ],
  [
    'may not read the addon either',
    [
      permission,
      '--allow-worker',
      ...['dist/*', 'package.json'].map((path) => `--allow-fs-read=${resolve(path)}`),
    ],
    /Release.glia\.node: node may not read it.*give node --allow-fs-read=.* and --allow-addons/,
  ],
  ['has no addons', ['--no-addons'], /node may not load addons.*--no-addons: leave it out/],
])('a node that %s computes in TypeScript, says so once, and is told what to do', (_, flags, words) => {
  const { stdout, warnings } = load(flags);
  expect(stdout).toBe('typescript');
  expect(warnings).toEqual([expect.stringMatching(/\[GLIA_FALLBACK\] GliaWarning: /)]);
  expect(warnings[0]).toMatch(words);
  const required = load(flags, { GLIA_BACKEND: 'native' });
  expect(required.stdout).toMatch(/^ERR_GLIA_BACKEND /);
  expect(required.stdout).toMatch(words);
  expect(required.warnings).toEqual([]);
});

test.skipIf(noAddon || !existsSync(built))('a node that may load addons does, with permissions', () => {
  const flags = [permission, '--allow-fs-read=*', '--allow-worker', '--allow-addons'];
  expect(load(flags)).toEqual({ stdout: 'native', warnings: [] });
});
