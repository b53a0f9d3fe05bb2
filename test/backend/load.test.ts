import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { link } from '../../src/backend/link.ts';
import { threadCount } from '../../src/backend/threads.ts';
import { BackendError, LinkError } from '../../src/base/errors.ts';
import { allOps, findOp } from '../../src/ir/op.ts';
import { addon, addonPath, noAddon } from './programs.ts';

/** The module as it is at the start of a process. */
async function fresh(): Promise<typeof import('../../src/backend/load.ts')> {
  vi.resetModules();
  return import('../../src/backend/load.ts');
}

let root: string;
const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'glia-load-'));
  warn.mockClear();
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true });
});

test('GLIA_BACKEND=typescript never looks for an addon and says nothing', async () => {
  vi.stubEnv('GLIA_BACKEND', 'typescript');
  const { loadBackend } = await fresh();
  expect(loadBackend().name).toBe('typescript');
  expect(loadBackend()).toBe(loadBackend());
  expect(warn).not.toHaveBeenCalled();
});

test('an unknown backend is an error with a suggestion', async () => {
  vi.stubEnv('GLIA_BACKEND', 'natvie');
  const { loadBackend } = await fresh();
  expect(() => loadBackend()).toThrow(/there is no backend "natvie"[\s\S]*did you mean "native"/);
});

test.skipIf(noAddon)(
  'the addon that was built is used, and the name of a backend wins over the environment',
  async () => {
    vi.stubEnv('GLIA_BACKEND', '');
    const { loadBackend } = await fresh();
    expect(loadBackend().name).toBe('native');
    expect(loadBackend('typescript').name).toBe('typescript');
    expect(loadBackend('native').describe()).toMatch(/\d+ threads?$/);
    expect(warn).not.toHaveBeenCalled();
  },
);

test('without an addon TypeScript computes, with a warning that says what to do', async () => {
  const { loadNative } = await fresh();
  expect(loadNative(root, false).name).toBe('typescript');
  expect(warn).toHaveBeenCalledOnce();
  const [message, options] = warn.mock.calls[0]!;
  expect(message).toMatch(/no addon for .* npm run build:native .* GLIA_BACKEND=typescript/);
  expect(options).toEqual({ type: 'GliaWarning', code: 'GLIA_FALLBACK' });
});

test('without an addon a required native backend is an error', async () => {
  const { loadNative } = await fresh();
  expect(() => loadNative(root, true)).toThrow(/cannot serve[\s\S]*build:native/);
});

test.skipIf(noAddon)(
  'an addon that does not load is passed over for one that came with the package',
  async () => {
    const folder = join(root, 'prebuilds', `${process.platform}-${process.arch}`);
    mkdirSync(join(root, 'build', 'Release'), { recursive: true });
    writeFileSync(join(root, 'build', 'Release', 'glia.node'), 'no addon');
    const { loadNative } = await fresh();
    expect(loadNative(root, false).name).toBe('typescript');
    expect(warn.mock.calls[0]![0]).toContain(join('Release', 'glia.node'));
    mkdirSync(folder, { recursive: true });
    copyFileSync(addonPath, join(folder, 'glia.node'));
    expect(loadNative(root, false).name).toBe('native');
  },
);

test.skipIf(noAddon)('the addon has a kernel for every op, and its signature', () => {
  const opcodes = link(allOps(), addon().describe());
  for (const op of allOps()) if (!op.view && !op.compose) expect(opcodes.has(op.name), op.name).toBe(true);
});

test('a kernel with another signature is a LinkError that shows both', () => {
  const op = findOp('matmul')!;
  const linked = (...kernels: string[]) => link([op], { kernels, elementwise: [] });
  expect(linked('sum(x; axis, count)', 'matmul(a, b; transA, transB)')).toEqual(new Map([['matmul', 1]]));
  expect(() => linked('matmul(a, b; transB, transA)')).toThrow(LinkError);
  expect(() => linked('matmul(a, b; transB, transA)')).toThrow(
    'matmul: the addon has matmul(a, b; transB, transA), the op table matmul(a, b; transA, transB)',
  );
});

test('a missing kernel is a LinkError, unless it only makes a fusion faster', () => {
  expect(() => link([findOp('matmul')!], { kernels: [], elementwise: [] })).toThrow(LinkError);
  const fusion = allOps().find(({ compose }) => compose)!;
  expect(link([fusion], { kernels: [], elementwise: [] }).has(fusion.name)).toBe(false);
});

test('GLIA_THREADS sets the number of threads', () => {
  expect(threadCount({ GLIA_THREADS: '3' })).toBe(3);
  expect(threadCount({})).toBeGreaterThanOrEqual(1);
  for (const bad of ['0', '-1', '1.5', 'all', '1025']) {
    expect(() => threadCount({ GLIA_THREADS: bad })).toThrow(BackendError);
  }
});
