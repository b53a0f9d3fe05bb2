import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROOT } from './support/sources.ts';
import { hasNative } from './train/backends.ts';

let scratch: string;
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'glia-bundle-'));
});
afterAll(() => rmSync(scratch, { recursive: true }));

const PROGRAM = `
  import { dense, sequential } from 'glia';
  const model = sequential([dense(4, { activation: 'tanh' }), dense(1)], { inputShape: [2], seed: 1 });
  process.on('warning', ({ code }) => console.log(code));
  model.fit([[0, 1], [1, 0]], [[1], [0]], { loss: 'mse', optimizer: 'adam', epochs: 3 }).then(async ({ final }) => {
    console.log(model.session.engine.backend.name, Number.isFinite(final.loss));
  });
`;

/** A bundle of the program; `unknown` is what some bundlers make of a module's own place in CommonJS. */
async function bundle(folder: string, format: 'cjs' | 'esm', unknown: boolean): Promise<string> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'program.mjs'), PROGRAM);
  const made = await rolldown({
    input: join(folder, 'program.mjs'),
    platform: 'node',
    external: /^node:/,
    resolve: { alias: { glia: join(ROOT, 'dist/index.js') } },
    ...(unknown && { transform: { define: { 'import.meta.url': 'undefined' } } }),
  });
  const file = join(folder, format === 'cjs' ? 'out.cjs' : 'out.mjs');
  await made.write({ file, format, codeSplitting: false });
  await made.close();
  return file;
}

function run(file: string): string {
  const { GLIA_BACKEND: _, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, [file], { encoding: 'utf8', env });
  expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
}

describe.each([
  ['ES modules', 'esm', false],
  ['CommonJS', 'cjs', false],
  ['CommonJS that does not know its own place', 'cjs', true],
] as const)('a bundle as %s', (name, format, unknown) => {
  test('computes in TypeScript where glia is not installed, and says so', async () => {
    const file = await bundle(join(scratch, `alone ${name}`), format, unknown);
    expect(run(file)).toBe('GLIA_FALLBACK\ntypescript true\n');
  });

  test.skipIf(!hasNative)('finds the addon of a glia that is installed beside it', async () => {
    const folder = join(scratch, `beside ${name}`);
    mkdirSync(join(folder, 'node_modules'), { recursive: true });
    symlinkSync(ROOT, join(folder, 'node_modules/glia'), 'junction');
    expect(run(await bundle(join(folder, 'dist/deep'), format, unknown))).toBe('native true\n');
  });
});
