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

/** The command that runs Node.js of a platform here, or undefined where none can. */
function nodeFor(target) {
  if (target === `${platform}-${arch}`) return [execPath];
  if (target !== 'linux-arm64' || platform !== 'linux' || libc !== 'glibc') return undefined;
  // Under qemu's user mode V8 hangs with threads of its own; those of the addon run.
  return ['qemu-aarch64-static', '-L', makeOldDebian(), armNode(), '--single-threaded'];
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

/** Tries an addon; on x86-64 also with nothing but the instructions of every processor, when the BLAS multiplies. */
function smoke(target, file, [command, ...args]) {
  const options = { cwd: layOut(file), stdio: ['ignore', 'inherit', 'inherit'] };
  return [{}, ...(target.endsWith('-x64') ? [{ GLIA_ISA: 'base' }] : [])].every((more) => {
    const environment = { ...env, GLIA_BACKEND: 'native', GLIA_THREADS: '2', ...more };
    const { status, error } = spawnSync(command, [...args, 'trial.mjs'], { ...options, env: environment });
    if (status !== 0) say(`${file}: ${error?.message ?? 'the trial failed'}`);
    return status === 0;
  });
}

if (!distDone()) dist();
const targets = existsSync(at('prebuilds')) ? readdirSync(at('prebuilds')) : [];
const files = targets.map((target) => [
  target,
  fileOf(...target.split('-'), target.startsWith('linux-') ? libc : undefined),
]);
let passed = 0;
let failed = 0;
for (const [target, file] of files.filter(([, file]) => existsSync(at(file)))) {
  const node = nodeFor(target);
  if (node === undefined) say(`${file}: not run, since there is no Node.js for ${target} here`);
  else smoke(target, file, node) ? passed++ : failed++;
}
if (passed + failed === 0) say('smoke: there is no addon in prebuilds/ to run');
exit(passed > 0 && failed === 0 ? 0 : 1);
