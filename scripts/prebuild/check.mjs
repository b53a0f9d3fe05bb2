#!/usr/bin/env node
// `node scripts/prebuild/check.mjs FILE…` refuses prebuilt addons that would not load everywhere, or that carry more
// than they should. Of one that is not for Linux it sees the size alone.
import { realpathSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { argv, exit } from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseElf, readElf } from './elf.mjs';
import { compareVersions } from './versions.mjs';

/** What Node.js itself asks for from version 18 on. */
const NEWEST_GLIBC = '2.28';
const LARGEST = 15_000_000; // bytes
const EXPORTS = ['napi_register_module_v1', 'node_api_module_get_api_version_v1'];
const MACHINES = { 'linux-x64': /X86-64/, 'linux-arm64': /AArch64/ };
const NEEDED = {
  glibc: /^(lib(c|m|pthread|dl)\.so\.\d|ld-linux-[\w-]+\.so\.\d)$/,
  musl: /^libc\.musl-\w+\.so\.\d$/,
};

/** What is wrong with an addon of this size for that platform and C library, by `parseElf`'s account of it. */
export function problems({ platform, libc, size, elf }) {
  const found = [];
  if (size > LARGEST) found.push(`it has ${size} bytes, more than ${LARGEST}`);
  if (!elf) return found;
  if (!MACHINES[platform]?.test(elf.machine)) found.push(`it is for ${elf.machine}, not for ${platform}`);
  const names = elf.exports.toSorted();
  if (names.join() !== EXPORTS.join()) found.push(`it exports ${names.join(', ') || 'nothing'}`);
  for (const { name, version } of elf.imports) {
    if (!isOldEnough(version, libc)) found.push(`it wants ${name} of ${version}`);
  }
  for (const library of elf.needed) {
    if (!NEEDED[libc]?.test(library)) found.push(`it needs ${library}`);
  }
  if (elf.hasSymbolTable) found.push('it is not stripped');
  if (elf.hasExecutableStack) found.push('it wants an executable stack, which glibc 2.41 refuses');
  return found;
}

/** Names of Node-API have no version, and no library but glibc gives them one. */
function isOldEnough(version, libc) {
  if (version === undefined) return true;
  const [, number] = /^GLIBC_([\d.]+)$/.exec(version) ?? [];
  return libc === 'glibc' && number !== undefined && compareVersions(number, NEWEST_GLIBC) <= 0;
}

/** Says of each file what it is, and tells whether one of them must not be shipped. */
export function refuse(files) {
  let bad = files.length === 0;
  if (bad) console.error('check: no file to check');
  for (const file of files) {
    const platform = basename(dirname(file));
    const size = statSync(file).size;
    const elf = platform.startsWith('linux-') ? parseElf(readElf(file)) : undefined;
    const found = problems({ platform, libc: basename(file).split('.').at(-2), size, elf });
    for (const problem of found) console.error(`${file}: ${problem}`);
    if (found.length === 0) console.log(`${file}: ${size} bytes${elf ? `, ${summary(elf)}` : ''}`);
    bad ||= found.length > 0;
  }
  return bad;
}

function summary({ exports, imports, needed }) {
  const versions = imports.flatMap(({ version }) => /^GLIBC_([\d.]+)$/.exec(version)?.[1] ?? []);
  const newest = versions.toSorted(compareVersions).at(-1);
  const glibc = newest ? `glibc ${newest} or newer` : 'no glibc';
  return `${glibc}, needs ${needed.join(' ')}, exports ${exports.join(' ')}`;
}

if (realpathSync(argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    exit(refuse(argv.slice(2)) ? 1 : 0);
  } catch (error) {
    console.error(`check: ${error.message}`);
    exit(1);
  }
}
