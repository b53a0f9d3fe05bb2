import { expect, test } from 'vitest';
import { problemsIn, warningsIn } from '../../src/cli/doctor-findings.ts';
import type { Facts } from '../../src/cli/doctor-report.ts';

/** A machine on which everything works. */
const well: Facts = {
  glia: '1.2.3',
  root: '/app/node_modules/glia',
  node: 'v20.20.2',
  platform: 'linux-x64',
  libc: 'glibc 2.36',
  cpu: { model: 'a processor', isa: 'avx2' },
  backend: { name: 'native', why: 'it serves', addon: 'build/Release/glia.node', tried: [] },
  blas: { config: 'OpenBLAS 0.3.21', core: 'Haswell', coreFound: 'Haswell', misdetected: false },
  threads: { used: 4, hardware: 8, allowed: 8, limit: 4 },
  environment: { GLIA_BACKEND: null, GLIA_THREADS: null, GLIA_ISA: null, OPENBLAS_CORETYPE: null },
  selfTest: {
    backends: ['native', 'typescript'],
    steps: 200,
    largestDifference: 1e-7,
    allowed: 1e-3,
    passed: true,
    error: null,
  },
  product: { shape: [512, 512, 512], threads: 4, gflops: 90, limit: 100, share: 0.9 },
};

const problems = (change: Partial<Facts>) => problemsIn({ ...well, ...change }, 'why', 'what to do');
const warnings = (change: Partial<Facts>) => warningsIn({ ...well, ...change });

test('where everything works nothing is found', () => {
  expect(problems({})).toEqual([]);
  expect(warnings({})).toEqual([]);
});

test('no addon is a problem, with the reason and what to do', () => {
  const backend = { ...well.backend, addon: null };
  expect(problems({ backend })).toEqual([
    { what: 'the native backend does not work: why', todo: 'what to do' },
  ]);
});

test.each([
  [{ largestDifference: 0.5 }, 'losses differ by 0.5, and 0.001 is allowed'],
  [{ largestDifference: null }, 'the network did not learn'],
  [{ error: 'out of memory' }, 'out of memory'],
])('a self-test that failed is a problem: %j', (change, words) => {
  const [found, ...more] = problems({ selfTest: { ...well.selfTest, passed: false, ...change } });
  expect(found!.what).toBe(`the self-test failed: ${words}`);
  expect(more).toEqual([]);
});

const variables = (set: Record<string, string>) => ({ ...well.environment, ...set });

test.each<[string, Partial<Facts>, RegExp, string]>([
  [
    'TypeScript asked for where native works',
    { environment: variables({ GLIA_BACKEND: 'typescript' }) },
    /GLIA_BACKEND=typescript keeps/,
    'unset GLIA_BACKEND',
  ],
  [
    'an empty OPENBLAS_CORETYPE',
    { environment: variables({ OPENBLAS_CORETYPE: '' }) },
    /not the same as unset/,
    'unset OPENBLAS_CORETYPE',
  ],
  [
    'kernels for old processors by the choice of the BLAS',
    { blas: { ...well.blas!, core: 'Prescott', misdetected: true } },
    /its Prescott kernels/,
    'use OpenBLAS 0.3.25 or newer',
  ],
  [
    'kernels for old processors by a variable',
    {
      blas: { ...well.blas!, core: 'Prescott', misdetected: true },
      environment: variables({ OPENBLAS_CORETYPE: 'Prescott' }),
    },
    /its Prescott kernels/,
    'unset OPENBLAS_CORETYPE',
  ],
  [
    'more threads than the container may keep busy',
    { threads: { used: 8, hardware: 16, allowed: 16, limit: 4 } },
    /8 threads where 4 can run/,
    'unset GLIA_THREADS or say 4',
  ],
  [
    'more threads than processors',
    { threads: { used: 8, hardware: 16, allowed: 2, limit: null } },
    /8 threads where 2 can run/,
    'unset GLIA_THREADS or say 2',
  ],
  ['a slow product', { product: { ...well.product!, share: 0.12 } }, /only 12 %/, 'look at the BLAS above'],
])('%s is a warning', (_, change, what, todo) => {
  const [found, ...more] = warnings(change);
  expect(found!.what).toMatch(what);
  expect(found!.todo).toContain(todo);
  expect(more).toEqual([]);
});
