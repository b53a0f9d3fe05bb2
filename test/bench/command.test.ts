import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CLAIMS } from '../../bench/coverage-claims.mjs';
import { noAddon } from '../backend/programs.ts';

const root = join(import.meta.dirname, '../..');
const built = existsSync(join(root, 'dist/index.js'));
const kept = () => readdirSync(join(root, 'bench/results')).sort();

/** Runs the command as `npm run bench` does. */
function bench(env: Record<string, string>, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'bench/main.mjs'), ...args], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  const lines = stdout.split('\n').filter((line) => line !== '');
  return { status, stdout, stderr, lines };
}

const parsed = (lines: readonly string[]) => lines.map((line) => JSON.parse(line) as Record<string, unknown>);

/** What every line says about its origin. */
const origin = {
  machine: { cpu: expect.any(String), cores: expect.any(Number), node: process.version },
  threads: expect.any(Number),
  commit: expect.stringMatching(/^([0-9a-f]{10,}(-dirty)?|unknown)$/),
  date: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
};

// It runs on the built package, which `npm test` makes first. What it measures is nobody's business here: a quick run
// ends after the same turns on a slow machine, only later.
describe.skipIf(!built)('bench', () => {
  it.skipIf(noAddon)('prints lines that say where they come from', () => {
    const before = kept();
    const env = { GLIA_BACKEND: 'native', GLIA_THREADS: '2' };
    const { status, lines } = bench(env, '--quick', '--json', 'limits');
    expect(status).toBe(0);
    const found = parsed(lines);
    for (const line of found) expect(line).toMatchObject({ ...origin, backend: 'native' });
    const count = (what: object) =>
      found.filter((line) => Object.entries(what).every(([k, v]) => line[k] === v)).length;
    for (const threads of [1, 2]) {
      expect(count({ what: 'limit', limit: 'fma', threads })).toBe(1);
      expect(count({ what: 'limit', limit: 'bandwidth', threads })).toBeGreaterThan(4);
      expect(count({ what: 'product', threads })).toBe(13);
    }
    expect(count({ what: 'limit', limit: 'barrier', threads: 2 })).toBe(1);
    expect(kept()).toEqual(before);
  });

  it.skipIf(noAddon)('prints tables for people', () => {
    const { status, stdout } = bench({ GLIA_BACKEND: 'native', GLIA_THREADS: '1' }, '--quick', 'limits');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^\| product +\| threads \| GFLOP\/s \|/m);
    expect(stdout).toMatch(/^\| 128x512x784 NT +\| 1 /m);
  });

  it.skipIf(noAddon)('times training with callbacks beside training without', () => {
    const env = { GLIA_BACKEND: 'native' };
    const { status, lines } = bench(env, '--quick', '--json', 'callbacks');
    expect(status).toBe(0);
    expect(parsed(lines)).toMatchObject([
      { what: 'callbacks', workload: 'W3', callbacks: expect.arrayContaining(['progress']), ...origin },
    ]);
    expect(parsed(lines)[0]?.['ratio']).toBeGreaterThan(0);
  });

  it.skipIf(noAddon)('times explanations, each with what it may take', () => {
    const { status, lines } = bench({ GLIA_BACKEND: 'native' }, '--quick', '--json', 'explain');
    expect(status).toBe(0);
    const found = parsed(lines);
    expect(found).toContainEqual(expect.objectContaining({ what: 'explained', workload: 'W8', rows: 1000 }));
    expect(found).toContainEqual(expect.objectContaining({ workload: 'IG', about: '30-64-64-3', most: 50 }));
    expect(found).toContainEqual(expect.objectContaining({ workload: 'Kernel SHAP', rows: 10, most: 400 }));
    expect(found).toContainEqual(expect.objectContaining({ workload: 'Shapley', rows: 1, most: 100 }));
    for (const line of found) expect(line['ms']).toBeGreaterThan(0);
  });

  it('asks every claimed standard error whether it holds the truth', () => {
    const { status, lines } = bench({ GLIA_BACKEND: 'typescript' }, '--quick', '--json', 'coverage');
    expect(status).toBe(0);
    const found = parsed(lines);
    expect(new Set(found.map(({ claim }) => claim))).toEqual(new Set(CLAIMS));
    for (const line of found) expect(line['covered']).toBeGreaterThanOrEqual(0);
  });

  it('leaves the limits out where TypeScript computes, and says so', () => {
    const { status, lines } = bench({ GLIA_BACKEND: 'typescript' }, '--quick', '--json', 'limits');
    expect(status).toBe(0);
    expect(parsed(lines)).toEqual([
      expect.objectContaining({
        what: 'skipped',
        section: 'limits',
        why: expect.any(String),
        backend: 'typescript',
      }),
    ]);
    expect(parsed(lines)).toMatchObject([{ ...origin, threads: 1 }]);
  });

  it.each([
    [['--onyl', 'limits'], 'unknown option "onyl"'],
    [['limit'], 'did you mean "limits"'],
    [['--quikc'], 'did you mean "quick"'],
    [['--quick=3'], 'usage: npm run bench'],
  ])('refuses %j', (args, why) => {
    const { status, lines, stderr } = bench({}, ...args);
    expect({ status, lines }).toEqual({ status: 2, lines: [] });
    expect(stderr).toContain(why);
  });
});
