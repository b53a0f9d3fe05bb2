#!/usr/bin/env node
// The one way the addon is built: by `npm run build:native`, by set-up, by prebuildify (as its --node-gyp) and by
// binding.gyp. Usage: native-build.mjs [rebuild] [--debug]; other arguments, which node-gyp would take, are ignored.
//
// CMake works in build/cmake, since node-gyp and prebuildify wipe build/ and keep their own Makefile in it.
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
import { argv, env, execPath, exit } from 'node:process';
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
  const versions = [root, 'node-addon-api', 'node-api-headers'].map(versionOf);
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

function build(kind, isStatic, fresh) {
  const out = join(root, 'build/cmake');
  const chosen = options(isStatic);
  const key = nativeKey(chosen);
  const defines = { ...chosen, GLIA_WERROR: switchedOn('GLIA_WERROR') ? 'ON' : 'OFF' };
  if (fresh) rmSync(out, { recursive: true, force: true });
  const cached = existsSync(join(out, 'CMakeCache.txt'));
  if (!configure(out, kind, defines)) {
    // A cache from another place or another compiler cannot be configured; an empty folder can.
    if (!cached) return false;
    rmSync(out, { recursive: true, force: true });
    if (!configure(out, kind, defines)) return false;
  }
  if (!run('cmake', ['--build', out, '--config', kind, '--parallel', String(availableParallelism())]))
    return false;
  publish(join(out, kind, 'glia.node'), join(root, 'build', kind));
  if (kind === 'Release') writeFileSync(stampFile, key);
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
  const prebuild = argv.includes('rebuild'); // what prebuildify says: the addon must stand alone
  const isStatic = switchedOn('GLIA_STATIC_BLAS') || (prebuild && env.GLIA_STATIC_BLAS === undefined);
  exit(build(kind, isStatic, prebuild) ? 0 : 1);
}
