#!/usr/bin/env node
// `node scripts/prebuild/check.mjs FILE…` refuses prebuilt addons that would not load everywhere, or that carry more
// than they should. Of one that is not for Linux it sees the size alone.
import { readFileSync, realpathSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { argv, exit } from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseElf, readElf } from './elf.mjs';
import { compareVersions } from './versions.mjs';

/** What Node.js itself asks for from version 18 on. */
const NEWEST_GLIBC = '2.28';
/** Of Debian. 0.3.13 hands out its buffers without a lock; the versions between were not tried. */
const OLDEST_OPENBLAS = '0.3.21';
const LARGEST = 15_000_000; // bytes
const EXPORTS = ['napi_register_module_v1', 'node_api_module_get_api_version_v1'];
const MACHINES = { 'linux-x64': /X86-64/, 'linux-arm64': /AArch64/ };
const NEEDED = {
  glibc: /^(lib(c|m|pthread|dl)\.so\.\d|ld-linux-[\w-]+\.so\.\d)$/,
  musl: /^libc\.musl-\w+\.so\.\d$/,
};

/**
 * What is wrong with an addon for that platform and C library: by its size, by what OpenBLAS in it says of itself, and by
 * `parseElf`'s account of it, if there is one.
 */
export function problems({ platform, libc, size, openblas, elf }) {
  const found = elf ? [...wrongContents(elf, platform), ...wrongNeeds(elf, libc)] : [];
  if (!/^(linux|darwin|win32)-(x64|arm64)$/.test(platform))
    found.push(`its folder, ${platform}, is no platform`);
  if (size > LARGEST) found.push(`it has ${size} bytes, more than ${LARGEST}`);
  if (openblas && compareVersions(openblas, OLDEST_OPENBLAS) < 0) {
    found.push(
      `it holds OpenBLAS ${openblas}, which multiplies wrongly on two threads where it is built for one`,
    );
  }
  return found;
}

function wrongContents(elf, platform) {
  const found = [];
  if (!MACHINES[platform]?.test(elf.machine)) found.push(`it is for ${elf.machine}, not for ${platform}`);
  const names = elf.exports.toSorted();
  if (names.join() !== EXPORTS.join()) found.push(`it exports ${names.join(', ') || 'nothing'}`);
  if (elf.hasSymbolTable) found.push('it is not stripped');
  if (elf.hasExecutableStack) found.push('it wants an executable stack, which glibc 2.41 refuses');
  return found;
}

function wrongNeeds({ versions, imports, needed }, libc) {
  const found = [];
  if (libc === 'glibc' && versions.length === 0) found.push('what it asks of glibc cannot be read');
  for (const version of versions.filter((one) => !isOldEnough(one, libc))) {
    const names = imports.filter((one) => one.version === version).map(({ name }) => name);
    found.push(`it asks for ${version} (${names.slice(0, 3).join(', ')}${names.length > 3 ? ', …' : ''})`);
  }
  for (const library of needed.filter((one) => !NEEDED[libc]?.test(one))) found.push(`it needs ${library}`);
  return found;
}

/** No library but glibc may ask for anything: GLIBCXX_ and GCC_ are of libraries that are linked in. */
function isOldEnough(version, libc) {
  const [, number] = /^GLIBC_([\d.]+)$/.exec(version) ?? [];
  return libc === 'glibc' && number !== undefined && compareVersions(number, NEWEST_GLIBC) <= 0;
}

/** Says of each file what it is, and tells whether one of them must not be shipped. */
export function refuse(files) {
  let bad = files.length === 0;
  if (bad) console.error('check: no file to check');
  for (const file of files) {
    const platform = basename(dirname(file));
    const content = readFileSync(file);
    const addon = {
      platform,
      libc: basename(file).split('.').at(-2),
      size: content.length,
      openblas: /OpenBLAS (\d+\.\d+\.\d+)/.exec(content.toString('latin1'))?.[1],
      elf: platform.startsWith('linux-') ? parseElf(readElf(file)) : undefined,
    };
    const found = problems(addon);
    for (const problem of found) console.error(`${file}: ${problem}`);
    if (found.length === 0) console.log(`${file}: ${summary(addon)}`);
    bad ||= found.length > 0;
  }
  return bad;
}

function summary({ size, openblas, elf }) {
  const blas = openblas ? [`OpenBLAS ${openblas}`] : [];
  if (!elf) return [`${size} bytes`, ...blas].join(', ');
  const versions = elf.versions.flatMap((version) => /^GLIBC_([\d.]+)$/.exec(version)?.[1] ?? []);
  const newest = versions.toSorted(compareVersions).at(-1);
  const glibc = newest ? [`glibc ${newest} or newer`] : [];
  const names = [`needs ${elf.needed.join(' ')}`, `exports ${elf.exports.join(' ')}`];
  return [`${size} bytes`, ...blas, ...glibc, ...names].join(', ');
}

if (realpathSync(argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    exit(refuse(argv.slice(2)) ? 1 : 0);
  } catch (error) {
    console.error(`check: ${error.message}`);
    exit(1);
  }
}
