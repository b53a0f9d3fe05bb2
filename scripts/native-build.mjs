#!/usr/bin/env node
// The one way the addon is built: by `npm run build:native`, by set-up, by prebuildify (as its node-gyp) and by
// binding.gyp. Usage: native-build.mjs [rebuild] [--debug]; other arguments, which node-gyp would take, are ignored.
//
// CMake works in build/cmake, since node-gyp wipes build/ and keeps its own Makefile in it. `rebuild` is what
// prebuildify says: the addon is built from nothing, to stand alone, in build/ of the current folder, from where
// prebuildify takes it. This machine's own one and its stamp stay as they are if that is another folder.
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { argv, cwd, env, execPath, exit } from 'node:process';
import { fileURLToPath } from 'node:url';
import { hashOf } from './setup/hash.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const resolve = createRequire(join(root, 'package.json')).resolve;
const stampFile = join(root, 'build/native.stamp');

/**
 * What CMake is told, from the environment. Every option is named, with a value, each time: else an old one would stay
 * in CMake's cache (and cmake-js leaves out an empty one).
 */
function options(isStatic = switchedOn('GLIA_STATIC_BLAS')) {
  return {
    GLIA_STATIC_BLAS: isStatic ? 'ON' : 'OFF',
    GLIA_SANITIZE: env.GLIA_SANITIZE || 'OFF',
  };
}

function switchedOn(name) {
  return !['', '0', 'OFF', undefined].includes(env[name]);
}

/** Stands for everything an addon is made from. One that was built with -Werror also serves where that is not asked. */
export function nativeKey(chosen = options()) {
  const versions = [root, 'node-api-headers'].map(versionOf);
  const key = hashOf(root, ['CMakeLists.txt', 'native'], [chosen, env.OPENBLAS_HOME, versions, process.arch]);
  return switchedOn('GLIA_WERROR') ? `${key} -Werror` : key;
}

function versionOf(name) {
  try {
    return JSON.parse(readFileSync(resolve(`${name}/package.json`), 'utf8')).version;
  } catch {
    return '';
  }
}

/** Whether build/Release/glia.node was built from the sources as they are. */
export function isBuilt() {
  if (!existsSync(join(root, 'build/Release/glia.node')) || !existsSync(stampFile)) return false;
  return readFileSync(stampFile, 'utf8').startsWith(nativeKey());
}

function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (error) console.error(`${command}: ${error.message}`);
  return status === 0;
}

/** cmake-js as `[command, ...args]`, or nothing where it is not installed, as in a consumer's tree. */
function cmakeJs() {
  try {
    return [execPath, join(dirname(resolve('cmake-js/package.json')), 'bin/cmake-js')];
  } catch {
    return undefined;
  }
}

function configure(out, kind, defines) {
  const tool = cmakeJs();
  if (tool) {
    const flags = Object.entries(defines).map(([name, value]) => `--CD${name}=${value}`);
    const debug = kind === 'Debug' ? ['--debug'] : [];
    return run(tool[0], [tool[1], 'configure', '-d', root, '-O', out, ...debug, ...flags]);
  }
  const all = { CMAKE_BUILD_TYPE: kind, CMAKE_LIBRARY_OUTPUT_DIRECTORY: join(out, kind), ...defines };
  return run('cmake', [
    '-S',
    root,
    '-B',
    out,
    ...Object.entries(all).map(([name, value]) => `-D${name}=${value}`),
  ]);
}

/** Where prebuildify wants the addon for another processor: its compiler, by a toolchain file of the project. */
function cross() {
  const wanted = env.PREBUILD_ARCH;
  if (!wanted || wanted === process.arch) return {};
  return { CMAKE_TOOLCHAIN_FILE: join(root, `native/cmake/${env.PREBUILD_PLATFORM}-${wanted}.cmake`) };
}

function prebuild() {
  const isStatic = env.GLIA_STATIC_BLAS === undefined || switchedOn('GLIA_STATIC_BLAS');
  rmSync(join(cwd(), 'build/cmake'), { recursive: true, force: true });
  return compile(join(cwd(), 'build'), 'Release', { ...options(isStatic), ...cross() });
}

function build(kind) {
  const key = nativeKey();
  if (!compile(join(root, 'build'), kind, options())) return false;
  if (kind === 'Release') writeFileSync(stampFile, key);
  return true;
}

/** Makes `folder`/`kind`/glia.node. */
function compile(folder, kind, chosen) {
  const out = join(folder, 'cmake');
  const defines = { ...chosen, GLIA_WERROR: switchedOn('GLIA_WERROR') ? 'ON' : 'OFF' };
  const cached = existsSync(join(out, 'CMakeCache.txt'));
  if (!configure(out, kind, defines)) {
    // A cache from another place or another compiler cannot be configured; an empty folder can.
    if (!cached) return false;
    rmSync(out, { recursive: true, force: true });
    if (!configure(out, kind, defines)) return false;
  }
  if (!run('cmake', ['--build', out, '--config', kind, '--parallel', String(availableParallelism())]))
    return false;
  publish(join(out, kind, 'glia.node'), join(folder, kind));
  return true;
}

/** By rename: a process that has the old addon mapped keeps it whole. */
function publish(from, folder) {
  mkdirSync(folder, { recursive: true });
  const temporary = join(folder, `glia.${process.pid}.tmp`);
  copyFileSync(from, temporary);
  renameSync(temporary, join(folder, 'glia.node'));
}

if (realpathSync(argv[1]) === fileURLToPath(import.meta.url)) {
  const kind = argv.includes('--debug') || argv.includes('Debug') ? 'Debug' : 'Release';
  exit((argv.includes('rebuild') ? prebuild() : build(kind)) ? 0 : 1);
}
