import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT, read } from './support/sources.ts';

const load = (name: string) => import(new URL(`../scripts/prebuild/${name}`, import.meta.url).href);
const { problems } = await load('check.mjs');
const { parseElf } = await load('elf.mjs');
const { compareVersions } = await load('versions.mjs');
const { fileOf } = await load('target.mjs');

/** What readelf prints of an addon that may be shipped, cut to what is read; each part can be changed. */
const account = {
  machine: 'Advanced Micro Devices X86-64',
  sections: '  [13] .dynsym           DYNSYM          00000000000002c0 0002c0 000af8 18   A  4   1  8',
  stack: '  GNU_STACK      0x000000 0x0000000000000000 0x0000000000000000 0x000000 0x000000 RW  0x10',
  needed: ['libpthread.so.0', 'libm.so.6', 'libc.so.6', 'ld-linux-x86-64.so.2'],
  symbols: [
    'NOTYPE  LOCAL  DEFAULT  UND ',
    'NOTYPE  GLOBAL DEFAULT  UND napi_create_object',
    'NOTYPE  WEAK   DEFAULT  UND __gmon_start__',
    'FUNC    GLOBAL DEFAULT  UND powf@GLIBC_2.27 (3)',
    'FUNC    GLOBAL DEFAULT   12 napi_register_module_v1',
    'FUNC    GLOBAL DEFAULT   12 node_api_module_get_api_version_v1',
  ],
  versions: ['GLIBC_2.3.4', 'GLIBC_2.27'],
};

const printed = ({ machine, sections, stack, needed, symbols, versions }: typeof account): string =>
  [
    `  Machine:                           ${machine}`,
    sections,
    stack,
    ...needed.map((name) => ` 0x0000000000000001 (NEEDED)             Shared library: [${name}]`),
    ...symbols.map((symbol, i) => `${String(i).padStart(6)}: 0000000000030e80  2820 ${symbol}`),
    '  000000: Version: 1  File: libc.so.6  Cnt: 2',
    ...versions.map((name, i) => `  0x00${i}0:   Name: ${name}  Flags: none  Version: ${i}`),
  ].join('\n');

const addon = { platform: 'linux-x64', libc: 'glibc', size: 9_000_000, openblas: '0.3.21' };
const problemsOf = (changed: Partial<typeof account>, about: Partial<typeof addon> = {}): string[] =>
  problems({ ...addon, ...about, elf: parseElf(printed({ ...account, ...changed })) });

describe('a prebuilt addon', () => {
  test('that asks for nothing but an old glibc may be shipped', () => {
    expect(problemsOf({})).toEqual([]);
  });

  test.each<[string, Partial<typeof account>, Partial<typeof addon>, RegExp]>([
    [
      'of a glibc that is too new',
      {
        versions: ['GLIBC_2.3.4', 'GLIBC_2.34'],
        symbols: [...account.symbols, 'FUNC    GLOBAL DEFAULT  UND pthread_create@GLIBC_2.34 (2)'],
      },
      {},
      /^it asks for GLIBC_2\.34 \(pthread_create\)$/,
    ],
    ['of a version that is no number', { versions: ['GLIBC_2.4', 'GLIBC_PRIVATE'] }, {}, /GLIBC_PRIVATE/],
    ['of libstdc++', { versions: ['GLIBC_2.4', 'GLIBCXX_3.4'] }, {}, /GLIBCXX_3\.4/],
    ['whose versions are not understood', { versions: [] }, {}, /cannot be read/],
    [
      'with a third export',
      { symbols: [...account.symbols, 'OBJECT  GLOBAL DEFAULT [VARIANT_PCS]   25 gotoblas'] },
      {},
      /^it exports gotoblas, napi_register_module_v1, node_api_module_get_api_version_v1$/,
    ],
    ['without exports', { symbols: account.symbols.slice(0, 4) }, {}, /^it exports nothing$/],
    [
      'with another library',
      { needed: [...account.needed, 'libgomp.so.1'] },
      {},
      /^it needs libgomp\.so\.1$/,
    ],
    [
      'that is not stripped',
      {
        sections: '  [28] .symtab           SYMTAB          0000000000000000 1f3a40 00c1c8 18     29 819  8',
      },
      {},
      /not stripped/,
    ],
    ['with an executable stack', { stack: account.stack.replace('RW ', 'RWE') }, {}, /executable stack/],
    ['for another processor', { machine: 'AArch64' }, {}, /^it is for AArch64, not for linux-x64$/],
    [
      'for musl that asks for glibc',
      { needed: ['libc.musl-x86_64.so.1'] },
      { libc: 'musl' },
      /GLIBC_2\.3\.4/,
    ],
    ['that is too large', {}, { size: 15_000_001 }, /15000001 bytes/],
    ['with an OpenBLAS that is no good', {}, { openblas: '0.3.13' }, /OpenBLAS 0\.3\.13/],
    [
      'in a folder that nobody looks into',
      {},
      { platform: 'Release' },
      /^its folder, Release, is no platform$/,
    ],
  ])('%s is refused', (_, changed, about, wanted) => {
    const found = problemsOf(changed, about);
    expect(found.filter((problem) => wanted.test(problem))).toHaveLength(1);
  });

  test('for musl needs its one library', () => {
    const musl = { needed: ['libc.musl-aarch64.so.1'], versions: [], machine: 'AArch64' };
    expect(problemsOf(musl, { platform: 'linux-arm64', libc: 'musl' })).toEqual([]);
  });

  test('for another system is judged by its size', () => {
    const mac = { ...addon, platform: 'darwin-arm64', libc: 'glia', elf: undefined };
    expect(problems({ ...mac, openblas: undefined })).toEqual([]);
    expect(problems({ ...mac, openblas: undefined, size: 16e6 })).toHaveLength(1);
  });
});

test('versions are compared by their numbers', () => {
  const sorted = ['2.2.5', '2.4', '2.17', '2.28', '2.30', '3'];
  expect(sorted.toReversed().toSorted(compareVersions)).toEqual(sorted);
  expect(compareVersions('2.28', '2.28.0')).toBe(0);
});

test('files are tagged with the C library on Linux alone', () => {
  expect(fileOf('linux', 'x64', 'glibc')).toBe('prebuilds/linux-x64/glia.glibc.node');
  expect(fileOf('linux', 'arm64', 'musl')).toBe('prebuilds/linux-arm64/glia.musl.node');
  expect(fileOf('win32', 'x64', undefined)).toBe('prebuilds/win32-x64/glia.node');
});

/** Prebuilds are made for a release, and by whoever wants them; the ones that are there must be fit. */
const folder = join(ROOT, 'prebuilds');
const made = existsSync(folder)
  ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.node'))
  : [];
const hasReadelf = spawnSync('readelf', ['--version']).error === undefined;

test.skipIf(made.length === 0 || !hasReadelf)('the ones that were made here may be shipped', () => {
  const args = [join(ROOT, 'scripts/prebuild/check.mjs'), ...made.map((file) => join(folder, file))];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(status).toBe(0);
});

test('the notices name every work that goes into an addon', () => {
  const notices = read('THIRD-PARTY-NOTICES.md');
  for (const text of [
    'The OpenBLAS Project',
    'GCC RUNTIME LIBRARY EXCEPTION',
    'GNU GENERAL PUBLIC LICENSE',
    read('node_modules/node-api-headers/LICENSE').trim().split('\n').at(-1)!.slice(0, 60),
  ]) {
    expect(notices).toContain(text);
  }
});
