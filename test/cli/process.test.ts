import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { clouds, folder, glia } from './host.ts';

const main = resolve('dist/cli/main.js');

test('the program begins with the line that makes it one', () => {
  expect(readFileSync('src/cli/main.ts', 'utf8').split('\n', 1)[0]).toBe('#!/usr/bin/env node');
});

// Only where a build is there; the tests beside this one run the same code in this process.
describe.skipIf(!existsSync(main))('the built program', () => {
  const start = (cwd: string, argv: readonly string[]) => {
    const env = { ...process.env, GLIA_BACKEND: 'typescript' };
    const child = spawn(process.execPath, [main, ...argv], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const texts = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        texts[name] += text;
      });
    }
    const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((done) => {
      child.on('close', (code) => done({ code, ...texts }));
    });
    return { child, ended };
  };

  test('passes on words and exit code', async () => {
    expect(await start(folder(), ['--version']).ended).toMatchObject({ code: 0, stderr: '' });
    expect(await start(folder(), ['trian']).ended).toMatchObject({ code: 2, stdout: '' });
  });

  test('does not mind a reader that has seen enough', async () => {
    const header = clouds().split('\n', 1)[0];
    // 20,000 predictions are more than a pipe holds.
    const rows = Array.from({ length: 20_000 }, (_, i) => `${i % 4},${i % 3},ash`).join('\n');
    const cwd = folder({ 'trees.csv': clouds(), 'many.csv': `${header}\n${rows}\n` });
    await glia(cwd, ['train', 'trees.csv', '--target', 'tree', '--epochs', '2', '--quiet']);
    const { child, ended } = start(cwd, ['predict', 'trees.glia', 'many.csv']);
    child.stdout.once('data', () => child.stdout.destroy());
    expect(await ended).toMatchObject({ code: 0, stderr: '' });
  });

  test('ends a training in order on Ctrl-C, with the best weights saved', async () => {
    const cwd = folder({ 'trees.csv': clouds() });
    const more = ['--epochs', '1000000', '--patience', '1000000'];
    const { child, ended } = start(cwd, ['train', 'trees.csv', '--target', 'tree', ...more]);
    // Well within the first of ten lines of progress.
    child.stdout.once('data', () => setTimeout(() => child.kill('SIGINT'), 1000));
    const { code, stderr } = await ended;
    expect(stderr).toContain('interrupted: the best weights so far are in trees.glia');
    expect(code).toBe(130);
    expect(existsSync(join(cwd, 'trees.glia/weights.safetensors'))).toBe(true);
  });
});
