import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { link } from '../../src/backend/link.ts';
import { processorQuota, threadCount } from '../../src/backend/threads.ts';
import { BackendError, LinkError } from '../../src/base/errors.ts';
import { allOps, findOp } from '../../src/ir/op.ts';
import { addon, noAddon } from './programs.ts';

/** The module as it is at the start of a process. */
async function fresh(): Promise<typeof import('../../src/backend/load.ts')> {
  vi.resetModules();
  return import('../../src/backend/load.ts');
}

const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);

beforeEach(() => {
  warn.mockClear();
});
afterEach(() => {
  vi.unstubAllEnvs();
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

test('`threads` limits a native backend, within what there is', async () => {
  vi.stubEnv('GLIA_BACKEND', '');
  vi.stubEnv('GLIA_THREADS', '3');
  const { loadBackend } = await fresh();
  const threads = (most?: number) => /, (\d+) threads?$/.exec(loadBackend(undefined, most).describe())![1];
  if (noAddon) return expect([threads(), threads(2)]).toEqual(['1', '1']);
  expect([threads(), threads(2), threads(1), threads(1024)]).toEqual(['3', '2', '1', '3']);
  expect(loadBackend(undefined, 2)).toBe(loadBackend(undefined, 2));
  expect(loadBackend('typescript', 2).describe()).toMatch(/ 1 thread$/);
});

describe('the processors of a container', () => {
  const quota = (files: Readonly<Record<string, string>>) => processorQuota((path) => files[path]);
  const at = '/sys/fs/cgroup';

  test('are all where no group limits them', () => {
    expect(quota({})).toBe(Infinity);
    expect(quota({ [`${at}/cpu.max`]: 'max 100000\n' })).toBe(Infinity);
    expect(
      quota({ [`${at}/cpu/cpu.cfs_quota_us`]: '-1\n', [`${at}/cpu/cpu.cfs_period_us`]: '100000\n' }),
    ).toBe(Infinity);
    expect(quota({ '/proc/self/cgroup': 'nonsense\n0::/a\n', [`${at}/a/cpu.max`]: '' })).toBe(Infinity);
  });

  test('are those of the quota of version 2, rounded down, but at least one', () => {
    expect(quota({ [`${at}/cpu.max`]: '250000 100000\n' })).toBe(2);
    expect(quota({ [`${at}/cpu.max`]: '50000 100000\n' })).toBe(1);
  });

  test('are the least of those of the group and of all above it', () => {
    const files = {
      '/proc/self/cgroup': '0::/system.slice/job.service\n',
      [`${at}/system.slice/cpu.max`]: '800000 100000\n',
      [`${at}/system.slice/job.service/cpu.max`]: '300000 100000\n',
    };
    expect(quota(files)).toBe(3);
    expect(quota({ ...files, [`${at}/system.slice/cpu.max`]: '200000 100000\n' })).toBe(2);
  });

  test('are those of the quota of version 1, where it is mounted', () => {
    const cgroup = { '/proc/self/cgroup': '4:cpu,cpuacct:/docker/0123\n1:memory:/docker/0123\n' };
    const files = (folder: string) => ({
      ...cgroup,
      [`${folder}/cpu.cfs_quota_us`]: '450000\n',
      [`${folder}/cpu.cfs_period_us`]: '100000\n',
    });
    // A container sees its own group as the mount, a process of the host by its path.
    for (const folder of [`${at}/cpu`, `${at}/cpu,cpuacct`, `${at}/cpu,cpuacct/docker/0123`])
      expect(quota(files(folder))).toBe(4);
    expect(quota(files(`${at}/memory`))).toBe(Infinity);
  });
});
