#!/usr/bin/env node
// `node scripts/prebuild/smoke.mjs` runs trial.mjs with each addon in prebuilds/ that this machine can load: with this
// Node.js, or with one for 64-bit ARM under qemu. Exit code 1 if one fails, or if there was none to run.
import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { arch, env, execPath, exit, platform } from 'node:process';
import { dist, distDone } from '../setup/dist.mjs';
import { at, say } from '../setup/project.mjs';
import { armNode } from './arm-node.mjs';
import { makeOldDebian } from './old-debian.mjs';
import { fileOf, libc } from './target.mjs';

/** Under qemu's user mode V8 hangs with threads of its own; those of the addon run. */
const QEMU_FLAGS = ['--single-threaded'];

/**
 * The ways to run the addon of a platform here: commands that start Node.js, with more of an environment. On x86-64 it
 * runs also without the instructions of new processors, when the BLAS multiplies: as asked, and on a processor of 2008,
 * which no instruction of the building machine must reach.
 */
function waysToRun(target) {
  if (target === `${platform}-${arch}`) {
    const here = [{ command: [execPath] }];
    if (arch !== 'x64') return here;
    here.push({ command: [execPath], more: { GLIA_ISA: 'base' } });
    if (!has('qemu-x86_64-static')) return here;
    return [...here, { command: ['qemu-x86_64-static', '-cpu', 'Nehalem', execPath, ...QEMU_FLAGS] }];
  }
  if (target !== 'linux-arm64' || platform !== 'linux' || libc !== 'glibc') return [];
  if (!has('qemu-aarch64-static')) say('for 64-bit ARM: apt-get install qemu-user-static');
  return [{ command: ['qemu-aarch64-static', '-L', makeOldDebian(), armNode(), ...QEMU_FLAGS] }];
}

function has(command) {
  return spawnSync(command, ['--version'], { stdio: 'ignore' }).error === undefined;
}

/** Lays a package out as an install leaves it, with one addon and none that was built here. */
function layOut(file) {
  const folder = at('build/prebuild/trial');
  const home = join(folder, 'node_modules/glia');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(home, dirname(file)), { recursive: true });
  for (const part of ['package.json', 'dist', file]) cpSync(at(part), join(home, part), { recursive: true });
  copyFileSync(at('scripts/prebuild/trial.mjs'), join(folder, 'trial.mjs'));
  writeFileSync(join(folder, 'package.json'), '{}'); // else the folder is part of glia, and `glia` the clone itself
  return folder;
}

function succeeds(file, { command: [program, ...args], more }) {
  const { status, error } = spawnSync(program, [...args, 'trial.mjs'], {
    cwd: layOut(file),
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...env, GLIA_BACKEND: 'native', GLIA_THREADS: '2', ...more },
  });
  if (status !== 0) say(`${file}: ${error?.message ?? 'the trial failed'}: ${program} ${args.join(' ')}`);
  return status === 0;
}

if (!distDone()) dist();
const targets = existsSync(at('prebuilds')) ? readdirSync(at('prebuilds')) : [];
const files = targets.map((target) => [
  target,
  fileOf(...target.split('-'), target.startsWith('linux-') ? libc : undefined),
]);
const results = files
  .filter(([, file]) => existsSync(at(file)))
  .flatMap(([target, file]) => {
    const ways = waysToRun(target);
    if (ways.length === 0) say(`${file}: not run, since there is no Node.js for ${target} here`);
    return ways.map((way) => succeeds(file, way));
  });
if (results.length === 0) say('smoke: there is no addon in prebuilds/ to run');
exit(results.length > 0 && results.every(Boolean) ? 0 : 1);
